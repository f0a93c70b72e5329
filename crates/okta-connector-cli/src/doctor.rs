//! The examination of an org: what is in the way of a connection, and what the org does where Okta's documents leave it
//! open.
//!
//! Requests are sent one after the other, within the share of the rate limits that a connection has, and none of them
//! writes. `asks` is the table of requests, `way`, `listings`, `limits`, `readings` and `observed` judge what came back
//! and ask nothing, and `recording` keeps it without its values.

mod answer;
mod asker;
mod asks;
mod checks;
mod examination;
mod finding;
mod limits;
mod listings;
mod observed;
mod patient;
mod readings;
mod recorder;
mod recording;
mod report;
mod seen;
mod shape;
mod way;

pub use examination::{Examination, examine};
pub use finding::{Area, Checked, Finding, Verdict};
pub use patient::Patient;
pub use report::{Colours, Report};
