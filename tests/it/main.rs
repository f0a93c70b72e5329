//! The tests of the whole product, in reading order. One binary, since each costs a link step.

mod support;

mod bad_input;
mod contract;
mod docs;
mod flow;
mod lambda;
mod parity;
mod tidy;

mod brute_force;
