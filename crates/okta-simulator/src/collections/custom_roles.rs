//! Custom roles, `/api/v1/iam/roles`.

use serde_json::json;

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, PageLimits, Row, Single};
use crate::maker::{ADMIN_ORIGIN, Maker, stamp};
use crate::particulars::{Envelope, Particulars};

impl Collection {
    /// Custom roles, `/api/v1/iam/roles`.
    pub const CustomRoles: Self = Self::new(&Row {
        name: "CustomRoles",
        file_name: "iam_roles.jsonl",
        id_prefix: "cr0",
        type_name: "CustomRole",
        scope: "okta.roles.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                envelope: Envelope::Object("roles"),
                for_super_administrators: true,
                ..Particulars::PLAIN
            }),
            ..Listing::paged("/api/v1/iam/roles", bucket::IAM, PageLimits::up_to(100, 100))
        }),
        single: Some(Single {
            path: "/api/v1/iam/roles/{}",
            bucket: bucket::IAM,
            lookup: Lookup::Id,
        }),
        mutable: ("", "description"),
        generate,
        ..Row::LISTED
    });
}

const ROLES: [(&str, &str); 4] = [
    ("User reader", "Reads users"),
    ("App owner", "Manages the applications of one team"),
    ("Help desk \"Süd\"", ""),
    ("app owner", "Another one, whose name differs in case only"),
];

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let maker = &mut maker.fork("CustomRoles");
    let roles = ROLES.iter().map(|(label, description)| {
        let id = maker.id("cr0");
        let created = maker.time();
        let url = format!("{ADMIN_ORIGIN}/api/v1/iam/roles/{id}");
        json!({
            "id": id,
            "label": label,
            "description": description,
            "created": stamp(created),
            "lastUpdated": stamp(maker.time_from(created)),
            "_links": {
                "permissions": { "href": format!("{url}/permissions") },
                "self": { "href": url },
            },
        })
    });
    roles.collect()
}
