//! `cargo xtask bench`: Signpost and Postfix side by side, in one run, on one machine, through the same generator and sink.
//!
//! ```text
//! generator (generate.rs) -> relay (relays.rs) -> sink (sink.rs)      one process holds both ends, so one clock measures the way
//! ```
//! A cell is a relay, a size and a number of sessions. Each cell runs several times, relays in turn; the median is told with the
//! least and the most. Everything stays on loopback and below the directory that is named.

mod cells;
mod counts;
mod disk;
mod generate;
mod mail;
mod process;
mod relays;
mod sink;
mod table;
mod wire;

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;

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
    /// Writes the tables as Markdown
    #[arg(long)]
    write: Option<PathBuf>,
    /// Writes every run, a line of JSON each
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    std::fs::create_dir_all(&cli.directory)?;
    let directory = cli.directory.canonicalize()?;
    let plan = cells::Plan {
        signpost: cli.signpost.canonicalize()?,
        directory: directory.clone(),
        runs: cli.runs,
        seconds: cli.seconds,
        only: cli.only,
        relay: cli.relay,
        count: cli.count,
    };
    let report = cells::measure(&plan)?;
    if let Some(file) = cli.json {
        let lines: Vec<String> = report.runs.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        std::fs::write(file, lines.join("\n") + "\n")?;
    }
    let text = table::markdown(&report);
    eprintln!("\n{text}");
    if let Some(file) = cli.write {
        std::fs::write(file, text)?;
    }
    Ok(())
}
