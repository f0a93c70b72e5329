//! Network zones, `/api/v1/zones`, whose cursors are names.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, PageLimits, Row, Single};
use crate::dialect::{Dialect, EQ, ValueKind};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::Particulars;

impl Collection {
    /// Network zones, `/api/v1/zones`.
    pub const NetworkZones: Self = Self::new(&Row {
        name: "NetworkZones",
        file_name: "zones.jsonl",
        id_prefix: "nzo",
        type_name: "NetworkZone",
        scope: "okta.networkZones.read",
        listing: Some(Listing {
            filter: Some(FILTER),
            particulars: Some(&Particulars { ordered_by: Some("name"), ..Particulars::PLAIN }),
            ..Listing::paged("/api/v1/zones", bucket::ZONES, PageLimits::up_to(200, 20))
        }),
        single: Some(Single {
            path: "/api/v1/zones/{}",
            bucket: bucket::ZONES,
            lookup: Lookup::Id,
        }),
        mutable: ("", "usage"),
        generate,
        ..Row::LISTED
    });
}

const FILTER: Dialect = Dialect {
    ignores_case: false,
    joins: true,
    properties: &[(&["id", "usage"], ValueKind::Text, EQ), (&["system"], ValueKind::Boolean, EQ)],
    attributes: None,
};

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let maker = &mut maker.fork("NetworkZones");
    let count = (maker.users / 20).clamp(9, 60);
    let zones = (0..count).map(|index| zone(maker, index));
    zones.collect()
}

fn zone(maker: &mut Maker, index: usize) -> Value {
    let id = maker.id("nzo");
    let created = maker.time();
    let url = format!("{ORIGIN}/api/v1/zones/{id}");
    let (name, system) = match index {
        0 => ("LegacyIpZone".to_owned(), true),
        1 => ("BlockedIpZone".to_owned(), true),
        _ => {
            (format!("{} {index}", maker.pick(&["Office", "office", "Büro", "VPN \"alt\""])), false)
        }
    };
    let mut zone = json!({
        "id": id,
        "name": name,
        "status": if maker.one_in(4) { "INACTIVE" } else { "ACTIVE" },
        "usage": if index == 1 || maker.one_in(4) { "BLOCKLIST" } else { "POLICY" },
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "system": system,
        "_links": {
            "self": { "href": url, "hints": { "allow": ["GET", "PUT", "DELETE"] } },
            "deactivate": {
                "href": format!("{url}/lifecycle/deactivate"), "hints": { "allow": ["POST"] },
            },
        },
    });
    let object = zone.as_object_mut().expect("made above");
    let own = match index % 4 {
        0 | 1 => json!({
            "type": "IP",
            "gateways": (!system).then(|| json!([
                { "type": "CIDR", "value": format!("10.{}.0.0/24", index % 256) },
                { "type": "RANGE", "value": "192.168.1.1-192.168.1.9" },
            ])),
            "proxies": null,
        }),
        2 => json!({
            "type": "DYNAMIC",
            "asns": [],
            "locations": [{ "country": "DE", "region": null }, { "country": "US", "region": "US-CA" }],
            "proxyType": if maker.one_in(2) { json!("Tor") } else { Value::Null },
        }),
        _ => json!({
            "type": "DYNAMIC_V2",
            "asns": { "include": ["1234"], "exclude": [] },
            "locations": { "include": [], "exclude": [{ "country": "KP", "region": null }] },
            "ipServiceCategories": { "include": ["ALL_ANONYMIZERS"], "exclude": [] },
        }),
    };
    object.extend(own.as_object().expect("made above").clone());
    zone
}
