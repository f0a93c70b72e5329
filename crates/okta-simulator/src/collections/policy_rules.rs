//! Rules of policies, `/api/v1/policies/{id}/rules`, all at once.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Made, Row};
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::{Parent, Particulars};

impl Collection {
    /// Rules of policies, `/api/v1/policies/{}/rules`.
    pub const PolicyRules: Self = Self::new(&Row {
        name: "PolicyRules",
        file_name: "policy_rules.jsonl",
        id_prefix: "0pr",
        type_name: "PolicyRule",
        scope: "okta.policies.read",
        listing: Some(Listing {
            particulars: Some(&Particulars::below(Parent::Policy)),
            ..Listing::whole("/api/v1/policies/{}/rules", bucket::POLICIES)
        }),
        generate,
        ..Row::LISTED
    });
}

fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("PolicyRules");
    let mut rules = Vec::new();
    for policy in made.records(Collection::Policies) {
        for index in 0..=maker.random.usize(0..3) {
            let rule = rule(maker, &policy, index);
            rules.push(json!({ "parent": policy["id"], "record": rule }));
        }
    }
    rules.into_iter().collect()
}

/// Makes a rule. The first one of a policy is the default, which has neither time stamps nor conditions.
fn rule(maker: &mut Maker, policy: &Value, index: usize) -> Value {
    let policy_id = policy["id"].as_str().unwrap_or_default();
    let kind = policy["type"].as_str().unwrap_or_default();
    let id = maker.id(if policy_id.starts_with("rst") { "rul" } else { "0pr" });
    let created = maker.time();
    let is_default = index == 0;
    let shown = |time| if is_default { Value::Null } else { stamp(time) };
    let url = format!("{ORIGIN}/api/v1/policies/{policy_id}/rules/{id}");
    let conditions = json!({
        "people": { "users": { "exclude": [] } },
        "network": { "connection": "ANYWHERE" },
    });
    json!({
        "id": id,
        "status": if maker.one_in(4) { "INACTIVE" } else { "ACTIVE" },
        "name": if is_default { "Default Rule".to_owned() } else { format!("Rule {index}") },
        "priority": if is_default { 99 } else { index },
        "created": shown(created),
        "lastUpdated": shown(maker.time_from(created)),
        "system": is_default,
        "conditions": if is_default || kind == "PROFILE_ENROLLMENT" { Value::Null } else { conditions },
        "actions": actions(kind),
        "_links": { "self": { "href": url, "hints": { "allow": ["GET", "PUT", "DELETE"] } } },
        // A rule of a sign-on policy has another type than its policy.
        "type": if kind == "OKTA_SIGN_ON" { "SIGN_ON" } else { kind },
    })
}

fn actions(kind: &str) -> Value {
    match kind {
        "OKTA_SIGN_ON" => json!({
            "signon": { "access": "ALLOW", "requireFactor": false, "rememberDeviceByDefault": false },
        }),
        "PASSWORD" => json!({
            "passwordChange": { "access": "ALLOW" },
            "selfServiceUnlock": { "access": "DENY" },
        }),
        "ACCESS_POLICY" => json!({
            "appSignOn": {
                "access": "ALLOW",
                "verificationMethod": { "factorMode": "2FA", "type": "ASSURANCE", "reauthenticateIn": "PT2H" },
            },
        }),
        "IDP_DISCOVERY" => {
            json!({ "idp": { "providers": [], "idpSelectionType": "SPECIFIC" } })
        }
        "POST_AUTH_SESSION" => json!({ "postAuthSession": {} }),
        _ => json!({}),
    }
}
