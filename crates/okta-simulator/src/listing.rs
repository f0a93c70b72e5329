//! Listings: `limit`, `after`, `search`, `filter`, `q`, `sortBy`, and the links to the next page.
//!
//! The endpoints differ in a table, [`Listing`], and run through one function, [`list`]. What is not
//! documented for an endpoint is refused rather than passed over.

use serde_json::Value;

use crate::Collection;
use crate::condition::{Property, fold};
use crate::dialect::{Dialect, sort_text};
use crate::error::OktaError;
use crate::links::links;
use crate::paging::{Cursor, Page, Records, page};
use crate::query::{Form, Query, Sort};
use crate::reply::Reply;
use crate::request::Call;
use crate::view::{Settings, View};

/// What is particular about listing one collection.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) collection: Collection,
    pub(crate) default_limit: usize,
    pub(crate) max_limit: usize,
    pub(crate) search: Option<Dialect>,
    pub(crate) filter: Option<fn(&Settings) -> Dialect>,
    pub(crate) quick: Option<Quick>,
    /// Whether `fields` is understood.
    pub(crate) projects: bool,
    /// Whether a record stays out of an answer of this form.
    pub(crate) hides: fn(&Value, Form, &Call) -> bool,
    /// What stands in front of the ids in cursors.
    pub(crate) cursor_prefix: fn(Form) -> &'static str,
    /// Parameters that Okta leaves out of `next` links.
    pub(crate) links_drop: &'static [&'static str],
}

/// The keyword search of a listing: `q` is a prefix of one of the properties.
#[derive(Debug)]
pub(crate) struct Quick {
    pub(crate) properties: &'static [&'static str],
    pub(crate) default_limit: usize,
    pub(crate) max_limit: usize,
    /// Whether the answer has links. Where it has none, what exceeds the limit cannot be had.
    pub(crate) paged: bool,
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
