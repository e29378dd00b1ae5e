//! The report for people: tables, medians with least and most, and the bars.

use crate::cells::{Report, Run, Shape, median};
use crate::mail::Size;
use crate::relays::Kind;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// At 20 sessions, stamping, against Postfix: times its rate, and CPU seconds per 1,000 messages at most.
const BARS: [(Size, f64, f64); 3] =
    [(Size::Small, 4.0, 0.40), (Size::Middle, 2.5, 0.80), (Size::Large, 1.3, 6.0)];

pub(crate) fn markdown(report: &Report) -> String {
    let mut cells: BTreeMap<(Shape, Kind), Vec<&Run>> = BTreeMap::new();
    for run in &report.runs {
        cells.entry((run.shape, run.relay)).or_default().push(run);
    }
    let mut out = format!("Machine: {}.\n\n", machine());
    out.push_str(
        "| size, sessions | relay | messages/s | CPU s per 1,000 | flushes per message | waits per message | memory MB | p50 ms | p99 ms |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for ((shape, kind), runs) in &cells {
        let of = |value: fn(&Run) -> f64| median(runs.iter().map(|run| value(run))).unwrap_or(0.0);
        let rates: Vec<f64> = runs.iter().map(|run| run.per_second).collect();
        let flushes =
            median(runs.iter().filter_map(|run| run.flushes)).map_or("-".to_owned(), |f| format!("{f:.2}"));
        let _infallible = writeln!(
            out,
            "| {} | {} | {} | {:.2} | {flushes} | {:.1} | {:.0} | {:.1} | {:.1} |",
            shape.name(),
            kind.name(),
            spread(&rates),
            of(|run| run.cpu_per_1000),
            of(|run| run.waits),
            runs.iter().map(|run| run.memory_mb).fold(0.0, f64::max),
            of(|run| run.p50_ms),
            of(|run| run.p99_ms),
        );
    }
    let doubled: u64 = report.runs.iter().map(|run| run.doubled).sum();
    let messages: u64 = report.runs.iter().map(|run| run.messages).sum();
    let _infallible = writeln!(
        out,
        "\n{} messages in all, every one arrived, {doubled} twice.\n",
        thousands(messages as f64)
    );
    bars(&cells, &mut out);
    beside(report, &mut out);
    out
}

/// Their median, with the least and the most.
pub(crate) fn spread(rates: &[f64]) -> String {
    let all = || rates.iter().copied();
    let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    let middle = median(all()).unwrap_or(0.0);
    format!("{} ({} to {})", thousands(middle), thousands(least), thousands(most))
}

fn bars(cells: &BTreeMap<(Shape, Kind), Vec<&Run>>, out: &mut String) {
    let value = |size, sessions, half_load, kind, of: fn(&Run) -> f64| {
        let runs = cells.get(&(Shape { size, sessions, tls: false, half_load }, kind))?;
        median(runs.iter().map(|run| of(run)))
    };
    let mut say = |what: String, holds: bool| {
        let _infallible = writeln!(out, "- {what}: {}", if holds { "passed" } else { "MISSED" });
    };
    for (size, times, cpu) in BARS {
        let rate = |kind| value(size, 20, false, kind, |run| run.per_second);
        if let Some((ours, theirs)) = rate(Kind::Signpost).zip(rate(Kind::Postfix)) {
            say(
                format!("{}, 20 sessions: {:.1} times Postfix, bar {times}", size.name(), ours / theirs),
                ours >= times * theirs,
            );
        }
        if let Some(used) = value(size, 20, false, Kind::Signpost, |run| run.cpu_per_1000) {
            say(format!("{}, 20 sessions: {used:.2} CPU s per 1,000, bar {cpu}", size.name()), used <= cpu);
        }
        let alone = |kind| value(size, 1, false, kind, |run| run.per_second);
        if let Some((ours, theirs)) = alone(Kind::Signpost).zip(alone(Kind::Postfix)) {
            say(
                format!("{}, 1 session: {:.1} times Postfix, bar 1", size.name(), ours / theirs),
                ours >= theirs,
            );
        }
        if let Some(p99) = value(size, 20, true, Kind::Signpost, |run| run.p99_ms) {
            say(format!("{}, half load: p99 {p99:.1} ms, bar 50", size.name()), p99 < 50.0);
        }
        let costs = |kind| value(size, 20, false, kind, |run| run.cpu_per_1000);
        if let Some((with, without)) = costs(Kind::Signpost).zip(costs(Kind::SignpostPlain)) {
            let share = (with - without) / with * 100.0;
            say(format!("{}: stamping is {share:.0} % of the CPU, bar 33", size.name()), share < 33.4);
        }
    }
    for (size, sessions, bar) in [(Size::Middle, 100, 200.0), (Size::Huge, 20, 500.0)] {
        if let Some(memory) = value(size, sessions, false, Kind::Signpost, |run| run.memory_mb) {
            say(format!("{}, {sessions} sessions: {memory:.0} MB, bar {bar:.0}", size.name()), memory < bar);
        }
    }
}

/// The disk's limit, the calls of one message, and the runs through Postfix's tools.
fn beside(report: &Report, out: &mut String) {
    out.push_str("\n| appends of 4 KiB per fdatasync | records/s |\n|---|---|\n");
    for (group, rate) in &report.limits {
        let _infallible = writeln!(out, "| {group} | {} |", thousands(*rate));
    }
    if !report.counts.is_empty() {
        out.push_str("\n| per message, 20 sessions | relay | syscalls | allocations | KB allocated | KB copied |\n|---|---|---|---|---|---|\n");
    }
    for one in &report.counts {
        let _infallible = writeln!(
            out,
            "| {} | {} | {} | {:.0} | {:.1} | {:.1} |",
            one.size.name(),
            one.kind.name(),
            one.syscalls.map_or("-".to_owned(), |calls| format!("{calls:.1}")),
            one.allocations,
            one.allocated_bytes / 1e3,
            one.copied_bytes / 1e3
        );
    }
    let ways = [
        ("smtp-source -> relay -> our sink, 4 KB, 20 sessions", &report.cross_check),
        ("smtp-source -> relay -> smtp-sink, 1 MB, 20 sessions", &report.into_smtp_sink),
    ];
    for (what, rates) in ways {
        if let [(_, ours), (_, theirs)] = rates.as_slice() {
            let _infallible = writeln!(
                out,
                "\n{what}: Signpost {} messages/s, Postfix {}, {:.1} times.",
                thousands(*ours),
                thousands(*theirs),
                ours / theirs
            );
        }
    }
}

pub(crate) fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("")
        .trim_start_matches(['\t', ' ', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{cores} cores ({model}), Linux {}", kernel.trim())
}

pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
