//! Profile schemas of users, `/api/v1/meta/schemas/user/{id}`: one for each user type.

use serde_json::json;

use crate::attribute::{Attribute, AttributeType};
use crate::bucket;
use crate::collection::{Batch, Collection, Expand, Lookup, Made, Row, Single};
use crate::maker::Maker;
use crate::profile_schema::schema;

impl Collection {
    /// Profile schemas of users, one for each user type.
    pub const UserSchemas: Self = Self::new(&Row {
        name: "UserSchemas",
        file_name: "user_schemas.jsonl",
        id_prefix: "osc",
        type_name: "Schema",
        scope: "okta.schemas.read",
        listing: None,
        single: Some(Single {
            path: "/api/v1/meta/schemas/user/{}",
            bucket: bucket::OTHER,
            lookup: Lookup::UserSchema,
        }),
        schemas: None,
        expand: Expand::Embeds(&[]),
        has_credentials: false,
        mutable: ("", "description"),
        generate,
    });
}

const DESCRIPTION: &str = "Okta user profile template with default permission settings";

fn generate(_: &mut Maker, made: &Made) -> Batch {
    let types = made.records(Collection::UserTypes).enumerate();
    let schemas = types.map(|(index, user_type)| {
        let title = user_type["displayName"].as_str().unwrap_or_default();
        let mut schema = schema("user", title, DESCRIPTION, base(), custom(index));
        schema["_links"] = json!({
            "self": user_type["_links"]["schema"],
            "type": user_type["_links"]["self"],
        });
        schema["_links"]["self"]["rel"] = "self".into();
        schema["_links"]["type"]["rel"] = "type".into();
        schema
    });
    schemas.collect()
}

/// Permits a user to read, or to edit, an attribute of their own profile.
const READ: &str = "READ_ONLY";
const EDIT: &str = "READ_WRITE";
const HIDE: &str = "HIDE";

/// A base attribute: the name, the title, the format, the least and the largest length, and what the user may do.
type BaseAttribute =
    (&'static str, &'static str, Option<&'static str>, Option<u32>, Option<u32>, &'static str);

/// The attributes that Okta gives to every user type, as recorded.
#[rustfmt::skip]
const BASE: [BaseAttribute; 31] = [
    ("login",             "Username",           None,                  Some(5), Some(100), READ),
    ("firstName",         "First name",         None,                  Some(1), Some(50),  EDIT),
    ("lastName",          "Last name",          None,                  Some(1), Some(50),  EDIT),
    ("middleName",        "Middle name",        None,                  None,    None,      READ),
    ("honorificPrefix",   "Honorific prefix",   None,                  None,    None,      READ),
    ("honorificSuffix",   "Honorific suffix",   None,                  None,    None,      READ),
    ("email",             "Primary email",      Some("email"),         None,    None,      EDIT),
    ("title",             "Title",              None,                  None,    None,      READ),
    ("displayName",       "Display name",       None,                  None,    None,      READ),
    ("nickName",          "Nickname",           None,                  None,    None,      READ),
    ("profileUrl",        "Profile Url",        Some("uri"),           None,    None,      READ),
    ("secondEmail",       "Secondary email",    Some("email"),         None,    None,      EDIT),
    ("mobilePhone",       "Mobile phone",       None,                  None,    Some(100), EDIT),
    ("primaryPhone",      "Primary phone",      None,                  None,    Some(100), HIDE),
    ("streetAddress",     "Street address",     None,                  None,    None,      HIDE),
    ("city",              "City",               None,                  None,    None,      HIDE),
    ("state",             "State",              None,                  None,    None,      HIDE),
    ("zipCode",           "Zip code",           None,                  None,    None,      HIDE),
    ("countryCode",       "Country code",       Some("country-code"),  None,    None,      HIDE),
    ("postalAddress",     "Postal Address",     None,                  None,    None,      HIDE),
    ("preferredLanguage", "Preferred language", Some("language-code"), None,    None,      READ),
    ("locale",            "Locale",             Some("locale"),        None,    None,      READ),
    ("timezone",          "Time zone",          Some("timezone"),      None,    None,      READ),
    ("userType",          "User type",          None,                  None,    None,      READ),
    ("employeeNumber",    "Employee number",    None,                  None,    None,      READ),
    ("costCenter",        "Cost center",        None,                  None,    None,      READ),
    ("organization",      "Organization",       None,                  None,    None,      READ),
    ("division",          "Division",           None,                  None,    None,      READ),
    ("department",        "Department",         None,                  None,    None,      READ),
    ("managerId",         "ManagerId",          None,                  None,    None,      READ),
    ("manager",           "Manager",            None,                  None,    None,      READ),
];

fn base() -> impl Iterator<Item = Attribute> {
    BASE.into_iter().map(|(name, title, format, least, most, action)| {
        let permissions = json!([{ "principal": "SELF", "action": action }]);
        let mut attribute = Attribute::new(name, AttributeType::String)
            .titled(title)
            .with("permissions", permissions);
        if let Some(format) = format {
            attribute = attribute.with("format", format);
        }
        if let Some(least) = least {
            attribute = attribute.with("minLength", least);
        }
        if let Some(most) = most {
            attribute = attribute.with("maxLength", most);
        }
        match name {
            "login" | "firstName" | "lastName" | "email" => attribute.required(),
            _ => attribute,
        }
    })
}

/// Makes the custom attributes. The types of users agree on all of them but the last two.
fn custom(user_type: usize) -> Vec<Attribute> {
    use AttributeType::{Boolean, DateTime, Integer, IntegerArray, Number, String, StringArray};
    let clearance = if user_type == 0 { Integer } else { String };
    let mut custom = vec![
        Attribute::new("occupation", String).titled("Occupation"),
        Attribute::new("favoriteColor", String).titled("Favorite color"),
        Attribute::new("isContractor", Boolean).titled("Is a contractor"),
        Attribute::new("badgeNumber", Integer)
            .titled("Badge number")
            .described("Number on the badge, negative if it was lost."),
        Attribute::new("score", Number).titled("Score").hidden(),
        Attribute::new("skills", StringArray).titled("Skills"),
        Attribute::new("luckyNumbers", IntegerArray).titled("Lucky numbers"),
        Attribute::new("startDate", DateTime).titled("First day of work"),
        Attribute::new("clearance", clearance).titled("Clearance"),
    ];
    if user_type == 1 {
        let agency = Attribute::new("agency", String).titled("Agency");
        custom.push(agency.described("Sends the contractor, and is sent the bill."));
    }
    custom
}
