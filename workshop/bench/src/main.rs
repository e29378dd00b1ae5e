//! `cargo xtask bench`: Signpost and Postfix side by side, in one run, on one machine, through the same generator and sink.
//!
//! ```text
//! generator (generate.rs) -> relay (relays.rs) -> sink (sink.rs)      one process holds both ends, so one clock measures the way
//! ```
//! A cell is a relay, a size and a number of sessions. Each cell runs several times, relays in turn; the median is told with the
//! least and the most. With `--destinations` the relays deliver to the world (destinations.rs). Everything stays on loopback and
//! below the directory that is named.

mod cells;
mod counts;
mod destinations;
mod disk;
mod generate;
mod mail;
mod namespace;
mod process;
mod relays;
mod sink;
mod table;
mod wire;

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is measured.
#[derive(Debug, Parser)]
#[command(name = "bench", about = "Signpost beside Postfix")]
struct Cli {
    /// The release build of signpost
    #[arg(long)]
    signpost: PathBuf,
    /// Directory on the disk that is to be measured; emptied of what the bench made at its end
    #[arg(long, default_value = "target/bench")]
    directory: PathBuf,
    /// Runs of each cell; the median counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Seconds during which each run sends
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Only cells whose name contains this, e.g. `4 KB, 20`; with `;` behind it, whose name ends so: `4 KB, 20;`
    #[arg(long)]
    only: Option<String>,
    /// Only relays whose name contains this, e.g. `Signpost`
    #[arg(long)]
    relay: Option<String>,
    /// Times nothing, only counts what one message costs; `--only` picks sizes, e.g. `4 KB`
    #[arg(long)]
    count: bool,
    /// Delivers by MX to 1, 100 and 10,000 destinations instead, in a network namespace of its own; needs root
    #[arg(long)]
    destinations: bool,
    /// With `--destinations`: messages of 1 MB instead of 4 KB
    #[arg(long, requires = "destinations")]
    large: bool,
    /// With `--destinations`: exchangers offer CHUNKING, so that Signpost writes by BDAT
    #[arg(long, requires = "destinations")]
    chunking: bool,
    /// Writes the tables as Markdown
    #[arg(long)]
    write: Option<PathBuf>,
    /// Writes every run, a line of JSON each
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    if cli.destinations
        && let Some(status) = namespace::enter()?
    {
        return Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    std::fs::create_dir_all(&cli.directory)?;
    let plan = cells::Plan {
        signpost: cli.signpost.canonicalize()?,
        directory: cli.directory.canonicalize()?,
        runs: cli.runs,
        seconds: cli.seconds,
        only: cli.only,
        relay: cli.relay,
        count: cli.count,
        large: cli.large,
        chunking: cli.chunking,
    };
    let (text, lines) = if cli.destinations {
        let runs = destinations::measure(&plan)?;
        (destinations::markdown(&runs), lines(&runs)?)
    } else {
        let report = cells::measure(&plan)?;
        (table::markdown(&report), lines(&report.runs)?)
    };
    if let Some(file) = cli.json {
        std::fs::write(file, lines)?;
    }
    eprintln!("\n{text}");
    if let Some(file) = cli.write {
        std::fs::write(file, text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A line of JSON each.
fn lines(runs: &[impl serde::Serialize]) -> Result<String> {
    let lines: Vec<String> = runs.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    Ok(lines.join("\n") + "\n")
}
