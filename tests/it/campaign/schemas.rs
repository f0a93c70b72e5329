//! Worlds whose profile schemas cannot be read, are not what they should be, or change while a flow runs.
//!
//! A run that names fixed fields only is none the worse for any of it. One that names custom attributes may take them for
//! what they are not, but delivers no value that a profile did not have.

use super::script::PASSING_CODES;
use fastrand::Rng;
use okta_simulator::{Collection, Effect, Fault, Mutation, When};
use serde_json::json;

/// So many of a hundred runs over users or groups have a trial of schemas.
const PERCENT: u32 = 30;

/// The start of the paths of all schemas, and of the types that lead to those of users.
pub(crate) const META: &str = "/api/v1/meta/";

/// A trial of a client by what an org says of its schemas.
#[derive(Debug)]
pub(crate) struct SchemaTrial {
    pub(crate) name: &'static str,
    faults: fn(&mut Rng, Collection) -> Vec<Fault>,
    /// The holder of the credential is a Read-only Administrator.
    pub(crate) is_read_only: bool,
    /// A call may fail for it again and again.
    lasts: bool,
    /// Nobody can say what the schemas are while a flow runs.
    pub(crate) changes: bool,
}

const PLAIN: SchemaTrial = SchemaTrial {
    name: "",
    faults: |_, _| Vec::new(),
    is_read_only: false,
    lasts: false,
    changes: false,
};

const TRIALS: [SchemaTrial; 8] = [
    SchemaTrial { name: "schemas for other administrators", is_read_only: true, ..PLAIN },
    SchemaTrial {
        name: "neither types nor schemas",
        faults: |_, _| vec![about(META, When::Always, Effect::status(403))],
        ..PLAIN
    },
    SchemaTrial {
        name: "schemas fail for once",
        faults: |random, _| vec![about(META, When::Nth(random.u64(1..5)), failure(random))],
        ..PLAIN
    },
    SchemaTrial {
        name: "schemas fail for good",
        faults: |random, _| vec![about(META, When::From(random.u64(1..5)), failure(random))],
        lasts: true,
        ..PLAIN
    },
    SchemaTrial {
        name: "schemas that are none",
        faults: |random, _| vec![about(SCHEMAS, When::From(random.u64(1..4)), no_schema(random))],
        lasts: true,
        ..PLAIN
    },
    SchemaTrial {
        name: "types that are none",
        faults: |random, _| vec![about(TYPES, When::Always, no_types(random))],
        lasts: true,
        ..PLAIN
    },
    SchemaTrial { name: "schemas change", faults: redefine, changes: true, ..PLAIN },
    SchemaTrial {
        name: "schemas vanish",
        faults: |random, _| vec![about(SCHEMAS, When::From(random.u64(1..5)), Effect::status(404))],
        changes: true,
        ..PLAIN
    },
];

const SCHEMAS: &str = "/api/v1/meta/schemas/";
const TYPES: &str = "/api/v1/meta/types/";

/// Draws a trial of the schemas of a collection, if the run has one, and what goes wrong with them.
pub(crate) fn draw(
    random: &mut Rng,
    collection: Collection,
) -> Option<(&'static SchemaTrial, Vec<Fault>)> {
    let has_schemas = [Collection::Users, Collection::Groups].contains(&collection);
    if !has_schemas || random.u32(..100) >= PERCENT {
        return None;
    }
    let trial = &TRIALS[random.usize(..TRIALS.len())];
    Some((trial, (trial.faults)(random, collection)))
}

impl SchemaTrial {
    /// Tells whether a flow that names custom attributes may end so because of it.
    pub(crate) fn explains(&self, code: &str) -> bool {
        self.lasts && PASSING_CODES.contains(&code)
    }
}

fn about(path: &str, when: When, what: Effect) -> Fault {
    Fault { path: path.to_owned(), when, ..Fault::always(what) }
}

fn failure(random: &mut Rng) -> Effect {
    match random.u32(..6) {
        0 => Effect::status(500),
        1 => Effect::status(503),
        2 => Effect::Cut { after: random.usize(..2_000) },
        3 => Effect::TruncateBody { to: random.usize(1..2_000) },
        4 => Effect::MalformedJson,
        _ => Effect::WrongContentType,
    }
}

/// Draws a success that is no schema, or none of a kind that Okta has.
fn no_schema(random: &mut Rng) -> Effect {
    let nested = |properties| json!({ "definitions": { "custom": { "properties": properties } } });
    let body = match random.u32(..9) {
        0 => json!({}),
        1 => json!([]),
        2 => json!({ "definitions": [] }),
        3 => json!({ "definitions": { "custom": 7 } }),
        4 => nested(json!([{ "badgeNumber": {} }])),
        5 => nested(json!({ "badgeNumber": 7, "skills": null, "score": { "type": ["string"] } })),
        6 => nested(json!({ "badgeNumber": { "type": "array", "items": [] }, "": {}, "a b": {} })),
        7 => {
            nested(json!({ "custom": { "properties": { "badgeNumber": { "type": "integer" } } } }))
        }
        _ => huge(),
    };
    Effect::body(200, body.to_string())
}

/// Makes a schema of more attributes than an org can have.
fn huge() -> serde_json::Value {
    let attribute = |number| (format!("attribute{number}"), json!({ "type": "string" }));
    let properties: serde_json::Map<_, _> = (0..20_000).map(attribute).collect();
    json!({ "definitions": { "custom": { "properties": properties } } })
}

/// Draws a success that leads to no schema of the org.
fn no_types(random: &mut Rng) -> Effect {
    let linked = |href| json!([{ "id": "oty1", "_links": { "schema": { "href": href } } }]);
    let body = match random.u32(..7) {
        0 => json!([]),
        1 => json!({}),
        2 => json!([{ "id": "oty1" }, 7]),
        3 => linked(json!("https://evil.example/api/v1/meta/schemas/user/osc1")),
        4 => linked(json!("https://acme.okta.com/api/v1/users?limit=1")),
        5 => linked(json!("../../../../oauth2/v1/token")),
        _ => linked(json!(7)),
    };
    Effect::body(200, body.to_string())
}

/// Lets schemas gain, lose and change attributes all along the flow.
fn redefine(random: &mut Rng, collection: Collection) -> Vec<Fault> {
    let schemas = match collection == Collection::Users {
        true => Collection::UserSchemas,
        false => Collection::GroupSchemas,
    };
    let when = When::Chance { percent: random.u32(10..=100), seed: random.u64(..) };
    vec![about("", when, Effect::Mutate(Mutation::Redefine(schemas)))]
}
