//! Inline hooks, `/api/v1/inlineHooks`, all at once. Okta shows the values of the headers that they send.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, Row, Single};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::{Particulars, Selector};
use crate::secrets::INLINE_HOOK_HEADER;

impl Collection {
    /// Inline hooks, `/api/v1/inlineHooks`.
    pub const InlineHooks: Self = Self::new(&Row {
        name: "InlineHooks",
        file_name: "inline_hooks.jsonl",
        id_prefix: "cal",
        type_name: "InlineHook",
        scope: "okta.inlineHooks.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                selectors: &[Selector::is("type", &["type"])],
                ..Particulars::PLAIN
            }),
            ..Listing::whole("/api/v1/inlineHooks", bucket::INLINE_HOOKS)
        }),
        single: Some(Single {
            path: "/api/v1/inlineHooks/{}",
            bucket: bucket::INLINE_HOOKS,
            lookup: Lookup::Id,
        }),
        generate,
        ..Row::LISTED
    });
}

const TYPES: [&str; 4] = [
    "com.okta.oauth2.tokens.transform",
    "com.okta.saml.tokens.transform",
    "com.okta.import.transform",
    "com.okta.user.pre-registration",
];

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let maker = &mut maker.fork("InlineHooks");
    (0..6).map(|index| hook(maker, index)).collect()
}

fn hook(maker: &mut Maker, index: usize) -> Value {
    let id = maker.id("cal");
    let created = maker.time();
    let url = format!("{ORIGIN}/api/v1/inlineHooks/{id}");
    json!({
        "id": id,
        "status": if index == 2 { "INACTIVE" } else { "ACTIVE" },
        "name": format!("Inline \"{index}\""),
        "type": TYPES[index % TYPES.len()],
        "version": "1.0.0",
        "channel": {
            "type": "HTTP",
            "version": "1.0.0",
            "config": {
                "uri": format!("https://hooks.example.com/inline/{index}"),
                "headers": [{ "key": "X-Api-Key", "value": INLINE_HOOK_HEADER }],
                "method": "POST",
                "authScheme": { "type": "HEADER", "key": "Authorization" },
            },
        },
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "_links": {
            "self": { "href": url },
            "execute": { "href": format!("{url}/execute"), "hints": { "allow": ["POST"] } },
        },
    })
}
