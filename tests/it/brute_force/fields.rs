//! The fields of each object and the conditions that may be asked of them: from the table of the
//! AWS-managed connector if it has the object, and else from the catalogue.

use std::sync::LazyLock;

use appflow_connector::entity::FieldDataType;
use okta_connector::catalogue::{self, At, Collation, Field, OBJECTS, Object};
use serde_json::Value;

use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};

/// One row for each field; entity, field, label, type, operators of the managed connector, path.
const TABLE: &str = include_str!("../../data/managed-connector-fields.csv");

/// The objects of the table in which text ignores case.
const IGNORE_CASE: [&str; 3] = ["User", "Group", "Device"];

/// The way in which the values of a field compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    DateTime,
    Boolean,
    Long,
    Double,
    /// A list of texts, which can be asked whether it has an element.
    TextList,
    List,
    Struct,
}

/// The six signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Returns its name in AppFlow's contract.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Equal => "EQUAL_TO",
            NotEqual => "NOT_EQUAL_TO",
            Less => "LESS_THAN",
            LessOrEqual => "LESS_THAN_OR_EQUAL_TO",
            Greater => "GREATER_THAN",
            GreaterOrEqual => "GREATER_THAN_OR_EQUAL_TO",
        }
    }
}

/// An operator that a filter may use on a field. `IN` comes with `=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Compare(Comparison),
    Contains,
    Between,
}

/// One field of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldRow {
    pub(crate) entity: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// The place of the value in the record, with dots. Empty for a field that exists in the request only.
    pub(crate) path: String,
    /// True if text compares without regard to case.
    pub(crate) ignores_case: bool,
    /// True for an attribute that the org has added to its profiles.
    pub(crate) is_custom: bool,
}

impl FieldRow {
    fn parse(line: &str) -> Self {
        let columns: Vec<&str> = line.split(',').collect();
        let [entity, name, _label, data_type, _operators, path] = columns[..] else {
            panic!("a row of the table has six columns: {line}");
        };
        Self {
            entity: entity.to_owned(),
            name: name.to_owned(),
            kind: kind(data_type),
            path: path.to_owned(),
            ignores_case: IGNORE_CASE.contains(&entity) && name != "id",
            is_custom: false,
        }
    }

    /// Reads a field that the table does not know off the catalogue.
    fn of(object: &Object, field: &Field) -> Self {
        let is_id = matches!(field.kind, catalogue::Kind::Key | catalogue::Kind::Id);
        Self {
            entity: object.name.to_owned(),
            name: field.name.clone().into_owned(),
            kind: match field.data_type() {
                _ if field.kind == catalogue::Kind::Texts => Kind::TextList,
                FieldDataType::String => Kind::Text,
                FieldDataType::DateTime => Kind::DateTime,
                FieldDataType::Boolean => Kind::Boolean,
                FieldDataType::Integer | FieldDataType::Long => Kind::Long,
                FieldDataType::Double => Kind::Double,
                FieldDataType::Struct => Kind::Struct,
                FieldDataType::List => Kind::List,
                other => panic!("the catalogue has no field of type {other:?}"),
            },
            path: path(field),
            ignores_case: object.collation == Collation::IgnoreCase && !is_id,
            is_custom: false,
        }
    }

    /// Says whether the field exists in the request only.
    pub(crate) fn is_request_only(&self) -> bool {
        self.path.is_empty()
    }

    /// Returns the operators that the connector offers in a filter on this field.
    pub(crate) fn operators(&self) -> Vec<Operator> {
        let (comparisons, others): (&[Comparison], &[Operator]) = match self.kind {
            _ if self.is_request_only() => (&[Equal], &[]),
            Kind::Text => (&[Equal, NotEqual], &[Operator::Contains]),
            Kind::DateTime | Kind::Long | Kind::Double => (
                &[Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual],
                &[Operator::Between],
            ),
            Kind::Boolean => (&[Equal, NotEqual], &[]),
            Kind::TextList => (&[], &[Operator::Contains]),
            Kind::List | Kind::Struct => (&[], &[]),
        };
        let comparisons = comparisons.iter().map(|&comparison| Operator::Compare(comparison));
        comparisons.chain(others.iter().copied()).collect()
    }

    /// Returns the value that the connector shows for this field, `None` if it is absent or null. What is no text where
    /// one is promised is shown as its JSON text.
    pub(crate) fn value(&self, record: &Value) -> Option<Value> {
        if self.is_request_only() {
            return None;
        }
        let found = self.path.split('.').try_fold(record, |object, name| object.get(name));
        match found.filter(|value| !value.is_null()) {
            Some(value) if self.kind == Kind::Text && !value.is_string() => {
                Some(value.to_string().into())
            }
            Some(value) => Some(value.clone()),
            None if self.entity == "Group" && self.name == "sourceId" => source_of_link(record),
            None => None,
        }
    }
}

/// Returns the place of a value in a record as `collections::records` shows it.
fn path(field: &Field) -> String {
    match field.at {
        At::Above(path) => format!("above.{path}"),
        At::Branch => "branch".to_owned(),
        At::Made(_) => field.name.clone().into_owned(),
        At::Target(_) | At::Joined(_) | At::Origin(_) | At::Rules(_) | At::AssigneeGroup(_) => {
            format!("derived.{}", field.name)
        }
        _ => field.path().unwrap_or_default().to_owned(),
    }
}

/// Returns the last segment of the link to a group's source, which is the id of the source.
fn source_of_link(record: &Value) -> Option<Value> {
    let href = record.pointer("/_links/source/href")?.as_str()?;
    let id = href.rsplit('/').next().filter(|id| !id.is_empty())?;
    Some(Value::from(id))
}

fn kind(data_type: &str) -> Kind {
    match data_type {
        "String" => Kind::Text,
        "DateTime" => Kind::DateTime,
        "Boolean" => Kind::Boolean,
        "Struct" => Kind::Struct,
        "List" => Kind::List,
        other => panic!("the table knows no type {other}"),
    }
}

static ROWS: LazyLock<Vec<FieldRow>> = LazyLock::new(|| {
    let mut rows: Vec<_> = TABLE.lines().skip(1).map(FieldRow::parse).collect();
    for object in OBJECTS {
        if !rows.iter().any(|row| row.entity == object.name) {
            rows.extend(object.fields.iter().map(|field| FieldRow::of(object, field)));
        }
    }
    rows
});

/// Returns the fields of an object, in their order.
pub(crate) fn fields(entity: &str) -> Vec<FieldRow> {
    let rows: Vec<_> = ROWS.iter().filter(|row| row.entity == entity).cloned().collect();
    assert!(!rows.is_empty(), "there is no object {entity}");
    rows
}

/// Returns one field of an object.
pub(crate) fn field(entity: &str, name: &str) -> &'static FieldRow {
    ROWS.iter()
        .find(|row| row.entity == entity && row.name == name)
        .unwrap_or_else(|| panic!("{entity} has no field {name}"))
}
