//! The profile schema of groups, `/api/v1/meta/schemas/group/default`.

use serde_json::json;

use crate::attribute::{Attribute, AttributeType};
use crate::bucket;
use crate::collection::{Batch, Collection, Expand, Lookup, Made, Row, Single};
use crate::maker::{Maker, ORIGIN};
use crate::profile_schema::schema;

impl Collection {
    /// The profile schema of groups.
    pub const GroupSchemas: Self = Self::new(&Row {
        name: "GroupSchemas",
        file_name: "group_schemas.jsonl",
        id_prefix: "osc",
        type_name: "Schema",
        scope: "okta.schemas.read",
        listing: None,
        single: Some(Single {
            path: PATH,
            bucket: bucket::GROUP_SCHEMA,
            lookup: Lookup::GroupSchema,
        }),
        schemas: None,
        expand: Expand::Embeds(&[]),
        has_credentials: false,
        mutable: ("", "description"),
        generate,
    });
}

const PATH: &str = "/api/v1/meta/schemas/group/default";

fn generate(_: &mut Maker, _: &Made) -> Batch {
    let description = "Okta group profile template";
    let mut schema = schema("group", "Okta group", description, base(), custom());
    let url = format!("{ORIGIN}{PATH}");
    schema["_links"] = json!({ "self": { "rel": "self", "href": url, "method": "GET" } });
    [schema].into_iter().collect()
}

fn base() -> [Attribute; 2] {
    let base = |name, title, most| {
        Attribute::new(name, AttributeType::String)
            .titled(title)
            .described(title)
            .with("maxLength", most)
            .with("permissions", json!([{ "principal": "SELF", "action": "READ_WRITE" }]))
            .with("master", json!({ "type": "PROFILE_MASTER" }))
    };
    [base("name", "Name", 255).required(), base("description", "Description", 1024)]
}

fn custom() -> [Attribute; 3] {
    [
        Attribute::new("region", AttributeType::String).titled("Region"),
        Attribute::new("tier", AttributeType::Integer).titled("Tier"),
        Attribute::new("isTemporary", AttributeType::Boolean).titled("Is temporary"),
    ]
}
