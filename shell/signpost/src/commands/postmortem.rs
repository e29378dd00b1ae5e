//! `postmortem`: reads logs, in the order of their times, and writes the impact report.
//!
//! Files are read once, as a stream; only the first piece of each is read before, to find its time. A log whose times have no zone or no year is an
//! error until it is given; what receivers wrote into their replies is offered as a hint for the zone.

mod input;

use super::print;
use crate::cli::{PostmortemArgs, ReportForm};
use anyhow::{Context as _, Result, bail};
use input::{Input, Line};
use maillog::{Claims, ClockError, Collector, Offset, Options, Settings};

/// Lines that are looked through for a hint on the zone.
const HINT_LINES_MAX: usize = 500_000;

pub(crate) fn postmortem(args: &PostmortemArgs) -> Result<()> {
    let inputs = input::in_order(&args.logs, settings(args))?;
    let mut collector = Collector::new(options(args, settings(args)));
    for input in &inputs {
        read(input, &mut collector, args)?;
    }
    let report = collector.finish();
    if report.reading.first.is_none() {
        bail!(
            "no line tells of a message: {} lines were read, {} of them malformed{}",
            report.reading.lines,
            report.reading.malformed,
            report.reading.malformed_lines.iter().map(told).collect::<String>()
        );
    }
    let text = match args.format {
        ReportForm::Markdown => report.to_markdown(),
        ReportForm::Json => report.to_json(),
        ReportForm::Html => report.to_html(),
    };
    match &args.out {
        Some(file) => std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display())),
        None => print(&text),
    }
}

fn told(wrong: &maillog::WrongLine) -> String {
    format!("\n{}:{}: {}: {}", wrong.file, wrong.line, wrong.why, wrong.text)
}

fn settings(args: &PostmortemArgs) -> Settings {
    Settings { zone: args.time_zone, year: args.year }
}

fn options(args: &PostmortemArgs, settings: Settings) -> Options {
    let claims = Claims {
        detected: args.detected,
        posted: args.posted,
        start: args.claimed_start,
        end: args.claimed_end,
        resolved: args.resolved,
    };
    Options { settings, our_addresses: args.our_addresses.clone(), claims }
}

fn read(input: &Input, collector: &mut Collector, args: &PostmortemArgs) -> Result<()> {
    collector.begin_file(&input.name());
    let mut lines = input.open()?;
    let mut number = 0_u64;
    while let Some(line) = lines.next().with_context(|| format!("cannot read {}", input.name()))? {
        number += 1;
        match line {
            Line::Whole(line) => match collector.line(line) {
                Ok(()) => {}
                Err(error) => bail!("{}:{number}: {error}{}", input.name(), hint(error, input, args)),
            },
            Line::Long(beginning) => collector.skipped_line("is longer than 1 MiB", beginning),
        }
    }
    collector.end_file();
    Ok(())
}

/// What the replies' own times say of the zone, as far as the log has such.
fn hint(error: ClockError, input: &Input, args: &PostmortemArgs) -> String {
    let is_about_zone = match error {
        ClockError::NoZone => !input.is_stream(),
        ClockError::NoYear | ClockError::NoTime | ClockError::NoSuchTime => false,
    };
    let found = if is_about_zone { suggested(input, args).ok().flatten() } else { None };
    found.map_or_else(String::new, |zone| {
        format!("; times that receivers wrote into their replies say that it is {zone}")
    })
}

fn suggested(input: &Input, args: &PostmortemArgs) -> Result<Option<String>> {
    let settings = Settings { zone: Some(Offset::UTC), year: args.year };
    let mut collector = Collector::new(options(args, settings));
    let mut lines = input.open()?;
    for _ in 0..HINT_LINES_MAX {
        match lines.next()? {
            Some(Line::Whole(line)) => collector.line(line)?,
            Some(Line::Long(_)) => {}
            None => break,
        }
    }
    Ok(collector.suggested_zone())
}

#[cfg(test)]
mod tests;
