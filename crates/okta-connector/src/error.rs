//! Everything that can fail, as AppFlow is told: one variant for each code.

use appflow_connector::filter::ParseError;
use appflow_connector::{ErrorCode, ErrorDetails, Message};
use std::time::Duration;

/// A failure with a sentence for the AppFlow user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the variants are AppFlow's codes, documented there")]
pub enum Error {
    #[error("{0}")]
    InvalidArgument(String),
    #[error("{0}")]
    InvalidCredentials(String),
    #[error("{0}")]
    AccessDenied(String),
    #[error("{0}")]
    RequestTimeout(String),
    #[error("{message}")]
    RateLimitExceeded { message: String, retry_after: Duration },
    #[error("{0}")]
    ServiceUnavailable(String),
    #[error("{0}")]
    ClientError(String),
    #[error("{0}")]
    ServerError(String),
    #[error("{0}")]
    ResourceNotFound(String),
}

impl Error {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::InvalidArgument(message.into())
    }

    /// AppFlow's code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidArgument(_) => ErrorCode::InvalidArgument,
            Self::InvalidCredentials(_) => ErrorCode::InvalidCredentials,
            Self::AccessDenied(_) => ErrorCode::AccessDenied,
            Self::RequestTimeout(_) => ErrorCode::RequestTimeout,
            Self::RateLimitExceeded { .. } => ErrorCode::RateLimitExceeded,
            Self::ServiceUnavailable(_) => ErrorCode::ServiceUnavailable,
            Self::ClientError(_) => ErrorCode::ClientError,
            Self::ServerError(_) => ErrorCode::ServerError,
            Self::ResourceNotFound(_) => ErrorCode::ResourceNotFoundError,
        }
    }
}

impl From<Error> for ErrorDetails {
    fn from(error: Error) -> Self {
        let retry_after_seconds = match &error {
            // Rounded up: a moment too late is better than a moment too early.
            Error::RateLimitExceeded { retry_after, .. } => Some(retry_after.as_secs() + 1),
            _ => None,
        };
        let error_message = Message::new(error.to_string());
        Self { error_code: error.code(), error_message, retry_after_seconds }
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::invalid(format!("The filter cannot be read. {error}"))
    }
}
