//! The one picture: deliveries above the line, refusals below it, over time; on top the harm by evidence beside the time that was claimed.
//!
//! It is an SVG of fixed size in numbers of its own, scaled by the page. Bars are drawn to one scale on both sides of the line; the times that were
//! named are dashed lines with their names.

use super::html::escaped;
use super::words::{counted, span, time};
use super::{Claim, ClaimKind, Report};
use model::Timestamp;
use std::fmt::Write as _;

const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 12.0;
const STRIP_TOP: f64 = 26.0;
const STRIP_STEP: f64 = 29.0;
const PLOT_TOP: f64 = 108.0;
const PLOT_HEIGHT: f64 = 280.0;
const AXIS_HEIGHT: f64 = 24.0;
/// Names of points stand in rows, so that neighbours do not run into each other.
const NAME_ROW: f64 = 16.0;
const NAME_ROWS: usize = 4;
/// About the width of a letter.
const LETTER: f64 = 6.4;
const MICROS: f64 = 1_000_000.0;
/// Steps between the marks of the axis, in seconds.
const STEPS: [i64; 12] =
    [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000];

/// The scale of time and of counts.
struct Plane {
    from: f64,
    seconds: f64,
    zero: f64,
    /// Height of one.
    unit: f64,
}

pub(super) fn of(report: &Report) -> String {
    let (Some(first), Some(last)) = (report.bars.first(), report.bars.last()) else { return String::new() };
    let from = seconds(first.at);
    let to = seconds(last.at) + report.bar_seconds as f64;
    let up = report.bars.iter().map(|bar| bar.delivered).max().unwrap_or(0);
    let down = report.bars.iter().map(|bar| bar.refused + bar.failed_otherwise).max().unwrap_or(0);
    let unit = PLOT_HEIGHT / (up + down).max(1) as f64;
    let plane = Plane { from, seconds: (to - from).max(1.0), zero: PLOT_TOP + up as f64 * unit, unit };
    let bottom = PLOT_TOP + PLOT_HEIGHT;
    let height = bottom + AXIS_HEIGHT + NAME_ROW * NAME_ROWS as f64 + 34.0;
    let about =
        format!("Deliveries and refusals in stretches of {}", span(report.bar_seconds.unsigned_abs()));
    let mut svg = format!(
        "<figure class=\"picture\"><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"picture-title picture-about\">\n\
         <title id=\"picture-title\">{about}</title><desc id=\"picture-about\">{}</desc>\n",
        escaped(&described(report))
    );
    strips(report, &plane, &mut svg);
    axis(&plane, bottom, &mut svg);
    bars(report, &plane, &mut svg);
    counts(&plane, up, down, &mut svg);
    points(report, &plane, bottom, &mut svg);
    legend(report, height - 10.0, &mut svg);
    svg + "</svg></figure>\n"
}

fn described(report: &Report) -> String {
    report.incidents.first().map_or_else(String::new, |main| {
        format!(
            "{} between {} and {} UTC",
            counted(main.attempts.refused, "refused attempt"),
            time(main.began),
            time(main.ended)
        )
    })
}

impl Plane {
    fn x(&self, at: f64) -> f64 {
        LEFT + (at - self.from) / self.seconds * (WIDTH - LEFT - RIGHT)
    }

    fn holds(&self, at: f64) -> bool {
        at >= self.from && at <= self.from + self.seconds
    }

    /// A stretch of time as far as it is in the picture: where it begins and how wide it is.
    fn stretch(&self, from: f64, to: f64) -> (f64, f64) {
        let begin = self.x(from.clamp(self.from, self.from + self.seconds));
        let end = self.x(to.clamp(self.from, self.from + self.seconds));
        (begin, (end - begin).max(2.0))
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_micros() as f64 / MICROS
}

fn said(report: &Report, kind: ClaimKind) -> Option<&Claim> {
    report.claims.iter().find(|claim| claim.kind == kind)
}

/// On top: how long it was by evidence, and how long it is said to have been.
fn strips(report: &Report, plane: &Plane, svg: &mut String) {
    let Some(main) = report.incidents.first() else { return };
    let (x, width) = plane.stretch(seconds(main.began), seconds(main.ended));
    let _infallible = write!(
        svg,
        "<rect class=\"band\" x=\"{x:.1}\" y=\"{PLOT_TOP}\" width=\"{width:.1}\" height=\"{PLOT_HEIGHT}\"/>\n\
         <rect class=\"harm\" x=\"{x:.1}\" y=\"{STRIP_TOP}\" width=\"{width:.1}\" height=\"8\" rx=\"2\"/>\n"
    );
    name(STRIP_TOP, x, &format!("Harm by evidence: {}", span(main.seconds)), svg);
    let claimed = [
        (ClaimKind::Start, ClaimKind::End, "As claimed"),
        (ClaimKind::Posted, ClaimKind::Resolved, "As posted"),
    ];
    let mut row = 1.0;
    for (from, to, title) in claimed {
        let (Some(from), Some(to)) = (said(report, from), said(report, to)) else { continue };
        let y = STRIP_TOP + STRIP_STEP * row;
        row += 1.0;
        let (x, width) = plane.stretch(seconds(from.said), seconds(to.said));
        name(y, x, &format!("{title}: {}", span(to.said.since(from.said).as_secs())), svg);
        let _infallible = writeln!(
            svg,
            "<rect class=\"said\" x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"8\" rx=\"2\"/>"
        );
    }
}

fn name(y: f64, x: f64, text: &str, svg: &mut String) {
    // Near the right edge a name runs to the left.
    let (anchor, x) = if x > WIDTH * 0.6 { ("end", WIDTH - RIGHT) } else { ("start", x) };
    let y = y - 5.0;
    let text = escaped(text);
    let _infallible = writeln!(
        svg,
        "<text class=\"name\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}

fn axis(plane: &Plane, bottom: f64, svg: &mut String) {
    let step = STEPS.iter().find(|step| plane.seconds / (**step as f64) <= 10.0).copied().unwrap_or(STEPS[11])
        as f64;
    let mut at = (plane.from / step).ceil() * step;
    let mut day = String::new();
    while plane.holds(at) {
        let x = plane.x(at);
        let text = time(Timestamp::from_micros((at * MICROS) as i64));
        let (date, clock) = text.split_once(' ').unwrap_or((&text, ""));
        let clock = clock.get(..5).unwrap_or(clock);
        // The day stands where it changes.
        let label =
            if day == date { clock.to_owned() } else { format!("{} {clock}", date.get(5..).unwrap_or(date)) };
        date.clone_into(&mut day);
        let _infallible = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{PLOT_TOP}\" y2=\"{bottom}\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
            bottom + 16.0
        );
        at += step;
    }
}

fn bars(report: &Report, plane: &Plane, svg: &mut String) {
    let width = (plane.x(plane.from + report.bar_seconds as f64) - LEFT - 1.0).max(1.0);
    let mut bar = |class: &str, x: f64, y: f64, count: u64| {
        if count > 0 {
            // What is there is seen, however small.
            let height = (count as f64 * plane.unit).max(1.0);
            let _infallible = writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
            );
        }
    };
    for one in &report.bars {
        let x = plane.x(seconds(one.at));
        let delivered = one.delivered as f64 * plane.unit;
        bar("flow", x, plane.zero - delivered.max(f64::from(u8::from(one.delivered > 0))), one.delivered);
        bar("refused", x, plane.zero, one.refused);
        bar("other", x, plane.zero + one.refused as f64 * plane.unit, one.failed_otherwise);
    }
}

/// The largest count of each side, and the line between.
fn counts(plane: &Plane, up: u64, down: u64, svg: &mut String) {
    let zero = plane.zero;
    let end = WIDTH - RIGHT;
    let _infallible =
        writeln!(svg, "<line class=\"zero\" x1=\"{LEFT}\" x2=\"{end}\" y1=\"{zero:.1}\" y2=\"{zero:.1}\"/>");
    for (count, y) in [(up, PLOT_TOP + 10.0), (down, PLOT_TOP + PLOT_HEIGHT)] {
        if count > 0 {
            let _infallible = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{count}</text>",
                LEFT - 6.0
            );
        }
    }
    let _infallible =
        writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">0</text>", LEFT - 6.0, zero + 4.0);
}

/// The times that were named; each name in the first row that has room for it.
fn points(report: &Report, plane: &Plane, bottom: f64, svg: &mut String) {
    let mut claims: Vec<&Claim> =
        report.claims.iter().filter(|claim| plane.holds(seconds(claim.said))).collect();
    claims.sort_by_key(|claim| claim.said);
    let mut ends = [f64::MIN; NAME_ROWS];
    for claim in claims {
        let x = plane.x(seconds(claim.said));
        let text = format!("{} {}", point(claim.kind), time(claim.said).get(11..16).unwrap_or_default());
        let width = text.len() as f64 * LETTER;
        let is_left = x + width > WIDTH - RIGHT;
        let (anchor, at, begin) =
            if is_left { ("end", x - 4.0, x - 4.0 - width) } else { ("start", x + 4.0, x) };
        let row = ends.iter().position(|end| *end < begin).unwrap_or(NAME_ROWS - 1);
        ends[row] = begin + width + 8.0;
        let y = bottom + AXIS_HEIGHT + NAME_ROW * (row as f64 + 0.8);
        let _infallible = writeln!(
            svg,
            "<line class=\"point\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{PLOT_TOP}\" y2=\"{y:.1}\"/>\
             <text class=\"name\" x=\"{at:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }
}

fn point(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Start => "claimed start",
        ClaimKind::Detected => "detected",
        ClaimKind::Posted => "posted",
        ClaimKind::End => "claimed end",
        ClaimKind::Resolved => "resolved",
    }
}

fn legend(report: &Report, y: f64, svg: &mut String) {
    let width = span(report.bar_seconds.unsigned_abs());
    let entries = [
        ("flow", format!("delivered, in {width}")),
        ("refused", "refused for an address of ours".to_owned()),
        ("other", "failed for another reason".to_owned()),
    ];
    let mut x = LEFT;
    for (class, text) in entries {
        let _infallible = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"12\" height=\"12\" rx=\"2\"/><text x=\"{:.1}\" y=\"{y:.1}\">{text}</text>",
            y - 10.0,
            x + 18.0
        );
        x += 44.0 + text.len() as f64 * LETTER;
    }
}
