//! The list of checks, which is complete whatever comes in between.

use super::asks::{self, Ask};
use super::finding::{Area, Checked, Finding};
use super::listings;
use super::observed::OBSERVATIONS;
use super::readings::readings;
use super::seen::Seen;
use okta_connector::catalogue::Object;

/// A request that rests on earlier answers.
pub(super) type AskFn = fn(&Seen) -> Ask;

/// Objects below others that need a scope or a feature of their own, and how to ask for some.
pub(super) const BELOW: [(&str, &[AskFn]); 2] = [
    ("GroupOwner", &[asks::built_in_groups, asks::owners]),
    ("ApplicationGrant", &[asks::grants_of_app]),
];

/// The checks that are neither a listing, nor a limit, nor an open question: name, part, subject and expectation.
pub(super) const FIXED: [(&str, Area, &str, &str); 11] = [
    ("address", Area::Way, "address", "the https address of an org"),
    ("connection", Area::Way, "connection", "DNS, TLS and HTTP work"),
    ("org", Area::Way, "org", "an org of Okta"),
    ("clock", Area::Way, "clock of this machine", "within a minute of Okta's"),
    ("engine", Area::Way, "engine", "Identity Engine"),
    ("api", Area::Way, "API", "it answers"),
    ("credential", Area::Rights, "credential", "Okta accepts it"),
    ("role", Area::Rights, "admin role", "users and groups are shown: every org has some"),
    ("schemas.user", Area::Rights, "schema of users", "it may be read"),
    ("schemas.group", Area::Rights, "schema of groups", "it may be read"),
    ("share", Area::Rights, "share of the org's rate limits", "50 % or more"),
];

/// The checks so far.
#[derive(Default)]
pub(super) struct Checks(Vec<Checked>);

impl Checks {
    /// Adds one of the fixed checks.
    pub(super) fn add(&mut self, id: &'static str, finding: Finding) {
        let row = FIXED.iter().find(|row| row.0 == id);
        let (_, area, subject, expected) = row.expect("each fixed check has a row");
        self.push(*area, id, subject, expected, finding);
    }

    pub(super) fn push(
        &mut self,
        area: Area,
        id: &str,
        subject: &str,
        expected: &str,
        finding: Finding,
    ) {
        self.0.push(Checked {
            id: id.to_owned(),
            area,
            subject: subject.to_owned(),
            expected: expected.to_owned(),
            finding,
        });
    }

    /// Adds what a listing showed.
    pub(super) fn push_listing(&mut self, object: &Object, finding: Finding) {
        let subject = listings::readers(object);
        let expected = format!("the scope {}, the role {}", object.scope, object.role);
        let expected = match object.feature {
            Some(feature) => format!("{expected}. {feature}"),
            None => expected,
        };
        self.push(
            Area::Listings,
            &format!("listing.{}", object.name),
            &subject,
            &expected,
            finding,
        );
    }

    /// Notes of every check that was not made that it was passed over.
    pub(super) fn skip(&mut self, reason: &'static str) {
        let is_new = |checks: &Self, id: &str| checks.0.iter().all(|check| check.id != id);
        for (id, ..) in FIXED {
            if is_new(self, id) {
                self.add(id, Finding::skipped(reason));
            }
        }
        if is_new(self, "listing.User") {
            let below = BELOW.iter().filter_map(|(name, _)| Object::find(name));
            for object in listings::listed().into_iter().chain(below) {
                self.push_listing(object, Finding::skipped(reason));
            }
        }
        let open = readings().map(|it| (it.id, it.subject, it.relied_on));
        let open = open.chain(OBSERVATIONS.iter().map(|it| (it.id, it.subject, it.relied_on)));
        for (id, subject, relied_on) in open {
            if is_new(self, id) {
                self.push(Area::Readings, id, subject, relied_on, Finding::skipped(reason));
            }
        }
    }

    /// Returns them part by part, the fixed ones in the order of their table.
    pub(super) fn sorted(mut self) -> Vec<Checked> {
        let place = |check: &Checked| {
            let area = Area::ALL.iter().position(|area| *area == check.area);
            (area, FIXED.iter().position(|row| row.0 == check.id))
        };
        self.0.sort_by_key(place);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        assert!(BELOW.iter().all(|(name, _)| Object::find(name).is_some()));
        let mut ids: Vec<_> = readings().map(|reading| reading.id).collect();
        ids.extend(OBSERVATIONS.iter().map(|observation| observation.id));
        ids.extend(FIXED.iter().map(|row| row.0));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(
            readings().all(|reading| !reading.relied_on.is_empty() && !reading.asks.is_empty())
        );
    }
}
