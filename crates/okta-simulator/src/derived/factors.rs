//! Factors of users, in generated orgs: they follow from the id of the user.

use serde_json::{Value, json};

use super::{Children, id_of, later, text};
use crate::collection::Collection;
use crate::fnv::fnv;
use crate::maker::ORIGIN;
use crate::org::Org;
use crate::secrets::FACTOR_KEY;

/// Factor types with their provider, its name, and the first letters of their ids.
const TYPES: [(&str, &str, &str, &str); 6] = [
    ("push", "OKTA", "OKTA", "opf"),
    ("sms", "OKTA", "OKTA", "mbl"),
    ("webauthn", "FIDO", "FIDO", "fwf"),
    ("token:software:totp", "GOOGLE", "GOOGLE", "uft"),
    ("question", "OKTA", "OKTA", "ufs"),
    ("email", "OKTA", "OKTA", "emf"),
];

/// Returns the factors of a user that come after an id. Every fourth user has none, and who is deactivated neither.
pub(super) fn of_user<'a>(org: &'a Org, user_id: &str, after: &str) -> Children<'a> {
    let user = org.get(Collection::Users, user_id).filter(|_| org.is_generated());
    let user = user.filter(|user| text(user, "status") != "DEPROVISIONED");
    let Some(user) = user else { return Box::new(std::iter::empty()) };
    let hash = fnv(user_id, "factors");
    let first = (hash >> 8) as usize;
    let count = (hash % 4) as usize;
    let mut factors: Vec<_> = (0..count)
        .map(|index| factor(&user, TYPES[first.wrapping_add(index) % TYPES.len()]))
        .filter(|(id, _)| id.as_str() > after)
        .collect();
    factors.sort_by(|(first, _), (second, _)| first.cmp(second));
    Box::new(factors.into_iter())
}

fn factor(
    user: &Value,
    (kind, provider, vendor, prefix): (&str, &str, &str, &str),
) -> (String, Value) {
    let user_id = text(user, "id");
    let id = id_of(prefix, user_id, kind);
    let hash = fnv(user_id, kind);
    let created = text(user, "created");
    let status = ["ACTIVE", "ACTIVE", "PENDING_ACTIVATION", "INACTIVE"][(hash % 4) as usize];
    let url = format!("{ORIGIN}/api/v1/users/{user_id}");
    let record = json!({
        "id": id,
        "factorType": kind,
        "provider": provider,
        "vendorName": vendor,
        "status": status,
        "created": created,
        "lastUpdated": if hash.is_multiple_of(3) { created } else { later(created, text(user, "lastUpdated")) },
        "profile": profile(kind, user, hash),
        "_links": {
            "self": { "href": format!("{url}/factors/{id}"), "hints": { "allow": ["GET", "DELETE"] } },
            "user": { "href": url, "hints": { "allow": ["GET"] } },
        },
    });
    (id, record)
}

fn profile(kind: &str, user: &Value, hash: u64) -> Value {
    let login = user.pointer("/profile/login");
    match kind {
        "push" => json!({
            "credentialId": login,
            "deviceType": "SmartPhone_IPhone",
            "name": "Phone of \"one\"",
            "platform": "IOS",
            "version": "18.5.0",
            "keys": [{ "kty": "EC", "use": "sig", "kid": "default", "x": FACTOR_KEY, "y": FACTOR_KEY, "crv": "P-256" }],
        }),
        "sms" => json!({ "phoneNumber": format!("+1555{:07}", hash % 10_000_000) }),
        "webauthn" => json!({
            "credentialId": format!("{hash:016x}"),
            "authenticatorName": "YubiKey 5",
            "appId": null,
            "version": null,
        }),
        "question" => {
            json!({ "question": "disliked_food", "questionText": "What is the food you least liked?" })
        }
        "email" => json!({ "email": user.pointer("/profile/email") }),
        _ => json!({ "credentialId": login }),
    }
}
