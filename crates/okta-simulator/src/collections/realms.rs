//! Realms, `/api/v1/realms`, ten a page unless more are asked for.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, PageLimits, Row, Single};
use crate::dialect::{Dialect, EQ_PR, EQ_SW_CO, ORDER_PR, ValueKind};
use crate::feature::Feature;
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::Particulars;

impl Collection {
    /// Realms, `/api/v1/realms`.
    pub const Realms: Self = Self::new(&Row {
        name: "Realms",
        file_name: "realms.jsonl",
        id_prefix: "guo",
        type_name: "Realm",
        scope: "okta.realms.read",
        listing: Some(Listing {
            search: Some(SEARCH),
            projects: true,
            particulars: Some(&Particulars {
                feature: Some(Feature::Realms),
                ..Particulars::PLAIN
            }),
            ..Listing::paged("/api/v1/realms", bucket::REALMS, PageLimits::up_to(200, 10))
        }),
        single: Some(Single {
            path: "/api/v1/realms/{}",
            bucket: bucket::REALMS,
            lookup: Lookup::Id,
        }),
        mutable: ("/profile", "name"),
        generate,
        ..Row::LISTED
    });
}

const SEARCH: Dialect = Dialect {
    ignores_case: true,
    joins: true,
    properties: &[
        (&["id", "profile.realmType"], ValueKind::Text, EQ_PR),
        (&["created", "lastUpdated"], ValueKind::Instant, ORDER_PR),
        (&["profile.name"], ValueKind::Text, EQ_SW_CO),
    ],
    attributes: None,
};

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("Realms");
    // The realm that users say they are in is one of them.
    let mut users = made.records(Collection::Users);
    let known = users.find_map(|user| user["realmId"].as_str().map(str::to_owned));
    let realms = (0..12).map(|index| {
        let id = known.clone().filter(|_| index == 1).unwrap_or_else(|| maker.id("guo"));
        realm(maker, index, &id)
    });
    realms.collect()
}

fn realm(maker: &mut Maker, index: usize, id: &str) -> Value {
    let created = maker.time();
    let mut profile = json!({
        "name": if index == 0 { "Default Realm".to_owned() } else { format!("Partner \"{index}\"") },
        "realmType": if index % 3 == 1 { "PARTNER" } else { "DEFAULT" },
    });
    if maker.random.bool() {
        profile["domains"] = json!([format!("partner{index}.example.com")]);
    }
    json!({
        "id": id,
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "profile": profile,
        "isDefault": index == 0,
        "_links": {
            "self": { "rel": "self", "href": format!("{ORIGIN}/api/v1/realms/{id}"), "method": "GET" },
        },
    })
}
