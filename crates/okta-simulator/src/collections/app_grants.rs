//! Scopes granted to applications, `/api/v1/apps/{id}/grants`, all at once.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Expand, Expansion, Listing, Made, Row};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::{Parent, Particulars};

impl Collection {
    /// Scopes granted to applications, `/api/v1/apps/{}/grants`.
    pub const ApplicationGrants: Self = Self::new(&Row {
        name: "ApplicationGrants",
        file_name: "app_grants.jsonl",
        id_prefix: "oag",
        type_name: "OAuth2ScopeConsentGrant",
        scope: "okta.appGrants.read",
        listing: Some(Listing {
            particulars: Some(&Particulars::below(Parent::App)),
            ..Listing::whole("/api/v1/apps/{}/grants", bucket::APPS)
        }),
        expand: Expand::Embeds(&[("scope", Expansion::GrantedScope)]),
        generate,
        ..Row::LISTED
    });
}

const SCOPES: [&str; 4] =
    ["okta.users.read", "okta.groups.read", "okta.apps.read", "okta.logs.read"];

/// Makes grants of applications that are OAuth clients: the others have none.
fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("ApplicationGrants");
    let users = made.ids(Collection::Users);
    let apps = made.records(Collection::Apps);
    let mut grants = Vec::new();
    for app in apps.filter(|app| app["signOnMode"] == "OPENID_CONNECT") {
        let id = app["id"].as_str().unwrap_or_default();
        for scope in &SCOPES[..maker.random.usize(1..=SCOPES.len())] {
            let grantor =
                (!users.is_empty() && maker.one_in(2)).then(|| maker.pick(&users).clone());
            grants.push(json!({ "parent": id, "record": grant(maker, id, scope, grantor) }));
        }
    }
    grants.into_iter().collect()
}

fn grant(maker: &mut Maker, app_id: &str, scope: &str, user_id: Option<String>) -> Value {
    let created = maker.time();
    let id = maker.id("oag");
    let app_url = format!("{ORIGIN}/api/v1/apps/{app_id}");
    let grantor = user_id.clone().unwrap_or_else(|| maker.id("00u"));
    let mut grant = json!({
        "id": id,
        "status": "ACTIVE",
        "created": stamp(created),
        "createdBy": { "id": grantor, "type": "User" },
        "lastUpdated": stamp(maker.time_from(created)),
        "issuer": ORIGIN,
        "clientId": app_id,
        "scopeId": scope,
        "source": if user_id.is_some() { "END_USER" } else { "ADMIN" },
        "_links": {
            "app": { "href": app_url, "title": "Application" },
            "self": { "href": format!("{app_url}/grants/{id}"), "hints": { "allow": ["GET", "DELETE"] } },
            "client": { "href": format!("{ORIGIN}/oauth2/v1/clients/{app_id}"), "title": "Client" },
        },
    });
    if let Some(user_id) = user_id {
        grant["userId"] = user_id.into();
    }
    grant
}
