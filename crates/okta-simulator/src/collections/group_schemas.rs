//! The profile schema of groups, `/api/v1/meta/schemas/group/default`.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Collection, Expand, Lookup, Made, Row, Single};
use crate::maker::{Maker, ORIGIN};
use crate::profile_schema::{Attributes, attribute, schema};

impl Collection {
    /// The profile schema of groups.
    pub const GroupSchemas: Self = Self::new(&Row {
        name: "GroupSchemas",
        file_name: "group_schemas.jsonl",
        id_prefix: "osc",
        type_name: "Schema",
        scope: "okta.schemas.read",
        listing: None,
        single: Some(Single { path: PATH, bucket: bucket::OTHER, lookup: Lookup::Only }),
        schemas: None,
        expand: Expand::Embeds(&[]),
        has_credentials: false,
        mutable: ("", "description"),
        generate,
    });
}

const PATH: &str = "/api/v1/meta/schemas/group/default";

fn generate(_: &mut Maker, _: &Made) -> Vec<Value> {
    let mut schema = schema("group", "Okta group", group_base(), group_custom());
    let url = format!("{ORIGIN}{PATH}");
    schema["_links"] = json!({ "self": { "rel": "self", "href": url, "method": "GET" } });
    vec![schema]
}

fn group_base() -> Attributes {
    let mut name = attribute("name", "string");
    name["required"] = true.into();
    [("name".to_owned(), name), ("description".to_owned(), attribute("description", "string"))]
        .into_iter()
        .collect()
}

fn group_custom() -> Attributes {
    [("region", "string"), ("tier", "integer"), ("isTemporary", "boolean")]
        .into_iter()
        .map(|(name, kind)| (name.to_owned(), attribute(name, kind)))
        .collect()
}
