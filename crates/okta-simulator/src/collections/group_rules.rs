//! Group rules, `/api/v1/groups/rules`: expressions that make people members of groups.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{
    Batch, Collection, Expand, Expansion, Listing, Lookup, Made, PageLimits, Row, Single,
};
use crate::maker::{Maker, stamp};
use crate::particulars::{Particulars, Selector, Test};
use crate::words::DEPARTMENTS;

impl Collection {
    /// Group rules, `/api/v1/groups/rules`.
    pub const GroupRules: Self = Self::new(&Row {
        name: "GroupRules",
        file_name: "group_rules.jsonl",
        id_prefix: "0pr",
        type_name: "GroupRule",
        scope: "okta.groups.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                // A keyword here, and no expression.
                selectors: &[Selector {
                    parameter: "search",
                    properties: &["name", "conditions.expression.value"],
                    test: Test::Contains,
                }],
                ..Particulars::PLAIN
            }),
            ..Listing::paged("/api/v1/groups/rules", bucket::GROUPS, PageLimits::up_to(200, 50))
        }),
        single: Some(Single {
            path: "/api/v1/groups/rules/{}",
            bucket: bucket::GROUPS,
            lookup: Lookup::Id,
        }),
        expand: Expand::Embeds(&[("groupIdToGroupNameMap", Expansion::GroupNames)]),
        generate,
        ..Row::LISTED
    });
}

const STATUSES: [&str; 4] = ["ACTIVE", "ACTIVE", "INACTIVE", "INVALID"];

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("GroupRules");
    let groups = made.records(Collection::Groups);
    let native: Vec<_> = groups.filter(|group| group["type"] == "OKTA_GROUP").collect();
    let count = native.len().div_ceil(2).clamp(4, 300);
    let rules = (0..count).map(|index| {
        let (first, second) = (maker.pick(&native), maker.pick(&native));
        let mut group_ids = vec![&first["id"]];
        if index.is_multiple_of(3) && first["id"] != second["id"] {
            group_ids.push(&second["id"]);
        }
        rule(maker, index, &group_ids)
    });
    rules.collect()
}

fn rule(maker: &mut Maker, index: usize, group_ids: &[&Value]) -> Value {
    let department = *maker.pick(DEPARTMENTS);
    let created = maker.time();
    let mut rule = json!({
        "type": "group_rule",
        "id": maker.id("0pr"),
        "status": STATUSES[index % 4],
        "name": format!("{department} \"{index}\"").chars().take(50).collect::<String>(),
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "conditions": {
            "people": { "users": { "exclude": [] }, "groups": { "exclude": [] } },
            "expression": {
                "value": format!("user.department==\"{department}\""),
                "type": "urn:okta:expression:1.0",
            },
        },
        "actions": { "assignUserToGroups": { "groupIds": group_ids } },
    });
    if maker.random.bool() {
        rule["allGroupsValid"] = json!(index % 4 != 3);
    }
    rule
}
