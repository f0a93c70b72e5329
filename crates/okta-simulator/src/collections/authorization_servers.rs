//! Custom authorization servers, `/api/v1/authorizationServers`.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, PageLimits, Row, Single};
use crate::feature::Feature;
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::{Particulars, Selector};

impl Collection {
    /// Custom authorization servers, `/api/v1/authorizationServers`.
    pub const AuthorizationServers: Self = Self::new(&Row {
        name: "AuthorizationServers",
        file_name: "authorization_servers.jsonl",
        id_prefix: "aus",
        type_name: "AuthorizationServer",
        scope: "okta.authorizationServers.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                feature: Some(Feature::ApiAccessManagement),
                selectors: &[Selector::q(&["name", "audiences"])],
                ..Particulars::PLAIN
            }),
            ..Listing::paged(
                "/api/v1/authorizationServers",
                bucket::AUTHORIZATION_SERVERS,
                PageLimits::up_to(200, 200),
            )
        }),
        single: Some(Single {
            path: "/api/v1/authorizationServers/{}",
            bucket: bucket::AUTHORIZATION_SERVERS,
            lookup: Lookup::Id,
        }),
        mutable: ("", "description"),
        generate,
        ..Row::LISTED
    });
}

const ISSUER_MODES: [&str; 3] = ["DYNAMIC", "ORG_URL", "CUSTOM_URL"];

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let maker = &mut maker.fork("AuthorizationServers");
    let servers = ["default", "Partner API", "partner api", "Straße \"7\""].iter().enumerate();
    servers.map(|(index, name)| server(maker, index, name)).collect()
}

fn server(maker: &mut Maker, index: usize, name: &str) -> Value {
    let id = maker.id("aus");
    let created = maker.time();
    let url = format!("{ORIGIN}/api/v1/authorizationServers/{id}");
    let mut server = json!({
        "id": id,
        "name": name,
        "description": format!("Server {index}"),
        "audiences": [format!("api://{index}")],
        "issuer": format!("{ORIGIN}/oauth2/{}", if index == 0 { "default" } else { &id }),
        "issuerMode": ISSUER_MODES[index % 3],
        "status": if index == 3 { "INACTIVE" } else { "ACTIVE" },
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "credentials": {
            "signing": {
                "kid": "DlsWsSo9vNSFB7niq4OOdNUy7boDHQsY",
                "rotationMode": "AUTO",
                "lastRotated": stamp(created),
                "nextRotation": stamp(created + 90 * 86_400),
            },
        },
        "_links": {
            "self": { "href": url, "hints": { "allow": ["GET", "DELETE", "PUT"] } },
            "scopes": { "href": format!("{url}/scopes"), "hints": { "allow": ["GET", "POST"] } },
            "claims": { "href": format!("{url}/claims"), "hints": { "allow": ["GET", "POST"] } },
            "policies": { "href": format!("{url}/policies"), "hints": { "allow": ["GET", "POST"] } },
        },
    });
    if index < 2 {
        server["default"] = json!(index == 0);
    }
    server
}
