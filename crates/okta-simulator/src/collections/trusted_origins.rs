//! Trusted origins, `/api/v1/trustedOrigins`.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, PageLimits, Row, Single};
use crate::dialect::{Dialect, EQ, ValueKind};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::{Particulars, Selector};

impl Collection {
    /// Trusted origins, `/api/v1/trustedOrigins`.
    pub const TrustedOrigins: Self = Self::new(&Row {
        name: "TrustedOrigins",
        file_name: "trusted_origins.jsonl",
        id_prefix: "tos",
        type_name: "TrustedOrigin",
        scope: "okta.trustedOrigins.read",
        listing: Some(Listing {
            filter: Some(FILTER),
            particulars: Some(&Particulars {
                selectors: &[Selector::q(&["name", "origin"])],
                ..Particulars::PLAIN
            }),
            ..Listing::paged(
                "/api/v1/trustedOrigins",
                bucket::TRUSTED_ORIGINS,
                PageLimits::up_to(200, 20),
            )
        }),
        single: Some(Single {
            path: "/api/v1/trustedOrigins/{}",
            bucket: bucket::TRUSTED_ORIGINS,
            lookup: Lookup::Id,
        }),
        generate,
        ..Row::LISTED
    });
}

const FILTER: Dialect = Dialect {
    ignores_case: false,
    joins: true,
    properties: &[(&["name", "origin", "status"], ValueKind::Text, EQ)],
    attributes: None,
};

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("TrustedOrigins");
    let users = made.ids(Collection::Users);
    let count = (maker.users / 20).clamp(5, 45);
    let origins = (0..count).map(|index| {
        let creator = match users.is_empty() {
            true => maker.id("00u"),
            false => maker.pick(&users).clone(),
        };
        origin(maker, index, &creator)
    });
    origins.collect()
}

fn origin(maker: &mut Maker, index: usize, creator: &str) -> Value {
    let id = maker.id("tos");
    let created = maker.time();
    let scopes = match index % 3 {
        0 => json!([{ "type": "CORS" }, { "type": "REDIRECT" }]),
        1 => json!([{ "type": "CORS" }]),
        _ => json!([{ "type": "IFRAME_EMBED", "allowedOktaApps": ["OKTA_ENDUSER"] }]),
    };
    let url = format!("{ORIGIN}/api/v1/trustedOrigins/{id}");
    json!({
        "id": id,
        "name": format!("{} {index}", maker.pick(&["Portal", "portal", "Büro"])),
        "origin": format!("https://portal{index}.example.com"),
        "scopes": scopes,
        "status": if maker.one_in(4) { "INACTIVE" } else { "ACTIVE" },
        "created": stamp(created),
        "createdBy": creator,
        "lastUpdated": stamp(maker.time_from(created)),
        "lastUpdatedBy": creator,
        "_links": { "self": { "href": url, "hints": { "allow": ["GET", "PUT", "DELETE"] } } },
    })
}
