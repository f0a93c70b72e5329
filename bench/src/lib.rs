//! The parts that the programs of the benchmark share.

pub mod escape;
pub mod pictures;
