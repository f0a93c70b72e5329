//! The tasks of a flow: what is asked for, what is done with it, and under which names it goes on.

use crate::column::DataType;
use crate::reader::{Members, Node};
use crate::refusal::{Refusal, any_of, suggestion};
use appflow_connector::entity::Operator;

/// One task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Asks the source for these fields.
    Project(Vec<String>),
    /// Transfers only records that fulfil a condition.
    Filter(FilterTask),
    /// Passes on a field.
    Map(MapTask),
    /// Passes on every field under its own name, but for these.
    MapAll(Vec<String>),
    /// Makes a field of several, which a [`Task::Map`] may pass on.
    Merge(MergeTask),
    /// Makes a field of two numbers, which a [`Task::Map`] may pass on.
    Arithmetic(ArithmeticTask),
    /// Hides characters of a field.
    Mask(MaskTask),
    /// Keeps so many characters of a field.
    Truncate(String, usize),
    /// Looks at each value of a field.
    Validate(ValidateTask),
    /// Puts records with the same values of these fields into a folder of their own, outermost first.
    Partition(Vec<String>),
}

/// A condition on one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterTask {
    /// The field.
    pub field: String,
    /// The comparison.
    pub operator: Operator,
    /// The values that it is compared with.
    pub operand: Operand,
}

/// The values that a field is compared with, as texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// One (`VALUE`), or any of several (`VALUES`).
    AnyOf(Vec<String>),
    /// The values between two (`LOWER_BOUND`, `UPPER_BOUND`).
    Bounds(String, String),
}

/// The way of a field into the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapTask {
    /// The field, or what another task made.
    pub source: String,
    /// The name in the destination.
    pub destination: String,
    /// The type in the destination, if it is not that of the field.
    pub data_type: Option<DataType>,
}

/// A text made of several fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeTask {
    /// Texts and fields, by turns.
    pub parts: Vec<MergePart>,
    /// The name of what is made.
    pub destination: String,
}

/// A part of a text that is made of fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergePart {
    /// It is the same in every record.
    Text(String),
    /// It is the value of a field.
    Field(String),
}

/// A number made of two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArithmeticTask {
    /// `ADDITION`, `SUBTRACTION`, `MULTIPLICATION` or `DIVISION`.
    pub operator: Operator,
    /// The fields, in the order of the operation.
    pub operands: [String; 2],
    /// The name of what is made.
    pub destination: String,
}

/// A field whose characters are hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskTask {
    /// The field.
    pub field: String,
    /// Which characters.
    pub hides: Hides,
    /// The sign that stands in the place of each.
    pub mask: String,
}

/// The characters that a mask hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hides {
    /// All. So many stand in their place, if it is said, which hides how many there were.
    All(Option<usize>),
    /// The first ones.
    First(usize),
    /// The last ones.
    Last(usize),
}

/// A demand on the values of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidateTask {
    /// The field.
    pub field: String,
    /// `VALIDATE_NON_NULL` or another of its kind.
    pub operator: Operator,
    /// The fate of a record that does not meet it.
    pub action: ValidationAction,
}

/// Decides about a record that does not meet a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidationAction {
    /// It is left out.
    DropRecord,
    /// The run fails.
    DropDataset,
}

#[derive(Clone, Copy)]
enum TaskType {
    Arithmetic,
    Filter,
    Map,
    MapAll,
    Mask,
    Merge,
    Partition,
    Passthrough,
    Truncate,
    Validate,
}

const TASK_TYPES: &[(&str, TaskType)] = &[
    ("Arithmetic", TaskType::Arithmetic),
    ("Filter", TaskType::Filter),
    ("Map", TaskType::Map),
    ("Map_all", TaskType::MapAll),
    ("Mask", TaskType::Mask),
    ("Merge", TaskType::Merge),
    ("Partition", TaskType::Partition),
    ("Passthrough", TaskType::Passthrough),
    ("Truncate", TaskType::Truncate),
    ("Validate", TaskType::Validate),
];

const VALIDATION_ACTIONS: &[(&str, ValidationAction)] =
    &[("DropRecord", ValidationAction::DropRecord), ("DropDataset", ValidationAction::DropDataset)];

const PROPERTIES: [&str; 17] = [
    "VALUE",
    "VALUES",
    "DATA_TYPE",
    "UPPER_BOUND",
    "LOWER_BOUND",
    "SOURCE_DATA_TYPE",
    "DESTINATION_DATA_TYPE",
    "VALIDATION_ACTION",
    "MASK_VALUE",
    "MASK_LENGTH",
    "TRUNCATE_LENGTH",
    "MATH_OPERATION_FIELDS_ORDER",
    "CONCAT_FORMAT",
    "SUBFIELD_CATEGORY_MAP",
    "EXCLUDE_SOURCE_FIELDS_LIST",
    "INCLUDE_NEW_FIELDS",
    "ORDERED_PARTITION_KEYS_LIST",
];

const COMPARISONS: [Operator; 8] = [
    Operator::EqualTo,
    Operator::NotEqualTo,
    Operator::LessThan,
    Operator::LessThanOrEqualTo,
    Operator::GreaterThan,
    Operator::GreaterThanOrEqualTo,
    Operator::Between,
    Operator::Contains,
];

const MASKS: [Operator; 3] = [Operator::MaskAll, Operator::MaskFirstN, Operator::MaskLastN];

const VALIDATIONS: [Operator; 4] = [
    Operator::ValidateNonNull,
    Operator::ValidateNonZero,
    Operator::ValidateNonNegative,
    Operator::ValidateNumeric,
];

const OPERATIONS: [Operator; 4] =
    [Operator::Addition, Operator::Subtraction, Operator::Multiplication, Operator::Division];

/// The types of fields by name. Case is free: AWS's own constructs write `String` and `string`.
const DATA_TYPES: [(&str, DataType); 15] = [
    ("String", DataType::String),
    ("Integer", DataType::Integer),
    ("Float", DataType::Float),
    ("Double", DataType::Double),
    ("Long", DataType::Long),
    ("Short", DataType::Short),
    ("BigInteger", DataType::BigInteger),
    ("BigDecimal", DataType::BigDecimal),
    ("ByteArray", DataType::ByteArray),
    ("Boolean", DataType::Boolean),
    ("Date", DataType::Date),
    ("DateTime", DataType::DateTime),
    ("Struct", DataType::Struct),
    ("Map", DataType::Map),
    ("List", DataType::List),
];

impl Task {
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, Refusal> {
        let members = node.members(&[
            "sourceFields",
            "taskType",
            "connectorOperator",
            "destinationField",
            "taskProperties",
        ])?;
        let task_type = members.required("taskType")?;
        let parts = Parts {
            sources: members.required("sourceFields")?.texts()?,
            operator: members
                .optional("connectorOperator")
                .map(|node| operator(&node))
                .transpose()?,
            properties: Properties::read(node.place(), members.optional("taskProperties"))?,
            members,
            place: node.place(),
        };
        match task_type.word(TASK_TYPES)? {
            TaskType::Filter => parts.filter(),
            TaskType::Map => parts.map(),
            TaskType::MapAll => {
                parts.operator_of(&[Operator::NoOp])?;
                let excluded = parts.properties.names("EXCLUDE_SOURCE_FIELDS_LIST")?;
                Ok(Self::MapAll(excluded.unwrap_or_default()))
            }
            TaskType::Merge => parts.merge(),
            TaskType::Arithmetic => parts.arithmetic(),
            TaskType::Mask => parts.mask(),
            TaskType::Truncate => {
                parts.operator_of(&[Operator::NoOp])?;
                let length = parts.properties.required_length("TRUNCATE_LENGTH")?;
                Ok(Self::Truncate(parts.source()?, length))
            }
            TaskType::Validate => Ok(Self::Validate(ValidateTask {
                field: parts.source()?,
                operator: parts.operator_of(&VALIDATIONS)?,
                action: parts.properties.required("VALIDATION_ACTION")?.word(VALIDATION_ACTIONS)?,
            })),
            TaskType::Partition => {
                let ordered = parts.properties.names("ORDERED_PARTITION_KEYS_LIST")?;
                let fields = ordered.unwrap_or(parts.sources);
                match fields.len() {
                    1..=10 => Ok(Self::Partition(fields)),
                    found => Err(Refusal::new(format!(
                        "{} partitions by {found} fields: expected 1 to 10",
                        node.place()
                    ))),
                }
            }
            TaskType::Passthrough => Err(Refusal::new(format!(
                "{} is of the type `Passthrough`, which this program cannot run: expected `Map` or `Map_all`",
                node.place()
            ))),
        }
    }
}

/// The members that every task has.
struct Parts<'a> {
    place: &'a str,
    sources: Vec<String>,
    operator: Option<(Node<'a>, Operator)>,
    properties: Properties<'a>,
    members: Members<'a>,
}

impl Parts<'_> {
    fn filter(self) -> Result<Task, Refusal> {
        let expected = [[Operator::Projection].as_slice(), &COMPARISONS].concat();
        let operator = self.operator_of(&expected)?;
        if operator == Operator::Projection {
            return Ok(Task::Project(self.sources));
        }
        let operand = if operator == Operator::Between {
            let [lower, upper] =
                ["LOWER_BOUND", "UPPER_BOUND"].map(|key| self.properties.required_text(key));
            Operand::Bounds(lower?, upper?)
        } else {
            let of_value = self.properties.text("VALUE")?;
            let of_values = self.properties.text("VALUES")?;
            match (of_value, of_values) {
                (Some(value), None) => Operand::AnyOf(vec![value]),
                (None, Some(values)) => {
                    Operand::AnyOf(values.split(',').map(str::to_owned).collect())
                }
                (None, None) => {
                    return Err(self.refuse("has neither VALUE nor VALUES: expected one of them"));
                }
                (Some(_), Some(_)) => {
                    return Err(self.refuse("has VALUE and VALUES: expected one of them"));
                }
            }
        };
        let is_several = matches!(&operand, Operand::AnyOf(values) if values.len() > 1);
        let takes_several = [Operator::EqualTo, Operator::NotEqualTo, Operator::Contains];
        if is_several && !takes_several.contains(&operator) {
            let name = operator.name();
            return Err(
                self.refuse(&format!("compares by {name} with several VALUES: expected one"))
            );
        }
        Ok(Task::Filter(FilterTask { field: self.source()?, operator, operand }))
    }

    fn map(self) -> Result<Task, Refusal> {
        self.operator_of(&[Operator::NoOp])?;
        // AppFlow knows the type of the field; what the flow says of it has to be a type.
        self.properties.data_type("SOURCE_DATA_TYPE")?;
        Ok(Task::Map(MapTask {
            source: self.source()?,
            destination: self.destination()?,
            data_type: self.properties.data_type("DESTINATION_DATA_TYPE")?,
        }))
    }

    fn merge(self) -> Result<Task, Refusal> {
        self.operator_of(&[Operator::NoOp])?;
        let format = self.properties.required_text("CONCAT_FORMAT")?;
        let mut parts = Vec::new();
        let mut rest = format.as_str();
        while let Some((text, (name, after))) =
            rest.split_once("${").and_then(|(text, rest)| Some((text, rest.split_once('}')?)))
        {
            if !self.sources.iter().any(|source| source == name) {
                let near = suggestion(name, self.sources.iter().map(String::as_str));
                return Err(self.refuse(&format!(
                    "has ${{{name}}} in CONCAT_FORMAT, which is none of its sourceFields{near}"
                )));
            }
            parts.push(MergePart::Text(text.to_owned()));
            parts.push(MergePart::Field(name.to_owned()));
            rest = after;
        }
        if parts.is_empty() {
            return Err(self.refuse(&format!(
                "has the CONCAT_FORMAT `{format}`, which names no field: expected a text such as `${{firstName}} ${{lastName}}`"
            )));
        }
        parts.push(MergePart::Text(rest.to_owned()));
        parts.retain(|part| !matches!(part, MergePart::Text(text) if text.is_empty()));
        let destination = self.destination()?;
        Ok(Task::Merge(MergeTask { parts, destination }))
    }

    fn arithmetic(self) -> Result<Task, Refusal> {
        let operator = self.operator_of(&OPERATIONS)?;
        let Ok(sources) = <[String; 2]>::try_from(self.sources.clone()) else {
            return Err(
                self.refuse(&format!("has {} sourceFields: expected two", self.sources.len()))
            );
        };
        let order = self.properties.text("MATH_OPERATION_FIELDS_ORDER")?;
        let order: Option<Vec<String>> =
            order.map(|order| order.split(',').map(|name| name.trim().to_owned()).collect());
        let operands = match order {
            None => sources,
            Some(order) => match <[String; 2]>::try_from(order) {
                Ok([first, second])
                    if sources == [first.as_str(), &second]
                        || sources == [second.as_str(), &first] =>
                {
                    [first, second]
                }
                _ => {
                    let [first, second] = sources;
                    return Err(Refusal::new(format!(
                        "{}: MATH_OPERATION_FIELDS_ORDER is not its sourceFields: expected `{first},{second}` or `{second},{first}`",
                        self.place
                    )));
                }
            },
        };
        Ok(Task::Arithmetic(ArithmeticTask {
            operator,
            operands,
            destination: self.destination()?,
        }))
    }

    fn mask(self) -> Result<Task, Refusal> {
        let operator = self.operator_of(&MASKS)?;
        let hides = match operator {
            Operator::MaskFirstN => Hides::First(self.properties.required_length("MASK_LENGTH")?),
            Operator::MaskLastN => Hides::Last(self.properties.required_length("MASK_LENGTH")?),
            _ => Hides::All(self.properties.length("MASK_LENGTH")?),
        };
        let mask = self.properties.text("MASK_VALUE")?.unwrap_or_else(|| "*".to_owned());
        Ok(Task::Mask(MaskTask { field: self.source()?, hides, mask }))
    }

    /// Returns the only field.
    fn source(&self) -> Result<String, Refusal> {
        match self.sources.as_slice() {
            [only] => Ok(only.clone()),
            several => {
                Err(self.refuse(&format!("has {} sourceFields: expected one", several.len())))
            }
        }
    }

    fn destination(&self) -> Result<String, Refusal> {
        let node = self.members.required("destinationField")?;
        let name = node.text()?;
        match name.chars().count() {
            1..=256 => Ok(name.to_owned()),
            _ => Err(node.refuse("1 to 256 characters")),
        }
    }

    /// Returns the operator, which has to be one of these. What a task cannot do without may be left out.
    fn operator_of(&self, expected: &[Operator]) -> Result<Operator, Refusal> {
        match (&self.operator, expected) {
            (Some((_, operator)), _) if expected.contains(operator) => Ok(*operator),
            (None, [only]) => Ok(*only),
            (found, _) => {
                let expected = any_of(expected.iter().map(|operator| operator.name()));
                Err(match found {
                    Some((node, operator)) => Refusal::new(format!(
                        "{} is `{}`: expected {expected}",
                        node.place(),
                        operator.name()
                    )),
                    None => self.refuse(&format!("has no connectorOperator: expected {expected}")),
                })
            }
        }
    }

    fn refuse(&self, what: &str) -> Refusal {
        Refusal::new(format!("{} {what}", self.place))
    }
}

/// Reads the one member of `connectorOperator`.
fn operator<'a>(node: &Node<'a>) -> Result<(Node<'a>, Operator), Refusal> {
    let all = [Operator::Projection, Operator::NoOp];
    let all = all.iter().chain(&COMPARISONS).chain(&OPERATIONS).chain(&MASKS).chain(&VALIDATIONS);
    let words: Vec<_> = all.map(|&operator| (operator.name(), operator)).collect();
    let mut entries = node.entries()?.into_iter();
    let (Some((connector, word)), None) = (entries.next(), entries.next()) else {
        return Err(node.refuse("an object with one member, `CustomConnector`"));
    };
    let operator = word.word(&words)?;
    // AppFlow takes the operator of another connector where it does nothing.
    if connector != "CustomConnector" && operator != Operator::NoOp {
        return Err(Refusal::new(format!(
            "{} is for another connector than the source: expected the member `CustomConnector`",
            word.place()
        )));
    }
    Ok((word, operator))
}

/// The properties of a task.
struct Properties<'a> {
    place: String,
    entries: Vec<(&'a str, Node<'a>)>,
}

impl<'a> Properties<'a> {
    fn read(task: &str, node: Option<Node<'a>>) -> Result<Self, Refusal> {
        let entries = node.map(|node| node.entries()).transpose()?.unwrap_or_default();
        for (key, node) in &entries {
            if !PROPERTIES.contains(key) {
                let near = suggestion(key, PROPERTIES);
                return Err(Refusal::new(format!(
                    "{} is a property that AppFlow does not know{near}",
                    node.place()
                )));
            }
            if *key == "SUBFIELD_CATEGORY_MAP" {
                return Err(Refusal::new(format!(
                    "{} is a property that this program cannot run",
                    node.place()
                )));
            }
            let text = node.text()?;
            if !(1..=2_048).contains(&text.chars().count()) || text.contains('\n') {
                return Err(node.refuse("1 to 2048 characters on one line"));
            }
        }
        Ok(Self { place: format!("{task}.taskProperties"), entries })
    }

    fn node(&self, key: &str) -> Option<&Node<'a>> {
        self.entries.iter().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    fn required(&self, key: &str) -> Result<&Node<'a>, Refusal> {
        self.node(key).ok_or_else(|| Refusal::new(format!("{}.{key} is missing", self.place)))
    }

    fn text(&self, key: &str) -> Result<Option<String>, Refusal> {
        self.node(key).map(|node| node.text().map(str::to_owned)).transpose()
    }

    fn required_text(&self, key: &str) -> Result<String, Refusal> {
        self.required(key)?.text().map(str::to_owned)
    }

    fn length(&self, key: &str) -> Result<Option<usize>, Refusal> {
        let length = |node: &Node<'_>| {
            let length = node.text()?.parse().ok().filter(|length| (1..=2_048).contains(length));
            length.ok_or_else(|| node.refuse("a whole number from 1 to 2048, as text"))
        };
        self.node(key).map(length).transpose()
    }

    fn required_length(&self, key: &str) -> Result<usize, Refusal> {
        self.required(key)?;
        Ok(self.length(key)?.expect("it is there"))
    }

    /// Reads a list of names that is the text of a JSON array.
    fn names(&self, key: &str) -> Result<Option<Vec<String>>, Refusal> {
        let names = |node: &Node<'_>| {
            let names = serde_json::from_str(node.text()?);
            names.map_err(|_| node.refuse(r#"the text of a list, such as `["a","b"]`"#))
        };
        self.node(key).map(names).transpose()
    }

    fn data_type(&self, key: &str) -> Result<Option<DataType>, Refusal> {
        let data_type = |node: &Node<'_>| {
            let name = node.text()?;
            let found = DATA_TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, data_type)| *data_type).ok_or_else(|| {
                let known = any_of(DATA_TYPES.iter().map(|(known, _)| *known));
                node.refuse(&known)
            })
        };
        self.node(key).map(data_type).transpose()
    }
}
