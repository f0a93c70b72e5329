//! Pages: their size, and what is in them.

use super::{Story, answer, kind_of, within};
use crate::error::ErrorKind;
use crate::request::OktaRequest;
use std::time::Duration;

const KIB: usize = 1024;

fn limit_of(request: &super::Request) -> usize {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').find_map(|pair| pair.strip_prefix("limit=")?.parse().ok()).unwrap_or(1)
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_too_large_is_asked_for_with_fewer_records() {
    let list = || OktaRequest::list("/api/v1/apps").with_limit(200);
    let rows = [
        // bytes of a record, request, page size or failure, requests
        (KIB, list(), Ok(Some(200)), 1),
        (200 * KIB, list(), Ok(Some(25)), 4),
        (3_000 * KIB, list(), Ok(Some(1)), 8),
        (9_000 * KIB, list(), Err("A single record of Okta has more than 8388608 bytes"), 8),
        (200 * KIB, list().with_least(30), Ok(Some(30)), 4),
        (400 * KIB, list().with_least(30), Err("A page of 30 records of Okta, which can be no"), 4),
        (9_000 * KIB, OktaRequest::object("/a"), Err("The answer of Okta has more than 838"), 1),
        (9_000 * KIB, OktaRequest::list("/a"), Err("The answer of Okta has more than 83886"), 1),
    ];
    for (bytes, request, expected, requests) in rows {
        let story = Story::with_token(move |request, _| {
            let mut body = vec![b' '; bytes * limit_of(request)];
            let last = body.len() - 1;
            (body[0], body[last]) = (b'[', b']');
            answer(200, &[], body)
        });
        let found = story.client.get(&request, None, within(27)).await;
        assert_eq!(story.requests(), requests, "{bytes} {request:?}");
        assert!(story.elapsed() < Duration::from_secs(1), "{:?}", story.elapsed());
        match (found, expected) {
            (Ok(page), expected) => assert_eq!(Ok(page.limit), expected),
            (Err(error), Err(text)) => {
                assert!(error.to_string().starts_with(text), "{error}");
                assert_eq!(error.kind, ErrorKind::TooLarge);
            }
            (Err(error), Ok(_)) => panic!("{error}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_200_that_is_not_what_was_asked_for_is_tried_again() {
    let (list, object) = (OktaRequest::list("/api/v1/users"), OktaRequest::object("/api/v1/x"));
    let error = r#"{"errorCode":"E0000009","errorSummary":"Internal","errorId":"oae1"}"#;
    let told = "- Internal - code E0000009 - error id oae1 - request id r1";
    let rows = [
        (&list, error, "[]", format!("with an object where a list was asked for {told}")),
        (&list, "{}", "[]", "with an object where a list was asked for - request id r1".to_owned()),
        (&list, "<html>", "[]", "with a body that is not JSON - request id r1".to_owned()),
        (&list, "", "[]", "with a body that is not JSON - request id r1".to_owned()),
        (&list, r#"[{"id"#, "[]", "with a body that breaks off - request id r1".to_owned()),
        (&object, error, "{}", format!("with an error {told}")),
        (
            &object,
            "[]",
            "{}",
            "with a list where an object was asked for - request id r1".to_owned(),
        ),
    ];
    for (request, wrong, right, expected) in rows {
        let (wrong, right) = (wrong.to_owned(), right.to_owned());
        let (once, always) = (wrong.clone(), wrong.clone());
        let story = Story::with_token(move |_, n| {
            answer(200, &[], if n == 1 { once.clone() } else { right.clone() })
        });
        story.client.get(request, None, within(27)).await.unwrap();
        assert_eq!(story.requests(), 2, "{wrong}");

        let story = Story::with_token(move |_, _| answer(200, &[], always.clone()));
        let error = story.client.get(request, None, within(27)).await.unwrap_err();
        assert_eq!(error.to_string(), format!("Okta answered 200 {expected}"));
        assert_eq!((error.kind, story.requests()), (ErrorKind::Protocol, 6));
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_asked_of_the_org_itself() {
    let story = Story::with_token(|_, n| match n {
        1 => {
            let link = r#"<https://acme-admin.okta.com/api/v1/users?after=x&limit=9>; rel="next""#;
            answer(200, &[("link", "nonsense"), ("link", link)], "[]")
        }
        _ => answer(200, &[], "[]"),
    });
    let request = OktaRequest::list("/api/v1/users").with_limit(2);
    let page = story.client.get(&request, None, within(27)).await.unwrap();
    let page = kind_of(story.client.get(&request, page.next.as_ref(), within(27)).await).unwrap();
    assert_eq!(page.next, None);
    let first = "https://acme.okta.com/api/v1/users?limit=2";
    assert_eq!(story.targets(), [first.to_owned(), format!("{first}&after=x")]);
}
