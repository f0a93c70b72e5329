//! Asks the org, one request after the other, and stops where there is no use in going on.

use super::answer::{Answer, asked};
use super::recorder::Recorder;
use super::seen::Seen;
use super::way::{SILENT, is_silence};
use okta_client::{Client, ErrorKind, HttpService, OktaRequest};
use okta_connector::catalogue::{OBJECTS, Object};
use std::time::Duration;
use tokio::time::Instant;

/// The time that a request may take, with all its repetitions and with the wait for the rate limit.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// So many requests in a row may go unanswered.
const MOST_UNANSWERED: u32 = 2;

/// Asks by one client.
pub(super) struct Asker<'a, H> {
    client: Client<Recorder<H>>,
    recorder: &'a Recorder<H>,
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
            | ErrorKind::AddressRefused
            | ErrorKind::ProofDemanded
            | ErrorKind::KeyRefused
            | ErrorKind::KeyUnavailable
    )
}

impl<'a, H: HttpService> Asker<'a, H> {
    pub(super) fn new(client: Client<Recorder<H>>, recorder: &'a Recorder<H>) -> Self {
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

    async fn send(&mut self, asked: String, request: &OktaRequest) -> Answer {
        self.client.need(scopes(request.path()));
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

/// Returns the scopes that read a path: those of the listing with the longest path above it.
fn scopes(path: &str) -> impl Iterator<Item = &'static str> {
    let is_schema = path.starts_with(SCHEMAS);
    let above = |object: &&&Object| path.starts_with(object.endpoint.path);
    let object = OBJECTS.iter().filter(above).max_by_key(|object| object.endpoint.path.len());
    let grants = OBJECTS.iter().find(|object| path.ends_with("/grants") && object.name == GRANTS);
    let objects = [object, grants].into_iter().flatten().filter(move |_| !is_schema);
    let schemas = OBJECTS.iter().filter_map(|object| object.schemas).map(|schemas| schemas.scope);
    objects.flat_map(|object| object.scopes()).chain(schemas.take(usize::from(is_schema)))
}

/// The path of schemas, which are read by a scope of their own.
const SCHEMAS: &str = "/api/v1/meta/schemas/";

/// The object below applications that is read by a scope of its own.
const GRANTS: &str = "ApplicationGrant";

#[cfg(test)]
mod tests {
    use super::scopes;

    #[test]
    fn each_path_is_read_by_its_scopes() {
        let rows = [
            ("/api/v1/users", "okta.users.read"),
            ("/api/v1/users/00u1/groups", "okta.users.read"),
            ("/api/v1/groups/rules", "okta.groups.read"),
            ("/api/v1/groups/00g1/users", "okta.groups.read"),
            ("/api/v1/meta/schemas/user/default", "okta.schemas.read"),
            ("/api/v1/logs", "okta.logs.read"),
            ("/api/v1/principal-rate-limits", ""),
        ];
        for (path, expected) in rows {
            assert_eq!(scopes(path).collect::<Vec<_>>().join(" "), expected, "{path}");
        }
        assert!(scopes("/api/v1/apps/0oa1/grants").any(|scope| scope == "okta.appGrants.read"));
        assert!(scopes("/api/v1/meta/types/user").any(|scope| scope == "okta.userTypes.read"));
    }
}
