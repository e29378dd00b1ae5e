//! The program: reads the command line, runs one command, and ends with 0 done, 1 failed, 2 wrong use.
//!
//! Errors go to standard error, each with what to do; data goes to standard output.

mod affected;
mod alerts;
mod board;
mod cli;
mod commands;
mod config;
mod control;
mod desk;
mod facts;
mod folders;
mod keys;
mod ledger;
mod logs;
mod replies;
mod rewrite;
mod site;
mod status_page;
mod store;
mod telling;
mod terminal;
mod up;

use clap::{CommandFactory as _, Parser as _};
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Up(args) => up::run(args),
        Command::Stamp(args) => commands::stamp(&args),
        Command::Place(args) => commands::place(&args),
        Command::Classify(args) => commands::classify(args),
        Command::Postmortem(args) => commands::postmortem(&args),
        Command::Send(args) => commands::send(&args),
        Command::Tenant(command) => commands::tenant(command),
        Command::Queue(command) => commands::queue(*command),
        Command::Spool(command) => commands::spool(command),
        Command::Trace(args) => commands::trace(&args),
        Command::Connector(command) => commands::connector(command),
        Command::Dkim(command) => commands::dkim(command),
        Command::Way(command) => commands::way(command),
        Command::TlsReports(args) => commands::tls_reports(&args),
        Command::Doctor(args) => commands::doctor(&args),
        Command::Certificate(command) => commands::certificate(command),
        Command::Dnsbl(command) => commands::dnsbl(command),
        Command::Sender(command) => commands::sender(command),
        Command::Source(command) => commands::source(command),
        Command::Incident(command) => commands::incident(command),
        Command::Maintenance(command) => commands::maintenance(command),
        Command::Subscriber(command) => commands::subscriber(command),
        Command::Status(command) => commands::status(command),
        Command::Vendor(command) => commands::vendor(&command),
        Command::Drill(args) => commands::drill(&args),
        Command::Config(command) => commands::config(command),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "signpost", &mut std::io::stdout());
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::say(&format!("signpost: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
