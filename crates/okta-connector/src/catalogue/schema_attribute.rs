//! The attributes themselves: what an org's schemas say about each attribute of its users and groups.
//!
//! A schema is one answer without parameters, so every condition is evaluated here. The records are made of a schema's
//! two parts, `base` and `custom`; what stands beside an attribute's own properties (the key, the type, the part) is
//! written by `catalogue/schema.rs` under the names that are read here.

use super::Kind::{Boolean, DateTime, Key, List, Text};
use super::user::SCHEMAS;
use super::{Endpoint, Field, NOTHING, Object, Shows, field};

pub(super) static GROUP_SCHEMA_ATTRIBUTE: Object = Object {
    name: "GroupSchemaAttribute",
    label: "Group Schema Attribute",
    description: "An attribute that groups have in their profile.",
    endpoint: Endpoint {
        shows: Shows::Schema,
        ..Endpoint::whole("/api/v1/meta/schemas/group/default")
    },
    scope: "okta.schemas.read",
    probe_turn: 6,
    by_default: true,
    fields: FIELDS_OF_GROUPS,
    ..Object::LISTED
};

pub(super) static USER_SCHEMA_ATTRIBUTE: Object = Object {
    name: "UserSchemaAttribute",
    label: "User Schema Attribute",
    description: "An attribute that users of a type have in their profile.",
    endpoint: Endpoint {
        shows: Shows::Types(&SCHEMAS),
        ..Endpoint::whole("/api/v1/meta/types/user")
    },
    probe_turn: 7,
    fields: FIELDS_OF_USERS,
    ..GROUP_SCHEMA_ATTRIBUTE
};

macro_rules! fields {
    ($($row:expr,)*) => {
        &[
            $($row,)*
            field("description",       "Description",        Text,     "description",       NOTHING, "Description of the attribute."),
            field("enum",              "Allowed Values",     List,     "enum",              NOTHING, "Values that the attribute may have."),
            field("externalName",      "External Name",      Text,     "externalName",      NOTHING, "Name in the application that the attribute comes from."),
            field("externalNamespace", "External Namespace", Text,     "externalNamespace", NOTHING, "Namespace in the application that the attribute comes from."),
            field("format",            "Format",             Text,     "format",            NOTHING, "Format of a text such as email or date-time."),
            field("itemsType",         "Type of Items",      Text,     "items.type",        NOTHING, "Type of the elements of an array."),
            field("key",               "Key",                Key,      "key",               NOTHING, "Unique key of the attribute."),
            field("master",            "Source of Truth",    Text,     "master.type",       NOTHING, "PROFILE_MASTER OKTA or OVERRIDE."),
            field("mutability",        "Mutability",         Text,     "mutability",        NOTHING, "READ_WRITE READ_ONLY IMMUTABLE or WRITE_ONLY."),
            field("name",              "Name",               Text,     "name",              NOTHING, "Name of the attribute in a profile."),
            field("oneOf",             "Titled Values",      List,     "oneOf",             NOTHING, "Values that the attribute may have and their titles."),
            field("part",              "Part of the Schema", Text,     "part",              NOTHING, "base for the attributes that every org has and custom for those of this org."),
            field("permissions",       "Permissions",        List,     "permissions",       NOTHING, "What the user whose profile it is may do with the attribute."),
            field("required",          "Required",           Boolean,  "required",          NOTHING, "Whether a profile must have the attribute."),
            field("schemaUpdated",     "Schema Updated",     DateTime, "schemaUpdated",     NOTHING, "When the schema of the attribute was last changed."),
            field("scope",             "Scope",              Text,     "scope",             NOTHING, "NONE or SELF."),
            field("title",             "Title",              Text,     "title",             NOTHING, "Title of the attribute as people see it."),
            field("type",              "Type",               Text,     "type",              NOTHING, "Type of the values such as string or array."),
            field("unique",            "Unique",             Text,     "unique",            NOTHING, "UNIQUE_VALIDATED where no two profiles have the same value."),
        ]
    };
}

#[rustfmt::skip]
const FIELDS_OF_GROUPS: &[Field] = fields![];

#[rustfmt::skip]
const FIELDS_OF_USERS: &[Field] = fields![
    field("typeId",            "Type ID",            Text,     "typeId",            NOTHING, "Id of the user type."),
    field("typeTitle",         "Type Title",         Text,     "typeTitle",         NOTHING, "Title of the schema of the user type."),
];
