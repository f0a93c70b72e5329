//! Answers for the org about itself: to everybody which engine it runs on, and to administrators the shares that its
//! credentials have of its rate limits.

use serde_json::{Value, json};

use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::error::OktaError;
use crate::reply::Reply;

/// The path of what everybody may know.
pub(crate) const ORGANIZATION_PATH: &str = "/.well-known/okta-organization";

/// The path of the shares.
pub(crate) const SHARES_PATH: &str = "/api/v1/principal-rate-limits";

/// The scope that reads the shares.
pub(crate) const SHARES_SCOPE: &str = "okta.principalRateLimits.read";

/// The id of the org.
const ORG_ID: &str = "00o0000000000simulat";

/// Tells which engine the org runs on.
pub(crate) fn organization(call: &Call, behaviour: &Behaviour) -> Reply {
    let pipeline = if behaviour.classic_engine { "v1" } else { "idx" };
    Reply::object(&json!({
        "id": ORG_ID,
        "cell": "sim1",
        "pipeline": pipeline,
        "settings": { "analyticsCollectionEnabled": false, "bugReportingEnabled": false, "omEnabled": false },
        "_links": { "organization": { "href": call.origin } },
    }))
}

/// Lists the shares of the credentials of one kind, which the call has to name.
pub(crate) fn shares(
    call: &Call,
    share_percent: u32,
    clients: impl Iterator<Item = String>,
) -> Result<Reply, OktaError> {
    let refused = |cause: &str| Err(OktaError::invalid_parameter("filter", cause));
    let Some(filter) = call.param("filter") else {
        return refused("The filter is missing.");
    };
    let share = |(index, (principal_id, principal_type)): (usize, (String, &str))| -> Value {
        json!({
            "id": format!("0pl{index:017}"),
            "orgId": ORG_ID,
            "principalId": principal_id,
            "principalType": principal_type,
            "defaultPercentage": share_percent,
            "defaultConcurrencyPercentage": 75,
            "createdDate": "2025-01-01T00:00:00Z",
            "createdBy": "00u00000000000000000",
            "lastUpdate": "2025-01-01T00:00:00Z",
            "lastUpdatedBy": "00u00000000000000000",
        })
    };
    let principals: Vec<_> = match filter {
        r#"principalType eq "SSWS_TOKEN""# => {
            vec![("00T00000000000000000".to_owned(), "SSWS_TOKEN")]
        }
        r#"principalType eq "OAUTH_CLIENT""# => clients.map(|id| (id, "OAUTH_CLIENT")).collect(),
        _ => return refused("It names no kind of principal."),
    };
    Ok(Reply::array(principals.into_iter().enumerate().map(share)))
}
