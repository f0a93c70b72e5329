//! The parts of the command line program that run outside it too: the simulated org behind the seam of
//! HTTP, the secret of a connection, a sandbox in a process of its own, Lambda's side of a function, and the examination of
//! an org.
//!
//! Tests and benchmarks use the same ones as the commands. Arguments and printing stay in the binary.

mod connection;
pub mod doctor;
mod hosted_function;
mod process;
mod sandbox;
mod simulated_log;
mod simulated_okta;
mod simulated_secrets;
mod usage;

pub use connection::{connector_on, context_of};
pub use hosted_function::HostedFunction;
pub use process::Process;
pub use sandbox::{Sandbox, SandboxUrls};
pub use simulated_log::draw_log;
pub use simulated_okta::{Clock, SimulatedOkta};
pub use simulated_secrets::{API_TOKEN, SimulatedSecrets, api_token_secret};
pub use usage::Usage;
