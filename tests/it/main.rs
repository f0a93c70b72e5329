//! The tests of the whole product, in reading order. One binary, since each costs a link step.

#![expect(clippy::unwrap_used, reason = "a test may panic, and so may what it is helped by")]
#![expect(clippy::print_stdout, reason = "a skipped test says so, and answers are shown")]

mod checkout;
mod collections;
mod processes;
mod support;

mod attributes;
mod bad_input;
mod bench;
mod canary;
mod command_line;
mod commands;
mod contract;
mod data_contract;
mod demo;
mod docs;
mod doctor;
mod economy;
mod events;
mod faults;
mod flow;
mod flow_command;
mod flow_output;
mod flows;
mod generated;
mod happenings;
mod hostile;
mod identity;
mod infrastructure;
mod lambda;
mod links;
mod observer;
mod packaging;
mod parity;
mod recorded;
mod relations;
mod release;
mod sandbox;
mod scale;
mod split_flows;
mod stacks;
mod story;
mod system_log;
mod tidy;
mod views;
mod whole;
mod wire;
mod withheld;

mod brute_force;
mod campaign;
