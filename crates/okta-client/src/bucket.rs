//! Buckets: the paths of Okta's API that share one rate limit.
//!
//! Okta counts each request in the bucket of the most specific path that covers it: listings of users,
//! for instance, have another limit than the read of one user. The table below is all that this crate
//! knows of that; limits themselves differ between orgs and come from headers.

/// A set of paths that share one rate limit.
///
/// A page token carries a bucket as its number, so a number is never changed or given to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    /// The listing of users, and what hangs below one user.
    Users = 0,
    /// One user.
    User = 1,
    /// The listing of groups, and what hangs below one group.
    Groups = 2,
    /// One group.
    Group = 3,
    /// The listing of applications, and what hangs below one application: the smallest limit of all.
    Apps = 4,
    /// One application.
    App = 5,
    /// Devices, and what hangs below one device.
    Devices = 6,
    /// Every other path.
    Other = 7,
    /// The token endpoint of the org authorization server.
    Token = 8,
    /// Admin roles of the org's own, resource sets, and who has roles.
    Iam = 9,
    /// Listings below one OAuth 2.0 client.
    Clients = 10,
    /// Policies and their rules.
    Policies = 11,
    /// Network zones.
    Zones = 12,
    /// Identity providers.
    Idps = 13,
    /// Authorization servers.
    AuthorizationServers = 14,
    /// Trusted origins.
    TrustedOrigins = 15,
    /// Event hooks.
    EventHooks = 16,
    /// Inline hooks.
    InlineHooks = 17,
    /// API tokens.
    ApiTokens = 18,
    /// Realms.
    Realms = 19,
    /// Log streams.
    LogStreams = 20,
    /// The System Log.
    Logs = 21,
}

/// A row covers its path and all paths below; `{}` stands for any one segment. The order does not matter.
#[rustfmt::skip]
const ROWS: &[(&str, Bucket)] = &[
    ("/",                            Bucket::Other),
    ("/api/v1/api-tokens",           Bucket::ApiTokens),
    ("/api/v1/apps",                 Bucket::Apps),
    ("/api/v1/apps/{}",              Bucket::App),
    ("/api/v1/apps/{}/{}",           Bucket::Apps),
    ("/api/v1/authorizationServers", Bucket::AuthorizationServers),
    ("/api/v1/devices",              Bucket::Devices),
    ("/api/v1/eventHooks",           Bucket::EventHooks),
    ("/api/v1/groups",               Bucket::Groups),
    ("/api/v1/groups/rules",         Bucket::Groups),
    ("/api/v1/groups/{}",            Bucket::Group),
    ("/api/v1/groups/{}/{}",         Bucket::Groups),
    ("/api/v1/iam",                  Bucket::Iam),
    ("/api/v1/idps",                 Bucket::Idps),
    ("/api/v1/inlineHooks",          Bucket::InlineHooks),
    ("/api/v1/logStreams",           Bucket::LogStreams),
    ("/api/v1/logs",                 Bucket::Logs),
    ("/api/v1/policies",             Bucket::Policies),
    ("/api/v1/realms",               Bucket::Realms),
    ("/api/v1/trustedOrigins",       Bucket::TrustedOrigins),
    ("/api/v1/users",                Bucket::Users),
    ("/api/v1/users/{}",             Bucket::User),
    ("/api/v1/users/{}/{}",          Bucket::Users),
    ("/api/v1/zones",                Bucket::Zones),
    ("/oauth2/v1/clients",           Bucket::Clients),
    ("/oauth2/v1/token",             Bucket::Token),
];

impl Bucket {
    /// Returns the bucket that a request for `path` is counted in: that of the most specific row.
    ///
    /// From the left, a literal segment is more specific than `{}`, and `{}` than the end of the row.
    pub fn of(path: &str) -> Self {
        Self::of_rows(ROWS, path).expect("the row / covers every path")
    }

    fn of_rows(rows: &[(&str, Self)], path: &str) -> Option<Self> {
        let covering = rows.iter().filter(|(pattern, _)| covers(pattern, path));
        let (_, bucket) =
            covering.max_by(|(one, _), (other, _)| literals(one).cmp(literals(other)))?;
        Some(*bucket)
    }

    /// Returns the path that names this bucket, with `{}` for an id: the shortest that it counts.
    pub fn path(self) -> &'static str {
        let mut rows = ROWS.iter().filter(|(_, bucket)| *bucket == self);
        rows.next().map_or("/", |(path, _)| path)
    }

    /// Returns the number that stands for this bucket in a page token.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Returns the bucket with this number; none if there is no such bucket.
    pub fn from_number(number: u8) -> Option<Self> {
        ROWS.iter().map(|&(_, bucket)| bucket).find(|bucket| bucket.number() == number)
    }
}

const ANY: &str = "{}";

fn covers(pattern: &str, path: &str) -> bool {
    let mut found = segments(path);
    segments(pattern)
        .all(|expected| found.next().is_some_and(|found| expected == ANY || expected == found))
}

/// Tells of each segment if it is a literal. Compared one by one, true is more than false and false is
/// more than no segment at all.
fn literals(pattern: &str) -> impl Iterator<Item = bool> {
    segments(pattern).map(|segment| segment != ANY)
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn paths() {
        let rows = [
            ("/api/v1/users", Bucket::Users),
            ("/api/v1/users/00u1", Bucket::User),
            ("/api/v1/users/00u1/appLinks", Bucket::Users),
            ("/api/v1/users/00u1/factors/mbl1", Bucket::Users),
            ("/api/v1/groups", Bucket::Groups),
            ("/api/v1/groups/rules", Bucket::Groups),
            ("/api/v1/groups/rules/0pr1", Bucket::Groups),
            ("/api/v1/groups/00g1", Bucket::Group),
            ("/api/v1/groups/00g1/apps", Bucket::Groups),
            ("/api/v1/apps", Bucket::Apps),
            ("/api/v1/apps/0oa1", Bucket::App),
            ("/api/v1/apps/0oa1/users", Bucket::Apps),
            ("/api/v1/apps/0oa1/users/00u1", Bucket::Apps),
            ("/api/v1/devices", Bucket::Devices),
            ("/api/v1/devices/guo1", Bucket::Devices),
            ("/api/v1/devices/guo1/users", Bucket::Devices),
            ("/api/v1/meta/types/user", Bucket::Other),
            ("/api/v1/usersets", Bucket::Other),
            ("/api/v1", Bucket::Other),
            ("/oauth2/v1/token", Bucket::Token),
            ("/oauth2/v1/clients/0oa1/roles", Bucket::Clients),
            ("/api/v1/iam/assignees/users", Bucket::Iam),
            ("/api/v1/logs", Bucket::Logs),
            ("/api/v1/policies/00p1/rules", Bucket::Policies),
            ("/api/v1/realms", Bucket::Realms),
            ("/.well-known/okta-organization", Bucket::Other),
            ("/", Bucket::Other),
            ("", Bucket::Other),
            ("users", Bucket::Other),
        ];
        for (path, bucket) in rows {
            assert_eq!(Bucket::of(path), bucket, "{path}");
        }
    }

    #[test]
    fn the_most_specific_row_wins_wherever_it_stands() {
        let mut rows = [
            ("/a", Bucket::Users),
            ("/a/{}", Bucket::User),
            ("/a/{}/c", Bucket::Groups),
            ("/a/{}/{}", Bucket::Group),
            ("/a/b", Bucket::Apps),
        ];
        let expected = [
            ("/a", Some(Bucket::Users)),
            ("/a/x", Some(Bucket::User)),
            ("/a/x/c", Some(Bucket::Groups)),
            ("/a/x/c/d", Some(Bucket::Groups)),
            ("/a/x/x", Some(Bucket::Group)),
            ("/a/b", Some(Bucket::Apps)),
            ("/a/b/c", Some(Bucket::Apps)),
            ("/b", None),
        ];
        for _ in 0..rows.len() {
            rows.rotate_left(1);
            for (path, bucket) in expected {
                assert_eq!(Bucket::of_rows(&rows, path), bucket, "{path}");
            }
        }
    }

    #[test]
    fn no_row_stands_twice() {
        let patterns: BTreeSet<_> = ROWS.iter().map(|(pattern, _)| pattern).collect();
        assert_eq!(patterns.len(), ROWS.len());
    }

    #[test]
    fn a_path_names_its_bucket() {
        for (_, bucket) in ROWS {
            let shorter = ROWS.iter().filter(|(_, other)| other == bucket);
            let shortest = shorter.min_by_key(|(path, _)| path.len()).unwrap();
            assert_eq!(bucket.path(), shortest.0);
        }
    }

    /// Tokens that AppFlow holds know buckets by these numbers.
    #[test]
    fn numbers() {
        let rows = [
            (0, Some(Bucket::Users)),
            (1, Some(Bucket::User)),
            (2, Some(Bucket::Groups)),
            (3, Some(Bucket::Group)),
            (4, Some(Bucket::Apps)),
            (5, Some(Bucket::App)),
            (6, Some(Bucket::Devices)),
            (7, Some(Bucket::Other)),
            (8, Some(Bucket::Token)),
            (9, Some(Bucket::Iam)),
            (20, Some(Bucket::LogStreams)),
            (21, Some(Bucket::Logs)),
            (22, None),
        ];
        for (number, bucket) in rows {
            assert_eq!(Bucket::from_number(number), bucket, "{number}");
        }
    }
}
