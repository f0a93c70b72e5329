//! The contract between Amazon AppFlow and a custom connector: AppFlow's requests and the responses
//! that it expects.
//!
//! A custom connector is one function: a JSON object in, a JSON object out. The request names one of
//! eight operations in its `type`; the response has no tag. This crate owns both sides of that
//! contract and the language of `filterExpression`. It does no input or output, has no clock and
//! knows nothing of any particular source of data.
//!
//! | operation | answered by | AppFlow waits |
//! |---|---|---|
//! | `DescribeConnectorConfigurationRequest` | [`ConnectorConfiguration`] | 10 s |
//! | `ValidateConnectorRuntimeSettingsRequest` | nothing, or [`InvalidSettings`] | 10 s |
//! | `ValidateCredentialsRequest` | nothing | 10 s |
//! | `ListEntitiesRequest` | [`EntityList`] | 10 s |
//! | `DescribeEntityRequest` | [`DescribedEntity`] | 10 s |
//! | `QueryDataRequest` | [`RecordPage`] | 30 s |
//! | `RetrieveDataRequest` | [`Records`] | 30 s |
//! | `WriteDataRequest` | refused, unless overridden | 30 s |
//!
//! Implement [`Connector`] and pass every payload to [`handle`]. Reading is lenient (absent and
//! null mean the same, unknown keys are ignored), writing is strict (lists are never null, every
//! spelling is the one that AppFlow's own Java reader accepts).

pub mod configuration;
pub mod entity;
pub mod filter;
pub mod request;
pub mod response;

mod dispatch;
mod lenient;
mod message;
mod records;

pub use configuration::ConnectorConfiguration;
pub use dispatch::{Connector, DescribedEntity, EntityList, InvalidSettings, RecordPage, handle};
pub use filter::Filter;
pub use message::Message;
pub use records::{Escaped, Mark, Records, unescaped_len};
pub use request::{Operation, Request, UnknownOperation};
pub use response::{ErrorCode, ErrorDetails};

/// The largest response that Lambda delivers for a synchronous call, in bytes of encoded JSON.
///
/// One byte more is `Function.ResponseSizeTooLarge`, and AppFlow sees no answer at all.
pub const MAX_RESPONSE_BYTES: usize = 6_291_556;
