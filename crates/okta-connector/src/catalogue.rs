//! What the connector offers: one table for each Okta object, one row for each field.
//!
//! Everything else is derived from these tables: what AppFlow is told, what is pushed down to Okta,
//! what a record consists of and `docs/OBJECTS.md`. No other file names an object or a field.

mod application;
mod device;
mod group;
mod user;
mod user_type;

use appflow_connector::entity::{FieldDataType, Operator};

/// The objects, in the order of their names.
pub static OBJECTS: [&Object; 5] =
    [&application::APPLICATION, &device::DEVICE, &group::GROUP, &user::USER, &user_type::USER_TYPE];

/// An Okta object that AppFlow sees as an entity.
#[derive(Debug)]
pub struct Object {
    /// The entity's identifier.
    pub name: &'static str,
    /// The name that the console shows.
    pub label: &'static str,
    /// What it is, for the console.
    pub description: &'static str,
    /// Where its records are, and how they are asked for.
    pub endpoint: Endpoint,
    /// How its texts compare.
    pub collation: Collation,
    /// The OAuth 2.0 scope that reads it.
    pub scope: &'static str,
    /// The records that a flow can leave out: those whose field has this value.
    pub omittable: Option<(&'static str, &'static str)>,
    /// Its fields, in the order in which the console shows them.
    pub fields: &'static [Field],
}

/// Where records are.
#[derive(Debug)]
pub struct Endpoint {
    /// The listing. `{path}/{id}` is the record itself.
    pub path: &'static str,
    /// The largest page that Okta gives; absent where the listing is one answer.
    pub page_size: Option<u32>,
    /// What the listing understands.
    pub dialect: Dialect,
    /// The field by which `search` can be sorted and cut into ranges that are walked side by side:
    /// one that every record has and that never changes.
    pub lanes: Option<&'static str>,
    /// Whether the listing knows `fields=`.
    pub projection: bool,
    /// What every listing is asked with.
    pub always: &'static [(&'static str, &'static str)],
    /// Properties that Okta leaves out of a record when asked, and the names by which `okta-response` asks.
    pub omissions: Option<[(&'static str, &'static str); 3]>,
}

/// The property whose attributes `fields=` names one by one.
pub const PROFILE: &str = "profile";

/// What a listing understands beyond paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `search` over most properties and a fresher `filter` over a few.
    SearchAndFilter {
        /// The condition that finds every record, where a listing without one hides some.
        everything: Option<&'static str>,
        /// Whether `filter` knows `ge` and `le`.
        filter_ge: bool,
        /// Whether `search` knows `lt` and `gt` on texts, which make "differs from". Okta documents
        /// that for users; for groups and devices it shows them on dates alone.
        search_orders_texts: bool,
    },
    /// `search` alone, which orders dates and nothing else.
    Search,
    /// `filter` with one `eq`, nothing else.
    OneEquality,
    /// Nothing.
    Nothing,
}

/// How texts compare, which is how Okta compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collation {
    /// `A` is `a`; diacritics matter.
    IgnoreCase,
    /// Every difference matters.
    Exact,
}

/// A field.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// The key in records and filters.
    pub name: &'static str,
    /// The name that the console shows.
    pub label: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Where it is in Okta's JSON, which is also Okta's name for it in expressions.
    pub path: &'static str,
    /// A second place to look when the first one is empty.
    pub fallback: Option<Fallback>,
    /// Where else the records with a value of this field can be had.
    pub elsewhere: Option<Elsewhere>,
    /// What Okta evaluates natively.
    pub pushdown: Pushdown,
    /// Whether it identifies records by itself.
    pub unique: bool,
    /// What it holds, for the console and the documentation.
    pub description: &'static str,
}

/// The type of a field, as far as meaning goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key of the record: compares exactly, whatever the object's collation.
    Key,
    /// A text.
    Text,
    /// A text from an open set that Okta writes in capitals.
    Enumeration,
    /// A point in time.
    DateTime,
    /// True or false.
    Boolean,
    /// A JSON object: opaque, cannot be filtered.
    Struct,
    /// A JSON array: opaque, cannot be filtered.
    List,
    /// An id that exists in the request only: the record carries the value that was asked for.
    RequestOnly,
}

/// A second place to look for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// The last segment of the address at this path.
    LastSegmentOf(&'static str),
}

/// Where else the records with a value of a request-only field can be had. The value stands between
/// the two parts of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// A listing of the records.
    Records(&'static str, &'static str),
    /// One page of objects, each with the id of a record under a property.
    Ids(&'static str, &'static str, &'static str),
}

/// What Okta evaluates natively on a property. The default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pushdown {
    /// `search` knows the property: `eq`, and on dates `lt`, `le`, `gt` and `ge`.
    pub search: bool,
    /// `search` knows `co` on it as well.
    pub contains: bool,
    /// `filter` knows it.
    pub filter: bool,
}

const NOTHING: Pushdown = Pushdown { search: false, contains: false, filter: false };
const SEARCH: Pushdown = Pushdown { search: true, ..NOTHING };
const CONTAINS: Pushdown = Pushdown { contains: true, ..SEARCH };
const FILTER: Pushdown = Pushdown { filter: true, ..NOTHING };
const BOTH: Pushdown = Pushdown { search: true, filter: true, ..NOTHING };

/// A row of a table.
const fn field(
    name: &'static str,
    label: &'static str,
    kind: Kind,
    path: &'static str,
    pushdown: Pushdown,
    description: &'static str,
) -> Field {
    let unique = matches!(kind, Kind::Key);
    Field {
        name,
        label,
        kind,
        path,
        fallback: None,
        elsewhere: None,
        pushdown,
        unique,
        description,
    }
}

impl Field {
    const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    const fn or_last_segment_of(mut self, path: &'static str) -> Self {
        self.fallback = Some(Fallback::LastSegmentOf(path));
        self
    }

    const fn elsewhere(mut self, elsewhere: Elsewhere) -> Self {
        self.elsewhere = Some(elsewhere);
        self
    }

    /// The type that AppFlow is told.
    pub fn data_type(&self) -> FieldDataType {
        match self.kind {
            Kind::Key | Kind::Text | Kind::Enumeration | Kind::RequestOnly => FieldDataType::String,
            Kind::DateTime => FieldDataType::DateTime,
            Kind::Boolean => FieldDataType::Boolean,
            Kind::Struct => FieldDataType::Struct,
            Kind::List => FieldDataType::List,
        }
    }

    /// The operators that filters may use on it. What Okta cannot evaluate is evaluated here, so
    /// these follow from the type alone.
    pub fn operators(&self) -> &'static [Operator] {
        match self.kind {
            Kind::Key | Kind::Text | Kind::Enumeration => {
                &[Operator::EqualTo, Operator::NotEqualTo, Operator::Contains]
            }
            Kind::DateTime => &[
                Operator::EqualTo,
                Operator::NotEqualTo,
                Operator::LessThan,
                Operator::LessThanOrEqualTo,
                Operator::GreaterThan,
                Operator::GreaterThanOrEqualTo,
                Operator::Between,
            ],
            Kind::Boolean => &[Operator::EqualTo, Operator::NotEqualTo],
            Kind::RequestOnly => &[Operator::EqualTo],
            Kind::Struct | Kind::List => &[],
        }
    }

    /// The first segment of the path: a property of the record itself.
    pub fn property(&self) -> &'static str {
        self.path.split('.').next().unwrap_or(self.path)
    }
}

impl Object {
    /// The object that AppFlow calls `name`.
    pub fn find(name: &str) -> Option<&'static Self> {
        OBJECTS.into_iter().find(|object| object.name == name)
    }

    /// The field that AppFlow calls `name`.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The primary key.
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
    fn objects_are_sorted_and_complete() {
        assert!(OBJECTS.is_sorted_by_key(|object| object.name));
        assert_eq!(all_fields().count(), 115);
    }

    #[test]
    fn names_are_unique_and_can_be_filtered() {
        const KEYWORDS: [&str; 18] = [
            "and", "AND", "or", "OR", "not", "NOT", "true", "True", "TRUE", "false", "False",
            "FALSE", "contains", "CONTAINS", "between", "BETWEEN", "in", "limit",
        ];
        for object in OBJECTS {
            let names: BTreeSet<_> = object.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), object.fields.len(), "{}", object.name);
            let labels: BTreeSet<_> = object.fields.iter().map(|field| field.label).collect();
            assert_eq!(labels.len(), object.fields.len(), "{}", object.name);
        }
        for (_, field) in all_fields() {
            assert!(field.name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", field.name);
            assert!(field.name.as_bytes()[0].is_ascii_lowercase(), "{}", field.name);
            assert!(!KEYWORDS.contains(&field.name), "{}", field.name);
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
