//! An access token of a service app, as the token endpoint gives it.

use crate::dpop::{DpopKey, Purpose};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A token is not used in the last minute of its life.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);

/// An access token, and the key that it is bound to.
#[derive(Debug)]
pub(crate) struct AccessToken {
    text: SecretString,
    key: Option<Arc<DpopKey>>,
    good_until: Instant,
}

/// The answer of the token endpoint. What goes without saying may be missing, or be something else.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    token_type: Value,
    #[serde(default)]
    expires_in: Value,
}

impl TokenAnswer {
    /// Returns true if the token is bound to the key of the proof.
    fn is_bound(&self) -> bool {
        self.token_type.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP"))
    }

    /// Returns the time for which the token is good: an hour, if the answer does not tell a number.
    fn lifetime(&self) -> Duration {
        const HOUR: f64 = 3_600.0;
        let seconds = match &self.expires_in {
            Value::String(text) => text.trim().parse().ok(),
            number => number.as_f64(),
        };
        let seconds = seconds.filter(|seconds: &f64| seconds.is_finite()).unwrap_or(HOUR);
        Duration::from_secs_f64(seconds.clamp(0.0, 24.0 * HOUR))
    }
}

impl AccessToken {
    /// Takes the token of an answer, bound to `key` if the answer says so.
    pub(crate) fn new(answer: TokenAnswer, key: Option<Arc<DpopKey>>, now: Instant) -> Self {
        let key = key.filter(|_| answer.is_bound());
        let good_until = now + answer.lifetime().saturating_sub(TOKEN_MARGIN);
        Self { text: answer.access_token.into(), key, good_until }
    }

    /// Returns true if the token may still be sent.
    pub(crate) fn is_good(&self, now: Instant) -> bool {
        now < self.good_until
    }

    /// Returns the scheme of the `Authorization` header, and the token.
    pub(crate) fn authorization(&self) -> (&'static str, &SecretString) {
        (if self.key.is_some() { "DPoP" } else { "Bearer" }, &self.text)
    }

    /// Makes the proof that goes along with a read of `url`, if the token is bound to a key.
    pub(crate) fn proof(&self, url: &str, nonce: Option<&str>, now: u64) -> Option<String> {
        let token = Some(self.text.expose_secret());
        self.key.as_ref()?.proof(&Purpose { method: "GET", url, token, nonce, now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_the_token_endpoint() {
        let rows = [
            (r#"{"access_token":"t","token_type":"DPoP","expires_in":3600}"#, true, 3_600),
            (r#"{"access_token":"t","token_type":"dpop","expires_in":"600"}"#, true, 600),
            (r#"{"access_token":"t","token_type":"Bearer","expires_in":3600.0}"#, false, 3_600),
            (r#"{"access_token":"t","token_type":null,"expires_in":null}"#, false, 3_600),
            (r#"{"access_token":"t","token_type":7,"expires_in":"soon"}"#, false, 3_600),
            (r#"{"access_token":"t","expires_in":"NaN"}"#, false, 3_600),
            (r#"{"access_token":"t","expires_in":-5}"#, false, 0),
            (r#"{"access_token":"t","expires_in":1e300}"#, false, 86_400),
            (r#"{"access_token":"t"}"#, false, 3_600),
        ];
        for (answer, is_bound, lifetime) in rows {
            let read: TokenAnswer = serde_json::from_str(answer).unwrap();
            assert_eq!(
                (read.is_bound(), read.lifetime().as_secs()),
                (is_bound, lifetime),
                "{answer}"
            );
        }
    }
}
