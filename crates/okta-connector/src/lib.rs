//! The rules between AppFlow and Okta.
//!
//! A request of AppFlow goes through these modules, in this order:
//!
//! 1. [`connector`] answers it: one method for each operation.
//! 2. [`settings`] reads what the connection is set to and what its secret holds.
//! 3. [`catalogue`] knows the objects and their fields.
//! 4. [`predicate`] gives the filter its meaning.
//! 5. [`plan`] says what Okta is asked, and what is left to test here.
//! 6. `query` walks the plan, a `lane` at a time; `record` turns Okta's JSON into AppFlow's records.
//! 7. [`token`] keeps the place for the next call.
//!
//! Everything but `connector` and `query` is a function from values to values. Transport and
//! secrets are passed in, so the whole connector runs in any process that can make them.

pub mod catalogue;
pub mod connector;
pub mod docs;
pub mod plan;
pub mod predicate;
pub mod secrets;
pub mod settings;
pub mod token;
pub mod trouble;

mod describe;
mod error;
mod instant;
mod lane;
mod query;
mod record;
mod scan;

pub use connector::{Config, OktaConnector};
pub use error::Error;
pub use secrets::{Freshness, KeyError, SecretError, SecretSource};
