//! Refusals, limits and silence: what is tried again, and what it costs.

use super::{Story, TOKEN, answer, bare, kind_of, within};
use crate::auth::Credential;
use crate::error::ErrorKind;
use crate::ledger::Cost;
use crate::request::{Cursor, OktaRequest};
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn users() -> OktaRequest {
    OktaRequest::list("/api/v1/users").with_limit(200)
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_the_middle_of_a_listing_is_tried_again() {
    let cursor_gone = r#"{"errorCode":"E0000031","errorCauses":[{"errorSummary":"Bad cursor"}]}"#;
    let rows = [
        (403, r#"{"errorCode":"E0000006"}"#, ErrorKind::Forbidden),
        (403, r#"{"errorCode":"E0000005"}"#, ErrorKind::Unauthorized),
        (403, "<html>", ErrorKind::Forbidden),
        (401, "", ErrorKind::Unauthorized),
        (401, r#"{"errorCode":"E0000011"}"#, ErrorKind::Unauthorized),
        (404, r#"{"errorCode":"E0000007"}"#, ErrorKind::NotFound),
        (404, "<html>", ErrorKind::NotFound),
        (400, r#"{"errorCode":"E0000031"}"#, ErrorKind::Rejected),
        (400, r#"{"errorCode":"E0000029"}"#, ErrorKind::InvalidCursor),
        (400, cursor_gone, ErrorKind::InvalidCursor),
    ];
    let cursor = Cursor::new("x");
    for (status, body, kind) in rows {
        let once = move |_: &_, n| match n {
            1 => answer(status, &[], body),
            _ => answer(200, &[], "[]"),
        };
        let story = Story::with_token(once);
        story.client.get(&users(), Some(&cursor), within(27)).await.unwrap();
        assert_eq!(story.requests(), 2, "{status} {body}");

        let story = Story::with_token(once);
        let found = story.client.get(&users(), None, within(27)).await;
        assert_eq!(kind_of(found).unwrap_err(), kind, "{status} {body}");
        assert_eq!(story.requests(), 1, "{status} {body}");

        // What does not pass ends like any other failure: after six attempts, or in time.
        for (seconds, requests) in [(27, 6..7), (1, 2..4)] {
            let story = Story::with_token(move |_, _| answer(status, &[], body));
            let found = story.client.get(&users(), Some(&cursor), within(seconds)).await;
            assert_eq!(kind_of(found).unwrap_err(), kind, "{status} {body}");
            assert!(requests.contains(&story.requests()), "{status} {body} {}", story.requests());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_by_itself_is_tried_again() {
    let rows = [
        (408, ""),
        (423, r#"{"errorCode":"E0000239"}"#),
        (423, ""),
        (409, r#"{"errorCode":"E0000145"}"#),
        (409, r#"{"errorCode":"E0000253"}"#),
        (500, ""),
        (502, ""),
        (503, ""),
        (504, ""),
    ];
    for (status, body) in rows {
        let story = Story::with_token(move |_, n| match n {
            1 => answer(status, &[], body),
            _ => answer(200, &[], "[]"),
        });
        story.client.get(&users(), None, within(27)).await.unwrap();
        assert_eq!(story.requests(), 2, "{status} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn okta_says_when_to_come_back() {
    let rows = [
        // Retry-After, the least and the most that it takes in seconds
        ("2", 2, 3),
        ("Thu, 01 Jan 1970 00:16:42 GMT", 2, 3),
        ("0", 1, 2),
        ("9999", 60, 61),
        ("soon", 60, 61),
    ];
    for (retry_after, least, most) in rows {
        let story = Story::with_token(move |_, n| match n {
            1 => bare(429, &[("retry-after", retry_after)], ""),
            _ => bare(200, &[], "[]"),
        });
        story.client.get(&users(), None, within(90)).await.unwrap();
        let elapsed = story.elapsed();
        assert!((least * SECOND..most * SECOND).contains(&elapsed), "{retry_after} {elapsed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_leaves_time_for_another_attempt() {
    for seconds in [5, 9, 10] {
        let story = Story::with_token(|_, n| match n {
            2 => None,
            _ => answer(200, &[], "[]"),
        });
        for _ in 0..2 {
            story.client.get(&users(), None, within(seconds)).await.unwrap();
        }
        let half = Duration::from_secs(seconds) / 2;
        let elapsed = story.elapsed();
        assert!((half..half + SECOND).contains(&elapsed), "{seconds} {elapsed:?}");
    }
    let story = Story::with_token(|_, _| None);
    let found = story.client.get(&users(), None, within(9)).await;
    assert_eq!((kind_of(found).unwrap_err(), story.requests()), (ErrorKind::Timeout, 3));
    assert!(story.elapsed() <= 9 * SECOND, "{:?}", story.elapsed());
}

/// The remedies differ: a larger share, or fewer requests of others.
#[tokio::test(start_paused = true)]
async fn a_share_that_is_spent_is_not_a_refusal() {
    let limits = |remaining| {
        [
            ("x-rate-limit-limit", "100"),
            ("x-rate-limit-remaining", remaining),
            ("x-rate-limit-reset", "1040"),
        ]
    };
    let (retry_after, at_once) = (41 * SECOND, within(20));

    let story = Story::with_token(move |_, _| bare(200, &limits("25"), "[]"));
    story.client.get(&users(), None, at_once).await.unwrap();
    let spent = kind_of(story.client.get(&users(), None, at_once).await).unwrap_err();
    assert_eq!(spent, ErrorKind::ShareSpent { retry_after });
    assert_eq!(story.requests(), 1);

    let story = Story::with_token(move |_, _| bare(429, &limits("0"), ""));
    for _ in 0..2 {
        let refused = kind_of(story.client.get(&users(), None, at_once).await).unwrap_err();
        assert_eq!(refused, ErrorKind::RateLimited { retry_after });
    }
    assert_eq!(story.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_no_header_can_carry_costs_nothing() {
    for credential in [
        Credential::ApiToken("line\nbreak".into()),
        Credential::AccessToken("zero\0".into()),
        Credential::AccessToken("snow\u{2603}man".into()),
    ] {
        let story = Story::new(credential, |_, _| answer(200, &[], "[]"));
        for _ in 0..20 {
            let found = story.client.get(&users(), Some(&Cursor::new("x")), within(27)).await;
            assert_eq!(kind_of(found).unwrap_err(), ErrorKind::Unauthorized);
        }
        assert_eq!((story.elapsed(), story.requests()), (Duration::ZERO, 0));
        assert_eq!(story.ledger.cost(), Cost::default());
        assert_eq!(story.client.rate_limits().lessons(Instant::now(), 1_000).count(), 0);
    }
}

/// Neither an error nor the ids that are logged repeat the credential.
#[tokio::test(start_paused = true)]
async fn an_echo_of_the_credential_is_masked() {
    for status in [200, 302, 400, 401, 403, 404, 429, 500] {
        let story = Story::with_token(move |request, _| {
            let sent = request.headers()["authorization"].to_str().unwrap().to_owned();
            let body = format!(
                r#"{{"errorCode":"{sent}","errorSummary":"{sent}","errorId":"{sent}","errorCauses":["{sent}"]}}"#
            );
            let challenge = format!(r#"Bearer error="{sent}", scope="{sent}""#);
            let headers = [
                ("x-okta-request-id", &*sent),
                ("www-authenticate", &challenge),
                ("location", &format!("https://{}.example", &sent[5..])),
            ];
            let mut answer = answer(status, &headers[1..], body)?;
            answer.headers_mut().insert("x-okta-request-id", sent.parse().unwrap());
            Some(answer)
        });
        let error = story.client.get(&users(), None, within(27)).await.unwrap_err();
        let cost = story.ledger.cost();
        assert_eq!(&*cost.request_ids[0], "SSWS ***");
        let texts = format!("{error} {error:?} {cost:?}").to_ascii_lowercase();
        assert!(!texts.contains(&TOKEN.to_ascii_lowercase()[..16]), "{texts}");
        assert!(texts.contains("***"), "{texts}");
    }
}
