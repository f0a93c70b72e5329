//! The question of a request: read before the org's own attributes are known, and planned with them.

use crate::catalogue::Field;
use crate::entity::Entity;
use crate::error::Error;
use crate::hints;
use crate::plan::{Explanation, Plan};
use crate::position::Position;
use crate::query::{Deprovisioned, Parallelism, Preferences, Query, listed};
use crate::settings::Settings;
use crate::token::{Fingerprint, Token};
use appflow_connector::Filter;
use appflow_connector::request::QueryDataRequest;
use std::collections::BTreeSet;

/// The most bytes of a filter: 1 MiB, which is planned in a part of a second.
const MAX_FILTER: usize = 1024 * 1024;

/// The most fields that a request may name: no entity has more.
const MAX_NAMES: usize = 20_000;

/// A question, as far as it can be read without the org's own attributes.
pub(crate) struct Question<'a> {
    settings: &'a Settings,
    expression: &'a str,
    filter: Filter,
    /// The names of the fields that are wanted; none if all are.
    pub(crate) selected: Option<&'a [String]>,
}

/// A question with its plan, and the place at which to go on.
pub(crate) struct Planned {
    pub(crate) query: Query,
    pub(crate) plan: Plan,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) start: Position,
}

/// Returns the names of fields that a request lists; none if it means all of them.
///
/// # Errors
///
/// `InvalidArgument` if there are too many.
pub(crate) fn selected(names: Option<&[String]>) -> Result<Option<&[String]>, Error> {
    match names {
        Some(names) if names.len() > MAX_NAMES => {
            let found = names.len();
            let message = format!("The request names {found} fields. It may name {MAX_NAMES}");
            Err(Error::invalid(message))
        }
        names => Ok(listed(names)),
    }
}

/// Returns what an earlier call of the run has noted of the attributes that it names.
pub(crate) fn noted(names: &[&str], token: &Token) -> Option<Vec<Field>> {
    hints::read(names, token.attributes()?)
}

impl<'a> Question<'a> {
    /// Reads a question.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` if it is too long, or if its filter cannot be read.
    pub(crate) fn read(
        request: &'a QueryDataRequest,
        settings: &'a Settings,
    ) -> Result<Self, Error> {
        let expression = request.filter_expression.as_deref().unwrap_or_default();
        if expression.len() > MAX_FILTER {
            let found = expression.len();
            let message = format!("The filter has {found} bytes. It may have {MAX_FILTER}");
            return Err(Error::invalid(message));
        }
        let filter = Filter::parse(expression)?;
        let selected = selected(request.selected_field_names.as_deref())?;
        Ok(Self { settings, expression, filter, selected })
    }

    /// Returns the names in it that none of the fixed fields has, each once, in order.
    pub(crate) fn names_beside(&self, entity: &Entity) -> Vec<&str> {
        let mut names: BTreeSet<_> =
            self.selected.unwrap_or_default().iter().map(String::as_str).collect();
        if let Some(condition) = &self.filter.condition {
            condition.for_each_name(&mut |name| {
                names.insert(name);
            });
        }
        names.into_iter().filter(|name| entity.field(name).is_none()).collect()
    }

    /// Plans the requests that answer it, from the place of `token` on.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a filter, a field or a token that does not fit `entity`.
    pub(crate) fn plan(&self, entity: Entity, token: Option<&Token>) -> Result<Planned, Error> {
        let query = Query::new(entity, &self.filter, self.selected, self.settings.preferences())?;
        let plan = Plan::new(&query);
        tracing::debug!(%plan, "planned");
        let fingerprint = self.fingerprint(&query, &plan);
        let start = token.map(|token| token.open(fingerprint, &plan)).transpose()?;
        let start = start.unwrap_or_default();
        Ok(Planned { query, plan, fingerprint, start })
    }

    /// Explains the requests that answer it.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a filter or a field that does not fit `entity`.
    pub(crate) fn explain(&self, entity: Entity) -> Result<Explanation, Error> {
        let Planned { query, plan, .. } = self.plan(entity, None)?;
        Ok(Explanation::new(&self.filter, &query, &plan))
    }

    /// Makes the fingerprint of all that the meaning of a position depends on.
    fn fingerprint(&self, query: &Query, plan: &Plan) -> Fingerprint {
        // The overlap is in the window of the plan.
        let Preferences { deprovisioned, parallelism, log_overlap: _ } =
            self.settings.preferences();
        let deprovisioned = match deprovisioned {
            Deprovisioned::Included => "included",
            Deprovisioned::LeftOut => "left out",
        };
        let parallelism = match parallelism {
            Parallelism::SideBySide => "side by side",
            Parallelism::InOrder => "in order",
        };
        let fields = if self.selected.is_some() { "fields" } else { "all fields" };
        let (origin, entity) = (self.settings.org.origin(), query.entity.object.name);
        let fixed = [origin, entity, self.expression.trim(), deprovisioned, parallelism, fields];
        let selected = self.selected.unwrap_or_default().iter().map(String::as_str);
        Fingerprint::new(fixed.into_iter().chain(selected), plan)
    }
}
