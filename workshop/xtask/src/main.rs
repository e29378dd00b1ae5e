//! The workshop's tools: `cargo xtask test` is everything that must be green, `tidy` and `deny` are two of its steps.
//!
//! Each command says what it did, and what to do where it fails. It ends with 0 or 1.

mod deny;
mod fuzz;
mod install;
mod looks;
mod mutants;
mod proof;
mod steps;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

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
    /// Signpost and Postfix side by side; further words go to the bench, `-- --help` tells them
    Bench {
        #[arg(last = true)]
        words: Vec<String>,
    },
    /// List an address of ours while real mail flows, at every kind of receiver; writes the table of docs/guard.md
    Proof {
        /// Messages a second
        #[arg(long, default_value_t = 300)]
        pace: u32,
        /// How fast the node's clock runs: polls and waits are so many times shorter
        #[arg(long, default_value_t = 10)]
        scale: u32,
        /// Only tests whose name has this word, such as postfix
        #[arg(long, default_value = "")]
        only: String,
    },
    /// libFuzzer over the parsers; what it learns goes into the committed corpora
    Fuzz {
        /// All of them, if none is named
        targets: Vec<String>,
        /// A target ends when it found no new edge for so many seconds
        #[arg(long, default_value_t = 300)]
        quiet: u64,
        /// And at the latest after so many
        #[arg(long, default_value_t = 1_800)]
        most: u64,
    },
    /// Simulated worlds, for longer than the tests live them
    Sim {
        /// So many worlds
        #[arg(long, default_value_t = 10_000)]
        seeds: u64,
        /// End after so many seconds
        #[arg(long, default_value_t = 600)]
        seconds: u64,
    },
    /// Bugs put in on purpose, each of which the simulator has to find
    Mutants {
        /// Only those whose name has this
        #[arg(long, default_value = "")]
        only: String,
    },
    /// Pictures of stamped messages in Chromium, at two widths, light and dark; the sheets go into `docs/looks`
    Looks,
    /// Licences, sources and doubled versions of what we depend on
    Deny,
}

fn main() -> ExitCode {
    let root = root();
    let done = match Cli::parse().command {
        Command::Test { step } => steps::test(&root, step.as_deref()),
        Command::Tidy => tidy::run(&root),
        Command::Deny => deny::run(&root),
        Command::Looks => looks::run(&root),
        Command::Bench { words } => steps::bench(&root, &words),
        Command::Fuzz { targets, quiet, most } => {
            let (quiet, most) = (Duration::from_secs(quiet), Duration::from_secs(most));
            fuzz::run(&root, &targets, fuzz::Patience { quiet, most })
        }
        Command::Proof { pace, scale, only } => proof::run(&root, pace, scale, &only),
        Command::Sim { seeds, seconds } => steps::sim(&root, seeds, seconds),
        Command::Mutants { only } => mutants::run(&root, &only),
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
