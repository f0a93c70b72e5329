//! Asks the org, one request after the other, and stops where there is no use in going on.

use super::answer::{Answer, asked};
use super::recorder::Recorder;
use super::seen::Seen;
use super::way::{SILENT, is_silence};
use okta_client::{Client, ErrorKind, HttpService, OktaRequest};
use std::time::Duration;
use tokio::time::Instant;

/// The time that a request may take, with all its repetitions and with the wait for the rate limit.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// So many requests in a row may go unanswered.
const MOST_UNANSWERED: u32 = 2;

/// Asks by one client.
pub(super) struct Asker<'a, H> {
    pub(super) client: &'a Client<Recorder<H>>,
    pub(super) recorder: &'a Recorder<H>,
    pub(super) seen: Seen,
    /// The reason why nothing more is asked.
    pub(super) stopped: Option<&'static str>,
    unanswered: u32,
}

/// The reason why nothing more is asked of a credential that is no good.
pub(super) const DEAD: &str = "the credential does not work";

/// Says whether no other question would fare better with the same credential.
pub(super) fn is_of_credential(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Unauthorized
            | ErrorKind::ScopesNotGranted
            | ErrorKind::AddressRefused
            | ErrorKind::ProofDemanded
            | ErrorKind::KeyRefused
            | ErrorKind::KeyUnavailable
    )
}

impl<'a, H: HttpService> Asker<'a, H> {
    pub(super) fn new(client: &'a Client<Recorder<H>>, recorder: &'a Recorder<H>) -> Self {
        let (seen, stopped, unanswered) = (Seen::default(), None, 0);
        Self { client, recorder, seen, stopped, unanswered }
    }

    /// Asks, unless that was asked before.
    ///
    /// # Errors
    ///
    /// The reason why nothing more is asked.
    pub(super) async fn ask(&mut self, request: &OktaRequest) -> Result<&Answer, &'static str> {
        let asked = asked(request);
        let known = self.seen.answers.iter().position(|answer| answer.asked == asked);
        let index = match (known, self.stopped) {
            (Some(index), _) => index,
            (None, Some(reason)) => return Err(reason),
            (None, None) => {
                let answer = self.send(asked, request).await;
                self.look_at(&answer);
                self.seen.answers.push(answer);
                self.seen.answers.len() - 1
            }
        };
        Ok(&self.seen.answers[index])
    }

    async fn send(&self, asked: String, request: &OktaRequest) -> Answer {
        let before = self.recorder.count();
        let error = self.client.get(request, None, Instant::now() + PATIENCE).await.err();
        let was_sent = self.recorder.count() > before;
        let response = self.recorder.latest().filter(|_| was_sent);
        Answer::new(asked, error, response)
    }

    fn look_at(&mut self, answer: &Answer) {
        match answer.kind() {
            Some(kind) if is_of_credential(kind) => self.stopped = Some(DEAD),
            Some(kind) if is_silence(kind) => {
                self.unanswered += 1;
                if self.unanswered >= MOST_UNANSWERED {
                    self.stopped = Some(SILENT);
                }
            }
            _ => self.unanswered = 0,
        }
    }
}
