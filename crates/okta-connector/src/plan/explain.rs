//! A question and its plan explained: the requests, what they do of the filter, what they cost and who may send them.
//!
//! [`Explanation`] prints itself for people and is serializable for programs. It holds no number that only an org knows.

mod selection;
mod words;

use super::display::Written;
use super::{FILTER, Listing, Plan, Way, quote};
use crate::catalogue::{Children, OBJECTS, Object, Shows};
use crate::plan::Shape;
use crate::query::Query;
use appflow_connector::Filter;
use okta_client::{Bucket, OktaRequest};
use serde::{Serialize, Serializer};

pub use selection::{Condition, Selection};

/// An explanation of a question and its plan.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The entity.
    pub entity: &'static str,
    /// The names of the fields that are wanted; none if all are.
    pub fields: Option<Vec<String>>,
    /// The filter as it was understood, in one way of writing; none if there is none.
    pub filter: Option<String>,
    /// The number of records after which a run ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The conditions that must all hold, and who tests them.
    pub conditions: Vec<Condition>,
    /// The window of time that every request names, where an object is read so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// The listings, one after the other; none if no record can match.
    pub listings: Vec<Listed>,
    /// The requests of a run that meets no refusal, in terms of what is there.
    pub costs: Vec<Cost>,
    /// Who may send the requests.
    pub access: Access,
    /// The number of records that Okta sends, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    #[serde(skip)]
    counted_by: Option<CountedBy>,
}

/// One listing.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// The ways to ask for it, best first: another one is taken if Okta refuses the one before.
    pub ways: Vec<Request>,
    /// Listings of ids among which that of a record must be, each with its ways.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub among: Vec<Vec<Request>>,
    /// The request for each object of the listing, if the records are below them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
    /// The name of these objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<&'static str>,
    /// The path of the array of records in each object of the listing, if they are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array: Option<&'static str>,
}

/// One way to ask.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The path with its parameters, before they are encoded.
    pub get: String,
    /// The reason for this way.
    pub reason: &'static str,
    /// The source of the answer.
    pub source: Source,
    /// The path of the bucket in which it counts.
    #[serde(serialize_with = "by_path")]
    pub bucket: Bucket,
    /// The records, or objects above them, that one request brings; none if it brings all there are.
    pub page_size: Option<u32>,
    /// The path that is read for each reference in the answer, if the records are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
}

/// The place that Okta answers from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// The records themselves, which are fresh.
    Records,
    /// An index, which may lag: the one behind `search`, or that of numbers of records.
    Index,
}

/// Some of the requests of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The path of the bucket in which they count.
    #[serde(serialize_with = "by_path")]
    pub bucket: Bucket,
    /// The thing that there is one request for.
    #[serde(flatten)]
    pub per: Per,
    /// The number of listings that take them, one after the other.
    pub listings: u64,
}

/// The thing that one request is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "per", rename_all = "camelCase")]
pub enum Per {
    /// The run.
    Run,
    /// A page.
    Page {
        /// The entity, or the kind of objects above it, that is listed.
        of: &'static str,
        /// The number of them in a page.
        size: u32,
    },
    /// An object above the records.
    Object {
        /// Its kind.
        of: &'static str,
    },
}

/// The rights that the credential needs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// The OAuth 2.0 scopes.
    pub scopes: Vec<&'static str>,
    /// The weakest standard admin role that is known to suffice.
    pub admin_role: &'static str,
    /// A sentence about the feature or edition that the org must have.
    pub feature: Option<&'static str>,
}

/// The one request that tells how many records there are, exactly.
#[derive(Clone, Debug)]
pub(crate) struct CountedBy {
    pub(crate) request: OktaRequest,
    /// The path of the number in the first object of the answer.
    pub(crate) path: &'static str,
}

fn by_path<S: Serializer>(bucket: &Bucket, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(bucket.path())
}

impl Explanation {
    /// Explains `plan`, which is that of `query`, which was read from `filter`.
    pub fn new(filter: &Filter, query: &Query, plan: &Plan) -> Self {
        let entity = &query.entity;
        let object = &entity.object;
        let means_all = query.selected.len() == entity.fields().count();
        let names = query.selected.iter().map(|id| entity[*id].name.clone().into_owned());
        let names_custom = query.selected.iter().any(|id| entity.is_custom(*id)) && !means_all
            || tests_custom(query);
        let of_schemas = object.schemas.filter(|_| names_custom).map(|schemas| schemas.scope);
        let written = filter.to_string();
        Self {
            entity: object.name,
            fields: (!means_all).then(|| names.chain(query.unknown.iter().cloned()).collect()),
            filter: (!written.is_empty()).then_some(written),
            limit: query.limit,
            conditions: selection::conditions(filter, query, plan),
            window: plan.window.as_ref().map(ToString::to_string),
            listings: plan.listings.iter().map(Listed::new).collect(),
            costs: costs(object, plan),
            access: Access {
                scopes: object.scopes().chain(of_schemas).collect(),
                admin_role: object.role,
                feature: object.feature,
            },
            records: None,
            counted_by: counted_by(plan),
        }
    }

    /// Says whether one more request tells how many records there are, exactly.
    pub fn can_be_counted(&self) -> bool {
        self.counted_by.is_some()
    }

    /// Returns that request.
    pub(crate) fn counted_by(&self) -> Option<&CountedBy> {
        self.counted_by.as_ref()
    }
}

fn tests_custom(query: &Query) -> bool {
    let mut found = false;
    query.predicate.for_each_field(&mut |field| found |= query.entity.is_custom(field));
    found
}

impl Listed {
    fn new(listing: &Listing) -> Self {
        let relation = listing.relation.as_ref();
        let count = relation.and_then(|relation| relation.branch.count);
        // Numbers of records come from an index, whatever the listing itself is read from.
        let counts = |way: &Way| {
            count.is_some_and(|it| {
                way.request.query().iter().any(|(name, _)| *name == it.parameter.0)
            })
        };
        let ways = |listing: &Listing| {
            let ways = listing.ways.iter();
            let source = |way: &Way| match way.may_lag() || counts(way) {
                true => Source::Index,
                false => Source::Records,
            };
            ways.map(|way| Request::new(way, source(way))).collect()
        };
        let then = relation.and_then(|relation| relation.below());
        Self {
            ways: ways(listing),
            among: listing.among.iter().map(ways).collect(),
            then: then.map(|request| Written(&request).to_string()),
            above: relation.map(|relation| relation.above.entity.object.name),
            array: relation.and_then(|relation| relation.array()),
        }
    }
}

impl Request {
    fn new(way: &Way, source: Source) -> Self {
        let then = way.below.as_ref().map(|below| {
            let [before, after] = &below.path;
            format!("{before}{{{}}}{after}", way.id_path)
        });
        Self {
            get: Written(&way.request).to_string(),
            reason: way.reason,
            source,
            bucket: Bucket::of(way.request.path()),
            page_size: way.request.limit().filter(|_| !way.shape.is_alone()),
            then,
        }
    }
}

/// Adds up the requests of the best ways of all listings.
fn costs(object: &Object, plan: &Plan) -> Vec<Cost> {
    let mut costs: Vec<Cost> = Vec::new();
    let mut add = |bucket, per| match costs
        .iter_mut()
        .find(|cost| cost.bucket == bucket && cost.per == per)
    {
        Some(cost) => cost.listings += 1,
        None => costs.push(Cost { bucket, per, listings: 1 }),
    };
    for listing in &plan.listings {
        for listing in listing.among.iter().chain([listing]) {
            let Some(way) = listing.ways.first() else { continue };
            let listed = match &listing.relation {
                Some(relation) => relation.above.entity.object.name,
                None => types(object).map_or(object.name, |types| types.name),
            };
            let of_listing = |request: &OktaRequest, of| match request.limit() {
                Some(size) => Per::Page { of, size },
                None => Per::Run,
            };
            let is_alone = way.shape.is_alone();
            let per = if is_alone { Per::Run } else { of_listing(&way.request, listed) };
            add(Bucket::of(way.request.path()), per);
            if let Some(below) = &way.below {
                add(Bucket::of(&below.path.concat()), Per::Object { of: listed });
            }
            let Some(relation) = &listing.relation else { continue };
            let Some(below) = relation.below() else { continue };
            let bucket = Bucket::of(below.path());
            let children = of_listing(&below, object.name);
            match (is_alone, children) {
                (true, children) => add(bucket, children),
                // The first page below each object, and those behind it.
                (false, Per::Page { .. }) => {
                    add(bucket, Per::Object { of: listed });
                    add(bucket, children);
                }
                (false, _) => add(bucket, Per::Object { of: listed }),
            }
        }
    }
    costs
}

/// Returns the object whose listing has the types that the schemas of `object` are of, if it is read so.
fn types(object: &Object) -> Option<&'static Object> {
    match object.endpoint.shows {
        Shows::Types(schemas) => {
            let path = schemas.types?.path;
            let is_theirs = |object: &&Object| {
                object.endpoint.path == path && matches!(object.endpoint.shows, Shows::Records)
            };
            OBJECTS.into_iter().find(is_theirs)
        }
        Shows::Records | Shows::Schema => None,
    }
}

/// Makes the request that counts the records below the one object that a plan asks for.
fn counted_by(plan: &Plan) -> Option<CountedBy> {
    let [Listing { ways, relation: Some(relation), .. }] = plan.listings.as_slice() else {
        return None;
    };
    let way = ways.first().filter(|way| way.shape == Shape::Record)?;
    let count = relation.branch.count?;
    if let Children::Embedded { .. } = relation.branch.children {
        return None;
    }
    let above = &relation.above.entity;
    let (_, id) = way.request.path().rsplit_once('/')?;
    let (name, value) = count.parameter;
    // Okta tells numbers in a listing, and not with the object itself.
    let filter = format!("{} eq {}", above[above.key()].term(), quote(id));
    let request = OktaRequest::list(above.object.endpoint.path).with(FILTER, filter);
    Some(CountedBy { request: request.with(name, value).with_limit(1), path: count.path })
}
