//! The walk through a plan: fetch a page, test its records, write what passes, until something is
//! used up.
//!
//! Four budgets hold for one call: time, bytes, the page size that AppFlow asked for, and LIMIT.
//! Where one of them ends, a position says where the next call goes on, down to the record.

use crate::catalogue::{Field, Object};
use crate::error::Error;
use crate::plan::{Listing, Members, Plan, Query, Shape, Way};
use crate::record::RecordView;
use crate::token::{Done, MAX_TOKEN, Position};
use appflow_connector::Records;
use okta_client::{Client, Cursor, ErrorKind, HttpService, Page};
use serde_json::value::RawValue;
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
}

impl Statistics {
    /// Adds what another part of the same call has cost.
    pub(crate) fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.requests += other.requests;
        self.scanned += other.scanned;
        self.request_ids.extend(other.request_ids);
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
        constants: query.constants(),
        budget,
        start: position.clone(),
        position,
        records: Records::new(),
        seen: HashSet::new(),
        cursors: BTreeSet::new(),
        members: None,
        slowest_page: FIRST_PAGE_ESTIMATE,
        statistics: Statistics::default(),
    };
    let next = walk.walk(plan).await?;
    Ok(Outcome { records: walk.records, next, statistics: walk.statistics })
}

/// Why the walk stands still.
enum Stop {
    /// Nothing more will come.
    End,
    /// A budget is used up; the position says where to go on.
    Budget,
}

struct Walk<'a, S> {
    client: &'a Client<S>,
    query: &'a Query,
    constants: Vec<(&'static Field, String)>,
    budget: Budget,
    start: Position,
    position: Position,
    records: Records,
    /// The ids delivered by this call: records that change while they are listed may come twice.
    seen: HashSet<String>,
    /// The cursors met in this listing: one that comes again would go round for ever.
    cursors: BTreeSet<String>,
    /// The ids that records of the present way must be among, once they are fetched.
    members: Option<Vec<HashSet<String>>>,
    slowest_page: Duration,
    statistics: Statistics,
}

impl<S: HttpService> Walk<'_, S> {
    async fn walk(&mut self, plan: &Plan) -> Result<Option<Position>, Error> {
        while let Some(listing) = plan.listings.get(self.position.listing as usize) {
            match self.listing(listing).await {
                Ok(Stop::End) => self.enter_listing(self.position.listing + 1),
                Ok(Stop::Budget) => return Ok(self.resume()),
                // What was found is delivered; the failure, if it lasts, is met by the next call.
                Err(error) if is_passing(&error) && self.has_progressed() => {
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

    fn has_progressed(&self) -> bool {
        self.position != self.start
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
        self.cursors.clear();
        self.members = None;
    }

    fn enter_way(&mut self, way: u32) {
        let listing = self.position.listing;
        self.enter_listing(listing);
        self.position.way = way;
    }

    async fn listing(&mut self, listing: &Listing) -> Result<Stop, Error> {
        loop {
            if self.wanted() == 0 || !self.has_time() {
                return self.out_of_budget();
            }
            let way = listing.ways.get(self.position.way as usize).ok_or_else(lost_position)?;
            if let Err(error) = self.fetch_members(way).await {
                return Err(error.into());
            }
            let page = match self.fetch(way).await {
                Ok(page) => page,
                Err(error) => match self.recover(listing, way, &error) {
                    Recovery::Again => continue,
                    Recovery::Nothing => return Ok(Stop::End),
                    Recovery::Fail => return Err(error.into()),
                },
            };
            self.note_cursor(page.next.as_ref())?;
            if let Some(stop) = self.take_page(listing, way, &page)? {
                return Ok(stop);
            }
            match page.next {
                Some(next) if way.shape == Shape::Pages => {
                    self.position.cursor = Some(next.as_str().to_owned());
                }
                _ => return Ok(Stop::End),
            }
        }
    }

    fn has_time(&self) -> bool {
        Instant::now() + self.slowest_page + PAGE_MARGIN < self.budget.deadline
    }

    /// With nothing found and nowhere got, there is no answer but a failure.
    fn out_of_budget(&self) -> Result<Stop, Error> {
        if self.has_progressed() || self.wanted() == 0 {
            return Ok(Stop::Budget);
        }
        Err(Error::RequestTimeout("No time was left to ask Okta for a page".to_owned()))
    }

    async fn fetch(&mut self, way: &Way) -> Result<Page, okta_client::Error> {
        let mut request = way.request.clone();
        if let (Some(limit), false) = (request.limit(), way.narrowed_here) {
            let delivered = self.position.done.as_ref().map_or(0, |done| u64::from(done.records));
            let wanted = self.wanted().saturating_add(delivered);
            let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
            request = request.with_limit(limit.min(wanted));
        }
        if self.position.done.is_some() {
            request = request.with_fixed_limit();
        }
        let cursor = self.position.cursor.as_deref().map(Cursor::new);
        let began = Instant::now();
        let outcome = self.client.get(&request, cursor.as_ref(), self.budget.deadline).await;
        if let Ok(page) = &outcome {
            self.slowest_page = if self.statistics.pages == 0 {
                began.elapsed()
            } else {
                self.slowest_page.max(began.elapsed())
            };
            self.note_page(page);
        }
        outcome
    }

    fn note_page(&mut self, page: &Page) {
        self.statistics.pages += 1;
        self.statistics.requests += u64::from(page.attempts);
        self.statistics.request_ids.extend(page.request_id.clone());
    }

    fn recover(&mut self, listing: &Listing, way: &Way, error: &okta_client::Error) -> Recovery {
        let at_start = self.position.cursor.is_none();
        let next_way = self.position.way + 1;
        let has_next = (next_way as usize) < listing.ways.len();
        let is_record = way.shape == Shape::Record;
        match &error.kind {
            ErrorKind::NotFound if is_record => Recovery::Nothing,
            ErrorKind::Rejected | ErrorKind::NotFound if at_start && has_next => {
                tracing::info!(%error, "Okta refused the question and is asked in another way");
                self.enter_way(next_way);
                Recovery::Again
            }
            // A group or user that does not exist has no assignments.
            ErrorKind::NotFound if at_start && !self.constants.is_empty() => Recovery::Nothing,
            ErrorKind::InvalidCursor if !at_start && self.position.delivered_by_listing == 0 => {
                self.enter_way(self.position.way);
                Recovery::Again
            }
            _ => Recovery::Fail,
        }
    }

    fn note_cursor(&mut self, next: Option<&Cursor>) -> Result<(), Error> {
        self.cursors.extend(self.position.cursor.clone());
        match next {
            Some(next) if self.cursors.contains(next.as_str()) => Err(Error::ServerError(
                "Okta gave the same cursor twice so the listing would never end".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// Writes the records of a page. Says why if the walk must stop before the page's end.
    fn take_page(
        &mut self,
        listing: &Listing,
        way: &Way,
        page: &Page,
    ) -> Result<Option<Stop>, Error> {
        let items = items(way.shape, &page.body)?;
        let skip = self.skip(&items)?;
        for (index, item) in items.iter().enumerate().skip(skip) {
            let record = RecordView::new(item.get()).ok_or_else(malformed)?;
            let id = id(&record, self.query.object)?;
            if self.passes(listing, &record, &id) {
                if self.wanted() == 0 || !self.write(&record, &id)? {
                    return Ok(Some(Stop::Budget));
                }
                self.seen.insert(id.clone());
                self.position.delivered += 1;
                self.position.delivered_by_listing += 1;
            }
            self.statistics.scanned += 1;
            let records = u32::try_from(index + 1).unwrap_or(u32::MAX);
            self.position.done = Some(Done { id, records });
        }
        self.position.done = None;
        Ok(None)
    }

    /// How many records of this page an earlier call has looked at.
    ///
    /// The last of them is found by its id, not by its place: a record that went away or came in
    /// front of it since then moves the others. If it went away itself, the page is taken from its
    /// start, since what comes twice is better than what is missing.
    fn skip(&self, items: &[&RawValue]) -> Result<usize, Error> {
        let Some(done) = &self.position.done else { return Ok(0) };
        for (index, item) in items.iter().enumerate() {
            let record = RecordView::new(item.get()).ok_or_else(malformed)?;
            if id(&record, self.query.object)? == done.id {
                return Ok(index + 1);
            }
        }
        Ok(0)
    }

    fn passes(&self, listing: &Listing, record: &RecordView<'_>, id: &str) -> bool {
        let is_member = |ids: &HashSet<String>| ids.contains(id);
        listing.residual.passes(record, self.query.object.collation)
            && self.members.as_ref().is_none_or(|members| members.iter().all(is_member))
            && !self.seen.contains(id)
    }

    /// Writes a record, unless the answer would grow too large.
    fn write(&mut self, record: &RecordView<'_>, id: &str) -> Result<bool, Error> {
        let mark = self.records.mark();
        record.write(&self.query.selected, &self.constants, &mut self.records);
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
        request: &okta_client::Request,
        property: &str,
    ) -> Result<HashSet<String>, okta_client::Error> {
        let mut ids = HashSet::new();
        let mut cursors = BTreeSet::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = self.client.get(request, cursor.as_ref(), self.budget.deadline).await?;
            self.note_page(&page);
            let objects: Vec<serde_json::Map<String, serde_json::Value>> =
                serde_json::from_slice(&page.body).unwrap_or_default();
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
    Nothing,
    Fail,
}

/// Whether another call may get past the failure.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::RequestTimeout(_)
        | Error::RateLimitExceeded { .. }
        | Error::ServiceUnavailable(_)
        | Error::ServerError(_) => true,
        Error::InvalidArgument(_)
        | Error::InvalidCredentials(_)
        | Error::AccessDenied(_)
        | Error::ClientError(_)
        | Error::ResourceNotFound(_) => false,
    }
}

/// The records of a page, as slices of it.
fn items(shape: Shape, body: &[u8]) -> Result<Vec<&RawValue>, Error> {
    match shape {
        Shape::Pages | Shape::OnePage => serde_json::from_slice(body),
        Shape::Record => serde_json::from_slice(body).map(|record| vec![record]),
    }
    .map_err(|_| malformed())
}

fn id(record: &RecordView<'_>, object: &Object) -> Result<String, Error> {
    record.text(object.key()).map(std::borrow::Cow::into_owned).ok_or_else(malformed)
}

fn malformed() -> Error {
    Error::ServerError("Okta answered with something that is not a list of records".to_owned())
}

fn lost_position() -> Error {
    Error::invalid("The nextToken is not one of this query. Run the flow again from its start")
}
