//! Lists in envelopes: an object with the records in one member, and links in another one.

use crate::link::Links;
use bytes::Bytes;
use serde::Deserialize as _;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;

/// The member of the links.
const LINKS: &str = "_links";

/// Takes the list that is a member of the object, and the links beside it. None if that is not what the body is.
pub(crate) fn open(body: &Bytes, member: &str) -> Option<(Bytes, Links)> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let members = HashMap::<Cow<'_, str>, &RawValue>::deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    let list = members.get(member)?.get();
    if !list.starts_with('[') {
        return None;
    }
    let links = match members.get(LINKS).map(|links| links.get()) {
        None | Some("null") => Links::default(),
        Some(links) => serde_json::from_str(links).ok()?,
    };
    Some((body.slice_ref(list.as_bytes()), links))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{LinkError, next_in_body};
    use crate::request::OktaRequest;

    #[test]
    fn envelopes() {
        let next = |after: &str| {
            format!(
                r#"{{"next":{{"href":"https://acme-admin.okta.com/api/v1/iam/roles?{after}"}}}}"#
            )
        };
        let rows = [
            (r#"{"roles":[]}"#.to_owned(), Some(("[]", Ok(None)))),
            (
                format!(r#"{{"_links":{},"roles":[1, {{}}]}}"#, next("after=x")),
                Some(("[1, {}]", Ok(Some("x")))),
            ),
            (r#"{"roles":[],"_links":{"self":{"href":"/"}}}"#.to_owned(), Some(("[]", Ok(None)))),
            (r#"{"roles":[],"_links":{"next":null}}"#.to_owned(), Some(("[]", Ok(None)))),
            (r#"{"roles":[],"_links":null}"#.to_owned(), Some(("[]", Ok(None)))),
            (
                format!(r#"{{"roles":[],"_links":{}}}"#, next("limit=1")),
                Some(("[]", Err(LinkError::NoCursor))),
            ),
            (
                r#"{"roles":[],"_links":{"next":5}}"#.to_owned(),
                Some(("[]", Err(LinkError::Malformed))),
            ),
            (r#"{"roles":[],"_links":5}"#.to_owned(), None),
            (r#"{"roles":{}}"#.to_owned(), None),
            (r#"{"value":[]}"#.to_owned(), None),
            (r#"{"roles":[]"#.to_owned(), None),
            ("[]".to_owned(), None),
        ];
        for (body, expected) in rows {
            let bytes = Bytes::from(body.clone());
            let found = open(&bytes, "roles").map(|(list, links)| {
                let request = OktaRequest::enveloped("/api/v1/iam/roles", "roles");
                let next = next_in_body(&links, &request);
                (list, next.map(|next| next.map(|next| next.as_str().to_owned())))
            });
            let expected = expected.map(|(list, next)| {
                (Bytes::from(list), next.map(|next: Option<&str>| next.map(str::to_owned)))
            });
            assert_eq!(found, expected, "{body}");
        }
    }
}
