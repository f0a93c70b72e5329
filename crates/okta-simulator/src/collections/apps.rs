//! Applications, `/api/v1/apps`.
//!
//! Generated ones are of every sign-on mode and of none.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{
    Batch, Collection, Expand, Keyword, Listing, Lookup, Made, PageLimits, Row, Single, has_status,
};
use crate::dialect::{Dialect, EQ, ValueKind};
use crate::error::OktaError;
use crate::maker::{Maker, ORIGIN, stamp, text};
use crate::words::{APP_LABELS, APP_NAMES};

impl Collection {
    /// Applications, `/api/v1/apps`.
    pub const Apps: Self = Self::new(&Row {
        name: "Apps",
        file_name: "apps.jsonl",
        id_prefix: "0oa",
        type_name: "AppInstance",
        scope: "okta.apps.read",
        listing: Some(Listing {
            filter: Some(FILTER),
            keyword: Some(Keyword {
                properties: &["name", "label"],
                default_limit: 20,
                max_limit: 200,
                paged: true,
                with_filter: true,
            }),
            empty_without_role: true,
            // Okta documents that `includeNonDeleted` brings the inactive ones; real orgs list them without it.
            hides: |app, _| has_status(app, "DELETED"),
            invalid_cursor: OktaError::invalid_paging,
            links_drop: &["includeNonDeleted", "useOptimization", "alwaysIncludeVpnSettings"],
            ..Listing::paged("/api/v1/apps", bucket::APPS, PageLimits::up_to(200, 20))
        }),
        single: Some(Single { path: "/api/v1/apps/{}", bucket: bucket::APP, lookup: Lookup::Id }),
        schemas: None,
        expand: Expand::Refused,
        has_credentials: false,
        mutable: ("", "label"),
        generate,
    });
}

const FILTER: Dialect = Dialect {
    ignores_case: false,
    joins: false,
    properties: &[
        (&["status", "name", "id", "credentials.signing.kid"], ValueKind::Text, EQ),
        (&["settings.slo.enabled"], ValueKind::Boolean, EQ),
        (&["user.id"], ValueKind::AssignedUser, EQ),
        (&["group.id"], ValueKind::AssignedGroup, EQ),
    ],
    attributes: None,
};

const SIGN_ON_MODES: [Option<&str>; 10] = [
    Some("AUTO_LOGIN"),
    Some("BASIC_AUTH"),
    Some("BOOKMARK"),
    Some("BROWSER_PLUGIN"),
    Some("OPENID_CONNECT"),
    Some("SAML_1_1"),
    Some("SAML_2_0"),
    Some("SECURE_PASSWORD_STORE"),
    Some("WS_FEDERATION"),
    None,
];

const SIGNING_KEYS: [&str; 3] =
    ["SIMcCQNY3uwXoW3y0vf6VxiBb5n9pf8L2fK8d", "simccqny3uwx", "YAC_CqBz-6"];

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let count = (maker.users / 20).max(12);
    let apps = (0..count).map(|index| {
        let id = maker.id("0oa");
        app(maker, &id, SIGN_ON_MODES[index % SIGN_ON_MODES.len()])
    });
    apps.collect()
}

fn app(maker: &mut Maker, id: &str, mode: Option<&str>) -> Value {
    let created = maker.time();
    let name = *maker.pick(APP_NAMES);
    let features: Vec<_> =
        ["GROUP_PUSH", "IMPORT_NEW_USERS", "PUSH_NEW_USERS", "PROFILE_MASTERING"]
            .into_iter()
            .filter(|_| maker.one_in(3))
            .collect();
    let redirect = *maker.pick(&[None, Some("https://example.com/error?code=1&x=%20")]);
    let mut app = json!({
        "id": id,
        "orn": format!("orn:okta:idp:00o1a2b3c4d5e6f7g8h9:apps:{name}:{id}"),
        "name": name,
        "label": maker.pick(APP_LABELS),
        "status": if maker.one_in(4) { "INACTIVE" } else { "ACTIVE" },
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "signOnMode": mode,
        "accessibility": {
            "selfService": maker.random.bool(),
            "errorRedirectUrl": redirect,
            "loginRedirectUrl": null,
        },
        "visibility": {
            "autoLaunch": false,
            "autoSubmitToolbar": maker.random.bool(),
            "hide": { "iOS": false, "web": maker.random.bool() },
            "appLinks": { "login": true },
        },
        "features": features,
        "credentials": credentials(maker, id, mode),
        "settings": settings(maker, mode),
        "universalLogout": null,
        "_links": links(id),
    });
    if mode == Some("OPENID_CONNECT") && maker.random.bool() {
        app["profile"] = json!({ "team": "Büro", "tags": ["a", "b"], "owner": null });
    }
    if maker.one_in(3) {
        app["licensing"] = json!({ "seatCount": maker.random.u32(..500) });
    }
    app
}

fn credentials(maker: &mut Maker, id: &str, mode: Option<&str>) -> Value {
    let mut credentials = json!({
        "userNameTemplate": { "template": "${source.login}", "type": "BUILT_IN" },
        "signing": {},
    });
    match mode {
        Some("SAML_1_1" | "SAML_2_0" | "WS_FEDERATION") => {
            credentials["signing"] = json!({ "kid": maker.pick(&SIGNING_KEYS) });
        }
        Some("OPENID_CONNECT") => {
            credentials["signing"] =
                json!({ "kid": maker.pick(&SIGNING_KEYS), "rotationMode": "AUTO", "use": "sig" });
            credentials["oauthClient"] = json!({
                "client_id": id,
                "autoKeyRotation": true,
                "token_endpoint_auth_method": "client_secret_basic",
                "pkce_required": maker.random.bool(),
            });
        }
        Some("BASIC_AUTH" | "BROWSER_PLUGIN" | "SECURE_PASSWORD_STORE" | "AUTO_LOGIN") => {
            credentials["scheme"] = text("EDIT_USERNAME_AND_PASSWORD");
            credentials["revealPassword"] = maker.random.bool().into();
        }
        _ if maker.random.bool() => {
            credentials.as_object_mut().expect("made above").remove("signing");
        }
        _ => {}
    }
    credentials
}

fn settings(maker: &mut Maker, mode: Option<&str>) -> Value {
    let mut settings = json!({
        "app": { "url": "https://example.com/?q=a b&c=\"d\"", "subDomain": null },
        "notifications": {
            "vpn": { "network": { "connection": "DISABLED" }, "message": null, "helpUrl": null },
        },
        "notes": { "admin": maker.pick(&[None, Some("Ask \"Ann\"\nfirst")]), "enduser": null },
        "manualProvisioning": false,
        "implicitAssignment": maker.random.bool(),
    });
    match mode {
        Some("SAML_1_1" | "SAML_2_0") => {
            settings["signOn"] = json!({ "defaultRelayState": null, "attributeStatements": [] });
            settings["slo"] = json!({ "enabled": maker.random.bool() });
        }
        Some("OPENID_CONNECT") => {
            settings["oauthClient"] = json!({
                "application_type": "web",
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "redirect_uris": ["https://example.com/callback"],
                "post_logout_redirect_uris": [],
                "issuer_mode": "DYNAMIC",
                "consent_method": "TRUSTED",
                "jwks_uri": null,
                "dpop_bound_access_tokens": maker.random.bool(),
            });
            if maker.random.bool() {
                let algorithm = *maker.pick(&["RS256", "ES384", "HS512"]);
                settings["oauthClient"]["request_object_signing_alg"] = text(algorithm);
            }
        }
        _ => {}
    }
    settings
}

fn links(id: &str) -> Value {
    let link = |path: &str| json!({ "href": format!("{ORIGIN}/api/v1/apps/{id}/{path}") });
    json!({
        "users": link("users"),
        "groups": link("groups"),
        "deactivate": link("lifecycle/deactivate"),
        "logo": [{ "name": "medium", "href": "https://static.example.com/app.png", "type": "image/png" }],
        "appLinks": [{ "name": "login", "href": format!("{ORIGIN}/home/{id}/1"), "type": "text/html" }],
    })
}
