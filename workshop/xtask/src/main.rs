//! The workshop's tools: `cargo xtask test` is everything that must be green, `tidy` and `deny` are two of its steps.
//!
//! Each command says what it did, and what to do where it fails. It ends with 0 or 1.

mod deny;
mod install;
mod steps;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The workshop's tools")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything that must be green; installs what the tests need
    Test {
        /// Only this step
        #[arg(long, value_parser = steps::NAMES)]
        step: Option<String>,
    },
    /// The rules of the house
    Tidy,
    /// Kill the real binary under load again and again; everything acknowledged has to arrive
    Soak {
        #[arg(long, default_value_t = 500)]
        rounds: u32,
    },
    /// Licences, sources and doubled versions of what we depend on
    Deny,
}

fn main() -> ExitCode {
    let root = root();
    let done = match Cli::parse().command {
        Command::Test { step } => steps::test(&root, step.as_deref()),
        Command::Tidy => tidy::run(&root),
        Command::Deny => deny::run(&root),
        Command::Soak { rounds } => steps::soak(&root, rounds),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The repository, wherever the command was called.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

/// Runs a program at the root with its output shown.
fn run(root: &Path, program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let status = std::process::Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root)
        .status()
        .map_err(|error| anyhow::anyhow!("cannot run {program}: {error}"))?;
    if status.success() { Ok(()) } else { anyhow::bail!("`{program} {}` failed", arguments.join(" ")) }
}
