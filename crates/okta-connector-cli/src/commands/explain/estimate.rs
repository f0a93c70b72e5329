//! The requests and the minutes of a run, as far as they follow from numbers of records.

use super::super::usual_limits::{
    CONNECTION_PERCENT, CREDENTIAL_PERCENT, usual_limit, usual_share,
};
use super::super::words::counted;
use indicatif::HumanCount;
use okta_client::Bucket;
use okta_connector::plan::Explanation;
use okta_connector::plan::explain::{Cost, Per, Selection};
use serde::Serialize;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// A number of records, or of the objects above them, as an argument: `50000` or `Group=300`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::commands) struct Assumption {
    /// The kind; none for the records that are asked for.
    of: Option<String>,
    number: u64,
}

impl FromStr for Assumption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (of, number) = match text.split_once('=') {
            Some((of, number)) => (Some(of.to_owned()), number),
            None => (None, text),
        };
        let number = number.replace(['_', ','], "");
        let number = number.parse().map_err(|_| {
            format!("{number:?} is no number - expected one such as 50000 or Group=300")
        })?;
        Ok(Self { of, number })
    }
}

/// An estimate of the costs of a run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Estimate {
    /// The numbers that it rests on.
    numbers: Vec<Number>,
    /// The requests of all buckets; none if a number is unknown.
    requests: Option<u64>,
    /// The whole minutes that the fullest bucket takes; none if a number is unknown.
    minutes: Option<u64>,
    buckets: Vec<InBucket>,
}

/// A number of records, or of objects above them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Number {
    of: String,
    /// None if nobody said it.
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Origin>,
}

/// The one who said a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Origin {
    /// `--assume`.
    Assumed,
    /// Okta, which counted.
    Okta,
    /// LIMIT, which ends a run.
    Limit,
}

/// The requests in one bucket.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InBucket {
    bucket: &'static str,
    /// The requests a minute of all clients of a workforce org.
    usual_limit: u64,
    /// Those of a connection with the usual share.
    usual_share: u64,
    parts: Vec<PartOfCost>,
}

/// The kind that some of the requests are for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PartOfCost {
    #[serde(flatten)]
    cost: Cost,
    /// None if their number is unknown.
    requests: Option<u64>,
    /// The requests for 10,000 of what they are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per10000: Option<u64>,
}

/// The number that is reckoned with where nobody says one.
const SAMPLE: u64 = 10_000;

impl Estimate {
    /// Estimates what is explained, from numbers that are assumed and those that Okta told.
    pub(super) fn new(
        explanation: &Explanation,
        assumptions: &[Assumption],
    ) -> anyhow::Result<Self> {
        let mut kinds: Vec<_> = explanation.costs.iter().filter_map(|cost| of(cost)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for Assumption { of, number } in assumptions {
            let of = of.as_deref().unwrap_or(explanation.entity);
            let is_asked = of == explanation.entity || kinds.contains(&of);
            anyhow::ensure!(
                is_asked,
                "--assume {of}={number}: {of} is not what is asked for - expected {}",
                if kinds.is_empty() { explanation.entity.to_owned() } else { kinds.join(" or ") }
            );
        }
        let numbers: Vec<_> =
            kinds.iter().map(|of| Number::new(of, explanation, assumptions)).collect();
        let known = |of: &str| numbers.iter().find(|it| it.of == of).and_then(|it| it.number);
        let mut buckets: Vec<InBucket> = Vec::new();
        for cost in &explanation.costs {
            let part = PartOfCost {
                requests: match of(cost) {
                    Some(of) => known(of).map(|number| requests(cost, number)),
                    None => Some(cost.listings),
                },
                requests_per10000: of(cost).map(|_| requests(cost, SAMPLE)),
                cost: cost.clone(),
            };
            let path = cost.bucket.path();
            match buckets.iter_mut().find(|it| it.bucket == path) {
                Some(bucket) => bucket.parts.push(part),
                None => buckets.push(InBucket::new(cost.bucket, part)),
            }
        }
        let requests = in_all(buckets.iter().map(InBucket::requests));
        let minutes = buckets.iter().map(InBucket::minutes).collect::<Option<Vec<_>>>();
        Ok(Self {
            numbers,
            requests,
            minutes: minutes.map(|it| it.into_iter().max().unwrap_or_default()),
            buckets,
        })
    }
}

/// Adds up requests; none if some are unknown.
fn in_all(requests: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let mut requests = requests;
    requests.try_fold(0_u64, |sum, it| Some(sum.saturating_add(it?)))
}

/// Returns the kind of which there is a request for each page or each object.
fn of(cost: &Cost) -> Option<&'static str> {
    match cost.per {
        Per::Run => None,
        Per::Page { of, .. } | Per::Object { of } => Some(of),
    }
}

/// Returns the requests for so many of what they are for, at most.
fn requests(cost: &Cost, number: u64) -> u64 {
    match cost.per {
        Per::Run => cost.listings,
        // Each listing ends in a page that is not full.
        Per::Page { size, .. } => {
            let pages = number.div_ceil(u64::from(size.max(1)));
            pages.max(1).saturating_add(cost.listings.saturating_sub(1))
        }
        Per::Object { .. } => number,
    }
}

impl Number {
    fn new(of: &str, explanation: &Explanation, assumptions: &[Assumption]) -> Self {
        let is_entity = of == explanation.entity;
        let is_of = |it: &&Assumption| it.of.as_deref().map_or(is_entity, |named| named == of);
        let assumed = assumptions.iter().rev().find(is_of);
        let assumed = assumed.map(|it| (it.number, Origin::Assumed));
        let told = explanation.records.map(|number| (number, Origin::Okta)).filter(|_| is_entity);
        let found = assumed.or(told);
        // What Okta selects alone is not more than what is wanted.
        let is_selected = explanation.conditions.iter().all(|it| it.selects == Selection::Okta);
        let most = explanation.limit.filter(|_| is_entity && is_selected);
        let found = match (found, most) {
            (Some((number, _)), Some(most)) if most < number => Some((most, Origin::Limit)),
            (None, Some(most)) => Some((most, Origin::Limit)),
            (found, _) => found,
        };
        let (number, from) = found.unzip();
        Self { of: of.to_owned(), number, from }
    }
}

impl InBucket {
    fn new(bucket: Bucket, part: PartOfCost) -> Self {
        let (usual_limit, usual_share) = (usual_limit(bucket), usual_share(bucket));
        Self { bucket: bucket.path(), usual_limit, usual_share, parts: vec![part] }
    }

    fn requests(&self) -> Option<u64> {
        in_all(self.parts.iter().map(|part| part.requests))
    }

    /// Returns the minutes that its requests are spread over. What fits into a share is not spread.
    fn minutes(&self) -> Option<u64> {
        let requests = self.requests()?;
        Some(if requests <= self.usual_share { 0 } else { requests.div_ceil(self.usual_share) })
    }
}

impl Display for Estimate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.buckets.is_empty() {
            return writeln!(f, "  Nothing is asked.");
        }
        for bucket in &self.buckets {
            write!(f, "{bucket}")?;
        }
        writeln!(
            f,
            "  A credential has {CREDENTIAL_PERCENT} % of an org's limit, and a connection {CONNECTION_PERCENT} % of that."
        )?;
        for number in &self.numbers {
            write!(f, "{number}")?;
        }
        let (Some(requests), Some(minutes)) = (self.requests, self.minutes) else { return Ok(()) };
        let time = match minutes {
            0 => "in less than a minute".to_owned(),
            minutes => format!("in {} or more", counted(minutes, "minute")),
        };
        writeln!(f, "  In all {}, {time}", counted(requests, "request"))
    }
}

impl Display for InBucket {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let path = match self.bucket {
            "/" => "other paths".to_owned(),
            path => path.replace("{}", "{id}"),
        };
        let limit = counted(self.usual_limit, "request");
        writeln!(f, "  {path}: {} of usually {limit} a minute", HumanCount(self.usual_share))?;
        self.parts.iter().try_for_each(|part| write!(f, "{part}"))
    }
}

impl Display for PartOfCost {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let requests = HumanCount(self.requests.unwrap_or_default());
        match (self.cost.per, self.requests, self.requests_per10000) {
            (Per::Run, ..) => writeln!(f, "    {}", counted(self.cost.listings, "request")),
            (Per::Object { of }, None, _) => writeln!(f, "    one request for each {of}"),
            (Per::Object { of }, Some(_), _) => {
                writeln!(f, "    one request for each {of}: {requests}")
            }
            (Per::Page { of, size }, found, sample) => {
                let records = counted(u64::from(size), &format!("{of} record"));
                write!(f, "    one request for each {records}: ")?;
                match found {
                    Some(_) => writeln!(f, "{requests}"),
                    None => {
                        let of_sample = HumanCount(sample.unwrap_or_default());
                        writeln!(f, "{of_sample} for {}", HumanCount(SAMPLE))
                    }
                }
            }
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let of = &self.of;
        let records = counted(self.number.unwrap_or_default(), &format!("{of} record"));
        match self.from {
            None => writeln!(f, "  How many {of} records there are is unknown: --assume {of}=N"),
            Some(Origin::Assumed) => writeln!(f, "  {records} assumed"),
            Some(Origin::Okta) => writeln!(f, "  {records} counted by Okta"),
            Some(Origin::Limit) => writeln!(f, "  {records} wanted by LIMIT"),
        }
    }
}
