//! The report on many destinations: a table of medians, and what the bars say.

use super::{Cell, Run};
use crate::cells::median;
use crate::relays::Kind;
use crate::table::{machine, spread, thousands};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Against Postfix: times its rate, and CPU seconds per 1,000 messages at most.
const TIMES: f64 = 4.0;
const CPU: f64 = 0.40;

type Cells<'r> = BTreeMap<(Cell, Kind), Vec<&'r Run>>;

/// One run, while they go on.
pub(super) fn line(run: &Run) -> String {
    format!(
        "{:<20} {:<56} {:>7.0} msg/s  {:.2} CPU s/1000  all after {:.1} s  p50 {:.1} p99 {:.1} ms  {:.0} MB  {} twice",
        run.relay.name(),
        run.cell.name(),
        run.per_second,
        run.cpu_per_1000,
        run.behind_s,
        run.p50_ms,
        run.p99_ms,
        run.memory_mb,
        run.doubled
    )
}

pub(crate) fn markdown(runs: &[Run]) -> String {
    let mut cells: Cells<'_> = BTreeMap::new();
    for run in runs {
        cells.entry((run.cell, run.relay)).or_default().push(run);
    }
    let mut out = format!("Machine: {}.\n\n", machine());
    out.push_str(
        "| destinations | relay | messages/s | CPU s per 1,000 | waits per message | look-ups per message | \
         all delivered, s behind the last `250` | memory MB | p50 ms | p99 ms |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for ((cell, kind), runs) in &cells {
        let of = |value: fn(&Run) -> f64| median(runs.iter().map(|run| value(run))).unwrap_or(0.0);
        let rates: Vec<f64> = runs.iter().map(|run| run.per_second).collect();
        let _infallible = writeln!(
            out,
            "| {} | {} | {} | {:.2} | {:.1} | {:.2} | {:.1} | {:.0} | {:.1} | {:.1} |",
            cell.name(),
            kind.name(),
            spread(&rates),
            of(|run| run.cpu_per_1000),
            of(|run| run.waits),
            of(|run| run.look_ups),
            of(|run| run.behind_s),
            runs.iter().map(|run| run.memory_mb).fold(0.0, f64::max),
            of(|run| run.p50_ms),
            of(|run| run.p99_ms),
        );
    }
    let doubled: u64 = runs.iter().map(|run| run.doubled).sum();
    let messages: u64 = runs.iter().map(|run| run.messages).sum();
    let _infallible = writeln!(
        out,
        "\n{} messages in all, every one arrived, {doubled} twice.\n",
        thousands(messages as f64)
    );
    bars(&cells, &mut out);
    out
}

fn bars(cells: &Cells<'_>, out: &mut String) {
    let value =
        |cell: Cell, kind, of: fn(&Run) -> f64| median(cells.get(&(cell, kind))?.iter().map(|run| of(run)));
    let word = |holds| if holds { "passed" } else { "MISSED" };
    for cell in Cell::all() {
        let name = cell.name();
        if let Cell::Paced { uneven: true, destinations } = cell {
            let even = Cell::Paced { uneven: false, destinations };
            for kind in super::KINDS {
                let p99 = |cell| value(cell, kind, |run| run.p99_ms);
                if let Some((without, with)) = p99(even).zip(p99(cell)) {
                    let name = kind.name();
                    let _infallible = writeln!(
                        out,
                        "- {name}: p99 of the other destinations {without:.1} ms without, {with:.1} ms with them"
                    );
                }
            }
            continue;
        }
        let rate = |kind| value(cell, kind, |run| run.per_second);
        if let (Cell::Full { .. }, Some((ours, theirs))) =
            (cell, rate(Kind::Signpost).zip(rate(Kind::Postfix)))
        {
            let times = ours / theirs;
            let _infallible =
                writeln!(out, "- {name}: {times:.1} times Postfix, bar {TIMES}: {}", word(times >= TIMES));
        }
        if let (Cell::Full { .. }, Some(used)) = (cell, value(cell, Kind::Signpost, |run| run.cpu_per_1000)) {
            let _infallible =
                writeln!(out, "- {name}: {used:.2} CPU s per 1,000, bar {CPU:.2}: {}", word(used <= CPU));
        }
    }
}
