//! From a change of an object to the types of the events that tell of it, for objects that are created, updated,
//! activated, deactivated and deleted. Most are no more than that.

use serde_json::Value;

/// A record before and after it changed. One of the two is there.
pub(super) type Change<'a> = (Option<&'a Value>, Option<&'a Value>);

/// The types of events that tell what befell an object. Where there is none, Okta's log says nothing.
#[derive(Debug)]
pub(super) struct Lifecycle {
    pub(super) created: Option<&'static str>,
    pub(super) updated: Option<&'static str>,
    pub(super) activated: Option<&'static str>,
    pub(super) deactivated: Option<&'static str>,
    pub(super) deleted: Option<&'static str>,
}

impl Lifecycle {
    /// Describes objects that can be inactive, by the types in the order of the fields.
    pub(super) const fn of(
        [created, updated, activated, deactivated, deleted]: [&'static str; 5],
    ) -> Self {
        Self {
            activated: Some(activated),
            deactivated: Some(deactivated),
            ..Self::always_active([created, updated, deleted])
        }
    }

    /// Describes objects that are active as long as they are there.
    pub(super) const fn always_active([created, updated, deleted]: [&'static str; 3]) -> Self {
        Self {
            created: Some(created),
            updated: Some(updated),
            activated: None,
            deactivated: None,
            deleted: Some(deleted),
        }
    }

    /// Returns the types that tell of a change.
    pub(super) fn types(&self, change: Change<'_>) -> Vec<&'static str> {
        let (before, after) = match living(change) {
            (None, None) => return Vec::new(),
            (None, Some(_)) => return Vec::from_iter(self.created),
            (Some(_), None) => return Vec::from_iter(self.deleted),
            (Some(before), Some(after)) => (before, after),
        };
        let moved = match (status(before), status(after)) {
            (before, after) if before == after => None,
            (_, "ACTIVE") => self.activated,
            (_, "INACTIVE") => self.deactivated,
            _ => None,
        };
        let updated = self.updated.filter(|_| content(before) != content(after));
        moved.into_iter().chain(updated).collect()
    }
}

/// Takes what has the status `DELETED` for what is gone, which it is.
pub(super) fn living((before, after): Change<'_>) -> Change<'_> {
    let living = |record: &&Value| status(record) != "DELETED";
    (before.filter(living), after.filter(living))
}

pub(super) fn status(record: &Value) -> &str {
    record["status"].as_str().unwrap_or_default()
}

/// Returns what a record says beyond its status and its last change.
pub(super) fn content(record: &Value) -> Vec<(&String, &Value)> {
    let members = record.as_object().into_iter().flatten();
    members.filter(|(name, _)| !matches!(name.as_str(), "status" | "lastUpdated")).collect()
}
