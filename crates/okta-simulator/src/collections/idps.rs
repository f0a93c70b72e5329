//! Identity providers, `/api/v1/idps`. Okta shows the secrets of their clients.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, PageLimits, Row, Single};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::{Particulars, Selector};
use crate::secrets::CLIENT_SECRET;

impl Collection {
    /// Identity providers, `/api/v1/idps`.
    pub const IdentityProviders: Self = Self::new(&Row {
        name: "IdentityProviders",
        file_name: "idps.jsonl",
        id_prefix: "0oa",
        type_name: "IdentityProvider",
        scope: "okta.idps.read",
        listing: Some(Listing {
            links_drop: &["q", "type"],
            particulars: Some(&Particulars {
                selectors: &[Selector::q(&["name"]), Selector::is("type", &["type"])],
                ..Particulars::PLAIN
            }),
            ..Listing::paged("/api/v1/idps", bucket::IDPS, PageLimits::up_to(200, 20))
        }),
        single: Some(Single { path: "/api/v1/idps/{}", bucket: bucket::IDPS, lookup: Lookup::Id }),
        generate,
        ..Row::LISTED
    });
}

const TYPES: [&str; 5] = ["OIDC", "SAML2", "GOOGLE", "MICROSOFT", "X509"];

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let maker = &mut maker.fork("IdentityProviders");
    let count = (maker.users / 20).clamp(7, 45);
    let providers = (0..count).map(|index| provider(maker, index));
    providers.collect()
}

fn provider(maker: &mut Maker, index: usize) -> Value {
    let id = maker.id("0oa");
    let created = maker.time();
    let kind = TYPES[index % TYPES.len()];
    let mut provider = json!({
        "id": id,
        "name": format!("{} {index}", maker.pick(&["Partner", "partner", "Größe \"1\""])),
        "status": if maker.one_in(4) { "INACTIVE" } else { "ACTIVE" },
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "protocol": protocol(kind, index),
        "policy": {
            "provisioning": { "action": "AUTO", "profileMaster": false, "groups": { "action": "NONE" } },
            "accountLink": { "filter": null, "action": "AUTO" },
            "subject": {
                "userNameTemplate": { "template": "idpuser.email" },
                "filter": null,
                "matchType": "USERNAME",
                "matchAttribute": null,
            },
            "maxClockSkew": 0,
        },
        "type": kind,
        "_links": {
            "self": { "href": format!("{ORIGIN}/api/v1/idps/{id}") },
            "users": { "href": format!("{ORIGIN}/api/v1/idps/{id}/users") },
        },
    });
    if !index.is_multiple_of(4) {
        provider["issuerMode"] = json!("ORG_URL");
    }
    provider
}

fn protocol(kind: &str, index: usize) -> Value {
    let client = json!({ "client_id": format!("client-{index}"), "client_secret": CLIENT_SECRET });
    let endpoint = |path: &str, binding: &str| json!({ "url": format!("https://idp.example.com/{path}"), "binding": binding });
    let trust = json!({
        "issuer": "https://idp.example.com",
        "audience": "https://acme.okta.com/saml2/service-provider",
        "kid": "your-key-id",
        "revocation": null,
        "revocationCacheLifetime": 0,
    });
    match kind {
        "SAML2" => json!({
            "type": "SAML2",
            "endpoints": {
                "sso": { "url": "https://idp.example.com/sso", "binding": "HTTP-POST", "destination": "https://idp.example.com/sso" },
                "acs": { "binding": "HTTP-POST", "type": "INSTANCE" },
            },
            "settings": { "nameFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified" },
            "credentials": { "trust": trust, "signing": { "kid": "signing-key-id" } },
        }),
        "X509" => json!({ "type": "MTLS", "credentials": { "trust": trust } }),
        _ => json!({
            "type": "OIDC",
            "endpoints": {
                "authorization": endpoint("authorize", "HTTP-REDIRECT"),
                "token": endpoint("token", "HTTP-POST"),
            },
            "scopes": ["openid", "email"],
            "issuer": { "url": "https://idp.example.com" },
            "credentials": { "client": client },
        }),
    }
}
