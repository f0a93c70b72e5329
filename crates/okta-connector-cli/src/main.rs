//! `okta-connector`: the connector without AppFlow, without Okta and without AWS.

#![expect(clippy::print_stderr, reason = "a command line program says what it did and what failed")]

mod commands;

use clap::{Parser, Subcommand};
use commands::{demo, invoke, print, sandbox};
use std::io;
use std::process::ExitCode;
use tokio::runtime::Builder;

/// Runs the Okta connector for Amazon AppFlow against a simulated Okta org.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a flow as AppFlow would, page by page, and write its records as JSON lines.
    Demo(demo::Demo),
    /// Answer one request of AppFlow, read from a file.
    Invoke(invoke::Invoke),
    /// Serve the simulated org, a stand-in for Secrets Manager and a status page.
    Sandbox(sandbox::Sandbox),
    /// Print what Okta would be asked for a filter, and why.
    Explain(demo::Explain),
    /// Print the objects and fields as a page of Markdown.
    Objects,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = match arguments.command {
        Command::Demo(_) => Builder::new_current_thread().enable_all().start_paused(true).build(),
        _ => Builder::new_multi_thread().worker_threads(2).enable_all().build(),
    };
    runtime?.block_on(async {
        match arguments.command {
            Command::Demo(demo) => demo.run().await,
            Command::Invoke(invoke) => invoke.run().await,
            Command::Sandbox(sandbox) => sandbox.run().await,
            Command::Explain(explain) => explain.run().await,
            Command::Objects => print(&okta_connector::docs::objects()),
        }
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
