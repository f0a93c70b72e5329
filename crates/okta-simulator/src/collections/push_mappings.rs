//! Group push mappings, `/api/v1/apps/{id}/group-push/mappings`: the one relation that Okta filters by time.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Made, PageLimits, Row};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::{Parent, Particulars, Selector, Test};

impl Collection {
    /// Group push mappings, `/api/v1/apps/{}/group-push/mappings`.
    pub const GroupPushMappings: Self = Self::new(&Row {
        name: "GroupPushMappings",
        file_name: "group_push.jsonl",
        id_prefix: "gPm",
        type_name: "GroupPushMapping",
        scope: "okta.apps.read",
        listing: Some(Listing {
            links_drop: &["sourceGroupId"],
            particulars: Some(&Particulars {
                second_scope: Some("okta.groups.read"),
                selectors: &[
                    Selector::is("sourceGroupId", &["sourceGroupId"]),
                    Selector::is("status", &["status"]),
                    Selector {
                        parameter: "lastUpdated",
                        properties: &["lastUpdated"],
                        test: Test::Since,
                    },
                ],
                ..Particulars::below(Parent::App)
            }),
            ..Listing::paged(
                "/api/v1/apps/{}/group-push/mappings",
                bucket::APPS,
                PageLimits::up_to(1000, 100),
            )
        }),
        generate,
        ..Row::LISTED
    });
}

/// Makes mappings of the applications that groups are pushed to. Their times have no fraction.
fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("GroupPushMappings");
    let groups = made.ids(Collection::Groups);
    let apps = made.records(Collection::Apps);
    let pushes = |app: &Value| {
        app["features"].as_array().is_some_and(|it| it.iter().any(|name| name == "GROUP_PUSH"))
    };
    let mut mappings = Vec::new();
    for app in apps.filter(pushes) {
        let id = app["id"].as_str().unwrap_or_default();
        for index in 0..maker.random.usize(0..4) {
            let source = maker.pick(&groups).clone();
            let mapping = mapping(maker, id, &source, index);
            mappings.push(json!({ "parent": id, "record": mapping }));
        }
    }
    mappings.into_iter().collect()
}

fn mapping(maker: &mut Maker, app_id: &str, source: &str, index: usize) -> Value {
    let created = maker.time();
    let updated = maker.time_from(created);
    let shown = |time| stamp(time).as_str().unwrap_or_default().replace(".000Z", "Z");
    let target = maker.id("00g");
    let status = ["ACTIVE", "INACTIVE", "ERROR"][index % 3];
    let link = |path: String| json!({ "href": format!("{ORIGIN}/api/v1/{path}") });
    let mut mapping = json!({
        "id": maker.id("gPm"),
        "created": shown(created),
        "lastUpdated": shown(updated),
        "sourceGroupId": source,
        "targetGroupId": target,
        "status": status,
        "_links": {
            "app": link(format!("apps/{app_id}")),
            "sourceGroup": link(format!("groups/{source}")),
            "targetGroup": link(format!("groups/{target}")),
        },
    });
    match status {
        "ERROR" => mapping["errorSummary"] = json!("The group \"x\" is already there."),
        _ => mapping["lastPush"] = json!(shown(updated)),
    }
    mapping
}
