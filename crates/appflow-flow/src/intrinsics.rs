//! Works out the functions of a template: `Ref`, `Fn::Sub`, `Fn::If` and the others that a flow may be made of.
//!
//! A stack is not at hand. What only a deployment knows, such as the name that a bucket gets, is stood in for by the name of
//! the resource.

use crate::refusal::{Refusal, any_of, suggestion};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// More steps than conditions of a template take one after the other; a condition that needs more needs itself.
const MAX_DEPTH: usize = 200;

/// Holds all that the functions of a template refer to.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    template: &'a Map<String, Value>,
    parameters: BTreeMap<String, Value>,
    /// The conditions that were worked out.
    conditions: RefCell<BTreeMap<String, bool>>,
}

/// The outcome of a value: `AWS::NoValue` is nothing at all.
type Resolved = Option<Value>;

impl<'a> Scope<'a> {
    /// Gives every parameter of a template a value: the one that is given, or its default.
    pub(crate) fn new(
        template: &'a Map<String, Value>,
        given: &BTreeMap<String, String>,
    ) -> Result<Self, Refusal> {
        let empty = Map::new();
        let declared = template.get("Parameters").and_then(Value::as_object).unwrap_or(&empty);
        let is_pseudo = |name: &str| name.starts_with("AWS::");
        if let Some(unknown) =
            given.keys().find(|name| !declared.contains_key(*name) && !is_pseudo(name))
        {
            let near = suggestion(unknown, declared.keys().map(String::as_str));
            return Err(Refusal::new(format!("the template has no parameter `{unknown}`{near}")));
        }
        let mut parameters: BTreeMap<_, _> =
            PSEUDO.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let mut missing = Vec::new();
        for (name, declaration) in declared {
            let default = declaration.get("Default").filter(|default| !default.is_null());
            let value =
                given.get(name).map(|value| Value::from(value.as_str())).or(default.cloned());
            match value {
                Some(value) => {
                    check_allowed(name, declaration, &value)?;
                    parameters.insert(name.clone(), listed(declaration, value));
                }
                None => missing.push(name.as_str()),
            }
        }
        if !missing.is_empty() {
            return Err(Refusal::new(format!(
                "the template needs a value for {}: expected `--parameter NAME=VALUE` for each",
                missing.join(", ")
            )));
        }
        let pseudo = given.iter().filter(|(name, _)| is_pseudo(name));
        parameters.extend(pseudo.map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
        Ok(Self { template, parameters, conditions: RefCell::default() })
    }

    /// Resolves a value; `place` names it in a refusal.
    pub(crate) fn resolve(&self, place: &str, value: &Value) -> Result<Resolved, Refusal> {
        self.resolve_within(place, value, MAX_DEPTH)
    }

    fn resolve_within(
        &self,
        place: &str,
        value: &Value,
        depth: usize,
    ) -> Result<Resolved, Refusal> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Refusal::new(format!("{place} refers to itself")));
        };
        match value {
            Value::Object(members) => {
                if let Some((name, argument)) = function(members) {
                    return self.call(place, name, argument, depth);
                }
                let mut resolved = Map::new();
                for (key, value) in members {
                    if let Some(value) =
                        self.resolve_within(&format!("{place}.{key}"), value, depth)?
                    {
                        resolved.insert(key.clone(), value);
                    }
                }
                Ok(Some(Value::Object(resolved)))
            }
            Value::Array(values) => {
                let values = values.iter().enumerate().map(|(index, value)| {
                    self.resolve_within(&format!("{place}[{index}]"), value, depth)
                });
                let values = values.filter_map(Result::transpose).collect::<Result<_, _>>()?;
                Ok(Some(Value::Array(values)))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    fn call(
        &self,
        place: &str,
        name: &str,
        argument: &Value,
        depth: usize,
    ) -> Result<Resolved, Refusal> {
        let call = Call { scope: self, place, name, depth };
        match name {
            "Ref" => self.reference(place, call.text(argument)?),
            "Fn::GetAtt" => {
                let path = call.list(argument, 2)?;
                Ok(Some(Value::from(path.iter().map(text_of).collect::<Vec<_>>().join("."))))
            }
            "Fn::Sub" => call.sub(argument).map(Some),
            "Fn::If" => {
                let Value::Array(arguments) = argument else {
                    return Err(call.refuse("a list of three"));
                };
                let [condition, yes, no] = arguments.as_slice() else {
                    return Err(call.refuse("a list of three"));
                };
                let chosen =
                    if self.condition(place, call.text(condition)?, depth)? { yes } else { no };
                self.resolve_within(place, chosen, depth)
            }
            "Fn::Join" => {
                let arguments = call.list(argument, 2)?;
                let [Value::String(separator), Value::Array(parts)] = arguments.as_slice() else {
                    return Err(call.refuse("a text and a list"));
                };
                let parts: Vec<_> = parts.iter().map(text_of).collect();
                Ok(Some(Value::from(parts.join(separator))))
            }
            "Fn::Split" => {
                let arguments = call.list(argument, 2)?;
                let [Value::String(separator), Value::String(text)] = arguments.as_slice() else {
                    return Err(call.refuse("two texts"));
                };
                Ok(Some(text.split(separator.as_str()).collect::<Vec<_>>().into()))
            }
            "Fn::Select" => {
                let arguments = call.list(argument, 2)?;
                let index = text_of(&arguments[0]).parse::<usize>().ok();
                let chosen = index.and_then(|index| arguments[1].as_array()?.get(index));
                chosen
                    .cloned()
                    .map(Some)
                    .ok_or_else(|| call.refuse("an index and a list that has it"))
            }
            "Fn::FindInMap" => {
                let path = call.list(argument, 3)?;
                let mut found = self.template.get("Mappings");
                for name in &path {
                    found = found.and_then(|found| found.get(text_of(name)));
                }
                let path = path.iter().map(text_of).collect::<Vec<_>>().join(".");
                found
                    .cloned()
                    .map(Some)
                    .ok_or_else(|| Refusal::new(format!("{place}: Mappings has no `{path}`")))
            }
            "Condition" => {
                Ok(Some(Value::Bool(self.condition(place, call.text(argument)?, depth)?)))
            }
            "Fn::Equals" => {
                let pair = call.list(argument, 2)?;
                Ok(Some(Value::Bool(text_of(&pair[0]) == text_of(&pair[1]))))
            }
            "Fn::Not" => {
                let [value] = call.booleans(argument, 1)?[..] else {
                    return Err(call.refuse("one condition"));
                };
                Ok(Some(Value::Bool(!value)))
            }
            "Fn::And" => {
                Ok(Some(Value::Bool(call.booleans(argument, 2)?.into_iter().all(|value| value))))
            }
            "Fn::Or" => {
                Ok(Some(Value::Bool(call.booleans(argument, 2)?.into_iter().any(|value| value))))
            }
            _ => Err(Refusal::new(format!(
                "{place} calls {name}, which this program cannot work out: expected {}",
                any_of(FUNCTIONS)
            ))),
        }
    }

    fn reference(&self, place: &str, name: &str) -> Result<Resolved, Refusal> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        let resources = self.template.get("Resources").and_then(Value::as_object);
        if resources.is_some_and(|resources| resources.contains_key(name)) {
            return Ok(Some(Value::from(name)));
        }
        let known = self.parameters.keys().chain(resources.into_iter().flat_map(Map::keys));
        let near = suggestion(name, known.map(String::as_str));
        Err(Refusal::new(format!(
            "{place} refers to `{name}`, which is no parameter and no resource{near}"
        )))
    }

    fn condition(&self, place: &str, name: &str, depth: usize) -> Result<bool, Refusal> {
        let conditions = self.template.get("Conditions").and_then(Value::as_object);
        let Some(condition) = conditions.and_then(|conditions| conditions.get(name)) else {
            let near =
                suggestion(name, conditions.into_iter().flat_map(Map::keys).map(String::as_str));
            return Err(Refusal::new(format!(
                "{place} names the condition `{name}`, which is not there{near}"
            )));
        };
        // Conditions may name each other many times over.
        if let Some(&known) = self.conditions.borrow().get(name) {
            return Ok(known);
        }
        let place = format!("Conditions.{name}");
        match self.resolve_within(&place, condition, depth)? {
            Some(Value::Bool(value)) => {
                self.conditions.borrow_mut().insert(name.to_owned(), value);
                Ok(value)
            }
            _ => Err(Refusal::new(format!(
                "{place} is no condition: expected Fn::Equals, Fn::Not, Fn::And or Fn::Or"
            ))),
        }
    }
}

/// The values that hold wherever a stack is made; a parameter of the same name says otherwise.
const PSEUDO: [(&str, &str); 6] = [
    ("AWS::AccountId", "123456789012"),
    ("AWS::Partition", "aws"),
    ("AWS::Region", "us-east-1"),
    ("AWS::StackId", "stack"),
    ("AWS::StackName", "stack"),
    ("AWS::URLSuffix", "amazonaws.com"),
];

const FUNCTIONS: [&str; 12] = [
    "Ref",
    "Fn::Sub",
    "Fn::If",
    "Fn::Join",
    "Fn::Split",
    "Fn::Select",
    "Fn::FindInMap",
    "Fn::GetAtt",
    "Fn::Equals",
    "Fn::Not",
    "Fn::And",
    "Fn::Or",
];

/// Returns the function that an object with a single member is a call of.
fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = members.iter();
    let ((name, argument), None) = (members.next()?, members.next()) else { return None };
    // A resource of a template has a text under `Condition` too, but it has more members.
    let is_function = name.starts_with("Fn::") || name == "Ref" || name == "Condition";
    is_function.then_some((name.as_str(), argument))
}

/// A call of a function.
struct Call<'a> {
    scope: &'a Scope<'a>,
    place: &'a str,
    name: &'a str,
    depth: usize,
}

impl Call<'_> {
    fn refuse(&self, expected: &str) -> Refusal {
        Refusal::new(format!("{}: {} expects {expected}", self.place, self.name))
    }

    fn text<'v>(&self, argument: &'v Value) -> Result<&'v str, Refusal> {
        argument.as_str().ok_or_else(|| self.refuse("a text"))
    }

    /// Resolves a list that has to have so many elements.
    fn list(&self, argument: &Value, length: usize) -> Result<Vec<Value>, Refusal> {
        match self.scope.resolve_within(self.place, argument, self.depth)? {
            Some(Value::Array(values)) if values.len() == length => Ok(values),
            _ => Err(self.refuse(&format!("a list of {length}"))),
        }
    }

    fn booleans(&self, argument: &Value, at_least: usize) -> Result<Vec<bool>, Refusal> {
        let refusal = || self.refuse(&format!("a list of {at_least} conditions or more"));
        match self.scope.resolve_within(self.place, argument, self.depth)? {
            Some(Value::Array(values)) if values.len() >= at_least => {
                let booleans: Option<_> = values.iter().map(Value::as_bool).collect();
                booleans.ok_or_else(refusal)
            }
            _ => Err(refusal()),
        }
    }

    fn sub(&self, argument: &Value) -> Result<Value, Refusal> {
        let nothing = Map::new();
        let (text, names) = match argument {
            Value::String(text) => (text, &nothing),
            Value::Array(arguments) => match arguments.as_slice() {
                [Value::String(text), Value::Object(names)] => (text, names),
                _ => return Err(self.refuse("a text and an object")),
            },
            _ => return Err(self.refuse("a text")),
        };
        let mut filled = String::new();
        let mut rest = text.as_str();
        while let Some((before, (name, after))) =
            rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            filled.push_str(before);
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                filled.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let value = match names.get(name) {
                Some(value) => self.scope.resolve_within(self.place, value, self.depth)?,
                // The attribute of a resource is stood in for by its name.
                None if name.contains('.') => Some(Value::from(name)),
                None => self.scope.reference(self.place, name)?,
            };
            filled.push_str(&value.as_ref().map(text_of).unwrap_or_default());
        }
        filled.push_str(rest);
        Ok(Value::from(filled))
    }
}

/// Returns a value as a text, as CloudFormation compares and joins it.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads the value of a parameter whose type is a list.
fn listed(declaration: &Value, value: Value) -> Value {
    let data_type = declaration.get("Type").and_then(Value::as_str).unwrap_or_default();
    let is_list = data_type == "CommaDelimitedList" || data_type.starts_with("List<");
    match value.as_str().filter(|_| is_list) {
        Some(text) => text.split(',').map(str::trim).collect::<Vec<_>>().into(),
        None => value,
    }
}

fn check_allowed(name: &str, declaration: &Value, value: &Value) -> Result<(), Refusal> {
    let found = text_of(value);
    if declaration.get("Type").and_then(Value::as_str) == Some("Number")
        && found.parse::<f64>().is_err()
    {
        return Err(Refusal::new(format!("parameter {name} is `{found}`: expected a number")));
    }
    let Some(Value::Array(allowed)) = declaration.get("AllowedValues") else { return Ok(()) };
    let allowed: Vec<_> = allowed.iter().map(text_of).collect();
    if allowed.contains(&found) {
        return Ok(());
    }
    let expected = any_of(allowed.iter().map(String::as_str));
    Err(Refusal::new(format!("parameter {name} is `{found}`: expected {expected}")))
}
