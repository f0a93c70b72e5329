//! The parameters of a listing: which records it shows, from where, in which order, how many.

use serde_json::Value;

use crate::Collection;
use crate::condition::{Condition, Operand, Property, fold};
use crate::error::OktaError;
use crate::expression::Operator;
use crate::listing::{Listing, Quick};
use crate::paging::{Cursor, CursorStyle};
use crate::request::Call;
use crate::shape::Shape;
use crate::view::View;

/// By which parameter a listing was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Search,
    Filter,
    Quick,
}

/// The parameters of a listing, read and found good.
pub(crate) struct Query {
    pub(crate) form: Form,
    pub(crate) limit: usize,
    pub(crate) style: CursorStyle,
    pub(crate) from: Cursor,
    pub(crate) condition: Condition,
    pub(crate) sort: Option<Sort>,
    pub(crate) shape: Shape,
}

pub(crate) struct Sort {
    pub(crate) property: Property,
    pub(crate) descending: bool,
}

impl Query {
    pub(crate) fn read(view: View<'_>, listing: &Listing) -> Result<Self, OktaError> {
        let call = view.call;
        let (form, condition) = read_condition(view, listing)?;
        let (default_limit, max_limit) = match &listing.quick {
            Some(quick) if form == Form::Quick => (quick.default_limit, quick.max_limit),
            _ => (listing.default_limit, listing.max_limit),
        };
        let limit = read_limit(call, default_limit, max_limit)?;
        if limit == 0 && listing.collection != Collection::Groups {
            return Err(OktaError::invalid_parameter("limit", "The limit must be at least 1."));
        }
        let style =
            CursorStyle { collection: listing.collection, prefix: (listing.cursor_prefix)(form) };
        Ok(Self {
            form,
            limit,
            style,
            from: read_cursor(view, style)?,
            condition,
            sort: read_sort(view, listing, form)?,
            shape: Shape::read(view, listing)?,
        })
    }

    pub(crate) fn is_paged(&self, listing: &Listing) -> bool {
        self.form != Form::Quick || listing.quick.as_ref().is_some_and(|quick| quick.paged)
    }

    /// The matching records after `id`.
    pub(crate) fn matches<'a>(
        &'a self,
        view: View<'a>,
        listing: &'a Listing,
        id: &str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let records: Box<dyn Iterator<Item = _>> = match self.form {
            Form::Search => view.index.records_after(view.org, listing.collection, id, view.now),
            _ => Box::new(view.org.records_after(listing.collection, id)),
        };
        records.filter(move |(id, record)| {
            !(listing.hides)(record, self.form, view.call)
                && self.condition.matches(view.org, id, record)
        })
    }
}

fn read_condition(view: View<'_>, listing: &Listing) -> Result<(Form, Condition), OktaError> {
    let call = view.call;
    let (search, filter, q) = (call.param("search"), call.param("filter"), call.param("q"));
    let unknown = |name| {
        OktaError::invalid_search(format!(
            "The parameter {name} is not supported by this endpoint."
        ))
    };
    match (search, filter, q) {
        (Some(_), Some(_), _) => Err(OktaError::search_and_filter()),
        (Some(text), None, None) => {
            let dialect = listing.search.ok_or_else(|| unknown("search"))?;
            Ok((Form::Search, dialect.compile(view.org, text)?))
        }
        (None, filter, Some(q)) => {
            let quick = listing.quick.as_ref().ok_or_else(|| unknown("q"))?;
            let mut terms = vec![quick.condition(q)];
            match (filter, listing.filter) {
                (None, _) => {}
                (Some(_), _) if listing.collection == Collection::Users => {
                    return Err(OktaError::parameter_combination(
                        "q and filter exclude each other.",
                    ));
                }
                (Some(text), Some(dialect)) => {
                    terms.push(dialect(view.settings).compile(view.org, text)?);
                }
                (Some(_), None) => return Err(unknown("filter")),
            }
            Ok((Form::Quick, Condition::All(terms)))
        }
        (Some(_), None, Some(_)) => {
            Err(OktaError::parameter_combination("q and search exclude each other."))
        }
        (None, Some(text), None) => {
            let dialect = listing.filter.ok_or_else(|| unknown("filter"))?;
            Ok((Form::Filter, dialect(view.settings).compile(view.org, text)?))
        }
        (None, None, None) => Ok((Form::Plain, Condition::All(Vec::new()))),
    }
}

impl Quick {
    fn condition(&self, prefix: &str) -> Condition {
        let starts = |name: &&str| Condition::Property {
            property: Property((*name).to_owned()),
            operator: Operator::Sw,
            operand: Operand::Folded(fold(prefix)),
        };
        Condition::Any(self.properties.iter().map(starts).collect())
    }
}

/// The page size: what is asked for, but never more than the maximum.
pub(crate) fn read_limit(call: &Call, default: usize, max: usize) -> Result<usize, OktaError> {
    match call.param("limit") {
        None => Ok(default),
        Some(text) => match text.parse::<usize>() {
            Ok(limit) => Ok(limit.min(max)),
            Err(_) => Err(OktaError::invalid_parameter("limit", "The limit must be a number.")),
        },
    }
}

pub(crate) fn read_cursor(view: View<'_>, style: CursorStyle) -> Result<Cursor, OktaError> {
    match view.call.param("after").filter(|after| !after.is_empty()) {
        Some(after) => Cursor::read(after, style, view.org),
        None => Ok(Cursor::start(style.collection)),
    }
}

fn read_sort(view: View<'_>, listing: &Listing, form: Form) -> Result<Option<Sort>, OktaError> {
    let sorts = matches!(listing.collection, Collection::Users | Collection::Groups);
    let (Some(name), true) = (view.call.param("sortBy"), sorts && form == Form::Search) else {
        return Ok(None);
    };
    let dialect = listing.search.expect("a listing in the search form has a search");
    if !dialect.knows(view.org, name) {
        return Err(OktaError::invalid_search(format!("Cannot sort by {name}.")));
    }
    let descending = match view.call.param("sortOrder") {
        None => false,
        Some(order) if order.eq_ignore_ascii_case("asc") => false,
        Some(order) if order.eq_ignore_ascii_case("desc") => true,
        Some(_) => {
            let cause = "The order must be asc or desc.";
            return Err(OktaError::invalid_parameter("sortOrder", cause));
        }
    };
    Ok(Some(Sort { property: Property(name.to_owned()), descending }))
}
