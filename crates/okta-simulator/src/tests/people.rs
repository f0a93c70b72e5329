//! Factors of users, and users of devices.

use super::*;

#[test]
fn factors_of_a_generated_org() {
    let mut caller = Caller::new(Org::generate(5, 200));
    let users: Vec<Value> = caller.simulator.org().records(Collection::Users).collect();
    let (mut without, mut types) = (0, std::collections::BTreeSet::new());
    for user in &users {
        let path = format!("/api/v1/users/{}/factors", user["id"].as_str().unwrap());
        let answer = caller.get(&path);
        assert!(answer.status == 200 && !answer.headers.contains_key(header::LINK));
        assert_eq!(answer.body, caller.get(&path).body);
        let factors = answer.json();
        without += usize::from(factors.as_array().unwrap().is_empty());
        if user["status"] == "DEPROVISIONED" {
            assert_eq!(factors, serde_json::json!([]));
        }
        types.extend(factors.as_array().unwrap().iter().map(|it| it["factorType"].to_string()));
    }
    assert!(without > 30 && types.len() == 6, "{without} {types:?}");
    assert_eq!(caller.get("/api/v1/users/nobody/factors").outcome(), "404 E0000007");
    assert_eq!(caller.get("/api/v1/users/me/factors").outcome(), "200");
}

#[test]
fn users_of_a_device_are_those_in_its_summary() {
    let mut caller = Caller::new(Org::generate(5, 200));
    let devices = caller.get("/api/v1/devices?expand=userSummary").json();
    let mut count = 0;
    for device in devices.as_array().unwrap() {
        let ids = |users: &Value| -> Vec<Value> {
            users.as_array().unwrap().iter().map(|it| it["user"]["id"].clone()).collect()
        };
        let users =
            caller.get(&format!("/api/v1/devices/{}/users", device["id"].as_str().unwrap()));
        assert!(!users.headers.contains_key(header::LINK));
        assert_eq!(ids(&users.json()), ids(&device["_embedded"]["users"]));
        count += ids(&users.json()).len();
    }
    assert!(count > 20, "{count}");
    caller.simulator.set_classic_engine(true);
    let id = devices[0]["id"].as_str().unwrap();
    assert_eq!(caller.get(&format!("/api/v1/devices/{id}/users")).outcome(), "401 E0000015");
}
