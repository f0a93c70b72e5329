//! API tokens, `/api/v1/api-tokens`, all at once: what is known of them, and never the tokens.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, Row, Single};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::Particulars;

impl Collection {
    /// API tokens, `/api/v1/api-tokens`.
    pub const ApiTokens: Self = Self::new(&Row {
        name: "ApiTokens",
        file_name: "api_tokens.jsonl",
        id_prefix: "00T",
        type_name: "ApiToken",
        scope: "okta.apiTokens.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                for_super_administrators: true,
                ..Particulars::PLAIN
            }),
            ..Listing::whole("/api/v1/api-tokens", bucket::API_TOKENS)
        }),
        single: Some(Single {
            path: "/api/v1/api-tokens/{}",
            bucket: bucket::API_TOKENS,
            lookup: Lookup::Id,
        }),
        generate,
        ..Row::LISTED
    });
}

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("ApiTokens");
    let users = made.ids(Collection::Users);
    let zones = made.ids(Collection::NetworkZones);
    let tokens = users.iter().step_by(11).take(100).enumerate().map(|(index, user)| {
        let zone = maker.pick(&zones).clone();
        token(maker, index, user, &zone)
    });
    tokens.collect()
}

fn token(maker: &mut Maker, index: usize, user_id: &str, zone_id: &str) -> Value {
    let id = maker.id("00T");
    let created = maker.time();
    let used = maker.time_from(created);
    let link = |path: String, methods: &[&str]| json!({ "href": format!("{ORIGIN}/api/v1/{path}"), "hints": { "allow": methods } });
    json!({
        "id": id,
        "name": format!("Token \"{index}\""),
        "userId": user_id,
        "clientName": "Okta API",
        "tokenWindow": (!index.is_multiple_of(4)).then_some("P30D"),
        "network": match index % 3 {
            2 => json!({ "connection": "ZONE", "include": [zone_id], "exclude": [] }),
            _ => json!({ "connection": "ANYWHERE" }),
        },
        "expiresAt": stamp(used + 30 * 86_400),
        "created": stamp(created),
        "lastUpdated": stamp(used),
        "_links": {
            "self": link(format!("api-tokens/{id}"), &["GET", "DELETE"]),
            "user": link(format!("users/{user_id}"), &["GET"]),
        },
    })
}
