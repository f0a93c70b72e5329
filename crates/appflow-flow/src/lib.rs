//! AppFlow's side of a custom connector, on one's own machine: reads a flow and runs it as AppFlow would.
//!
//! A flow names an entity, what is done with its fields and where its records go. This crate knows nothing of any particular
//! source of data: it asks a [`Connector`](appflow_connector::Connector), and writes what comes back into the folders and files
//! that AppFlow would write into a bucket of S3.

pub mod column;
pub mod output;
pub mod s3;
pub mod spelling;
