//! The troubles between the connector and Okta, and their remedies: one table, from which
//! come AppFlow's codes, the sentences that users read and the page on troubleshooting.

use crate::catalogue::{OBJECTS, Object};
use crate::error::Error;
use appflow_connector::ErrorCode;
use okta_client::ErrorKind;

/// A kind of failure.
#[derive(Debug)]
pub struct Trouble {
    /// The code that AppFlow is told.
    pub code: ErrorCode,
    /// The sentence with which the message begins.
    pub sentence: &'static str,
    /// The remedy, with which the message goes on.
    pub remedy: &'static str,
    /// The form in which Okta says it.
    pub told_by: &'static str,
}

const fn trouble(
    code: ErrorCode,
    sentence: &'static str,
    remedy: &'static str,
    told_by: &'static str,
) -> Trouble {
    Trouble { code, sentence, remedy, told_by }
}

macro_rules! troubles {
    ($($name:ident: $code:ident, $sentence:literal, $remedy:literal, $told_by:literal;)*) => {
        $(static $name: Trouble = trouble(ErrorCode::$code, $sentence, $remedy, $told_by);)*

        /// Every kind of failure that Okta can cause.
        pub static TROUBLES: &[&Trouble] = &[$(&$name),*];
    };
}

troubles! {
    CREDENTIALS: InvalidCredentials,
        "Okta refused the credentials",
        "Renew the connection",
        "401 with `E0000011` or `invalid_token`, 401 `invalid_client` at the token endpoint";
    SCOPE: AccessDenied,
        "The connection lacks the scope {scope}",
        "Grant it to the Okta app on its tab Okta API Scopes",
        "403 with `insufficient_scope`, or `invalid_scope` or `consent_required` for it alone at the token endpoint";
    SCOPES: AccessDenied,
        "The Okta app is not granted the scopes that the connection asks for",
        "Grant them on its tab Okta API Scopes or name those that are granted in scopes",
        "`invalid_scope` or `consent_required` at the token endpoint";
    ROLE: AccessDenied,
        "The connection may not read this",
        "Give the admin role that reads it to the app or to the owner of the token and check the network zones of the token",
        "403 with `E0000006`";
    HIDDEN: AccessDenied,
        "Okta shows nothing to this connection",
        "Give the app or the owner of the token an admin role that reads users and groups - scopes alone do not show them",
        "200 with an empty list of users or groups, which no org has";
    ZONE: AccessDenied,
        "Okta does not accept the address that the function calls from",
        "Add it to the network zone that the app is restricted to",
        "403 with `access_denied` at the token endpoint";
    PROOF: AccessDenied,
        "The Okta app demands DPoP",
        "AppFlow cannot give it for OAuth 2.0 - clear Require DPoP in the app or connect as Okta_Service_App",
        "400 with the challenge `DPoP`";
    KEY: AccessDenied,
        "The private key of the service app does not sign",
        "Check the KMS key and what the function may do with it",
        "AWS KMS, not Okta";
    KEY_SILENT: ServiceUnavailable,
        "The private key of the service app could not be used in time",
        "Run the flow again and look at the status of AWS KMS if it lasts",
        "AWS KMS, not Okta";
    FEATURE: ClientError,
        "The Okta org does not have this feature",
        "The page on objects says which ones need a feature",
        "401 with `E0000015`";
    NOT_FOUND: ClientError,
        "There is no Okta API at this address",
        "Check instanceUrl",
        "404";
    REFUSED: ClientError,
        "Okta did not accept the request",
        "Report it with the ids that follow",
        "any other 4xx";
    CURSOR: ClientError,
        "Okta no longer knows the place where the listing stopped",
        "Run the flow again",
        "400 with `E0000029`, or with `E0000031` about the cursor";
    SHARE: RateLimitExceeded,
        "The share of a rate limit that this connection may use is spent",
        "Run the flow later or raise rateLimitPercent",
        "nothing: the connector does not ask any more";
    LIMIT: RateLimitExceeded,
        "Okta answers no more requests for now",
        "Run the flow later - others use the limit up too so that a higher rateLimitPercent does not help",
        "429";
    LATE: RequestTimeout,
        "Okta did not answer in time",
        "Run the flow again",
        "no answer within the time of the call, 408 or 504";
    DOWN: ServiceUnavailable,
        "Okta cannot be reached or says that it is down",
        "Check instanceUrl and the network of the function if it lasts",
        "no connection, 502, 503, 423, 409 while a schema changes, or `temporarily_unavailable` at the token endpoint";
    FAILURE: ServerError,
        "Okta failed",
        "Run the flow again and report it to Okta if it lasts",
        "any other 5xx";
    TOO_LARGE: ClientError,
        "The answer of Okta is larger than the function can hold",
        "Select fewer fields",
        "a record or a list that is one page of more than 8 MiB";
    NONSENSE: ServerError,
        "The answer is not one of the Okta API",
        "Check what stands between the function and Okta",
        "a redirect, a link to another host, a body that is not JSON";
}

/// Returns the trouble that a failure is.
#[deny(clippy::wildcard_enum_match_arm)]
pub fn of(kind: &ErrorKind) -> &'static Trouble {
    match kind {
        ErrorKind::Unauthorized => &CREDENTIALS,
        ErrorKind::MissingScope { .. } => &SCOPE,
        ErrorKind::ScopesNotGranted => &SCOPES,
        ErrorKind::AddressRefused => &ZONE,
        ErrorKind::Forbidden => &ROLE,
        ErrorKind::ProofDemanded => &PROOF,
        ErrorKind::KeyRefused => &KEY,
        ErrorKind::KeyUnavailable => &KEY_SILENT,
        ErrorKind::FeatureMissing => &FEATURE,
        ErrorKind::NotFound | ErrorKind::NoApi => &NOT_FOUND,
        ErrorKind::Rejected | ErrorKind::Client => &REFUSED,
        ErrorKind::InvalidCursor => &CURSOR,
        ErrorKind::ShareSpent { .. } => &SHARE,
        ErrorKind::RateLimited { .. } => &LIMIT,
        ErrorKind::Timeout => &LATE,
        ErrorKind::Unavailable => &DOWN,
        ErrorKind::Server => &FAILURE,
        ErrorKind::TooLarge => &TOO_LARGE,
        ErrorKind::Protocol => &NONSENSE,
    }
}

/// The trouble of a connection to which Okta shows an org without users or groups.
pub fn of_hidden_org() -> &'static Trouble {
    &HIDDEN
}

/// Makes the failure of a connection to which Okta shows an org without users or groups.
pub(crate) fn hidden() -> Error {
    Error::new(HIDDEN.code, format!("{}. {}", HIDDEN.sentence, HIDDEN.remedy))
}

impl From<okta_client::Error> for Error {
    fn from(error: okta_client::Error) -> Self {
        let trouble = of(&error.kind);
        let sentence = match &error.kind {
            ErrorKind::MissingScope { scope } => {
                trouble.sentence.replace("{scope}", &with_objects(scope))
            }
            _ => trouble.sentence.to_owned(),
        };
        let message = format!("{sentence}. {}. {error}", trouble.remedy);
        let retry_after = match error.kind {
            ErrorKind::RateLimited { retry_after } | ErrorKind::ShareSpent { retry_after } => {
                Some(retry_after)
            }
            _ => None,
        };
        let mut told = Self::new(trouble.code, message);
        told.retry_after = retry_after;
        // Okta may repeat the expression, and with it what somebody wrote in a filter.
        told.logged_as(format!("{sentence}. {}. {}", trouble.remedy, error.ids()))
    }
}

/// Says which feature an object needs, where a refusal may come of its lack.
pub(crate) fn about(error: Error, object: &Object) -> Error {
    let Some(feature) = object.feature else { return error };
    let message = error.to_string();
    let may_be_lacking = [&ROLE, &NOT_FOUND, &REFUSED].iter().any(|trouble| {
        // An object that is named in front of the sentence does not matter.
        message.contains(trouble.sentence)
    });
    let said = |text: &str| match text.contains(FEATURE.remedy) {
        true => text.replace(FEATURE.remedy, feature),
        false if may_be_lacking && !object.by_default => format!("{text}. {feature}"),
        false => text.to_owned(),
    };
    let mut told = Error::new(error.code, said(&message));
    told.retry_after = error.retry_after;
    told.logged_as(said(error.logged()))
}

/// Names a scope and the objects that need it.
fn with_objects(scope: &str) -> String {
    let needs = |object: &&&Object| object.scope == scope && object.by_default;
    let needing = OBJECTS.iter().filter(needs).map(|object| object.name);
    match needing.collect::<Vec<_>>().as_slice() {
        [] => scope.to_owned(),
        names => format!("{scope} that {} needs", names.join(" and ")),
    }
}
