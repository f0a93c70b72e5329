//! The `Link` header, read for the cursor of the next page alone.
//!
//! Okta sends one header line for each relation; some HTTP stacks fold them into one. An address
//! may hold commas, so a folded line is split only outside `<…>`.

use crate::org::OrgUrl;
use crate::request::Cursor;
use http::HeaderMap;
use http::header::LINK;

/// The reason why the next page cannot be asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("the next link leads to another host")]
    OtherOrigin,
    #[error("the next link holds no cursor")]
    NoCursor,
    #[error("the Link header cannot be read")]
    Malformed,
}

/// Reads the cursor of the next page; none at the end of the list.
pub(crate) fn next_cursor(headers: &HeaderMap, org: &OrgUrl) -> Result<Option<Cursor>, LinkError> {
    let mut next = None;
    for header in headers.get_all(LINK) {
        let header = header.to_str().map_err(|_| LinkError::Malformed)?;
        for link in split_links(header) {
            let (address, parameters) = parse_link(link).ok_or(LinkError::Malformed)?;
            if is_next(parameters) {
                next = Some(address);
            }
        }
    }
    let Some(address) = next else { return Ok(None) };
    if !org.owns(address) {
        return Err(LinkError::OtherOrigin);
    }
    after(address).map(Some).ok_or(LinkError::NoCursor)
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

fn after(address: &str) -> Option<Cursor> {
    let query = address.split_once('?')?.1;
    let query = query.split('#').next().unwrap_or(query);
    let (_, cursor) = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == "after" && !value.is_empty())?;
    Some(Cursor::new(cursor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::Loopback;

    fn next(lines: &[&str]) -> Result<Option<String>, LinkError> {
        let org = OrgUrl::parse("https://acme.okta.com", Loopback::Refused).unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(LINK, line.parse().unwrap());
        }
        next_cursor(&headers, &org).map(|next| next.map(|cursor| cursor.as_str().to_owned()))
    }

    #[test]
    fn rows() {
        let own = r#"<https://acme.okta.com/api/v1/users?limit=2>; rel="self""#;
        let next_line = r#"<https://acme.okta.com/api/v1/users?after=00u1&limit=2>; rel="next""#;
        type Row<'a> = (&'a [&'a str], Result<Option<&'a str>, LinkError>);
        let rows: &[Row<'_>] = &[
            (&[], Ok(None)),
            (&[own], Ok(None)),
            (&[own, next_line], Ok(Some("00u1"))),
            (&[&format!("{own}, {next_line}")], Ok(Some("00u1"))),
            (&[r"</api/v1/users?after=x>;rel=next"], Ok(Some("x"))),
            (
                &[r#"<https://acme.okta.com/u?fields=a,b&after=x>; title="a,b"; rel="next""#],
                Ok(Some("x")),
            ),
            (
                &[r#"<https://acme.okta.com/u?after=a%2Bb%3D+c>; rel="prev next""#],
                Ok(Some("a+b= c")),
            ),
            (&[r#"<https://evil.example/u?after=x>; rel="next""#], Err(LinkError::OtherOrigin)),
            (&[r#"<//evil.example/u?after=x>; rel="next""#], Err(LinkError::OtherOrigin)),
            (&[r#"<https://acme.okta.com/u>; rel="next""#], Err(LinkError::NoCursor)),
            (&[r#"<https://acme.okta.com/u?after=>; rel="next""#], Err(LinkError::NoCursor)),
            (&["nonsense"], Err(LinkError::Malformed)),
        ];
        for (lines, expected) in rows {
            let found = next(lines);
            let found = found.as_ref().map(|cursor| cursor.as_deref());
            assert_eq!(found, expected.as_ref().copied(), "{lines:?}");
        }
    }
}
