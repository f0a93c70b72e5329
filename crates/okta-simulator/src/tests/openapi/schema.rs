//! From OpenAPI 3.0 to JSON Schema, as far as the two differ in Okta's description.

use serde_json::{Map, Value, json};

/// Translates the schemas of a document.
///
/// A schema with a discriminator comes to be two: one that chooses by it, and one of what all choices have in common,
/// which is what the choices build on. Otherwise each would ask for the other without end.
pub(super) fn translated(document: &Value) -> Value {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut components = Map::new();
    for (name, schema) in schemas {
        let mut schema = schema.clone();
        build_on_what_is_common(&mut schema);
        if name == "TimeDuration" {
            // The excerpt has lost the look-ahead of this pattern, and without it nothing fits.
            schema.as_object_mut().unwrap().remove("pattern");
        }
        let discriminator = schema.as_object_mut().unwrap().remove("discriminator");
        if let Some(choices) = discriminator.and_then(|it| choices(&it, schemas)) {
            let common = format!("{name}.common");
            let mut all = vec![json!({ "$ref": format!("#/components/schemas/{common}") })];
            all.extend(choices.into_iter().map(|(_, choice)| choice));
            components.insert(common, translate(&schema, schemas));
            components.insert(name.clone(), json!({ "allOf": all }));
        } else {
            components.insert(name.clone(), translate(&schema, schemas));
        }
    }
    json!({ "components": { "schemas": components }, "originals": schemas })
}

/// Makes the schema of an answer, with everything that it refers to.
pub(super) fn root(components: &Value, answer: &Value) -> Value {
    let originals = components["originals"].as_object().unwrap();
    json!({
        "components": components["components"],
        "allOf": [translate(answer, originals)],
    })
}

/// Lets the parts of a schema be what is common to all choices, where they are schemas that choose.
fn build_on_what_is_common(schema: &mut Value) {
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        if let Some(name) = part["$ref"].as_str().filter(|it| chooses(it)) {
            *part = json!({ "$ref": format!("{name}.common") });
        }
    }
}

/// Tells whether a reference is to one of the schemas with a discriminator that others build on.
fn chooses(reference: &str) -> bool {
    let name = reference.rsplit('/').next().unwrap();
    matches!(
        name,
        "Application"
            | "NetworkZone"
            | "Policy"
            | "PolicyRule"
            | "UserFactor"
            | "LogStream"
            | "InlineHookChannel"
            | "AppConfig"
    )
}

/// Returns the values of a discriminator, each with what it asks for. Some schemas are not in the excerpt.
fn choices(discriminator: &Value, schemas: &Map<String, Value>) -> Option<Vec<(String, Value)>> {
    let property = discriminator["propertyName"].as_str()?;
    let mapping = discriminator.get("mapping")?.as_object()?;
    let known = mapping.iter().filter(|(_, reference)| {
        let name = reference.as_str().and_then(|it| it.rsplit('/').next());
        name.is_some_and(|name| schemas.contains_key(name))
    });
    let choices = known.map(|(value, reference)| {
        let choice = json!({
            "if": { "properties": { property: { "const": value } }, "required": [property] },
            "then": { "$ref": reference },
        });
        (value.clone(), choice)
    });
    Some(choices.collect())
}

fn translate(schema: &Value, schemas: &Map<String, Value>) -> Value {
    match schema {
        Value::Array(parts) => parts.iter().map(|it| translate(it, schemas)).collect(),
        Value::Object(members) => {
            let chosen = members.get("discriminator").and_then(|it| {
                let property = it["propertyName"].as_str()?.to_owned();
                Some((property, choices(it, schemas)?))
            });
            if let (Some((property, choices)), true) = (chosen, members.contains_key("oneOf")) {
                // Several alternatives may fit loosely; the discriminator says which one has to.
                let values = choices.iter().map(|(value, _)| json!(value));
                let values: Vec<_> = values.chain([Value::Null]).collect();
                let mut all = vec![json!({ "properties": { property: { "enum": values } } })];
                all.extend(choices.into_iter().map(|(_, choice)| choice));
                return json!({ "allOf": all });
            }
            let mut translated: Map<String, Value> = members
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "nullable"))
                .map(|(name, value)| (name.clone(), translate(value, schemas)))
                .collect();
            // Okta shows null where there is nothing, and rarely says so.
            if let Some(kind) = translated.get("type").filter(|kind| kind.is_string()).cloned() {
                translated.insert("type".to_owned(), json!([kind, "null"]));
            }
            if let Some(Value::Array(values)) = translated.get_mut("enum") {
                values.push(Value::Null);
            }
            // These two are booleans in OpenAPI 3.0 and numbers in JSON Schema.
            for name in ["exclusiveMinimum", "exclusiveMaximum"] {
                if translated.get(name).is_some_and(Value::is_boolean) {
                    translated.remove(name);
                }
            }
            Value::Object(translated)
        }
        other => other.clone(),
    }
}
