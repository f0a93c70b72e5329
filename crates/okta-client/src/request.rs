//! A read of Okta's API: a path, the JSON that is there, parameters, a page size and a place to go on.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// Okta decodes a query like a form, so everything but RFC 3986's unreserved characters is encoded.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameter that holds the place where a listing goes on.
pub(crate) const AFTER: &str = "after";

/// A read of Okta's API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OktaRequest {
    path: String,
    shape: Shape,
    query: Vec<(&'static str, String)>,
    limit: Option<u32>,
    least: u32,
    omissions: Vec<&'static str>,
    has_alternative: bool,
    moving: &'static [&'static str],
}

impl OktaRequest {
    /// Asks for the list at `path`: an answer that is no JSON array is not taken. The path starts with a slash
    /// and is made of safe segments.
    pub fn list(path: impl Into<String>) -> Self {
        Self::new(path.into(), Shape::List)
    }

    /// Asks for the object at `path`: an answer that is no JSON object is not taken. The path starts with a
    /// slash and is made of safe segments.
    pub fn object(path: impl Into<String>) -> Self {
        Self::new(path.into(), Shape::Object)
    }

    /// Asks for the list that is the member `member` of the object at `path`, which names the next page in itself.
    pub fn enveloped(path: impl Into<String>, member: &'static str) -> Self {
        Self::new(path.into(), Shape::Envelope(member))
    }

    fn new(path: String, shape: Shape) -> Self {
        Self {
            path,
            shape,
            query: Vec::new(),
            limit: None,
            least: 1,
            omissions: Vec::new(),
            has_alternative: false,
            moving: &[],
        }
    }

    /// Asks the same of another path.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets a parameter of the query. The value is encoded here and nowhere else.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        match self.query.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value.into(),
            None => self.query.push((name, value.into())),
        }
        self
    }

    /// Takes a parameter of the query away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.query.retain(|(known, _)| *known != name);
        self
    }

    /// Asks for pages of at most `limit` records. A page that is too large, or that times out inside Okta,
    /// is asked for again with fewer.
    #[must_use]
    pub fn with_limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Keeps the page size from becoming smaller than this: for a page of which a part was delivered
    /// already.
    #[must_use]
    pub fn with_least(mut self, least: u32) -> Self {
        self.least = least;
        self
    }

    /// Asks Okta to leave parts of records out: names such as `omitCredentials` in the `okta-response`
    /// parameter of the media type in `Content-Type`, which Okta documents for listings of users.
    #[must_use]
    pub fn with_omissions(mut self, omissions: impl IntoIterator<Item = &'static str>) -> Self {
        self.omissions = omissions.into_iter().collect();
        self
    }

    /// Says that the caller can ask for the same in another way, so that a 500, which may mean that Okta does not
    /// manage this one, is tried again once only.
    #[must_use]
    pub fn with_alternative(mut self) -> Self {
        self.has_alternative = true;
        self
    }

    /// Says that the next link may have other values of these parameters than the request before it. They go with the
    /// cursor from then on: Okta moves the bounds of the System Log so.
    #[must_use]
    pub fn with_moving(mut self, names: &'static [&'static str]) -> Self {
        self.moving = names;
        self
    }

    /// Returns the names of the parameters that go with a cursor.
    pub(crate) fn moving(&self) -> &'static [&'static str] {
        self.moving
    }

    /// Returns true if the caller can ask for the same in another way.
    pub(crate) fn has_alternative(&self) -> bool {
        self.has_alternative
    }

    /// Returns the path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the parameters, before encoding, without page size and cursor.
    pub fn query(&self) -> &[(&'static str, String)] {
        &self.query
    }

    /// Returns the page size; none if the answer is one page whatever its size.
    pub fn limit(&self) -> Option<u32> {
        self.limit
    }

    /// Returns the names of the parts that Okta is asked to leave out.
    pub fn omissions(&self) -> &[&'static str] {
        &self.omissions
    }

    /// Returns the form of the JSON that is asked for.
    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// Returns the value of the `Content-Type` header.
    pub(crate) fn content_type(&self) -> String {
        match self.omissions.as_slice() {
            [] => "application/json".to_owned(),
            omissions => format!("application/json; okta-response=\"{}\"", omissions.join(",")),
        }
    }

    /// Returns the number that the page size may not fall below.
    pub(crate) fn least(&self) -> u32 {
        self.least
    }

    /// Returns path and query as they are sent.
    pub(crate) fn target(&self, cursor: Option<&Cursor>) -> String {
        let mut target = self.path.clone();
        let mut separator = '?';
        let mut push = |name: &str, value: &str| {
            target.push(separator);
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, QUERY));
            separator = '&';
        };
        let mut moved = Vec::new();
        if let Some(cursor) = cursor.filter(|_| !self.moving.is_empty()) {
            moved.extend(url::form_urlencoded::parse(cursor.as_str().as_bytes()));
        }
        let moved = |name: &str| moved.iter().find(|(moved, _)| moved == name);
        for (name, value) in &self.query {
            push(name, moved(name).map_or(value, |(_, value)| value));
        }
        if let Some(limit) = self.limit {
            push("limit", &limit.to_string());
        }
        match (cursor, moved(AFTER)) {
            (Some(_), Some((_, after))) => push(AFTER, after),
            (Some(cursor), None) => push(AFTER, cursor.as_str()),
            (None, _) => {}
        }
        target
    }
}

/// The form of the JSON that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An array of records.
    List,
    /// One object.
    Object,
    /// One object that holds an array of records in this member.
    Envelope(&'static str),
}

/// The place where a listing goes on: Okta's own `after`, opaque and sent back as it came.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// Takes the decoded value of `after`.
    pub fn new(after: impl Into<String>) -> Self {
        Self(after.into())
    }

    /// Returns the value of `after`, before encoding.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A cursor can hold the id of a person, so it stays out of logs.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_unreserved_characters_is_encoded() {
        let request = OktaRequest::list("/api/v1/users")
            .with("search", r#"profile.mobilePhone eq "+1 555/\"a\\b\"" and é"#)
            .with_limit(200);
        let expected = "/api/v1/users?search=profile.mobilePhone%20eq%20%22%2B1%20555%2F%5C%22a\
                        %5C%5Cb%5C%22%22%20and%20%C3%A9&limit=200&after=a%26b%3D";
        assert_eq!(request.target(Some(&Cursor::new("a&b="))), expected);
    }

    #[test]
    fn omissions_make_one_header() {
        let rows: [(&[&str], _); 3] = [
            (&[], "application/json"),
            (&["omitCredentials"], "application/json; okta-response=\"omitCredentials\""),
            (
                &["omitCredentials", "omitCredentialsLinks", "omitTransitioningToStatus"],
                "application/json; okta-response=\"omitCredentials,omitCredentialsLinks,\
                 omitTransitioningToStatus\"",
            ),
        ];
        for (omissions, expected) in rows {
            let request = OktaRequest::list("/api/v1/users").with_omissions(omissions.to_vec());
            assert_eq!(request.omissions(), omissions);
            assert_eq!(request.content_type(), expected);
        }
    }
}
