//! A thing that an event is about, or somebody who did it.

use serde_json::{Value, json};

use crate::collection::Collection;
use crate::org::Org;

use super::kind::Part;

/// A thing, by its type, its id and its names.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    type_name: &'static str,
    pub(crate) id: String,
    pub(crate) alternate_id: String,
    pub(crate) display_name: String,
    detail_entry: Option<Value>,
    pub(crate) change_details: Option<Value>,
}

/// The type, the id, the alternate id and the shown name of a thing.
pub(crate) type Names<'a> = (&'static str, &'a str, &'a str, &'a str);

impl Target {
    /// Describes a thing by its id and its names.
    pub(crate) fn new(part: Part, id: &str, alternate_id: &str, display_name: &str) -> Self {
        Self::named((part.type_name(), id, alternate_id, display_name))
    }

    /// Describes a thing whose type needs not be one that events are about.
    pub(crate) fn named((type_name, id, alternate_id, display_name): Names<'_>) -> Self {
        Self {
            type_name,
            id: id.to_owned(),
            alternate_id: alternate_id.to_owned(),
            display_name: display_name.to_owned(),
            detail_entry: None,
            change_details: None,
        }
    }

    /// Describes an object of the org by its record.
    pub(crate) fn of(part: Part, id: &str, record: &Value) -> Self {
        let text = |pointer| record.pointer(pointer).and_then(Value::as_str);
        let (alternate_id, display_name) = match part {
            Part::User => {
                let names =
                    ["/profile/firstName", "/profile/lastName"].into_iter().filter_map(text);
                (text("/profile/login"), Some(names.collect::<Vec<_>>().join(" ")))
            }
            Part::Group => (None, text("/profile/name").map(str::to_owned)),
            Part::Device => (None, text("/profile/displayName").map(str::to_owned)),
            _ => {
                let names = ["/label", "/name", "/profile/name"];
                let name = names.into_iter().find_map(text);
                (name, name.map(str::to_owned))
            }
        };
        let unknown = "unknown";
        let mut target = Self::new(
            part,
            id,
            alternate_id.unwrap_or(unknown),
            display_name.as_deref().unwrap_or(unknown),
        );
        if let (Part::App, Some(mode)) = (part, text("/signOnMode")) {
            target.detail_entry = Some(json!({ "signOnModeType": mode }));
        }
        target
    }

    /// Describes an object of the org by its id. The log knows no name of one that the org does not have.
    pub(crate) fn find(org: &Org, part: Part, collection: Collection, id: &str) -> Self {
        match org.get(collection, id) {
            Some(record) => Self::of(part, id, &record),
            None => Self::new(part, id, "unknown", "unknown"),
        }
    }

    /// Shows the thing as JSON.
    pub(crate) fn show(&self) -> String {
        let Self { type_name, .. } = self;
        let detail = self.detail_entry.as_ref().unwrap_or(&Value::Null);
        let change = self.change_details.as_ref();
        format!(
            r#"{{"id":{},"type":"{type_name}","alternateId":{},"displayName":{},"detailEntry":{detail}{}}}"#,
            quoted(&self.id),
            quoted(&self.alternate_id),
            quoted(&self.display_name),
            change.map(|change| format!(r#","changeDetails":{change}"#)).unwrap_or_default(),
        )
    }
}

/// Writes a text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
