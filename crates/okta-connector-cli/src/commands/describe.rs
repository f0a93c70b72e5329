//! The fields of an entity, in a table.

use super::entity_name::EntityName;
use super::org::{Org, OrgArguments, OrgConnector, REAL_ORG};
use super::print;
use super::table::Table;
use super::terminal::{self, print_text};
use appflow_connector::Operation;
use appflow_connector::entity::Operator;
use appflow_connector::request::DescribeEntityRequest;
use clap::Args;
use okta_connector::catalogue::{Kind, Object};
use okta_connector::docs;
use okta_connector::entity::{Entity, FieldId};
use okta_connector_cli::Clock;
use serde::Serialize;

/// Describe the fields of an entity.
#[derive(Debug, Args)]
#[command(after_help = format!("{REAL_ORG}\n\n{EXAMPLES}"))]
pub(crate) struct Describe {
    /// The entity: `okta-connector entities` lists all.
    #[arg(value_parser = EntityName, hide_possible_values = true)]
    entity: &'static Object,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    org: OrgArguments,
}

const EXAMPLES: &str = "\
Examples:
  okta-connector describe GroupMember
  okta-connector describe User --org demo --json";

/// The name of the flow in requests.
const FLOW: &str = "describe";

/// An entity, as it is described.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    /// True if the attributes of an org are among the fields.
    of_org: bool,
    fields: Vec<DescribedField<'a>>,
}

/// A field, as it is described.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribedField<'a> {
    name: &'a str,
    label: &'a str,
    description: &'a str,
    #[serde(rename = "type")]
    data_type: String,
    operators: Vec<&'static str>,
    is_key: bool,
    is_timestamp: bool,
    is_custom: bool,
    /// The ways in which Okta selects by it.
    pushed_down: Vec<String>,
    #[serde(skip)]
    symbols: String,
}

impl Describe {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let object = self.entity;
        let org = match object.schemas {
            Some(_) => self.org.find(Clock::Wall)?,
            None => None,
        };
        let entity = match &org {
            Some(org) => described(object, org, &org.connector()?, FLOW).await?,
            None => Entity::fixed(object),
        };
        let described = Described::new(&entity, org.as_ref());
        if self.json {
            return print(&format!("{:#}\n", serde_json::to_value(&described)?));
        }
        print_text(&format!("{}: {}\n\n", object.name, object.description))?;
        print(&described.table().render(terminal::width()))?;
        if object.schemas.is_some() && org.is_none() {
            super::say("An org may have further attributes: --org demo, or OKTA_CLIENT_ORGURL.");
        }
        Ok(())
    }
}

/// Describes an entity with the attributes of an org.
pub(crate) async fn described(
    object: &Object,
    org: &Org,
    connector: &OrgConnector,
    flow: &str,
) -> anyhow::Result<Entity> {
    let request = DescribeEntityRequest {
        entity_identifier: object.name.to_owned(),
        connector_context: org.context(flow),
    };
    Ok(connector.describe(&request, Operation::DescribeEntity.time_limit()).await?)
}

impl<'a> Described<'a> {
    fn new(entity: &'a Entity, org: Option<&Org>) -> Self {
        let object = &entity.object;
        let fields = entity.fields().map(|(id, _)| DescribedField::new(entity, id));
        Self {
            name: object.name,
            label: object.label,
            description: object.description,
            of_org: org.is_some(),
            fields: fields.collect(),
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&["FIELD", "TYPE", "OPERATORS", "PUSHED DOWN", "LABEL"]);
        for field in &self.fields {
            let marks = [
                (field.is_key, " key"),
                (field.is_timestamp, " timestamp"),
                (field.is_custom, " custom"),
            ];
            let marks: String =
                marks.into_iter().filter_map(|(is_so, mark)| is_so.then_some(mark)).collect();
            table.row(vec![
                field.name.to_owned(),
                format!("{}{marks}", field.data_type),
                field.symbols.clone(),
                field.ways(),
                field.label.to_owned(),
            ]);
        }
        table
    }
}

impl<'a> DescribedField<'a> {
    fn new(entity: &'a Entity, id: FieldId) -> Self {
        let (object, field, is_custom) = (&entity.object, &entity[id], entity.is_custom(id));
        let operators = field.operators();
        let symbols: Vec<_> = operators.iter().map(|operator| symbol(*operator)).collect();
        let ways = docs::pushed_down(object, field).into_iter();
        Self {
            name: &field.name,
            label: &field.label,
            description: &field.description,
            data_type: format!("{:?}", field.data_type()),
            operators: operators.iter().map(|operator| operator.name()).collect(),
            is_key: field.kind == Kind::Key,
            is_timestamp: field.kind == Kind::DateTime && !is_custom,
            is_custom,
            pushed_down: ways.map(|way| way.replace('`', "")).collect(),
            symbols: symbols.join(" "),
        }
    }
}

impl DescribedField<'_> {
    /// Names the ways in which Okta selects by it, each that is a part of another one left out.
    fn ways(&self) -> String {
        let all = &self.pushed_down;
        let is_part = |way: &String| all.iter().any(|other| other != way && other.starts_with(way));
        let ways: Vec<_> = all.iter().filter(|way| !is_part(way)).map(String::as_str).collect();
        ways.join(", ")
    }
}

/// Returns an operator as filters write it.
fn symbol(operator: Operator) -> &'static str {
    match operator {
        Operator::EqualTo => "=",
        Operator::NotEqualTo => "!=",
        Operator::LessThan => "<",
        Operator::LessThanOrEqualTo => "<=",
        Operator::GreaterThan => ">",
        Operator::GreaterThanOrEqualTo => ">=",
        other => match other.name() {
            "CONTAINS" => "contains",
            "BETWEEN" => "between",
            name => name,
        },
    }
}
