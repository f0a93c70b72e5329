//! The walk through a plan: fetch pages, test their records, write what passes, until something is
//! used up.
//!
//! Four budgets hold for one call: time, bytes, the page size that AppFlow asked for, and LIMIT.
//! Where one of them ends, a position says where the next call goes on, down to the record.
//!
//! The next page is asked for before the present one is worked on, and a listing that Okta can cut
//! into ranges is walked in several lanes where that is faster: where one page takes longer than the
//! rate budget demands between two requests. What is asked for ahead is only what will be wanted.

use crate::catalogue::Field;
use crate::error::Error;
use crate::instant::Instant as Moment;
use crate::lane::Place;
use crate::plan::{Cut, Listing, Members, Plan, Query, Shape, Way};
use crate::record::{Layout, Malformed, Page as RecordPage, RecordView};
use crate::token::{Done, Lane, MAX_TOKEN, Order, Position};
use appflow_connector::Records;
use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use okta_client::{Client, Cost, Cursor, ErrorKind, HttpService, OktaRequest, Page};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;
use tokio::time::Instant;

/// What one call may use up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// When the answer must be complete.
    pub(crate) deadline: Instant,
    /// How many records it may hold.
    pub(crate) max_results: u64,
    /// How many bytes it may have, encoded.
    pub(crate) max_bytes: usize,
    /// How many requests may be on their way at once.
    pub(crate) max_concurrency: usize,
    /// The time of day in seconds since 1970: where a range without an end ends.
    pub(crate) wall_now: u64,
}

/// What one call has found.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) records: Records,
    /// Where to go on; none at the end of the query.
    pub(crate) next: Option<Position>,
    pub(crate) statistics: Statistics,
}

/// What one call has cost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statistics {
    /// Pages read.
    pub(crate) pages: u64,
    /// Requests sent, repeated ones included.
    pub(crate) requests: u64,
    /// Records looked at.
    pub(crate) scanned: u64,
    /// Okta's ids of the requests that were answered.
    pub(crate) request_ids: Vec<Box<str>>,
    /// How long the rate budget kept the requests.
    pub(crate) waited: Duration,
    /// How much of the tightest limit was left in the end, in percent.
    pub(crate) limit_remaining: Option<u32>,
}

impl Statistics {
    /// Takes over what the ledger of the call says.
    pub(crate) fn with_cost(self, cost: Cost) -> Self {
        Self {
            pages: cost.pages,
            requests: cost.requests,
            scanned: self.scanned,
            request_ids: cost.request_ids,
            waited: cost.waited,
            limit_remaining: cost.limit_remaining,
        }
    }
}

/// Before the first page, this is how long one is expected to take.
const FIRST_PAGE_ESTIMATE: Duration = Duration::from_millis(1_500);

/// A page is not begun unless this much time is left beyond what it is expected to take.
const PAGE_MARGIN: Duration = Duration::from_millis(500);

/// Walks `plan` from `position` on.
pub(crate) async fn run<S: HttpService>(
    client: &Client<S>,
    query: &Query,
    plan: &Plan,
    position: Position,
    budget: Budget,
) -> Result<Outcome, Error> {
    let mut walk = Walk {
        client,
        query,
        layout: layout(query, plan),
        budget,
        start: position.clone(),
        position,
        records: Records::with_capacity(budget.max_bytes),
        seen: HashSet::new(),
        members: None,
        pace: Pace::default(),
        statistics: Statistics::default(),
    };
    let next = walk.walk(plan).await?;
    Ok(Outcome { records: walk.records, next, statistics: walk.statistics })
}

/// Where in a record everything is that `query` writes, tests and sorts by.
fn layout(query: &Query, plan: &Plan) -> Layout {
    let mut needed: Vec<&'static Field> = vec![query.object.key()];
    query.predicate.for_each_field(&mut |field| needed.push(field));
    let ways = plan.listings.iter().flat_map(|listing| &listing.ways);
    needed.extend(ways.filter_map(|way| way.cut.as_ref()).map(|cut| cut.field));
    Layout::new(needed, &query.selected, &query.constants())
}

/// Why a walk stands still.
enum Stop {
    /// Nothing more will come.
    End,
    /// A budget is used up; the position says where to go on.
    Budget,
    /// The listing is asked for in the next way.
    OtherWay,
}

/// What this call has learned of pages.
#[derive(Debug)]
struct Pace {
    /// How long one takes at most, waiting and repeating included.
    slowest: Duration,
    /// How long Okta took for the last one.
    latency: Duration,
    /// How many were worked on.
    pages: u64,
    /// How many records of them were delivered.
    delivered: u64,
    /// How many bytes of the answer one took at most.
    largest: usize,
}

impl Default for Pace {
    fn default() -> Self {
        let slowest = FIRST_PAGE_ESTIMATE;
        Self { slowest, latency: Duration::ZERO, pages: 0, delivered: 0, largest: 0 }
    }
}

struct Walk<'a, S> {
    client: &'a Client<S>,
    query: &'a Query,
    layout: Layout,
    budget: Budget,
    start: Position,
    position: Position,
    records: Records,
    /// The ids delivered by this call: records that change while they are listed may come twice.
    seen: HashSet<Box<str>>,
    /// The ids that records of the present way must be among, once they are fetched.
    members: Option<Vec<HashSet<String>>>,
    pace: Pace,
    statistics: Statistics,
}

/// A lane while it is walked.
struct Walker {
    lane: Lane,
    state: State,
}

/// What a lane is doing.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Its next page is to be asked for.
    Idle,
    /// A page is on its way, and so many records are expected of it.
    Asked(u64),
    /// Nothing of its range is left.
    Over,
}

/// What one request asks for.
struct Ask {
    request: OktaRequest,
    cursor: Option<Cursor>,
    deadline: Instant,
}

/// A page that arrived.
struct Arrival {
    walker: usize,
    /// What was asked for.
    request: OktaRequest,
    /// How long it took, waiting and repeating included.
    elapsed: Duration,
    outcome: Result<Page, okta_client::Error>,
}

/// What became of a page.
enum Taken {
    /// All of it was looked at.
    Whole,
    /// A budget ended inside it.
    Cut,
    /// The rest of it, and of the listing, is another lane's.
    Beyond,
}

impl<S: HttpService> Walk<'_, S> {
    async fn walk(&mut self, plan: &Plan) -> Result<Option<Position>, Error> {
        while let Some(listing) = plan.listings.get(self.position.listing as usize) {
            match self.listing(listing).await {
                Ok(Stop::End) => self.enter_listing(self.position.listing + 1),
                Ok(Stop::OtherWay) => {
                    let way = self.position.way + 1;
                    self.enter_listing(self.position.listing);
                    self.position.way = way;
                }
                Ok(Stop::Budget) if self.has_progressed() || self.wanted() == 0 => {
                    return Ok(self.resume());
                }
                // With nothing found and nowhere got, there is no answer but a failure.
                Ok(Stop::Budget) => {
                    let message = "No time was left to ask Okta for a page";
                    return Err(Error::RequestTimeout(message.to_owned()));
                }
                // What was found is delivered; the failure, if it lasts, is met by the next call.
                Err(error) if error.code().is_passing() && self.has_progressed() => {
                    tracing::info!(%error, "the page ends early");
                    return Ok(self.resume());
                }
                Err(error) => return Err(error),
            }
            if self.limit_left() == 0 {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn resume(&self) -> Option<Position> {
        (self.limit_left() > 0).then(|| self.position.clone())
    }

    /// Whether the next call would begin elsewhere. What was learned on the way does not count.
    fn has_progressed(&self) -> bool {
        let place = |position: &Position| (position.listing, position.way, position.delivered);
        place(&self.position) != place(&self.start) || self.position.lanes != self.start.lanes
    }

    fn limit_left(&self) -> u64 {
        self.query.limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.position.delivered))
    }

    /// How many more records this call may deliver.
    fn wanted(&self) -> u64 {
        let delivered = self.records.len() as u64;
        self.budget.max_results.saturating_sub(delivered).min(self.limit_left())
    }

    fn enter_listing(&mut self, listing: u32) {
        let delivered = self.position.delivered;
        self.position = Position { listing, delivered, ..Position::default() };
        self.members = None;
    }

    async fn listing(&mut self, listing: &Listing) -> Result<Stop, Error> {
        let way = listing.ways.get(self.position.way as usize).ok_or_else(lost_position)?;
        self.fetch_members(way).await?;
        let lanes = std::mem::take(&mut self.position.lanes);
        let mut walkers: Vec<_> = lanes.into_iter().map(Walker::new).collect();
        if walkers.is_empty() {
            walkers.push(Walker::new(Lane::default()));
        }
        let outcome = self.walk_way(listing, way, &mut walkers).await;
        let rest = walkers.into_iter().filter(|walker| walker.state != State::Over);
        self.position.lanes = rest.map(|walker| walker.lane).collect();
        if self.position.lanes == [Lane::default()] {
            self.position.lanes.clear();
        }
        outcome
    }

    async fn walk_way(
        &mut self,
        listing: &Listing,
        way: &Way,
        walkers: &mut Vec<Walker>,
    ) -> Result<Stop, Error> {
        let client = self.client;
        let mut on_their_way = FuturesUnordered::new();
        let mut early = None;
        let mut failure: Option<Error> = None;
        loop {
            if failure.is_none() {
                self.split(way, walkers);
                for index in 0..walkers.len() {
                    if walkers[index].state == State::Idle && self.may_ask(walkers) {
                        let left = self.unclaimed(walkers);
                        let cursor = walkers[index].lane.cursor.clone();
                        let ask = self.ask(way, &mut walkers[index], cursor, left);
                        on_their_way.push(fetch(client, index, ask));
                    }
                }
            }
            let arrival = match early.take() {
                Some(arrival) => Some(arrival),
                None => on_their_way.next().await,
            };
            let Some(arrival) = arrival else { break };
            let index = arrival.walker;
            if walkers[index].state == State::Over {
                continue;
            }
            walkers[index].state = State::Idle;
            let page = match arrival.outcome {
                Ok(ref page) => page,
                Err(error) => {
                    match self.recover(listing, way, walkers, index, &error) {
                        Recovery::Again => {}
                        Recovery::Stop(stop) => return Ok(stop),
                        Recovery::Fail => {
                            let error = Error::from(error);
                            if !error.code().is_passing() {
                                return Err(error);
                            }
                            failure.get_or_insert(error);
                        }
                    }
                    continue;
                }
            };
            self.note_page(&arrival, page);
            let next = page.next.as_ref().filter(|_| way.shape == Shape::Pages);
            if next.is_some_and(|next| walkers[index].lane.goes_in_circles(next.as_str())) {
                return Err(Error::ServerError(
                    "Okta gave the same cursor twice so the listing would never end".to_owned(),
                ));
            }
            if let Some(next) = next
                && failure.is_none()
                && let Some(left) = self.left_behind(way, walkers, index, page)
            {
                let cursor = Some(next.as_str().to_owned());
                let ask = self.ask(way, &mut walkers[index], cursor, left);
                on_their_way.push(fetch(client, index, ask));
                // Polled once and with a turn for the connection, the request leaves now.
                early = on_their_way.next().now_or_never().flatten();
                tokio::task::yield_now().await;
            }
            let before = self.records.response_bytes(0);
            let taken = self.take_page(listing, way, &mut walkers[index].lane, page)?;
            self.pace.largest = self.pace.largest.max(self.records.response_bytes(0) - before);
            match (taken, next) {
                (Taken::Cut, _) => return Ok(Stop::Budget),
                (Taken::Whole, Some(next)) => walkers[index].lane.advance(next.as_str()),
                (Taken::Whole, None) | (Taken::Beyond, _) => walkers[index].state = State::Over,
            }
        }
        match failure {
            Some(error) => Err(error),
            None if walkers.iter().all(|walker| walker.state == State::Over) => Ok(Stop::End),
            None => Ok(Stop::Budget),
        }
    }

    /// Gives idle hands a part of the longest lane, as long as that pays.
    fn split(&mut self, way: &Way, walkers: &mut Vec<Walker>) {
        let progress = &self.position.progress;
        if way.cut.is_none() || progress.order != Order::Kept {
            return;
        }
        let walking = walkers.iter().filter(|walker| walker.state != State::Over).count();
        let most = 1 + progress.pages / PAGES_PER_SPLIT;
        let spacing = self.client.spacing(&way.request);
        if walking >= lanes_that_pay(self.pace.latency, spacing, self.budget.max_concurrency)
            || progress.splits >= most
            || self.unclaimed(walkers) == 0
        {
            return;
        }
        let now = i64::try_from(self.budget.wall_now).unwrap_or(i64::MAX);
        let walking = walkers.iter_mut().filter(|walker| walker.state != State::Over);
        let longest = walking.max_by_key(|walker| walker.lane.pages_left(now));
        if let Some(lane) = longest.and_then(|walker| walker.lane.split(now)) {
            walkers.push(Walker::new(lane));
            self.position.progress.splits += 1;
        }
    }

    /// How many records are wanted beyond those that are on their way.
    fn unclaimed(&self, walkers: &[Walker]) -> u64 {
        let claimed = walkers.iter().map(|walker| match walker.state {
            State::Asked(records) => records,
            State::Idle | State::Over => 0,
        });
        self.wanted().saturating_sub(claimed.sum())
    }

    /// Whether one more page may be asked for.
    fn may_ask(&self, walkers: &[Walker]) -> bool {
        let asked = asked(walkers);
        asked < self.budget.max_concurrency
            && self.is_worth_a_page(self.unclaimed(walkers))
            && self.has_time()
            // A page that will not fit would be asked for twice; the first one has to be.
            && (asked == 0 && self.records.is_empty() || self.fits(asked + 1, 0))
    }

    /// How many records are left to want behind the page in hand; none if the page behind it should
    /// not be asked for yet.
    fn left_behind(&self, way: &Way, walkers: &[Walker], index: usize, page: &Page) -> Option<u64> {
        let asked = asked(walkers);
        let lane = &walkers[index].lane;
        let done = lane.done.as_ref().map_or(0, |done| done.records);
        let in_hand = page.limit.map_or(1, |limit| u64::from(limit.saturating_sub(done)));
        let left = self.unclaimed(walkers).saturating_sub(self.expected(way, in_hand));
        // Where a part was split off, the page in hand may be the last one.
        let goes_on = lane.range.until == lane.asked.and_then(|asked| asked.until);
        let is_wanted = self.is_worth_a_page(left)
            && goes_on
            && self.budget.max_concurrency > 1
            && asked < self.budget.max_concurrency
            && self.has_time()
            && self.fits(asked + 1, page.body.len());
        is_wanted.then_some(left)
    }

    /// Whether a page should be asked for when `left` records are wanted. The last few of a call are
    /// left to the next one, where a whole page can be asked for, unless they are the last of all.
    fn is_worth_a_page(&self, left: u64) -> bool {
        let few = self.budget.max_results / 10;
        left > few || left > 0 && (self.records.is_empty() || left == self.limit_left())
    }

    /// Whether so many pages more will fit into the answer, beside `bytes` that are not written yet.
    fn fits(&self, pages: usize, bytes: usize) -> bool {
        let largest = self.pace.largest.max(bytes);
        let expected = self.records.response_bytes(MAX_TOKEN) + bytes + pages * largest;
        expected <= self.budget.max_bytes
    }

    /// How many records of a page are expected to be delivered.
    fn expected(&self, way: &Way, records: u64) -> u64 {
        match (way.narrowed_here, self.pace.pages) {
            (true, pages @ 1..) => self.pace.delivered.div_ceil(pages).clamp(1, records.max(1)),
            _ => records,
        }
    }

    fn has_time(&self) -> bool {
        Instant::now() + self.pace.slowest + PAGE_MARGIN < self.budget.deadline
    }

    /// Asks for the page of a lane at `cursor`, with `left` records to want.
    fn ask(&self, way: &Way, walker: &mut Walker, cursor: Option<String>, left: u64) -> Ask {
        let mut request = way.request_for(&walker.lane);
        let mut expected = 1;
        if let Some(most) = request.limit() {
            let done = walker.lane.done.as_ref().filter(|_| cursor == walker.lane.cursor);
            let page_size = self.position.progress.page_size.unwrap_or(most).min(most);
            let limit = match done {
                Some(done) => done.limit.unwrap_or(page_size).min(most),
                None if way.narrowed_here => page_size,
                None => page_size.min(u32::try_from(left).unwrap_or(u32::MAX)),
            };
            request = request.with_limit(limit);
            if done.is_some() {
                request = request.with_least(limit);
            }
            let done = done.map_or(0, |done| done.records);
            expected = self.expected(way, u64::from(limit.saturating_sub(done)));
        }
        walker.state = State::Asked(expected);
        Ask { request, cursor: cursor.map(Cursor::new), deadline: self.budget.deadline }
    }

    fn note_page(&mut self, arrival: &Arrival, page: &Page) {
        self.pace.slowest = match self.pace.pages {
            0 => arrival.elapsed,
            _ => self.pace.slowest.max(arrival.elapsed),
        };
        self.pace.latency = page.latency;
        let progress = &mut self.position.progress;
        progress.pages = progress.pages.saturating_add(1);
        if page.limit < arrival.request.limit() {
            progress.page_size = page.limit;
        }
    }

    /// What can be done about a failure.
    fn recover(
        &mut self,
        listing: &Listing,
        way: &Way,
        walkers: &mut [Walker],
        index: usize,
        error: &okta_client::Error,
    ) -> Recovery {
        let lane = &mut walkers[index].lane;
        let at_start = lane.cursor.is_none();
        // Nothing of what is asked for was delivered, nor was a part of it given to another lane. A lane that
        // is over leaves no trace but the count of splits.
        let is_untouched = at_start && lane.done.is_none();
        let is_whole = lane.asked.is_none() && self.position.progress.splits == 0;
        let has_next = (self.position.way as usize) + 1 < listing.ways.len();
        match &error.kind {
            ErrorKind::NotFound if way.shape == Shape::Record => Recovery::Stop(Stop::End),
            ErrorKind::Rejected | ErrorKind::NotFound if is_untouched && is_whole && has_next => {
                tracing::info!(%error, "Okta refused the question and is asked in another way");
                Recovery::Stop(Stop::OtherWay)
            }
            // A group or user that does not exist has no assignments.
            ErrorKind::NotFound if at_start && self.query.has_assignments() => {
                Recovery::Stop(Stop::End)
            }
            // The range is picked out of the whole listing instead.
            ErrorKind::Rejected if is_untouched && lane.asked.is_some() => {
                tracing::info!(%error, "Okta refused a range of the listing");
                lane.asked = None;
                self.position.progress.order = Order::Broken;
                Recovery::Again
            }
            ErrorKind::InvalidCursor if !at_start && lane.delivered == 0 && !lane.restarted => {
                lane.restart();
                Recovery::Again
            }
            _ => Recovery::Fail,
        }
    }

    /// Writes the records of a page.
    fn take_page(
        &mut self,
        listing: &Listing,
        way: &Way,
        lane: &mut Lane,
        page: &Page,
    ) -> Result<Taken, Error> {
        self.pace.pages += 1;
        let text = std::str::from_utf8(&page.body).map_err(|_| malformed())?;
        let skip = self.skip(way, lane, text)?;
        let mut last = None;
        let taken = self.take_records(listing, way, lane, text, skip, &mut last);
        match (&taken, last) {
            (Ok(Taken::Whole), _) => lane.done = None,
            // Also where the rest of the page makes no sense: what was taken of it is taken.
            (_, Some((id, records))) => {
                lane.done = Some(Done { id: id.into_owned(), records, limit: page.limit });
            }
            (_, None) => {}
        }
        taken
    }

    /// Writes the records of a page behind the first `skip`. The last one that was looked at, and how
    /// many were until then, is left in `last`.
    fn take_records<'p>(
        &mut self,
        listing: &Listing,
        way: &Way,
        lane: &mut Lane,
        text: &'p str,
        skip: u32,
        last: &mut Option<(Cow<'p, str>, u32)>,
    ) -> Result<Taken, Error> {
        let mut layout = std::mem::take(&mut self.layout);
        let mut records = record_page(way, text);
        let mut count = 0;
        let taken = loop {
            let record = match records.next(&mut layout) {
                Ok(Some(record)) => record,
                Ok(None) => break Ok(Taken::Whole),
                Err(Malformed) => break Err(malformed()),
            };
            count += 1;
            if count <= skip {
                continue;
            }
            match self.take_record(listing, way, lane, &record) {
                Ok((None, id)) => *last = Some((id, count)),
                Ok((Some(taken), _)) => break Ok(taken),
                Err(error) => break Err(error),
            }
        };
        self.layout = layout;
        taken
    }

    /// Writes a record if it passes; says so if the page ends with it.
    fn take_record<'p>(
        &mut self,
        listing: &Listing,
        way: &Way,
        lane: &mut Lane,
        record: &RecordView<'_, 'p>,
    ) -> Result<(Option<Taken>, Cow<'p, str>), Error> {
        let id = record.text(self.query.object.key()).ok_or_else(malformed)?;
        let second = way.cut.as_ref().and_then(|cut| second(record, cut));
        let place = match second {
            Some(second) => self.locate(lane, second)?,
            None => Place::Inside,
        };
        if place == Place::Beyond && self.position.progress.order == Order::Kept {
            return Ok((Some(Taken::Beyond), id));
        }
        if place == Place::Inside && self.passes(listing, record, &id) {
            if self.wanted() == 0 || !self.write(record, &id)? {
                return Ok((Some(Taken::Cut), id));
            }
            self.seen.insert(id.as_ref().into());
            self.position.delivered += 1;
            self.pace.delivered += 1;
            lane.delivered += 1;
        }
        self.statistics.scanned += 1;
        if let Some(second) = second {
            lane.pass(second);
        }
        Ok((None, id))
    }

    /// Where a record is, after a look at whether the order is kept: lanes rest on it.
    fn locate(&mut self, lane: &Lane, second: i64) -> Result<Place, Error> {
        let progress = &mut self.position.progress;
        match lane.at {
            Some(at) if second < at && progress.splits > 0 && progress.order == Order::Kept => {
                return Err(Error::ServerError(
                    "Okta did not keep the order that the listing was asked for in. Set \
                     maxConcurrentRequests to 1 so that it is not walked in parts"
                        .to_owned(),
                ));
            }
            Some(at) if second < at => progress.order = Order::Broken,
            Some(at) if second > at && progress.order == Order::Unknown => {
                progress.order = Order::Kept;
            }
            _ => {}
        }
        Ok(lane.place(second))
    }

    /// How many records of this page an earlier call has looked at.
    ///
    /// The last of them is found by its id, not by its place: a record that went away or came in
    /// front of it since then moves the others. If it went away itself, the page is taken from its
    /// start, since what comes twice is better than what is missing.
    fn skip(&mut self, way: &Way, lane: &mut Lane, text: &str) -> Result<u32, Error> {
        let Some(done) = &lane.done else { return Ok(0) };
        let mut records = record_page(way, text);
        let mut count = 0;
        while let Some(record) = records.next(&mut self.layout).map_err(|Malformed| malformed())? {
            count += 1;
            if record.text(self.query.object.key()).is_some_and(|id| id == done.id) {
                return Ok(count);
            }
        }
        lane.at = None;
        Ok(0)
    }

    fn passes(&self, listing: &Listing, record: &RecordView<'_, '_>, id: &str) -> bool {
        let is_member = |ids: &HashSet<String>| ids.contains(id);
        listing.residual.passes(record, self.query.object.collation)
            && self.members.as_ref().is_none_or(|members| members.iter().all(is_member))
            && !self.seen.contains(id)
    }

    /// Writes a record, unless the answer would grow too large.
    fn write(&mut self, record: &RecordView<'_, '_>, id: &str) -> Result<bool, Error> {
        let mark = self.records.mark();
        record.write(&mut self.records);
        if self.records.response_bytes(MAX_TOKEN) <= self.budget.max_bytes {
            return Ok(true);
        }
        self.records.rewind(mark);
        if self.records.is_empty() {
            return Err(Error::invalid(format!(
                "The record {id} alone is larger than an answer may be. Select fewer fields"
            )));
        }
        Ok(false)
    }

    /// Fetches the ids that the records of `way` must be among.
    async fn fetch_members(&mut self, way: &Way) -> Result<(), okta_client::Error> {
        if self.members.is_some() || way.members.is_empty() {
            return Ok(());
        }
        let mut all = Vec::new();
        for members in &way.members {
            all.push(self.ids(members).await?);
        }
        self.members = Some(all);
        Ok(())
    }

    async fn ids(&mut self, members: &Members) -> Result<HashSet<String>, okta_client::Error> {
        let mut refusal = None;
        for (request, property) in &members.ways {
            match self.all_ids(request, property).await {
                Err(error) if matches!(error.kind, ErrorKind::Rejected) => refusal = Some(error),
                // A user that does not exist has no assignments.
                Err(error) if matches!(error.kind, ErrorKind::NotFound) => {
                    return Ok(HashSet::new());
                }
                outcome => return outcome,
            }
        }
        refusal.map_or_else(|| Ok(HashSet::new()), Err)
    }

    async fn all_ids(
        &mut self,
        request: &OktaRequest,
        property: &str,
    ) -> Result<HashSet<String>, okta_client::Error> {
        let mut ids = HashSet::new();
        let mut cursors = BTreeSet::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = self.client.get(request, cursor.as_ref(), self.budget.deadline).await?;
            let objects: Vec<serde_json::Map<String, serde_json::Value>> =
                serde_json::from_slice(&page.body).map_err(|_| {
                    let message = "Okta answered with something that is not a list of objects";
                    okta_client::Error::local(ErrorKind::Protocol, message)
                })?;
            ids.extend(
                objects
                    .iter()
                    .filter_map(|object| object.get(property)?.as_str())
                    .map(str::to_owned),
            );
            match page.next {
                // A cursor that comes again ends the list: its ids are known already.
                Some(next) if cursors.insert(next.as_str().to_owned()) => cursor = Some(next),
                _ => return Ok(ids),
            }
        }
    }
}

/// What to do after a failed request.
enum Recovery {
    Again,
    Stop(Stop),
    Fail,
}

impl Walker {
    fn new(lane: Lane) -> Self {
        Self { lane, state: State::Idle }
    }
}

fn asked(walkers: &[Walker]) -> usize {
    walkers.iter().filter(|walker| matches!(walker.state, State::Asked(_))).count()
}

/// One lane is split off for so many pages at most, the first one aside: a range may turn out empty.
const PAGES_PER_SPLIT: u32 = 4;

/// Lanes are worth it while a page takes longer than the budget demands between two requests.
fn lanes_that_pay(latency: Duration, spacing: Option<Duration>, most: usize) -> usize {
    let Some(spacing) = spacing.filter(|spacing| !spacing.is_zero()) else { return 1 };
    let lanes = latency.as_micros().div_ceil(spacing.as_micros().max(1));
    usize::try_from(lanes).unwrap_or(most).clamp(1, most)
}

/// The second by which a record is sorted into lanes.
fn second(record: &RecordView<'_, '_>, cut: &Cut) -> Option<i64> {
    let text = record.text(cut.field)?;
    Moment::parse(&text).map(|instant| instant.second())
}

async fn fetch<S: HttpService>(client: &Client<S>, walker: usize, ask: Ask) -> Arrival {
    let began = Instant::now();
    let outcome = client.get(&ask.request, ask.cursor.as_ref(), ask.deadline).await;
    Arrival { walker, request: ask.request, elapsed: began.elapsed(), outcome }
}

/// The records of what a way answers.
fn record_page<'p>(way: &Way, text: &'p str) -> RecordPage<'p> {
    match way.shape {
        Shape::Pages | Shape::OnePage => RecordPage::list(text),
        Shape::Record => RecordPage::alone(text),
    }
}

fn malformed() -> Error {
    Error::ServerError("Okta answered with something that is not a list of records".to_owned())
}

fn lost_position() -> Error {
    Error::invalid("The nextToken is not one of this query. Run the flow again from its start")
}
