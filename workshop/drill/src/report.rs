//! What came of a drill: every figure beside its bar and beside the real incident's, as Markdown and as JSON.

use crate::beside::{Cost, Exim};
use crate::figures::{Figures, MEANINGS};
use crate::scenario::{Bar, Life, Scenario};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// What holds in every drill.
const ALWAYS: [&str; 5] = ["lost", "duplicates", "reports", "foreign", "unsigned"];

/// One bar with what was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Judged {
    pub figure: String,
    pub value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    pub held: bool,
}

/// The outcome of one run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub drill: String,
    /// Whether every bar held.
    pub held: bool,
    pub figures: Figures,
    pub bars: Vec<Judged>,
    /// What happened and what showed, by seconds since the mail began.
    pub timeline: Vec<(f64, String)>,
    /// What the same day cost with the relay of the seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exim: Option<Exim>,
    pub seconds: f64,
    /// Seconds of the node in one of ours.
    pub scale: u32,
    /// What was undone, if something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sabotage: Option<String>,
    /// Where everything stays that the node wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
    #[serde(skip)]
    title: String,
    #[serde(skip)]
    story: String,
    #[serde(skip)]
    real: Vec<(String, String)>,
    #[serde(skip)]
    life: Vec<Life>,
}

/// What a run brought.
pub(crate) struct Counted {
    pub(crate) figures: Figures,
    pub(crate) timeline: Vec<(f64, String)>,
    pub(crate) exim: Option<Exim>,
}

impl Report {
    pub(crate) fn judge(
        scenario: &Scenario,
        sabotaged: bool,
        counted: Counted,
        took: Duration,
        directory: Option<PathBuf>,
    ) -> Self {
        let Counted { figures, timeline, exim } = counted;
        let always = ALWAYS.map(|figure| Bar { figure: figure.to_owned(), max: Some(0.0), min: None });
        let is_own = |bar: &Bar| scenario.bars.iter().any(|own| own.figure == bar.figure);
        let bars = always.into_iter().filter(|bar| !is_own(bar)).chain(scenario.bars.iter().cloned());
        let bars: Vec<Judged> = bars.map(|bar| judge(bar, &figures)).collect();
        Self {
            drill: scenario.name.clone(),
            held: bars.iter().all(|bar| bar.held),
            figures,
            bars,
            timeline,
            exim,
            seconds: took.as_secs_f64(),
            scale: scenario.world.scale,
            sabotage: sabotaged.then(|| scenario.sabotage.says.clone()),
            directory,
            title: scenario.title.clone(),
            story: scenario.story.trim().to_owned(),
            life: scenario.life.clone(),
            real: scenario.real.iter().map(|real| (real.figure.clone(), real.was.clone())).collect(),
        }
    }

    /// For people.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let verdict = if self.held { "held" } else { "did NOT hold" };
        let mut text = format!("## {}: {}\n\n{}\n\n", self.drill, self.title, self.story);
        if let Some(sabotage) = &self.sabotage {
            let _infallible = writeln!(text, "Sabotage: {sabotage}.\n");
        }
        let _infallible = writeln!(
            text,
            "**It {verdict}.** {:.0} s, {:.0} min of the node's clock ({} times as fast).\n",
            self.seconds,
            self.seconds * f64::from(self.scale) / 60.0,
            self.scale
        );
        text += "| | here | bar | in life |\n|---|---|---|---|\n";
        for (figure, meaning) in MEANINGS {
            let bar = self.bars.iter().find(|bar| bar.figure == figure);
            let value = self.figures.0.get(figure);
            // What did not happen and was not asked for is not told.
            let is_nothing = value.is_none_or(|value| *value == 0.0);
            if is_nothing && bar.is_none() && !real_is_told(self, figure) {
                continue;
            }
            let value = value.map_or_else(|| "never".to_owned(), |value| number(*value));
            let was = self.real.iter().find(|(name, _)| name == figure).map_or("", |(_, was)| was);
            let _infallible =
                writeln!(text, "| {meaning} | {value} | {} | {was} |", bar.map(told).unwrap_or_default());
        }
        text += &self.course();
        text += &self.exim.as_ref().map(beside).unwrap_or_default();
        text
    }
}

impl Report {
    /// What happened, by the node's clock, and when it did in life where that is known.
    fn course(&self) -> String {
        let here = self.timeline.iter().map(|(at, what)| (clock(at * f64::from(self.scale)), what));
        let here: String = here.map(|(at, what)| format!("- {at} {what}\n")).collect();
        let there: String = self.life.iter().map(|Life { at, what }| format!("- {at} {what}\n")).collect();
        let mut text = format!("\nThe course of it, by the node's clock since the mail began:\n\n{here}");
        if !there.is_empty() {
            text += &format!("\nAs it was in life:\n\n{there}");
        }
        text
    }
}

/// Seconds as `h:mm:ss`.
fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// The same day elsewhere, in a sentence.
fn beside(exim: &Exim) -> String {
    match exim {
        Exim::Cost(Cost { messages, delivered, refused, reports }) => format!(
            "\nDebian's Exim beside it, over one address that was listed at the same time: {messages} of the messages, {delivered} delivered, \
             {refused} refused for good, {reports} non-delivery reports to senders.\n"
        ),
        Exim::Missing(why) => {
            format!("\nDebian's Exim, the relay of the real day, did not run beside it: {why}.\n")
        }
    }
}

fn real_is_told(report: &Report, figure: &str) -> bool {
    report.real.iter().any(|(name, _)| name == figure)
}

fn judge(bar: Bar, figures: &Figures) -> Judged {
    let value = figures.0.get(bar.figure.as_str()).copied();
    // What was never measured held nothing.
    let held = value.is_some_and(|value| {
        bar.max.is_none_or(|max| value <= max) && bar.min.is_none_or(|min| value >= min)
    });
    Judged { figure: bar.figure, value, max: bar.max, min: bar.min, held }
}

fn told(bar: &Judged) -> String {
    let bound = match (bar.min, bar.max) {
        (Some(min), Some(max)) => format!("{} to {}", number(min), number(max)),
        (Some(min), None) => format!("at least {}", number(min)),
        (None, Some(max)) => format!("at most {}", number(max)),
        (None, None) => "measured".to_owned(),
    };
    if bar.held { bound } else { format!("{bound} **MISSED**") }
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

#[cfg(test)]
mod tests;
