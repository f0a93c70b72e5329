//! Secrets that Okta puts into records.

use super::*;
use crate::PLANTED_SECRETS;

#[test]
fn each_secret_is_in_some_answer() {
    let mut caller = Caller::new(Org::generate(3, 100));
    let users = caller.simulator.org().records(Collection::Users);
    let factors = users.map(|it| format!("/api/v1/users/{}/factors", it["id"].as_str().unwrap()));
    let paths = ["/api/v1/idps", "/api/v1/eventHooks", "/api/v1/inlineHooks", "/api/v1/logStreams"];
    let targets: Vec<_> = paths.map(str::to_owned).into_iter().chain(factors).collect();
    let bodies: String = targets
        .iter()
        .map(|target| String::from_utf8(caller.get(target).body.to_vec()).unwrap())
        .collect();
    for secret in PLANTED_SECRETS {
        assert!(bodies.contains(secret), "{secret}");
    }
}
