//! The paths of the API: what answers, which scope it needs, which rate-limit bucket it counts in.

use http::Method;

use crate::Collection;
use crate::error::OktaError;
use crate::request::{Call, decode_percent};
use crate::token_endpoint::TOKEN_PATH;

/// One row of the table below.
#[derive(Debug)]
pub(crate) struct Route {
    pattern: &'static str,
    pub(crate) endpoint: Endpoint,
    /// The scope that an OAuth token needs. `None` is open to everybody.
    pub(crate) scope: Option<&'static str>,
    /// `None` is not limited.
    pub(crate) bucket: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Users,
    User,
    UserAppLinks,
    Groups,
    Group,
    GroupApps,
    GroupUsers,
    Apps,
    App,
    Devices,
    Device,
    UserTypes,
    UserType,
    UserSchema,
    GroupSchema,
    Org,
    Organization,
    AuthorizationServer,
    Keys,
    Token,
}

pub(crate) const APPS_BUCKET: &str = "/api/v1/apps";
pub(crate) const APP_BUCKET: &str = "/api/v1/apps/{id}";
pub(crate) const GROUPS_BUCKET: &str = "/api/v1/groups";
pub(crate) const GROUP_BUCKET: &str = "/api/v1/groups/{id}";
pub(crate) const USERS_BUCKET: &str = "/api/v1/users";
pub(crate) const USER_BUCKET: &str = "/api/v1/users/{id}";
pub(crate) const DEVICES_BUCKET: &str = "/api/v1/devices";
pub(crate) const TOKEN_BUCKET: &str = TOKEN_PATH;
pub(crate) const OTHER_BUCKET: &str = "/api/v1";

const USERS_READ: &str = "okta.users.read";
const GROUPS_READ: &str = "okta.groups.read";
const APPS_READ: &str = "okta.apps.read";
const DEVICES_READ: &str = "okta.devices.read";
const USER_TYPES_READ: &str = "okta.userTypes.read";
const SCHEMAS_READ: &str = "okta.schemas.read";
const ORGS_READ: &str = "okta.orgs.read";

// A row is found by the first pattern that fits, so fixed segments stand before `{}`.
#[rustfmt::skip]
static ROUTES: &[Route] = &[
    route("/api/v1/users",                      Endpoint::Users,        USERS_READ,      USERS_BUCKET),
    route("/api/v1/users/{}",                   Endpoint::User,         USERS_READ,      USER_BUCKET),
    route("/api/v1/users/{}/appLinks",          Endpoint::UserAppLinks, USERS_READ,      OTHER_BUCKET),
    route("/api/v1/groups",                     Endpoint::Groups,       GROUPS_READ,     GROUPS_BUCKET),
    route("/api/v1/groups/{}",                  Endpoint::Group,        GROUPS_READ,     GROUP_BUCKET),
    route("/api/v1/groups/{}/apps",             Endpoint::GroupApps,    GROUPS_READ,     GROUPS_BUCKET),
    route("/api/v1/groups/{}/users",            Endpoint::GroupUsers,   GROUPS_READ,     GROUPS_BUCKET),
    route("/api/v1/apps",                       Endpoint::Apps,         APPS_READ,       APPS_BUCKET),
    route("/api/v1/apps/{}",                    Endpoint::App,          APPS_READ,       APP_BUCKET),
    route("/api/v1/devices",                    Endpoint::Devices,      DEVICES_READ,    DEVICES_BUCKET),
    route("/api/v1/devices/{}",                 Endpoint::Device,       DEVICES_READ,    DEVICES_BUCKET),
    route("/api/v1/meta/types/user",            Endpoint::UserTypes,    USER_TYPES_READ, OTHER_BUCKET),
    route("/api/v1/meta/types/user/{}",         Endpoint::UserType,     USER_TYPES_READ, OTHER_BUCKET),
    route("/api/v1/meta/schemas/user/{}",       Endpoint::UserSchema,   SCHEMAS_READ,    OTHER_BUCKET),
    route("/api/v1/meta/schemas/group/default", Endpoint::GroupSchema,  SCHEMAS_READ,    OTHER_BUCKET),
    route("/api/v1/org",                        Endpoint::Org,          ORGS_READ,       OTHER_BUCKET),
    open("/.well-known/okta-organization",             Endpoint::Organization),
    open("/.well-known/oauth-authorization-server",    Endpoint::AuthorizationServer),
    open("/oauth2/v1/keys",                            Endpoint::Keys),
    Route { pattern: TOKEN_PATH, endpoint: Endpoint::Token, scope: None, bucket: Some(TOKEN_BUCKET) },
];

const fn route(
    pattern: &'static str,
    endpoint: Endpoint,
    scope: &'static str,
    bucket: &'static str,
) -> Route {
    Route { pattern, endpoint, scope: Some(scope), bucket: Some(bucket) }
}

const fn open(pattern: &'static str, endpoint: Endpoint) -> Route {
    Route { pattern, endpoint, scope: None, bucket: None }
}

impl Route {
    /// Finds the row for a call, and the value of `{}` in its path, which is empty if there is none.
    pub(crate) fn find(call: &Call) -> Result<(&'static Self, String), OktaError> {
        let fits = |route: &'static Self| Some((route, capture(route.pattern, &call.path)?));
        let (route, id) = ROUTES.iter().find_map(fits).ok_or_else(OktaError::no_such_path)?;
        if call.method != route.endpoint.method() {
            return Err(OktaError::method_not_supported());
        }
        Ok((route, decode_percent(id)?))
    }
}

impl Endpoint {
    fn method(self) -> Method {
        match self {
            Self::Token => Method::POST,
            _ => Method::GET,
        }
    }

    /// What a role must allow to read.
    pub(crate) fn collection(self) -> Option<Collection> {
        match self {
            Self::Users | Self::User | Self::UserAppLinks => Some(Collection::Users),
            Self::Groups | Self::Group | Self::GroupApps | Self::GroupUsers => {
                Some(Collection::Groups)
            }
            Self::Apps | Self::App => Some(Collection::Apps),
            Self::Devices | Self::Device => Some(Collection::Devices),
            Self::UserTypes | Self::UserType => Some(Collection::UserTypes),
            Self::UserSchema => Some(Collection::UserSchemas),
            Self::GroupSchema => Some(Collection::GroupSchemas),
            Self::Org | Self::Organization => None,
            Self::AuthorizationServer | Self::Keys | Self::Token => None,
        }
    }
}

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
