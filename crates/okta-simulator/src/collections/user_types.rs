//! User types, `/api/v1/meta/types/user`: all of them at once, and the default one by that name.

use serde_json::json;

use crate::bucket;
use crate::collection::{Batch, Collection, Expand, Listing, Lookup, Made, Row, Single};
use crate::maker::{Maker, ORIGIN, stamp};

impl Collection {
    /// User types, `/api/v1/meta/types/user`.
    pub const UserTypes: Self = Self::new(&Row {
        name: "UserTypes",
        file_name: "types.jsonl",
        id_prefix: "oty",
        type_name: "CVDType",
        scope: "okta.userTypes.read",
        listing: Some(Listing::whole("/api/v1/meta/types/user", bucket::OTHER)),
        single: Some(Single {
            path: "/api/v1/meta/types/user/{}",
            bucket: bucket::OTHER,
            lookup: Lookup::UserType,
        }),
        schemas: None,
        expand: Expand::Embeds(&[]),
        has_credentials: false,
        mutable: ("", "description"),
        generate,
    });
}

/// The name, the shown name and the description of each type. The first is the default.
const TYPES: [(&str, &str, Option<&str>); 3] = [
    ("user", "User", Some("Okta user profile template with default permission settings")),
    ("contractor", "Contractor \"external\"", None),
    ("service", "Dienstkonto für Geräte", Some("")),
];

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let system = maker.id("spr");
    let types = TYPES.iter().enumerate().map(|(index, (name, display_name, description))| {
        let (id, schema_id) = (maker.id("oty"), maker.id("osc"));
        let created = maker.time();
        let type_url = format!("{ORIGIN}/api/v1/meta/types/user/{id}");
        let schema_url = format!("{ORIGIN}/api/v1/meta/schemas/user/{schema_id}");
        json!({
            "id": id,
            "name": name,
            "displayName": display_name,
            "description": description,
            "default": index == 0,
            "created": stamp(created),
            "lastUpdated": stamp(maker.time_from(created)),
            "createdBy": system,
            "lastUpdatedBy": system,
            "_links": {
                "self": { "rel": "self", "href": type_url, "method": "GET" },
                "schema": { "rel": "schema", "href": schema_url, "method": "GET" },
            },
        })
    });
    types.collect()
}
