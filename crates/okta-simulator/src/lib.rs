//! A fake Okta org in memory: requests in, responses out.
//!
//! A [`Simulator`] answers HTTP requests as the Okta Management API does, from the data of an [`Org`]. It has no
//! socket, no file, no thread and no clock, so a test that uses it is fast and gives the same result each time;
//! to serve it over a network, put any HTTP server in front of [`Simulator::handle`].
//!
//! ```
//! use bytes::Bytes;
//! use okta_simulator::{Org, Simulator};
//!
//! let mut okta = Simulator::new(Org::generate(1, 250));
//! okta.accept_api_token("secret");
//!
//! let request = http::Request::get("https://acme.okta.com/api/v1/users?search=status+pr")
//!     .header("authorization", "SSWS secret")
//!     .body(Bytes::new())?;
//! let response = okta.handle(request);
//!
//! assert_eq!(response.status(), 200);
//! let users: Vec<serde_json::Value> = serde_json::from_slice(response.body())?;
//! assert_eq!(users.len(), 200);
//! let links: Vec<_> = response.headers().get_all("link").iter().collect();
//! assert!(links[1].to_str()?.ends_with("; rel=\"next\""));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does
//!
//! * **Objects**: users, groups, apps, devices, user types, and the profile schemas of users and groups, as
//!   listings and one by one; and objects of the org itself, from network zones to log streams.
//! * **Relations**: members, owners and rules of groups; users, groups, grants and push mappings of apps; users of
//!   devices; factors; roles of users, groups and clients, with custom roles and resource sets. What follows from a
//!   membership or an assignment follows it at once.
//! * **Expressions**: `search` and `filter` with the properties and operators that Okta documents for each endpoint.
//!   All others are refused, also where a real org might be lenient.
//! * **Paging**: opaque cursors and `Link` headers; on request short pages, empty pages and links that lose
//!   parameters.
//! * **Credentials**: API tokens that die of disuse, and OAuth tokens with scopes, bound to a key (`DPoP`) or not.
//!   Any of them may lack a part of the admin role that it needs besides, or all of it.
//! * **The org authorization server**: `POST /oauth2/v1/token` for a [`ServiceApp`], which really verifies
//!   assertions and proofs of possession; and for a [`WebApp`] `GET /oauth2/v1/authorize` with a page that asks for
//!   consent, codes with PKCE, and refresh tokens that rotate.
//! * **What an org tells of itself**: the engine that it runs on, and the shares that credentials have of its limits.
//! * **Orgs that answer nobody**: one that is gone, and one that calls may not come to from here.
//! * **The System Log**: what the org's own changes did, and events appended or drawn at random, some of which arrive
//!   late; bounded, and polled without an end.
//! * **Faults**: a [`FaultScript`] of refusals, broken connections, odd headers and bodies, endless listings, and
//!   records that change while they are being listed.
//! * **Limits**: rate-limit buckets with their headers, and the concurrency limit, on a virtual clock.
//!
//! # Where the data comes from
//!
//! The secrets that Okta puts into records are [`PLANTED_SECRETS`].
//!
//! [`Org::generate`] makes an org of any size from a number. [`Org::from_json_lines`] reads records that were
//! recorded or written by hand. Either can be changed later, through [`Simulator::put`] with a search index that
//! lags behind, or through [`Simulator::org_mut`] without. [`Simulator::add_member`], [`Simulator::assign`],
//! [`Simulator::add_device_user`], [`Simulator::grant_role`] and their opposites change relations; [`Org::children`] reads them. [`Org::rewrite`]
//! puts values where nobody expects them.
//!
//! Users and groups of a generated org have a few custom attributes. [`Org::draw_attributes`] adds many more, of all
//! types and with names that clash, and [`Org::put_attribute`] and [`Org::remove_attribute`] change a schema between
//! two calls. [`Org::attributes`] tells what the schema of a user type defines, for whoever has to know before
//! asking.
//!
//! Changes through the [`Simulator`] leave events in [`Simulator::system_log`], those of relations and of records below
//! an object ([`Simulator::put_child`]) too. What goes with an object that is removed leaves none of its own.
//! [`SystemLog::draw`] adds others at random, and [`SystemLog::append`] by hand.
//!
//! # Time
//!
//! [`Simulator::set_time`] moves the clock. A response that takes time carries a [`Delivery`] in its extensions,
//! and it is for the transport to wait, and to break the connection where it says so.

mod about_org;
mod api_error;
mod attribute;
mod auth;
mod authorize_endpoint;
mod behaviour;
mod bucket;
mod call;
mod children;
mod collection;
mod collections;
mod compile;
mod condition;
mod consent_page;
mod date_form;
mod delivery;
mod derived;
mod dialect;
mod dpop;
mod draw_attributes;
mod error;
mod expand;
mod expression;
mod faults;
mod feature;
mod fnv;
mod generate;
mod grants;
mod interference;
mod jwk;
mod jwt;
mod limits;
mod links;
mod listing;
mod log;
mod maker;
mod mutation;
mod narrowing;
mod oauth_error;
mod objects;
mod order;
mod org;
mod paging;
mod parameters;
mod particulars;
mod presentation;
mod profile_schema;
mod projection;
mod record;
mod refusals;
mod reply;
mod role;
mod roster;
mod routes;
mod schema;
mod search_index;
mod secrets;
mod service_app;
mod simulator;
mod single_use;
mod sort;
mod system_log;
#[cfg(test)]
mod tests;
mod ties;
mod token_endpoint;
mod token_form;
mod tokens;
mod view;
mod web_app;
mod words;

pub use api_error::ApiError;
pub use attribute::{Attribute, AttributeType};
pub use collection::Collection;
pub use date_form::DateForm;
pub use delivery::Delivery;
pub use faults::{Effect, Fault, FaultScript, Part, When};
pub use feature::Feature;
pub use limits::{RateLimits, Subscription, WindowUsage};
pub use log::LoggedRequest;
pub use mutation::Mutation;
pub use org::{Assignee, LoadError, LoadErrorCause, Org};
pub use role::standard_role;
pub use schema::{ProfileSchema, SchemaPart};
pub use secrets::PLANTED_SECRETS;
pub use service_app::ServiceApp;
pub use simulator::Simulator;
pub use system_log::{RandomEvents, Relation, SystemLog};
pub use web_app::{RefreshTokens, WebApp};
