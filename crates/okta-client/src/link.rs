//! Links to the next page, in the `Link` header or in a body, read for their cursor, and for parameters that go with
//! it.
//!
//! Okta sends one header line for each relation; some HTTP stacks fold them into one. An address
//! may hold commas, so a folded line is split only outside `<…>`.
//!
//! The host of a link does not matter, since the next request goes to the org itself: Okta names its Admin
//! Console (`acme-admin.okta.com`) in some links, and may name another host of an org with a custom domain.

use crate::request::{AFTER, Cursor, OktaRequest};
use http::HeaderMap;
use http::header::LINK;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::borrow::Cow;
use url::Url;

/// The links of a body, by their relations.
pub(crate) type Links = Map<String, Value>;

/// The largest cursor in bytes. A page token, which holds it, has 2,048 characters in all.
const MAX_CURSOR: usize = 1_024;

/// The reason why the next page cannot be asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("the next link leads to another path")]
    OtherPath,
    #[error("the next link holds no cursor")]
    NoCursor,
    #[error("the next link holds a cursor of more than {MAX_CURSOR} bytes")]
    LongCursor,
    #[error("the next link cannot be read")]
    Malformed,
}

/// Reads the cursor of the next page of a listing, and the parameters that go with it; none at the end of the list.
pub(crate) fn next_cursor(
    headers: &HeaderMap,
    request: &OktaRequest,
) -> Result<Option<Cursor>, LinkError> {
    let mut next = None;
    for header in headers.get_all(LINK) {
        let header = String::from_utf8_lossy(header.as_bytes());
        for link in split_links(&header) {
            match parse_link(link) {
                Some((address, parameters)) if is_next(parameters) => {
                    next = Some(address.to_owned());
                }
                None if is_next(link) => return Err(LinkError::Malformed),
                // Only the next page is asked for.
                Some(_) | None => {}
            }
        }
    }
    next.map(|address| after(&address, request)).transpose()
}

/// Reads the cursor of the next page of a listing off the links in a body; none at the end of the list.
pub(crate) fn next_in_body(
    links: &Links,
    request: &OktaRequest,
) -> Result<Option<Cursor>, LinkError> {
    let Some(next) = links.get("next").filter(|next| !next.is_null()) else { return Ok(None) };
    let address = next.get("href").and_then(Value::as_str).ok_or(LinkError::Malformed)?;
    after(address, request).map(Some)
}

fn split_links(header: &str) -> impl Iterator<Item = &str> {
    let mut in_address = false;
    let mut in_quotes = false;
    header
        .split(move |character| {
            match character {
                '<' if !in_quotes => in_address = true,
                '>' if !in_quotes => in_address = false,
                '"' if !in_address => in_quotes = !in_quotes,
                _ => {}
            }
            character == ',' && !in_address && !in_quotes
        })
        .map(str::trim)
        .filter(|link| !link.is_empty())
}

fn parse_link(link: &str) -> Option<(&str, &str)> {
    link.strip_prefix('<')?.split_once('>')
}

/// Returns true if `next` is a relation of the link: `rel` may list several relations, quoted or not.
fn is_next(parameters: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value
                .trim()
                .trim_matches('"')
                .split_ascii_whitespace()
                .any(|relation| relation.eq_ignore_ascii_case("next"))
    })
}

/// Reads the cursor of an address, which may be relative, if its path is that of the listing. Where parameters move, the
/// cursor is a query of them and Okta's own cursor.
fn after(address: &str, request: &OktaRequest) -> Result<Cursor, LinkError> {
    let own = Url::parse("https://own.invalid").expect("this is an address");
    let url = own.join(address).map_err(|_| LinkError::Malformed)?;
    if !["https", "http"].contains(&url.scheme()) {
        return Err(LinkError::Malformed);
    }
    if decoded(url.path()) != decoded(request.path()) {
        return Err(LinkError::OtherPath);
    }
    let (_, cursor) = url
        .query_pairs()
        .find(|(name, value)| name == AFTER && !value.is_empty())
        .ok_or(LinkError::NoCursor)?;
    let cursor = match request.moving() {
        [] => cursor.into_owned(),
        moving => {
            let moves = |name: &str| moving.contains(&name);
            let moved = url.query_pairs().filter(|(name, value)| moves(name) && !value.is_empty());
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(moved).append_pair(AFTER, &cursor);
            query.finish()
        }
    };
    if cursor.len() > MAX_CURSOR {
        return Err(LinkError::LongCursor);
    }
    Ok(Cursor::new(cursor))
}

/// Returns a path without what differs between two ways to write it.
fn decoded(path: &str) -> Cow<'_, [u8]> {
    percent_decode_str(path.trim_end_matches('/')).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    /// Reads header lines of the listing of users.
    fn next(lines: &[&str]) -> Result<Option<String>, LinkError> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(LINK, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let next = next_cursor(&headers, &OktaRequest::list("/api/v1/users"));
        next.map(|next| next.map(|cursor| cursor.as_str().to_owned()))
    }

    #[test]
    fn lines() {
        let own = r#"<https://acme.okta.com/api/v1/users?limit=2>; rel="self""#;
        let next_line = r#"<https://acme.okta.com/api/v1/users?after=00u1&limit=2>; rel="next""#;
        type Row<'a> = (&'a [&'a str], Result<Option<&'a str>, LinkError>);
        let rows: &[Row<'_>] = &[
            (&[], Ok(None)),
            (&[own], Ok(None)),
            (&[own, next_line], Ok(Some("00u1"))),
            (&[&format!("{own}, {next_line}")], Ok(Some("00u1"))),
            (&[r"</api/v1/users?after=x>;rel=next"], Ok(Some("x"))),
            (&[r#"</api/v1/users?fields=a,b&after=x>; title="a,b"; rel="next""#], Ok(Some("x"))),
            // A line that cannot be read is skipped, unless it is the one that counts.
            (&["nonsense"], Ok(None)),
            (&["nonsense", next_line], Ok(Some("00u1"))),
            (&[&format!("nonsense, {next_line}")], Ok(Some("00u1"))),
            (&[r#"<https://acme.okta.com/é>; rel="self""#, next_line], Ok(Some("00u1"))),
            (&[r#"<https://acme.okta.com/api/v1/users?after=x; rel="self""#], Ok(None)),
            (&[r#"/api/v1/users?after=x; rel="next""#], Err(LinkError::Malformed)),
        ];
        for (lines, expected) in rows {
            let found = next(lines);
            let found = found.as_ref().map(|cursor| cursor.as_deref());
            assert_eq!(found, expected.as_ref().copied(), "{lines:?}");
        }
    }

    #[test]
    fn addresses() {
        let cursor = |length| format!("/api/v1/users?after={}", "x".repeat(length));
        let (longest, too_long) = (cursor(MAX_CURSOR), cursor(MAX_CURSOR + 1));
        let rows = [
            ("https://acme.okta.com/api/v1/users?after=a%2Bb%3D+c#d", Ok("a+b= c")),
            // The host does not matter.
            ("https://acme-admin.okta.com/api/v1/users?after=x", Ok("x")),
            ("http://login.acme.com:81/api/v1/users/?after=x", Ok("x")),
            ("//acme.okta.com/api/v1/us%65rs?after=x", Ok("x")),
            // The path does.
            ("https://acme.okta.com/api/v1/groups?after=x", Err(LinkError::OtherPath)),
            ("https://evil.example/x?after=x", Err(LinkError::OtherPath)),
            ("/api/v1/users/../groups?after=x", Err(LinkError::OtherPath)),
            ("/api/v1/users/00u1?after=x", Err(LinkError::OtherPath)),
            ("?after=x", Err(LinkError::OtherPath)),
            ("mailto:/api/v1/users?after=x", Err(LinkError::Malformed)),
            ("https://[/api/v1/users?after=x", Err(LinkError::Malformed)),
            ("/api/v1/users", Err(LinkError::NoCursor)),
            ("/api/v1/users?after=", Err(LinkError::NoCursor)),
            (&longest, Ok(&longest["/api/v1/users?after=".len()..])),
            (&too_long, Err(LinkError::LongCursor)),
        ];
        for (address, expected) in rows {
            let found = next(&[&format!(r#"<{address}>; rel="prev next""#)]);
            let expected = expected.map(|cursor| Some(cursor.to_owned()));
            assert_eq!(found, expected, "{address}");
        }
    }

    #[test]
    fn parameters_that_move_go_with_the_cursor() {
        let request = OktaRequest::list("/api/v1/logs")
            .with("since", "2026-01-01T00:00:00.000Z")
            .with("until", "2026-01-02T00:00:00.000Z")
            .with_moving(&["since", "until"]);
        let sent = |query: &str| {
            let line = format!("<https://acme.okta.com/api/v1/logs?{query}>; rel=\"next\"");
            let headers = HeaderMap::from_iter([(LINK, HeaderValue::from_str(&line).unwrap())]);
            next_cursor(&headers, &request).map(|next| request.target(next.as_ref()))
        };
        let until = "until=2026-01-02T00%3A00%3A00.000Z";
        for (link, expected) in [
            (
                "after=a%26b%3D&since=2026-01-01T05:00:00.123Z&filter=x&limit=5",
                format!("since=2026-01-01T05%3A00%3A00.123Z&{until}&after=a%26b%3D"),
            ),
            // What the link lost is asked for as before.
            ("after=x&until=", format!("since=2026-01-01T00%3A00%3A00.000Z&{until}&after=x")),
            ("since=1&after=x&until=2", "since=1&until=2&after=x".to_owned()),
        ] {
            assert_eq!(sent(link), Ok(format!("/api/v1/logs?{expected}")), "{link}");
        }
        assert_eq!(sent("since=1"), Err(LinkError::NoCursor));
        let long = format!("after=x&until={}", "9".repeat(MAX_CURSOR));
        assert_eq!(sent(&long), Err(LinkError::LongCursor));
    }
}
