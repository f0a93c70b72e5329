//! Checks the events that changes of the org's own objects leave in the log.

use super::*;

/// Puts a record through its life, and returns the types of the events and the targets of the last one.
fn live(collection: Collection, parent: Option<&str>) -> (Vec<String>, String) {
    let mut org = Org::default();
    org.put(Collection::Users, record("00u1", "ACTIVE", "Ann"));
    org.put(Collection::Apps, record("0oa1", "ACTIVE", "Wiki"));
    org.put(Collection::Policies, record("00p1", "ACTIVE", "Strict"));
    org.put(Collection::ResourceSets, record("iam1", "ACTIVE", "West"));
    let mut caller = Caller::new(org);
    for (status, name) in [("ACTIVE", "A"), ("INACTIVE", "A"), ("INACTIVE", "B"), ("ACTIVE", "B")] {
        let record = record("x1", status, name);
        match parent {
            Some(parent) => caller.simulator.put_child(collection, parent, record),
            None => caller.simulator.put(collection, record),
        }
    }
    match parent {
        Some(parent) => caller.simulator.remove_child(collection, parent, "x1"),
        None => caller.simulator.remove(collection, "x1"),
    }
    let now = caller.now;
    let last = caller.log().visible(now).last().unwrap_or_default();
    let targets = last["target"].as_array().into_iter().flatten().map(|target| {
        let text = |name: &str| target[name].as_str().unwrap().to_owned();
        format!("{} {} {}", text("type"), text("id"), text("displayName"))
    });
    let targets = targets.collect::<Vec<_>>().join(", ");
    (types(&mut caller), targets)
}

/// Events begin with the first text and end with the others, in order.
#[test]
fn the_life_of_an_object_is_recorded() {
    let usual = ["create", "deactivate", "update", "activate", "delete"].as_slice();
    let past = ["created", "deactivated", "updated", "activated", "deleted"].as_slice();
    let short = ["create", "update", "delete"].as_slice();
    let rows = [
        (Collection::Policies, None, "policy.lifecycle", usual, "PolicyEntity x1 B"),
        (
            Collection::PolicyRules,
            Some("00p1"),
            "policy.rule",
            &["add", "deactivate", "update", "activate", "delete"],
            "PolicyEntity 00p1 Strict, PolicyRule x1 B",
        ),
        (Collection::NetworkZones, None, "zone", usual, "NetworkZone x1 B"),
        (
            Collection::IdentityProviders,
            None,
            "system.idp.lifecycle",
            usual,
            "IdentityProvider x1 B",
        ),
        (Collection::AuthorizationServers, None, "oauth2.as", past, "AuthorizationServer x1 B"),
        (Collection::EventHooks, None, "event_hook", past, "EventHook x1 B"),
        (Collection::InlineHooks, None, "inline_hook", past, "InlineHook x1 B"),
        (Collection::TrustedOrigins, None, "security.trusted_origin", usual, "TrustedOrigin x1 B"),
        (Collection::LogStreams, None, "system.log_stream.lifecycle", usual, "LogStream x1 B"),
        (
            Collection::ApiTokens,
            None,
            "system.api_token",
            &["create", "update", "revoke"],
            "Token x1 B",
        ),
        (Collection::Realms, None, "directory.realm.lifecycle", short, "Realm x1 B"),
        (Collection::CustomRoles, None, "iam.role", short, "CustomRole x1 B"),
        (Collection::ResourceSets, None, "iam.resourceset", short, "ResourceSet x1 B"),
        (
            Collection::ResourceSetBindings,
            Some("iam1"),
            "iam.resourceset.bindings",
            &["add", "delete"],
            "ResourceSet iam1 West, CustomRole x1 B",
        ),
        (
            Collection::UserFactors,
            Some("00u1"),
            "user.mfa.factor",
            &["activate", "deactivate", "update", "activate", "deactivate"],
            "User 00u1 Ann Ann",
        ),
        (
            Collection::GroupPushMappings,
            Some("0oa1"),
            "application.provision.group_push",
            &["mapping.created", "deactivate_mapping", "pushed", "activate_mapping", "removed"],
            "AppInstance 0oa1 Wiki",
        ),
        (
            Collection::GroupRules,
            None,
            "group.user_membership.rule",
            &["deactivated"],
            "GroupRule x1 A",
        ),
        // Okta's log is not known to tell of these.
        (Collection::GroupOwners, Some("00g1"), "", &[], ""),
        (Collection::ApplicationGrants, Some("0oa1"), "", &[], ""),
    ];
    for (collection, parent, prefix, names, targets) in rows {
        let (types, last) = live(collection, parent);
        let expected: Vec<_> = names.iter().map(|name| format!("{prefix}.{name}")).collect();
        assert_eq!(types, expected, "{collection:?}");
        assert_eq!(last, targets, "{collection:?}");
    }
}

#[test]
fn a_factor_that_waits_is_not_told_of() {
    let mut caller = Caller::new(Org::default());
    let record = |status| record("opf1", status, "A");
    for status in ["PENDING_ACTIVATION", "ACTIVE"] {
        caller.simulator.put_child(Collection::UserFactors, "00u1", record(status));
    }
    assert_eq!(types(&mut caller), ["user.mfa.factor.activate"]);
}

#[test]
fn a_group_rule_that_no_longer_holds_is_told_of() {
    let mut caller = Caller::new(Org::default());
    for status in ["ACTIVE", "INVALID", "ACTIVE"] {
        caller.simulator.put(Collection::GroupRules, record("0pr1", status, "A"));
    }
    assert_eq!(types(&mut caller), ["group.user_membership.rule.invalidate"]);
}
