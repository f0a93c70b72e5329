//! Custom attributes of every shape, drawn from a number.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::attribute::{Attribute, AttributeType};
use crate::collection::{Collection, key_of};
use crate::maker::stamp;
use crate::org::Org;
use crate::schema::ProfileSchema;
use crate::words::{COLORS, DEPARTMENTS};

impl Org {
    /// Gives each user type, and the groups, custom attributes that a careless client stumbles over, and values of
    /// them to some profiles. The same seed adds the same.
    ///
    /// The attributes have all types, formats, permissions and other members that Okta documents, and names that
    /// clash: with base attributes, with attributes of records, with words of query languages, with each other but
    /// for case. Half of them have one type everywhere, the others may have one in each user type. A value always
    /// fits the schema of its profile, but some are null, empty, or dates in an old form.
    pub fn draw_attributes(&mut self, seed: u64) {
        let mut random = Rng::with_seed(seed);
        let user_types = self.records(Collection::UserTypes);
        let ids = user_types.filter_map(|user_type| key_of(&user_type).map(str::to_owned));
        let ids: Vec<String> = ids.collect();
        let mut schemas: Vec<_> = ids.iter().map(|id| ProfileSchema::User(id)).collect();
        schemas.push(ProfileSchema::Group);
        schemas.retain(|schema| schema.of(self).is_some());
        let shared: Vec<_> = NAMES.iter().map(|_| shared_type(&mut random)).collect();
        for schema in schemas {
            let mut drawn = Vec::new();
            for (&name, &shared) in NAMES.iter().zip(&shared) {
                if random.u32(..4) > 0 {
                    let kind = shared.unwrap_or_else(|| any_type(&mut random));
                    drawn.push(attribute(&mut random, name, kind));
                }
            }
            allow_five_unique(&mut drawn);
            self.fill(&mut random, schema, &drawn);
            for attribute in drawn {
                self.put_attribute(schema, attribute);
            }
        }
    }

    /// Gives values of new attributes to the profiles that follow a schema.
    fn fill(&mut self, random: &mut Rng, schema: ProfileSchema<'_>, attributes: &[Attribute]) {
        let records = self.records(schema.profiles()).filter(|record| schema.describes(record));
        let records: Vec<Value> = records.collect();
        for (index, mut record) in records.into_iter().enumerate() {
            if let Some(profile) = record["profile"].as_object_mut() {
                for attribute in attributes {
                    set(random, profile, attribute, index);
                }
            }
            self.put(schema.profiles(), record);
        }
    }
}

/// The names, by what they clash with.
const NAMES: &[&str] = &[
    // Base attributes, but for the case of letters.
    "FirstName",
    "costcenter",
    "DESCRIPTION",
    // Each other, but for the case of letters.
    "shoeSize",
    "ShoeSize",
    "SHOESIZE",
    // Attributes of users and groups. Okta is said to reserve most of these, and nothing may rest on it.
    "id",
    "status",
    "created",
    "Type",
    "lastUpdated",
    "typeId",
    "links",
    "embedded",
    "profile",
    // Each other, once a client has put something before or behind a name.
    "profile_status",
    "profile_status_2",
    "profile_typeId",
    "additionalProfile",
    // Words of query languages.
    "and",
    "OR",
    "not",
    "in",
    "is",
    "between",
    "contains",
    "limit",
    "null",
    "true",
    "select",
    "pr",
    // Letters that not everybody takes at the start of a name, and names of one letter and of many.
    "_internal",
    "__v",
    "_",
    "x",
    "cost_center_of_the_organization_that_pays_for_the_licences_of_this_person_while_they_are_away_on_a_secondment_to_a_subsidiary_01",
    "year2024",
];

/// Draws the type that an attribute has in every schema, if it has one.
fn shared_type(random: &mut Rng) -> Option<AttributeType> {
    random.bool().then(|| any_type(random))
}

fn any_type(random: &mut Rng) -> AttributeType {
    AttributeType::ALL[random.usize(..AttributeType::ALL.len())]
}

const TITLES: &[&str] = &[
    "Straße & Größe",
    "従業員番号",
    "Номер пропуска",
    "A \"quoted\" title, with \\ and <b>",
    "Line one\nline two",
    " ",
];

const FORMATS: &[&str] = &[
    "email",
    "uri",
    "country-code",
    "language-code",
    "locale",
    "timezone",
    "ref-id",
    "encrypted",
    "hashed",
];

/// Makes an attribute of this name and type. All else is drawn.
fn attribute(random: &mut Rng, name: &str, kind: AttributeType) -> Attribute {
    let mut attribute = Attribute::new(name, kind);
    let mut one_in = |n: u32| random.u32(..n) == 0;
    let (has_title, has_description, is_external) = (one_in(2), one_in(3), one_in(6));
    let (is_hidden, is_editable, is_required) = (one_in(5), one_in(4), one_in(8));
    let (has_choices, is_unique, has_format, has_master) =
        (one_in(4), one_in(4), one_in(3), one_in(3));
    if has_title {
        attribute = attribute.titled(TITLES[random.usize(..TITLES.len())]);
    }
    if has_description {
        let description = TITLES[random.usize(..TITLES.len())].repeat(random.usize(..40));
        attribute = attribute.described(&description);
    }
    if is_editable {
        let permissions = json!([{ "principal": "SELF", "action": "READ_WRITE" }]);
        attribute = attribute.with("permissions", permissions).with("scope", "SELF");
    }
    if is_hidden {
        attribute = attribute.hidden();
    }
    if is_required {
        attribute = attribute.required();
    }
    if is_external {
        attribute = attribute
            .with("externalName", format!("urn:{name}"))
            .with("externalNamespace", "urn:okta:custom:1.0");
    }
    if has_master {
        attribute = attribute.with("master", master(random));
    }
    let mutability = ["READ_WRITE", "READ_ONLY", "IMMUTABLE"][random.usize(..3)];
    attribute = attribute.with("mutability", mutability);
    match kind {
        AttributeType::String if has_choices => {
            attribute.one_of(&[("S", "Small"), ("s", "small"), ("XL", "Größer als \"L\"")])
        }
        AttributeType::String if is_unique => attribute.unique().with("maxLength", 40),
        AttributeType::String if has_format => {
            attribute.with("format", FORMATS[random.usize(..FORMATS.len())])
        }
        AttributeType::Integer if has_choices => attribute.one_of(&[(1, "One"), (-2, "Minus two")]),
        AttributeType::Integer => attribute.with("minimum", -3).with("maximum", 1_i64 << 40),
        AttributeType::Number if has_choices => attribute.one_of(&[(0.01, "Cent"), (1.0, "Euro")]),
        AttributeType::StringArray if has_choices => {
            attribute.one_of(&[("go", "Go"), ("Go", "go"), ("c#", "C sharp")])
        }
        AttributeType::IntegerArray if has_choices => attribute.one_of(&[(7, "Seven"), (0, "No")]),
        _ => attribute,
    }
}

fn master(random: &mut Rng) -> Value {
    match random.u32(..3) {
        0 => json!({ "type": "PROFILE_MASTER" }),
        1 => json!({ "type": "OKTA" }),
        _ => json!({
            "type": "OVERRIDE",
            "priority": [{ "type": "APP", "value": "0oa00000000000000001" }],
        }),
    }
}

/// Keeps the first five unique attributes unique. Okta allows no more of them in a schema.
fn allow_five_unique(attributes: &mut [Attribute]) {
    let unique = attributes.iter_mut().filter(|it| it.definition.get("unique").is_some());
    for attribute in unique.skip(5) {
        if let Some(definition) = attribute.definition.as_object_mut() {
            definition.remove("unique");
        }
    }
}

/// Sets a value of an attribute, or leaves it out.
fn set(random: &mut Rng, profile: &mut Map<String, Value>, attribute: &Attribute, index: usize) {
    let value = match random.u32(..12) {
        _ if attribute.is_required() => value(random, attribute, index),
        0..5 => return,
        5 => Value::Null,
        _ => value(random, attribute, index),
    };
    profile.insert(attribute.name.clone(), value);
}

/// Draws a value that the definition allows.
fn value(random: &mut Rng, attribute: &Attribute, index: usize) -> Value {
    let element = |random: &mut Rng, kind| match attribute.choices() {
        Some(choices) => choices[random.usize(..choices.len())].clone(),
        None => single(random, kind),
    };
    let array = |random: &mut Rng, kind| -> Value {
        let count = random.usize(..4);
        (0..count).map(|_| element(random, kind)).collect()
    };
    match attribute.attribute_type() {
        Some(AttributeType::String) if attribute.definition.get("unique").is_some() => {
            format!("{}-{index:05}", attribute.name.chars().take(8).collect::<String>()).into()
        }
        Some(AttributeType::StringArray) => array(random, AttributeType::String),
        Some(AttributeType::IntegerArray) => array(random, AttributeType::Integer),
        Some(AttributeType::NumberArray) => array(random, AttributeType::Number),
        Some(kind) => element(random, kind),
        None => Value::Null,
    }
}

/// Draws a value of a type that is no array.
fn single(random: &mut Rng, kind: AttributeType) -> Value {
    const DATES: [&str; 5] = [
        "2024-05-01T00:00:00Z",
        "2024-05-01T02:00:00.000+02:00",
        "2024-05-01T00:00:00.123Z",
        "2024-05-01",
        "next spring",
    ];
    const INTEGERS: [i64; 7] = [-3, 0, 1, 2, 10, 2_147_483_647, 1 << 40];
    const NUMBERS: [f64; 7] = [-1.5, 0.0, 0.1, 1.0, 2.5, 3.0, 1e10];
    match kind {
        AttributeType::DateTime if random.u32(..4) == 0 => {
            DATES[random.usize(..DATES.len())].into()
        }
        AttributeType::DateTime => stamp(1_714_521_600 + 86_400 * random.i64(-2..3)), // May 2024
        AttributeType::Boolean => random.bool().into(),
        AttributeType::Integer => INTEGERS[random.usize(..INTEGERS.len())].into(),
        // JSON does not tell a whole number from an integer, and some writers drop the fraction.
        AttributeType::Number if random.u32(..4) == 0 => 3.into(),
        AttributeType::Number => NUMBERS[random.usize(..NUMBERS.len())].into(),
        _ => match random.u32(..8) {
            0 => "".into(),
            1 => ["3", "true", "null", "2024-05-01"][random.usize(..4)].into(),
            2..5 => COLORS[random.usize(..COLORS.len())].into(),
            _ => DEPARTMENTS[random.usize(..DEPARTMENTS.len())].into(),
        },
    }
}
