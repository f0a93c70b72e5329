//! The answers of an examination without values, fit to be attached to an issue.

use super::answer::links;
use super::finding::Checked;
use super::recorder::{Exchange, Response};
use super::shape::{class, is_attribute, is_oauth_error, shape};
use http::header::{CONTENT_TYPE, LINK, WWW_AUTHENTICATE};
use okta_client::HttpErrorKind;
use okta_connector::catalogue::OBJECTS;
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

/// Writes the checks without what was found: names and verdicts.
pub(super) fn checks(checks: &[Checked]) -> Value {
    let rows = checks.iter().map(|check| {
        // The name of a limit is a path.
        json!({ "id": check.id, "verdict": check.finding.verdict.to_string() })
    });
    rows.collect()
}

/// Writes the exchanges in order.
pub(super) fn exchanges(exchanges: &[Exchange], host: &str) -> Value {
    exchanges.iter().map(|exchange| exchange_shape(exchange, host)).collect()
}

fn exchange_shape(exchange: &Exchange, host: &str) -> Value {
    let request = json!({
        "method": exchange.method.as_str(),
        "path": path_shape(&exchange.path),
        "parameters": query_shape(&exchange.query),
    });
    match &exchange.outcome {
        Ok(response) => json!({
            "request": request,
            "status": response.status.as_u16(),
            "headers": headers_shape(response, host),
            "body": match serde_json::from_slice::<Value>(&response.body) {
                Ok(body) => shape(&body),
                Err(_) if response.body.is_empty() => json!("empty"),
                Err(_) => json!("not JSON"),
            },
        }),
        Err(kind) => json!({ "request": request, "no answer": no_answer(*kind) }),
    }
}

fn no_answer(kind: HttpErrorKind) -> String {
    kind.to_string()
}

/// Segments of paths that are no ids, beside those of listings.
const SEGMENTS: [&str; 9] = [
    ".well-known",
    "default",
    "grants",
    "oauth2",
    "okta-organization",
    "owners",
    "principal-rate-limits",
    "token",
    "user",
];

/// Writes a path without ids.
pub(super) fn path_shape(path: &str) -> String {
    let is_known = |segment: &str| {
        let mut listed = OBJECTS.iter().flat_map(|object| object.endpoint.path.split('/'));
        segment.is_empty() || SEGMENTS.contains(&segment) || listed.any(|known| known == segment)
    };
    let segments = path.split('/').map(|it| if is_known(it) { it } else { "{}" });
    segments.collect::<Vec<_>>().join("/")
}

/// Parameters whose values are words of Okta's, as an examination writes them.
const WORDS: [&str; 7] =
    ["expand", "fields", "includeNonDeleted", "limit", "sortBy", "sortOrder", "type"];

/// Parameters that hold an expression.
const EXPRESSIONS: [&str; 2] = ["filter", "search"];

/// Further parameters.
const OTHERS: [&str; 3] = ["after", "since", "until"];

fn query_shape(query: &str) -> Value {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let shown = match &*name {
            name if WORDS.contains(&name) => value.clone().into_owned(),
            name if EXPRESSIONS.contains(&name) => expression_shape(&value),
            _ => class(&value),
        };
        parameters.insert(parameter_shape(&name).to_owned(), shown.into());
    }
    Value::Object(parameters)
}

fn parameter_shape(name: &str) -> &str {
    match [&WORDS[..], &EXPRESSIONS, &OTHERS].iter().any(|names| names.contains(&name)) {
        true => name,
        false => "(name)",
    }
}

/// Writes an expression without its literals and without the names of an org's own attributes. A long one is cut.
fn expression_shape(text: &str) -> String {
    let mut outside = true;
    let mut blank = String::new();
    for part in text.split('"') {
        blank.push_str(if outside { part } else { "\"\"" });
        outside = !outside;
    }
    let words = blank.split(' ').take(20).map(|word| match word.strip_prefix("profile.") {
        Some(name) if !is_attribute(name) => "profile.(name)",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Headers that are numbers.
const NUMBERS: [&str; 4] =
    ["retry-after", "x-rate-limit-limit", "x-rate-limit-remaining", "x-total-count"];

/// Headers of which it matters that they are there.
const PRESENT: [&str; 4] = ["date", "dpop-nonce", "x-okta-request-id", "x-rate-limit-reset"];

fn headers_shape(response: &Response, host: &str) -> Value {
    let mut shapes = Map::new();
    for name in NUMBERS {
        let values = response.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let numbers: Vec<_> = values.filter_map(|value| value.parse::<u32>().ok()).collect();
        if !numbers.is_empty() {
            shapes.insert(name.to_owned(), json!(numbers));
        }
    }
    for name in PRESENT.iter().filter(|name| response.headers.contains_key(**name)) {
        shapes.insert((*name).to_owned(), json!("there"));
    }
    let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    if let Some(value) = response.headers.get(CONTENT_TYPE).map(text) {
        const TYPES: [&str; 3] = ["application/json", "text/html", "text/plain"];
        let known = TYPES.into_iter().find(|known| value.starts_with(known));
        shapes.insert(CONTENT_TYPE.to_string(), json!(known.unwrap_or("another")));
    }
    if let Some(value) = response.headers.get(WWW_AUTHENTICATE).map(text) {
        shapes.insert(WWW_AUTHENTICATE.to_string(), json!(challenge_shape(&value)));
    }
    let lines = response.headers.get_all(LINK).iter().map(text);
    let links: Vec<_> = lines.map(|line| link_shape(&line, host)).collect();
    if !links.is_empty() {
        shapes.insert(LINK.to_string(), json!(links));
    }
    Value::Object(shapes)
}

/// Writes a challenge: its scheme, and the error and the scope if they are words of Okta's.
fn challenge_shape(value: &str) -> String {
    let scheme = ["Bearer", "DPoP", "Basic"].into_iter().find(|known| value.starts_with(known));
    let quoted = |name: &str| {
        let (_, rest) = value.split_once(&format!("{name}=\""))?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    };
    let error = quoted("error").filter(|error| is_oauth_error(error));
    let known = |scope: &String| OBJECTS.iter().any(|object| object.scopes().any(|it| it == scope));
    let scope = quoted("scope").filter(known);
    let words = [scheme.map(str::to_owned), error, scope];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Writes a line of links: relation, kind of host and the names of parameters.
fn link_shape(line: &str, host: &str) -> Value {
    let shapes = links(line).map(|(address, rest)| {
        let relation = ["self", "next"].into_iter().find(|known| rest.contains(known));
        let url = Url::parse(address).ok();
        let found = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let own = host.split(':').next().unwrap_or_default();
        let kind = match found {
            "" => "none",
            _ if found == own => "own",
            _ if found.contains("-admin.") => "Admin Console",
            _ => "another",
        };
        let names: Vec<_> = url
            .iter()
            .flat_map(|url| url.query_pairs())
            .map(|(name, _)| parameter_shape(&name).to_owned())
            .collect();
        json!({ "rel": relation.unwrap_or("another"), "host": kind, "parameters": names })
    });
    shapes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_no_values() {
        let rows = [
            ("/api/v1/groups/00g1/users", "/api/v1/groups/{}/users"),
            ("/api/v1/users/jane/groups", "/api/v1/users/{}/groups"),
            ("/.well-known/okta-organization", "/.well-known/okta-organization"),
            ("/api/v1/apps/canary/grants", "/api/v1/apps/{}/grants"),
        ];
        for (path, expected) in rows {
            assert_eq!(path_shape(path), expected);
        }
        let rows = [
            (
                "search=profile.canary+sw+%22canary%22",
                json!({ "search": "profile.(name) sw \"\"" }),
            ),
            ("search=profile.login+eq+%22canary%22", json!({ "search": "profile.login eq \"\"" })),
            ("after=canary&limit=1", json!({ "after": "text, 2 to 9", "limit": "1" })),
            ("canary=canary", json!({ "(name)": "text, 2 to 9" })),
        ];
        for (query, expected) in rows {
            assert_eq!(query_shape(query), expected);
        }
    }

    #[test]
    fn headers_have_no_values() {
        let challenge = r#"Bearer realm="http://canary", scope="okta.users.read", error="insufficient_scope", error_description="canary""#;
        assert_eq!(challenge_shape(challenge), "Bearer insufficient_scope okta.users.read");
        assert_eq!(challenge_shape(r#"canary error="canary", scope="canary""#), "");
        let link = "<https://acme-admin.okta.com/api/v1/users?after=canary&x=1>; rel=\"next\"";
        let expected = json!([{
            "rel": "next", "host": "Admin Console", "parameters": ["after", "(name)"],
        }]);
        assert_eq!(link_shape(link, "acme.okta.com"), expected);
    }
}
