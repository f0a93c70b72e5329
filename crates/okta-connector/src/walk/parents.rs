//! The walk through records below others: page by page of the objects above, and object by object on each page.
//!
//! The records below one object are walked as any listing is. The first pages of the next few objects are asked for
//! meanwhile, as many as the answer is expected to have room for, and taken up in their order: a position needs to name
//! one object only.

use super::page::{Expanded, Route, malformed};
use super::sight::Above;
use super::{Arrival, Ask, Earlier, MAX_EMPTY_PAGES, Recovery, Stop, Walk, circle, fetch};
use crate::catalogue::Reach;
use crate::error::Error;
use crate::plan::{Relation, Shape, Way};
use crate::position::{Done, Frame, Lane, Progress};
use crate::trouble::hidden;
use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use okta_client::{Cursor, ErrorKind, HttpService, Page};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::time::Instant;

/// The records that are expected below an object about which nothing is known.
const GUESS: u64 = 100;

/// A page of objects above records, for the next call of a run that has ended in it: most calls end in the middle of one.
#[derive(Clone, Debug)]
pub(crate) struct KeptPage {
    page: Page,
    /// The time at which Okta gave it.
    since: Instant,
}

/// The time for which a page is good: a longer call would have worked on it as long.
const TIME_TO_LIVE: Duration = Duration::from_mins(5);

/// The most bytes of a page that is kept.
const MAX_KEPT: usize = 1024 * 1024;

impl KeptPage {
    fn is_good(&self) -> bool {
        self.since.elapsed() < TIME_TO_LIVE && self.page.body.len() <= MAX_KEPT
    }
}

/// The place in the objects above records.
struct Place<'f> {
    lane: Lane,
    progress: &'f mut Progress,
    /// The place below the object that the call before was at.
    inner: Option<Frame>,
}

/// The first pages of objects that were asked for ahead.
struct Ahead {
    arrived: BTreeMap<usize, Arrival>,
    /// The records expected of each object that was asked for and not walked yet.
    expected: BTreeMap<usize, u64>,
}

impl<S: HttpService> Walk<'_, S> {
    /// Walks the records below the objects of a listing.
    pub(super) async fn below_all(
        &mut self,
        route: Route<'_>,
        relation: &Relation,
        frames: &mut Vec<Frame>,
    ) -> Result<Stop, Error> {
        if frames[0].progress.unexpanded {
            self.answer.expanded = Expanded::No;
        }
        let inner = (frames.len() > 1).then(|| frames.remove(1));
        let lane = frames[0].lanes.pop().unwrap_or_default();
        let earlier = match (&inner, &lane) {
            (None, Lane { cursor: None, done: None, .. }) => Earlier::Nothing,
            _ => Earlier::Records,
        };
        let mut progress = std::mem::take(&mut frames[0].progress);
        let mut place = Place { lane, progress: &mut progress, inner };
        let outcome = self.objects(route, relation, earlier, &mut place).await;
        let Place { lane, inner, .. } = place;
        progress.unexpanded = self.answer.expanded == Expanded::No;
        frames[0].progress = progress;
        if !matches!(outcome, Ok(Stop::End | Stop::OtherWay)) {
            frames[0].lanes = if lane == Lane::default() { Vec::new() } else { vec![lane] };
            frames.extend(inner);
        }
        outcome
    }

    /// Walks the pages of the objects above.
    async fn objects(
        &mut self,
        route: Route<'_>,
        relation: &Relation,
        earlier: Earlier,
        place: &mut Place<'_>,
    ) -> Result<Stop, Error> {
        let way = route.way;
        let is_inside = place.inner.is_some() || place.lane.done.is_some();
        // A run that begins looks at everything anew.
        let mut kept = self.kept.take().filter(|kept| is_inside && kept.is_good());
        let mut is_first = true;
        loop {
            if !std::mem::take(&mut is_first) && !self.has_time() {
                return Ok(Stop::Budget);
            }
            let cursor = place.lane.cursor.clone().map(Cursor::new);
            let mut request = way.request.clone();
            if let Some(limit) = place.lane.done.as_ref().and_then(|done| done.limit) {
                request = request.with_limit(limit).with_least(limit);
            }
            let asked = match kept.take() {
                Some(kept) => Ok(kept),
                None => {
                    let page = self.get(&request, cursor.as_ref()).await;
                    page.map(|page| KeptPage { page, since: Instant::now() })
                }
            };
            let seen = match asked {
                Ok(seen) => seen,
                Err(error) => {
                    let (lane, progress) = (&mut place.lane, &mut *place.progress);
                    match self.recover(route, lane, progress, earlier, &error) {
                        Recovery::Again => continue,
                        Recovery::Stop(Stop::End) if way.shape == Shape::Record => {
                            return Ok(Stop::End);
                        }
                        Recovery::Stop(stop) => return Ok(stop),
                        Recovery::Fail => return Err(error.into()),
                    }
                }
            };
            let page = &seen.page;
            match self.below_each(route, relation, page, place).await? {
                Stop::End => {}
                stop => {
                    self.kept = Some(seen).filter(KeptPage::is_good);
                    return Ok(stop);
                }
            }
            let next = page.next.as_ref().filter(|_| way.shape == Shape::List);
            match next {
                None => return self.end_of_objects(relation, place.progress),
                Some(next) if place.lane.goes_in_circles(next.as_str()) => return Err(circle()),
                Some(next) => place.lane.advance(next.as_str()),
            }
        }
    }

    /// Ends a walk, unless what is above the records is hidden or lacking: then no records are no success.
    fn end_of_objects(&self, relation: &Relation, progress: &Progress) -> Result<Stop, Error> {
        // An org need not have all kinds of what is listed kind by kind.
        let has_kinds = matches!(relation.above.entity.object.reach, Reach::Kinds(..));
        if relation.above.must_find_something() && !has_kinds && progress.above == 0 {
            return Err(hidden());
        }
        if progress.skipped > 0 {
            let (skipped, object) = (progress.skipped, relation.branch.parent.name);
            tracing::warn!(
                skipped,
                object,
                "objects were passed over since they are gone or closed"
            );
        }
        Ok(Stop::End)
    }

    /// Walks what is below the objects of a page, from the first one that is not done.
    async fn below_each(
        &mut self,
        route: Route<'_>,
        relation: &Relation,
        page: &Page,
        place: &mut Place<'_>,
    ) -> Result<Stop, Error> {
        let text = std::str::from_utf8(&page.body).map_err(|_| malformed())?;
        let shapes = std::sync::Arc::clone(&self.answer.shapes);
        let sight = shapes.sight.as_ref();
        let sight = sight.expect("the answer was turned to the relation of the listing");
        let (objects, all) =
            sight.read(relation, route.way.shape, text).map_err(|_| malformed())?;
        place.lane.empty = if all == 0 { place.lane.empty.saturating_add(1) } else { 0 };
        if place.lane.empty > MAX_EMPTY_PAGES {
            return Err(super::page::endless());
        }
        let first = place.first(&objects);
        let client = self.client;
        let mut asked = FuturesUnordered::new();
        let mut ahead = Ahead { arrived: BTreeMap::new(), expected: BTreeMap::new() };
        let mut next_ahead = first;
        for (index, object) in objects.iter().enumerate().skip(first) {
            if object.count == Some(0) {
                place.pass(object, index, page);
                continue;
            }
            let Some(way) = relation.way(&object.id) else {
                place.pass(object, index, page);
                continue;
            };
            if self.answer.wanted() == 0 || !self.has_time() && asked.is_empty() {
                return Ok(Stop::Budget);
            }
            let inner = Route { way: &way, has_next: false, above: Some(object), ..route };
            let mut frame = match place.inner.take() {
                Some(frame) if frame.above.as_deref() == Some(&*object.id) => frame,
                _ => Frame { above: Some(object.id.to_string()), ..Frame::default() },
            };
            let is_begun = !frame.lanes.is_empty();
            // The object itself, if it was not asked for before, and as many behind it as the answer has room for.
            next_ahead = next_ahead.max(index + usize::from(is_begun));
            // A listing that was begun may have any number of pages.
            while !is_begun && let Some(next) = self.next_ahead(&objects, next_ahead, index, &ahead)
            {
                next_ahead = next + 1;
                let Some(way) = relation.way(&objects[next].id) else { continue };
                let expected = self.expected_below(&objects[next], place.progress);
                let left = self.answer.wanted().saturating_sub(ahead.expected.values().sum());
                ahead.expected.insert(next, expected);
                let ask = self.first_page(relation, &way, left);
                asked.push(async move { (next, fetch(client, ask).await) });
            }
            let mut seed = ahead.arrived.remove(&index);
            while seed.is_none() && ahead.expected.contains_key(&index) {
                match asked.next().await {
                    Some((arrived, arrival)) if arrived == index => seed = Some(arrival),
                    Some((arrived, arrival)) => {
                        ahead.arrived.insert(arrived, arrival);
                    }
                    None => break,
                }
            }
            let before = place.progress.delivered;
            let outcome = {
                let work = self.way_from(inner, &mut frame, seed);
                with(work, &mut asked, &mut ahead.arrived).await
            };
            ahead.expected.remove(&index);
            let progress = &mut *place.progress;
            progress.latency = frame.progress.latency;
            progress.pages = progress.pages.saturating_add(frame.progress.pages);
            let delivered = frame.progress.delivered;
            frame.progress.pages = 0;
            match outcome {
                Ok(Stop::End) => {
                    if let Some(error) = self.gone.take()
                        && self.is_still_there(route, relation, object, &place.lane).await?
                    {
                        return Err(of_object(error.into(), relation, object));
                    }
                    self.answer.skipped += u64::from(frame.progress.skipped);
                    let progress = &mut *place.progress;
                    progress.delivered = before.saturating_add(delivered);
                    progress.skipped = progress.skipped.saturating_add(frame.progress.skipped);
                    place.pass(object, index, page);
                }
                outcome => {
                    if !frame.lanes.is_empty() {
                        place.inner = Some(frame);
                    }
                    return outcome.map_err(|error| of_object(error, relation, object));
                }
            }
        }
        Ok(Stop::End)
    }

    /// Looks for an object once more, below which Okta knows nothing: only what is gone may be passed over.
    async fn is_still_there(
        &self,
        route: Route<'_>,
        relation: &Relation,
        object: &Above<'_>,
        lane: &Lane,
    ) -> Result<bool, Error> {
        let cursor = lane.cursor.clone().map(Cursor::new);
        let page = match self.get(&route.way.request, cursor.as_ref()).await {
            Ok(page) => page,
            Err(error) if error.kind == ErrorKind::NotFound && route.way.shape == Shape::Record => {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        let text = std::str::from_utf8(&page.body).map_err(|_| malformed())?;
        let sight = self.answer.shapes.sight.as_ref();
        let sight = sight.expect("the answer was turned to the relation of the listing");
        let (objects, _) = sight.read(relation, route.way.shape, text).map_err(|_| malformed())?;
        Ok(objects.iter().any(|it| it.id == object.id))
    }

    /// Returns the next object to ask for ahead of the one at `present`; none if no other one should be asked now.
    fn next_ahead(
        &self,
        objects: &[Above<'_>],
        from: usize,
        present: usize,
        ahead: &Ahead,
    ) -> Option<usize> {
        let next = (from..objects.len()).find(|&index| objects[index].count != Some(0))?;
        if next == present {
            // Whether it is worth a page is decided as for any listing.
            return None;
        }
        let on_their_way =
            ahead.expected.len() + usize::from(!ahead.expected.contains_key(&present));
        let expected: u64 = ahead.expected.values().sum();
        let own = match (ahead.expected.contains_key(&present), objects[present].count) {
            (true, _) => 0,
            (false, Some(count)) => count,
            (false, None) => GUESS,
        };
        let is_worth_it = on_their_way < self.budget.max_concurrency
            && expected + own < self.answer.wanted()
            && self.has_time()
            && on_their_way < self.room();
        is_worth_it.then_some(next)
    }

    /// Returns the number of records that are expected below an object.
    fn expected_below(&self, object: &Above<'_>, progress: &Progress) -> u64 {
        let met = u64::from(progress.above.saturating_sub(progress.skipped));
        object.count.unwrap_or_else(|| progress.delivered.checked_div(met).unwrap_or(GUESS).max(1))
    }

    /// Asks for the first page below an object, with `left` records to want.
    fn first_page(&self, relation: &Relation, way: &Way, left: u64) -> Ask {
        let mut request = self.expanded(relation, way.request.clone());
        if let Some(most) = request.limit().filter(|_| !way.narrowed_here) {
            let left = u32::try_from(left).unwrap_or(u32::MAX);
            request = request.with_limit(left.clamp(relation.branch.least, most));
        }
        Ask { lane: 0, request, cursor: None, deadline: self.budget.deadline }
    }
}

impl Place<'_> {
    /// Returns the number of the first object that is not done: the one that the call before was at, or the one behind
    /// the last that is done. If neither is on the page any more, the page is taken from its start, since what comes
    /// twice is better than what is missing.
    fn first(&mut self, objects: &[Above<'_>]) -> usize {
        let place = |id: &str| objects.iter().position(|object| *object.id == *id);
        let at = self.inner.as_ref().and_then(|frame| place(frame.above.as_deref()?));
        let done = self.lane.done.as_ref().and_then(|done| place(&done.id));
        if at.is_none() {
            self.inner = None;
        }
        at.or(done.map(|done| done + 1)).unwrap_or(0)
    }

    /// Notes that an object is done.
    fn pass(&mut self, object: &Above<'_>, index: usize, page: &Page) {
        self.progress.above = self.progress.above.saturating_add(1);
        let records = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let id = object.id.to_string();
        self.lane.done = Some(Done { id, records, limit: page.limit });
    }
}

/// Waits for `work` and takes in what arrives meanwhile.
async fn with<W: Future, F: Future<Output = (usize, Arrival)>>(
    work: W,
    asked: &mut FuturesUnordered<F>,
    arrived: &mut BTreeMap<usize, Arrival>,
) -> W::Output {
    let mut work = pin!(work);
    while !asked.is_empty() {
        match select(work.as_mut(), asked.next()).await {
            Either::Left((output, _)) => return output,
            Either::Right((Some((index, arrival)), _)) => {
                arrived.insert(index, arrival);
            }
            Either::Right((None, _)) => {}
        }
    }
    work.await
}

/// Says below which object something failed. The log is told its id alone.
fn of_object(error: Error, relation: &Relation, object: &Above<'_>) -> Error {
    if error.code.is_passing() {
        return error;
    }
    let name = relation.branch.parent.name;
    let called = object.called.as_ref().map_or(String::new(), |called| format!(" {called}"));
    let logged = format!("{name} {}. {}", object.id, error.logged());
    let message = format!("{name}{called} {}. {error}", object.id);
    Error::new(error.code, message).logged_as(logged)
}
