//! The answer of one call, as it grows page by page.

use super::elements::{Made, Maker};
use super::lanes::Side;
use super::pace::Budget;
use super::sight::{Above, Sight};
use crate::catalogue::schema;
use crate::entity::FieldId;
use crate::error::Error;
use crate::plan::{Listing, Plan, Relation, Shape, Way, last_segment};
use crate::position::{Done, Lane, Order, Progress};
use crate::query::Query;
use crate::record::{Constants, Habits, Layout, Malformed, RecordReader, RecordView, Turn};
use crate::token::MAX_TOKEN;
use appflow_connector::{ErrorCode, Mark, Records};
use hashbrown::HashMap;
use hashbrown::hash_map::EntryRef;
use okta_client::{ErrorKind, Page};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// The pages in a row that may be empty. An empty page is not the end of a listing, but a listing must have one.
pub(crate) const MAX_EMPTY_PAGES: u32 = 100;

/// The fate of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// All of it was looked at.
    Whole,
    /// A budget ended inside it.
    Cut,
    /// The rest of it, and of the listing, is another lane's.
    Beyond,
}

/// The way that is walked, and the listing that it asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route<'p> {
    pub(crate) listing: &'p Listing,
    pub(crate) way: &'p Way,
    /// True if there is another way to ask for the listing.
    pub(crate) has_next: bool,
    /// True if this way shows records as they are now, and the next one may lag.
    pub(crate) is_fresher: bool,
    /// The object below which the listing is, if it is below one.
    pub(crate) above: Option<&'p Above<'p>>,
}

impl Route<'_> {
    /// Says whether a failure of this kind leads to the next way: a refusal does. So does a 500, but not to a way that
    /// may lag: an incremental flow would lose for good what that one shows too late, so the failure is AppFlow's to
    /// try again.
    pub(crate) fn leads_on(&self, kind: &ErrorKind) -> bool {
        match kind {
            ErrorKind::Rejected
            | ErrorKind::NotFound
            | ErrorKind::InvalidCursor
            | ErrorKind::Client => self.has_next,
            ErrorKind::Server => self.has_next && !self.is_fresher,
            _ => false,
        }
    }
}

/// The facts that a query fixes for all of its records.
#[derive(Debug)]
pub(crate) struct Shapes {
    layout: Layout,
    constants: Arc<Constants>,
    /// The places in the objects above records, if these are below some.
    pub(crate) sight: Option<Sight>,
    /// The slot of the property that Okta adds to records.
    expansion: Option<usize>,
    /// The maker of records, if a page has something else of which they are made.
    maker: Option<Maker>,
}

impl Shapes {
    /// Finds the places of all that `query` writes, tests and sorts by.
    pub(crate) fn new(query: &Query, plan: &Plan) -> Self {
        let parents = query.parents.iter().map(|parent| (parent.field, parent.id.as_str()));
        let constants = Constants::new(parents);
        let mut needed = vec![query.entity.key()];
        query.predicate.for_each_field(&mut |field| needed.push(field));
        let ways = plan.listings.iter().flat_map(|listing| &listing.ways);
        needed.extend(ways.filter_map(|way| way.cut.as_ref()).map(|cut| cut.field));
        let straight = Turn::Straight;
        let layout = Layout::new(&query.entity, needed, &query.selected, &constants, straight);
        let maker = query.entity.object.elements().map(Maker::new);
        Self { layout, constants: Arc::new(constants), sight: None, expansion: None, maker }
    }

    /// Finds the places for the records below the objects of a listing.
    pub(crate) fn of_relation(query: &Query, relation: &Relation) -> Self {
        let fields = relation.inherited.iter().map(|(field, _)| *field).chain(relation.named);
        let constants = Constants::of_object("", fields.map(|field| (field, None)));
        let mut needed = vec![query.entity.key()];
        query.predicate.for_each_field(&mut |field| needed.push(field));
        let turn = match relation.branch.turned {
            None => Turn::Straight,
            Some(_) => Turn::Turned,
        };
        let mut layout = Layout::new(&query.entity, needed, &query.selected, &constants, turn);
        let expansion = relation.expansion.map(|expansion| layout.slot(expansion.property));
        let sight = Some(Sight::new(&query.entity, relation));
        Self { layout, constants: Arc::new(constants), sight, expansion, maker: None }
    }
}

/// A part of a page: records that have the same of the object above them.
struct Segment<'p> {
    text: &'p str,
    shape: Shape,
    constants: Arc<Constants>,
}

/// The knowledge about a property that Okta was asked to add to records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Expanded {
    /// No record was seen.
    #[default]
    Unknown,
    /// Okta adds it.
    Yes,
    /// Okta does not.
    No,
}

/// A place in an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint {
    mark: Mark,
    records: usize,
    delivered: u64,
}

/// The answer of one call.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    query: &'a Query,
    pub(crate) shapes: Arc<Shapes>,
    /// Says whether Okta adds the property that it was asked to add.
    pub(crate) expanded: Expanded,
    habits: Habits,
    key: FieldId,
    /// The records, written.
    pub(crate) records: Records,
    max_bytes: usize,
    max_results: u64,
    /// The records that were looked at.
    pub(crate) scanned: u64,
    /// The values that were tested and could not be read.
    pub(crate) unreadable: u64,
    /// The objects above records that were passed over, as they are gone or closed to everybody.
    pub(crate) skipped: u64,
    /// The records delivered by all calls so far.
    pub(crate) delivered: u64,
    /// The ids delivered by this call, each with the number of records before it: records that change while they are
    /// listed may come twice.
    seen: HashMap<Box<str>, usize>,
    /// The ids that records of the present listing must be among, once they are known.
    pub(crate) among: Option<Vec<HashSet<Box<str>>>>,
}

impl<'a> Answer<'a> {
    /// Begins an answer within `budget`, where earlier calls have delivered so many records. It is written into the
    /// memory of `sent`, an answer that is no longer needed.
    pub(crate) fn new(
        query: &'a Query,
        shapes: Shapes,
        budget: &Budget,
        delivered: u64,
        sent: Vec<u8>,
    ) -> Self {
        let Budget { max_bytes, max_results, .. } = *budget;
        Self {
            query,
            shapes: Arc::new(shapes),
            expanded: Expanded::Unknown,
            habits: Habits::default(),
            key: query.entity.key(),
            // One record is rarely as large as an answer may be.
            records: match max_results {
                1 => Records::new(),
                _ => Records::reusing(sent, max_bytes),
            },
            max_bytes,
            max_results,
            scanned: 0,
            unreadable: 0,
            skipped: 0,
            delivered,
            seen: HashMap::new(),
            among: None,
        }
    }

    /// Goes over to the records below the objects of a listing.
    pub(crate) fn turn_to(&mut self, relation: &Relation) {
        self.shapes = Arc::new(Shapes::of_relation(self.query, relation));
        self.habits = Habits::default();
        self.expanded = Expanded::Unknown;
    }

    /// Returns the number of records that LIMIT still allows.
    pub(crate) fn limit_left(&self) -> u64 {
        self.query.limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.delivered))
    }

    /// Returns the number of records that this call may still deliver.
    pub(crate) fn wanted(&self) -> u64 {
        let delivered = self.records.len() as u64;
        self.max_results.saturating_sub(delivered).min(self.limit_left())
    }

    /// Returns the place to which [`rewind`](Self::rewind) goes back.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            mark: self.records.mark(),
            records: self.records.len(),
            delivered: self.delivered,
        }
    }

    /// Takes back the records written since `checkpoint`. Says whether there were any.
    pub(crate) fn rewind(&mut self, checkpoint: Checkpoint) -> bool {
        let Checkpoint { mark, records, delivered } = checkpoint;
        let has_written = self.records.len() > records;
        self.records.rewind(mark);
        self.seen.retain(|_, before| *before < records);
        self.delivered = delivered;
        has_written
    }

    /// Says whether the query names parents below which its records are listed.
    pub(crate) fn is_below_parents(&self) -> bool {
        !self.query.parents.is_empty()
    }

    /// Writes the records of a page that pass, as long as the budgets allow.
    ///
    /// # Errors
    ///
    /// `ServerError` if the page cannot be read, or breaks an order that lanes rest on; `InvalidArgument` if a record
    /// alone is too large for an answer.
    pub(crate) fn take(
        &mut self,
        route: Route<'_>,
        lane: &mut Lane,
        progress: &mut Progress,
        page: &Page,
    ) -> Result<Taken, Error> {
        let text = records_of(route.way.shape, page)?;
        let shapes = Arc::clone(&self.shapes);
        let made = match &shapes.maker {
            Some(maker) => Some(maker.make(&text).map_err(|Malformed| malformed())?),
            None => None,
        };
        let text = made.as_ref().map_or(&*text, |made| &made.text);
        let (segments, objects) = segments(&shapes, route, text)?;
        if let Some(Made { unreadable, .. }) = made {
            self.unreadable += unreadable;
        }
        let objects = made.as_ref().map_or(objects, |made| made.events);
        let skip = self.skip(&shapes, lane, &segments)?;
        let (mut count, mut expanded) = (0, 0_u32);
        let mut last: Option<(Cow<'_, str>, u32)> = None;
        let taken = 'page: {
            for segment in &segments {
                let mut reader = reader(segment.shape, segment.text);
                let end = loop {
                    let record = reader.next(&shapes.layout, &segment.constants, &mut self.habits);
                    let record = match record {
                        Ok(Some(record)) => record,
                        Ok(None) => break None,
                        Err(Malformed) => break Some(Err(malformed())),
                    };
                    count += 1;
                    if count <= skip {
                        continue;
                    }
                    let Some(id) = record.text(self.key) else { break Some(Err(malformed())) };
                    expanded +=
                        u32::from(shapes.expansion.is_some_and(|it| record.raw(it).is_some()));
                    match self.take_record(route, lane, progress, &record, &id) {
                        Ok(None) => last = Some((id, count)),
                        Ok(Some(taken)) => break Some(Ok(taken)),
                        Err(error) => break Some(Err(error)),
                    }
                };
                self.unreadable += reader.unreadable();
                if let Some(end) = end {
                    break 'page end;
                }
            }
            Ok(Taken::Whole)
        };
        if shapes.expansion.is_some() && count > skip && self.expanded != Expanded::Yes {
            self.expanded = if expanded > 0 { Expanded::Yes } else { Expanded::No };
        }
        let count = count.max(objects);
        lane.empty = if count == 0 { lane.empty.saturating_add(1) } else { 0 };
        if lane.empty > MAX_EMPTY_PAGES {
            return Err(endless());
        }
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

    /// Writes a record if it passes; says so if the page ends with it.
    fn take_record(
        &mut self,
        Route { listing, way, .. }: Route<'_>,
        lane: &mut Lane,
        progress: &mut Progress,
        record: &RecordView<'_, '_>,
        id: &str,
    ) -> Result<Option<Taken>, Error> {
        let second = way.cut.as_ref().and_then(|cut| second(record, cut.field));
        let side = match second {
            Some(second) => locate(lane, progress, second)?,
            None => Side::Inside,
        };
        if side == Side::Beyond && progress.order == Order::Kept {
            return Ok(Some(Taken::Beyond));
        }
        let wanted = self.wanted();
        if side == Side::Inside
            && self.passes(listing, record, id)
            && let EntryRef::Vacant(new) = self.seen.entry_ref(id)
        {
            if wanted == 0 || !write(&mut self.records, self.max_bytes, record, id)? {
                return Ok(Some(Taken::Cut));
            }
            new.insert_with_key(id.into(), self.records.len() - 1);
            self.delivered = self.delivered.saturating_add(1);
            lane.delivered = lane.delivered.saturating_add(1);
            progress.delivered = progress.delivered.saturating_add(1);
        }
        self.scanned += 1;
        if let Some(second) = second {
            lane.pass(second);
        }
        Ok(None)
    }

    /// Returns the number of records of this page that an earlier call has looked at.
    ///
    /// The last of them is found by its id, not by its place: a record that went away or came in
    /// front of it since then moves the others. If it went away itself, the page is taken from its
    /// start, since what comes twice is better than what is missing.
    fn skip(
        &mut self,
        shapes: &Shapes,
        lane: &mut Lane,
        segments: &[Segment<'_>],
    ) -> Result<u32, Error> {
        let Some(done) = &lane.done else { return Ok(0) };
        let mut count = 0;
        for segment in segments {
            let mut reader = reader(segment.shape, segment.text);
            loop {
                let next = reader.next(&shapes.layout, &segment.constants, &mut self.habits);
                let Some(record) = next.map_err(|Malformed| malformed())? else { break };
                count += 1;
                if record.text(self.key).is_some_and(|id| id == done.id) {
                    return Ok(count);
                }
            }
        }
        lane.at = None;
        Ok(0)
    }

    fn passes(&self, listing: &Listing, record: &RecordView<'_, '_>, id: &str) -> bool {
        self.query.predicate.passes(record, &self.query.entity)
            && listing.part.passes(record, &self.query.entity)
            && self.among.iter().flatten().all(|ids| ids.contains(id))
    }
}

/// Returns the parts of a page that have records, and the number of objects above them.
fn segments<'p>(
    shapes: &Shapes,
    Route { listing, way, above, .. }: Route<'_>,
    text: &'p str,
) -> Result<(Vec<Segment<'p>>, u32), Error> {
    match (&listing.relation, &shapes.sight, above) {
        (Some(relation), Some(sight), None) => {
            let (objects, all) =
                sight.read(relation, way.shape, text).map_err(|Malformed| malformed())?;
            let segments = objects.into_iter().filter_map(|object| {
                let (text, constants) = (object.array?, object.constants);
                Some(Segment { text, shape: Shape::List, constants })
            });
            Ok((segments.collect(), u32::try_from(all).unwrap_or(u32::MAX)))
        }
        (_, _, above) => {
            let constants = above.map_or(&shapes.constants, |above| &above.constants);
            let constants = Arc::clone(constants);
            Ok((vec![Segment { text, shape: way.shape, constants }], 0))
        }
    }
}

/// Writes a record, unless the answer would grow beyond `max_bytes`.
fn write(
    records: &mut Records,
    max_bytes: usize,
    record: &RecordView<'_, '_>,
    id: &str,
) -> Result<bool, Error> {
    let mark = records.mark();
    record.write(records);
    if records.response_bytes(MAX_TOKEN) <= max_bytes {
        return Ok(true);
    }
    records.rewind(mark);
    if records.is_empty() {
        return Err(Error::invalid(format!(
            "The record {id} alone is larger than an answer may be. Select fewer fields"
        )));
    }
    Ok(false)
}

/// Reads the ids that stand at `path` in each object of a page.
///
/// # Errors
///
/// `ServerError` if the page is no list of objects.
pub(crate) fn references(shape: Shape, path: &str, page: &Page) -> Result<Vec<Box<str>>, Error> {
    let text = records_of(shape, page)?;
    let (layout, constants) = (Layout::of_references(path), Constants::default());
    let mut habits = Habits::default();
    let mut reader = reader(shape, &text);
    let mut found = Vec::new();
    loop {
        match reader.next(&layout, &constants, &mut habits) {
            Ok(Some(object)) => {
                found.extend(object.reference().map(|id| Box::from(last_segment(&id))));
            }
            Ok(None) => return Ok(found),
            Err(Malformed) => return Err(malformed()),
        }
    }
}

/// Says on which side of a lane's range a record is, after a look at whether the order is kept: lanes rest on it.
fn locate(lane: &Lane, progress: &mut Progress, second: i64) -> Result<Side, Error> {
    match lane.at {
        Some(at) if second < at && progress.splits > 0 && progress.order == Order::Kept => {
            return Err(Error::new(
                ErrorCode::ServerError,
                "Okta did not keep the order that the listing was asked for in. Set \
                 maxConcurrentRequests to 1 so that it is not walked in parts",
            ));
        }
        Some(at) if second < at => progress.order = Order::Broken,
        Some(at) if second > at && progress.order == Order::Unknown => {
            progress.order = Order::Kept;
        }
        _ => {}
    }
    Ok(lane.side(second))
}

/// Returns the second by which a record is sorted into lanes.
fn second(record: &RecordView<'_, '_>, field: FieldId) -> Option<i64> {
    record.moment(field).map(|moment| moment.second())
}

/// Returns the text of the records in an answer.
fn records_of(shape: Shape, page: &Page) -> Result<Cow<'_, str>, Error> {
    let text = std::str::from_utf8(&page.body).map_err(|_| malformed())?;
    match shape {
        Shape::List | Shape::Record => Ok(Cow::Borrowed(text)),
        Shape::Schema => schema::records(text).map(Cow::Owned).ok_or_else(|| {
            let message =
                "Okta answered with something that is not a schema of at most 20000 attributes";
            Error::new(ErrorCode::ServerError, message)
        }),
    }
}

fn reader(shape: Shape, text: &str) -> RecordReader<'_> {
    match shape {
        Shape::List | Shape::Schema => RecordReader::list(text),
        Shape::Record => RecordReader::alone(text),
    }
}

/// Makes the failure of a listing without an end.
pub(crate) fn endless() -> Error {
    let message =
        format!("Okta answered more than {MAX_EMPTY_PAGES} pages in a row without any record");
    Error::new(ErrorCode::ServerError, message)
}

pub(crate) fn malformed() -> Error {
    let message = "Okta answered with something that is not a list of records";
    Error::new(ErrorCode::ServerError, message)
}
