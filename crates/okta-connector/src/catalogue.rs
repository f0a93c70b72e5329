//! The objects and fields that the connector offers: one table for each Okta object, one row for each field.
//!
//! Everything else is derived from these tables: what AppFlow is told, what is pushed down to Okta,
//! what a record consists of and `docs/OBJECTS.md`. No file outside of this one and its folder names an object or a field.

mod api_token;
mod application;
mod application_assignment_change;
mod application_grant;
mod application_group;
mod application_user;
mod authorization_server;
mod custom_role;
mod deletion;
mod device;
mod device_user;
mod element;
mod event_hook;
mod group;
mod group_member;
mod group_membership_change;
mod group_owner;
mod group_push_mapping;
mod group_rule;
mod identity_provider;
mod inline_hook;
mod log_stream;
mod network_zone;
mod policy;
mod policy_rule;
mod realm;
mod relation;
mod resource_set;
mod role_assignment;
pub(crate) mod schema;
mod schema_attribute;
mod system_log_event;
mod trusted_origin;
mod user;
mod user_factor;
mod user_type;

pub(crate) use element::{EVENT_TYPE, KEY, OF_EVENT, SUCCESS};
pub use element::{Elements, Part, Telling, paths};
pub use relation::Children;
pub(crate) use relation::{Branch, Count, Expansion};

use appflow_connector::entity::{FieldDataType, Operator};
use std::borrow::Cow;

/// The objects, in the order of their names.
pub static OBJECTS: [&Object; 34] = [
    &api_token::API_TOKEN,
    &application::APPLICATION,
    &application_assignment_change::APPLICATION_ASSIGNMENT_CHANGE,
    &application_grant::APPLICATION_GRANT,
    &application_group::APPLICATION_GROUP,
    &application_user::APPLICATION_USER,
    &authorization_server::AUTHORIZATION_SERVER,
    &custom_role::CUSTOM_ROLE,
    &deletion::DELETION,
    &device::DEVICE,
    &device_user::DEVICE_USER,
    &event_hook::EVENT_HOOK,
    &group::GROUP,
    &group_member::GROUP_MEMBER,
    &group_membership_change::GROUP_MEMBERSHIP_CHANGE,
    &group_owner::GROUP_OWNER,
    &group_push_mapping::GROUP_PUSH_MAPPING,
    &group_rule::GROUP_RULE,
    &schema_attribute::GROUP_SCHEMA_ATTRIBUTE,
    &identity_provider::IDENTITY_PROVIDER,
    &inline_hook::INLINE_HOOK,
    &log_stream::LOG_STREAM,
    &network_zone::NETWORK_ZONE,
    &policy::POLICY,
    &policy_rule::POLICY_RULE,
    &realm::REALM,
    &resource_set::RESOURCE_SET,
    &role_assignment::ROLE_ASSIGNMENT,
    &system_log_event::SYSTEM_LOG_EVENT,
    &trusted_origin::TRUSTED_ORIGIN,
    &user::USER,
    &user_factor::USER_FACTOR,
    &schema_attribute::USER_SCHEMA_ATTRIBUTE,
    &user_type::USER_TYPE,
];

/// An Okta object that AppFlow sees as an entity. It is small: texts and tables are borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// The entity's identifier.
    pub name: &'static str,
    /// The name that the console shows.
    pub label: &'static str,
    /// A description for the console.
    pub description: &'static str,
    /// The listing of its records.
    pub endpoint: Endpoint,
    /// The way in which its texts compare.
    pub collation: Collation,
    /// The OAuth 2.0 scope that reads it.
    pub scope: &'static str,
    /// The scopes that are needed besides, for objects above it.
    pub further_scopes: &'static [&'static str],
    /// The weakest standard admin role that reads it.
    pub role: &'static str,
    /// True if that is only expected: neither Okta's documents nor anybody's experience confirm it.
    pub role_is_expected: bool,
    /// A sentence about the feature or edition that an org must have for it.
    pub feature: Option<&'static str>,
    /// True if a deployment offers it unless it is told what to offer.
    pub by_default: bool,
    /// True if every org has such records, so that none at all means that they are hidden.
    pub always_has_records: bool,
    /// Its turn when a connection is tried: the object with the cheapest listing is asked first. Records that are below
    /// others have none.
    pub probe_turn: u8,
    /// The sign of a deprovisioned record, where the object has such records.
    pub deprovisioned: Option<Deprovisioned>,
    /// The schemas that define further attributes of its records, if an org may add some.
    pub schemas: Option<&'static Schemas>,
    /// The way to its records.
    pub reach: Reach,
    /// The paths of secrets that Okta puts into its records. They never leave the process.
    pub secrets: &'static [&'static str],
    /// Its fields, in the order in which the console shows them.
    pub fields: &'static [Field],
}

/// The schemas in which an org defines attributes of an object.
#[derive(Clone, Copy, Debug)]
pub struct Schemas {
    /// The path of the one schema, or the part of it in front of a schema's id.
    pub path: &'static str,
    /// The listing of types, each of which links to its schema; none if there is one schema.
    pub types: Option<Types>,
    /// The scope that reads them.
    pub scope: &'static str,
    /// The conditions on an attribute that Okta evaluates, unless its type is one of those that it compares otherwise.
    pub pushdown: Pushdown,
}

/// The types of an object's records, each of which has a schema of its own.
#[derive(Clone, Copy, Debug)]
pub struct Types {
    /// The path of their listing.
    pub path: &'static str,
    /// The path of the address of the schema in a type. The address ends in the schema's id.
    pub link: &'static str,
}

/// The field and the value by which a deprovisioned record is known. A flow can leave these out.
#[derive(Clone, Copy, Debug)]
pub struct Deprovisioned {
    /// The name of the field.
    pub field: &'static str,
    /// Its value.
    pub value: &'static str,
}

/// The way to an object's records.
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    /// One listing has all of them.
    Listing,
    /// Each listing has those of one kind: the parameter that names it, and its values.
    Kinds(&'static str, &'static [Listed]),
    /// They are below objects of other kinds, whose id stands for `{}` in the path.
    Below(&'static [Branch]),
    /// They are made of the records of another object.
    Elements(&'static Elements),
}

/// A kind of records that is listed by itself.
#[derive(Debug)]
pub struct Listed {
    /// Okta's word for it.
    pub value: &'static str,
    /// True if every org has it. Another one may be refused.
    pub everywhere: bool,
}

/// The listing of an object's records, and the way to ask for it.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// The path of the listing. `{path}/{id}` is the record itself.
    pub path: &'static str,
    /// The largest page that Okta gives; absent where the listing is one answer.
    pub page_size: Option<u32>,
    /// The member that holds the records, where a page is an object that names the next one in its body.
    pub envelope: Option<&'static str>,
    /// The conditions that the listing understands.
    pub dialect: Dialect,
    /// The field by which `search` can be sorted and cut into ranges that are walked side by side:
    /// one that every record has and that never changes.
    pub lanes: Option<&'static str>,
    /// The content of the listing, if it is not the records.
    pub shows: Shows,
    /// True if the listing knows `fields=`.
    pub projection: bool,
    /// Parameters that every listing is asked with.
    pub always: &'static [(&'static str, &'static str)],
    /// Parts of a record that Okta leaves out when it is asked to.
    pub omissions: &'static [Omission],
}

/// The content of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Shows {
    /// The records.
    Records,
    /// A schema: its attributes are the records.
    Schema,
    /// Types, each of which links to a schema whose attributes are the records.
    Types(&'static Schemas),
}

/// A part of a record that Okta leaves out when `okta-response` in the `Content-Type` header says so.
#[derive(Clone, Copy, Debug)]
pub struct Omission {
    /// The property of the record.
    pub property: &'static str,
    /// The word in `okta-response`.
    pub word: &'static str,
}

/// The property whose attributes `fields=` names one by one.
pub const PROFILE: &str = "profile";

/// The ids of an event's targets in Okta's expressions.
const TARGET_ID: &str = "target.id";

/// The part of an address that says that it is one of a group.
pub(crate) const IN_GROUPS: &str = "/groups/";

/// The conditions that a listing understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `search` over most properties and a fresher `filter` over a few.
    SearchAndFilter {
        /// The condition that finds every record, where a listing without one hides some.
        everything: Option<&'static str>,
        /// True if `filter` knows `ge` and `le`.
        filter_ge: bool,
        /// True if `search` knows `lt` and `gt` on texts, which make "differs from". Okta documents
        /// that for users; for groups and devices it shows them on dates alone.
        search_orders_texts: bool,
    },
    /// `search` alone, which orders dates and nothing else.
    Search,
    /// `filter` with one `eq`, nothing else.
    OneEquality,
    /// `filter` with `eq` on most properties, in a window of time that every request names.
    Windowed {
        /// The field that the window is about.
        by: &'static str,
    },
    /// No condition.
    Nothing,
}

/// The way in which texts compare, which is Okta's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collation {
    /// `A` is `a`; diacritics matter.
    IgnoreCase,
    /// Every difference matters.
    Exact,
}

/// A field: a row of a table, or later an attribute of an org's schema.
#[derive(Clone, Debug)]
pub struct Field {
    /// The key in records and filters.
    pub name: Cow<'static, str>,
    /// The name that the console shows.
    pub label: Cow<'static, str>,
    /// The type of its values.
    pub kind: Kind,
    /// The place of its value.
    pub at: At,
    /// The conditions on it that Okta evaluates.
    pub pushdown: Pushdown,
    /// True if its value identifies a record.
    pub unique: bool,
    /// A description for the console and the documentation.
    pub description: Cow<'static, str>,
}

/// The type of a field, as far as meaning goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key of the record, which compares exactly, whatever the object's collation.
    Key,
    /// The id of another record or a name that Okta gives, without commas. It compares exactly as well.
    Id,
    /// A text.
    Text,
    /// A text from an open set that Okta writes in capitals.
    Enumeration,
    /// A point in time.
    DateTime,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A JSON array of texts, which can be asked whether it has one.
    Texts,
    /// A JSON object, which is opaque and cannot be filtered.
    Struct,
    /// A JSON array, which is opaque and cannot be filtered.
    List,
}

/// The place of a field's value.
#[derive(Clone, Debug)]
pub enum At {
    /// In Okta's JSON, at this path. Okta's expressions name it by the path too.
    Record(Cow<'static, str>),
    /// In Okta's JSON, at the first path; where nothing is there, the last segment of the address at
    /// the second path.
    RecordOrLastSegment(&'static str, &'static str),
    /// In the request: the id of the parent below which the record is listed. A filter names it, Okta
    /// does not answer it, and each record carries it.
    Parent(&'static Parent),
    /// In the JSON of the object that the record is below, at this path.
    Above(&'static str),
    /// In the catalogue: the name of the branch on which the record was found.
    Branch,
    /// In other fields: their texts, joined by colons.
    Joined(&'static [&'static str]),
    /// In a list of rules at this path: whether there are some says who made the record.
    Origin(&'static str),
    /// In a list of rules at this path: their ids.
    Rules(&'static str),
    /// In the list of an event's targets: the id of the first one of this type.
    Target(&'static str),
    /// In what is made of a record, under the name of the field. Okta's expressions call it so, if they can.
    Made(&'static str),
    /// In an address at this path: the id of a group, if it is another one than the object that the record is below.
    AssigneeGroup(&'static str),
}

/// A parent: an object below which Okta lists records of another one.
#[derive(Debug)]
pub struct Parent {
    /// The name of the parent's id in `filter` of the records' own listing.
    pub filter: &'static str,
    /// The path of the listing below the parent, whose id stands between the two parts.
    pub path: [&'static str; 2],
    /// The content of that listing.
    pub lists: Lists,
}

/// The content of a listing below a parent.
#[derive(Clone, Copy, Debug)]
pub enum Lists {
    /// The records themselves, in pages.
    Records,
    /// In one answer, objects that each name the id of a record under this property.
    References(&'static str),
}

/// The conditions on a property that Okta evaluates. The default is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pushdown {
    /// True if `search` knows the property: `eq`, and on dates `lt`, `le`, `gt` and `ge`.
    pub search: bool,
    /// True if `search` knows `co` on it as well.
    pub contains: bool,
    /// True if `filter` knows the property.
    pub filter: bool,
}

const NOTHING: Pushdown = Pushdown { search: false, contains: false, filter: false };
const SEARCH: Pushdown = Pushdown { search: true, ..NOTHING };
const CONTAINS: Pushdown = Pushdown { contains: true, ..SEARCH };
const FILTER: Pushdown = Pushdown { filter: true, ..NOTHING };
const BOTH: Pushdown = Pushdown { search: true, filter: true, ..NOTHING };

/// Makes the row of a value that is in Okta's JSON at `path`.
const fn field(
    name: &'static str,
    label: &'static str,
    kind: Kind,
    path: &'static str,
    pushdown: Pushdown,
    description: &'static str,
) -> Field {
    row(name, label, kind, At::Record(Cow::Borrowed(path)), pushdown, description)
}

/// Makes the row of a value that is somewhere else than under one path.
const fn row(
    name: &'static str,
    label: &'static str,
    kind: Kind,
    at: At,
    pushdown: Pushdown,
    description: &'static str,
) -> Field {
    Field {
        name: Cow::Borrowed(name),
        label: Cow::Borrowed(label),
        kind,
        at,
        pushdown,
        unique: matches!(kind, Kind::Key),
        description: Cow::Borrowed(description),
    }
}

impl Field {
    /// Says that the value identifies a record, beside the key.
    const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
}

impl Field {
    /// Returns the type that AppFlow is told.
    pub fn data_type(&self) -> FieldDataType {
        match self.kind {
            Kind::Key | Kind::Id | Kind::Text | Kind::Enumeration => FieldDataType::String,
            Kind::DateTime => FieldDataType::DateTime,
            Kind::Boolean => FieldDataType::Boolean,
            Kind::Integer => FieldDataType::Long,
            Kind::Number => FieldDataType::Double,
            Kind::Struct => FieldDataType::Struct,
            Kind::List | Kind::Texts => FieldDataType::List,
        }
    }

    /// Returns the operators that filters may use on it. Conditions that Okta cannot evaluate are
    /// evaluated here, so these follow from type and place alone.
    pub fn operators(&self) -> &'static [Operator] {
        if let At::Parent(_) = self.at {
            return &[Operator::EqualTo];
        }
        match self.kind {
            Kind::Key | Kind::Id | Kind::Text | Kind::Enumeration => {
                &[Operator::EqualTo, Operator::NotEqualTo, Operator::Contains]
            }
            Kind::DateTime | Kind::Integer | Kind::Number => &[
                Operator::EqualTo,
                Operator::NotEqualTo,
                Operator::LessThan,
                Operator::LessThanOrEqualTo,
                Operator::GreaterThan,
                Operator::GreaterThanOrEqualTo,
                Operator::Between,
            ],
            Kind::Boolean => &[Operator::EqualTo, Operator::NotEqualTo],
            Kind::Texts => &[Operator::Contains],
            Kind::Struct | Kind::List => &[],
        }
    }

    /// Returns the name of the attribute of the profile that its value is, if it is one.
    pub(crate) fn attribute(&self) -> Option<&str> {
        self.path()?.strip_prefix(PROFILE)?.strip_prefix('.')
    }

    /// Returns the path of its value in Okta's JSON; `None` if the value is in the request.
    pub fn path(&self) -> Option<&str> {
        match &self.at {
            At::Record(path) => Some(path),
            At::RecordOrLastSegment(path, _) => Some(path),
            _ => None,
        }
    }

    /// Says whether its value is in the request alone: a filter names it, and Okta does not answer it.
    pub fn is_request_only(&self) -> bool {
        matches!(self.at, At::Parent(_))
    }

    /// Returns the first segment of the path: a property of the record itself.
    pub fn property(&self) -> Option<&str> {
        self.path().map(|path| path.split_once('.').map_or(path, |(property, _)| property))
    }

    /// Returns the name of the field in Okta's expressions.
    pub fn term(&self) -> &str {
        match &self.at {
            At::Record(path) => path,
            At::RecordOrLastSegment(path, _) => path,
            At::Parent(parent) => parent.filter,
            At::Target(_) => TARGET_ID,
            At::Made(term) => term,
            _ => "",
        }
    }
}

impl Object {
    /// An object with one listing, of which every org may have no record. What is empty here has to be filled in.
    const LISTED: Self = Self {
        name: "",
        label: "",
        description: "",
        endpoint: Endpoint::whole(""),
        collation: Collation::Exact,
        scope: "",
        further_scopes: &[],
        role: "Read-only Administrator",
        role_is_expected: false,
        feature: None,
        by_default: false,
        always_has_records: false,
        probe_turn: 0,
        deprovisioned: None,
        schemas: None,
        reach: Reach::Listing,
        secrets: &[],
        fields: &[],
    };

    /// Returns the scopes that read the schemas of its attributes and their types.
    pub(crate) fn scopes_of_schemas(&self) -> impl Iterator<Item = &'static str> {
        let types = self.schemas.and_then(|schemas| schemas.types);
        let types =
            OBJECTS.iter().filter(move |it| types.is_some_and(|of| of.path == it.endpoint.path));
        self.schemas.map(|schemas| schemas.scope).into_iter().chain(types.map(|it| it.scope))
    }

    /// Returns the scopes that it takes to read it.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> {
        [self.scope].into_iter().chain(self.further_scopes.iter().copied())
    }

    /// Returns the branches on which its records are, where they are below others.
    pub fn branches(&self) -> &'static [Branch] {
        match self.reach {
            Reach::Below(branches) => branches,
            Reach::Listing | Reach::Kinds(..) | Reach::Elements(_) => &[],
        }
    }

    /// Returns the way in which its records are made of those of another object, if they are.
    pub fn elements(&self) -> Option<&'static Elements> {
        match self.reach {
            Reach::Elements(elements) => Some(elements),
            Reach::Listing | Reach::Kinds(..) | Reach::Below(_) => None,
        }
    }

    /// Returns the name of the field by which a window of time is asked for, if its listing has to be asked so.
    pub fn windowed_by(&self) -> Option<&'static str> {
        match self.endpoint.dialect {
            Dialect::Windowed { by } => Some(by),
            _ => None,
        }
    }

    /// Returns the names of the fields whose texts make the key.
    pub(crate) fn key_parts(&self) -> &'static [&'static str] {
        match (self.reach, &self.key().at) {
            (Reach::Elements(elements), _) => elements.key,
            (_, At::Joined(names)) => names,
            _ => &[],
        }
    }

    /// Returns the conditions on a field that Okta evaluates: on the object above, if it is a field of that.
    pub fn pushdown(&self, field: &Field) -> Pushdown {
        let above = |path: &str| {
            let parent = self.branches().first()?.parent;
            parent.fields.iter().find(|it| matches!(&it.at, At::Record(at) if at == path))
        };
        // What a record says of its event, or of the type of that, is asked of the event.
        let says = |elements: &Elements| {
            let names = elements.tellings.iter().flat_map(|telling| telling.fixed);
            field.kind == Kind::Key
                || field.name == EVENT_TYPE
                || names.into_iter().any(|(name, _)| *name == field.name)
        };
        match field.at {
            At::Above(path) => above(path).map_or(NOTHING, |field| field.pushdown),
            At::Made(_) if self.elements().is_some_and(says) => FILTER,
            _ => field.pushdown,
        }
    }
}

impl Endpoint {
    /// Describes a listing that is one answer and knows no conditions.
    const fn whole(path: &'static str) -> Self {
        Self {
            path,
            page_size: None,
            envelope: None,
            dialect: Dialect::Nothing,
            lanes: None,
            shows: Shows::Records,
            projection: false,
            always: &[],
            omissions: &[],
        }
    }

    /// Describes a listing in pages that knows no conditions.
    const fn paged(path: &'static str, page_size: u32) -> Self {
        Self { page_size: Some(page_size), ..Self::whole(path) }
    }
}

impl Parent {
    /// Returns the path of the listing below the parent with this id.
    pub(crate) fn listing_below(&self, id: &str) -> String {
        let [before, after] = self.path;
        format!("{before}{id}{after}")
    }
}

impl Object {
    /// Finds the object that AppFlow calls `name`.
    pub fn find(name: &str) -> Option<&'static Self> {
        OBJECTS.into_iter().find(|object| object.name == name)
    }

    /// Finds the field that AppFlow calls `name`.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Returns the primary key.
    pub fn key(&self) -> &'static Field {
        let key = self.fields.iter().find(|field| field.kind == Kind::Key);
        key.expect("every object has a key, as a test on the table shows")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all_fields() -> impl Iterator<Item = (&'static Object, &'static Field)> {
        OBJECTS
            .into_iter()
            .flat_map(|object| object.fields.iter().map(move |field| (object, field)))
    }

    #[test]
    fn objects_are_sorted_and_probed_in_turn() {
        assert!(OBJECTS.is_sorted_by_key(|object| object.name));
        let is_probed =
            |object: &&Object| object.branches().is_empty() && object.elements().is_none();
        let probed = OBJECTS.into_iter().filter(is_probed);
        let turns: Vec<_> = probed.map(|object| object.probe_turn).collect();
        let different: BTreeSet<_> = turns.iter().filter(|turn| **turn > 0).collect();
        assert_eq!(different.len(), turns.len());
    }

    #[test]
    fn names_are_unique_and_can_be_filtered() {
        const KEYWORDS: [&str; 18] = [
            "and", "AND", "or", "OR", "not", "NOT", "true", "True", "TRUE", "false", "False",
            "FALSE", "contains", "CONTAINS", "between", "BETWEEN", "in", "limit",
        ];
        for object in OBJECTS {
            let names: BTreeSet<_> = object.fields.iter().map(|field| &field.name).collect();
            assert_eq!(names.len(), object.fields.len(), "{}", object.name);
            let labels: BTreeSet<_> = object.fields.iter().map(|field| &field.label).collect();
            assert_eq!(labels.len(), object.fields.len(), "{}", object.name);
        }
        for (_, field) in all_fields() {
            assert!(field.name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", field.name);
            assert!(field.name.as_bytes()[0].is_ascii_lowercase(), "{}", field.name);
            assert!(!KEYWORDS.contains(&&*field.name), "{}", field.name);
        }
    }

    #[test]
    fn each_object_has_one_key() {
        for object in OBJECTS {
            let keys = object.fields.iter().filter(|field| field.kind == Kind::Key);
            assert_eq!(keys.count(), 1, "{}", object.name);
            assert!(object.key().unique);
        }
    }

    #[test]
    fn records_below_others_have_what_it_takes() {
        for object in OBJECTS {
            let above: Vec<_> = object
                .fields
                .iter()
                .filter_map(|field| match field.at {
                    At::Above(path) => Some((path, field)),
                    _ => None,
                })
                .collect();
            assert_eq!(above.is_empty(), object.branches().is_empty(), "{}", object.name);
            for branch in object.branches().iter().filter(|branch| branch.turned.is_none()) {
                // A condition on these fields is one on the parent, with the same meaning.
                let only_ids = above.iter().all(|(path, _)| *path == "id");
                let parent = branch.parent;
                assert!(only_ids || object.collation == parent.collation, "{}", object.name);
                for (path, field) in &above {
                    let at = |it: &&Field| matches!(&it.at, At::Record(at) if at == path);
                    let same = parent.fields.iter().find(at);
                    let same = same.unwrap_or_else(|| panic!("{} {path}", object.name));
                    assert_eq!(same.data_type(), field.data_type(), "{} {path}", object.name);
                }
            }
            for name in object.key_parts() {
                assert!(object.field(name).is_some(), "{} {name}", object.name);
            }
        }
    }

    #[test]
    fn what_is_made_of_events_has_a_place_in_the_record() {
        for (object, elements) in OBJECTS.into_iter().filter_map(|it| Some((it, it.elements()?))) {
            let of_event = OF_EVENT.map(|(name, _)| name);
            let of_telling = |telling: &Telling| {
                let parts = telling.parts.iter();
                let parts = parts.flat_map(|it| [Some(it.id), it.display_name, it.alternate_id]);
                let fixed = telling.fixed.iter().map(|(name, _)| *name);
                fixed.chain(parts.flatten()).collect::<Vec<_>>()
            };
            let made: BTreeSet<_> = elements.tellings.iter().flat_map(of_telling).collect();
            for field in object.fields {
                let name = &*field.name;
                assert!(matches!(field.at, At::Made(_)), "{} {name}", object.name);
                let is_made = name == KEY || of_event.contains(&name) || made.contains(name);
                assert!(is_made, "{} {name}", object.name);
            }
            assert!(made.iter().all(|name| object.field(name).is_some()), "{}", object.name);
            let types: BTreeSet<_> = elements.tellings.iter().map(|it| it.event_type).collect();
            assert_eq!(types.len(), elements.tellings.len(), "{}", object.name);
            assert_eq!(object.key_parts()[0], OF_EVENT[0].0, "{}", object.name);
        }
    }

    #[test]
    fn only_what_the_dialect_knows_is_pushed_down() {
        for (object, field) in all_fields() {
            let pushdown = field.pushdown;
            let (search, filter) = match object.endpoint.dialect {
                Dialect::SearchAndFilter { .. } => (true, true),
                Dialect::Search => (true, false),
                Dialect::OneEquality | Dialect::Windowed { .. } => (false, true),
                Dialect::Nothing => (false, false),
            };
            assert!(search || !pushdown.search, "{} {}", object.name, field.name);
            assert!(filter || !pushdown.filter, "{} {}", object.name, field.name);
            assert!(pushdown.search || !pushdown.contains, "{} {}", object.name, field.name);
            let opaque = matches!(field.kind, Kind::Struct | Kind::List);
            assert!(!opaque || pushdown == NOTHING, "{} {}", object.name, field.name);
        }
    }
}
