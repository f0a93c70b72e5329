//! Windows of time: a listing of events is always asked for with a first and a last instant.
//!
//! The window follows from what a filter says of one field, and where it says nothing, from the time at which the run
//! began. All of the filter is tested on each record besides, so that a window may be wider than it.

use crate::entity::FieldId;
use crate::error::Error;
use crate::hash::Fnv;
use crate::moment::Moment;
use crate::predicate::{Check, Predicate, Relation};
use crate::query::Query;
use okta_client::OktaRequest;
use std::fmt;

/// The window of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The span that the filter asks for.
    asked: Span,
    /// The same, begun earlier by the overlap that the flow wishes.
    widened: Span,
}

/// A span of time in milliseconds since 1970, from one on until another one, which is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    from: Option<i64>,
    until: Option<i64>,
}

/// The bounds of every request of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    since: String,
    until: String,
}

/// The parameter of the first instant, which Okta includes.
const SINCE: &str = "since";

/// The parameter of the last instant, of which Okta does not say whether it includes it.
const UNTIL: &str = "until";

const SECOND: i64 = 1_000;

const HOUR: i64 = 3_600 * SECOND;

const DAY: i64 = 24 * HOUR;

/// The length of a date.
const DATE: usize = "2026-01-01".len();

/// The days for which Okta keeps events. A question that begins earlier is answered with nothing at all.
const DAYS: i64 = 90;

/// The time by which Okta's clock may differ from ours, at both ends: what Okta has just published is not to be left to the
/// next run, and a first page may take some time in which the oldest events go.
const MARGIN: i64 = HOUR;

impl Window {
    /// Finds the window of a query; none if its object is not read so.
    pub(super) fn new(query: &Query) -> Option<Self> {
        let field = query.entity.field(query.entity.object.windowed_by()?)?;
        let span = |predicate| Span::of(predicate, field);
        Some(Self { asked: span(&query.asked), widened: span(&query.predicate) })
    }

    /// Returns the bounds for a run that began in a second since 1970; none if nothing can be in the window.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` if the window begins, or ends, before the events that Okta still has.
    pub(crate) fn at(&self, began: u64) -> Result<Option<Bounds>, Error> {
        let began = i64::try_from(began).unwrap_or(i64::MAX).saturating_mul(SECOND);
        let oldest = began.saturating_sub(DAYS * DAY).saturating_add(MARGIN);
        if self.widened.is_empty() {
            return Ok(None);
        }
        let begins = self.asked.from.or(self.asked.until.map(|until| until.saturating_sub(1)));
        if begins.is_some_and(|begins| begins < oldest) {
            // A message of AppFlow has no colons, and so no time of day.
            let day = oldest.saturating_add(DAY - 1).div_euclid(DAY).saturating_mul(DAY);
            let oldest = &written(day)[..DATE];
            return Err(Error::invalid(format!(
                "Okta keeps events for {DAYS} days and has all of them from {oldest} on. The filter asks for earlier \
                 ones. Let it begin then or later"
            )));
        }
        let since = self.widened.from.unwrap_or(oldest).max(oldest);
        let ahead = began.saturating_add(MARGIN);
        let until = self.asked.until.unwrap_or(ahead).min(ahead);
        Ok((since < until).then(|| Bounds { since: written(since), until: written(until) }))
    }

    pub(super) fn digest(&self, hash: &mut Fnv) {
        hash.part("window");
        for bound in [self.asked.from, self.asked.until, self.widened.from] {
            hash.part(&bound.map_or_else(String::new, |bound| bound.to_string()));
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.widened.from {
            Some(from) => write!(f, "{SINCE}={}", written(from))?,
            None => write!(f, "{SINCE}={DAYS} days ago")?,
        }
        match self.asked.until {
            Some(until) => write!(f, " {UNTIL}={}", written(until)),
            None => write!(f, " {UNTIL}=now"),
        }
    }
}

impl Bounds {
    /// Puts the bounds into a request. Those of a next link go before them.
    pub(crate) fn of(&self, request: OktaRequest) -> OktaRequest {
        let request = request.with(SINCE, &*self.since).with(UNTIL, &*self.until);
        request.with_moving(&[SINCE, UNTIL])
    }
}

/// Asks a listing for the newest first: it has an end then, without a window.
pub(crate) fn newest_first(request: OktaRequest) -> OktaRequest {
    request.with("sortOrder", "DESCENDING")
}

impl Span {
    const NOTHING: Self = Self { from: Some(0), until: Some(0) };

    /// Returns the span in which a field is wherever a predicate passes.
    fn of(predicate: &Predicate, field: FieldId) -> Self {
        match predicate {
            Predicate::All(all) => all.iter().fold(Self::default(), |span, predicate| {
                let other = Self::of(predicate, field);
                let from = span.from.max(other.from);
                let until = [span.until, other.until].into_iter().flatten().min();
                Self { from, until }
            }),
            Predicate::Any(any) => {
                let spans = any.iter().map(|predicate| Self::of(predicate, field));
                let spans = spans.filter(|span| !span.is_empty());
                let both = |one: Self, other: Self| Self {
                    from: one.from.zip(other.from).map(|(one, other)| one.min(other)),
                    until: one.until.zip(other.until).map(|(one, other)| one.max(other)),
                };
                spans.reduce(both).unwrap_or(Self::NOTHING)
            }
            Predicate::Test(tested, Check::Time(relation, moment)) if *tested == field => {
                Self::of_time(*relation, moment)
            }
            Predicate::Test(tested, Check::Never) if *tested == field => Self::NOTHING,
            Predicate::Test(..) | Predicate::Unless(_) => Self::default(),
        }
    }

    fn of_time(relation: Relation, moment: &Moment<'_>) -> Self {
        let millisecond = moment.millisecond();
        let next = millisecond.saturating_add(1);
        let from = Some(millisecond);
        let until = Some(if moment.is_whole_millisecond() { millisecond } else { next });
        match relation {
            Relation::Less => Self { from: None, until },
            Relation::LessOrEqual => Self { from: None, until: Some(next) },
            Relation::Equal => Self { from, until: Some(next) },
            Relation::NotEqual => Self::default(),
            Relation::GreaterOrEqual | Relation::Greater => Self { from, until: None },
        }
    }

    fn is_empty(self) -> bool {
        self.from.zip(self.until).is_some_and(|(from, until)| from >= until)
    }
}

/// Writes a millisecond since 1970 as Okta does. What no calendar of four digits has is as far as such a calendar goes.
fn written(millisecond: i64) -> String {
    let second = millisecond.div_euclid(SECOND);
    let fraction = millisecond.rem_euclid(SECOND);
    let far = || if second < 0 { "1970-01-01T00:00:00.000Z" } else { "9999-01-01T00:00:00.000Z" };
    let whole = Moment::from_second(second).okta_second(0);
    match whole.as_deref().and_then(|text| text.strip_suffix(".000Z")) {
        Some(text) => format!("{text}.{fraction:03}Z"),
        None => far().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::Entity;
    use crate::query::Preferences;
    use appflow_connector::Filter;

    /// 2026-01-01.
    const BEGAN: u64 = 1_767_225_600;

    fn window(filter: &str, log_overlap: u32) -> Window {
        let entity = Entity::find("SystemLogEvent", &crate::withheld::Withheld::default());
        let preferences = Preferences { log_overlap, ..Preferences::default() };
        let filter = Filter::parse(filter).unwrap();
        Window::new(&Query::new(entity.unwrap(), &filter, None, preferences).unwrap()).unwrap()
    }

    fn bounds(filter: &str, log_overlap: u32) -> Result<Option<(String, String)>, String> {
        let bounds = window(filter, log_overlap).at(BEGAN).map_err(|error| error.to_string())?;
        Ok(bounds.map(|Bounds { since, until }| (since, until)))
    }

    #[test]
    fn windows_that_okta_is_asked_for() {
        let (oldest, ahead) = ("2025-10-03T01:00:00.000Z", "2026-01-01T01:00:00.000Z");
        let day = "2025-12-31T00:00:00.000Z";
        for (filter, since, until) in [
            ("", oldest, ahead),
            ("eventType = 'x'", oldest, ahead),
            ("published > 2025-12-31", day, ahead),
            (
                "published >= 2025-12-31 and published < 2025-12-31T12:00:00Z",
                day,
                "2025-12-31T12:00:00.000Z",
            ),
            (
                "published between 2025-12-31 and 2025-12-31T12:00:00Z",
                day,
                "2025-12-31T12:00:00.001Z",
            ),
            ("published between 1767139200000 and 1767182400000", day, "2025-12-31T12:00:00.001Z"),
            ("published = 2025-12-31T00:00:00.0005Z", day, "2025-12-31T00:00:00.001Z"),
            ("published < 2025-12-31T00:00:00.0001Z", oldest, "2025-12-31T00:00:00.001Z"),
            ("published <= 9999-12-31", oldest, ahead),
            ("not published < 2025-12-31", day, ahead),
            ("published != 2025-12-31", oldest, ahead),
            ("published > 2025-12-31 or eventType = 'x'", oldest, ahead),
            (
                "published = 2025-12-31 or published = 2025-12-31T01:00:00Z",
                day,
                "2025-12-31T01:00:00.001Z",
            ),
            ("published > 2025-12-31 and (published > 2025-12-30 or eventType = 'x')", day, ahead),
        ] {
            let expected = Some((since.to_owned(), until.to_owned()));
            assert_eq!(bounds(filter, 0), Ok(expected), "{filter}");
        }
    }

    #[test]
    fn a_window_in_which_nothing_can_be() {
        for filter in [
            "published > 2025-12-31 and published < 2025-12-30",
            "published >= 2025-12-31 and published < 2025-12-31",
            "published > 2026-02-01",
            "published between 9999-12-30 and 9999-12-31",
            "published < null",
            "published > 1990-01-01 and published < 1980-01-01",
        ] {
            assert_eq!(bounds(filter, 0), Ok(None), "{filter}");
        }
    }

    #[test]
    fn a_window_that_cannot_be_complete() {
        for filter in [
            "published > 2025-10-01",
            "published < 2025-10-01",
            "published > 2025-10-03T00:59:59.999Z",
            "published = 0001-01-01",
            "published > 1990-01-01 and published < 2025-12-30",
            "published > 2025-10-01 or published > 2025-12-30",
        ] {
            let error = bounds(filter, 0).unwrap_err();
            assert!(error.contains("90 days") && error.contains("from 2025-10-04 on"), "{error}");
        }
        assert!(bounds("published >= 2025-10-03T01:00:00Z", 1_440).is_ok());
    }

    #[test]
    fn the_overlap_moves_lower_bounds_alone() {
        let since = |filter| bounds(filter, 10).unwrap().unwrap().0;
        assert_eq!(since("published > 2025-12-31"), "2025-12-30T23:50:00.000Z");
        assert_eq!(
            since("published between 2025-12-31 and 2026-01-01"),
            "2025-12-30T23:50:00.000Z"
        );
        assert_eq!(since("published = 2025-12-31"), "2025-12-31T00:00:00.000Z");
        assert_eq!(since("published > 2025-10-03T01:05:00Z"), "2025-10-03T01:00:00.000Z");
        let either = "published > 2025-12-31 or published = 2025-12-30";
        assert_eq!(since(either), "2025-12-30T00:00:00.000Z");
        let empty = "published > 2025-12-31 and published < 2025-12-31";
        let until = "2025-12-31T00:00:00.000Z".to_owned();
        assert_eq!(bounds(empty, 10), Ok(Some(("2025-12-30T23:50:00.000Z".to_owned(), until))));
    }

    #[test]
    fn windows_of_different_bounds_differ() {
        let digest = |filter, overlap| {
            let mut hash = Fnv::new();
            window(filter, overlap).digest(&mut hash);
            hash.value()
        };
        let filter = "published > 2025-12-31";
        assert_eq!(digest(filter, 0), digest(filter, 0));
        assert_ne!(digest(filter, 0), digest(filter, 10));
        assert_ne!(digest(filter, 0), digest("published < 2025-12-31", 0));
    }
}
