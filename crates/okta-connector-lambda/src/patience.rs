//! The patience with AWS: how long an attempt may take, how often there is another, and when a refusal
//! gets a second look.

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use std::time::Duration;
use tokio::time::sleep;

/// AWS answers within a fraction of this, a connection included. Three attempts fit into the ten seconds that AppFlow
/// gives a call, so one that hangs costs no call.
pub(crate) const ATTEMPT: Duration = Duration::from_millis(2_500);

/// Attempts of one request, the first included.
const MAX_ATTEMPTS: u32 = 3;

/// A secret or a key that was just made, or a permission that was just given, is not visible everywhere at
/// once. These are the pauses before it is looked for again.
const SECOND_LOOKS: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1_000)];

/// Returns the limits of an attempt. The SDK drops the connection of one that runs out of time.
pub(crate) fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(attempt).operation_attempt_timeout(attempt).build()
}

/// Returns how often the SDK tries again. Its own first pause, up to a second, would cost a third attempt.
pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(MAX_ATTEMPTS)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_millis(200))
}

/// Makes a request, and again after each of two pauses while its failure is one that may pass.
pub(crate) async fn patiently<T, E, F>(
    may_pass: fn(&E) -> bool,
    request: impl Fn() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    for pause in SECOND_LOOKS {
        match request().await {
            Err(error) if may_pass(&error) => sleep(pause).await,
            outcome => return outcome,
        }
    }
    request().await
}
