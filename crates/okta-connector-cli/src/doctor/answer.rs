//! An answer of Okta, as checks look at it.

use super::recorder::Response;
use http::header::LINK;
use http::{HeaderMap, StatusCode};
use okta_client::{ErrorKind, OktaRequest};
use okta_connector::trouble;
use serde_json::Value;
use url::Url;

/// A request, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The request: path and parameters, not encoded.
    pub(super) asked: String,
    /// The failure, if it is one.
    pub(super) error: Option<okta_client::Error>,
    /// The status, if anything came.
    pub(super) status: Option<StatusCode>,
    pub(super) headers: HeaderMap,
    /// The body; null if it is not JSON.
    pub(super) body: Value,
}

/// Writes what a request asks.
pub(super) fn asked(request: &OktaRequest) -> String {
    let parameters = request.query().iter().map(|(name, value)| format!("{name}={value}"));
    let limit = request.limit().map(|limit| format!("limit={limit}"));
    let parameters: Vec<_> = parameters.chain(limit).collect();
    format!("{}?{}", request.path(), parameters.join("&"))
}

impl Answer {
    pub(super) fn new(
        asked: String,
        error: Option<okta_client::Error>,
        response: Option<Response>,
    ) -> Self {
        let body = response.as_ref().and_then(|it| serde_json::from_slice(&it.body).ok());
        Self {
            asked,
            error,
            status: response.as_ref().map(|it| it.status),
            headers: response.map(|it| it.headers).unwrap_or_default(),
            body: body.unwrap_or_default(),
        }
    }

    /// Says whether Okta answered the question.
    pub(super) fn is_ok(&self) -> bool {
        self.error.is_none() && self.status == Some(StatusCode::OK)
    }

    /// Returns the kind of the failure.
    pub(super) fn kind(&self) -> Option<&ErrorKind> {
        self.error.as_ref().map(|error| &error.kind)
    }

    /// Says whether Okta understood the question, or refused just this one. Anything else tells nothing of it.
    pub(super) fn is_about_the_question(&self) -> bool {
        self.is_ok() || matches!(self.kind(), Some(ErrorKind::Rejected | ErrorKind::Client))
    }

    /// Says whether a scope is missing.
    pub(super) fn lacks_scope(&self) -> bool {
        matches!(self.kind(), Some(ErrorKind::MissingScope { .. } | ErrorKind::ScopesNotGranted))
    }

    /// Says whether rights or features are missing.
    pub(super) fn is_refused(&self) -> bool {
        let is_refusal = matches!(
            self.kind(),
            Some(ErrorKind::Forbidden | ErrorKind::FeatureMissing | ErrorKind::NotFound)
        );
        is_refusal || self.lacks_scope()
    }

    /// Writes what is in the way of an answer to the question.
    pub(super) fn trouble(&self) -> String {
        let sentence = self.kind().map_or("It is no answer of Okta", |kind| {
            trouble::of(kind).sentence.trim_end_matches(" {scope}")
        });
        match self.status {
            Some(_) => format!("{}: {sentence}", self.outcome()),
            None => sentence.to_owned(),
        }
    }

    /// Writes the status and Okta's code, as in `400 E0000031`, or what stands in the way of an answer.
    pub(super) fn outcome(&self) -> String {
        let Some(error) = &self.error else {
            return self.status.map_or("nothing".to_owned(), |status| status.as_str().to_owned());
        };
        match (error.status(), error.code()) {
            (Some(status), Some(code)) => format!("{status} {code}"),
            (Some(status), None) => status.to_string(),
            (None, _) => error.message().to_owned(),
        }
    }

    /// Returns the records of a listing, whether it is an array or an object that holds one.
    pub(super) fn records(&self) -> &[Value] {
        if !self.is_ok() {
            return &[];
        }
        let list = match &self.body {
            Value::Object(members) => members.values().find_map(Value::as_array),
            list => list.as_array(),
        };
        list.map_or(&[], Vec::as_slice)
    }

    /// Returns a text in the first record, by a JSON pointer.
    pub(super) fn first(&self, pointer: &str) -> Option<&str> {
        self.records().first()?.pointer(pointer)?.as_str()
    }

    /// Returns a header that is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the address of a link, from the headers or the body.
    pub(super) fn link(&self, relation: &str) -> Option<Url> {
        let of_headers = || {
            let lines = self.headers.get_all(LINK).iter().filter_map(|line| line.to_str().ok());
            lines.flat_map(links).find_map(|(address, parameters)| {
                let is_it = parameters.contains(&format!("rel=\"{relation}\""));
                is_it.then(|| address.to_owned())
            })
        };
        let in_body = self.body.pointer(&format!("/_links/{relation}/href"));
        let address = of_headers().or_else(|| in_body?.as_str().map(str::to_owned))?;
        let own = Url::parse(&format!("https://{RELATIVE}")).expect("this is an address");
        own.join(&address).ok()
    }

    /// Returns a parameter of a link.
    pub(super) fn in_link(&self, relation: &str, name: &str) -> Option<String> {
        let link = self.link(relation)?;
        let (_, value) = link.query_pairs().find(|(found, _)| found == name)?;
        Some(value.into_owned())
    }
}

/// The host of a link that names none.
pub(super) const RELATIVE: &str = "own.invalid";

/// Reads the links of a header line: the address of each, and what stands behind it. Some lines hold several.
pub(super) fn links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split('<').skip(1).filter_map(|link| link.split_once('>'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn links_are_found_wherever_they_are() {
        let next = "<https://a.okta.com/api/v1/users?after=x&limit=1>; rel=\"next\"";
        let own = "<https://a.okta.com/api/v1/users?limit=1>; rel=\"self\"";
        let folded = format!("{own}, {next}");
        let rows: [(&[&str], Value); 3] = [
            (&[own, next], Value::Null),
            (&[&folded], Value::Null),
            (&[], serde_json::json!({ "_links": { "next": { "href": "/x?after=x&limit=1" } } })),
        ];
        for (lines, body) in rows {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(LINK, HeaderValue::from_str(line).unwrap());
            }
            let status = Some(StatusCode::OK);
            let answer = Answer { asked: String::new(), error: None, status, headers, body };
            assert_eq!(answer.in_link("next", "after").as_deref(), Some("x"));
            assert_eq!(answer.in_link("next", "sortBy"), None);
            assert!(answer.link("last").is_none());
        }
    }
}
