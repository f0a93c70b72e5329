//! Users: the people of the org.
//!
//! A listing without a condition hides deprovisioned users, so everything is asked for with
//! `status pr`. `filter` reads fresher data than `search`, but compares texts by case: only the
//! properties on which that makes no difference are pushed down there. `co` is documented for four
//! properties alone.

use super::Kind::{DateTime, Enumeration, Key, Struct, Text};
use super::{
    BOTH, CONTAINS, Collation, Deprovisioned, Dialect, Endpoint, Field, NOTHING, Object, Omission,
    SEARCH, Schemas, Shows, Types, field,
};

/// Each user type has a schema.
pub(super) static SCHEMAS: Schemas = Schemas {
    path: "/api/v1/meta/schemas/user/",
    types: Some(Types { path: "/api/v1/meta/types/user", link: "_links.schema.href" }),
    scope: "okta.schemas.read",
    pushdown: SEARCH,
};

pub(super) static USER: Object = Object {
    name: "User",
    label: "User",
    description: "A person in the org.",
    endpoint: Endpoint {
        path: "/api/v1/users",
        page_size: Some(200),
        envelope: None,
        dialect: Dialect::SearchAndFilter {
            everything: Some("status pr"),
            filter_ge: true,
            search_orders_texts: true,
        },
        lanes: Some("created"),
        shows: Shows::Records,
        projection: true,
        always: &[],
        omissions: &[
            Omission { property: "credentials", word: "omitCredentials" },
            Omission { property: "_links", word: "omitCredentialsLinks" },
            Omission { property: "transitioningToStatus", word: "omitTransitioningToStatus" },
        ],
    },
    collation: Collation::IgnoreCase,
    scope: "okta.users.read",
    always_has_records: true,
    probe_turn: 2,
    deprovisioned: Some(Deprovisioned { field: "status", value: "DEPROVISIONED" }),
    schemas: Some(&SCHEMAS),
    by_default: true,
    fields: FIELDS,
    ..Object::LISTED
};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    // name, label, kind, place in the record, pushed down, what it holds
    field("activated",             "Activated",               DateTime,    "activated",                 SEARCH,   "When the user was activated. Empty while staged."),
    field("city",                  "City",                    Text,        "profile.city",              SEARCH,   "City or locality of the address."),
    field("costCenter",            "Cost Center",             Text,        "profile.costCenter",        SEARCH,   "Cost center assigned to the user."),
    field("countryCode",           "Country Code",            Text,        "profile.countryCode",       SEARCH,   "Country of the address as an ISO 3166-1 code of two letters."),
    field("created",               "Created",                 DateTime,    "created",                   SEARCH,   "When the user was created."),
    field("credentials",           "Credentials",             Struct,      "credentials",               NOTHING,  "How the user signs in. Holds no password."),
    field("department",            "Department",              Text,        "profile.department",        SEARCH,   "Department of the user."),
    field("displayName",           "Display Name",            Text,        "profile.displayName",       SEARCH,   "Name of the user as shown to others."),
    field("division",              "Division",                Text,        "profile.division",          SEARCH,   "Division of the user."),
    field("email",                 "Email",                   Text,        "profile.email",             CONTAINS, "Primary email address."),
    field("embedded",              "Embedded Resources",      Struct,      "_embedded",                 NOTHING,  "Resources embedded in the user. Usually absent."),
    field("employeeNumber",        "Employee Number",         Text,        "profile.employeeNumber",    SEARCH,   "Number that the organization assigned to the user."),
    field("firstName",             "First Name",              Text,        "profile.firstName",         CONTAINS, "Given name."),
    field("honorificPrefix",       "Honorific Prefix",        Text,        "profile.honorificPrefix",   SEARCH,   "Title before the name."),
    field("honorificSuffix",       "Honorific Suffix",        Text,        "profile.honorificSuffix",   SEARCH,   "Title after the name."),
    field("id",                    "ID",                      Key,         "id",                        BOTH,     "Unique key of the user."),
    field("lastLogin",             "Last Login",              DateTime,    "lastLogin",                 NOTHING,  "When the user last signed in. Does not move Last Updated."),
    field("lastName",              "Last Name",               Text,        "profile.lastName",          CONTAINS, "Family name."),
    field("lastUpdated",           "Last Updated",            DateTime,    "lastUpdated",               BOTH,     "When the user was last changed. Signing in and group membership do not count."),
    field("links",                 "Links",                   Struct,      "_links",                    NOTHING,  "Links to related resources and actions."),
    field("locale",                "Locale",                  Text,        "profile.locale",            SEARCH,   "Locale for numbers and dates and the like."),
    field("manager",               "Manager Display Name",    Text,        "profile.manager",           SEARCH,   "Display name of the manager."),
    field("managerId",             "Manager ID",              Text,        "profile.managerId",         SEARCH,   "Id of the manager."),
    field("middleName",            "Middle Name",             Text,        "profile.middleName",        SEARCH,   "Middle name."),
    field("mobilePhone",           "Mobile Phone",            Text,        "profile.mobilePhone",       SEARCH,   "Mobile phone number."),
    field("nickName",              "Nickname",                Text,        "profile.nickName",          SEARCH,   "Casual name."),
    field("occupation",            "Occupation",              Text,        "profile.occupation",        SEARCH,   "Occupation. Exists where the org defines this custom attribute."),
    field("organization",          "Organization",            Text,        "profile.organization",      SEARCH,   "Organization of the user."),
    field("passwordChanged",       "Password Changed",        DateTime,    "passwordChanged",           NOTHING,  "When the password was last changed."),
    field("postalAddress",         "Postal Address",          Text,        "profile.postalAddress",     SEARCH,   "Mailing address."),
    field("preferredLanguage",     "Preferred Language",      Text,        "profile.preferredLanguage", SEARCH,   "Preferred written or spoken language."),
    field("primaryPhone",          "Primary Phone",           Text,        "profile.primaryPhone",      SEARCH,   "Primary phone number."),
    field("profile",               "Profile",                 Struct,      "profile",                   NOTHING,  "The whole profile with custom attributes."),
    field("profileUrl",            "Profile URL",             Text,        "profile.profileUrl",        SEARCH,   "Online profile of the user."),
    field("secondEmail",           "Second Email",            Text,        "profile.secondEmail",       SEARCH,   "Secondary email address for account recovery."),
    field("state",                 "State",                   Text,        "profile.state",             SEARCH,   "State or region of the address."),
    field("status",                "Status",                  Enumeration, "status",                    BOTH,     "STAGED PROVISIONED ACTIVE RECOVERY PASSWORD_EXPIRED LOCKED_OUT SUSPENDED or DEPROVISIONED."),
    field("statusChanged",         "Status Changed",          DateTime,    "statusChanged",             SEARCH,   "When the status last changed."),
    field("streetAddress",         "Street Address",          Text,        "profile.streetAddress",     SEARCH,   "Street of the address."),
    field("timezone",              "Timezone",                Text,        "profile.timezone",          SEARCH,   "Time zone."),
    field("title",                 "Title",                   Text,        "profile.title",             SEARCH,   "Job title."),
    field("transitioningToStatus", "Transitioning to status", Enumeration, "transitioningToStatus",     NOTHING,  "Status that a running transition leads to."),
    field("type",                  "Type",                    Struct,      "type",                      NOTHING,  "The user type as an object with its id."),
    field("typeId",                "Type ID",                 Text,        "type.id",                   SEARCH,   "Id of the user type."),
    field("userType",              "User Type",               Text,        "profile.userType",          SEARCH,   "Free text that classifies the user. Unrelated to the user type."),
    field("login",                 "Username",                Text,        "profile.login",             CONTAINS, "Unique name with which the user signs in.").unique(),
    field("zipCode",               "Zip Code",                Text,        "profile.zipCode",           SEARCH,   "Postal code of the address."),
];
