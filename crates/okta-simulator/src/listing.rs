//! Listings: `limit`, `after`, `search`, `filter`, `q`, `sortBy`, and the links to the next page.
//!
//! The endpoints differ in a table, [`Listing`], and run through one function, [`list`]. What is not
//! documented for an endpoint is refused rather than passed over.

use serde_json::Value;

use crate::condition::{Condition, Property, fold};
use crate::dialect::{Dialect, sort_text};
use crate::error::OktaError;
use crate::expand::Expansion;
use crate::lag::SearchIndex;
use crate::paging::{Cursor, CursorStyle, Page, Records, page};
use crate::projection::{Fields, Omissions};
use crate::reply::{Link, Reply};
use crate::request::{Call, encode_form};
use crate::settings::{Projection, Settings};
use crate::{Collection, Org};

/// What an endpoint may look at while it answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) org: &'a Org,
    pub(crate) index: &'a SearchIndex,
    pub(crate) settings: &'a Settings,
    pub(crate) now: jiff::Timestamp,
    pub(crate) call: &'a Call,
}

/// What is particular about listing one collection.
#[derive(Debug)]
pub(crate) struct Listing {
    collection: Collection,
    default_limit: usize,
    max_limit: usize,
    search: Option<Dialect>,
    filter: Option<fn(&Settings) -> Dialect>,
    quick: Option<Quick>,
    /// Whether `fields` is understood.
    projects: bool,
    /// Whether a record stays out of an answer of this form.
    hides: fn(&Value, Form, &Call) -> bool,
    /// What stands in front of the ids in cursors.
    cursor_prefix: fn(Form) -> &'static str,
    /// Parameters that Okta leaves out of `next` links.
    links_drop: &'static [&'static str],
}

/// The keyword search of a listing: `q` is a prefix of one of the properties.
#[derive(Debug)]
struct Quick {
    properties: &'static [&'static str],
    default_limit: usize,
    max_limit: usize,
    /// Whether the answer has links. Where it has none, what exceeds the limit cannot be had.
    paged: bool,
}

/// By which parameter a listing was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Search,
    Filter,
    Quick,
}

pub(crate) static USERS: Listing = Listing {
    collection: Collection::Users,
    default_limit: 200,
    max_limit: 200,
    search: Some(Dialect::UserSearch),
    filter: Some(|_| Dialect::UserFilter),
    quick: Some(Quick {
        properties: &["profile.firstName", "profile.lastName", "profile.email"],
        default_limit: 10,
        max_limit: 200,
        paged: false,
    }),
    projects: true,
    hides: |user, form, _| {
        matches!(form, Form::Plain | Form::Quick) && has_status(user, "DEPROVISIONED")
    },
    cursor_prefix: |form| match form {
        Form::Search => "",
        Form::Filter => "0",
        Form::Plain | Form::Quick => "2",
    },
    links_drop: &[],
};

pub(crate) static GROUPS: Listing = Listing {
    collection: Collection::Groups,
    default_limit: 200,
    max_limit: 200,
    search: Some(Dialect::GroupSearch),
    filter: Some(|_| Dialect::GroupFilter),
    quick: Some(Quick {
        properties: &["profile.name"],
        default_limit: 300,
        max_limit: 300,
        paged: false,
    }),
    projects: true,
    hides: |_, _, _| false,
    cursor_prefix: |_| "",
    links_drop: &[],
};

pub(crate) static APPS: Listing = Listing {
    collection: Collection::Apps,
    default_limit: 20,
    max_limit: 200,
    search: None,
    filter: Some(|settings| Dialect::AppFilter(settings.assignment_filters)),
    quick: Some(Quick {
        properties: &["name", "label"],
        default_limit: 20,
        max_limit: 200,
        paged: true,
    }),
    projects: false,
    hides: |app, form, call| {
        let unasked = matches!(form, Form::Plain | Form::Quick) && !call.flag("includeNonDeleted");
        has_status(app, "DELETED") || (unasked && !has_status(app, "ACTIVE"))
    },
    cursor_prefix: |_| "",
    links_drop: &["includeNonDeleted", "useOptimization", "alwaysIncludeVpnSettings"],
};

pub(crate) static DEVICES: Listing = Listing {
    collection: Collection::Devices,
    default_limit: 200,
    max_limit: 200,
    search: Some(Dialect::DeviceSearch),
    filter: None,
    quick: None,
    projects: true,
    hides: |device, _, _| has_status(device, "DELETED"),
    cursor_prefix: |_| "",
    links_drop: &[],
};

fn has_status(record: &Value, status: &str) -> bool {
    record.get("status").and_then(Value::as_str) == Some(status)
}

/// Answers a listing.
pub(crate) fn list(view: View<'_>, listing: &Listing) -> Result<Reply, OktaError> {
    let query = Query::read(view, listing)?;
    let page = match &query.sort {
        Some(sort) => sorted_page(view, listing, &query, sort),
        None => page(
            query.matches(view, listing, &query.from.id),
            query.from.clone(),
            query.limit,
            view.settings.pages,
            |id, _| Cursor::after(id, None),
        ),
    };
    let records = match query.form {
        Form::Quick if !query.is_paged(listing) => exact_first(view, listing, page.records),
        _ => page.records,
    };
    let body = records.iter().map(|(id, record)| query.shape.show(view, id, record));
    let mut reply = Reply::array(body);
    if query.is_paged(listing) {
        let next = page.next.map(|cursor| cursor.write(query.style));
        reply.links = links(view, query.limit, next, listing.links_drop);
    }
    Ok(reply)
}

/// The parameters of a listing, read and found good.
struct Query {
    form: Form,
    limit: usize,
    style: CursorStyle,
    from: Cursor,
    condition: Condition,
    sort: Option<Sort>,
    shape: Shape,
}

struct Sort {
    property: Property,
    descending: bool,
}

impl Query {
    fn read(view: View<'_>, listing: &Listing) -> Result<Self, OktaError> {
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

    fn is_paged(&self, listing: &Listing) -> bool {
        self.form != Form::Quick || listing.quick.as_ref().is_some_and(|quick| quick.paged)
    }

    /// The matching records after `id`.
    fn matches<'a>(
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
            operator: crate::expression::Operator::Sw,
            operand: crate::condition::Operand::Folded(fold(prefix)),
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

/// A page in the order of a property; records that are equal in it are in the order of their ids.
fn sorted_page<'a>(
    view: View<'a>,
    listing: &'a Listing,
    query: &'a Query,
    sort: &Sort,
) -> Page<'a> {
    let order = |left: (&str, &str), right: (&str, &str)| {
        let keys = left.0.cmp(right.0);
        let keys = if sort.descending { keys.reverse() } else { keys };
        keys.then_with(|| left.1.cmp(right.1))
    };
    let key_of = |id: &str, record: &Value| sort_text(view.org, id, &sort.property, record);
    let from = query.from.sort_key.as_deref();
    let mut rows: Vec<(String, (&str, &Value))> = query
        .matches(view, listing, "")
        .map(|(id, record)| (key_of(id, record), (id, record)))
        .filter(|(key, (id, _))| {
            from.is_none_or(|from| order((key, id), (from, &query.from.id)).is_gt())
        })
        .collect();
    // A page needs its own rows sorted and no others.
    if rows.len() > query.limit {
        rows.select_nth_unstable_by(query.limit, |a, b| order((&a.0, a.1.0), (&b.0, b.1.0)));
        rows.truncate(query.limit + 1);
    }
    rows.sort_unstable_by(|a, b| order((&a.0, a.1.0), (&b.0, b.1.0)));
    let rows = rows.into_iter().map(|(_, row)| row);
    page(rows, query.from.clone(), query.limit, view.settings.pages, |id, record| {
        Cursor::after(id, Some(key_of(id, record)))
    })
}

fn exact_first<'a>(view: View<'_>, listing: &Listing, mut records: Records<'a>) -> Records<'a> {
    let (Some(q), Some(quick)) = (view.call.param("q"), &listing.quick) else { return records };
    let is_exact = |record: &Value| {
        quick.properties.iter().any(|&name| {
            let value = Property(name.to_owned()).of(record).and_then(Value::as_str);
            value.is_some_and(|value| fold(value) == fold(q))
        })
    };
    records.sort_by_key(|(_, record)| !is_exact(record));
    records
}

/// How a record is shown.
struct Shape {
    expansion: Option<Expansion>,
    fields: Option<Fields>,
    omissions: Omissions,
}

impl Shape {
    fn read(view: View<'_>, listing: &Listing) -> Result<Self, OktaError> {
        let projects = listing.projects && view.settings.projection == Projection::Supported;
        let fields = view.call.param("fields").filter(|_| projects);
        Ok(Self {
            expansion: Expansion::read(view, listing.collection)?,
            fields: fields.map(Fields::parse).transpose()?,
            omissions: omissions(view.call, listing.collection),
        })
    }

    fn show(&self, view: View<'_>, id: &str, record: &Value) -> Value {
        let mut shown = self.omissions.apply(record.clone());
        if let Some(expansion) = &self.expansion {
            expansion.apply(view, id, &mut shown);
        }
        match &self.fields {
            Some(fields) => fields.apply(shown),
            None => shown,
        }
    }
}

/// What the caller asks to be left out of users.
pub(crate) fn omissions(call: &Call, collection: Collection) -> Omissions {
    match call.header(&http::header::CONTENT_TYPE) {
        Some(content_type) if collection == Collection::Users => Omissions::parse(content_type),
        _ => Omissions::default(),
    }
}

/// The links of a page. They repeat the query, with the limit that was in effect.
pub(crate) fn links(
    view: View<'_>,
    limit: usize,
    next: Option<String>,
    dropped: &[&str],
) -> Vec<Link> {
    let mut query: std::collections::BTreeMap<&str, &str> =
        view.call.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let limit = limit.to_string();
    query.insert("limit", &limit);
    if !query.contains_key("sortBy") {
        query.remove("sortOrder");
    }
    let url = |query: &std::collections::BTreeMap<&str, &str>| {
        let pairs = query
            .iter()
            .map(|(name, value)| format!("{}={}", encode_form(name), encode_form(value)));
        let pairs: Vec<_> = pairs.collect();
        format!("{}{}?{}", view.call.origin, view.call.path, pairs.join("&"))
    };
    let mut links = vec![Link { relation: "self", url: url(&query) }];
    if let Some(cursor) = &next {
        query.retain(|name, _| {
            !dropped.contains(name) && !view.settings.links_drop.iter().any(|drop| drop == name)
        });
        query.insert("after", cursor);
        links.push(Link { relation: "next", url: url(&query) });
    }
    links
}
