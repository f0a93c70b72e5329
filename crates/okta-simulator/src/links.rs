//! The `Link` headers of a page.
//!
//! The links repeat the query in the order of its names, and Okta is known to forget some parameters on the way.

use std::collections::BTreeMap;

use crate::call::{Call, encode_form};
use crate::reply::Link;
use crate::view::View;

/// Makes the links of a page. They repeat the query, with the limit that was in effect.
pub(crate) fn links(
    view: View<'_>,
    limit: usize,
    next: Option<String>,
    dropped: &[&str],
) -> Vec<Link> {
    let mut query: BTreeMap<&str, &str> =
        view.call.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let limit = limit.to_string();
    query.insert("limit", &limit);
    if !query.contains_key("sortBy") {
        query.remove("sortOrder");
    }
    let mut links = vec![Link { relation: "self", url: url(view.call, &query) }];
    if let Some(cursor) = &next {
        query.retain(|name, _| {
            !dropped.contains(name) && !view.behaviour.links_drop.iter().any(|drop| drop == name)
        });
        query.insert("after", cursor);
        links.push(Link { relation: "next", url: url(view.call, &query) });
    }
    links
}

/// Writes the URL of a call, with another query.
pub(crate) fn url(call: &Call, query: &BTreeMap<&str, &str>) -> String {
    let pairs =
        query.iter().map(|(name, value)| format!("{}={}", encode_form(name), encode_form(value)));
    let pairs: Vec<_> = pairs.collect();
    format!("{}{}?{}", call.origin, call.path, pairs.join("&"))
}
