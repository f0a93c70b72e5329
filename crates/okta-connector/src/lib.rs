//! The rules between AppFlow and Okta.
//!
//! A request of AppFlow goes through these modules, in this order:
//!
//! 1. [`connector`] answers it: one method for each operation. [`call`] reports it.
//! 2. [`settings`] reads the settings, `credentials` the secret, and `connections` makes a client of them.
//! 3. [`catalogue`] has the objects and their fields, `discovery` those that the org has added; [`entity`] numbers the
//!    fields of one.
//! 4. `question` reads the request. [`predicate`] gives the filter its meaning, and [`query`] is the whole question.
//! 5. [`plan`] says what Okta is asked, and what is left to test here.
//! 6. `walk` sends the requests of a plan; `record` turns Okta's JSON into AppFlow's records.
//! 7. [`position`] is the place at which the next call goes on, and [`token`] its form for AppFlow.
//!
//! `connector`, `connections`, `discovery`, `probe` and `walk` have effects; everything else is a function from values to
//! values. Transport and secrets are passed in, so the whole connector runs in any process that can make them.

pub mod call;
pub mod catalogue;
pub mod connector;
pub mod data_contract;
pub mod docs;
pub mod entity;
pub mod plan;
pub mod position;
pub mod predicate;
pub mod probe;
pub mod query;
pub mod secrets;
pub mod settings;
pub mod token;
pub mod trouble;

mod connections;
mod credentials;
mod describe;
mod discovery;
mod error;
mod hash;
mod hints;
mod moment;
mod number;
mod offered;
mod question;
mod record;
mod scan;
mod walk;
mod withheld;

pub use call::{CallReport, Delivered, Ending, Observer};
pub use connections::Config;
pub use connector::OktaConnector;
pub use error::Error;
pub use offered::{Offered, UnknownEntity};
pub use secrets::{Freshness, KeyError, SecretError, SecretSource};
pub use settings::Orgs;
pub use withheld::{InvalidPattern, Withheld};
