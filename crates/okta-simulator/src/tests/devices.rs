//! Devices, and the index that lags.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use super::*;

const DEVICES: &str = r#"
{"id":"guo00000000000000001","status":"ACTIVE","created":"2024-01-01T00:00:00.000Z","lastUpdated":"2024-01-01T00:00:00.000Z","profile":{"displayName":"Bob's Mac","platform":"MACOS","registered":true,"serialNumber":"AB12"}}
{"id":"guo00000000000000002","status":"SUSPENDED","created":"2024-01-02T00:00:00.000Z","lastUpdated":"2024-01-02T00:00:00.000Z","profile":{"displayName":"PC","platform":"WINDOWS","registered":false,"sid":"S-1-5-21","secureHardwarePresent":true}}
{"id":"guo00000000000000003","status":"DELETED","created":"2024-01-02T00:00:00.000Z","lastUpdated":"2024-01-02T00:00:00.000Z","profile":{"displayName":"PC","platform":"WINDOWS","registered":false}}
"#;

fn caller() -> Caller {
    Caller::with(Collection::Devices, DEVICES)
}

fn matching(caller: &mut Caller, query: &str) -> String {
    let ids = caller.ids(&format!("/api/v1/devices?{query}"));
    ids.iter().map(|id| &id[id.len() - 1..]).collect()
}

#[test]
fn search_matches() {
    let rows = [
        ("", "12"),
        (r#"search=status eq "active""#, "1"),
        (r#"search=profile.displayName co "b's""#, "1"),
        (r#"search=profile.registered eq false"#, "2"),
        (r#"search=profile.sid sw "s-1""#, "2"),
        (r#"search=profile.platform eq "windows""#, "2"),
        (
            r#"search=lastUpdated le "2024-01-01T00:00:00.000Z" or id eq "GUO00000000000000002""#,
            "12",
        ),
    ];
    for (query, expected) in rows {
        assert_eq!(matching(&mut caller(), query), expected, "{query}");
    }
}

#[test]
fn refusals() {
    let rows = [
        (r#"search=created gt "2024-01-01T00:00:00.000Z""#, "400 E0000031"),
        (r#"search=profile.model co "x""#, "400 E0000031"),
        (r#"search=profile.platform sw "x""#, "400 E0000031"),
        (r#"search=profile.registered eq "true""#, "400 E0000031"),
        (r#"search=profile.color eq "x""#, "400 E0000031"),
        (r#"search=resourceId eq "x""#, "400 E0000031"),
        (r#"search=status pr"#, "400 E0000031"),
        (r#"filter=status eq "ACTIVE""#, "400 E0000031"),
        ("q=x", "400 E0000031"),
        ("limit=0", "400 E0000001"),
        ("after=forged", "400 E0000031"),
    ];
    for (query, expected) in rows {
        let answer = caller().get(&format!("/api/v1/devices?{query}"));
        assert_eq!(answer.outcome(), expected, "{query}");
    }
}

#[test]
fn users_are_embedded() {
    let mut caller = caller();
    let user = json!({"id": "00u00000000000000001", "status": "ACTIVE",
        "profile": {"login": "a", "email": "b", "city": "c"}});
    let org = caller.simulator.org_mut();
    org.put(Collection::Users, user.clone());
    org.add_device_user("guo00000000000000001", "00u00000000000000001");
    let full = caller.get("/api/v1/devices?expand=user").json();
    assert_eq!(full[0]["_embedded"]["users"][0]["user"], user);
    assert_eq!(full[1]["_embedded"]["users"], json!([]));
    let summary = caller.get("/api/v1/devices?expand=userSummary&fields=_embedded").json();
    assert!(summary[0]["_embedded"]["users"][0]["user"]["profile"].get("city").is_none());
    assert!(summary[0].get("profile").is_none());
}

#[test]
fn the_index_lags() {
    let mut caller = caller();
    caller.simulator.set_index_lag(Duration::from_secs(2));
    let start = caller.now;
    let at = |caller: &mut Caller, seconds| {
        caller.set_time(start + SignedDuration::from_secs(seconds));
    };
    let device = |id: &str, status: &str| {
        json!({"id": id, "status": status, "lastUpdated": "2025-01-01T00:00:00.000Z",
            "profile": {"displayName": "x", "platform": "IOS", "registered": true}})
    };
    let search = "search=lastUpdated gt \"2000-01-01T00:00:00.000Z\"";
    let suspended = "search=status eq \"SUSPENDED\"";

    caller.simulator.put(Collection::Devices, device("guo00000000000000001", "SUSPENDED"));
    caller.simulator.put(Collection::Devices, device("guo00000000000000005", "ACTIVE"));
    caller.simulator.remove(Collection::Devices, "guo00000000000000002");
    assert_eq!(matching(&mut caller, ""), "15");
    assert_eq!(matching(&mut caller, search), "12");
    assert_eq!(matching(&mut caller, suspended), "2");
    let fresh = caller.get("/api/v1/devices/guo00000000000000001").json();
    assert_eq!(fresh["status"], "SUSPENDED");

    at(&mut caller, 1);
    caller.simulator.put(Collection::Devices, device("guo00000000000000001", "ACTIVE"));
    at(&mut caller, 2);
    assert_eq!(matching(&mut caller, search), "15");
    assert_eq!(matching(&mut caller, suspended), "1");
    at(&mut caller, 3);
    assert_eq!(matching(&mut caller, suspended), "");
}
