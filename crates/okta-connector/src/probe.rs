//! The trial of a connection: each object is asked for a little, the cheapest first.

use crate::catalogue::{OBJECTS, Object};
use crate::error::Error;
use appflow_connector::ErrorCode;
use okta_client::{Client, ErrorKind, HttpService, OktaRequest};
use tokio::time::Instant;

/// The outcome of a trial of one object.
#[derive(Debug)]
pub(crate) struct Verdict {
    object: Object,
    refusal: Option<okta_client::Error>,
}

/// Tries the objects in turn, until one may be read or there is no use in going on.
pub(crate) async fn probe<H: HttpService>(client: &Client<H>, deadline: Instant) -> Vec<Verdict> {
    let mut objects = OBJECTS;
    objects.sort_by_key(|object| object.probe_turn);
    let mut verdicts = Vec::new();
    for object in objects {
        let request = OktaRequest::list(object.endpoint.path);
        let request = match object.endpoint.page_size {
            Some(_) => request.with_limit(1),
            None => request,
        };
        let refusal = client.get(&request, None, deadline).await.err();
        let goes_on = refusal.as_ref().is_some_and(|refusal| is_of_one_object(&refusal.kind));
        verdicts.push(Verdict { object: *object, refusal });
        if !goes_on {
            break;
        }
    }
    verdicts
}

/// Says whether another object may fare better.
fn is_of_one_object(refusal: &ErrorKind) -> bool {
    matches!(
        refusal,
        ErrorKind::Forbidden
            | ErrorKind::MissingScope { .. }
            | ErrorKind::FeatureMissing
            | ErrorKind::NotFound
    )
}

/// Concludes from the verdicts: a connection is good if it may read at least one object.
///
/// # Errors
///
/// The refusal that ended the trial, or the first one; where several scopes are missing, all of them.
pub(crate) fn conclude(verdicts: Vec<Verdict>) -> Result<(), Error> {
    let mut scopes = Vec::new();
    let mut first = None;
    for Verdict { object, refusal } in verdicts {
        let Some(refusal) = refusal else { return Ok(()) };
        if !is_of_one_object(&refusal.kind) {
            return Err(refusal.into());
        }
        if let ErrorKind::MissingScope { .. } = refusal.kind {
            scopes.push(format!("{} for {}", object.scope, object.name));
        }
        first.get_or_insert(refusal);
    }
    match (scopes.as_slice(), first) {
        (_, None) => Ok(()),
        ([_, _, ..], Some(first)) => Err(Error::new(
            ErrorCode::AccessDenied,
            format!(
                "The connection can read no object. Grant the Okta app one of {}. {first}",
                scopes.join(" or ")
            ),
        )),
        (_, Some(first)) => Err(first.into()),
    }
}
