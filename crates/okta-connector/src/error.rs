//! A failure, as AppFlow is told: a code, a sentence, and when to come back.

use appflow_connector::filter::ParseError;
use appflow_connector::{ErrorCode, ErrorDetails, Message};
use std::fmt;
use std::time::Duration;

/// A failure with a sentence for the AppFlow user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The code that AppFlow acts on.
    pub code: ErrorCode,
    /// The sentence. What AppFlow cannot show is replaced on the way out.
    pub message: String,
    /// The time after which another try makes sense.
    pub retry_after: Option<Duration>,
}

impl Error {
    /// Makes a failure without a time to come back.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }

    /// Makes a failure of the input.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<Error> for ErrorDetails {
    fn from(error: Error) -> Self {
        // Rounded up: a moment too late is better than a moment too early.
        let retry_after_seconds = error.retry_after.map(|after| after.as_secs() + 1);
        let error_message = Message::new(error.message);
        Self { error_code: error.code, error_message, retry_after_seconds }
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::invalid(format!("The filter cannot be read. {error}"))
    }
}
