//! Reads what the org tells of itself, and turns the switches for what Okta's documents leave open.

use super::*;

const SHARES: &str = "/api/v1/principal-rate-limits";

#[test]
fn everybody_may_know_the_engine() {
    for (is_classic, expected) in [(false, "idx"), (true, "v1")] {
        let mut caller = Caller::new(Org::generate(1, 1));
        caller.simulator.set_classic_engine(is_classic);
        let url = format!("{ORIGIN}/.well-known/okta-organization");
        let answer = caller.send(http::Request::get(url).body(Bytes::new()).unwrap());
        assert_eq!(answer.json()["pipeline"], expected);
        assert_eq!(answer.json()["_links"]["organization"]["href"], ORIGIN);
        assert!(!answer.headers.contains_key("x-rate-limit-limit"));
    }
}

#[test]
fn shares_are_those_of_the_limits() {
    let mut caller = Caller::new(Org::generate(1, 1));
    caller
        .simulator
        .set_rate_limits(crate::RateLimits { share_percent: 10, ..crate::RateLimits::default() });
    let rows = [
        ("?filter=principalType eq \"SSWS_TOKEN\"", "200"),
        ("?filter=principalType eq \"OAUTH_CLIENT\"", "200"),
        ("?filter=principalType eq \"ROBOT\"", "400 E0000001"),
        ("", "400 E0000001"),
    ];
    for (query, expected) in rows {
        assert_eq!(caller.get(&format!("{SHARES}{query}")).outcome(), expected, "{query}");
    }
    let shares = caller.get(&format!("{SHARES}?filter=principalType eq \"SSWS_TOKEN\"")).json();
    assert_eq!(shares[0]["defaultPercentage"], 10);
    caller.simulator.take_role("token");
    let answer = caller.get(&format!("{SHARES}?filter=principalType eq \"SSWS_TOKEN\""));
    assert_eq!(answer.outcome(), "403 E0000006");
}

/// Each switch is off at first: what Okta does not document is refused, and what it does not say is lenient.
#[test]
fn switches() {
    type Switch = fn(&mut Simulator, bool);
    let rows: [(Switch, &str, &str, &str); 4] = [
        (
            Simulator::set_search_takes_ne,
            r#"/api/v1/groups?search=type ne "BUILT_IN""#,
            "400 E0000031",
            "200",
        ),
        (
            Simulator::set_unknown_attributes_searched,
            r#"/api/v1/users?search=profile.unheardOf eq "x""#,
            "400 E0000031",
            "200",
        ),
        (Simulator::set_large_limits_refused, "/api/v1/apps?limit=201", "200", "400 E0000001"),
        (
            Simulator::set_app_filters_joined,
            r#"/api/v1/apps?filter=status eq "ACTIVE" and name eq "x""#,
            "400 E0000094",
            "200",
        ),
    ];
    for (switch, target, off, on) in rows {
        let mut caller = Caller::new(Org::generate(1, 10));
        assert_eq!(caller.get(target).outcome(), off, "{target}");
        switch(&mut caller.simulator, true);
        assert_eq!(caller.get(target).outcome(), on, "{target}");
    }
}
