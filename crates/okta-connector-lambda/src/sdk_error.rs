//! The text of a call to AWS that failed.

use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;
use std::iter;

/// Returns the text that AWS sent, or else the reason for which none came. It is never the body of
/// the answer, which may be the secret.
pub(crate) fn describe<E>(error: &SdkError<E>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(message) = error.message() {
        return message.to_owned();
    }
    match error.raw_response() {
        Some(response) => {
            let status = response.status().as_u16();
            format!("AWS answered {status} with something that its API does not answer")
        }
        None => {
            let causes = iter::successors(Some(error as &dyn Error), |error| (*error).source());
            causes.map(ToString::to_string).collect::<Vec<_>>().join(" - ")
        }
    }
}
