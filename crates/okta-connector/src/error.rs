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
    /// The time after which another try makes sense.
    pub retry_after: Option<Duration>,
    message: String,
    logged: Option<String>,
}

/// The bytes of a sentence. AppFlow shows less; a log line need not hold more.
const MAX_MESSAGE: usize = 4_096;

impl Error {
    /// Makes a failure without a time to come back. A very long sentence is cut.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let mut message = message.into();
        message.truncate(message.floor_char_boundary(MAX_MESSAGE));
        Self { code, retry_after: None, message, logged: None }
    }

    /// Makes a failure of the input.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, message)
    }

    /// Gives the log another sentence: filters hold names and addresses of people, which their writer may read, and
    /// whoever reads the log may not.
    pub(crate) fn logged_as(self, sentence: impl Into<String>) -> Self {
        Self { logged: Some(sentence.into()), ..self }
    }

    /// Returns the sentence for the log.
    pub fn logged(&self) -> &str {
        self.logged.as_ref().unwrap_or(&self.message)
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
        let message = format!("The filter cannot be read. {error}");
        Self::invalid(message).logged_as("The filter cannot be read")
    }
}
