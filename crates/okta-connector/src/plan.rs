//! The step from a question to the requests that answer it.
//!
//! The law: for every filter F and org O, the answer is exactly the records of O for which F holds.
//! The requests to Okta are therefore never narrower than F, and everything that comes back is
//! tested against the whole of F here. Planning is a pure function, and a plan can be printed.
//!
//! * An equality on the key reads the record itself: fresh, and from a roomier bucket.
//! * `filter` is used where it can say all of F, since it reads fresher data than `search`. An
//!   incremental window that `search` has not caught up with would be lost for ever.
//! * `search` gets the rest, as much of F as Okta evaluates. A condition inside an OR is pushed
//!   down only if something of every branch is.
//! * An expression that grows too long is cut into several listings. A record that passes in two of
//!   them is delivered by the first.
//! * If Okta refuses an expression, the listing is asked for without it.
//! * Events are asked for in a window of time, with as much of F as `filter` knows.
//! * A parent that the filter names is asked for its records. Where Okta lists references to them
//!   instead, each is read by itself.

mod display;
pub mod explain;
mod expression;
mod log;
mod projection;
mod relation;
mod split;
mod window;

use crate::catalogue::{At, Dialect, Endpoint, Kind, Listed, Lists, Object, Parent, Reach, Shows};
use crate::entity::FieldId;
use crate::hash::Fnv;
use crate::moment::Moment;
use crate::position::{Frame, Lane, Position};
use crate::predicate::{Check, Predicate};
use crate::query::{FixedParent, Parallelism, Query, is_id};
use expression::{Form, Language, Pushed, quote};
use okta_client::OktaRequest;
use split::{MAX_LISTINGS, split};

pub use explain::Explanation;
pub use expression::MAX_EXPRESSION;
pub use relation::Relation;
pub use window::Window;
pub(crate) use window::{Bounds, newest_first};

/// The requests that answer a query: listings, to be walked one after the other.
#[derive(Debug)]
pub struct Plan {
    /// The listings.
    pub listings: Vec<Listing>,
    /// The window of time that every request names, if the object is read so.
    pub window: Option<Window>,
}

/// One listing of a plan.
#[derive(Debug)]
pub struct Listing {
    /// Ways to ask for it, best first. The next one is taken when Okta refuses to answer.
    pub ways: Vec<Way>,
    /// The records that this listing delivers, of all that pass the query: what another listing delivers is not
    /// among them.
    pub part: Predicate,
    /// Listings of ids: the id of a record must be in each of them.
    pub among: Vec<Self>,
    /// The relation to the records, if what it lists is above them.
    pub relation: Option<Relation>,
    /// True if the org may lack what it lists, and a refusal says so.
    pub may_be_lacking: bool,
}

/// One way to ask for a listing.
#[derive(Debug)]
pub struct Way {
    /// The request for its first page.
    pub request: OktaRequest,
    /// The shape of an answer.
    pub shape: Shape,
    /// The path of an id in what it lists.
    pub id_path: String,
    /// True if a page may hold records that do not pass, so that it is asked for whole.
    pub narrowed_here: bool,
    /// The way in which it is cut into ranges, if it may be.
    pub cut: Option<Cut>,
    /// The listing below each of what it lists, if that is what has the records.
    pub below: Option<Below>,
    /// The reason for this way.
    pub reason: &'static str,
}

impl Way {
    /// Says whether Okta answers from its search index, which may lag behind the records.
    pub(crate) fn may_lag(&self) -> bool {
        self.request.query().iter().any(|(name, _)| *name == SEARCH)
    }
}

/// A listing below each object of another one.
#[derive(Debug)]
pub struct Below {
    /// Its path: the id of the object above stands between the two parts.
    pub path: [String; 2],
    /// Its request, without a path.
    template: OktaRequest,
    /// The shape of an answer.
    shape: Shape,
    /// The path of an id in what it lists.
    id_path: String,
}

/// The cut of a listing under `search` into ranges.
#[derive(Debug)]
pub struct Cut {
    /// The field by which it is sorted.
    pub field: FieldId,
    /// Okta's name of the field.
    term: String,
    /// The expression for the whole listing, ready to be joined by `and`.
    expression: String,
}

/// The shape of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A list of objects, page by page.
    List,
    /// One object, or none if Okta answers 404.
    Record,
    /// A schema, whose attributes are the records, or none if Okta answers 404.
    Schema,
}

impl Shape {
    /// Says whether it is the answer to a question for one object.
    pub(crate) fn is_alone(self) -> bool {
        self != Self::List
    }
}

impl Plan {
    /// Plans the requests that answer `query`.
    pub fn new(query: &Query) -> Self {
        let planner = Planner { query };
        let object = &query.entity.object;
        let listings = match (object.reach, object.endpoint.dialect) {
            (Reach::Below(_), _) => relation::listings(query),
            (Reach::Kinds(parameter, kinds), _) => {
                kinds.iter().map(|kind| planner.kind(parameter, kind)).collect()
            }
            (Reach::Elements(elements), _) => log::elements(planner, elements),
            (_, Dialect::Windowed { .. }) => log::events(planner),
            (_, Dialect::Nothing) => vec![planner.without_conditions()],
            _ => planner.reads_by_key().unwrap_or_else(|| planner.listings()),
        };
        Self { listings, window: Window::new(query) }
    }

    /// Plans listings that answer `query`, where a record that is read by itself would lack something.
    fn listed(query: &Query) -> Self {
        let planner = Planner { query };
        let listings = match query.entity.object.endpoint.dialect {
            Dialect::Nothing => vec![planner.without_conditions()],
            _ => planner.listings(),
        };
        Self { listings, window: None }
    }

    /// Returns a hash of every request that the plan may send, in order. A position means something in plans of the
    /// same digest only.
    pub fn digest(&self) -> u64 {
        let mut hash = Fnv::new();
        self.listings.iter().for_each(|listing| listing.digest(&mut hash));
        if let Some(window) = &self.window {
            window.digest(&mut hash);
        }
        hash.value()
    }

    /// Says whether `position` is one of this plan: each of its frames names a listing and a way that there are.
    pub fn has(&self, position: &Position) -> bool {
        let [frame, inner @ ..] = position.frames.as_slice() else { return true };
        let listing = self.listings.get(frame.listing as usize);
        let way = listing.and_then(|listing| listing.ways.get(frame.way as usize));
        let (Some(listing), Some(way)) = (listing, way) else { return false };
        match inner {
            [] => true,
            [Frame { listing: 0, way: 0, above, .. }] => match &listing.relation {
                Some(relation) => relation.array().is_none() && above.is_some(),
                None => way.below.is_some() && above.is_none(),
            },
            _ => false,
        }
    }
}

impl Listing {
    fn digest(&self, hash: &mut Fnv) {
        hash.part("listing");
        for way in &self.ways {
            way.digest(hash);
        }
        for among in &self.among {
            hash.part("among");
            among.digest(hash);
        }
        if let Some(relation) = &self.relation {
            relation.digest(hash);
        }
    }
}

impl Way {
    /// Returns the request for the part of the listing that `lane` is.
    pub(crate) fn request_for(&self, lane: &Lane) -> OktaRequest {
        let (Some(cut), Some(asked)) = (&self.cut, lane.asked) else { return self.request.clone() };
        let bound = |second: Option<i64>, operator| {
            let second = Moment::from_second(second?).okta_second(0)?;
            Some(format!(" and {} {operator} \"{second}\"", cut.term))
        };
        let bounds = [bound(asked.from, "ge"), bound(asked.until, "lt")];
        let mut expression = cut.expression.clone();
        expression.extend(bounds.into_iter().flatten());
        self.request.clone().with(SEARCH, expression)
    }

    fn digest(&self, hash: &mut Fnv) {
        hash.part("way");
        digest_request(&self.request, hash);
        hash.part(self.shape.name());
        hash.part(&self.id_path);
        if let Some(cut) = &self.cut {
            hash.part("cut");
            hash.part(&cut.term);
            hash.part(&cut.expression);
        }
        if let Some(below) = &self.below {
            hash.part("below");
            below.path.iter().for_each(|part| hash.part(part));
            digest_request(&below.template, hash);
            hash.part(below.shape.name());
        }
    }
}

impl Shape {
    fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Record => "record",
            Self::Schema => "schema",
        }
    }
}

impl Below {
    /// Returns the way to ask for what is below the object with this id; none if it cannot be one.
    pub(crate) fn way(&self, id: &str, above: &Way) -> Option<Way> {
        let [before, after] = &self.path;
        // It may be the address of the object, which ends in the id.
        let id = last_segment(id);
        is_id(id).then(|| Way {
            request: self.template.clone().at(format!("{before}{id}{after}")),
            shape: self.shape,
            id_path: self.id_path.clone(),
            narrowed_here: above.narrowed_here,
            cut: None,
            below: None,
            reason: above.reason,
        })
    }
}

/// Returns the id that an address ends in, or an id as it is.
pub(crate) fn last_segment(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or(address)
}

fn digest_request(request: &OktaRequest, hash: &mut Fnv) {
    hash.part(request.path());
    for (name, value) in request.query() {
        hash.part(name);
        hash.part(value);
    }
    hash.part("limit");
    hash.update(&request.limit().unwrap_or_default().to_le_bytes());
    request.omissions().iter().for_each(|word| hash.part(word));
}

/// Returns the request for the listing of an object, or for its first kind.
pub(crate) fn listing_of(object: &Object) -> OktaRequest {
    let path = object.endpoint.path;
    let request = match (object.endpoint.envelope, object.endpoint.shows) {
        (Some(member), _) => OktaRequest::enveloped(path, member),
        (None, Shows::Schema) => OktaRequest::object(path),
        (None, Shows::Records | Shows::Types(_)) => OktaRequest::list(path),
    };
    match object.reach {
        Reach::Kinds(parameter, [first, ..]) => request.with(parameter, first.value),
        _ => request,
    }
}

const NO_PARAMETERS: &str = "the listing knows no conditions";

const NO_FILTER: &str = "everything is wanted";

const NOTHING_PUSHED: &str = "nothing of the filter can be pushed down";

const NO_SORTING: &str = "Okta refused to sort";

const SEARCH: &str = "search";

const FILTER: &str = "filter";

/// A planner, which makes the listings of a query.
#[derive(Clone, Copy)]
struct Planner<'a> {
    query: &'a Query,
}

impl Planner<'_> {
    fn push(&self, predicate: &Predicate, form: Form) -> Option<Pushed> {
        Language { entity: &self.query.entity, form }.push(predicate)
    }

    /// Plans the listing of an object that knows no conditions.
    fn without_conditions(&self) -> Listing {
        let Endpoint { path, shows, .. } = self.query.entity.object.endpoint;
        match shows {
            Shows::Records => self.listing_of_everything(NO_PARAMETERS),
            Shows::Schema => {
                let way = self.way(OktaRequest::object(path), "the schema has the attributes");
                self.listing(vec![Way { shape: Shape::Schema, narrowed_here: true, ..way }])
            }
            Shows::Types(schemas) => {
                let reason = "each type has a schema and that has the attributes";
                let link = schemas.types.map_or("", |types| types.link).to_owned();
                let below = Below {
                    path: [schemas.path.to_owned(), String::new()],
                    template: OktaRequest::object(String::new()),
                    shape: Shape::Schema,
                    id_path: self.id_path(),
                };
                let way = self.way(OktaRequest::list(path), reason);
                self.listing(vec![Way { id_path: link, below: Some(below), ..way }])
            }
        }
    }

    /// Plans one read for each value of an equality on the key among the conjuncts. Objects whose
    /// listing can name several keys at once use that instead.
    fn reads_by_key(&self) -> Option<Vec<Listing>> {
        let query = self.query;
        if !query.parents.is_empty() {
            return None;
        }
        let entity = &query.entity;
        let keys = query.predicate.conjuncts().iter().find_map(|conjunct| match conjunct {
            Predicate::Test(field, Check::OneOf(keys)) if entity[*field].kind == Kind::Key => {
                Some(keys)
            }
            _ => None,
        })?;
        let most = match entity.object.endpoint.dialect {
            Dialect::OneEquality => MAX_LISTINGS,
            _ => 1,
        };
        if keys.len() > most {
            return None;
        }
        // What cannot be a key is no record's key.
        let keys = keys.iter().filter(|key| is_id(&key.written));
        let reads = keys.map(|key| {
            let path = format!("{}/{}", entity.object.endpoint.path, key.written);
            let reason = "the record itself is fresher than any listing";
            let way = self.way(self.omit(OktaRequest::object(path)), reason);
            self.listing(vec![Way { shape: Shape::Record, narrowed_here: true, ..way }])
        });
        Some(reads.collect())
    }

    fn listings(&self) -> Vec<Listing> {
        let query = self.query;
        match query.entity.object.endpoint.dialect {
            Dialect::OneEquality if !query.parents.is_empty() => vec![self.below_parents()],
            Dialect::OneEquality => vec![self.one_equality()],
            // These have no expressions, or others.
            Dialect::Nothing | Dialect::Windowed { .. } => Vec::new(),
            Dialect::Search => self.narrowed(Form::Search { orders_texts: false }),
            Dialect::SearchAndFilter { filter_ge, search_orders_texts, .. } => {
                let sayable = |predicate| {
                    self.push(predicate, Form::Filter { ge: filter_ge })
                        .filter(|pushed| pushed.complete && pushed.fits())
                };
                if let Some(pushed) = sayable(&query.predicate) {
                    let reason = "filter can say all of it and is fresher than search";
                    return vec![self.filtered(pushed, reason)];
                }
                if let Some(pushed) = sayable(&query.asked) {
                    let pushed = Pushed { complete: false, ..pushed };
                    let reason = "filter can say what was asked for and is fresher than search";
                    return vec![self.filtered(pushed, reason)];
                }
                self.narrowed(Form::Search { orders_texts: search_orders_texts })
            }
        }
    }

    /// Makes a listing of these ways, and behind them a last one that asks for whole records, where Okta was asked to
    /// leave parts of them out.
    fn listing(&self, ways: Vec<Way>) -> Listing {
        let ways = self.or_whole_records(ways);
        let (part, among) = (Predicate::everything(), Vec::new());
        Listing { ways, part, among, relation: None, may_be_lacking: false }
    }

    /// Plans the listing of records of one kind.
    fn kind(&self, parameter: &'static str, kind: &Listed) -> Listing {
        let request = listing_of(&self.query.entity.object).with(parameter, kind.value);
        let way = self.way(self.paged(request), "each kind is listed by itself");
        Listing { may_be_lacking: !kind.everywhere, ..self.listing(vec![way]) }
    }

    fn or_whole_records(&self, mut ways: Vec<Way>) -> Vec<Way> {
        if let Some(last) = ways.last().filter(|last| last.below.is_none()) {
            let request = last.request.clone().without("fields").with_omissions([]);
            if request != last.request {
                let reason = "Okta refused to leave parts of records out";
                let (shape, narrowed_here) = (last.shape, last.narrowed_here);
                ways.push(Way { shape, narrowed_here, ..self.way(request, reason) });
            }
        }
        ways
    }

    /// Plans a `search`, or several where one would be too long.
    fn narrowed(&self, form: Form) -> Vec<Listing> {
        let reason = "search knows the properties that filter does not";
        let language = Language { entity: &self.query.entity, form };
        let parts = split(&language, &self.query.predicate);
        if parts.is_empty() {
            return vec![self.listing_of_everything(NOTHING_PUSHED)];
        }
        let listings = parts.into_iter().map(|(pushed, part)| Listing {
            part,
            ..self.or_everything(self.search(&pushed, reason))
        });
        listings.collect()
    }

    fn filtered(&self, pushed: Pushed, reason: &'static str) -> Listing {
        let narrowed_here = !pushed.complete;
        let request =
            OktaRequest::list(self.query.entity.object.endpoint.path).with(FILTER, pushed.text);
        let way = self.way(self.paged(request), reason);
        self.or_everything(vec![Way { narrowed_here, ..way }])
    }

    fn or_everything(&self, ways: Vec<Way>) -> Listing {
        let mut ways = self.or_whole_records(ways);
        ways.push(self.everything("Okta refused the expression"));
        self.listing(ways)
    }

    /// Plans the ways of a `search`: sorted, so that it can be walked in lanes, if that is possible, and unsorted.
    fn search(&self, pushed: &Pushed, reason: &'static str) -> Vec<Way> {
        let narrowed_here = !pushed.complete;
        let entity = &self.query.entity;
        let endpoint = &entity.object.endpoint;
        let request = OktaRequest::list(endpoint.path).with(SEARCH, pushed.text.as_str());
        let unsorted = |reason| {
            let way = self.way(self.paged(request.clone()), reason);
            Way { narrowed_here, ..way }
        };
        let field = endpoint.lanes.filter(|_| self.query.parallelism == Parallelism::SideBySide);
        let Some(field) = field.and_then(|name| entity.field(name)) else {
            return vec![unsorted(reason)];
        };
        let term = entity[field].term().to_owned();
        let sorted = request.clone().with("sortBy", term.as_str()).with("sortOrder", "asc");
        let sorted = self.way(self.paged_with(sorted, Some(field)), reason);
        let cut = Some(Cut { field, term, expression: pushed.operand() });
        vec![Way { narrowed_here, cut, ..sorted }, unsorted(NO_SORTING)]
    }

    /// Plans a listing of all records of the object.
    fn everything(&self, reason: &'static str) -> Way {
        let object = &self.query.entity.object;
        let request = listing_of(object);
        let request = match object.endpoint.dialect {
            Dialect::SearchAndFilter { everything: Some(everything), .. } => {
                request.with(SEARCH, everything)
            }
            _ => request,
        };
        self.way(self.paged(request), reason)
    }

    /// Makes a way of pages of which every record is tested against the whole filter.
    fn way(&self, request: OktaRequest, reason: &'static str) -> Way {
        let narrowed_here = self.query.predicate != Predicate::everything();
        let (shape, id_path) = (Shape::List, self.id_path());
        Way { request, shape, id_path, narrowed_here, cut: None, below: None, reason }
    }

    /// Returns the path of the id in a record.
    fn id_path(&self) -> String {
        let entity = &self.query.entity;
        entity[entity.key()].term().to_owned()
    }

    /// Plans a listing of everything; in lanes where that takes a `search` anyway.
    fn listing_of_everything(&self, reason: &'static str) -> Listing {
        let is_wanted = reason == NOTHING_PUSHED && self.query.predicate == Predicate::everything();
        let reason = if is_wanted { NO_FILTER } else { reason };
        let dialect = self.query.entity.object.endpoint.dialect;
        let Dialect::SearchAndFilter { everything: Some(expression), .. } = dialect else {
            return self.listing(vec![self.everything(reason)]);
        };
        let pushed = Pushed::simple(expression.to_owned());
        let complete = self.query.predicate == Predicate::everything();
        self.listing(self.search(&Pushed { complete, ..pushed }, reason))
    }

    /// Plans a listing with one condition in the request, the most telling one; the rest is tested here.
    fn one_equality(&self) -> Listing {
        let conjuncts = self.query.predicate.conjuncts();
        let candidates = conjuncts.iter().filter_map(|conjunct| {
            let pushed = self.push(conjunct, Form::OneEquality)?;
            let Predicate::Test(field, _) = conjunct else { return None };
            let field = &self.query.entity[*field];
            // The more values a property has, the more one of them tells. Enumerations have few.
            let rank = (field.kind == Kind::Enumeration, !field.term().contains('.'));
            pushed.fits().then_some((rank, pushed))
        });
        let Some((_, pushed)) = candidates.min_by_key(|(rank, _)| *rank) else {
            return self.listing_of_everything(NOTHING_PUSHED);
        };
        let complete = conjuncts.len() == 1;
        let reason = "the listing understands one equality";
        self.filtered(Pushed { complete, ..pushed }, reason)
    }

    /// Plans the records below the parents that the filter names. One parent makes the listing,
    /// preferably one below which records are listed; its records must be among the ids below the
    /// others.
    fn below_parents(&self) -> Listing {
        const FILTERED: &str = "an assignment is no property of the record and must be asked for";
        const FALLBACK: &str = "Okta refused the filter on the assignment";
        let parents: Vec<_> = self.query.parents.iter().filter_map(|it| self.parent(it)).collect();
        let base = parents.iter().position(|(_, parent)| matches!(parent.lists, Lists::Records));
        let base = base.unwrap_or(0);
        let (id, parent) = parents[base];
        let others = parents.iter().enumerate().filter(|(index, _)| *index != base);
        let among: Vec<_> = others.map(|(_, (id, parent))| self.ids_below(id, parent)).collect();
        let narrowed_here = !among.is_empty() || self.query.predicate != Predicate::everything();
        let way = |request, reason| Way { narrowed_here, ..self.way(request, reason) };
        let filtered = way(self.filtered_by(id, parent), FILTERED);
        let below = OktaRequest::list(parent.listing_below(id));
        let fallback = match parent.lists {
            Lists::Records => way(self.paged(below), FALLBACK),
            Lists::References(path) => Way {
                id_path: path.to_owned(),
                below: Some(self.record_of_each()),
                ..way(below, FALLBACK)
            },
        };
        Listing { among, ..self.listing(vec![filtered, fallback]) }
    }

    fn parent<'q>(&self, fixed: &'q FixedParent) -> Option<(&'q str, &'static Parent)> {
        match self.query.entity[fixed.field].at {
            At::Parent(parent) => Some((fixed.id.as_str(), parent)),
            _ => None,
        }
    }

    /// Asks for the records below a parent by `filter` of their own listing.
    fn filtered_by(&self, id: &str, parent: &Parent) -> OktaRequest {
        let filter = format!("{} eq {}", parent.filter, quote(id));
        let path = self.query.entity.object.endpoint.path;
        self.paged(OktaRequest::list(path).with(FILTER, filter))
    }

    /// Plans a listing of the ids of the records below a parent.
    fn ids_below(&self, id: &str, parent: &Parent) -> Listing {
        let reason = "a record must be among them";
        let filtered = self.way(self.filtered_by(id, parent), reason);
        let below = OktaRequest::list(parent.listing_below(id));
        let fallback = match parent.lists {
            Lists::Records => self.way(self.paged(below), reason),
            Lists::References(path) => Way { id_path: path.to_owned(), ..self.way(below, reason) },
        };
        self.listing(vec![filtered, fallback])
    }

    /// Plans a read of the record that each reference names.
    fn record_of_each(&self) -> Below {
        let template = self.omit(OktaRequest::object(String::new()));
        let path = [format!("{}/", self.query.entity.object.endpoint.path), String::new()];
        Below { path, template, shape: Shape::Record, id_path: self.id_path() }
    }

    /// Adds what belongs to every listing: fixed parameters, projection, page size, omissions.
    fn paged(&self, request: OktaRequest) -> OktaRequest {
        self.paged_with(request, None)
    }

    /// Adds the same, where one more field is needed.
    fn paged_with(&self, mut request: OktaRequest, extra: Option<FieldId>) -> OktaRequest {
        let endpoint = &self.query.entity.object.endpoint;
        if request.path() == endpoint.path {
            for (name, value) in endpoint.always {
                request = request.with(name, *value);
            }
        }
        let request = match projection::fields(self.query, extra) {
            Some(fields) => request.with("fields", fields),
            None => request,
        };
        let request = match endpoint.page_size {
            Some(page_size) => request.with_limit(page_size),
            None => request,
        };
        self.omit(request)
    }

    /// Asks Okta to leave out the parts of records that nothing needs.
    fn omit(&self, request: OktaRequest) -> OktaRequest {
        request.with_omissions(projection::omissions(self.query))
    }
}
