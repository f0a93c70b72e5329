//! YAML of CloudFormation as JSON: the short form of a function, such as `!Ref X`, becomes its long form, `{"Ref": "X"}`.

use crate::refusal::Refusal;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value, json};

/// More levels than any template has; a text that nests deeper is none.
const MAX_DEPTH: usize = 100;

/// The rest that a list or an object is still to be filled with.
enum Open {
    List { tag: Option<String>, values: Vec<Value> },
    Object { tag: Option<String>, members: Map<String, Value>, key: Option<String> },
}

/// Reads a document. JSON is YAML too.
///
/// # Errors
///
/// [`Refusal`] with the line, for what is no YAML and for what CloudFormation does not take.
pub(crate) fn read(text: &str) -> Result<Value, Refusal> {
    let mut open: Vec<Open> = Vec::new();
    let mut document = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event
            .map_err(|error| refuse(error.marker(), &format!("is no YAML: {}", error.info())))?;
        let place = span.start;
        let value = match event {
            Event::DocumentStart(_) if document.is_some() => {
                return Err(refuse(&place, "begins a second document: expected one"));
            }
            Event::SequenceStart(_, tag) => {
                open.push(Open::List { tag: function(tag.as_deref()), values: Vec::new() });
                None
            }
            Event::MappingStart(_, tag) => {
                let tag = function(tag.as_deref());
                open.push(Open::Object { tag, members: Map::new(), key: None });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|closed| match closed {
                Open::List { tag, values } => long_form(tag, Value::Array(values)),
                Open::Object { tag, members, .. } => long_form(tag, Value::Object(members)),
            }),
            Event::Scalar(text, style, _, tag) => {
                let tag = function(tag.as_deref());
                let value = match style {
                    // A function takes a text, whatever it looks like.
                    ScalarStyle::Plain if tag.is_none() => plain(&text),
                    _ => Value::String(text.into_owned()),
                };
                Some(long_form(tag, value))
            }
            Event::Alias(_) => {
                return Err(refuse(&place, "has an alias, which CloudFormation does not take"));
            }
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return Err(refuse(&place, &format!("nests deeper than {MAX_DEPTH} levels")));
        }
        let Some(value) = value else { continue };
        match open.last_mut() {
            None => document = Some(value),
            Some(Open::List { values, .. }) => values.push(value),
            Some(Open::Object { members, key, .. }) => match key.take() {
                Some(key) => {
                    members.insert(key, value);
                }
                None => {
                    let name = name(value).ok_or_else(|| {
                        refuse(&place, "has a list or an object as a name: expected a text")
                    })?;
                    if members.contains_key(&name) {
                        return Err(refuse(&place, &format!("has `{name}` a second time")));
                    }
                    *key = Some(name);
                }
            },
        }
    }
    Ok(document.unwrap_or(Value::Null))
}

fn refuse(place: &Marker, what: &str) -> Refusal {
    Refusal::new(format!("line {} {what}", place.line()))
}

/// Returns the name of the function that a tag is the short form of.
fn function(tag: Option<&Tag>) -> Option<String> {
    let tag = tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty())?;
    Some(match tag.suffix.as_str() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    })
}

fn long_form(function: Option<String>, value: Value) -> Value {
    match (function, value) {
        (None, value) => value,
        // Its short form has the resource and the attribute in one text.
        (Some(name), Value::String(text)) if name == "Fn::GetAtt" => {
            json!({ name: text.splitn(2, '.').collect::<Vec<_>>() })
        }
        (Some(name), value) => json!({ name: value }),
    }
}

/// Returns what a text without quotes means.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        // What JSON would not take for a number, such as 007, is a text.
        text => match serde_json::from_str(text) {
            Ok(number @ Value::Number(_)) => number,
            _ => Value::String(text.to_owned()),
        },
    }
}

fn name(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}
