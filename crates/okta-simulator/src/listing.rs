//! Listings: `limit`, `after`, `search`, `filter`, `q`, `sortBy`, and the links to the next page.
//!
//! The endpoints differ in their rows and run through one function, [`list`]. What is not documented for an
//! endpoint is refused rather than passed over.

use serde_json::Value;

use crate::collection::{Collection, Keyword, Listing, Mode};
use crate::condition::fold;
use crate::error::OktaError;
use crate::links::links;
use crate::paging::{Cursor, Records, page};
use crate::parameters::Parameters;
use crate::record::Record;
use crate::reply::Reply;
use crate::search_index::Walk;
use crate::view::View;

/// Answers a listing.
pub(crate) fn list(
    view: View<'_>,
    collection: Collection,
    listing: &Listing,
) -> Result<Reply, OktaError> {
    let Some(limits) = listing.limits else {
        let records = view.org.records_after(collection, "");
        return Ok(Reply::listing(records.map(|(_, record)| record.json())));
    };
    let parameters = Parameters::read(view, collection, listing, limits)?;
    let Parameters { mode, limit, style, ref from, ref sort, .. } = parameters;
    let records = records_after(view, collection, &parameters).filter(|(id, record)| {
        !(listing.hides)(record, mode) && parameters.condition.matches(view.org, id, record)
    });
    let mut page = page(view, records, from.clone(), limit, |id, record| {
        Cursor::after(id, sort.as_ref().map(|sort| sort.key_of(view.org, id, record)))
    });
    let keyword = listing.keyword.as_ref().filter(|_| mode == Mode::Keyword);
    let is_paged = keyword.is_none_or(|keyword| keyword.paged);
    if let (Some(keyword), Some(q), false) = (keyword, view.call.param("q"), is_paged) {
        put_exact_first(&mut page.records, keyword, q);
    }
    let shown = page.records.iter();
    let shown = shown.map(|(id, record)| parameters.presentation.show(view, id, record));
    let mut reply = Reply::listing(shown);
    if is_paged {
        let next = page.next.map(|cursor| cursor.write(style));
        reply.links = links(view, limit, next, listing.links_drop);
    }
    Ok(reply)
}

/// Returns the records that follow the cursor, in the order that was asked for. Some that the condition does not
/// match are passed over here.
fn records_after<'a>(
    view: View<'a>,
    collection: Collection,
    parameters: &'a Parameters,
) -> Walk<'a> {
    let View { org, index, now, .. } = view;
    let Parameters { from: Cursor { id, sort_key, .. }, condition, .. } = parameters;
    match (parameters.mode, &parameters.sort) {
        (Mode::Search, Some(sort)) => {
            let from = sort_key.as_deref().map(|key| (key, id.as_str()));
            index.sorted_records_after(org, collection, sort, condition, from, now)
        }
        (Mode::Search, None) => index.records_after(org, collection, condition, id, now),
        _ => index.true_records_after(org, collection, condition, id),
    }
}

fn put_exact_first(records: &mut Records<'_>, keyword: &Keyword, q: &str) {
    let is_exact = |record: &Record| {
        keyword.properties.iter().any(|&name| {
            let value = record.property(name);
            value.as_ref().and_then(Value::as_str).is_some_and(|value| fold(value) == fold(q))
        })
    };
    records.sort_by_key(|(_, record)| !is_exact(record));
}
