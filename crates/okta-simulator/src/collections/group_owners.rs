//! Owners of groups, `/api/v1/groups/{id}/owners`, with time stamps in a form of their own.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Made, PageLimits, Row};
use crate::feature::Feature;
use crate::maker::{Maker, stamp};
use crate::particulars::{Parent, Particulars, Selector};

impl Collection {
    /// Owners of groups, `/api/v1/groups/{}/owners`.
    pub const GroupOwners: Self = Self::new(&Row {
        name: "GroupOwners",
        file_name: "group_owners.jsonl",
        // An owner is a user or a group.
        id_prefix: "00",
        type_name: "GroupOwner",
        scope: "okta.groups.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                feature: Some(Feature::IdentityGovernance),
                selectors: &[Selector::is("search", &["type"])],
                links_on_request: true,
                ordered_by: Some("id"),
                ..Particulars::below(Parent::Group)
            }),
            ..Listing::paged(
                "/api/v1/groups/{}/owners",
                bucket::GROUPS,
                PageLimits::up_to(1000, 1000),
            )
        }),
        generate,
        ..Row::LISTED
    });
}

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("GroupOwners");
    let users: Vec<_> = made.records(Collection::Users).take(2_000).collect();
    let groups: Vec<_> = made.records(Collection::Groups).take(501).collect();
    let apps = made.ids(Collection::Apps);
    let mut owners = Vec::new();
    for (index, group) in groups.iter().enumerate().skip(1) {
        let user = (!users.is_empty() && !maker.one_in(3)).then(|| maker.pick(&users));
        if let Some(user) = user {
            let login = &user["profile"]["login"];
            owners.push(owner(maker, group, &user["id"], "USER", login, None));
        }
        if index.is_multiple_of(4) {
            let other = &groups[index - 1];
            let name = &other["profile"]["name"];
            let app = maker.one_in(2).then(|| maker.pick(&apps).as_str());
            owners.push(owner(maker, group, &other["id"], "GROUP", name, app));
        }
    }
    owners.into_iter().collect()
}

fn owner(
    maker: &mut Maker,
    group: &Value,
    id: &Value,
    kind: &str,
    name: &Value,
    app: Option<&str>,
) -> Value {
    let updated = stamp(maker.time());
    let updated = updated.as_str().unwrap_or_default();
    json!({
        "parent": group["id"],
        "record": {
            "id": id,
            "type": kind,
            "resolved": app.is_none(),
            "originId": app,
            "originType": if app.is_some() { "APPLICATION" } else { "OKTA_DIRECTORY" },
            "displayName": name,
            // Neither a `T` nor a zone, and one digit of a second.
            "lastUpdated": updated.replace('T', " ").replace(".000Z", ".0"),
        },
    })
}
