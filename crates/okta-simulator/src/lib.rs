//! A fake Okta org in memory: requests in, responses out.

mod auth;
mod collection;
mod condition;
mod dialect;
mod error;
mod expand;
mod expression;
mod generate;
mod lag;
mod limits;
mod listing;
mod log;
mod objects;
mod org;
mod paging;
mod projection;
mod reply;
mod request;
mod routes;
mod schema;
mod settings;
mod simulator;

pub use collection::Collection;
pub use limits::{Plan, RateLimits, WindowUsage};
pub use log::LoggedRequest;
pub use org::{Assignee, LoadError, LoadErrorCause, Org};
pub use simulator::{Delivery, Simulator};
