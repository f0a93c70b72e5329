//! The trial of a connection: each object is asked for a little, the cheapest first.

use crate::catalogue::Object;
use crate::error::Error;
use crate::offered::Offered;
use crate::plan::{listing_of, newest_first};
use crate::trouble::{about, hidden};
use appflow_connector::ErrorCode;
use okta_client::{Client, ErrorKind, HttpService, OktaRequest};
use tokio::time::Instant;

/// The outcome of a trial of one object.
#[derive(Debug)]
pub(crate) struct Verdict {
    object: Object,
    seen: Seen,
}

/// The records that an object showed.
#[derive(Debug)]
enum Seen {
    /// There are some.
    Some,
    /// There are none.
    None,
    /// Okta refused.
    Refusal(okta_client::Error),
}

/// Returns the cheapest request that tells whether an object, which is listed by itself, may be read.
pub fn question(object: &Object) -> OktaRequest {
    let request = listing_of(object);
    let request = match object.endpoint.page_size {
        Some(_) => request.with_limit(1),
        None => request,
    };
    match object.windowed_by() {
        Some(_) => newest_first(request),
        None => request,
    }
}

/// Tries the objects in turn, until one shows a record or there is no use in going on.
pub(crate) async fn probe<H: HttpService>(
    client: &mut Client<H>,
    offered: &Offered,
    deadline: Instant,
) -> Vec<Verdict> {
    // Of records below others, these are asked for, and so is what others are made of.
    let asked = |object: &'static Object| match object.elements() {
        Some(elements) => elements.of,
        None => object.branches().first().map_or(object, |it| it.parent),
    };
    let mut objects: Vec<_> = offered.objects().map(asked).collect();
    objects.sort_by_key(|object| object.probe_turn);
    // What one scope reads is tried once.
    let mut scopes = Vec::new();
    objects.retain(|object| {
        let is_new = !scopes.contains(&object.scope);
        scopes.push(object.scope);
        is_new
    });
    let mut verdicts = Vec::new();
    for object in objects {
        client.need([object.scope]);
        let seen = match client.get(&question(object), None, deadline).await {
            Ok(page) if is_empty(&page.body) => Seen::None,
            Ok(_) => Seen::Some,
            Err(refusal) => Seen::Refusal(refusal),
        };
        let goes_on = match &seen {
            Seen::Some => false,
            Seen::None => true,
            Seen::Refusal(refusal) => is_of_one_object(&refusal.kind),
        };
        verdicts.push(Verdict { object: *object, seen });
        if !goes_on {
            break;
        }
    }
    verdicts
}

/// Says whether a list is empty.
fn is_empty(list: &[u8]) -> bool {
    let inside = list.trim_ascii().strip_prefix(b"[").and_then(|list| list.strip_suffix(b"]"));
    inside.is_some_and(|inside| inside.trim_ascii().is_empty())
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

/// Concludes from the verdicts: a connection is good if it may read at least one object, and sees what every org has.
///
/// # Errors
///
/// The refusal that ended the trial; that everything is hidden; or the first refusal, and where several scopes are
/// missing, all of them.
pub(crate) fn conclude(verdicts: Vec<Verdict>) -> Result<(), Error> {
    let mut scopes = Vec::new();
    let mut first = None;
    let mut is_hidden = false;
    for Verdict { object, seen } in verdicts {
        match seen {
            Seen::Some => return Ok(()),
            Seen::None => is_hidden |= object.always_has_records,
            Seen::Refusal(refusal) if !is_of_one_object(&refusal.kind) => {
                return Err(about(refusal.into(), &object));
            }
            Seen::Refusal(refusal) => {
                if let ErrorKind::MissingScope { .. } = refusal.kind {
                    scopes.push(format!("{} for {}", object.scope, object.name));
                }
                first.get_or_insert((refusal, object));
            }
        }
    }
    match (scopes.as_slice(), first) {
        _ if is_hidden => Err(hidden()),
        (_, None) => Ok(()),
        ([_, _, ..], Some((first, _))) => Err(Error::new(
            ErrorCode::AccessDenied,
            format!(
                "The connection can read no object. Grant the Okta app one of {}. {first}",
                scopes.join(" or ")
            ),
        )),
        (_, Some((first, object))) => Err(about(first.into(), &object)),
    }
}
