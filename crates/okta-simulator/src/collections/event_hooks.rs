//! Event hooks, `/api/v1/eventHooks`, all at once. Okta shows the values of the headers that they send.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, Row, Single};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::Particulars;
use crate::secrets::EVENT_HOOK_HEADER;

impl Collection {
    /// Event hooks, `/api/v1/eventHooks`.
    pub const EventHooks: Self = Self::new(&Row {
        name: "EventHooks",
        file_name: "event_hooks.jsonl",
        id_prefix: "who",
        type_name: "EventHook",
        scope: "okta.eventHooks.read",
        listing: Some(Listing {
            particulars: Some(&Particulars::PLAIN),
            ..Listing::whole("/api/v1/eventHooks", bucket::EVENT_HOOKS)
        }),
        single: Some(Single {
            path: "/api/v1/eventHooks/{}",
            bucket: bucket::EVENT_HOOKS,
            lookup: Lookup::Id,
        }),
        generate,
        ..Row::LISTED
    });
}

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("EventHooks");
    let users = made.ids(Collection::Users);
    let hooks = (0..5).map(|index| {
        let creator = match users.is_empty() {
            true => maker.id("00u"),
            false => maker.pick(&users).clone(),
        };
        hook(maker, index, &creator)
    });
    hooks.collect()
}

fn hook(maker: &mut Maker, index: usize, creator: &str) -> Value {
    let id = maker.id("who");
    let created = maker.time();
    let url = format!("{ORIGIN}/api/v1/eventHooks/{id}");
    let headers = match index % 2 {
        0 => json!([{ "key": "X-Api-Key", "value": EVENT_HOOK_HEADER }]),
        _ => json!([]),
    };
    json!({
        "id": id,
        "status": if index == 3 { "INACTIVE" } else { "ACTIVE" },
        "verificationStatus": if index == 1 { "VERIFIED" } else { "UNVERIFIED" },
        "name": format!("Hook \"{index}\""),
        "description": null,
        "created": stamp(created),
        "createdBy": creator,
        "lastUpdated": stamp(maker.time_from(created)),
        "events": {
            "type": "EVENT_TYPE",
            "items": ["user.lifecycle.create", "group.user_membership.add"],
            "filter": null,
        },
        "channel": {
            "type": "HTTP",
            "version": "1.0.0",
            "config": {
                "uri": format!("https://hooks.example.com/{index}?a=1&b=%20"),
                "headers": headers,
                "method": "POST",
                "authScheme": { "type": "HEADER", "key": "Authorization" },
            },
        },
        "_links": {
            "self": { "href": url },
            "verify": {
                "href": format!("{url}/lifecycle/verify"), "hints": { "allow": ["POST"] },
            },
        },
    })
}
