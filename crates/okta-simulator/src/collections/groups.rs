//! Groups, `/api/v1/groups`.
//!
//! Generated ones are built in, native, or imported from a directory or another app.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{
    Batch, Collection, Expand, Expansion, Keyword, Listing, Lookup, Made, PageLimits, Row, Single,
};
use crate::dialect::{AttributeRules, Dialect, EQ, EQ_GT_LT, EQ_SW, EQ_SW_CO, ORDER, ValueKind};
use crate::maker::{Maker, ORIGIN, stamp, text};
use crate::words::{CITIES, DESCRIPTIONS, GROUP_NAMES};

impl Collection {
    /// Groups, `/api/v1/groups`.
    pub const Groups: Self = Self::new(&Row {
        name: "Groups",
        file_name: "groups.jsonl",
        id_prefix: "00g",
        type_name: "UserGroup",
        scope: "okta.groups.read",
        listing: Some(Listing {
            search: Some(SEARCH),
            filter: Some(FILTER),
            keyword: Some(Keyword {
                properties: &["profile.name"],
                default_limit: 300,
                max_limit: 300,
                paged: false,
                with_filter: true,
            }),
            sorts: true,
            projects: true,
            empty_without_role: true,
            ..Listing::paged(
                "/api/v1/groups",
                bucket::GROUPS,
                PageLimits { min: 0, default: 200, max: 200 },
            )
        }),
        single: Some(Single {
            path: "/api/v1/groups/{}",
            bucket: bucket::GROUP,
            lookup: Lookup::Id,
        }),
        schemas: Some(Self::GroupSchemas),
        expand: Expand::Embeds(&[("stats", Expansion::GroupStats)]),
        has_credentials: false,
        mutable: ("/profile", "description"),
        generate,
    });
}

const SEARCH: Dialect = Dialect {
    ignores_case: true,
    joins: true,
    properties: &[
        (&["id", "type", "source.id"], ValueKind::Text, EQ_SW),
        (&["created", "lastUpdated", "lastMembershipUpdated"], ValueKind::Instant, ORDER),
        (&["profile.name", "profile.description"], ValueKind::Text, EQ_SW_CO),
    ],
    // Attributes of imported groups are in no schema, so a name alone never proves an error.
    attributes: Some(AttributeRules {
        text: EQ_SW,
        number: EQ,
        boolean: EQ,
        must_be_defined: false,
    }),
};

const FILTER: Dialect = Dialect {
    ignores_case: false,
    joins: true,
    properties: &[
        (&["id", "type"], ValueKind::Text, EQ),
        (&["lastUpdated", "lastMembershipUpdated"], ValueKind::Instant, EQ_GT_LT),
    ],
    attributes: None,
};

/// Makes groups, of which the first is the group of everyone.
fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let count = (maker.users / 10).max(8);
    let apps = made.ids(Collection::Apps);
    let groups = (0..count).map(|index| {
        let id = maker.id("00g");
        group(maker, &id, index, &apps)
    });
    groups.collect()
}

fn group(maker: &mut Maker, id: &str, index: usize, apps: &[String]) -> Value {
    let created = maker.time();
    let updated = maker.time_from(created);
    let mut group = json!({
        "id": id,
        "created": stamp(created),
        "lastUpdated": stamp(updated),
        "lastMembershipUpdated": stamp(maker.time_from(updated)),
        "objectClass": ["okta:user_group"],
        "type": "OKTA_GROUP",
        "_links": {
            "logo": [{
                "name": "medium",
                "href": "https://static.example.com/okta-medium.png",
                "type": "image/png",
            }],
            "users": { "href": format!("{ORIGIN}/api/v1/groups/{id}/users") },
            "apps": { "href": format!("{ORIGIN}/api/v1/groups/{id}/apps") },
        },
    });
    // A name is unique in an org, so all but the first of a kind are numbered.
    let name = match (index, *maker.pick(GROUP_NAMES)) {
        (0, _) => "Everyone".to_owned(),
        (_, name) => format!("{name} {index}"),
    };
    match index {
        0 => {
            group["type"] = text("BUILT_IN");
            group["profile"] =
                json!({ "name": name, "description": "All users in your organization" });
        }
        _ if index.is_multiple_of(3) => import(maker, &mut group, &name, apps),
        _ => group["profile"] = native_profile(maker, &name),
    }
    group
}

fn native_profile(maker: &mut Maker, name: &str) -> Value {
    let description = if maker.one_in(3) { Value::Null } else { maker.word(DESCRIPTIONS) };
    let mut profile = json!({ "name": name, "description": description });
    if let Some(region) = maker.often(|maker| maker.word(CITIES)) {
        profile["region"] = region;
    }
    if maker.random.bool() {
        profile["tier"] = maker.random.i32(1..4).into();
    }
    if maker.one_in(3) {
        profile["isTemporary"] = maker.random.bool().into();
    }
    profile
}

/// Makes a group one that came from an app, half of the time from Active Directory.
fn import(maker: &mut Maker, group: &mut Value, name: &str, apps: &[String]) {
    let app_id = maker.pick(apps).as_str();
    group["type"] = text("APP_GROUP");
    group["source"] = json!({ "id": app_id });
    group["_links"]["source"] = json!({ "href": format!("{ORIGIN}/api/v1/apps/{app_id}") });
    let description = maker.word(DESCRIPTIONS);
    if maker.random.bool() {
        group["profile"] = json!({ "name": name, "description": description });
        return;
    }
    // A GUID in base 64, with the characters that a query string has to escape.
    let guid: String = (0..11).map(|_| maker.random.alphanumeric()).collect();
    group["objectClass"] = json!(["okta:windows_security_principal"]);
    group["profile"] = json!({
        "name": name,
        "description": description,
        "samAccountName": name,
        "dn": format!("CN={name},OU=Engineering,DC=corp,DC=example,DC=com"),
        "windowsDomainQualifiedName": format!("CORP\\{name}"),
        "externalId": format!("{guid}+/jWQKp+LPA=="),
        "groupType": "Security",
        "groupScope": "Global",
        "objectSid": format!("S-1-5-21-39922674-{}", maker.random.u32(1000..2000)),
    });
}
