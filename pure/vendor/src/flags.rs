//! What a vendor contradicts itself in.
//!
//! Only what the vendor's own record says is held against itself; what our evidence says of it is the linter's in `incident`. A flag changes no value:
//! the vendor's times stay as they are beside it.

use crate::clock;
use crate::document::{Incident, Kind, Lengths};
use crate::told::{Told, told};
use crate::words::{Phase, Severity, State};
use core::fmt;
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Longer without a public word is silence.
pub const SILENCE_OVER: Duration = Duration::from_secs(3600);
/// A clock that is shown in minutes may differ by this.
const ROUNDING: Duration = Duration::from_secs(60);
/// A text and the clocks that differ by less mean the same.
const APART_OVER: Duration = Duration::from_secs(900);

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagRule {
    /// It ended before it began.
    NegativeLength,
    /// It ended in the moment in which it began.
    ZeroLength,
    /// Over, and a component is still degraded or down.
    ResolvedRed,
    /// No impact, while a component was degraded or down.
    ImpactNone,
    /// Longer than an hour without a word.
    Silence,
    /// A quoted refusal is later than the end that is stated.
    EvidenceAfterEnd,
    /// A quoted refusal is earlier than the begin that is stated.
    EvidenceBeforeStart,
    /// The text's window is not what the clocks say.
    ToldOtherwise,
    /// First posted when it was already over.
    PostedOver,
    /// It has an end and goes on.
    OpenAfterEnd,
    /// It was said to be complete, and is still listed as planned or going on.
    StillListed,
    /// A date with another day of the week.
    WrongWeekday,
    /// The next update was promised for a time that passed without one.
    Overdue,
}

impl FlagRule {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NegativeLength => "negative_length",
            Self::ZeroLength => "zero_length",
            Self::ResolvedRed => "resolved_red",
            Self::ImpactNone => "impact_none",
            Self::Silence => "silence",
            Self::EvidenceAfterEnd => "evidence_after_end",
            Self::EvidenceBeforeStart => "evidence_before_start",
            Self::ToldOtherwise => "told_otherwise",
            Self::PostedOver => "posted_over",
            Self::OpenAfterEnd => "open_after_end",
            Self::StillListed => "still_listed",
            Self::WrongWeekday => "wrong_weekday",
            Self::Overdue => "overdue",
        }
    }

    /// Whether two things that the vendor says cannot both be true; the others tell how it keeps its page.
    #[must_use]
    pub const fn is_contradiction(self) -> bool {
        match self {
            Self::Silence | Self::PostedOver | Self::Overdue => false,
            Self::NegativeLength
            | Self::ZeroLength
            | Self::ResolvedRed
            | Self::ImpactNone
            | Self::EvidenceAfterEnd
            | Self::EvidenceBeforeStart
            | Self::ToldOtherwise
            | Self::OpenAfterEnd
            | Self::StillListed
            | Self::WrongWeekday => true,
        }
    }
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    pub rule: FlagRule,
    pub text: String,
}

/// Lengths and flags of an incident that is read otherwise; the updates stand in order.
pub(crate) fn judge(incident: &mut Incident, now: Timestamp) {
    let mut flags = Vec::new();
    let told = told_by(incident);
    incident.lengths = lengths(incident, &told);
    length(incident, &mut flags);
    end(incident, &mut flags);
    planned(incident, now, &mut flags);
    silence(incident, now, &mut flags);
    quotes(incident, &told, &mut flags);
    incident.flags = flags;
}

fn flag(flags: &mut Vec<Flag>, rule: FlagRule, text: impl Into<String>) {
    flags.push(Flag { rule, text: text.into() });
}

/// What all its texts say; the last window counts, because a postmortem comes last.
pub(crate) fn told_by(incident: &Incident) -> Told {
    let year = incident.clocks.started.or(incident.clocks.posted).map(clock::year);
    let mut all = Told::default();
    for update in &incident.updates {
        let one = told(&update.text, year);
        all.window = one.window.or(all.window);
        all.refusals.extend(one.refusals);
        all.wrong_weekdays.extend(one.wrong_weekdays);
    }
    all
}

fn lengths(incident: &Incident, told: &Told) -> Lengths {
    let clocks = &incident.clocks;
    let positive = |from: Option<Timestamp>, to: Option<Timestamp>| {
        let (from, to) = (from?, to?);
        (to > from).then(|| to.since(from).as_secs())
    };
    let shown: Vec<Timestamp> = incident
        .updates
        .iter()
        .filter(|update| update.phase.ours != Phase::Postmortem)
        .filter_map(|update| update.display_at)
        .collect();
    let first = [clocks.started, shown.first().copied()].into_iter().flatten().min();
    let last = shown.last().copied().filter(|_| incident.phase.ours.is_over());
    Lengths {
        stated_seconds: positive(clocks.started, clocks.resolved),
        timeline_seconds: positive(first, last),
        told_seconds: positive(told.window.map(|(from, _)| from), told.window.map(|(_, to)| to)),
    }
}

fn length(incident: &Incident, flags: &mut Vec<Flag>) {
    let (Some(started), Some(resolved)) = (incident.clocks.started, incident.clocks.resolved) else { return };
    if resolved < started {
        let text = format!("resolved {} before it started", Span(started.since(resolved)));
        flag(flags, FlagRule::NegativeLength, text);
    } else if resolved == started {
        flag(flags, FlagRule::ZeroLength, "resolved in the moment in which it started");
    }
}

/// What does not fit its being over, or not.
fn end(incident: &Incident, flags: &mut Vec<Flag>) {
    let is_over = incident.phase.ours.is_over();
    for component in &incident.components {
        let state = component.state.as_ref().map_or(State::Unknown, |word| word.ours);
        if is_over && state.is_red() {
            let text = format!("over, and {} is {}", component.path(), state.as_str());
            flag(flags, FlagRule::ResolvedRed, text);
        }
    }
    let worst = incident.components.iter().filter(|component| component.worst.is_some_and(State::is_red));
    if incident.kind == Kind::Incident
        && incident.severity.ours == Severity::None
        && let Some(component) = worst.max_by_key(|component| component.worst)
    {
        let state = component.worst.map_or("", State::as_str);
        flag(flags, FlagRule::ImpactNone, format!("no impact, and {} was {state}", component.path()));
    }
    let first = incident.updates.first();
    if incident.kind == Kind::Incident && is_over && first.is_some_and(|update| update.phase.ours.is_over()) {
        flag(flags, FlagRule::PostedOver, "first posted when it was already over");
    }
    let is_open_word = !is_over && incident.phase.ours != Phase::Unknown;
    if let Some(resolved) = incident.clocks.resolved.filter(|_| is_open_word) {
        let text = format!("{} although resolved at {}", incident.phase.ours.as_str(), Shown(resolved));
        flag(flags, FlagRule::OpenAfterEnd, text);
    }
}

/// Maintenance whose time is over and that is still to come, or goes on.
fn planned(incident: &Incident, now: Timestamp, flags: &mut Vec<Flag>) {
    let until = incident.clocks.scheduled_until.filter(|until| now > *until + ROUNDING);
    let is_listed = incident.kind == Kind::Maintenance && incident.phase.ours.is_of_maintenance();
    if let Some(until) = until.filter(|_| is_listed && !incident.phase.ours.is_over()) {
        let text = format!("planned until {}, and still {}", Shown(until), incident.phase.ours.as_str());
        flag(flags, FlagRule::StillListed, text);
    }
}

fn silence(incident: &Incident, now: Timestamp, flags: &mut Vec<Flag>) {
    if let Some((gap, since)) = longest_silence(incident, now).filter(|(gap, _)| *gap > SILENCE_OVER) {
        flag(flags, FlagRule::Silence, format!("no word for {} after {}", Span(gap), Shown(since)));
    }
    let is_open = incident.kind == Kind::Incident && !incident.phase.ours.is_over();
    let promised = incident.clocks.next_update.filter(|_| is_open);
    if let Some(promised) = promised.filter(|promised| now > *promised + ROUNDING) {
        flag(flags, FlagRule::Overdue, format!("the next update was promised for {}", Shown(promised)));
    }
}

/// The longest time without a word, and after which word; up to now if it goes on.
pub(crate) fn longest_silence(incident: &Incident, now: Timestamp) -> Option<(Duration, Timestamp)> {
    if incident.kind != Kind::Incident {
        return None;
    }
    let is_over = incident.phase.ours.is_over();
    let mut said: Vec<Timestamp> = incident
        .updates
        .iter()
        .filter(|update| update.phase.ours != Phase::Postmortem)
        .filter_map(|update| update.display_at)
        .collect();
    // What is said after the end breaks no silence.
    let end = incident.updates.iter().find(|update| update.phase.ours.is_over());
    if let Some(end) = end.and_then(|update| update.display_at) {
        said.retain(|at| *at <= end);
    }
    let mut gaps: Vec<(Duration, Timestamp)> =
        said.windows(2).map(|pair| (pair[1].since(pair[0]), pair[0])).collect();
    if let Some(last) = said.last().filter(|_| !is_over) {
        gaps.push((now.since(*last), *last));
    }
    gaps.into_iter().max()
}

/// What its texts quote and claim, against each other and against its clocks.
fn quotes(incident: &Incident, told: &Told, flags: &mut Vec<Flag>) {
    let clocks = &incident.clocks;
    let (told_from, told_to) = (told.window.map(|(from, _)| from), told.window.map(|(_, to)| to));
    let end = told_to.or(clocks.resolved);
    let begin = told_from.or(clocks.started);
    let after = told.refusals.iter().filter(|at| end.is_some_and(|end| **at > end)).max();
    if let (Some(at), Some(end)) = (after, end) {
        let text = format!(
            "quotes a refusal of {}, {} after the end that it states",
            Shown(*at),
            Span(at.since(end))
        );
        flag(flags, FlagRule::EvidenceAfterEnd, text);
    }
    let before = told.refusals.iter().filter(|at| begin.is_some_and(|begin| **at + ROUNDING < begin)).min();
    if let (Some(at), Some(begin)) = (before, begin) {
        let text = format!(
            "quotes a refusal of {}, {} before the begin that it states",
            Shown(*at),
            Span(begin.since(*at))
        );
        flag(flags, FlagRule::EvidenceBeforeStart, text);
    }
    if let (Some((from, to)), Some(started), Some(resolved)) = (told.window, clocks.started, clocks.resolved)
    {
        let apart = |one: Timestamp, other: Timestamp| one.since(other).max(other.since(one));
        if to <= from {
            flag(flags, FlagRule::NegativeLength, "its text names an end that is not after its begin");
        } else if apart(from, started) > APART_OVER || apart(to, resolved) > APART_OVER {
            let clocks = if resolved > started {
                Span(resolved.since(started)).to_string()
            } else {
                "no length".to_owned()
            };
            let text = format!(
                "its text says {} to {}, {}; its clocks say {clocks}",
                Shown(from),
                Shown(to),
                Span(to.since(from))
            );
            flag(flags, FlagRule::ToldOtherwise, text);
        }
    }
    if let Some(written) = told.wrong_weekdays.first() {
        flag(flags, FlagRule::WrongWeekday, format!("`{written}` is another day of the week"));
    }
}

/// A span as people read it: `19 h 28 min 46 s`.
pub(crate) struct Span(pub(crate) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let parts = [
            (seconds / 86_400, "d"),
            (seconds / 3600 % 24, "h"),
            (seconds / 60 % 60, "min"),
            (seconds % 60, "s"),
        ];
        let said: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, unit)| format!("{count} {unit}"))
            .collect();
        if said.is_empty() { f.write_str("0 s") } else { f.write_str(&said.join(" ")) }
    }
}

/// A point in time as people read it: to the second, in UTC.
struct Shown(Timestamp);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let (date, clock) = text.split_once('T').unwrap_or((&text, ""));
        write!(f, "{date} {} UTC", clock.get(..8).unwrap_or(clock))
    }
}

#[cfg(test)]
mod tests;
