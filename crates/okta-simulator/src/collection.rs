//! The kinds of object an org holds.
//!
//! A record is kept under its `id`; a schema is kept under the last segment of its `self` link, because the
//! `id` inside a schema is a URL that says `default` for every user type.

use serde_json::Value;

/// One kind of object of an Okta org.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// People, `/api/v1/users`.
    Users,
    /// Groups, `/api/v1/groups`.
    Groups,
    /// Applications, `/api/v1/apps`.
    Apps,
    /// Devices, `/api/v1/devices`.
    Devices,
    /// User types, `/api/v1/meta/types/user`.
    UserTypes,
    /// Profile schemas of users, one for each user type.
    UserSchemas,
    /// The profile schema of groups.
    GroupSchemas,
}

impl Collection {
    /// Every collection, in the order of the enum.
    pub const ALL: [Self; 7] = [
        Self::Users,
        Self::Groups,
        Self::Apps,
        Self::Devices,
        Self::UserTypes,
        Self::UserSchemas,
        Self::GroupSchemas,
    ];

    /// The name of the JSON-lines file that holds the collection.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Users => "users.jsonl",
            Self::Groups => "groups.jsonl",
            Self::Apps => "apps.jsonl",
            Self::Devices => "devices.jsonl",
            Self::UserTypes => "types.jsonl",
            Self::UserSchemas => "user_schemas.jsonl",
            Self::GroupSchemas => "group_schemas.jsonl",
        }
    }

    /// The first three characters of the ids that Okta gives to objects of this kind.
    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Self::Users => "00u",
            Self::Groups => "00g",
            Self::Apps => "0oa",
            Self::Devices => "guo",
            Self::UserTypes => "oty",
            Self::UserSchemas | Self::GroupSchemas => "osc",
        }
    }

    /// What Okta calls an object of this kind in an error text.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Users => "User",
            Self::Groups => "UserGroup",
            Self::Apps => "AppInstance",
            Self::Devices => "UDDevice",
            Self::UserTypes => "UserType",
            Self::UserSchemas | Self::GroupSchemas => "Schema",
        }
    }

    /// The key that `record` is kept under.
    pub(crate) fn key_of(self, record: &Value) -> Option<&str> {
        let id = record.get("id").and_then(Value::as_str);
        match self {
            Self::UserSchemas | Self::GroupSchemas => {
                let link = record.pointer("/_links/self/href").and_then(Value::as_str);
                link.or(id)?.rsplit('/').next()
            }
            _ => id,
        }
    }
}
