//! Claims held against the evidence: what contradicts it is refused, or shown with a mark if a person insists.
//!
//! It works on claims of our own incidents, on those that a vendor's page makes, and on what a text says in times and figures. It reads no meaning: a
//! sentence that is wrong without a time, a figure or a state passes.

mod dates;
mod names;

use crate::clocks::Clock;
use crate::component::State;
use crate::harm::Failure;
use crate::incident::{Impact, Incident};
use crate::settings::Bounds;
use crate::words::{self, Value};
use crate::works::{Works, works};
use crate::{Refs, Text};
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

pub use dates::{Stamp, stamps, window};
pub use names::{Exposed, Hidden};

/// Longer without a public word is silence.
const SILENCE_OVER: Duration = Duration::from_secs(3600);
/// Later than this after the first failure the first public word is late.
const LATE_OVER: Duration = Duration::from_secs(3600);
/// A table says seconds, a clock micros.
const ROUNDING: Duration = Duration::from_secs(1);

/// What is wrong with a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Failures lie outside the window that is claimed.
    EvidenceOutsideWindow,
    /// The shown duration is shorter than the harm.
    DurationShort,
    /// No impact is claimed while a component was degraded or down.
    ImpactNone,
    /// Something ends before it begins.
    NegativeTime,
    /// Resolved while a component was still degraded or down.
    ResolvedRed,
    /// Resolved while nothing was known of a component, or no success was seen after the last failure.
    ResolvedUnknown,
    /// Resolved while messages still waited because of it.
    ResolvedWaiting,
    /// No update came when one was due.
    Silence,
    /// First said in public when it was already over, or hours late.
    PostedLate,
    /// A number or a time that the evidence does not give.
    Figure,
}

impl Rule {
    /// Whether a postmortem may not go out with it unless a person lets the mark stand.
    #[must_use]
    pub const fn forbids(self) -> bool {
        match self {
            Self::EvidenceOutsideWindow
            | Self::DurationShort
            | Self::ImpactNone
            | Self::NegativeTime
            | Self::ResolvedRed
            | Self::Figure => true,
            Self::ResolvedUnknown | Self::ResolvedWaiting | Self::Silence | Self::PostedLate => false,
        }
    }
}

/// A contradiction that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub rule: Rule,
    /// Whether it forbids publication unless a person lets it stand, with the mark.
    pub forbids: bool,
    pub text: Text,
    /// What it was held against; absent where a claim contradicts itself.
    pub evidence: Option<Refs>,
}

/// What a page says of an incident, ours or another's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub began: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub posted: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
    /// The duration that is shown.
    pub duration: Option<Duration>,
    pub impact: Impact,
    /// When something was said, in any order.
    pub updates: Vec<Timestamp>,
}

/// What the evidence says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    pub failures: Vec<Failure>,
    /// The worst state of any component.
    pub worst: State,
    /// Each component with its state when it was said to be over.
    pub at_end: Vec<(String, State)>,
    /// The last failure, if it was said to be over and no success came after it.
    pub unproven: Option<Failure>,
    /// Messages that waited when it was said to be over.
    pub waiting: u64,
}

impl Claims {
    /// What we say ourselves.
    #[must_use]
    pub fn of(incident: &Incident) -> Self {
        let clocks = &incident.clocks;
        Self {
            began: clocks.at(Clock::HarmBegan),
            ended: clocks.at(Clock::HarmEnded),
            posted: clocks.at(Clock::Posted),
            resolved: clocks.at(Clock::Resolved),
            duration: clocks.harm_duration(),
            impact: incident.impact(),
            updates: incident.posted_updates().iter().map(|update| update.display_at).collect(),
        }
    }
}

impl Ground {
    /// What our evidence says, those facts included that were only counted.
    #[must_use]
    pub fn of(incident: &Incident) -> Self {
        let bounds = Bounds::default();
        let failed = incident.evidence.iter().filter(|fact| works(&fact.what, &bounds) == Works::No);
        let mut failures: Vec<Failure> =
            failed.map(|fact| Failure { at: fact.at, evidence: fact.id.clone() }).collect();
        failures.extend(incident.harm.first.clone());
        failures.extend(incident.harm.last.clone());
        failures.sort_by_key(|failure| failure.at);
        failures.dedup();
        let is_over = incident.phase.is_over();
        let unproven = incident.harm.last.clone().filter(|_| is_over && incident.harm.good_after.is_none());
        let ends = incident.effects.iter().map(|(id, effect)| (id.to_string(), effect.state));
        Self {
            failures,
            worst: incident
                .effects
                .values()
                .map(|effect| effect.worst)
                .fold(State::Operational, State::worse),
            at_end: if is_over { ends.collect() } else { Vec::new() },
            unproven,
            waiting: if is_over { incident.harm.parked_now } else { 0 },
        }
    }
}

/// Every contradiction between claims and evidence.
#[must_use]
pub fn check(claims: &Claims, ground: &Ground) -> Vec<Mark> {
    let mut marks = Vec::new();
    negative_times(claims, &mut marks);
    outside_window(claims, ground, &mut marks);
    short_duration(claims, ground, &mut marks);
    if claims.impact == Impact::None && ground.worst.is_red() {
        marks.push(mark(
            Rule::ImpactNone,
            |lint| lint.impact_none,
            &[Value::Name(ground.worst.as_str())],
            None,
        ));
    }
    if claims.resolved.is_some() {
        at_end(ground, &mut marks);
    }
    silence(claims, &mut marks);
    late(claims, ground, &mut marks);
    marks
}

/// What was not yet over when it was said to be.
fn at_end(ground: &Ground, marks: &mut Vec<Mark>) {
    for (component, state) in &ground.at_end {
        let values = [Value::Name(component), Value::Name(state.as_str())];
        if state.is_red() {
            marks.push(mark(Rule::ResolvedRed, |lint| lint.resolved_red, &values, None));
        } else if *state == State::Unknown {
            marks.push(mark(Rule::ResolvedUnknown, |lint| lint.resolved_red, &values, None));
        }
    }
    if let Some(failure) = &ground.unproven {
        let refs = Some(Refs::one(failure.evidence.clone()));
        let values = [Value::Time(failure.at)];
        marks.push(mark(Rule::ResolvedUnknown, |lint| lint.resolved_unproven, &values, refs));
    }
    if ground.waiting > 0 {
        let values = [Value::Count(ground.waiting)];
        marks.push(mark(Rule::ResolvedWaiting, |lint| lint.resolved_waiting, &values, None));
    }
}

/// What our own incident says, held against its evidence.
#[must_use]
pub fn incident(incident: &Incident) -> Vec<Mark> {
    check(&Claims::of(incident), &Ground::of(incident))
}

/// What a postmortem says in windows, log lines and tables, besides what the incident itself says.
#[must_use]
pub fn postmortem(incident: &Incident, text: &Text) -> Vec<Mark> {
    let mut marks = self::incident(incident);
    for text in [&text.en, &text.de] {
        for found in text_marks(text, &Ground::of(incident)).into_iter().chain(table(incident, text)) {
            if !marks.contains(&found) {
                marks.push(found);
            }
        }
    }
    marks
}

/// What a text says against the evidence, and against its own log lines.
#[must_use]
pub fn text_marks(text: &str, ground: &Ground) -> Vec<Mark> {
    let Some((began, ended)) = window(text) else { return Vec::new() };
    let quoted = stamps(text).into_iter().filter(|stamp| stamp.is_refusal).map(|stamp| stamp.at);
    let claims = Claims {
        began: Some(began),
        ended: Some(ended),
        posted: None,
        resolved: None,
        duration: None,
        impact: Impact::Minor,
        updates: Vec::new(),
    };
    let mut marks = Vec::new();
    negative_times(&claims, &mut marks);
    outside_window(&claims, ground, &mut marks);
    let outside: Vec<Timestamp> = quoted.filter(|at| *at < began || *at > ended).collect();
    if let Some(at) = outside.first() {
        let values = [Value::Time(*at), Value::Time(began), Value::Time(ended)];
        marks.push(mark(Rule::EvidenceOutsideWindow, |lint| lint.quoted_outside, &values, None));
    }
    marks
}

fn negative_times(claims: &Claims, marks: &mut Vec<Mark>) {
    let pairs =
        [(claims.began, claims.ended), (claims.posted, claims.resolved), (claims.began, claims.resolved)];
    for (from, to) in pairs {
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let values = [Value::Time(to), Value::Time(from)];
            marks.push(mark(Rule::NegativeTime, |lint| lint.negative, &values, None));
        }
    }
}

fn outside_window(claims: &Claims, ground: &Ground, marks: &mut Vec<Mark>) {
    let is_outside = |failure: &&Failure| {
        claims.began.is_some_and(|began| failure.at + ROUNDING <= began)
            || claims.ended.is_some_and(|ended| failure.at >= ended + ROUNDING)
    };
    let outside: Vec<&Failure> = ground.failures.iter().filter(is_outside).collect();
    if let (Some(first), Some(last)) = (outside.first(), outside.last()) {
        let count = u64::try_from(outside.len()).unwrap_or(u64::MAX);
        let values = [Value::Count(count), Value::Time(first.at), Value::Time(last.at)];
        let refs = Refs::of(outside.iter().map(|failure| failure.evidence.clone()));
        marks.push(mark(Rule::EvidenceOutsideWindow, |lint| lint.outside, &values, refs));
    }
}

fn short_duration(claims: &Claims, ground: &Ground, marks: &mut Vec<Mark>) {
    let (Some(first), Some(last)) = (ground.failures.first(), ground.failures.last()) else { return };
    let harm = last.at.since(first.at);
    if let Some(shown) = claims.duration.filter(|shown| *shown + ROUNDING <= harm) {
        let refs = Refs::of([first.evidence.clone(), last.evidence.clone()]);
        let values = [Value::Span(shown), Value::Span(harm)];
        marks.push(mark(Rule::DurationShort, |lint| lint.short, &values, refs));
    }
}

fn silence(claims: &Claims, marks: &mut Vec<Mark>) {
    let mut updates = claims.updates.clone();
    updates.extend(claims.resolved.filter(|_| !updates.is_empty()));
    updates.sort_unstable();
    // What is said after the end, a postmortem above all, breaks no silence.
    updates.retain(|at| claims.resolved.is_none_or(|resolved| *at <= resolved));
    let gap = updates.windows(2).map(|pair| (pair[1].since(pair[0]), pair[0])).max();
    if let Some((gap, since)) = gap.filter(|(gap, _)| *gap > SILENCE_OVER) {
        let values = [Value::Span(gap), Value::Time(since)];
        marks.push(mark(Rule::Silence, |lint| lint.silence, &values, None));
    }
}

fn late(claims: &Claims, ground: &Ground, marks: &mut Vec<Mark>) {
    let (Some(first), Some(posted)) = (ground.failures.first(), claims.posted) else { return };
    if posted.since(first.at) > LATE_OVER {
        let refs = Some(Refs::one(first.evidence.clone()));
        let values = [Value::Span(posted.since(first.at))];
        marks.push(mark(Rule::PostedLate, |lint| lint.late, &values, refs));
    }
}

/// Rows of a table whose first cell is a clock or a figure of the draft, in either language.
fn table(incident: &Incident, text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for line in text.lines().filter(|line| line.trim_start().starts_with('|')) {
        let mut cells = line.trim().trim_matches('|').split('|').map(str::trim);
        let (Some(label), Some(value)) = (cells.next(), cells.next()) else { continue };
        if let Some(clock) = words::clock_named(label) {
            let is_same = match (stamps(value).first(), incident.clocks.at(clock)) {
                (Some(claimed), Some(known)) => {
                    claimed.at.since(known) < ROUNDING && known.since(claimed.at) < ROUNDING
                }
                (Some(_), None) => false,
                (None, _) => true,
            };
            if !is_same {
                let values = [Value::Name(label), Value::Name(value)];
                let refs = incident.clocks.get(clock).map(|reading| reading.evidence.clone());
                marks.push(mark(Rule::Figure, |lint| lint.figure, &values, refs));
            }
        } else if let Some((span, refs)) = words::span_named(label, incident) {
            let written = value.split('[').next().unwrap_or_default().trim();
            if written != words::span(span) {
                let values = [Value::Name(label), Value::Name(value)];
                marks.push(mark(Rule::Figure, |lint| lint.figure, &values, Some(refs)));
            }
        } else if let Some((count, refs)) = words::figure_named(label, incident) {
            let written = value.split('[').next().unwrap_or_default();
            let digits: String = written.chars().filter(char::is_ascii_digit).collect();
            if digits.parse() != Ok(count) {
                let values = [Value::Name(label), Value::Name(value)];
                marks.push(mark(Rule::Figure, |lint| lint.figure, &values, refs));
            }
        }
    }
    marks
}

fn mark(
    rule: Rule,
    phrase: fn(&'static words::LintWords) -> &'static str,
    values: &[Value<'_>],
    evidence: Option<Refs>,
) -> Mark {
    let text = words::text(|phrases| phrase(&phrases.lint), values);
    Mark { rule, forbids: rule.forbids(), text, evidence }
}

#[cfg(test)]
mod tests;
