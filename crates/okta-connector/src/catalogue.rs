//! The objects and fields that the connector offers: one table for each Okta object, one row for each field.
//!
//! Everything else is derived from these tables: what AppFlow is told, what is pushed down to Okta,
//! what a record consists of and `docs/OBJECTS.md`. No file outside of this one and its folder names an object or a field.

mod application;
mod device;
mod group;
pub(crate) mod schema;
mod schema_attribute;
mod user;
mod user_type;

use appflow_connector::entity::{FieldDataType, Operator};
use std::borrow::Cow;

/// The objects, in the order of their names.
pub static OBJECTS: [&Object; 7] = [
    &application::APPLICATION,
    &device::DEVICE,
    &group::GROUP,
    &schema_attribute::GROUP_SCHEMA_ATTRIBUTE,
    &user::USER,
    &schema_attribute::USER_SCHEMA_ATTRIBUTE,
    &user_type::USER_TYPE,
];

/// Returns the scopes that read all objects and the schemas that define their attributes, each once.
pub(crate) fn scopes() -> Vec<&'static str> {
    let mut scopes = Vec::new();
    let schemas = OBJECTS.into_iter().filter_map(|object| object.schemas);
    let of_schemas = schemas.map(|schemas| schemas.scope);
    for scope in OBJECTS.into_iter().map(|object| object.scope).chain(of_schemas) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

/// An Okta object that AppFlow sees as an entity. It is small: texts and tables are borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// The entity's identifier.
    pub name: &'static str,
    /// The name that the console shows.
    pub label: &'static str,
    /// A description for the console.
    pub description: &'static str,
    /// The listing of its records.
    pub endpoint: Endpoint,
    /// The way in which its texts compare.
    pub collation: Collation,
    /// The OAuth 2.0 scope that reads it.
    pub scope: &'static str,
    /// True if every org has such records, so that none at all means that they are hidden.
    pub always_has_records: bool,
    /// Its turn when a connection is tried: the object with the cheapest listing is asked first.
    pub probe_turn: u8,
    /// The sign of a deprovisioned record, where the object has such records.
    pub deprovisioned: Option<Deprovisioned>,
    /// The schemas that define further attributes of its records, if an org may add some.
    pub schemas: Option<&'static Schemas>,
    /// Its fields, in the order in which the console shows them.
    pub fields: &'static [Field],
}

/// The schemas in which an org defines attributes of an object.
#[derive(Clone, Copy, Debug)]
pub struct Schemas {
    /// The path of the one schema, or the part of it in front of a schema's id.
    pub path: &'static str,
    /// The listing of types, each of which links to its schema; none if there is one schema.
    pub types: Option<Types>,
    /// The scope that reads them.
    pub scope: &'static str,
    /// The conditions on an attribute that Okta evaluates, unless its type is one of those that it compares otherwise.
    pub pushdown: Pushdown,
}

/// The types of an object's records, each of which has a schema of its own.
#[derive(Clone, Copy, Debug)]
pub struct Types {
    /// The path of their listing.
    pub path: &'static str,
    /// The path of the address of the schema in a type. The address ends in the schema's id.
    pub link: &'static str,
}

/// The field and the value by which a deprovisioned record is known. A flow can leave these out.
#[derive(Clone, Copy, Debug)]
pub struct Deprovisioned {
    /// The name of the field.
    pub field: &'static str,
    /// Its value.
    pub value: &'static str,
}

/// The listing of an object's records, and the way to ask for it.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// The path of the listing. `{path}/{id}` is the record itself.
    pub path: &'static str,
    /// The largest page that Okta gives; absent where the listing is one answer.
    pub page_size: Option<u32>,
    /// The conditions that the listing understands.
    pub dialect: Dialect,
    /// The field by which `search` can be sorted and cut into ranges that are walked side by side:
    /// one that every record has and that never changes.
    pub lanes: Option<&'static str>,
    /// The content of the listing, if it is not the records.
    pub shows: Shows,
    /// True if the listing knows `fields=`.
    pub projection: bool,
    /// Parameters that every listing is asked with.
    pub always: &'static [(&'static str, &'static str)],
    /// Parts of a record that Okta leaves out when it is asked to.
    pub omissions: &'static [Omission],
}

/// The content of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Shows {
    /// The records.
    Records,
    /// A schema: its attributes are the records.
    Schema,
    /// Types, each of which links to a schema whose attributes are the records.
    Types(&'static Schemas),
}

/// A part of a record that Okta leaves out when `okta-response` in the `Content-Type` header says so.
#[derive(Clone, Copy, Debug)]
pub struct Omission {
    /// The property of the record.
    pub property: &'static str,
    /// The word in `okta-response`.
    pub word: &'static str,
}

/// The property whose attributes `fields=` names one by one.
pub const PROFILE: &str = "profile";

/// The conditions that a listing understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `search` over most properties and a fresher `filter` over a few.
    SearchAndFilter {
        /// The condition that finds every record, where a listing without one hides some.
        everything: Option<&'static str>,
        /// True if `filter` knows `ge` and `le`.
        filter_ge: bool,
        /// True if `search` knows `lt` and `gt` on texts, which make "differs from". Okta documents
        /// that for users; for groups and devices it shows them on dates alone.
        search_orders_texts: bool,
    },
    /// `search` alone, which orders dates and nothing else.
    Search,
    /// `filter` with one `eq`, nothing else.
    OneEquality,
    /// No condition.
    Nothing,
}

/// The way in which texts compare, which is Okta's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collation {
    /// `A` is `a`; diacritics matter.
    IgnoreCase,
    /// Every difference matters.
    Exact,
}

/// A field: a row of a table, or later an attribute of an org's schema.
#[derive(Clone, Debug)]
pub struct Field {
    /// The key in records and filters.
    pub name: Cow<'static, str>,
    /// The name that the console shows.
    pub label: Cow<'static, str>,
    /// The type of its values.
    pub kind: Kind,
    /// The place of its value.
    pub at: At,
    /// The conditions on it that Okta evaluates.
    pub pushdown: Pushdown,
    /// True if its value identifies a record.
    pub unique: bool,
    /// A description for the console and the documentation.
    pub description: Cow<'static, str>,
}

/// The type of a field, as far as meaning goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key of the record, which compares exactly, whatever the object's collation.
    Key,
    /// The id of another record, which compares exactly as well.
    Id,
    /// A text.
    Text,
    /// A text from an open set that Okta writes in capitals.
    Enumeration,
    /// A point in time.
    DateTime,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A JSON array of texts, which can be asked whether it has one.
    Texts,
    /// A JSON object, which is opaque and cannot be filtered.
    Struct,
    /// A JSON array, which is opaque and cannot be filtered.
    List,
}

/// The place of a field's value.
#[derive(Clone, Debug)]
pub enum At {
    /// In Okta's JSON, at this path. Okta's expressions name it by the path too.
    Record(Cow<'static, str>),
    /// In Okta's JSON, at the first path; where nothing is there, the last segment of the address at
    /// the second path.
    RecordOrLastSegment(&'static str, &'static str),
    /// In the request: the id of the parent below which the record is listed. A filter names it, Okta
    /// does not answer it, and each record carries it.
    Parent(&'static Parent),
}

/// A parent: an object below which Okta lists records of another one.
#[derive(Debug)]
pub struct Parent {
    /// The name of the parent's id in `filter` of the records' own listing.
    pub filter: &'static str,
    /// The path of the listing below the parent, whose id stands between the two parts.
    pub path: [&'static str; 2],
    /// The content of that listing.
    pub lists: Lists,
}

/// The content of a listing below a parent.
#[derive(Clone, Copy, Debug)]
pub enum Lists {
    /// The records themselves, in pages.
    Records,
    /// In one answer, objects that each name the id of a record under this property.
    References(&'static str),
}

/// The conditions on a property that Okta evaluates. The default is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pushdown {
    /// True if `search` knows the property: `eq`, and on dates `lt`, `le`, `gt` and `ge`.
    pub search: bool,
    /// True if `search` knows `co` on it as well.
    pub contains: bool,
    /// True if `filter` knows the property.
    pub filter: bool,
}

const NOTHING: Pushdown = Pushdown { search: false, contains: false, filter: false };
const SEARCH: Pushdown = Pushdown { search: true, ..NOTHING };
const CONTAINS: Pushdown = Pushdown { contains: true, ..SEARCH };
const FILTER: Pushdown = Pushdown { filter: true, ..NOTHING };
const BOTH: Pushdown = Pushdown { search: true, filter: true, ..NOTHING };

/// Makes the row of a value that is in Okta's JSON at `path`.
const fn field(
    name: &'static str,
    label: &'static str,
    kind: Kind,
    path: &'static str,
    pushdown: Pushdown,
    description: &'static str,
) -> Field {
    row(name, label, kind, At::Record(Cow::Borrowed(path)), pushdown, description)
}

/// Makes the row of a value that is somewhere else than under one path.
const fn row(
    name: &'static str,
    label: &'static str,
    kind: Kind,
    at: At,
    pushdown: Pushdown,
    description: &'static str,
) -> Field {
    Field {
        name: Cow::Borrowed(name),
        label: Cow::Borrowed(label),
        kind,
        at,
        pushdown,
        unique: matches!(kind, Kind::Key),
        description: Cow::Borrowed(description),
    }
}

impl Field {
    /// Says that the value identifies a record, beside the key.
    const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
}

impl Field {
    /// Returns the type that AppFlow is told.
    pub fn data_type(&self) -> FieldDataType {
        match self.kind {
            Kind::Key | Kind::Id | Kind::Text | Kind::Enumeration => FieldDataType::String,
            Kind::DateTime => FieldDataType::DateTime,
            Kind::Boolean => FieldDataType::Boolean,
            Kind::Integer => FieldDataType::Long,
            Kind::Number => FieldDataType::Double,
            Kind::Struct => FieldDataType::Struct,
            Kind::List | Kind::Texts => FieldDataType::List,
        }
    }

    /// Returns the operators that filters may use on it. Conditions that Okta cannot evaluate are
    /// evaluated here, so these follow from type and place alone.
    pub fn operators(&self) -> &'static [Operator] {
        if let At::Parent(_) = self.at {
            return &[Operator::EqualTo];
        }
        match self.kind {
            Kind::Key | Kind::Id | Kind::Text | Kind::Enumeration => {
                &[Operator::EqualTo, Operator::NotEqualTo, Operator::Contains]
            }
            Kind::DateTime | Kind::Integer | Kind::Number => &[
                Operator::EqualTo,
                Operator::NotEqualTo,
                Operator::LessThan,
                Operator::LessThanOrEqualTo,
                Operator::GreaterThan,
                Operator::GreaterThanOrEqualTo,
                Operator::Between,
            ],
            Kind::Boolean => &[Operator::EqualTo, Operator::NotEqualTo],
            Kind::Texts => &[Operator::Contains],
            Kind::Struct | Kind::List => &[],
        }
    }

    /// Returns the name of the attribute of the profile that its value is, if it is one.
    pub(crate) fn attribute(&self) -> Option<&str> {
        self.path()?.strip_prefix(PROFILE)?.strip_prefix('.')
    }

    /// Returns the path of its value in Okta's JSON; `None` if the value is in the request.
    pub fn path(&self) -> Option<&str> {
        match &self.at {
            At::Record(path) => Some(path),
            At::RecordOrLastSegment(path, _) => Some(path),
            At::Parent(_) => None,
        }
    }

    /// Returns the first segment of the path: a property of the record itself.
    pub fn property(&self) -> Option<&str> {
        self.path().map(|path| path.split_once('.').map_or(path, |(property, _)| property))
    }

    /// Returns the name of the field in Okta's expressions.
    pub fn term(&self) -> &str {
        match &self.at {
            At::Record(path) => path,
            At::RecordOrLastSegment(path, _) => path,
            At::Parent(parent) => parent.filter,
        }
    }
}

impl Parent {
    /// Returns the path of the listing below the parent with this id.
    pub(crate) fn listing_below(&self, id: &str) -> String {
        let [before, after] = self.path;
        format!("{before}{id}{after}")
    }
}

impl Object {
    /// Finds the object that AppFlow calls `name`.
    pub fn find(name: &str) -> Option<&'static Self> {
        OBJECTS.into_iter().find(|object| object.name == name)
    }

    /// Finds the field that AppFlow calls `name`.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Returns the primary key.
    pub fn key(&self) -> &'static Field {
        let key = self.fields.iter().find(|field| field.kind == Kind::Key);
        key.expect("every object has a key, as a test on the table shows")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all_fields() -> impl Iterator<Item = (&'static Object, &'static Field)> {
        OBJECTS
            .into_iter()
            .flat_map(|object| object.fields.iter().map(move |field| (object, field)))
    }

    #[test]
    fn objects_are_sorted_and_probed_in_turn() {
        assert!(OBJECTS.is_sorted_by_key(|object| object.name));
        let turns: BTreeSet<_> = OBJECTS.into_iter().map(|object| object.probe_turn).collect();
        assert_eq!(turns.len(), OBJECTS.len());
    }

    #[test]
    fn names_are_unique_and_can_be_filtered() {
        const KEYWORDS: [&str; 18] = [
            "and", "AND", "or", "OR", "not", "NOT", "true", "True", "TRUE", "false", "False",
            "FALSE", "contains", "CONTAINS", "between", "BETWEEN", "in", "limit",
        ];
        for object in OBJECTS {
            let names: BTreeSet<_> = object.fields.iter().map(|field| &field.name).collect();
            assert_eq!(names.len(), object.fields.len(), "{}", object.name);
            let labels: BTreeSet<_> = object.fields.iter().map(|field| &field.label).collect();
            assert_eq!(labels.len(), object.fields.len(), "{}", object.name);
        }
        for (_, field) in all_fields() {
            assert!(field.name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", field.name);
            assert!(field.name.as_bytes()[0].is_ascii_lowercase(), "{}", field.name);
            assert!(!KEYWORDS.contains(&&*field.name), "{}", field.name);
        }
    }

    #[test]
    fn each_object_has_one_key() {
        for object in OBJECTS {
            let keys = object.fields.iter().filter(|field| field.kind == Kind::Key);
            assert_eq!(keys.count(), 1, "{}", object.name);
            assert!(object.key().unique);
        }
    }

    #[test]
    fn only_what_the_dialect_knows_is_pushed_down() {
        for (object, field) in all_fields() {
            let pushdown = field.pushdown;
            let (search, filter) = match object.endpoint.dialect {
                Dialect::SearchAndFilter { .. } => (true, true),
                Dialect::Search => (true, false),
                Dialect::OneEquality => (false, true),
                Dialect::Nothing => (false, false),
            };
            assert!(search || !pushdown.search, "{} {}", object.name, field.name);
            assert!(filter || !pushdown.filter, "{} {}", object.name, field.name);
            assert!(pushdown.search || !pushdown.contains, "{} {}", object.name, field.name);
            let opaque = matches!(field.kind, Kind::Struct | Kind::List);
            assert!(!opaque || pushdown == NOTHING, "{} {}", object.name, field.name);
        }
    }
}
