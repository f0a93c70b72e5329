//! The walk through a plan: it fetches pages, tests their records and writes those that pass, until
//! a budget is used up.
//!
//! Four budgets hold for one call: time, bytes, the page size that AppFlow asked for, and LIMIT.
//! If one of them ends, a position says where the next call goes on, down to the record.
//!
//! The next page is asked for before the present one is worked on, and a listing that Okta can cut
//! into ranges is walked in several lanes where that is faster. This file sends requests and waits for
//! them; the decisions are pure: what to do next in `lanes`, what still fits in `pace`, what is written of a page in
//! `page`.

mod elements;
mod lanes;
mod pace;
mod page;
mod parents;
mod sight;

pub(crate) use pace::Budget;
pub(crate) use page::references;
pub(crate) use parents::KeptPage;

use crate::error::Error;
use crate::plan::{Below, Bounds, Listing, Plan, Relation, Shape, Way};
use crate::position::{Done, Frame, Lane, Order, Position, Progress};
use crate::query::Query;
use crate::token::MAX_TOKEN;
use appflow_connector::{ErrorCode, Records};
use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use lanes::{Lanes, Next, PAGES_PER_SPLIT, Situation};
use okta_client::{Client, Cursor, ErrorKind, HttpService, OktaRequest, Page};
use pace::Pace;
use page::{Answer, Expanded, MAX_EMPTY_PAGES, Route, Shapes, Taken};
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;
use tokio::time::Instant;

/// The records that one call has found.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The records, written.
    pub(crate) records: Records,
    /// The records that were looked at.
    pub(crate) scanned: u64,
    /// The values that were tested and could not be read.
    pub(crate) unreadable: u64,
    /// The objects above records that were passed over.
    pub(crate) skipped_parents: u64,
    /// The records delivered over all, by earlier calls too.
    pub(crate) delivered: u64,
    /// The place at which to go on; none at the end of the query.
    pub(crate) next: Option<Position>,
    /// The page of objects above records in which that place is, if it is in one.
    pub(crate) kept: Option<KeptPage>,
}

/// Walks `plan` from `start` on, which is one of its positions. The answer is written into the memory of `sent`, an
/// answer that is no longer needed. `kept` is the page in which the call before has ended, if that is known.
///
/// # Errors
///
/// Whatever Okta says for good; and what passes, if nothing was found before.
pub(crate) async fn run<S: HttpService>(
    client: &Client<S>,
    query: &Query,
    plan: &Plan,
    mut start: Position,
    budget: Budget,
    sent: Vec<u8>,
    kept: Option<KeptPage>,
) -> Result<Batch, Error> {
    if start.frames.is_empty() {
        start.frames.push(Frame::default());
    }
    let shapes = Shapes::new(query, plan);
    let answer = Answer::new(query, shapes, &budget, start.delivered, sent);
    let latency = start.frames.last().map_or(0, |frame| frame.progress.latency);
    let pace = Pace::new(Duration::from_millis(latency.into()));
    let mut walk = Walk { client, budget, pace, answer, bounds: None, gone: None, kept };
    let next = match &plan.window {
        None => walk.plan(plan, &start).await?,
        Some(window) => {
            // All calls of a run ask about the same time.
            if start.began == 0 {
                start.began = budget.wall_now;
            }
            walk.bounds = window.at(start.began)?;
            match &walk.bounds {
                Some(_) => walk.plan(plan, &start).await?,
                None => None,
            }
        }
    };
    let kept = walk.kept.filter(|_| next.is_some());
    let Answer { records, scanned, unreadable, skipped, delivered, .. } = walk.answer;
    if unreadable > 0 {
        tracing::warn!(
            unreadable,
            "values could not be read for the filter, so they passed no test"
        );
    }
    Ok(Batch { records, scanned, unreadable, skipped_parents: skipped, delivered, next, kept })
}

/// The ids of one parent's records that are kept in memory to compare those of another one with.
const MAX_AMONG: usize = 100_000;

/// The reason for which a walk stands still.
#[derive(Debug)]
enum Stop {
    /// Nothing more will come.
    End,
    /// A budget is used up; the position says where to go on.
    Budget,
    /// The listing is asked for in the next way.
    OtherWay,
}

/// The answer to a failed request.
enum Recovery {
    Again,
    Stop(Stop),
    Fail,
}

/// One request for a page of a lane.
struct Ask {
    lane: usize,
    request: OktaRequest,
    cursor: Option<Cursor>,
    deadline: Instant,
}

/// A page that arrived.
struct Arrival {
    lane: usize,
    /// The page size that was asked for.
    limit: Option<u32>,
    /// The time that it took, waiting and repeating included.
    elapsed: Duration,
    outcome: Result<Page, okta_client::Error>,
}

/// The use that an arrival is of.
enum Received {
    /// A page of a lane, to be worked on.
    Page(usize, Page),
    /// The arrival is of no use.
    Nothing,
    /// The end of the walk.
    Stop(Stop),
}

/// The part of a listing that earlier calls have delivered. What this call has found can be taken back, so that the
/// listing may be begun anew in another way without repeating it; what earlier calls delivered cannot.
#[derive(Clone, Copy)]
enum Earlier {
    Nothing,
    Records,
}

/// The course of a walk through one way.
struct Course<'p> {
    route: Route<'p>,
    lanes: Lanes,
    progress: Progress,
    earlier: Earlier,
    /// The first failure that may pass: no other request is sent.
    failure: Option<Error>,
    /// True if a lane was split since the last arrival: one at a time.
    has_split: bool,
}

impl Course<'_> {
    fn may_split(&self) -> bool {
        let Progress { order, splits, pages, .. } = self.progress;
        !self.has_split
            && self.route.way.cut.is_some()
            && order == Order::Kept
            && splits < 1 + pages / PAGES_PER_SPLIT
    }

    /// Says whether a 500 leads to the next way.
    fn has_alternative(&self) -> bool {
        matches!(self.earlier, Earlier::Nothing) && self.route.leads_on(&ErrorKind::Server)
    }

    fn split(&mut self, index: usize, now: i64) {
        self.lanes.split(index, now);
        self.progress.splits = self.progress.splits.saturating_add(1);
        self.has_split = true;
    }

    /// Says how the walk ends if nothing is on its way and nothing may be asked for.
    fn end(&mut self) -> Result<Stop, Error> {
        match self.failure.take() {
            Some(error) => Err(error),
            None if self.lanes.are_over() => Ok(Stop::End),
            None => Ok(Stop::Budget),
        }
    }
}

struct Walk<'a, S> {
    client: &'a Client<S>,
    budget: Budget,
    pace: Pace,
    answer: Answer<'a>,
    /// The refusal that says that there is nothing below an object, until it is known that the object is gone.
    gone: Option<okta_client::Error>,
    /// The bounds of every request, where records are listed in a window of time.
    bounds: Option<Bounds>,
    /// The page of objects above in which the call before has ended, and later the one in which this call ends.
    kept: Option<KeptPage>,
}

impl<S: HttpService> Walk<'_, S> {
    async fn plan(&mut self, plan: &Plan, start: &Position) -> Result<Option<Position>, Error> {
        let mut frames = start.frames.clone();
        let mut took_back = false;
        while let Some(listing) = plan.listings.get(frames[0].listing as usize) {
            let before = self.answer.checkpoint();
            let outcome = self.listing(listing, &mut frames).await;
            let delivered = self.answer.delivered;
            let here = Position { delivered, began: start.began, frames };
            let has_progressed = !here.is_as_far_as(start);
            let Frame { listing, way, .. } = here.outermost();
            match outcome {
                Ok(Stop::End) => {
                    self.answer.among = None;
                    frames = vec![Frame { listing: listing + 1, ..Frame::default() }];
                }
                // The other way begins anew, with what this one has found but not handed out.
                Ok(Stop::OtherWay) => {
                    took_back |= self.answer.rewind(before);
                    frames = vec![Frame { listing, way: way + 1, ..Frame::default() }];
                }
                Ok(Stop::Budget)
                    if has_progressed
                        || way != start.outermost().way
                        || self.answer.wanted() == 0 =>
                {
                    return Ok(self.resume(here));
                }
                // With nothing found and nowhere got, there is no answer but a failure.
                Ok(Stop::Budget) => {
                    let message = "No time was left to ask Okta for a page";
                    return Err(Error::new(ErrorCode::RequestTimeout, message));
                }
                // The budget ended before Okta could be asked in the next way, which the next call does.
                Err(error)
                    if error.code == ErrorCode::RateLimitExceeded
                        && way != start.outermost().way =>
                {
                    return Ok(self.resume(here));
                }
                // What was found is delivered, whatever Okta said. The next call begins with what failed: if that lasts,
                // the call gets nowhere, and the run ends with its message.
                Err(error) if has_progressed || took_back => {
                    tracing::info!(code = error.code.name(), "the page ends early");
                    return Ok(self.resume(here));
                }
                Err(error) => return Err(error),
            }
            if self.answer.limit_left() == 0 {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn resume(&self, here: Position) -> Option<Position> {
        (self.answer.limit_left() > 0).then_some(here)
    }

    fn has_time(&self) -> bool {
        self.pace.has_time(Instant::now(), self.budget.deadline)
    }

    async fn listing(&mut self, listing: &Listing, frames: &mut Vec<Frame>) -> Result<Stop, Error> {
        let number = frames[0].way as usize;
        let way = listing.ways.get(number);
        let way = way.expect("a position names a way that there is, as was checked with its token");
        let next = listing.ways.get(number + 1);
        let is_fresher = next.is_some_and(Way::may_lag) && !way.may_lag();
        let route = Route { listing, way, has_next: next.is_some(), is_fresher, above: None };
        if let Some(relation) = &listing.relation {
            self.answer.turn_to(relation);
        }
        if self.answer.among.is_none() {
            let mut among = Vec::new();
            for listing in &listing.among {
                among.push(self.ids(listing).await?);
            }
            self.answer.among = Some(among);
        }
        match (&listing.relation, &way.below) {
            (Some(relation), _) if relation.array().is_none() => {
                self.below_all(route, relation, frames).await
            }
            (_, Some(below)) => self.references(route, below, frames).await,
            _ => self.way(route, &mut frames[0]).await,
        }
    }

    /// Walks a listing of references: the record of one after that of the other.
    async fn references(
        &mut self,
        route: Route<'_>,
        below: &Below,
        frames: &mut Vec<Frame>,
    ) -> Result<Stop, Error> {
        let way = route.way;
        let mut lane = frames[0].lanes.pop().unwrap_or_default();
        let earlier = match (frames.len(), &lane) {
            (1, Lane { cursor: None, done: None, .. }) => Earlier::Nothing,
            _ => Earlier::Records,
        };
        loop {
            let cursor = lane.cursor.clone().map(Cursor::new);
            let page = match self.get(&way.request, cursor.as_ref()).await {
                Ok(page) => page,
                Err(error) => {
                    let progress = &mut frames[0].progress;
                    match self.recover(route, &mut lane, progress, earlier, &error) {
                        Recovery::Again => continue,
                        Recovery::Stop(stop) => return Ok(stop),
                        Recovery::Fail => {
                            frames[0].lanes = vec![lane];
                            return Err(error.into());
                        }
                    }
                }
            };
            let outcome = self.record_of_each(route, below, &mut lane, frames, &page).await;
            let next = page.next.filter(|_| way.shape == Shape::List);
            match (outcome, next) {
                (Ok(Stop::End), Some(next)) if !lane.goes_in_circles(next.as_str()) => {
                    lane.advance(next.as_str());
                }
                (Ok(Stop::End), Some(_)) => return Err(circle()),
                (Ok(Stop::End), None) => return Ok(Stop::End),
                (outcome, _) => {
                    frames[0].lanes = vec![lane];
                    return outcome;
                }
            }
        }
    }

    /// Walks the records that a page names, from the first one that `lane` is not done with.
    async fn record_of_each(
        &mut self,
        route: Route<'_>,
        below: &Below,
        lane: &mut Lane,
        frames: &mut Vec<Frame>,
        page: &Page,
    ) -> Result<Stop, Error> {
        let ids = references(route.way.shape, &route.way.id_path, page)?;
        let done = lane.done.as_ref();
        let last = done.and_then(|done| ids.iter().position(|id| **id == *done.id));
        for (index, id) in ids.iter().enumerate().skip(last.map_or(0, |last| last + 1)) {
            let Some(way) = below.way(id, route.way) else { continue };
            if self.answer.wanted() == 0 || !self.has_time() {
                return Ok(Stop::Budget);
            }
            if frames.len() == 1 {
                frames.push(Frame::default());
            }
            let inner = Route { way: &way, has_next: false, ..route };
            match self.way(inner, &mut frames[1]).await? {
                Stop::End => {}
                stop => return Ok(stop),
            }
            frames.truncate(1);
            let records = u32::try_from(index + 1).unwrap_or(u32::MAX);
            lane.done = Some(Done { id: id.clone().into(), records, limit: page.limit });
        }
        Ok(Stop::End)
    }

    /// Walks a listing of records, in lanes where that pays.
    async fn way(&mut self, route: Route<'_>, frame: &mut Frame) -> Result<Stop, Error> {
        self.way_from(route, frame, None).await
    }

    /// Walks a listing of records whose first page may have been asked for.
    async fn way_from(
        &mut self,
        route: Route<'_>,
        frame: &mut Frame,
        first: Option<Arrival>,
    ) -> Result<Stop, Error> {
        let lanes = Lanes::new(std::mem::take(&mut frame.lanes));
        let progress = std::mem::take(&mut frame.progress);
        let earlier = match progress.delivered {
            0 => Earlier::Nothing,
            _ => Earlier::Records,
        };
        let (failure, has_split) = (None, false);
        let mut course = Course { route, lanes, progress, earlier, failure, has_split };
        let stop = self.walk_lanes(&mut course, first).await;
        frame.lanes = course.lanes.rest();
        frame.progress = course.progress;
        stop
    }

    async fn walk_lanes(
        &mut self,
        course: &mut Course<'_>,
        first: Option<Arrival>,
    ) -> Result<Stop, Error> {
        let client = self.client;
        let mut on_their_way = FuturesUnordered::new();
        let mut early = first;
        if early.is_some() {
            // All that is wanted may be on that page.
            course.lanes.ask(0, u64::MAX / 2);
        }
        loop {
            let arrival = match course.lanes.next(&self.situation(course, 0)) {
                Next::Split(index) => {
                    course.split(index, self.wall_now());
                    continue;
                }
                Next::Ask(index, left) => {
                    let cursor = course.lanes.lane(index).cursor.clone();
                    on_their_way.push(fetch(client, self.ask(course, index, cursor, left)));
                    continue;
                }
                Next::Wait => match early.take() {
                    Some(arrival) => Some(arrival),
                    None => on_their_way.next().await,
                },
                Next::Stop => None,
            };
            let Some(arrival) = arrival else { return course.end() };
            let (index, page) = match self.receive(course, arrival)? {
                Received::Page(index, page) => (index, page),
                Received::Nothing => continue,
                Received::Stop(stop) => return Ok(stop),
            };
            let next = page.next.as_ref().filter(|_| course.route.way.shape == Shape::List);
            if let Some(next) = next
                && let Some(left) = self.left_behind(course, index, &page)
            {
                let cursor = Some(next.as_str().to_owned());
                on_their_way.push(fetch(client, self.ask(course, index, cursor, left)));
                // Polled once and with a turn for the connection, the request leaves now.
                early = on_their_way.next().now_or_never().flatten();
                tokio::task::yield_now().await;
            }
            match (self.take(course, index, &page)?, next) {
                (Taken::Cut, _) => return Ok(Stop::Budget),
                (Taken::Whole, Some(next)) => course.lanes.lane(index).advance(next.as_str()),
                (Taken::Whole, None) | (Taken::Beyond, _) => course.lanes.end(index),
            }
        }
    }

    /// Takes in what has arrived: a page, or a failure that is recovered from, remembered, or the end.
    fn receive(&mut self, course: &mut Course<'_>, arrival: Arrival) -> Result<Received, Error> {
        let Arrival { lane: index, limit, elapsed, outcome } = arrival;
        course.has_split = false;
        if !course.lanes.arrive(index) {
            return Ok(Received::Nothing);
        }
        let lane = course.lanes.lane(index);
        let page = match outcome {
            Ok(page) => page,
            Err(error) => {
                let Course { route, progress, earlier, .. } = course;
                match self.recover(*route, lane, progress, *earlier, &error) {
                    Recovery::Again => {}
                    Recovery::Stop(stop) => return Ok(Received::Stop(stop)),
                    Recovery::Fail => {
                        let error = failure(route.way, error);
                        if !error.code.is_passing() {
                            return Err(error);
                        }
                        course.failure.get_or_insert(error);
                    }
                }
                return Ok(Received::Nothing);
            }
        };
        self.pace.arrive(elapsed, page.latency);
        course.progress.latency = u32::try_from(page.latency.as_millis()).unwrap_or(u32::MAX);
        course.progress.pages = course.progress.pages.saturating_add(1);
        if page.limit < limit {
            course.progress.page_size = page.limit;
        }
        let next = page.next.as_ref().filter(|_| course.route.way.shape == Shape::List);
        match next.is_some_and(|next| lane.goes_in_circles(next.as_str())) {
            true => Err(circle()),
            false => Ok(Received::Page(index, page)),
        }
    }

    /// Returns the number of pages that will still fit into the answer.
    fn room(&self) -> usize {
        let written = self.answer.records.response_bytes(MAX_TOKEN);
        self.pace.room(written, 0, self.budget.max_bytes)
    }

    /// Describes where the walk stands, with `in_hand` bytes that are not written yet.
    fn situation(&self, course: &Course<'_>, in_hand: usize) -> Situation {
        let written = self.answer.records.response_bytes(MAX_TOKEN);
        let max_concurrency = self.budget.max_concurrency;
        let spacing = || self.client.spacing(&course.route.way.request);
        Situation {
            wanted: self.answer.wanted(),
            limit_left: self.answer.limit_left(),
            max_results: self.budget.max_results,
            is_empty: self.answer.records.is_empty(),
            max_concurrency,
            has_time: self.has_time(),
            room: self.pace.room(written, in_hand, self.budget.max_bytes),
            paying: match course.may_split() {
                true => self.pace.lanes_that_pay(spacing(), self.pages_wanted(course)),
                false => 1,
            },
            has_failed: course.failure.is_some(),
            now: self.wall_now(),
        }
    }

    /// Returns the number of requests that may be on their way at once, or of the pages that this call still wants, if
    /// they are fewer.
    fn pages_wanted(&self, course: &Course<'_>) -> usize {
        let Course { route, progress, .. } = course;
        let page_size = progress.page_size.or(route.way.request.limit()).unwrap_or(1);
        let page = self.expected(route.way, page_size.into()).max(1);
        let pages = usize::try_from(self.answer.wanted().div_ceil(page)).unwrap_or(usize::MAX);
        pages.clamp(1, self.budget.max_concurrency)
    }

    fn wall_now(&self) -> i64 {
        i64::try_from(self.budget.wall_now).unwrap_or(i64::MAX)
    }

    /// Returns the number of records that are left to want behind the page in hand; `None` if the
    /// page behind it should not be asked for yet.
    fn left_behind(&self, course: &mut Course<'_>, index: usize, page: &Page) -> Option<u64> {
        let done = course.lanes.lane(index).done.as_ref().map_or(0, |done| done.records);
        let in_hand = page.limit.map_or(1, |limit| u64::from(limit.saturating_sub(done)));
        let expected = self.expected(course.route.way, in_hand);
        course.lanes.ahead(index, &self.situation(course, page.body.len()), expected)
    }

    fn expected(&self, way: &Way, records: u64) -> u64 {
        match way.narrowed_here {
            true => self.pace.expected_to_pass(records, self.answer.records.len() as u64),
            false => records,
        }
    }

    /// Makes the request for the page of a lane at `cursor`, with `left` records to want.
    fn ask(&self, course: &mut Course<'_>, index: usize, cursor: Option<String>, left: u64) -> Ask {
        let way = course.route.way;
        let lane = course.lanes.lane(index);
        let mut request = way.request_for(lane);
        if let Some(bounds) = &self.bounds {
            request = bounds.of(request);
        }
        let mut least = 1;
        if let Some(relation) = &course.route.listing.relation {
            request = self.expanded(relation, request);
            least = relation.branch.least;
        }
        let mut expected = 1;
        if let Some(most) = request.limit() {
            let done = lane.done.as_ref().filter(|_| cursor == lane.cursor);
            let page_size = course.progress.page_size.unwrap_or(most).min(most);
            let limit = match done {
                Some(done) => done.limit.unwrap_or(page_size).min(most),
                None if way.narrowed_here => page_size,
                None => page_size.min(u32::try_from(left).unwrap_or(u32::MAX).max(least)),
            };
            request = request.with_limit(limit);
            if done.is_some() {
                request = request.with_least(limit);
            }
            let done = done.map_or(0, |done| done.records);
            expected = self.expected(way, u64::from(limit.saturating_sub(done)));
        }
        if course.has_alternative() {
            request = request.with_alternative();
        }
        course.lanes.ask(index, expected);
        let (cursor, deadline) = (cursor.map(Cursor::new), self.budget.deadline);
        Ask { lane: index, request, cursor, deadline }
    }

    /// Asks for the property that Okta adds to records on every page, since its links lose the question; not if it
    /// turned out not to add it.
    fn expanded(&self, relation: &Relation, request: OktaRequest) -> OktaRequest {
        match relation.expansion {
            Some(expansion) if self.answer.expanded == Expanded::No => {
                request.without(expansion.parameter.0)
            }
            _ => request,
        }
    }

    fn take(&mut self, course: &mut Course<'_>, index: usize, page: &Page) -> Result<Taken, Error> {
        self.pace.begin_page();
        let before = self.answer.records.response_bytes(0);
        let Course { route, lanes, progress, .. } = course;
        let taken = self.answer.take(*route, lanes.lane(index), progress, page)?;
        self.pace.end_page(self.answer.records.response_bytes(0) - before);
        Ok(taken)
    }

    /// Fetches all ids of a listing, in the first way that Okta accepts.
    async fn ids(&mut self, listing: &Listing) -> Result<HashSet<Box<str>>, Error> {
        let mut refusal = None;
        for way in &listing.ways {
            match self.ids_by(way).await? {
                Ok(ids) => return Ok(ids),
                Err(error) if matches!(error.kind, ErrorKind::Rejected) => refusal = Some(error),
                // A parent that does not exist has nothing below it.
                Err(error) if matches!(error.kind, ErrorKind::NotFound) => {
                    return Ok(HashSet::new());
                }
                Err(error) => return Err(error.into()),
            }
        }
        refusal.map_or_else(|| Ok(HashSet::new()), |refusal| Err(refusal.into()))
    }

    async fn ids_by(
        &mut self,
        way: &Way,
    ) -> Result<Result<HashSet<Box<str>>, okta_client::Error>, Error> {
        let mut ids = HashSet::new();
        let mut cursors = BTreeSet::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = match self.get(&way.request, cursor.as_ref()).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            ids.extend(references(way.shape, &way.id_path, &page)?);
            if ids.len() > MAX_AMONG {
                let message = "A parent that the filter names has too many records below it to compare them with \
                               those of another one. Name one of them alone";
                return Err(Error::invalid(message));
            }
            match page.next {
                // A cursor that comes again ends the list: its ids are known already.
                Some(next) if cursors.insert(next.as_str().to_owned()) => cursor = Some(next),
                _ => return Ok(Ok(ids)),
            }
        }
    }

    /// Decides on a failed request for a page of `lane`.
    fn recover(
        &mut self,
        route: Route<'_>,
        lane: &mut Lane,
        progress: &mut Progress,
        earlier: Earlier,
        error: &okta_client::Error,
    ) -> Recovery {
        let way = route.way;
        let at_start = lane.cursor.is_none();
        if let (Some(relation), Some(above)) = (&route.listing.relation, route.above) {
            let is_expanded =
                relation.expansion.is_some() && self.answer.expanded == Expanded::Unknown;
            match &error.kind {
                // Okta is asked once more before an object is taken to be gone.
                ErrorKind::NotFound if at_start && !lane.restarted => {
                    lane.restart();
                    return Recovery::Again;
                }
                ErrorKind::NotFound if relation.branch.refusal_is_none => {
                    return Recovery::Stop(Stop::End);
                }
                ErrorKind::NotFound => self.gone = Some(error.clone()),
                ErrorKind::Rejected | ErrorKind::Client if at_start && is_expanded => {
                    self.answer.expanded = Expanded::No;
                    return Recovery::Again;
                }
                ErrorKind::Rejected | ErrorKind::Client
                    if at_start && relation.branch.refusal_is_none =>
                {
                    return Recovery::Stop(Stop::End);
                }
                ErrorKind::Rejected | ErrorKind::Client | ErrorKind::Forbidden
                    if above.is_closed => {}
                _ => return Recovery::Fail,
            }
            progress.skipped = 1;
            return Recovery::Stop(Stop::End);
        }
        match (&error.kind, earlier) {
            (
                ErrorKind::Rejected
                | ErrorKind::Client
                | ErrorKind::NotFound
                | ErrorKind::FeatureMissing,
                _,
            ) if at_start && route.listing.may_be_lacking => {
                let query = way.request.query();
                tracing::info!(path = way.request.path(), ?query, "the org does not have this");
                Recovery::Stop(Stop::End)
            }
            // Okta is asked once more before there is said to be no such record.
            (ErrorKind::NotFound, _) if way.shape.is_alone() && !lane.restarted => {
                lane.restart();
                Recovery::Again
            }
            (ErrorKind::NotFound, _) if way.shape.is_alone() => Recovery::Stop(Stop::End),
            // The range is picked out of the whole listing instead.
            (ErrorKind::Rejected, _) if at_start && lane.done.is_none() && lane.asked.is_some() => {
                tracing::info!("Okta refused a range of the listing");
                lane.asked = None;
                progress.order = Order::Broken;
                Recovery::Again
            }
            (ErrorKind::InvalidCursor, _)
                if !at_start && lane.delivered == 0 && !lane.restarted =>
            {
                lane.restart();
                Recovery::Again
            }
            (kind, Earlier::Nothing) if route.leads_on(kind) => {
                tracing::info!(path = way.request.path(), "Okta is asked in another way");
                Recovery::Stop(Stop::OtherWay)
            }
            // A parent that does not exist has nothing below it.
            (ErrorKind::NotFound, _) if at_start && self.answer.is_below_parents() => {
                Recovery::Stop(Stop::End)
            }
            _ => Recovery::Fail,
        }
    }

    async fn get(
        &self,
        request: &OktaRequest,
        cursor: Option<&Cursor>,
    ) -> Result<Page, okta_client::Error> {
        self.client.get(request, cursor, self.budget.deadline).await
    }
}

async fn fetch<S: HttpService>(client: &Client<S>, ask: Ask) -> Arrival {
    let began = Instant::now();
    let outcome = client.get(&ask.request, ask.cursor.as_ref(), ask.deadline).await;
    Arrival { lane: ask.lane, limit: ask.request.limit(), elapsed: began.elapsed(), outcome }
}

/// Tells of a failed request for a page of `way`.
fn failure(way: &Way, error: okta_client::Error) -> Error {
    let is_about_order = matches!(error.kind, ErrorKind::InvalidCursor | ErrorKind::Rejected);
    let failure = Error::from(error);
    if way.cut.is_none() || !is_about_order {
        return failure;
    }
    let remedy = "If it lasts set maxConcurrentRequests to 1 so that Okta is not asked to sort";
    Error::new(failure.code, format!("{failure}. {remedy}")).logged_as(failure.logged())
}

fn circle() -> Error {
    let message = "Okta gave the same cursor twice so the listing would never end";
    Error::new(ErrorCode::ServerError, message)
}
