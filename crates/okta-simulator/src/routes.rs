//! The paths of the API: what answers, which scope it needs, which rate-limit bucket it counts in.

use http::Method;

use crate::about_org::{ORGANIZATION_PATH, SHARES_PATH};
use crate::authorize_endpoint::AUTHORIZE_PATH;
use crate::bucket::{self, Bucket};
use crate::call::{Call, decode_percent};
use crate::collection::{Collection, Listing, Lookup};
use crate::consent_page::CONSENT_PATH;
use crate::error::OktaError;
use crate::token_endpoint::TOKEN_PATH;

/// A path, found for a call.
pub(crate) struct Route {
    pub(crate) endpoint: Endpoint,
    /// The collection that the caller must be allowed to read. `None` is open to everybody.
    pub(crate) collection: Option<Collection>,
    pub(crate) bucket: &'static Bucket,
}

#[derive(Clone, Copy)]
pub(crate) enum Endpoint {
    Listing(Collection, &'static Listing),
    Single(Collection, Lookup),
    UserAppLinks,
    UserGroups,
    GroupApps,
    SystemLog,
    Token,
    Authorize,
    Consent,
    Organization,
    Shares,
}

/// The path of the System Log.
const LOGS_PATH: &str = "/api/v1/logs";

/// The paths of the org authorization server, which are open to everybody.
static AUTHORIZATION_SERVER: [(&str, Endpoint, &Bucket); 3] = [
    (TOKEN_PATH, Endpoint::Token, bucket::TOKEN),
    (AUTHORIZE_PATH, Endpoint::Authorize, bucket::AUTHORIZE),
    (CONSENT_PATH, Endpoint::Consent, bucket::AUTHORIZE),
];

/// The paths below an object, with what has to be readable there.
static CHILDREN: [(&str, Endpoint, Collection, &Bucket); 3] = [
    ("/api/v1/users/{}/appLinks", Endpoint::UserAppLinks, Collection::Users, bucket::OTHER),
    ("/api/v1/users/{}/groups", Endpoint::UserGroups, Collection::Users, bucket::BELOW_USER),
    ("/api/v1/groups/{}/apps", Endpoint::GroupApps, Collection::Groups, bucket::GROUPS),
];

impl Route {
    /// Finds the endpoint of a call, and the value of `{}` in its path, which is empty if there is none.
    pub(crate) fn find(call: &Call) -> Result<(Self, String), OktaError> {
        let (route, id) = Self::fitting(&call.path).ok_or_else(OktaError::no_such_path)?;
        if call.method != route.endpoint.method() {
            return Err(OktaError::method_not_supported());
        }
        Ok((route, decode_percent(id)?))
    }

    // Paths without `{}` come first, because an id may look like any of their segments.
    fn fitting(path: &str) -> Option<(Self, &str)> {
        let of_server = |&(fitting, endpoint, bucket): &(&str, _, _)| {
            (fitting == path).then_some((Self { endpoint, collection: None, bucket }, ""))
        };
        if let Some(found) = AUTHORIZATION_SERVER.iter().find_map(of_server) {
            return Some(found);
        }
        if path == ORGANIZATION_PATH {
            let (endpoint, bucket) = (Endpoint::Organization, bucket::OTHER);
            return Some((Self { endpoint, collection: None, bucket }, ""));
        }
        if path == SHARES_PATH {
            let (endpoint, bucket) = (Endpoint::Shares, bucket::SHARES);
            return Some((Self { endpoint, collection: None, bucket }, ""));
        }
        if path == LOGS_PATH {
            let (endpoint, bucket) = (Endpoint::SystemLog, bucket::LOGS);
            return Some((Self { endpoint, collection: Some(Collection::SystemLog), bucket }, ""));
        }
        let listing = |&collection: &Collection| {
            let listing = collection.row().listing.as_ref()?;
            let id = capture(listing.path, path)?;
            let endpoint = Endpoint::Listing(collection, listing);
            Some((Self { endpoint, collection: Some(collection), bucket: listing.bucket }, id))
        };
        let single = |&collection: &Collection| {
            let single = collection.row().single.as_ref()?;
            let id = capture(single.path, path)?;
            let endpoint = Endpoint::Single(collection, single.lookup);
            Some((Self { endpoint, collection: Some(collection), bucket: single.bucket }, id))
        };
        let child = |&(pattern, endpoint, collection, bucket): &(_, _, _, _)| {
            let id = capture(pattern, path)?;
            Some((Self { endpoint, collection: Some(collection), bucket }, id))
        };
        let all = || Collection::ALL.iter();
        let found = all().filter(|it| it.parent().is_none()).find_map(listing);
        let found = found.or_else(|| all().find_map(single));
        let found = found.or_else(|| all().filter(|it| it.parent().is_some()).find_map(listing));
        found.or_else(|| CHILDREN.iter().find_map(child))
    }
}

impl Endpoint {
    /// Returns the scopes that a token needs to read a collection here.
    pub(crate) fn scopes(self, collection: Collection) -> Vec<&'static str> {
        let second = match self {
            Self::Listing(collection, _) => collection.particulars().and_then(|it| it.second_scope),
            _ => None,
        };
        [collection.row().scope].into_iter().chain(second).collect()
    }

    fn method(self) -> Method {
        match self {
            Self::Token | Self::Consent => Method::POST,
            _ => Method::GET,
        }
    }
}

/// Returns what stands for `{}` in a path that fits the pattern, which is nothing if it has none.
fn capture<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let mut captured = "";
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        match expected {
            "{}" if !segment.is_empty() => captured = segment,
            _ if expected != segment => return None,
            _ => {}
        }
    }
    segments.next().is_none().then_some(captured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_as_a_whole() {
        let rows = [
            ("/a", "/a", Some("")),
            ("/a/{}", "/a/b", Some("b")),
            ("/a/{}/c", "/a/b/c", Some("b")),
            ("/a", "/a/", None),
            ("/a/{}", "/a/", None),
            ("/a/{}", "/a/b/c", None),
            ("/a/{}/c", "/a/b", None),
        ];
        for (pattern, path, expected) in rows {
            assert_eq!(capture(pattern, path), expected, "{pattern} {path}");
        }
    }
}
