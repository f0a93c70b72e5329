//! `GET /api/v1/logs`: one page of the log, and the link to the next one.
//!
//! The link of a bounded query has a bound that is not the caller's: `since`, or `until` in descending order, is
//! when the last event of the page was published, and the cursor goes on from there. The link of a query that
//! polls keeps all parameters, and there always is one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::OktaError;
use crate::links::url;
use crate::paging::PageKind;
use crate::reply::{Link, Reply};
use crate::view::View;

use super::cursor::{BoundedCursor, PollingCursor};
use super::event::stamp;
use super::parameters::{Mode, Order, Parameters};
use super::{Place, SystemLog};

/// Events of a page, each with its place.
type Events<'a> = Vec<(Place, Cow<'a, str>)>;

/// Parameters that the next link has, and the values that it has them with.
type Moved = Vec<(&'static str, String)>;

/// Answers a query of the log.
pub(crate) fn list(view: View<'_>, log: &SystemLog) -> Result<Reply, OktaError> {
    let parameters = Parameters::read(view)?;
    let (events, next) = match parameters.mode {
        Mode::Polling(cursor) => polled(view, log, &parameters, cursor),
        Mode::Bounded { from, to, order, pauses } => {
            bounded(view, log, &parameters, (from, to), order, pauses)
        }
    };
    let mut reply = Reply::listing(events.iter().map(|(_, event)| event));
    reply.links = links(view, parameters.limit, next);
    Ok(reply)
}

fn polled<'a>(
    view: View<'_>,
    log: &'a SystemLog,
    parameters: &Parameters,
    from: PollingCursor,
) -> (Events<'a>, Option<Moved>) {
    let limit = if view.stalls { 0 } else { parameters.limit };
    let places = log.arrived(from.arrives, from.turn, view.now);
    let shown = places.filter_map(|place| Some((place, parameters.show(log, place.1)?)));
    let events: Events<'_> = shown.take(limit).collect();
    let next = events
        .last()
        .map_or(from, |&(place, _)| PollingCursor { arrives: place.0, turn: log.turn(place) });
    (events, Some(vec![("after", next.write())]))
}

fn bounded<'a>(
    view: View<'_>,
    log: &'a SystemLog,
    parameters: &Parameters,
    (from, to): (Place, Place),
    order: Order,
    pauses: u16,
) -> (Events<'a>, Option<Moved>) {
    if parameters.limit == 0 {
        return (Vec::new(), None);
    }
    let start = if order == Order::Ascending { from } else { to };
    let paused = || {
        let cursor = BoundedCursor { place: start, pauses: pauses.wrapping_add(1) };
        (Vec::new(), Some(moved(order, start.0, cursor)))
    };
    if view.stalls {
        return paused();
    }
    let kind = match view.behaviour.sparse_pages {
        false => PageKind::Full,
        true => PageKind::at(&format!("{start:?}")),
    };
    if kind == PageKind::Empty && pauses == 0 {
        return paused();
    }
    let length = kind.length(parameters.limit);
    let places = log.published(from, to, view.now);
    let places: Box<dyn Iterator<Item = Place>> = match order {
        Order::Ascending => Box::new(places),
        Order::Descending => Box::new(places.rev()),
    };
    let mut shown = places.filter_map(|place| Some((place, parameters.show(log, place.1)?)));
    let events: Events<'_> = shown.by_ref().take(length).collect();
    let more = shown.next().is_some();
    // A page that happens to end with the query may still promise more, which then is nothing.
    let promises = more || kind == PageKind::Promising && events.len() == length;
    let last = events.last().filter(|_| promises);
    let next = last.map(|&((published, number), _)| {
        let number = if order == Order::Ascending { number + 1 } else { number };
        moved(order, published, BoundedCursor { place: (published, number), pauses: 0 })
    });
    (events, next)
}

fn moved(order: Order, bound: i64, cursor: BoundedCursor) -> Moved {
    let name = if order == Order::Ascending { "since" } else { "until" };
    vec![(name, stamp(bound)), ("after", cursor.write())]
}

fn links(view: View<'_>, limit: usize, next: Option<Moved>) -> Vec<Link> {
    let call = view.call;
    let mut query: BTreeMap<&str, &str> =
        call.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let limit = limit.to_string();
    query.insert("limit", &limit);
    let mut links = vec![Link { relation: "self", url: url(call, &query) }];
    if let Some(moved) = &next {
        query.retain(|name, _| !view.behaviour.links_drop.iter().any(|drop| drop == name));
        query.extend(moved.iter().map(|(name, value)| (*name, value.as_str())));
        links.push(Link { relation: "next", url: url(call, &query) });
    }
    links
}
