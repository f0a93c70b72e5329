//! A flow in a template of CloudFormation: the resource `AWS::AppFlow::Flow`, spelled as AppFlow's API does.
//!
//! CloudFormation begins every name with a capital, writes maps of task properties as lists, leaves out the level `Scheduled`
//! and takes numbers for texts and the other way round. The rest is the same.

use crate::intrinsics::Scope;
use crate::reader::Node;
use crate::refusal::{Refusal, suggestion};
use crate::yaml;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Chooses what of a template is to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The logical name of the resource; not needed where there is only one flow.
    pub resource: Option<String>,
    /// The values of parameters that are not to have their defaults.
    pub parameters: BTreeMap<String, String>,
}

/// The type of the resource.
const FLOW: &str = "AWS::AppFlow::Flow";

/// Reads a flow from a text: a template of CloudFormation in YAML or JSON, or JSON in the spelling of AppFlow's API, which is
/// returned as it is.
///
/// # Errors
///
/// [`Refusal`] if it is neither, or if the template does not have what is chosen.
pub fn flow_of(text: &str, choice: &Choice) -> Result<Value, Refusal> {
    let document = match serde_json::from_str::<Value>(text) {
        Ok(document) => document,
        // The place in a file of JSON is told best by what reads JSON.
        Err(error) if text.trim_start().starts_with('{') => {
            return Err(Refusal::new(format!("this is no JSON: {error}")));
        }
        Err(_) => yaml::read(text)?,
    };
    let Value::Object(members) = &document else {
        return Err(Refusal::new(
            "this is no flow: expected an object, as CreateFlow takes it or as a template of CloudFormation",
        ));
    };
    if members.contains_key("Resources") {
        return from_template(members, choice);
    }
    if !members.contains_key("flowName") && !members.contains_key("tasks") {
        return Err(Refusal::new(
            "this is no flow and no template: expected `flowName`, as in CreateFlow, or `Resources`, as in CloudFormation",
        ));
    }
    if choice.resource.is_some() || !choice.parameters.is_empty() {
        return Err(Refusal::new(
            "this is no template, which alone has resources and parameters: expected neither --resource nor --parameter",
        ));
    }
    Ok(document)
}

fn from_template(template: &Map<String, Value>, choice: &Choice) -> Result<Value, Refusal> {
    let (name, resource) = resource(template, choice.resource.as_deref())?;
    let scope = Scope::new(template, &choice.parameters)?;
    let place = format!("Resources.{name}.Properties");
    let properties = resource.get("Properties").unwrap_or(&Value::Null);
    let properties = scope.resolve(&place, properties)?.unwrap_or_default();
    let Value::Object(mut properties) = properties else {
        return Err(Node::new(&place, &properties).refuse("an object"));
    };
    // It is what follows the creation of a flow, which has no such members.
    for without_effect in ["FlowStatus", "Tags", "MetadataCatalogConfig"] {
        properties.remove(without_effect);
    }
    api_spelling(&place, Value::Object(properties))
}

/// Finds the flow that is chosen, or the only one.
fn resource<'a>(
    template: &'a Map<String, Value>,
    chosen: Option<&str>,
) -> Result<(&'a str, &'a Value), Refusal> {
    let node = template.get("Resources").unwrap_or(&Value::Null);
    let Value::Object(resources) = node else {
        return Err(Node::new("Resources", node).refuse("an object"));
    };
    let type_of =
        |resource: &Value| resource.get("Type").and_then(Value::as_str).map(str::to_owned);
    let flows: Vec<_> = resources
        .iter()
        .filter(|(_, resource)| type_of(resource).as_deref() == Some(FLOW))
        .collect();
    let names = || flows.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    match (chosen, flows.as_slice()) {
        (Some(chosen), _) => {
            let Some((name, resource)) = resources.get_key_value(chosen) else {
                let near = suggestion(chosen, names());
                return Err(Refusal::new(format!("the template has no resource `{chosen}`{near}")));
            };
            match type_of(resource) {
                Some(found) if found == FLOW => Ok((name, resource)),
                found => {
                    let found = found.unwrap_or_else(|| "of no type".to_owned());
                    Err(Refusal::new(format!("resource `{chosen}` is {found}: expected {FLOW}")))
                }
            }
        }
        (None, [(name, resource)]) => Ok((name, resource)),
        (None, []) => Err(Refusal::new(format!("the template has no resource of the type {FLOW}"))),
        (None, _) => Err(Refusal::new(format!(
            "the template has {} flows, {}: expected `--resource` with one of them",
            flows.len(),
            names().join(", ")
        ))),
    }
}

/// Names whose spelling in the API is not theirs with a small letter in front.
const RENAMED: [(&str, &str); 5] = [
    ("KMSArn", "kmsArn"),
    ("TimeZone", "timezone"),
    ("S3", "S3"),
    ("CustomConnector", "CustomConnector"),
    ("SAPOData", "SAPOData"),
];

/// Names whose values are numbers. CloudFormation takes the text of one too.
const NUMBERS: [&str; 6] = [
    "FirstExecutionFrom",
    "FlowErrorDeactivationThreshold",
    "ScheduleEndTime",
    "ScheduleOffset",
    "ScheduleStartTime",
    "TargetFileSize",
];

fn api_spelling(place: &str, value: Value) -> Result<Value, Refusal> {
    match value {
        Value::Object(members) => {
            let mut spelled = Map::new();
            for (name, value) in members {
                let place = format!("{place}.{name}");
                let value = member(&place, &name, value)?;
                spelled.insert(api_name(&place, &name)?, value);
            }
            Ok(Value::Object(spelled))
        }
        Value::Array(values) => {
            let values = values.into_iter().enumerate();
            let values =
                values.map(|(index, value)| api_spelling(&format!("{place}[{index}]"), value));
            Ok(Value::Array(values.collect::<Result<_, _>>()?))
        }
        // A text is expected, and what looks like something else is one.
        Value::Number(_) | Value::Bool(_) => Ok(Value::String(value.to_string())),
        Value::String(_) | Value::Null => Ok(value),
    }
}

fn api_name(place: &str, name: &str) -> Result<String, Refusal> {
    if let Some((_, spelled)) = RENAMED.iter().find(|(known, _)| *known == name) {
        return Ok((*spelled).to_owned());
    }
    let mut rest = name.chars();
    match rest.next() {
        Some(first) if first.is_ascii_uppercase() => {
            Ok(format!("{}{}", first.to_ascii_lowercase(), rest.as_str()))
        }
        _ => Err(Refusal::new(format!(
            "{place} is not spelled as CloudFormation does: expected a capital letter in front"
        ))),
    }
}

fn member(place: &str, name: &str, value: Value) -> Result<Value, Refusal> {
    match name {
        "TaskProperties" => entries(place, &value),
        // The connector's own names, which are nobody's to change.
        "CustomProperties" => match value {
            Value::Object(members) => {
                let text = |(key, value)| {
                    (
                        key,
                        if let Value::Number(_) | Value::Bool(_) = value {
                            Value::String(value.to_string())
                        } else {
                            value
                        },
                    )
                };
                Ok(Value::Object(members.into_iter().map(text).collect()))
            }
            other => Ok(other),
        },
        "TriggerProperties" => Ok(json!({ "Scheduled": api_spelling(place, value)? })),
        "PreserveSourceDataTyping" => Ok(match value.as_str() {
            Some("true") => Value::Bool(true),
            Some("false") => Value::Bool(false),
            _ => value,
        }),
        name if NUMBERS.contains(&name) => {
            let number = value.as_str().and_then(|text| serde_json::from_str(text).ok());
            Ok(number.filter(Value::is_number).unwrap_or(value))
        }
        _ => api_spelling(place, value),
    }
}

/// Makes a map of a list of objects with `Key` and `Value`.
fn entries(place: &str, value: &Value) -> Result<Value, Refusal> {
    let mut map = Map::new();
    for node in Node::new(place, value).list()? {
        let members = node.members(&["Key", "Value"])?;
        let key = members.required("Key")?.text()?;
        let value = match members.required("Value")?.value() {
            value @ (Value::Number(_) | Value::Bool(_)) => Value::String(value.to_string()),
            value => value.clone(),
        };
        map.insert(key.to_owned(), value);
    }
    Ok(Value::Object(map))
}
