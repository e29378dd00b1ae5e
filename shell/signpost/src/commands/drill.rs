//! `drill`: a real incident replayed against this program, watched while it runs, judged at the end.
//!
//! What happens is told on standard error, on a terminal with a line that shows mail, refusals and progress; the report goes to standard output. A drill
//! that did not hold is an error of the command.

use super::{cell, print};
use crate::cli::DrillArgs;
use ::drill::{Moment, Options, Report, Scenario};
use anyhow::{Context as _, Result, bail};
use std::io::{IsTerminal as _, Write as _};

/// Columns of the progress bar.
const BAR: usize = 24;

pub(crate) fn drill(args: &DrillArgs) -> Result<()> {
    if args.list {
        let lines = Scenario::all()?.into_iter().map(|one| format!("{:<24} {}\n", one.name, one.title));
        return print(&lines.collect::<String>());
    }
    let scenarios = match &args.name {
        Some(name) => vec![Scenario::named(name)?],
        None => Scenario::all()?,
    };
    let mut failed = Vec::new();
    for scenario in scenarios {
        let report = run(scenario, args)?;
        if !report.held {
            failed.push(report.drill.clone());
        }
        let text =
            if args.json { serde_json::to_string(&report)? + "\n" } else { report.to_markdown() + "\n" };
        print(&text)?;
    }
    if !failed.is_empty() {
        bail!("did not hold: {}", failed.join(", "));
    }
    Ok(())
}

fn run(scenario: Scenario, args: &DrillArgs) -> Result<Report> {
    let options = Options {
        signpost: std::env::current_exe().context("this program cannot be found")?,
        short: args.short,
        sabotage: args.sabotage,
        keep: args.keep,
    };
    let scenario = if args.short { scenario.shortened() } else { scenario };
    let is_terminal = std::io::stderr().is_terminal();
    eprintln!("drill {}: {}", scenario.name, scenario.title);
    let report = ::drill::run(&scenario, &options, &|moment| show(moment, is_terminal));
    if is_terminal {
        eprint!("\r\x1b[K");
    }
    if let Some(directory) = report.as_ref().ok().and_then(|report| report.directory.as_ref()) {
        eprintln!("everything that the node wrote is in {}", directory.display());
    }
    report
}

fn show(moment: &Moment, is_terminal: bool) {
    // The line with the flow is written over.
    let clear = if is_terminal { "\r\x1b[K" } else { "" };
    match moment {
        Moment::Begins { .. } => {}
        Moment::Happens { at, what } => eprintln!("{clear}{at:>7.2} s  !  {}", cell(what)),
        Moment::Shows { at, what } => eprintln!("{clear}{at:>7.2} s     {}", cell(what)),
        Moment::Flows { at, of, sent, delivered, refused, parked } if is_terminal => {
            let done = ((at / of).min(1.0) * BAR as f64) as usize;
            let (full, rest) = ("#".repeat(done), ".".repeat(BAR - done));
            eprint!(
                "{clear}{at:>7.2} s  [{full}{rest}]  sent {sent}  delivered {delivered}  refused {refused}  parked {parked}"
            );
            // A line without an end stays in the buffer otherwise; a terminal that is gone is no failure of the drill.
            let _shown = std::io::stderr().flush();
        }
        Moment::Flows { .. } => {}
    }
}
