//! Policies, `/api/v1/policies?type=…`: those of one type at a time.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{
    Batch, Collection, Expand, Expansion, Listing, Lookup, Made, PageLimits, Row, Single,
};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::{Particulars, Selector};

impl Collection {
    /// Policies, `/api/v1/policies`, of the type that the parameter `type` names.
    pub const Policies: Self = Self::new(&Row {
        name: "Policies",
        file_name: "policies.jsonl",
        id_prefix: "00p",
        type_name: "Policy",
        scope: "okta.policies.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                required: Some("type"),
                selectors: &[
                    Selector::is("type", &["type"]),
                    Selector::is("status", &["status"]),
                    Selector::q(&["name"]),
                ],
                // Some ids begin with other letters than most.
                ordered_by: Some("id"),
                ..Particulars::PLAIN
            }),
            // Nobody saw a second page yet, however long the first one was.
            ..Listing::paged("/api/v1/policies", bucket::POLICIES, PageLimits::up_to(1000, 1000))
        }),
        single: Some(Single {
            path: "/api/v1/policies/{}",
            bucket: bucket::POLICIES,
            lookup: Lookup::Id,
        }),
        expand: Expand::Embeds(&[("rules", Expansion::PolicyRules)]),
        mutable: ("", "description"),
        generate,
        ..Row::LISTED
    });
}

/// The types of which generated orgs have policies, and how many of each there are.
const TYPES: [(&str, &str, usize); 7] = [
    ("OKTA_SIGN_ON", "00p", 3),
    ("PASSWORD", "00p", 2),
    ("MFA_ENROLL", "00p", 2),
    ("IDP_DISCOVERY", "00p", 1),
    ("ACCESS_POLICY", "rst", 4),
    ("PROFILE_ENROLLMENT", "rst", 2),
    ("POST_AUTH_SESSION", "rst", 1),
];

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("Policies");
    let groups = made.ids(Collection::Groups);
    let everyone = groups.first().cloned().unwrap_or_default();
    let mut policies = Vec::new();
    for (kind, prefix, count) in TYPES {
        for index in 0..count {
            let group = if index == 0 { &everyone } else { maker.pick(&groups) }.clone();
            policies.push(policy(maker, kind, prefix, index, &group));
        }
    }
    policies.into_iter().collect()
}

fn policy(maker: &mut Maker, kind: &str, prefix: &str, index: usize, group: &str) -> Value {
    let id = maker.id(prefix);
    let created = maker.time();
    let url = format!("{ORIGIN}/api/v1/policies/{id}");
    let conditions = match kind {
        "OKTA_SIGN_ON" | "MFA_ENROLL" => json!({ "people": { "groups": { "include": [group] } } }),
        "PASSWORD" => json!({
            "people": { "groups": { "include": [group] } },
            "authProvider": { "provider": "OKTA" },
        }),
        _ => Value::Null,
    };
    let mut policy = json!({
        "id": id,
        "status": if index == 1 { "INACTIVE" } else { "ACTIVE" },
        "name": if index == 0 { "Default Policy".to_owned() } else { format!("Policy \"{index}\"") },
        "priority": index + 1,
        "system": index == 0,
        "conditions": conditions,
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "_links": {
            "self": { "href": url, "hints": { "allow": ["GET", "PUT"] } },
            "rules": { "href": format!("{url}/rules"), "hints": { "allow": ["GET", "POST"] } },
        },
        "type": kind,
    });
    if maker.one_in(3) {
        policy["description"] = json!("Applies if nothing else does.");
    }
    match kind {
        "ACCESS_POLICY" => policy["_embedded"] = json!({ "resourceType": "APP" }),
        "PASSWORD" => policy["settings"] = password_settings(),
        "MFA_ENROLL" => {
            policy["settings"] = json!({
                "type": "AUTHENTICATORS",
                "authenticators": [{ "key": "okta_email", "enroll": { "self": "OPTIONAL" } }],
            });
        }
        _ => {}
    }
    policy
}

fn password_settings() -> Value {
    json!({
        "password": {
            "complexity": { "minLength": 12, "excludeUsername": true, "excludeAttributes": [] },
            "age": { "maxAgeDays": 0, "historyCount": 5 },
            "lockout": { "maxAttempts": 10, "autoUnlockMinutes": 0 },
        },
        "recovery": { "factors": { "okta_email": { "status": "ACTIVE" } } },
    })
}
