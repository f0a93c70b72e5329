//! People, `/api/v1/users`.
//!
//! Generated ones are of every status.

use serde_json::{Map, Value, json};

use crate::bucket;
use crate::collection::{
    Batch, Collection, Expand, Keyword, Listing, Lookup, Made, Mode, PageLimits, Row, Single,
    has_status,
};
use crate::dialect::{
    AttributeRules, Dialect, EQ, EQ_PR, ORDER, ORDER_PR, ORDER_PR_SW, ORDER_PR_SW_CO, ValueKind,
};
use crate::fnv::fnv;
use crate::maker::{Maker, ORIGIN, stamp, text};
use crate::words::{
    CITIES, COLORS, COUNTRIES, DEPARTMENTS, FIRST_NAMES, LANGUAGES, LAST_NAMES, PHONES, STREETS,
    TIMEZONES, TITLES,
};

impl Collection {
    /// People, `/api/v1/users`.
    pub const Users: Self = Self::new(&Row {
        name: "Users",
        file_name: "users.jsonl",
        id_prefix: "00u",
        type_name: "User",
        scope: "okta.users.read",
        listing: Some(Listing {
            search: Some(SEARCH),
            filter: Some(FILTER),
            keyword: Some(Keyword {
                properties: &["profile.firstName", "profile.lastName", "profile.email"],
                default_limit: 10,
                max_limit: 200,
                paged: false,
                with_filter: false,
            }),
            sorts: true,
            projects: true,
            empty_without_role: true,
            links_self_alone: true,
            hides: |user, mode| {
                matches!(mode, Mode::Plain | Mode::Keyword) && has_status(user, "DEPROVISIONED")
            },
            cursor_prefix: |mode| match mode {
                Mode::Search => "",
                Mode::Filter => "0",
                Mode::Plain | Mode::Keyword => "2",
            },
            ..Listing::paged("/api/v1/users", bucket::USERS, PageLimits::up_to(200, 200))
        }),
        single: Some(Single {
            path: "/api/v1/users/{}",
            bucket: bucket::USER,
            lookup: Lookup::User,
        }),
        schemas: Some(Self::UserSchemas),
        expand: Expand::Embeds(&[]),
        has_credentials: true,
        mutable: ("/profile", "nickName"),
        generate,
    });
}

const SEARCH: Dialect = Dialect {
    ignores_case: true,
    joins: true,
    properties: &[
        (&["id", "status", "type.id"], ValueKind::Text, ORDER_PR_SW),
        (&["created", "activated", "statusChanged", "lastUpdated"], ValueKind::Instant, ORDER_PR),
        (
            &["profile.firstName", "profile.lastName", "profile.email", "profile.login"],
            ValueKind::Text,
            ORDER_PR_SW_CO,
        ),
    ],
    attributes: Some(AttributeRules {
        text: ORDER_PR_SW,
        number: ORDER_PR,
        boolean: EQ_PR,
        must_be_defined: true,
    }),
};

const FILTER: Dialect = Dialect {
    ignores_case: false,
    joins: true,
    properties: &[
        (&["lastUpdated"], ValueKind::Instant, ORDER),
        (
            &[
                "status",
                "id",
                "profile.login",
                "profile.email",
                "profile.firstName",
                "profile.lastName",
            ],
            ValueKind::Text,
            EQ,
        ),
    ],
    attributes: None,
};

const STATUSES: [&str; 8] = [
    "ACTIVE",
    "STAGED",
    "PROVISIONED",
    "RECOVERY",
    "PASSWORD_EXPIRED",
    "LOCKED_OUT",
    "SUSPENDED",
    "DEPROVISIONED",
];

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let type_ids = made.ids(Collection::UserTypes);
    let mut choices: Vec<_> = (0..type_ids.len()).collect();
    choices.sort_unstable_by_key(|&at| &type_ids[at]);
    let realm = maker.id("guo");
    let users = (0..maker.users).map(|index| {
        let id = maker.id("00u");
        let user_type = *maker.pick(&choices);
        let mut user = user(maker, &id, index, user_type);
        user["type"] = json!({ "id": type_ids[user_type] });
        if maker.one_in(3) {
            user["realmId"] = text(&realm);
        }
        user
    });
    users.collect()
}

fn user(maker: &mut Maker, id: &str, index: usize, user_type: usize) -> Value {
    // Every status occurs among the first users; later, half are active.
    let status = match index {
        0..8 => STATUSES[index],
        _ if maker.random.bool() => "ACTIVE",
        _ => maker.pick(&STATUSES),
    };
    let created = maker.time();
    let activated = maker.time_from(created);
    let changed = maker.time_from(activated);
    let updated = maker.time_from(changed);
    let is_new = status == "STAGED";
    let or_null = |maker: &mut Maker, time| match is_new || maker.one_in(5) {
        true => Value::Null,
        false => stamp(time),
    };
    let mut profile = profile(maker, index);
    custom_by_type(&mut profile, id, user_type);
    let mut user = json!({
        "id": id,
        "status": status,
        "created": stamp(created),
        "activated": or_null(maker, activated),
        "statusChanged": or_null(maker, changed),
        "lastLogin": or_null(maker, updated + 7_200),
        "lastUpdated": stamp(updated),
        "passwordChanged": or_null(maker, activated),
        "credentials": credentials(maker, &profile),
        "_links": { "self": { "href": format!("{ORIGIN}/api/v1/users/{id}") } },
    });
    user["profile"] = Value::Object(profile);
    if maker.one_in(20) {
        user["transitioningToStatus"] = maker.word(&["ACTIVE", "PROVISIONED", "DEPROVISIONED"]);
    }
    user
}

fn credentials(maker: &mut Maker, profile: &Map<String, Value>) -> Value {
    let provider =
        *maker.pick(&["OKTA", "OKTA", "ACTIVE_DIRECTORY", "LDAP", "FEDERATION", "IMPORT"]);
    let mut credentials = json!({
        "provider": { "type": provider, "name": provider },
    });
    if maker.random.bool() {
        credentials["password"] = json!({});
    }
    if maker.one_in(3) {
        let email = json!({ "value": profile["email"], "status": "VERIFIED", "type": "PRIMARY" });
        credentials["emails"] = json!([email]);
    }
    if maker.one_in(4) {
        let question = "What is the \"first\" word you learned?";
        credentials["recovery_question"] = json!({ "question": question });
    }
    credentials
}

fn profile(maker: &mut Maker, index: usize) -> Map<String, Value> {
    let first = *maker.pick(FIRST_NAMES);
    let last = *maker.pick(LAST_NAMES);
    let login = login(maker, index);
    let mut profile = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            profile.insert(name.to_owned(), value);
        }
    };
    let email = if maker.one_in(6) { login.to_uppercase() } else { login.clone() };
    set("login", Some(Value::String(login)));
    set("email", Some(Value::String(email)));
    set("firstName", Some(if maker.one_in(25) { Value::Null } else { text(first) }));
    set("lastName", Some(if maker.one_in(25) { Value::Null } else { text(last) }));
    // These two are always there; others are absent until they have a value, or have lost it.
    let phone = maker.word(PHONES);
    set("mobilePhone", Some(maker.pick(&[Value::Null, phone]).clone()));
    let second = maker.pick(&[Value::Null, text(""), text("second@example.org")]).clone();
    set("secondEmail", Some(second));
    set("displayName", maker.often(|_| Value::String(format!("{first} {last}"))));
    for (name, words) in OPTIONAL {
        let value = match maker.random.u32(..16) {
            0 => Some(Value::Null),
            1..5 => Some(maker.word(words)),
            _ => None,
        };
        set(name, value);
    }
    set("employeeNumber", maker.often(|_| Value::String(format!("{:04}", index % 50))));
    custom(maker, &mut set);
    profile
}

/// Optional attributes of the base profile that hold text, and what they hold.
const OPTIONAL: &[(&str, &[&str])] = &[
    ("city", CITIES),
    ("costCenter", &["CC-1", "cc-1", "CC 2/3"]),
    ("countryCode", COUNTRIES),
    ("department", DEPARTMENTS),
    ("division", DEPARTMENTS),
    ("honorificPrefix", &["Dr.", "dr."]),
    ("honorificSuffix", &["Jr.", "III"]),
    ("locale", LANGUAGES),
    ("manager", LAST_NAMES),
    ("managerId", &["0001", "0002"]),
    ("middleName", FIRST_NAMES),
    ("nickName", FIRST_NAMES),
    ("organization", DEPARTMENTS),
    ("postalAddress", STREETS),
    ("preferredLanguage", LANGUAGES),
    ("primaryPhone", PHONES),
    ("profileUrl", &["https://example.com/?a=1&b=%20#top"]),
    ("state", &["CA", "ca", "Île-de-France"]),
    ("streetAddress", STREETS),
    ("timezone", TIMEZONES),
    ("title", TITLES),
    ("userType", &["Employee", "employee", "Contractor"]),
    ("zipCode", &["75001", "94105-1234"]),
    ("occupation", TITLES),
    ("favoriteColor", COLORS),
];

/// Sets custom attributes that are not text.
fn custom(maker: &mut Maker, set: &mut impl FnMut(&str, Option<Value>)) {
    if maker.random.bool() {
        set("isContractor", Some(Value::Bool(maker.random.bool())));
    }
    if maker.random.bool() {
        set("badgeNumber", Some(Value::from(maker.random.i32(-3..8))));
    }
    if maker.random.bool() {
        set("score", Some(Value::from(*maker.pick(&[0.0, -1.5, 0.1, 2.5, 1e10]))));
    }
    if maker.one_in(3) {
        let count = maker.random.usize(..4);
        let skills = (0..count).map(|_| maker.word(COLORS));
        set("skills", Some(skills.collect()));
    }
    if maker.one_in(4) {
        set("luckyNumbers", Some(json!([7, maker.random.i32(0..10)])));
    }
    if maker.one_in(3) {
        set("clearance", Some(Value::from(*maker.pick(&[1, 2, 3]))));
    }
}

/// Sets custom attributes that came later, and those that differ between the types of users.
///
/// They are drawn from the id, so that all else in an org stayed as it was.
fn custom_by_type(profile: &mut Map<String, Value>, id: &str, user_type: usize) {
    let (day, agency) = (fnv(id, "startDate"), fnv(id, "agency"));
    if !day.is_multiple_of(3) {
        let day = i64::try_from(day % 4_000).expect("a small number");
        profile.insert("startDate".to_owned(), stamp(1_388_534_400 + 86_400 * day)); // from 2014 on
    }
    if user_type == 1 && !agency.is_multiple_of(4) {
        let names = ["Adecco", "ADECCO", "Müller & Söhne", "Temp \"R\" Us"];
        profile.insert("agency".to_owned(), text(names[(agency >> 8) as usize % names.len()]));
    }
    if let Some(level) = profile.get_mut("clearance").filter(|_| user_type > 0) {
        *level = text(if *level == 3 { "secret" } else { "internal" });
    }
}

fn login(maker: &mut Maker, index: usize) -> String {
    match maker.random.u32(..12) {
        0 => format!("Upper.Case{index}@Example.COM"),
        1 => format!("plus+tag{index}@example.com"),
        2 => format!("o'quote{index}@example.com"),
        3 => format!("renée{index}@example.com"),
        4 => format!("a/b{index}@example.com"),
        _ => format!("user{index}@example.com"),
    }
}
