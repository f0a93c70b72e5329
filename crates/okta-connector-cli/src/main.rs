//! `okta-connector`: the connector without AppFlow, without Okta and without AWS.

mod commands;

use clap::{CommandFactory as _, Parser, Subcommand};
use commands::{
    completions, demo, describe, doctor, entities, explain, flow, invoke, print, sandbox, say,
};
use std::io;
use std::process::ExitCode;
use tokio::runtime::Builder;

/// Plan, run and examine flows of the Okta connector for Amazon AppFlow, against an embedded org or a real one.
#[derive(Debug, Parser)]
#[command(name = "okta-connector", version, term_width = 80)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a flow as AppFlow would, page by page, and write its records as JSON lines.
    Demo(demo::Demo),
    /// Run a flow of AppFlow on this machine.
    Flow(flow::Flow),
    /// Answer one request of AppFlow, read from a file.
    Invoke(invoke::Invoke),
    /// Examine an org, and say what is in the way of a connection.
    Doctor(doctor::Doctor),
    /// Serve the simulated org, a stand-in for Secrets Manager and a status page.
    Sandbox(sandbox::Sandbox),
    /// Print what Okta would be asked for a filter, and why.
    Explain(explain::Explain),
    /// List the entities.
    Entities(entities::Entities),
    /// Describe the fields of an entity.
    Describe(describe::Describe),
    /// Print the objects and fields as a page of Markdown.
    #[command(after_help = OBJECTS)]
    Objects,
    /// Print the completions of a shell.
    Completions(completions::Completions),
    /// Write the pages of the manual.
    Man(completions::Man),
}

const OBJECTS: &str = "\
Examples:
  okta-connector objects
  okta-connector objects > OBJECTS.md";

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        // What a shell says of a program that Ctrl-C ended.
        Err(error) if error.is::<flow::Stopped>() => ExitCode::from(130),
        Err(error) => {
            let error_word = console::style("error:").for_stderr().red().bold();
            say(&format!("{error_word} {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let is_simulated = match &arguments.command {
        Command::Demo(_) => true,
        Command::Flow(flow) => flow.is_simulated(),
        _ => false,
    };
    let runtime = match is_simulated {
        true => Builder::new_current_thread().enable_all().start_paused(true).build(),
        false => Builder::new_multi_thread().worker_threads(2).enable_all().build(),
    };
    runtime?.block_on(async {
        match arguments.command {
            Command::Demo(demo) => demo.run().await,
            Command::Doctor(doctor) => doctor.run().await,
            Command::Flow(flow) => flow.run().await,
            Command::Invoke(invoke) => invoke.run().await,
            Command::Sandbox(sandbox) => sandbox.run().await,
            Command::Explain(explain) => explain.run().await,
            Command::Entities(entities) => entities.run(),
            Command::Describe(describe) => describe.run().await,
            Command::Completions(completions) => completions.run(Arguments::command()),
            Command::Man(man) => man.run(Arguments::command()),
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
