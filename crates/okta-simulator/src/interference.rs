//! Faults change an exchange here: the reply, the headers, the delivery.
//!
//! Each function takes all effects that a call met and acts on those of its own stage.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::call::{Call, encode_form};
use crate::delivery::Delivery;
use crate::error::{OktaError, Refusal};
use crate::faults::Effect;
use crate::oauth_error::OAuthError;
use crate::reply::{Link, Reply};
use crate::token_endpoint::TOKEN_PATH;

/// Returns the error that replaces what the call asked for, if there is one.
pub(crate) fn refusal(effects: &[Effect], call: &Call) -> Option<Refusal> {
    effects.iter().find_map(|effect| match effect {
        Effect::CursorExpired if call.param("after").is_some() => {
            Some(OktaError::invalid_paging().into())
        }
        Effect::Status { status, body: None, .. } => Some(refusal_of_status(*status, call)),
        Effect::Error(error) => Some(OktaError::from(*error).into()),
        _ => None,
    })
}

fn refusal_of_status(status: u16, call: &Call) -> Refusal {
    match OAuthError::of_status(status) {
        Some(error) if call.path == TOKEN_PATH => error.into(),
        _ => OktaError::of_status(status).into(),
    }
}

/// Tells whether a listing stays where it is.
pub(crate) fn stalls(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::EmptyPage))
}

/// Tells whether a listing takes too long. Its own link tells the limit that was in effect.
pub(crate) fn times_out(effects: &[Effect], reply: &Reply) -> bool {
    let limit = reply.links.iter().find_map(|link| {
        let (_, query) = link.url.split_once('?')?;
        let limit = query.split('&').find_map(|pair| pair.strip_prefix("limit="))?;
        limit.parse::<usize>().ok()
    });
    let largest = effects.iter().filter_map(|effect| match effect {
        Effect::TimeOutAbove { limit } => Some(*limit),
        _ => None,
    });
    matches!((limit, largest.min()), (Some(limit), Some(largest)) if limit > largest)
}

/// Changes the reply.
pub(crate) fn alter_reply(effects: &[Effect], call: &Call, reply: &mut Reply) {
    for effect in effects {
        match effect {
            Effect::Status { status, body: Some(body), .. } => {
                reply.status = StatusCode::from_u16(*status).unwrap_or(reply.status);
                reply.links.clear();
                reply.body = Bytes::from(body.clone());
            }
            Effect::Member { name, value } => {
                if let Ok(Value::Object(mut object)) = serde_json::from_slice(&reply.body) {
                    object.insert((*name).to_owned(), value.clone());
                    reply.body = Value::Object(object).to_string().into();
                }
            }
            Effect::Replace { text, with } => {
                if let Ok(body) = std::str::from_utf8(&reply.body) {
                    reply.body = body.replace(text, with).into();
                }
            }
            Effect::Pad { bytes } => {
                if let Ok(records) = serde_json::from_slice::<Vec<Value>>(&reply.body) {
                    let padded = records.into_iter().map(|record| padded(record, *bytes));
                    reply.body = Value::from_iter(padded).to_string().into();
                }
            }
            Effect::TruncateBody { to } => reply.body.truncate(*to),
            Effect::MalformedJson => {
                reply.body = Bytes::from([&b"{\"oops\": "[..], &reply.body, b"]"].concat());
            }
            Effect::WrongContentType => {
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                reply.headers.insert(header::CONTENT_TYPE, html);
                reply.body = Bytes::from_static(b"<!DOCTYPE html><title>Gateway</title>");
            }
            Effect::RepeatedCredentials { status } => repeat_credentials(*status, call, reply),
            Effect::ForeignNextLink { host } => {
                alter_next(reply, |url| format!("https://{host}{}", without_origin(url)));
            }
            Effect::RelativeNextLink => alter_next(reply, |url| without_origin(url).to_owned()),
            Effect::RepeatedCursor => {
                if let Some(after) = call.param("after") {
                    alter_next(reply, |url| with_cursor(url, after));
                }
            }
            _ => {}
        }
    }
}

/// Makes an error of the reply, both in the form of the API and in that of the token endpoint.
fn repeat_credentials(status: u16, call: &Call, reply: &mut Reply) {
    let dpop = HeaderName::from_static("dpop");
    let headers = [header::AUTHORIZATION, dpop];
    let headers = headers.iter().filter_map(|name| call.header(name)).map(str::to_owned);
    let form = call.form().into_iter().flatten().map(|(name, value)| format!("{name}={value}"));
    let credentials = headers.chain(form).collect::<Vec<_>>().join("; ");
    reply.status = StatusCode::from_u16(status).unwrap_or(reply.status);
    reply.links.clear();
    if let Ok(value) = HeaderValue::from_str(&credentials) {
        reply.headers.insert(header::WWW_AUTHENTICATE, value);
    }
    let body = json!({
        "errorCode": credentials,
        "errorSummary": credentials,
        "errorLink": credentials,
        "errorId": credentials,
        "errorCauses": [{ "errorSummary": credentials }],
        "error": credentials,
        "error_description": credentials,
    });
    reply.body = body.to_string().into();
}

/// Changes the headers, which by now are all there.
pub(crate) fn alter_headers(effects: &[Effect], headers: &mut HeaderMap) {
    for effect in effects {
        match effect {
            Effect::ExtraHeader { name, value } => {
                let (name, value) = self::header(name, value);
                headers.append(name, value);
            }
            // A script's own rate-limit headers take the place of the true ones.
            Effect::Status { headers: own, .. } => {
                for (name, value) in own {
                    let (name, value) = self::header(name, value);
                    headers.insert(name, value);
                }
            }
            Effect::DuplicateRateLimitHeaders => {
                for name in ["x-rate-limit-limit", "x-rate-limit-remaining"] {
                    let shown = headers.get(name).and_then(|it| it.to_str().ok()?.parse().ok());
                    if let Some(shown) = shown {
                        let half: u64 = shown;
                        headers.append(name, HeaderValue::from(half / 2));
                    }
                }
            }
            Effect::MissingRateLimitHeaders => {
                for name in ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"] {
                    headers.remove(name);
                }
            }
            Effect::FoldedLinks => {
                let links: Vec<_> = headers.get_all(header::LINK).iter().collect();
                let folded =
                    links.iter().map(|link| link.as_bytes()).collect::<Vec<_>>().join(&b", "[..]);
                if let Ok(folded) = HeaderValue::from_bytes(&folded)
                    && !folded.is_empty()
                {
                    headers.insert(header::LINK, folded);
                }
            }
            _ => {}
        }
    }
}

/// Adds up by how much the `Date` header is off.
pub(crate) fn skew(effects: &[Effect]) -> SignedDuration {
    let skews = effects.iter().filter_map(|effect| match effect {
        Effect::SkewedDate(skew) => Some(*skew),
        _ => None,
    });
    skews.fold(SignedDuration::ZERO, SignedDuration::saturating_add)
}

/// Changes how the response reaches the caller.
pub(crate) fn alter_delivery(effects: &[Effect], delivery: &mut Delivery) {
    for effect in effects {
        match effect {
            Effect::Delay(delay) => delivery.delay += *delay,
            Effect::Cut { after } => delivery.cut_after = Some(*after),
            _ => {}
        }
    }
}

fn padded(mut record: Value, bytes: usize) -> Value {
    if let Some(object) = record.as_object_mut() {
        object.insert("padding".to_owned(), "x".repeat(bytes).into());
    }
    record
}

/// Changes the link to the next page, which some listings have in the body.
fn alter_next(reply: &mut Reply, alter: impl Fn(&str) -> String) {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body)
        && let Some(Value::String(url)) = body.pointer_mut("/_links/next/href")
    {
        *url = alter(url);
        reply.body = body.to_string().into();
    }
    for Link { relation, url } in &mut reply.links {
        if *relation == "next" {
            *url = alter(url);
        }
    }
}

/// Returns the path and the query of a URL.
fn without_origin(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..])
}

fn with_cursor(url: &str, after: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let pairs = query.split('&').map(|pair| match pair.starts_with("after=") {
        true => format!("after={}", encode_form(after)),
        false => pair.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// Reads a header as a script writes it.
///
/// # Panics
///
/// If it is none: a script is written by the author of a test, who wants to know.
fn header(name: &str, value: &str) -> (HeaderName, HeaderValue) {
    let name = name.parse().unwrap_or_else(|_| panic!("{name:?} is no header name"));
    let value = value.parse().unwrap_or_else(|_| panic!("{value:?} is no header value"));
    (name, value)
}
