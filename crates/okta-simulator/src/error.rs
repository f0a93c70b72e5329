//! The ways Okta says no.
//!
//! Most refusals are a JSON object with an error code. A call with an OAuth token is different: there the body is
//! empty and the reason is in the `WWW-Authenticate` header. The authorization server has errors of its own.

use http::StatusCode;
use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::oauth_error::OAuthError;

/// A call that is not answered with data.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// A JSON error body.
    Coded(OktaError),
    /// An empty body and a challenge.
    Challenge { status: StatusCode, www_authenticate: String, dpop_nonce: Option<String> },
    /// A JSON error body of the authorization server.
    OAuth(OAuthError),
    /// A web page, because there is no org to answer.
    NoOrg,
}

/// An error as the management API words it.
#[derive(Clone, Debug)]
pub(crate) struct OktaError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    summary: String,
    causes: Vec<String>,
}

impl From<OktaError> for Refusal {
    fn from(error: OktaError) -> Self {
        Self::Coded(error)
    }
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<ApiError> for OktaError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::InvalidParameter => {
                Self::invalid_parameter("parameter", "It holds what it must not.")
            }
            ApiError::UnsupportedMediaType => Self::unsupported_media_type(),
            ApiError::InvalidSearch => Self::invalid_search("The expression is not understood."),
            ApiError::InvalidCursor => Self::invalid_search("Invalid cursor."),
            ApiError::InvalidLogFilter => {
                Self::invalid_log_query("The expression is not understood.")
            }
            ApiError::InvalidToken => Self::invalid_token(),
            ApiError::InvalidSession => Self::invalid_session(),
            ApiError::NoPermission => Self::no_permission(),
            ApiError::NoFeature => Self::no_feature(),
            ApiError::NoPath => Self::no_such_path(),
            ApiError::NotFound => Self::not_found("it", "Resource"),
            ApiError::SchemaChanging => {
                Self::new(409, "E0000145", "Some users cannot be parsed after a schema change")
            }
            ApiError::Locked => Self::new(423, "E0000239", "Policy reconciliation in progress"),
        }
    }
}

impl OktaError {
    fn new(status: u16, code: &'static str, summary: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, summary: summary.into(), causes: Vec::new() }
    }

    fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    pub(crate) fn invalid_parameter(name: &str, cause: impl Into<String>) -> Self {
        Self::new(400, "E0000001", format!("Api validation failed: {name}")).because(cause)
    }

    pub(crate) fn bad_request(cause: impl Into<String>) -> Self {
        Self::new(400, "E0000002", "The request was not valid.").because(cause)
    }

    pub(crate) fn invalid_session() -> Self {
        Self::new(403, "E0000005", "Invalid session")
    }

    pub(crate) fn no_permission() -> Self {
        let summary = "You do not have permission to perform the requested action";
        Self::new(403, "E0000006", summary)
    }

    pub(crate) fn not_found(id: &str, type_name: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({type_name})");
        Self::new(404, "E0000007", summary)
    }

    pub(crate) fn no_such_path() -> Self {
        Self::new(404, "E0000008", "The requested path was not found")
    }

    pub(crate) fn internal() -> Self {
        Self::new(500, "E0000009", "Internal Server Error")
    }

    pub(crate) fn invalid_token() -> Self {
        Self::new(401, "E0000011", "Invalid token provided")
    }

    pub(crate) fn no_feature() -> Self {
        let summary = "You do not have permission to access the feature you are requesting";
        Self::new(401, "E0000015", summary)
    }

    pub(crate) fn unsupported_media_type() -> Self {
        let summary = "Bad request. Accept and/or Content-Type headers likely do not match \
                       supported values.";
        Self::new(400, "E0000021", summary)
    }

    pub(crate) fn method_not_supported() -> Self {
        Self::new(405, "E0000022", "The endpoint does not support the provided HTTP method")
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        Self::new(400, "E0000028", format!("The request is missing a required parameter: {name}"))
    }

    pub(crate) fn invalid_paging() -> Self {
        Self::new(400, "E0000029", "Invalid paging request.").because("Invalid cursor.")
    }

    pub(crate) fn invalid_date(literal: &str) -> Self {
        Self::new(
            400,
            "E0000030",
            format!(
                "Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ: {literal}"
            ),
        )
    }

    pub(crate) fn invalid_search(cause: impl Into<String>) -> Self {
        Self::new(400, "E0000031", "Invalid search criteria.").because(cause)
    }

    /// Refuses a query of the System Log.
    pub(crate) fn invalid_log_query(cause: impl Into<String>) -> Self {
        Self::new(400, "E0000053", "Invalid filter.").because(cause)
    }

    /// Words the refusal of an expression as the System Log does.
    pub(crate) fn of_log_query(self) -> Self {
        Self { causes: self.causes, ..Self::invalid_log_query("") }
    }

    pub(crate) fn search_and_filter() -> Self {
        let summary = "Can't specify a search query and filter in the same request.";
        Self::new(400, "E0000033", summary)
    }

    pub(crate) fn too_many_requests() -> Self {
        let summary = "API call exceeded rate limit due to too many requests.";
        Self::new(429, "E0000047", summary)
    }

    pub(crate) fn parameter_combination(cause: impl Into<String>) -> Self {
        Self::new(400, "E0000063", "Invalid combination of parameters specified.").because(cause)
    }

    pub(crate) fn complex_filter() -> Self {
        Self::new(400, "E0000094", "This operation on app filters is unsupported.")
            .because("A filter on apps holds one comparison.")
    }

    pub(crate) fn header_too_large() -> Self {
        Self::new(414, "E0000256", "The response header is too large.")
    }

    /// Returns what Okta most likely means by a status.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::invalid_token(),
            403 => Self::no_permission(),
            404 => Self::no_such_path(),
            409 => ApiError::SchemaChanging.into(),
            423 => ApiError::Locked.into(),
            429 => Self::too_many_requests(),
            500 => Self::internal(),
            503 => Self::new(503, "E0000010", "Service is in read only mode"),
            504 => Self::new(504, "E0000240", "Gateway timeout"),
            _ => Self::new(status, "E0000009", "Internal Server Error"),
        }
    }

    /// Writes the JSON body, for the occurrence with this id.
    pub(crate) fn body(&self, error_id: &str) -> Value {
        let causes: Vec<_> =
            self.causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
        json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": error_id,
            "errorCauses": causes,
        })
    }
}
