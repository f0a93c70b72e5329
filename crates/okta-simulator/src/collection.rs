//! One kind of object that an org holds, described by a row.
//!
//! A row is plain data that the listings, the endpoints for one object and the generator read. So a new kind of
//! object is a new row, in a file of its own below `collections/`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::bucket::Bucket;
use crate::dialect::Dialect;
use crate::error::OktaError;
use crate::maker::Maker;
use crate::particulars::{Parent, Particulars};
use crate::record::Record;

/// One kind of object of an Okta org, such as [`Collection::Users`].
#[derive(Clone, Copy)]
pub struct Collection(&'static Row);

/// Everything that is particular about a collection.
pub(crate) struct Row {
    /// The name of the constant.
    pub(crate) name: &'static str,
    /// The name of the JSON-lines file that holds the collection.
    pub(crate) file_name: &'static str,
    /// The first three characters of the ids that Okta gives to its objects.
    pub(crate) id_prefix: &'static str,
    /// The name by which an error text calls its objects.
    pub(crate) type_name: &'static str,
    /// The scope that an OAuth token needs to read it.
    pub(crate) scope: &'static str,
    pub(crate) listing: Option<Listing>,
    pub(crate) single: Option<Single>,
    /// The schemas that define the profile attributes of its objects.
    pub(crate) schemas: Option<Collection>,
    pub(crate) expand: Expand,
    /// Its objects have credentials, which a caller may ask to be left out.
    pub(crate) has_credentials: bool,
    /// The attribute that a mutation changes: the pointer of the object that holds it, and its name.
    pub(crate) mutable: (&'static str, &'static str),
    /// Makes the records of a generated org. Those that the rows before it in the table made are at hand.
    pub(crate) generate: fn(&mut Maker, &Made) -> Batch,
}

/// The endpoint that lists a collection.
pub(crate) struct Listing {
    pub(crate) path: &'static str,
    pub(crate) bucket: &'static Bucket,
    /// The page sizes. Without any, all records come at once, and no parameter is looked at.
    pub(crate) limits: Option<PageLimits>,
    pub(crate) search: Option<Dialect>,
    pub(crate) filter: Option<Dialect>,
    pub(crate) keyword: Option<Keyword>,
    /// `sortBy` is understood beside `search`.
    pub(crate) sorts: bool,
    /// `fields` is understood.
    pub(crate) projects: bool,
    /// Somebody without an admin role is shown no record, and no refusal.
    pub(crate) empty_without_role: bool,
    /// Of the links of a record, the listing shows `self` alone.
    pub(crate) links_self_alone: bool,
    /// Tells whether a record stays out of an answer.
    pub(crate) hides: fn(&Record, Mode) -> bool,
    /// Returns what stands in front of the ids in cursors.
    pub(crate) cursor_prefix: fn(Mode) -> &'static str,
    /// Makes the answer to a cursor that the listing never wrote.
    pub(crate) invalid_cursor: fn() -> OktaError,
    /// Parameters that Okta leaves out of `next` links.
    pub(crate) links_drop: &'static [&'static str],
    /// The particulars that listings of relations and of the org's own objects have besides.
    pub(crate) particulars: Option<&'static Particulars>,
}

/// A page holds at least, by default and at most this many records. A `limit` above the maximum is lowered to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageLimits {
    pub(crate) min: usize,
    pub(crate) default: usize,
    pub(crate) max: usize,
}

/// The keyword search of a listing: `q` is a prefix of one of the properties.
#[derive(Debug)]
pub(crate) struct Keyword {
    pub(crate) properties: &'static [&'static str],
    pub(crate) default_limit: usize,
    pub(crate) max_limit: usize,
    /// The answer has links. If it has none, what exceeds the limit cannot be had.
    pub(crate) paged: bool,
    /// A `filter` may stand beside `q`.
    pub(crate) with_filter: bool,
}

/// The parameter that chooses the records of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Plain,
    Search,
    Filter,
    Keyword,
}

/// The endpoint that answers with one object.
#[derive(Debug)]
pub(crate) struct Single {
    /// The path, in which `{}` stands for the name of the object.
    pub(crate) path: &'static str,
    pub(crate) bucket: &'static Bucket,
    pub(crate) lookup: Lookup,
}

/// The names that find one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// Its id.
    Id,
    /// The id or login of a user, or `me`.
    User,
    /// The id of a user type, or `default`.
    UserType,
    /// The id of a schema, or `default` for that of the default user type.
    UserSchema,
    /// None: all groups have one schema.
    GroupSchema,
}

/// `expand` is treated in one of these ways.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expand {
    /// It embeds related objects, by its values. Other values are passed over.
    Embeds(&'static [(&'static str, Expansion)]),
    /// It is refused, whatever it holds.
    Refused,
}

/// Related objects that `expand` embeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expansion {
    /// Counts of the members and applications of a group.
    GroupStats,
    /// The whole users of a device.
    DeviceUsers,
    /// The names of the users of a device.
    DeviceUserSummaries,
    /// The rules that made somebody a member of a group.
    MemberRules,
    /// The names of the groups that a rule puts people into.
    GroupNames,
    /// The user whom an application is assigned to.
    AssignedUser,
    /// The group that an application is assigned to.
    AssignedGroup,
    /// The scope that was granted to an application.
    GrantedScope,
    /// The rules of a policy.
    PolicyRules,
}

/// The records of an org that is being generated, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Made(BTreeMap<Collection, Batch>);

/// The records of one collection, with their keys, in the order in which they were made.
///
/// It is collected from values, of which only one is there at a time. One that is below an object is written as
/// `{"parent": its id, "record": the record}`.
#[derive(Debug, Default)]
pub(crate) struct Batch(Vec<(Box<str>, Record)>);

impl Collection {
    pub(crate) const fn new(row: &'static Row) -> Self {
        Self(row)
    }

    pub(crate) fn row(self) -> &'static Row {
        self.0
    }

    /// Returns the path of the endpoint that lists the collection, such as `/api/v1/users`. Schemas have none.
    /// For records below an object, `{}` stands for its id, as in `/api/v1/groups/{}/users`.
    pub fn path(self) -> Option<&'static str> {
        self.0.listing.as_ref().map(|listing| listing.path)
    }

    /// Returns the scope that an OAuth token needs to read the collection, such as `okta.users.read`.
    pub fn scope(self) -> &'static str {
        self.0.scope
    }

    /// Returns the collection that the records of this one are below, such as groups for members.
    pub fn parent(self) -> Option<Self> {
        Some(match self.particulars()?.parent? {
            Parent::Group => Self::Groups,
            Parent::User => Self::Users,
            Parent::App | Parent::Client => Self::Apps,
            Parent::Device => Self::Devices,
            Parent::Policy => Self::Policies,
            Parent::ResourceSet => Self::ResourceSets,
        })
    }

    pub(crate) fn particulars(self) -> Option<&'static Particulars> {
        self.0.listing.as_ref()?.particulars
    }

    /// Returns the name of the JSON-lines file that holds the collection.
    pub fn file_name(self) -> &'static str {
        self.0.file_name
    }
}

/// Returns the key that a record is kept under: its `id`, or the last segment of its `self` link where the `id`
/// is missing or a URL. The `id` of a schema is one, and says `default` for every user type.
pub(crate) fn key_of(record: &Value) -> Option<&str> {
    let id = record.get("id").and_then(Value::as_str);
    if id.is_some_and(|id| !id.contains("://")) {
        return id;
    }
    let link = record.pointer("/_links/self/href").and_then(Value::as_str);
    link.or(id)?.rsplit('/').next()
}

// By the name, which no two rows share. A row holds functions, which compare with nothing.
impl PartialEq for Collection {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Collection {}

impl PartialOrd for Collection {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Collection {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.name.cmp(other.0.name)
    }
}

impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl Listing {
    /// Describes a listing that understands `limit` and `after`, and nothing else.
    pub(crate) const fn paged(
        path: &'static str,
        bucket: &'static Bucket,
        limits: PageLimits,
    ) -> Self {
        Self { limits: Some(limits), ..Self::whole(path, bucket) }
    }

    /// Describes a listing that answers with all records at once.
    pub(crate) const fn whole(path: &'static str, bucket: &'static Bucket) -> Self {
        Self {
            path,
            bucket,
            limits: None,
            search: None,
            filter: None,
            keyword: None,
            sorts: false,
            projects: false,
            empty_without_role: false,
            links_self_alone: false,
            hides: |_, _| false,
            cursor_prefix: |_| "",
            invalid_cursor: || OktaError::invalid_search("Invalid cursor."),
            links_drop: &[],
            particulars: None,
        }
    }
}

impl Row {
    /// Describes objects that are listed, and no more. What is empty here has to be filled in.
    pub(crate) const LISTED: Self = Self {
        name: "",
        file_name: "",
        id_prefix: "",
        type_name: "",
        scope: "",
        listing: None,
        single: None,
        schemas: None,
        expand: Expand::Embeds(&[]),
        has_credentials: false,
        mutable: ("", "name"),
        generate: |_, _| Batch::default(),
    };
}

impl PageLimits {
    /// Describes pages of 1 to `max` records, and `default` where nothing is asked for.
    pub(crate) const fn up_to(max: usize, default: usize) -> Self {
        Self { min: 1, default, max }
    }
}

impl Made {
    pub(crate) fn add(&mut self, collection: Collection, records: Batch) {
        self.0.insert(collection, records);
    }

    /// Returns the records of a collection, if its turn was before.
    pub(crate) fn records(&self, collection: Collection) -> impl Iterator<Item = Value> {
        self.entries(collection).map(|(_, record)| record.value())
    }

    /// Returns the keys of a collection, which are the ids, in the order in which they were made.
    pub(crate) fn ids(&self, collection: Collection) -> Vec<String> {
        self.entries(collection).map(|(key, _)| String::from(&**key)).collect()
    }

    fn entries(&self, collection: Collection) -> impl Iterator<Item = &(Box<str>, Record)> {
        self.0.get(&collection).into_iter().flat_map(|batch| &batch.0)
    }
}

impl IntoIterator for Made {
    type Item = (Collection, Batch);
    type IntoIter = std::collections::btree_map::IntoIter<Collection, Batch>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl IntoIterator for Batch {
    type Item = (Box<str>, Record);
    type IntoIter = std::vec::IntoIter<(Box<str>, Record)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Value> for Batch {
    fn from_iter<I: IntoIterator<Item = Value>>(records: I) -> Self {
        const HAS_ID: &str = "a generated record has an id";
        let entries =
            records.into_iter().map(|record| match (record.get("parent"), record.get("record")) {
                (Some(parent), Some(child)) => {
                    let parent = parent.as_str().expect("a parent is named by its id");
                    let key = format!("{parent}/{}", key_of(child).expect(HAS_ID));
                    (key.into(), Record::from(child))
                }
                _ => (key_of(&record).expect(HAS_ID).into(), Record::from(&record)),
            });
        Self(entries.collect())
    }
}

/// Tells whether a record has this status.
pub(crate) fn has_status(record: &Record, status: &str) -> bool {
    record.property("status").is_some_and(|it| it == status)
}
