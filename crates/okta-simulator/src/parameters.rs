//! The parameters of a listing: which records it shows, from where, in which order, how many.

use crate::collection::{Collection, Keyword, Listing, Mode, PageLimits};
use crate::compile::Compiler;
use crate::condition::{Condition, Operand, Property, fold};
use crate::dialect::{Dialect, ValueKind};
use crate::error::OktaError;
use crate::expression::Operator;
use crate::paging::{Cursor, CursorStyle};
use crate::presentation::Presentation;
use crate::sort::Sort;
use crate::view::View;

/// The parameters of a listing, read and found good.
pub(crate) struct Parameters {
    pub(crate) mode: Mode,
    pub(crate) limit: usize,
    pub(crate) style: CursorStyle,
    pub(crate) from: Cursor,
    pub(crate) condition: Condition,
    pub(crate) sort: Option<Sort>,
    pub(crate) presentation: Presentation,
}

impl Parameters {
    pub(crate) fn read(
        view: View<'_>,
        collection: Collection,
        listing: &Listing,
        limits: PageLimits,
    ) -> Result<Self, OktaError> {
        let (mode, condition) = read_condition(view, collection, listing)?;
        let limits = match &listing.keyword {
            Some(keyword) if mode == Mode::Keyword => {
                let (default, max) = (keyword.default_limit, keyword.max_limit);
                PageLimits { min: limits.min, default, max }
            }
            _ => limits,
        };
        let limit = read_limit(view, limits)?;
        let style = CursorStyle { collection, prefix: (listing.cursor_prefix)(mode) };
        Ok(Self {
            mode,
            limit,
            style,
            from: read_cursor(view, style)?,
            condition,
            sort: read_sort(view, collection, listing, mode)?,
            presentation: Presentation::read(view, collection, listing)?,
        })
    }
}

fn read_condition(
    view: View<'_>,
    collection: Collection,
    listing: &Listing,
) -> Result<(Mode, Condition), OktaError> {
    let call = view.call;
    let (search, filter, q) = (call.param("search"), call.param("filter"), call.param("q"));
    let compile = |name, dialect: &Option<Dialect>, text| match dialect {
        Some(dialect) => {
            Compiler { view, dialect, schemas: collection.row().schemas }.compile(text)
        }
        None => Err(unsupported(name)),
    };
    match (search, filter, q) {
        (Some(_), Some(_), _) => Err(OktaError::search_and_filter()),
        (Some(_), None, Some(_)) => {
            Err(OktaError::parameter_combination("q and search exclude each other."))
        }
        (Some(text), None, None) => Ok((Mode::Search, compile("search", &listing.search, text)?)),
        (None, Some(text), None) => Ok((Mode::Filter, compile("filter", &listing.filter, text)?)),
        (None, filter, Some(q)) => {
            let keyword = listing.keyword.as_ref().ok_or_else(|| unsupported("q"))?;
            let mut terms = vec![has_keyword(keyword, q)];
            match filter {
                Some(_) if !keyword.with_filter => {
                    let cause = "q and filter exclude each other.";
                    return Err(OktaError::parameter_combination(cause));
                }
                Some(text) => terms.push(compile("filter", &listing.filter, text)?),
                None => {}
            }
            Ok((Mode::Keyword, Condition::All(terms)))
        }
        (None, None, None) => Ok((Mode::Plain, Condition::All(Vec::new()))),
    }
}

/// Refuses a parameter that the endpoint does not know.
pub(crate) fn unsupported(parameter: &str) -> OktaError {
    let cause = format!("The parameter {parameter} is not supported by this endpoint.");
    OktaError::invalid_search(cause)
}

fn has_keyword(keyword: &Keyword, prefix: &str) -> Condition {
    let starts = |name: &&str| Condition::Property {
        property: Property((*name).to_owned()),
        operator: Operator::Sw,
        operand: Operand::Folded(fold(prefix)),
    };
    Condition::Any(keyword.properties.iter().map(starts).collect())
}

/// Reads the page size: what is asked for, but never more than the maximum.
pub(crate) fn read_limit(view: View<'_>, limits: PageLimits) -> Result<usize, OktaError> {
    let refused = |cause: String| Err(OktaError::invalid_parameter("limit", cause));
    match view.call.param("limit") {
        None => Ok(limits.default),
        Some(text) => match text.parse::<usize>() {
            Ok(limit) if limit < limits.min => {
                refused(format!("The limit must be at least {}.", limits.min))
            }
            Ok(limit) if limit > limits.max && view.behaviour.refuses_large_limits => {
                refused(format!("The limit must be at most {}.", limits.max))
            }
            Ok(limit) => Ok(limit.min(limits.max)),
            Err(_) => refused("The limit must be a number.".to_owned()),
        },
    }
}

/// Reads the position that the page starts after.
pub(crate) fn read_cursor(view: View<'_>, style: CursorStyle) -> Result<Cursor, OktaError> {
    match view.call.param("after").filter(|after| !after.is_empty()) {
        Some(after) => Cursor::read(after, style, view.org),
        None => Ok(Cursor::start(style.collection)),
    }
}

fn read_sort(
    view: View<'_>,
    collection: Collection,
    listing: &Listing,
    mode: Mode,
) -> Result<Option<Sort>, OktaError> {
    let (Some(name), Some(dialect)) = (view.call.param("sortBy"), &listing.search) else {
        return Ok(None);
    };
    if !listing.sorts || mode != Mode::Search {
        return Ok(None);
    }
    let compiler = Compiler { view, dialect, schemas: collection.row().schemas };
    let unknown = || OktaError::invalid_search(format!("Cannot sort by {name}."));
    let kind = compiler.kind_of(name).ok_or_else(unknown)?;
    let descending = match view.call.param("sortOrder") {
        None => false,
        Some(order) if order.eq_ignore_ascii_case("asc") => false,
        Some(order) if order.eq_ignore_ascii_case("desc") => true,
        Some(_) => {
            let cause = "The order must be asc or desc.";
            return Err(OktaError::invalid_parameter("sortOrder", cause));
        }
    };
    let is_instant = kind == ValueKind::Instant;
    Ok(Some(Sort { property: Property(name.to_owned()), is_instant, descending }))
}
