//! Records that are made of parts of others: what an event of the System Log says of each thing that it is about.

use super::Object;

/// The way from the records of another object to those of this one.
#[derive(Debug)]
pub struct Elements {
    /// The object whose records are read.
    pub of: &'static Object,
    /// The fields whose texts make the key, in order. The first one is the key of the record that is read.
    pub key: &'static [&'static str],
    /// The types of events that say something, and what.
    pub tellings: &'static [Telling],
    /// Says for the documentation which events Okta does not promise.
    pub note: &'static str,
}

/// Tells which record the events of one type make.
#[derive(Debug)]
pub struct Telling {
    /// The type.
    pub event_type: &'static str,
    /// Fields that are the same for all events of the type, and their values.
    pub fixed: &'static [(&'static str, &'static str)],
    /// The targets that make a record together, one of each. An event may have several of a kind.
    pub parts: &'static [Part],
}

/// A target of an event, and the fields that tell of it.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The type of the target.
    pub type_name: &'static str,
    /// The beginning of its id. Okta documents few types, so a target with such an id is taken too.
    pub prefix: &'static str,
    /// The field that has its id.
    pub id: &'static str,
    /// The field that has its display name, if one does.
    pub display_name: Option<&'static str>,
    /// The field that has its alternate id, if one does.
    pub alternate_id: Option<&'static str>,
    /// True if there is a record where the event has no such target.
    pub is_optional: bool,
}

/// The paths in an event of what is read for these records.
pub mod paths {
    pub(crate) const EVENT_ID: &str = "uuid";
    pub(crate) const PUBLISHED: &str = "published";
    pub(crate) const EVENT_TYPE: &str = "eventType";
    pub(crate) const RESULT: &str = "outcome.result";
    pub(crate) const ACTOR_ID: &str = "actor.id";
    pub(crate) const ACTOR_TYPE: &str = "actor.type";
    pub(crate) const TARGETS: &str = "target";
}

/// The result of what was done. Nothing has changed after any other.
pub(crate) const SUCCESS: &str = "SUCCESS";

/// The members of a record that come from the event as they are, and their paths there.
pub(crate) const OF_EVENT: [(&str, &str); 5] = [
    ("eventId", paths::EVENT_ID),
    ("published", paths::PUBLISHED),
    (EVENT_TYPE, paths::EVENT_TYPE),
    ("actorId", paths::ACTOR_ID),
    ("actorType", paths::ACTOR_TYPE),
];

/// The member of a record that has the type of its event.
pub(crate) const EVENT_TYPE: &str = "eventType";

/// The member of a record that has the key.
pub(crate) const KEY: &str = "key";

impl Elements {
    /// Returns what events of a type say.
    pub(crate) fn telling(&self, event_type: &str) -> Option<&'static Telling> {
        self.tellings.iter().find(|telling| telling.event_type == event_type)
    }
}

impl Part {
    /// Describes a target of which a field has the id, and no field anything else.
    pub(super) const fn new(
        type_name: &'static str,
        prefix: &'static str,
        id: &'static str,
    ) -> Self {
        Self { type_name, prefix, id, display_name: None, alternate_id: None, is_optional: false }
    }

    /// Names the field that has the display name.
    pub(super) const fn named(self, field: &'static str) -> Self {
        Self { display_name: Some(field), ..self }
    }

    /// Names the field that has the alternate id.
    pub(super) const fn also(self, field: &'static str) -> Self {
        Self { alternate_id: Some(field), ..self }
    }

    /// Says that an event may lack it.
    pub(super) const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// Says whether a target is of this kind.
    pub(crate) fn is(&self, type_name: Option<&str>, id: &str) -> bool {
        type_name == Some(self.type_name) || id.starts_with(self.prefix)
    }
}
