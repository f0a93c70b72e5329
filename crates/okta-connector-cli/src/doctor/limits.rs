//! Judges the limits on requests: the share that a credential has of them, and what is left of each.

use super::answer::Answer;
use super::finding::Finding;
use super::recorder::{Exchange, Response};
use okta_client::{Bucket, ErrorKind};
use okta_connector::trouble;
use std::collections::BTreeMap;
use std::time::Duration;

/// The share of each limit that a connection uses unless it says otherwise, in percent.
pub(super) const SHARE_PERCENT: u64 = 75;

/// The share that Okta gives to a credential unless somebody changes it, in percent.
const USUAL_SHARE: u64 = 50;

/// A question may take three requests in one call: two to look, and one to read.
const FEWEST: u64 = 3;

/// A credential, as the listing of shares names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Principal {
    pub(super) kind: &'static str,
    /// Its id, where the credential tells.
    pub(super) id: Option<String>,
}

/// Judges the share of the org's limits that Okta gives to the credential.
pub(super) fn judge_share(answer: &Answer, principal: &Principal) -> Finding {
    if let Some(error) = &answer.error {
        let why = match error.kind {
            ErrorKind::Forbidden | ErrorKind::ScopesNotGranted | ErrorKind::MissingScope { .. } => {
                "it takes okta.principalRateLimits.read and Super Administrator to read it"
            }
            ref kind => trouble::of(kind).sentence,
        };
        return Finding::unknown(format!("{}: {why}", answer.outcome()));
    }
    let is_own =
        |it: &&serde_json::Value| principal.id.as_deref().is_none_or(|id| it["principalId"] == id);
    let shares = answer.records().iter().filter(is_own);
    let shares = shares.filter_map(|it| it["defaultPercentage"].as_u64());
    let (Some(least), Some(most)) = (shares.clone().min(), shares.clone().max()) else {
        return match answer.link("next") {
            Some(_) => Finding::unknown("the first page of credentials does not have it"),
            None => Finding::ok(format!("the default, {USUAL_SHARE} %")),
        };
    };
    let found = match least == most {
        true => format!("{least} % of each limit of the org"),
        false => format!("{least} to {most} % of each limit of the org, by the credential"),
    };
    match most < USUAL_SHARE {
        true => Finding::warning(
            found,
            "Raise it in the Admin Console, in the settings of the token or the app. rateLimitPercent is a part of this share",
        ),
        false => Finding::ok(found),
    }
}

/// The limit of one bucket, as the answers in it told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Limit {
    /// The path of the first request in it.
    pub(super) path: String,
    /// Limit and remaining requests, by the latest answer.
    pub(super) told: Option<(u64, u64)>,
    pub(super) is_refused: bool,
}

/// Reads the limits of all buckets off the answers, the latest of which counts.
pub(super) fn limits(exchanges: &[Exchange]) -> Vec<Limit> {
    let mut limits: BTreeMap<Bucket, Limit> = BTreeMap::new();
    let is_api = |path: &str| path.starts_with("/api/") || path.starts_with("/oauth2/");
    for exchange in exchanges.iter().filter(|it| is_api(&it.path)) {
        let Ok(response) = &exchange.outcome else { continue };
        // A refusal for the lack of rights is not counted.
        if response.status.is_client_error() && told(response).is_none() && !is_limited(response) {
            continue;
        }
        let limit = limits.entry(Bucket::of(&exchange.path)).or_default();
        if limit.path.is_empty() {
            limit.path.clone_from(&exchange.path);
        }
        limit.told = told(response).or(limit.told);
        limit.is_refused |= is_limited(response);
    }
    limits.into_values().collect()
}

fn is_limited(response: &Response) -> bool {
    response.status == http::StatusCode::TOO_MANY_REQUESTS
}

/// Reads limit and remaining requests. Where a header comes twice, the smaller number counts.
fn told(response: &Response) -> Option<(u64, u64)> {
    let least = |name: &str| {
        let values = response.headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok()?.trim().parse::<u32>().ok()).min()
    };
    Some((least("x-rate-limit-limit")?.into(), least("x-rate-limit-remaining")?.into()))
}

/// Judges the limit of a bucket.
pub(super) fn judge_limit(limit: &Limit) -> Finding {
    let refused = || {
        let trouble = trouble::of(&ErrorKind::RateLimited { retry_after: Duration::ZERO });
        Finding::failure("Okta answers 429: the limit is used up", trouble.remedy)
    };
    let Some((most, left)) = limit.told else {
        return match limit.is_refused {
            true => refused(),
            false => Finding::unknown("the answers have no X-Rate-Limit headers"),
        };
    };
    let share = most * SHARE_PERCENT / 100;
    let found = format!("{most}, {left} left, {share} for a connection");
    if limit.is_refused {
        return refused();
    }
    if left == 0 {
        let trouble = trouble::of(&ErrorKind::RateLimited { retry_after: Duration::ZERO });
        return Finding::warning(found, trouble.remedy);
    }
    match share < FEWEST {
        true => Finding::warning(
            found,
            "Raise rateLimitPercent or the share of the credential: some questions take three requests",
        ),
        false => Finding::ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Verdict;

    #[test]
    fn limits_are_judged_by_what_is_left_of_them() {
        let rows = [
            (Some((600, 599)), false, Verdict::Ok),
            (Some((4, 3)), false, Verdict::Ok),
            (Some((3, 2)), false, Verdict::Warning),
            (Some((600, 0)), false, Verdict::Warning),
            (Some((0, 0)), true, Verdict::Failure),
            (None, true, Verdict::Failure),
            (None, false, Verdict::Unknown),
        ];
        for (told, is_refused, expected) in rows {
            let limit = Limit { path: String::new(), told, is_refused };
            assert_eq!(judge_limit(&limit).verdict, expected, "{limit:?}");
        }
    }

    #[test]
    fn shares_are_those_of_the_own_credential() {
        let own = |id: Option<&str>| Principal { kind: "x", id: id.map(str::to_owned) };
        let body = serde_json::json!([
            { "principalId": "0oa1", "defaultPercentage": 20 },
            { "principalId": "0oa2", "defaultPercentage": 50 },
        ]);
        let rows = [
            (Some("0oa1"), Verdict::Warning, "20 % of each limit of the org"),
            (Some("0oa2"), Verdict::Ok, "50 % of each limit of the org"),
            (Some("0oa3"), Verdict::Ok, "the default, 50 %"),
            (None, Verdict::Ok, "20 to 50 % of each limit of the org, by the credential"),
        ];
        for (id, verdict, found) in rows {
            let answer = Answer {
                asked: String::new(),
                error: None,
                status: Some(http::StatusCode::OK),
                headers: http::HeaderMap::new(),
                body: body.clone(),
            };
            let finding = judge_share(&answer, &own(id));
            assert_eq!((finding.verdict, &*finding.found), (verdict, found));
        }
    }
}
