//! A world and a flow through it, as data: the scenario of a seed.

use super::schemas::SchemaTrial;
use super::trials::Trial;
use crate::brute_force::{Assignment, Comparison, Entity, Expr, Filter};
use crate::collections::collection;
use okta_simulator::{Collection, Fault, RateLimits};
use std::fmt;
use std::time::Duration;

/// The values on which one run depends.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    pub(crate) entity: &'static str,
    /// The number of records of the entity that the org holds.
    pub(crate) size: usize,
    /// The custom attributes of the org are drawn from this; `None` for those that every generated org has.
    pub(crate) attributes: Option<u64>,
    pub(crate) ask: Ask,
    pub(crate) okta: Okta,
    pub(crate) appflow: AppFlow,
    /// The org tries the connector with this, if it does.
    pub(crate) trial: Option<&'static Trial>,
    /// The org tries it with its schemas, if it does.
    pub(crate) schemas: Option<&'static SchemaTrial>,
}

/// The request of the flow.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) filter: Filter,
    pub(crate) assignment: Assignment,
    pub(crate) selection: Option<Vec<String>>,
    /// The spelling of the filter.
    pub(crate) style: u64,
    pub(crate) deprovisioned: Deprovisioned,
    pub(crate) max_results: Option<u64>,
    pub(crate) rate_limit_percent: u32,
    /// The setting `maxConcurrentRequests`.
    pub(crate) max_concurrency: u32,
    /// The largest answer; raised where a single record would not fit.
    pub(crate) response_bytes: usize,
}

/// The setting `includeDeprovisioned`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deprovisioned {
    Included,
    Omitted,
}

/// The behaviour of the org.
#[derive(Clone, Debug)]
pub(crate) struct Okta {
    pub(crate) limits: RateLimits,
    pub(crate) latency: Duration,
    /// The part of the latency that a request needs to arrive.
    pub(crate) uplink_percent: u32,
    pub(crate) sparse_pages: bool,
    pub(crate) links_drop: Vec<&'static str>,
    pub(crate) index_lag: Duration,
    /// The number of records that changed right before the flow, so that the index has not caught up.
    pub(crate) stirred: usize,
    pub(crate) assignment_filters: bool,
    pub(crate) projection: bool,
    /// The number of connections in a hundred that fail before anything is sent.
    pub(crate) unreachable_percent: u32,
    /// True if a revoked credential is followed by a new one in the secret.
    pub(crate) renewal: bool,
    pub(crate) faults: Vec<Fault>,
    /// The faults of schemas alone, and the changes of schemas.
    pub(crate) schema_faults: Vec<Fault>,
}

/// The behaviour of AppFlow and Lambda.
#[derive(Clone, Debug)]
pub(crate) struct AppFlow {
    /// The number of calls in a hundred that meet a process that was just started.
    pub(crate) cold_percent: u32,
    /// The number of calls in a hundred that come after a pause of up to 90 seconds.
    pub(crate) pause_percent: u32,
    /// The number of calls in a hundred that have less than 30 seconds.
    pub(crate) hurry_percent: u32,
    /// The seconds by which the clock of the function is ahead of the org's.
    pub(crate) clock_skew: i64,
}

impl Scenario {
    pub(crate) fn collection(&self) -> Collection {
        collection(self.entity)
    }

    /// Tells whether every record of the entity is asked for, up to LIMIT.
    pub(crate) fn is_unfiltered(&self) -> bool {
        let Ask { filter, assignment, deprovisioned, .. } = &self.ask;
        filter.expr.is_none()
            && *deprovisioned == Deprovisioned::Included
            && assignment.group_id.is_none()
            && assignment.user_id.is_none()
    }

    /// Tells whether the entity is one whose profiles an org may add attributes to.
    pub(crate) fn has_schemas(&self) -> bool {
        ["User", "Group"].contains(&self.entity)
    }

    /// Tells whether the filter is about more than fixed fields.
    pub(crate) fn filters_attributes(&self) -> bool {
        let named = self.ask.filter.expr.iter().flat_map(Expr::fields);
        self.has_schemas() && self.names_more(named)
    }

    /// Tells whether more than fixed fields are asked for. All fields are more.
    pub(crate) fn names_attributes(&self) -> bool {
        let selects_more = match &self.ask.selection {
            None => true,
            Some(names) => self.names_more(names.iter().map(String::as_str)),
        };
        self.has_schemas() && (selects_more || self.filters_attributes())
    }

    fn names_more<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        let fixed = Entity::fixed(self.entity).fields;
        names.any(|name| !fixed.iter().any(|field| field.name == name))
    }

    /// Tells whether nothing goes wrong in this world but that it may have too many requests.
    pub(crate) fn is_calm(&self) -> bool {
        let Okta { faults, schema_faults, unreachable_percent, .. } = &self.okta;
        let is_steady = faults.is_empty() && schema_faults.is_empty() && *unreachable_percent == 0;
        let is_patient = self.appflow.hurry_percent == 0 && self.okta.latency.as_secs() < 1;
        is_steady && is_patient && self.trial.is_none() && self.schemas.is_none()
    }

    /// Tells whether everything is asked for of an entity of which every org has something.
    pub(crate) fn shows_everyone(&self) -> bool {
        let Ask { filter, assignment, .. } = &self.ask;
        self.has_schemas()
            && filter.expr.is_none()
            && assignment.group_id.is_none()
            && assignment.user_id.is_none()
    }
}

impl Ask {
    pub(crate) fn filter_text(&self) -> Option<String> {
        self.filter.to_filter_text(&self.assignment, self.style)
    }

    /// Says whether the connector promises to ask the org itself and not its search index, which
    /// may lag: an incremental flow would lose for ever what it misses once.
    pub(crate) fn is_fresh(&self, entity: &str) -> bool {
        let is_window = |expr: &Expr| match expr {
            Expr::Between { field, .. } => field == "lastUpdated",
            Expr::Compare { field, comparison, .. } => {
                field == "lastUpdated" && *comparison != Comparison::NotEqual
            }
            _ => false,
        };
        let is_pure = match &self.filter.expr {
            Some(Expr::And(left, right)) => is_window(left) && is_window(right),
            Some(expr) => is_window(expr),
            None => false,
        };
        entity == "User" && self.deprovisioned == Deprovisioned::Included && is_pure
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entity, size, attributes, ask, okta, appflow, trial, schemas, .. } = self;
        writeln!(f, "  {size} × {entity}, filter {:?}", ask.filter_text())?;
        writeln!(
            f,
            "  fields {:?}, maxResults {:?}, {} % of the limits, {} at once, {} bytes, {:?} deprovisioned",
            ask.selection,
            ask.max_results,
            ask.rate_limit_percent,
            ask.max_concurrency,
            ask.response_bytes,
            ask.deprovisioned
        )?;
        writeln!(
            f,
            "  {:?}, latency {:?} ({} % up)",
            okta.limits, okta.latency, okta.uplink_percent
        )?;
        writeln!(
            f,
            "  sparse {}, links drop {:?}, index {:?} late with {} changes, assignment filters {}, projection {}",
            okta.sparse_pages,
            okta.links_drop,
            okta.index_lag,
            okta.stirred,
            okta.assignment_filters,
            okta.projection
        )?;
        writeln!(
            f,
            "  unreachable {} %, renewal {}, {appflow:?}",
            okta.unreachable_percent, okta.renewal
        )?;
        if let Some(trial) = trial {
            writeln!(f, "  the trial: {}", trial.name)?;
        }
        if let Some(trial) = schemas {
            writeln!(f, "  the trial of schemas: {}", trial.name)?;
        }
        if let Some(seed) = attributes {
            writeln!(f, "  attributes are drawn from {seed}")?;
        }
        for Fault { path, parts, when, what } in okta.faults.iter().chain(&okta.schema_faults) {
            writeln!(f, "  {when:?} {what:?} {path} {parts:?}")?;
        }
        Ok(())
    }
}
