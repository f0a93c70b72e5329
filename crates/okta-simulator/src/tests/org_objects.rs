//! Objects of the org itself: zones, policies, identity providers and the like.

use super::*;
use crate::{ApiError, Feature};

fn caller() -> Caller {
    Caller::new(Org::generate(3, 600))
}

#[test]
fn page_sizes() {
    let rows = [
        ("/api/v1/zones?x=y", Some("limit=20")),
        ("/api/v1/zones?limit=500", Some("limit=200")),
        ("/api/v1/policies?type=PASSWORD", Some("limit=1000")),
        ("/api/v1/idps?x=y", Some("limit=20")),
        ("/api/v1/idps?limit=500", Some("limit=200")),
        ("/api/v1/authorizationServers?x=y", Some("limit=200")),
        ("/api/v1/trustedOrigins?x=y", Some("limit=20")),
        ("/api/v1/realms?x=y", Some("limit=10")),
        ("/api/v1/realms?limit=500", Some("limit=200")),
        ("/api/v1/logStreams?x=y", Some("limit=20")),
        ("/api/v1/eventHooks", None),
        ("/api/v1/inlineHooks", None),
        ("/api/v1/api-tokens", None),
    ];
    for (target, expected) in rows {
        let link = caller().get(target).link("self");
        let limit = link
            .as_ref()
            .map(|link| link.split(['?', '&']).find(|it| it.starts_with("limit")).unwrap());
        assert_eq!(limit, expected, "{target}");
    }
}

#[test]
fn every_page_size_gives_the_same_records() {
    for sparse in [false, true] {
        for path in ["/api/v1/zones", "/api/v1/idps", "/api/v1/trustedOrigins", "/api/v1/realms"] {
            let mut caller = caller();
            let whole = caller.ids(&format!("{path}?limit=200"));
            assert!(whole.len() > 10, "{path}");
            caller.simulator.set_sparse_pages(sparse);
            for limit in [1, 2, 7] {
                assert_eq!(
                    caller.ids(&format!("{path}?limit={limit}")),
                    whole,
                    "{path} by {limit}"
                );
            }
        }
    }
}

#[test]
fn zones_are_paged_by_name() {
    let mut caller = caller();
    let first = caller.get("/api/v1/zones?limit=3");
    let names = first.json();
    let last = names[2]["name"].as_str().unwrap().to_owned();
    let next = first.link("next").unwrap();
    let after = next.split(['?', '&']).find_map(|it| it.strip_prefix("after=")).unwrap();
    assert_eq!(after, crate::call::encode_form(&last));
    // A zone that is gone leaves its place in the order.
    let id = names[2]["id"].as_str().unwrap();
    caller.simulator.remove(Collection::NetworkZones, id);
    let second = caller.follow(&next).json();
    assert!(second[0]["name"].as_str().unwrap() > last.as_str());
}

#[test]
fn parameters_choose() {
    let rows = [
        ("/api/v1/zones?filter=usage eq \"BLOCKLIST\" or system eq true", "usage", "BLOCKLIST"),
        ("/api/v1/policies?type=OKTA_SIGN_ON&status=INACTIVE", "status", "INACTIVE"),
        ("/api/v1/policies?type=ACCESS_POLICY&q=policy", "type", "ACCESS_POLICY"),
        ("/api/v1/idps?type=SAML2", "type", "SAML2"),
        ("/api/v1/inlineHooks?type=com.okta.import.transform", "type", "com.okta.import.transform"),
        ("/api/v1/trustedOrigins?filter=status eq \"INACTIVE\"", "status", "INACTIVE"),
        (
            "/api/v1/logStreams?filter=type eq \"splunk_cloud_logstreaming\"",
            "type",
            "splunk_cloud_logstreaming",
        ),
    ];
    for (target, name, expected) in rows {
        let records = caller().get(target).json();
        let records = records.as_array().unwrap();
        assert!(!records.is_empty(), "{target}");
        let passes = |it: &&Value| it[name] == expected || it["system"] == true;
        assert_eq!(records.iter().filter(passes).count(), records.len(), "{target}");
    }
    let rows = [
        ("/api/v1/authorizationServers?q=partner", 2),
        ("/api/v1/authorizationServers?q=api://2", 1),
        ("/api/v1/realms?search=profile.name co \"NER\"&limit=200", 11),
        ("/api/v1/realms?search=profile.name eq \"default realm\"", 1),
    ];
    for (target, expected) in rows {
        assert_eq!(caller().ids(target).len(), expected, "{target}");
    }
    let next = caller().get("/api/v1/idps?q=p&type=OIDC&limit=1").link("next").unwrap();
    assert!(!next.contains("q=") && !next.contains("type="), "{next}");
}

#[test]
fn refusals() {
    let rows = [
        ("/api/v1/policies", "400 E0000028"),
        ("/api/v1/policies?type=NONE", "400 E0000001"),
        ("/api/v1/policies/00px/rules", "404 E0000007"),
        ("/api/v1/zones?filter=name eq \"x\"", "400 E0000031"),
        ("/api/v1/zones?search=id pr", "400 E0000031"),
        ("/api/v1/logStreams?filter=status eq \"ACTIVE\" and type eq \"x\"", "400 E0000094"),
        ("/api/v1/realms?search=profile.realmType co \"x\"", "400 E0000031"),
        ("/api/v1/trustedOrigins?after=forged", "400 E0000031"),
        ("/api/v1/idps/0oax", "404 E0000007"),
    ];
    for (target, expected) in rows {
        assert_eq!(caller().get(target).outcome(), expected, "{target}");
    }
}

#[test]
fn features_that_an_org_lacks() {
    let rows = [
        (
            Feature::ApiAccessManagement,
            ApiError::NoFeature,
            "/api/v1/authorizationServers",
            "401 E0000015",
        ),
        (Feature::Realms, ApiError::NoPermission, "/api/v1/realms", "403 E0000006"),
        (Feature::LogStreaming, ApiError::NoPath, "/api/v1/logStreams", "404 E0000008"),
    ];
    for (feature, error, path, expected) in rows {
        let mut caller = caller();
        assert_eq!(caller.get(path).outcome(), "200", "{path}");
        caller.simulator.lack(feature, error);
        assert_eq!(caller.get(path).outcome(), expected, "{path}");
        assert_eq!(caller.get("/api/v1/users").outcome(), "200");
    }
}

#[test]
fn policy_types_that_an_org_lacks() {
    let mut caller = caller();
    let outcome = |caller: &mut Caller, kind: &str| {
        caller.get(&format!("/api/v1/policies?type={kind}")).outcome()
    };
    assert_eq!(outcome(&mut caller, "ENTITY_RISK"), "200");
    caller.simulator.set_lacking_policy_types(&["ENTITY_RISK"]);
    assert_eq!(outcome(&mut caller, "ENTITY_RISK"), "400 E0000001");
    assert_eq!(outcome(&mut caller, "ACCESS_POLICY"), "200");
    caller.simulator.set_classic_engine(true);
    assert_eq!(outcome(&mut caller, "ACCESS_POLICY"), "400 E0000001");
    assert_eq!(outcome(&mut caller, "PASSWORD"), "200");
}

#[test]
fn rules_are_those_of_their_policy() {
    let mut caller = caller();
    let policies = caller.get("/api/v1/policies?type=OKTA_SIGN_ON&expand=rules").json();
    for policy in policies.as_array().unwrap() {
        let path = format!("/api/v1/policies/{}/rules", policy["id"].as_str().unwrap());
        let rules = caller.get(&path);
        assert!(!rules.headers.contains_key(header::LINK));
        assert_eq!(rules.json(), policy["_embedded"]["rules"]);
        assert!(rules.json()[0]["type"] == "SIGN_ON");
    }
}
