//! What the machine says, in English and German, each sentence with its figures and their evidence.
//!
//! Counts stand behind a colon, so that no text depends on singular or plural. Nothing here names a third party or a tenant: a list is "a block list", and
//! who it is stands in the postmortem, which a person publishes. The first post says what was seen and no cause.

mod all;
mod english;
mod figures;
mod german;

use crate::cause::CauseKind;
use crate::clocks::Clock;
use crate::{Incident, Refs, Sentence, Standing, Text};
use model::{Category, Duration, Timestamp};

pub(crate) use all::all;
pub(crate) use figures::{Value, filled, span};

/// The words for one kind of cause.
pub(crate) struct CauseWords {
    /// With the region.
    pub(crate) title: &'static str,
    /// With the time since when, and the region.
    pub(crate) noticed: &'static str,
    pub(crate) known: &'static str,
    pub(crate) to_do: &'static str,
}

pub(crate) struct Phrases {
    pub(crate) address: CauseWords,
    pub(crate) domain: CauseWords,
    pub(crate) setup: CauseWords,
    pub(crate) provider: CauseWords,
    pub(crate) intake: CauseWords,
    pub(crate) signatures: CauseWords,
    pub(crate) directory: CauseWords,
    pub(crate) console: CauseWords,
    pub(crate) certificate: CauseWords,
    pub(crate) connector: CauseWords,
    pub(crate) unexplained: CauseWords,
    pub(crate) refused: &'static str,
    pub(crate) moved: &'static str,
    pub(crate) parked: &'static str,
    pub(crate) reported: &'static str,
    pub(crate) late: &'static str,
    pub(crate) held: &'static str,
    pub(crate) none_reported: &'static str,
    pub(crate) lost: &'static str,
    pub(crate) none_lost: &'static str,
    pub(crate) next: &'static str,
    pub(crate) mitigated: &'static str,
    pub(crate) watching: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) ended_unharmed: &'static str,
    pub(crate) again: &'static str,
    pub(crate) still: &'static str,
    pub(crate) absorbed: &'static str,
    pub(crate) maintenance_began: &'static str,
    pub(crate) maintenance_ended: &'static str,
    pub(crate) postmortem: PostmortemWords,
    pub(crate) lint: LintWords,
}

/// What the linter says.
pub(crate) struct LintWords {
    pub(crate) negative: &'static str,
    pub(crate) outside: &'static str,
    pub(crate) quoted_outside: &'static str,
    pub(crate) short: &'static str,
    pub(crate) impact_none: &'static str,
    pub(crate) resolved_red: &'static str,
    pub(crate) resolved_unproven: &'static str,
    pub(crate) resolved_waiting: &'static str,
    pub(crate) silence: &'static str,
    pub(crate) late: &'static str,
    pub(crate) figure: &'static str,
}

/// The words of the postmortem's draft.
pub(crate) struct PostmortemWords {
    pub(crate) heading: &'static str,
    pub(crate) draft: &'static str,
    pub(crate) sections: [&'static str; 8],
    pub(crate) clocks: [&'static str; 10],
    pub(crate) none: &'static str,
    pub(crate) figures: [&'static str; 11],
    pub(crate) spans: [&'static str; 6],
    /// In the order of `State::ALL`.
    pub(crate) states: [&'static str; 6],
    /// Clean, suspected, quarantined, probing, retired.
    pub(crate) sources_are: [&'static str; 5],
    /// In the order of `ACTS`.
    pub(crate) acts: [&'static str; ACTS.len()],
    /// In the order of `Category::ALL`.
    pub(crate) categories: [&'static str; Category::ALL.len()],
    pub(crate) other_receiver: &'static str,
    pub(crate) delays: &'static str,
    pub(crate) providers: &'static str,
    pub(crate) lists: &'static str,
    pub(crate) sources: &'static str,
    pub(crate) components: &'static str,
    pub(crate) left_out: &'static str,
    pub(crate) no_harm: &'static str,
    pub(crate) no_delays: &'static str,
    pub(crate) no_acts: &'static str,
    pub(crate) evidence: &'static str,
    pub(crate) back_dated: &'static str,
    pub(crate) moments: Moments,
}

/// What a timeline says of a fact.
pub(crate) struct Moments {
    pub(crate) refused: &'static str,
    pub(crate) listed: &'static str,
    pub(crate) unlisted: &'static str,
    pub(crate) domain_listed: &'static str,
    pub(crate) domain_cleared: &'static str,
    pub(crate) source: &'static str,
    pub(crate) moved: &'static str,
    pub(crate) canary_lost: &'static str,
    pub(crate) look_failed: &'static str,
    pub(crate) reported: &'static str,
    pub(crate) queue: &'static str,
    pub(crate) released: &'static str,
    pub(crate) node_started: &'static str,
    pub(crate) node_stopped: &'static str,
    pub(crate) vendor: &'static str,
    pub(crate) posted: &'static str,
    pub(crate) acted: &'static str,
}

/// The acts of persons by the words of their records.
pub(crate) const ACTS: [&str; 15] = [
    "open",
    "acknowledge",
    "confirm",
    "update",
    "publish",
    "withdraw",
    "edit",
    "retitle",
    "impact",
    "merge",
    "resolve",
    "dismiss",
    "back-date",
    "postmortem",
    "publish-postmortem",
];

/// What is to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    First,
    Identified,
    Monitoring,
    Resolved,
    Again,
    Progress,
}

/// One phrase in both languages, filled.
pub(crate) fn text(phrase: impl Fn(&'static Phrases) -> &'static str, values: &[Value<'_>]) -> Text {
    Text {
        en: filled(phrase(&english::PHRASES), values, crate::Language::En),
        de: filled(phrase(&german::PHRASES), values, crate::Language::De),
    }
}

fn of_cause(phrases: &'static Phrases, kind: &CauseKind) -> &'static CauseWords {
    match kind {
        CauseKind::Address => &phrases.address,
        CauseKind::Domain => &phrases.domain,
        CauseKind::Setup => &phrases.setup,
        CauseKind::Provider { .. } => &phrases.provider,
        CauseKind::Intake => &phrases.intake,
        CauseKind::Signatures => &phrases.signatures,
        CauseKind::Directory => &phrases.directory,
        CauseKind::Console => &phrases.console,
        CauseKind::Certificate { .. } => &phrases.certificate,
        CauseKind::Connector { .. } => &phrases.connector,
        CauseKind::Unexplained { .. } | CauseKind::Other { .. } => &phrases.unexplained,
    }
}

/// The title of an incident of this cause.
pub(crate) fn title(kind: &CauseKind, group: &str) -> Text {
    text(|phrases| of_cause(phrases, kind).title, &[Value::Name(group)])
}

/// What is known of the cause, for people outside.
pub(crate) fn known(kind: &CauseKind) -> Text {
    text(|phrases| of_cause(phrases, kind).known, &[])
}

/// Everything that is to be said on this occasion; `next` is when the next word is due. Empty only if nothing was ever detected.
pub(crate) fn sentences(
    occasion: Occasion,
    incident: &Incident,
    group: &str,
    next: Option<Timestamp>,
) -> Vec<Sentence> {
    let Some(detected) = &incident.clocks.detected else { return Vec::new() };
    let began = incident.clocks.harm_began.as_ref().unwrap_or(detected);
    let kind = &incident.cause.kind;
    let mut said = Vec::new();
    match occasion {
        Occasion::First => {
            let values = [Value::Time(began.at), Value::Name(group)];
            said.push(sentence(|phrases| of_cause(phrases, kind).noticed, &values, &began.evidence));
            figures(incident, &mut said);
            said.push(sentence(|phrases| of_cause(phrases, kind).to_do, &[], &detected.evidence));
        }
        Occasion::Identified => {
            let evidence =
                incident.clocks.identified.as_ref().map_or(&detected.evidence, |read| &read.evidence);
            said.push(sentence(|phrases| of_cause(phrases, kind).known, &[], evidence));
            figures(incident, &mut said);
        }
        Occasion::Monitoring => {
            let ended = incident.clocks.harm_ended.as_ref().unwrap_or(detected);
            said.push(sentence(|phrases| phrases.mitigated, &[Value::Time(ended.at)], &ended.evidence));
            figures(incident, &mut said);
            let mitigated = incident.clocks.mitigated.as_ref().unwrap_or(detected);
            said.push(sentence(|phrases| phrases.watching, &[], &mitigated.evidence));
        }
        Occasion::Resolved => {
            ended(incident, &mut said);
            figures(incident, &mut said);
            balance(incident, &mut said);
        }
        Occasion::Again => {
            let last = incident.harm.last.as_ref().map(|last| (last.at, Refs::one(last.evidence.clone())));
            let (at, evidence) = last.unwrap_or_else(|| (detected.at, detected.evidence.clone()));
            said.push(sentence(|phrases| phrases.again, &[Value::Time(at)], &evidence));
            figures(incident, &mut said);
        }
        Occasion::Progress => {
            said.push(sentence(|phrases| phrases.still, &[], &detected.evidence));
            figures(incident, &mut said);
        }
    }
    if let Some(next) = next {
        said.push(sentence(|phrases| phrases.next, &[Value::Time(next)], &detected.evidence));
    }
    said
}

/// What became of an incident that nobody noticed, for the page; `None` for any other.
#[must_use]
pub fn absorbed(incident: &Incident) -> Option<Sentence> {
    if incident.standing != Standing::Absorbed {
        return None;
    }
    let refused = incident.harm.refused.evidence.as_ref()?;
    let values = [Value::Count(incident.harm.refused.count), Value::Count(incident.harm.moved.count)];
    Some(sentence(|phrases| phrases.absorbed, &values, refused))
}

fn ended(incident: &Incident, said: &mut Vec<Sentence>) {
    let clocks = &incident.clocks;
    match (&clocks.harm_began, &clocks.harm_ended, &clocks.detected) {
        (Some(began), Some(ended), _) => {
            let span = Value::Span(ended.at.since(began.at));
            let values = [Value::Time(began.at), Value::Time(ended.at), span];
            let mut evidence = began.evidence.clone();
            ended.evidence.ids().iter().for_each(|id| evidence.add(id.clone()));
            said.push(sentence(|phrases| phrases.ended, &values, &evidence));
        }
        (_, _, Some(detected)) => {
            said.push(sentence(|phrases| phrases.ended_unharmed, &[], &detected.evidence));
        }
        (_, _, None) => {}
    }
}

/// A figure is said only if it was counted.
fn figures(incident: &Incident, said: &mut Vec<Sentence>) {
    let harm = &incident.harm;
    let mut say = |phrase: fn(&'static Phrases) -> &'static str, count: u64, evidence: Option<&Refs>| {
        if let Some(evidence) = evidence.filter(|_| count > 0) {
            said.push(sentence(phrase, &[Value::Count(count)], evidence));
        }
    };
    say(|phrases| phrases.refused, harm.refused.count, harm.refused.evidence.as_ref());
    say(|phrases| phrases.moved, harm.moved.count, harm.moved.evidence.as_ref());
    say(|phrases| phrases.parked, harm.parked_now, harm.parked_max.evidence.as_ref());
    say(|phrases| phrases.reported, harm.reported.count, harm.reported.evidence.as_ref());
}

/// What is said once, at the end. A zero is said only if somebody counted.
fn balance(incident: &Incident, said: &mut Vec<Sentence>) {
    let harm = &incident.harm;
    let mut say = |figure: &crate::Figure, phrase: fn(&'static Phrases) -> &'static str| {
        if let Some(evidence) = &figure.evidence {
            said.push(sentence(phrase, &[Value::Count(figure.count)], evidence));
        }
    };
    if harm.delayed.count > 0 {
        say(&harm.delayed, |phrases| phrases.late);
    }
    if harm.parked_max.count > 0 {
        say(&harm.parked_max, |phrases| phrases.held);
    }
    if harm.reported.count == 0 {
        say(&harm.reported, |phrases| phrases.none_reported);
    }
    match harm.lost.count {
        0 => say(&harm.lost, |phrases| phrases.none_lost),
        1.. => say(&harm.lost, |phrases| phrases.lost),
    }
}

/// The figures of the draft, in the order of their labels.
pub(crate) fn counted(incident: &Incident) -> [(u64, Option<&Refs>); 11] {
    let harm = &incident.harm;
    let of = |figure: &'_ crate::Figure| figure.count;
    let size = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let refused = harm.refused.evidence.as_ref();
    [
        (of(&harm.refused), refused),
        (of(&harm.moved), harm.moved.evidence.as_ref()),
        (of(&harm.delivered), harm.delivered.evidence.as_ref()),
        (of(&harm.delayed), harm.delayed.evidence.as_ref()),
        (of(&harm.reported), harm.reported.evidence.as_ref()),
        (of(&harm.lost), harm.lost.evidence.as_ref()),
        (of(&harm.parked_max), harm.parked_max.evidence.as_ref()),
        (of(&harm.oldest_max_seconds), harm.oldest_max_seconds.evidence.as_ref()),
        (of(&harm.looks_failed), harm.looks_failed.evidence.as_ref()),
        (size(harm.tenants.len()), refused),
        (size(harm.providers.len()), refused),
    ]
}

/// The clock that a label of the draft names, in either language.
pub(crate) fn clock_named(label: &str) -> Option<Clock> {
    let languages = [&english::PHRASES.postmortem.clocks, &german::PHRASES.postmortem.clocks];
    languages
        .iter()
        .find_map(|clocks| Clock::ALL.into_iter().zip(*clocks).find(|(_, name)| **name == label))
        .map(|(clock, _)| clock)
}

/// The figure that a label of the draft names.
pub(crate) fn figure_named(label: &str, incident: &Incident) -> Option<(u64, Option<Refs>)> {
    let languages = [&english::PHRASES.postmortem.figures, &german::PHRASES.postmortem.figures];
    let place = languages.iter().find_map(|figures| figures.iter().position(|name| *name == label))?;
    let (count, refs) = counted(incident)[place];
    Some((count, refs.cloned()))
}

/// Durations of the draft, in the order of their labels, with what they are read from.
pub(crate) fn spans(incident: &Incident) -> [Option<(Duration, Refs)>; 6] {
    let clocks = &incident.clocks;
    let between = |from: Clock, to: Clock| {
        let (from, to) = (clocks.get(from)?, clocks.get(to)?);
        let mut refs = from.evidence.clone();
        to.evidence.ids().iter().for_each(|id| refs.add(id.clone()));
        Some((to.at.since(from.at), refs))
    };
    [
        between(Clock::HarmBegan, Clock::Detected),
        between(Clock::HarmBegan, Clock::Posted),
        between(Clock::HarmBegan, Clock::Mitigated),
        between(Clock::HarmBegan, Clock::HarmEnded),
        between(Clock::Posted, Clock::Resolved),
        between(Clock::Detected, Clock::Resolved),
    ]
}

/// The duration that a label of the draft names.
pub(crate) fn span_named(label: &str, incident: &Incident) -> Option<(Duration, Refs)> {
    let languages = [&english::PHRASES.postmortem.spans, &german::PHRASES.postmortem.spans];
    let place = languages.iter().find_map(|spans| spans.iter().position(|name| *name == label))?;
    spans(incident)[place].clone()
}

pub(crate) fn sentence(
    phrase: impl Fn(&'static Phrases) -> &'static str,
    values: &[Value<'_>],
    evidence: &Refs,
) -> Sentence {
    Sentence::new(text(phrase, values), evidence.clone())
}

#[cfg(test)]
mod tests;
