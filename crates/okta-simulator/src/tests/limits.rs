//! Rate limits as a caller meets them.

use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::{RateLimits, Subscription};

fn caller(limits: RateLimits) -> Caller {
    let mut caller = Caller::new(Org::generate(1, 20));
    caller.simulator.set_rate_limits(limits);
    caller
}

#[test]
fn a_spent_bucket_refuses_until_its_window_ends() {
    let limits = RateLimits { subscription: Subscription::IntegratorFree, ..RateLimits::default() };
    let mut caller = caller(limits);
    let start = caller.now;
    for left in (0..10).rev() {
        assert_eq!(caller.get("/api/v1/apps").header("x-rate-limit-remaining"), left.to_string());
    }
    caller.set_time(start + SignedDuration::from_secs(59));
    let refused = caller.get("/api/v1/apps");
    assert_eq!(refused.outcome(), "429 E0000047");
    assert_eq!(refused.header("x-rate-limit-limit"), "10");
    assert_eq!(refused.header("x-rate-limit-remaining"), "0");
    assert_eq!(refused.header("x-rate-limit-reset"), (start.as_second() + 60).to_string());
    assert_eq!(caller.get("/api/v1/users").outcome(), "200");
    caller.set_time(start + SignedDuration::from_secs(60));
    assert_eq!(caller.get("/api/v1/apps").outcome(), "200");

    let usage = caller.simulator.usage();
    let apps: Vec<_> = usage.iter().filter(|it| it.bucket == "/api/v1/apps").collect();
    assert_eq!((apps[0].used, apps[0].rejected, apps[0].limit), (10, 1, 10));
    assert_eq!((apps[1].used, apps[1].rejected), (1, 0));
    assert!(usage.iter().all(|window| window.used <= window.limit));
}

#[test]
fn paths_share_buckets() {
    let rows = [
        ("/api/v1/apps", "50"),
        ("/api/v1/apps/x", "250"),
        ("/api/v1/groups", "250"),
        ("/api/v1/groups/x", "500"),
        ("/api/v1/groups/x/apps", "250"),
        ("/api/v1/users", "300"),
        ("/api/v1/users/me", "1000"),
        ("/api/v1/users/me/appLinks", "600"),
        ("/api/v1/devices", "50"),
        ("/api/v1/meta/types/user", "600"),
        ("/api/v1/logs", "60"),
    ];
    for (path, expected) in rows {
        let answer = caller(RateLimits::default()).get(path);
        assert_eq!(answer.header("x-rate-limit-limit"), expected, "{path}");
    }
    let unknown = caller(RateLimits::default()).get("/api/v1/nothing");
    assert!(!unknown.headers.contains_key("x-rate-limit-limit"));
}

#[test]
fn two_tokens_are_counted_apart() {
    let subscription = Subscription::Uniform { per_minute: 4 };
    let mut caller = caller(RateLimits { subscription, ..RateLimits::default() });
    caller.simulator.accept_api_token("second");
    let second = |caller: &mut Caller| {
        let request = http::Request::get(format!("{ORIGIN}/api/v1/users"));
        let request = request.header(header::AUTHORIZATION, "SSWS second");
        caller.send(request.body(Bytes::new()).unwrap())
    };
    for left in ["1", "0"] {
        let answer = caller.get("/api/v1/users");
        assert_eq!(answer.header("x-rate-limit-limit"), "2");
        assert_eq!(answer.header("x-rate-limit-remaining"), left);
        assert_eq!(second(&mut caller).header("x-rate-limit-remaining"), left);
    }
    assert_eq!(caller.get("/api/v1/users").outcome(), "429 E0000047");
    let usage = caller.simulator.usage();
    let used = usage.iter().map(|it| (&*it.principal, it.used, it.rejected));
    assert_eq!(used.collect::<Vec<_>>(), [("API token 1", 2, 1), ("API token 2", 2, 0)]);
    assert_eq!(caller.simulator.current_usage().count(), 2);
    let later = caller.now + SignedDuration::from_secs(60);
    caller.set_time(later);
    assert_eq!(caller.simulator.current_usage().count(), 0);
    let left: Vec<_> = caller.simulator.requests().iter().map(|it| it.remaining).collect();
    assert_eq!(left, [Some(1), Some(1), Some(0), Some(0), Some(0)]);
}

#[test]
fn too_many_in_flight() {
    let mut caller = caller(RateLimits { concurrency: 2, ..RateLimits::default() });
    caller.simulator.set_latency(Duration::from_millis(300));
    for expected in ["200", "200", "429 E0000047"] {
        assert_eq!(caller.get("/api/v1/users").outcome(), expected);
    }
    let refused = caller.get("/api/v1/groups");
    assert_eq!(refused.header("x-rate-limit-limit"), "0");
    assert_eq!(refused.header("x-rate-limit-remaining"), "0");
    let later = caller.now + SignedDuration::from_millis(300);
    caller.set_time(later);
    let answer = caller.get("/api/v1/users");
    assert_eq!(answer.outcome(), "200");
    assert_eq!(answer.delivery.delay, Duration::from_millis(300));
}
