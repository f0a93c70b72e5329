//! Resource sets, `/api/v1/iam/resource-sets`: what custom roles are about.

use serde_json::json;

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, PageLimits, Row, Single};
use crate::maker::{ADMIN_ORIGIN, Maker, stamp};
use crate::particulars::{Envelope, Particulars};

impl Collection {
    /// Resource sets, `/api/v1/iam/resource-sets`.
    pub const ResourceSets: Self = Self::new(&Row {
        name: "ResourceSets",
        file_name: "resource_sets.jsonl",
        id_prefix: "iam",
        type_name: "ResourceSet",
        scope: "okta.roles.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                envelope: Envelope::Object("resource-sets"),
                for_super_administrators: true,
                ..Particulars::PLAIN
            }),
            ..Listing::paged("/api/v1/iam/resource-sets", bucket::IAM, PageLimits::up_to(100, 100))
        }),
        single: Some(Single {
            path: "/api/v1/iam/resource-sets/{}",
            bucket: bucket::IAM,
            lookup: Lookup::Id,
        }),
        mutable: ("", "description"),
        generate,
        ..Row::LISTED
    });
}

const SETS: [(&str, &str); 3] =
    [("All users", "Everybody"), ("Team applications", "Applications of one team"), ("Grüße", "")];

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let maker = &mut maker.fork("ResourceSets");
    let sets = SETS.iter().map(|(label, description)| {
        let id = maker.id("iam");
        let created = maker.time();
        let url = format!("{ADMIN_ORIGIN}/api/v1/iam/resource-sets/{id}");
        json!({
            "id": id,
            "label": label,
            "description": description,
            "created": stamp(created),
            "lastUpdated": stamp(maker.time_from(created)),
            "_links": {
                "resources": { "href": format!("{url}/resources") },
                "bindings": { "href": format!("{url}/bindings") },
                "self": { "href": url },
            },
        })
    });
    sets.collect()
}
