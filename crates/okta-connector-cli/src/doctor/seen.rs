//! Everything that an examination has seen so far, and what later requests take from it.

use super::answer::{Answer, asked};
use super::asks::{self, Reason};
use jiff::{SignedDuration, Timestamp};
use okta_client::OktaRequest;
use okta_connector::catalogue::Object;
use okta_connector::probe;
use serde_json::Value;

/// The answers so far, in order.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) answers: Vec<Answer>,
}

impl Seen {
    /// Returns the answer to a request, if it was sent.
    pub(super) fn find(&self, request: &OktaRequest) -> Option<&Answer> {
        let asked = asked(request);
        self.answers.iter().find(|answer| answer.asked == asked)
    }

    /// Returns the answer to the cheapest question about an object.
    pub(super) fn listing(&self, name: &str) -> Option<&Answer> {
        self.find(&probe::question(Object::find(name)?))
    }

    /// Says whether a listing was refused whatever it is asked.
    pub(super) fn is_closed(&self, path: &str) -> bool {
        let mut answers = self.answers.iter();
        let is_of_path = |answer: &Answer| answer.asked.split('?').next() == Some(path);
        answers.any(|answer| is_of_path(answer) && !answer.is_about_the_question())
    }

    /// Returns a text of a user.
    pub(super) fn user(&self, pointer: &str) -> Result<&str, Reason> {
        let user = self.listing("User").and_then(|answer| answer.first(pointer));
        user.ok_or("no user is shown")
    }

    /// Returns the id of an application.
    pub(super) fn app(&self) -> Result<&str, Reason> {
        let app = self.listing("Application").and_then(|answer| answer.first("/id"));
        app.ok_or("no application is shown")
    }

    /// Returns the id of a built-in group.
    pub(super) fn built_in(&self, name: &str) -> Option<&str> {
        let groups = self.find(&asks::built_in_groups(self).ok()?)?.records();
        let group = groups.iter().find(|group| group["profile"]["name"] == name)?;
        group["id"].as_str()
    }

    /// Returns the name of a custom attribute of users that is a list of texts.
    pub(super) fn array_attribute(&self) -> Option<&str> {
        let schema = self.find(&asks::user_schema(self).ok()?)?;
        let custom = schema.body.pointer("/definitions/custom/properties")?.as_object()?;
        let is_list =
            |it: &&(&String, &Value)| it.1["type"] == "array" && it.1["items"]["type"] == "string";
        let plain = |it: &&(&String, &Value)| {
            it.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let found: Vec<_> = custom.iter().collect();
        found.iter().filter(is_list).find(plain).map(|(name, _)| name.as_str())
    }

    /// Returns the time so much before the latest event, its own time, and the second after it.
    pub(super) fn latest_event(&self, ago: SignedDuration) -> Result<[String; 3], Reason> {
        let latest = self.listing("SystemLogEvent").and_then(|it| it.first("/published"));
        let latest = latest.ok_or("the System Log shows no event of the last week")?;
        let after = SignedDuration::from_secs(1);
        let [before, after] =
            around(latest, ago, after).ok_or("the latest event of the System Log has no time")?;
        Ok([before, latest.to_owned(), after])
    }
}

/// Returns the times so much before and so much after another.
pub(super) fn around(
    time: &str,
    before: SignedDuration,
    after: SignedDuration,
) -> Option<[String; 2]> {
    let time: Timestamp = time.parse().ok()?;
    let (from, to) = (time.checked_sub(before).ok()?, time.checked_add(after).ok()?);
    Some([format!("{from:.3}"), format!("{to:.3}")])
}
