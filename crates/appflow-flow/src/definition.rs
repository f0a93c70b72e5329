//! A flow, as `CreateFlow` takes it and `describe-flow` prints it.
//!
//! It is read into types that cannot be wrong by themselves. [`Transfer`](crate::transfer::Transfer) sees whether the entity has
//! the fields that are named, since it takes a connector to know.

use crate::reader::Node;
use crate::refusal::Refusal;
use crate::s3::S3Destination;
use crate::schedule::{DataPullMode, Schedule, Trigger};
use crate::task::Task;
use serde::Deserialize as _;
use serde_json::Value;
use std::collections::BTreeMap;

/// A flow from a custom connector to S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The name: at least two characters without white space, the first a letter or digit.
    pub name: String,
    /// The trigger, which starts a run.
    pub trigger: Trigger,
    /// The source of records.
    pub source: Source,
    /// The destination of records.
    pub destination: S3Destination,
    /// The tasks, in no particular order.
    pub tasks: Vec<Task>,
    /// The version of its mappings, types and partitions: 1 for a flow that is new.
    pub schema_version: u32,
}

/// The source of records: a connector's entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The connection.
    pub connector_profile_name: Option<String>,
    /// The version of the connector's API.
    pub api_version: Option<String>,
    /// The entity.
    pub entity_name: String,
    /// The connector's settings for this flow.
    pub custom_properties: BTreeMap<String, String>,
    /// The field by which a flow is incremental, if it is.
    pub datetime_type_field_name: Option<String>,
}

const WITHOUT_EFFECT: [&str; 14] = [
    // Who may read what AppFlow keeps, and what it tells others of the flow.
    "kmsArn",
    "tags",
    "clientToken",
    "metadataCatalogConfig",
    // What describe-flow adds, and what boto3 adds to that.
    "flowArn",
    "flowStatus",
    "flowStatusMessage",
    "lastRunExecutionDetails",
    "lastRunMetadataCatalogDetails",
    "createdAt",
    "createdBy",
    "lastUpdatedAt",
    "lastUpdatedBy",
    "ResponseMetadata",
];

const MEMBERS: [&str; 7] = [
    "flowName",
    "description",
    "triggerConfig",
    "sourceFlowConfig",
    "destinationFlowConfigList",
    "tasks",
    "schemaVersion",
];

impl Flow {
    /// Reads a flow in the spelling of AppFlow's API.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of the first thing that AppFlow would refuse, or that cannot be run here.
    pub fn read(value: &Value) -> Result<Self, Refusal> {
        let node = Node::new("the flow", value);
        let members = node.members(&[MEMBERS.as_slice(), &WITHOUT_EFFECT].concat())?;
        if let Some(description) = members.optional("description") {
            check_description(&description)?;
        }
        let name = flow_name(&members.required("flowName")?)?;
        let trigger = Trigger::read(&members.required("triggerConfig")?)?;
        let source = Source::read(&members.required("sourceFlowConfig")?)?;
        let destination = destination(&members.required("destinationFlowConfigList")?)?;
        let tasks = members.required("tasks")?;
        let tasks = tasks.list()?.iter().map(Task::read).collect::<Result<_, _>>()?;
        let schema_version = match members.optional("schemaVersion") {
            Some(version) => {
                let version = version.whole(1..=u32::MAX.into())?;
                u32::try_from(version).expect("it is in the range")
            }
            None => 1,
        };
        let flow = Self { name, trigger, source, destination, tasks, schema_version };
        if flow.incremental().is_some() && flow.source.datetime_type_field_name.is_none() {
            return Err(Refusal::new(
                "dataPullMode is `Incremental` but sourceFlowConfig.incrementalPullConfig.datetimeTypeFieldName is missing: \
                 expected the field by which records are found that changed",
            ));
        }
        Ok(flow)
    }

    /// Returns the schedule of a flow whose runs transfer what changed since the one before.
    pub fn incremental(&self) -> Option<&Schedule> {
        match &self.trigger {
            Trigger::Scheduled(schedule) if schedule.pull == DataPullMode::Incremental => {
                Some(schedule)
            }
            Trigger::Scheduled(_) | Trigger::OnDemand => None,
        }
    }
}

/// The signs that may stand in names and descriptions, beside letters and digits.
const NAME_SIGNS: &str = "_!@#.-";
const DESCRIPTION_SIGNS: &str = "_!@#-.?,";

fn flow_name(node: &Node<'_>) -> Result<String, Refusal> {
    let name = node.text()?;
    let is_inside = |c: char| c.is_ascii_alphanumeric() || NAME_SIGNS.contains(c);
    let is_name = (2..=256).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_inside);
    if is_name {
        return Ok(name.to_owned());
    }
    Err(node
        .refuse(&format!("2 to 256 letters, digits and {NAME_SIGNS}, the first a letter or digit")))
}

fn check_description(node: &Node<'_>) -> Result<(), Refusal> {
    let text = node.text()?;
    let is_taken =
        |c: &char| c.is_ascii_alphanumeric() || c.is_whitespace() || DESCRIPTION_SIGNS.contains(*c);
    if let Some(other) = text.chars().find(|c| !is_taken(c)) {
        let expected = format!("letters, digits, white space and {DESCRIPTION_SIGNS}");
        return Err(Refusal::new(format!(
            "description has `{other}`, which AppFlow refuses: expected {expected}"
        )));
    }
    match text.chars().count() {
        0..=2_048 => Ok(()),
        _ => Err(node.refuse("at most 2048 characters")),
    }
}

impl Source {
    fn read(node: &Node<'_>) -> Result<Self, Refusal> {
        let members = node.members(&[
            "connectorType",
            "apiVersion",
            "connectorProfileName",
            "sourceConnectorProperties",
            "incrementalPullConfig",
        ])?;
        let connector = members.required("connectorType")?;
        if connector.text()? != "CustomConnector" {
            return Err(connector.refuse("`CustomConnector`"));
        }
        let text = |name, most| {
            let node = members.optional(name);
            node.map(|node| node.name(most).map(str::to_owned)).transpose()
        };
        let custom =
            members.required("sourceConnectorProperties")?.members(&["CustomConnector"])?;
        let custom = custom.required("CustomConnector")?;
        // How AppFlow calls the connector's function is AppFlow's matter.
        let custom = custom.members(&["entityName", "customProperties", "dataTransferApi"])?;
        let incremental = members.optional("incrementalPullConfig");
        let incremental =
            incremental.map(|node| node.members(&["datetimeTypeFieldName"])).transpose()?;
        let field = incremental.and_then(|members| members.optional("datetimeTypeFieldName"));
        Ok(Self {
            connector_profile_name: text("connectorProfileName", 256)?,
            api_version: text("apiVersion", 256)?,
            entity_name: custom.required("entityName")?.name(1_024)?.to_owned(),
            custom_properties: custom_properties(custom.optional("customProperties"))?,
            datetime_type_field_name: field
                .map(|node| node.name(256).map(str::to_owned))
                .transpose()?,
        })
    }
}

fn custom_properties(node: Option<Node<'_>>) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(node) = node else { return Ok(BTreeMap::new()) };
    let entries = node.entries()?;
    if entries.len() > 50 {
        return Err(node.refuse("at most 50 members"));
    }
    let entry =
        |(key, node): &(&str, Node<'_>)| Ok(((*key).to_owned(), node.name(2_048)?.to_owned()));
    entries.iter().map(entry).collect()
}

fn destination(node: &Node<'_>) -> Result<S3Destination, Refusal> {
    let list = node.list()?;
    let [only] = list.as_slice() else {
        return Err(Refusal::new(format!(
            "destinationFlowConfigList has {} destinations: expected one",
            list.len()
        )));
    };
    let members = only.members(&[
        "connectorType",
        "apiVersion",
        "connectorProfileName",
        "destinationConnectorProperties",
    ])?;
    let connector = members.required("connectorType")?;
    if connector.text()? != "S3" {
        return Err(connector.refuse("`S3`, the only destination that this program writes"));
    }
    let properties = members.required("destinationConnectorProperties")?.members(&["S3"])?;
    let s3 = properties.required("S3")?;
    S3Destination::deserialize(s3.value())
        .map_err(|error| Refusal::new(format!("{}: {error}", s3.place())))
}
