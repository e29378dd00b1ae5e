//! The draft as a value: each section a list of sentences, clocks and figures, with their evidence.

use crate::clocks::{Clock, Reading};
use crate::fact::{CanaryResult, What};
use crate::words::{self, Moments, Value, counted};
use crate::{Fact, Incident, Refs, Sentence, Text};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Entries of a timeline; of more, the first and the last half stay.
const MOMENTS_MAX: usize = 200;

/// A postmortem made from the evidence alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub title: Text,
    pub made_at: Timestamp,
    pub summary: Vec<Sentence>,
    pub clocks: Vec<(Clock, Reading)>,
    /// With their labels.
    pub figures: Vec<(Text, u64, Option<Refs>)>,
    pub impact: Vec<Sentence>,
    pub cause: Vec<Sentence>,
    /// The first and the last refusal, word for word.
    pub quotes: Vec<Quote>,
    pub timeline: Vec<Moment>,
    pub acts: Vec<Moment>,
    pub saved: Vec<Sentence>,
    pub gaps: Vec<Sentence>,
}

/// One entry of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub at: Timestamp,
    pub sentence: Sentence,
}

/// A reply as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub at: Timestamp,
    pub reply: String,
    pub evidence: Refs,
}

impl Draft {
    /// What the evidence says of an incident at `now`. `group` is the region's name among customers.
    #[must_use]
    pub fn of(incident: &Incident, group: &str, now: Timestamp) -> Self {
        let clocks = Clock::ALL.into_iter();
        Self {
            title: incident.title.clone(),
            made_at: now,
            summary: summary(incident, group),
            clocks: clocks.filter_map(|clock| Some((clock, incident.clocks.get(clock)?.clone()))).collect(),
            figures: figures(incident),
            impact: impact(incident),
            cause: cause(incident),
            quotes: quotes(incident),
            timeline: timeline(incident),
            acts: acts(incident),
            saved: saved(incident),
            gaps: gaps(incident),
        }
    }
}

/// What was found first; an incident has been detected, or it would not be one.
fn detected(incident: &Incident) -> Option<&Refs> {
    incident.clocks.detected.as_ref().map(|reading| &reading.evidence)
}

fn summary(incident: &Incident, group: &str) -> Vec<Sentence> {
    let occasion = match incident.phase.is_over() {
        true => words::Occasion::Resolved,
        false => words::Occasion::First,
    };
    words::sentences(occasion, incident, group, None)
}

fn figures(incident: &Incident) -> Vec<(Text, u64, Option<Refs>)> {
    let label = |place: usize| words::text(|phrases| phrases.postmortem.figures[place], &[]);
    let counted = counted(incident).into_iter().enumerate();
    counted.map(|(place, (count, refs))| (label(place), count, refs.cloned())).collect()
}

fn impact(incident: &Incident) -> Vec<Sentence> {
    let mut said = Vec::new();
    for (id, effect) in &incident.effects {
        let id = id.to_string();
        let values = [Value::Name(&id), Value::Name(effect.worst.as_str()), Value::Time(effect.since)];
        said.push(words::sentence(|phrases| phrases.postmortem.components, &values, &effect.evidence));
    }
    let harm = &incident.harm;
    for (name, at) in &harm.providers {
        let evidence = harm.refused.evidence.as_ref().or(harm.delivered.evidence.as_ref());
        let Some(evidence) = evidence.or_else(|| detected(incident)) else { continue };
        let counts = [at.refused, at.delivered, at.moved, at.reported].map(Value::Count);
        let values: Vec<Value<'_>> = core::iter::once(Value::Name(name)).chain(counts).collect();
        said.push(words::sentence(|phrases| phrases.postmortem.providers, &values, evidence));
    }
    let percentiles = [50, 90, 99].map(|percent| harm.delays.percentile(percent));
    if let ([Some(half), Some(most), Some(nearly_all)], Some(evidence)) =
        (percentiles, &harm.delivered.evidence)
    {
        let values = [half, most, nearly_all].map(Value::Bound);
        said.push(words::sentence(|phrases| phrases.postmortem.delays, &values, evidence));
    }
    said
}

fn cause(incident: &Incident) -> Vec<Sentence> {
    let clocks = &incident.clocks;
    let Some(known) = clocks.identified.as_ref().or(clocks.detected.as_ref()) else { return Vec::new() };
    let mut said = vec![Sentence::new(words::known(&incident.cause.kind), known.evidence.clone())];
    let mut list = |names: Vec<&str>, phrase: fn(&'static words::Phrases) -> &'static str| {
        if !names.is_empty() {
            let evidence = incident.harm.refused.evidence.as_ref().unwrap_or(&known.evidence);
            said.push(words::sentence(phrase, &[Value::Name(&names.join(", "))], evidence));
        }
    };
    let lists = incident.harm.lists.iter().map(String::as_str);
    list(lists.collect(), |phrases| phrases.postmortem.lists);
    let sources = incident.harm.sources.iter().map(model::SourceName::as_str);
    list(sources.collect(), |phrases| phrases.postmortem.sources);
    said
}

fn quotes(incident: &Incident) -> Vec<Quote> {
    let quote = |fact: &Fact| match &fact.what {
        What::Refused { reply: Some(reply), .. } => {
            Some(Quote { at: fact.at, reply: reply.clone(), evidence: Refs::one(fact.id.clone()) })
        }
        What::Refused { reply: None, .. }
        | What::Delivered { .. }
        | What::SourceChanged { .. }
        | What::ListingOpened { .. }
        | What::ListingClosed { .. }
        | What::Canary { .. }
        | What::Waiting { .. }
        | What::Reported { .. }
        | What::CertificateLooked { .. }
        | What::ConnectorHeld { .. }
        | What::ConnectorReleased { .. }
        | What::ListenerLooked { .. }
        | What::Accepted { .. }
        | What::Stamped { .. }
        | What::DirectoryLooked { .. }
        | What::ConsoleLooked { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. }
        | What::Acted { .. } => None,
    };
    let mut all = incident.evidence.iter().filter_map(quote);
    let first = all.next();
    let last = all.next_back();
    first.into_iter().chain(last).collect()
}

fn timeline(incident: &Incident) -> Vec<Moment> {
    let mut seen = BTreeSet::new();
    let mut moments: Vec<Moment> =
        incident.evidence.iter().filter_map(|fact| moment(fact, &mut seen)).collect();
    for update in incident.updates.iter().filter(|update| update.is_posted()) {
        let Some(sentence) = update.current().sentences.first() else { continue };
        let values = [Value::Text(sentence.text())];
        let said = words::sentence(|phrases| phrases.postmortem.moments.posted, &values, sentence.evidence());
        moments.push(Moment { at: update.created_at, sentence: said });
    }
    moments.sort_by_key(|moment| moment.at);
    if moments.len() > MOMENTS_MAX {
        let middle = MOMENTS_MAX / 2;
        moments.drain(middle..moments.len() - middle);
    }
    moments
}

/// What a timeline says of a fact. Of refusals of one source at one provider, and of like failures, only the first is told.
fn moment(fact: &Fact, seen: &mut BTreeSet<String>) -> Option<Moment> {
    let text = |phrase: fn(&'static Moments) -> &'static str, values: &[Value<'_>]| {
        words::text(|phrases| phrase(&phrases.postmortem.moments), values)
    };
    let (key, said) = match &fact.what {
        What::Refused { source, provider, category, messages, owner, .. }
            if crate::apply::is_ours(*owner) =>
        {
            let values = [
                Value::Name(provider),
                Value::Name(source.as_str()),
                Value::Name(category.as_str()),
                Value::Count(*messages),
            ];
            (format!("refused/{source}/{provider}"), text(|moments| moments.refused, &values))
        }
        What::Delivered { source, provider, moved, .. } if *moved > 0 => {
            let values = [Value::Name(provider), Value::Name(source.as_str()), Value::Count(*moved)];
            (format!("moved/{source}/{provider}"), text(|moments| moments.moved, &values))
        }
        What::SourceChanged { source, from, to, .. } => {
            let (from, to) = (word(from), word(to));
            let values = [Value::Name(source.as_str()), Value::Name(&from), Value::Name(&to)];
            (fact.id.to_string(), text(|moments| moments.source, &values))
        }
        What::ListingOpened { list, source, .. } => {
            let values = [Value::Name(list), Value::Name(source.as_str())];
            (fact.id.to_string(), text(|moments| moments.listed, &values))
        }
        What::ListingClosed { list, source } => {
            let values = [Value::Name(list), Value::Name(source.as_str())];
            (fact.id.to_string(), text(|moments| moments.unlisted, &values))
        }
        What::Canary { result: CanaryResult::Late { .. } | CanaryResult::Lost, .. } => {
            ("canary".to_owned(), text(|moments| moments.canary_lost, &[]))
        }
        What::ListenerLooked { listener, is_well: false, .. } => {
            let values = [Value::Name(listener.as_str())];
            (format!("listener/{listener}"), text(|moments| moments.look_failed, &values))
        }
        What::Reported { owner, messages, .. } if crate::apply::is_ours(*owner) => {
            ("reported".to_owned(), text(|moments| moments.reported, &[Value::Count(*messages)]))
        }
        What::Waiting { waiting, parked, oldest_seconds, .. } if *parked > 0 => {
            let oldest = Value::Span(model::Duration::from_secs(*oldest_seconds));
            let values = [Value::Count(*waiting), Value::Count(*parked), oldest];
            ("waiting".to_owned(), text(|moments| moments.queue, &values))
        }
        What::NodeStarted { .. } => (
            fact.id.to_string(),
            text(|moments| moments.node, &[Value::Text(&Text::new("started", "startete"))]),
        ),
        What::NodeStopped => (
            fact.id.to_string(),
            text(|moments| moments.node, &[Value::Text(&Text::new("stopped", "hielt an"))]),
        ),
        What::VendorPosted { vendor, title, .. } => {
            (fact.id.to_string(), text(|moments| moments.vendor, &[Value::Name(vendor), Value::Name(title)]))
        }
        What::Refused { .. }
        | What::Delivered { .. }
        | What::Canary { .. }
        | What::ListenerLooked { .. }
        | What::Reported { .. }
        | What::Waiting { .. }
        | What::CertificateLooked { .. }
        | What::ConnectorHeld { .. }
        | What::ConnectorReleased { .. }
        | What::Accepted { .. }
        | What::Stamped { .. }
        | What::DirectoryLooked { .. }
        | What::ConsoleLooked { .. }
        | What::Acted { .. } => return None,
    };
    let sentence = Sentence::new(said, Refs::one(fact.id.clone()));
    seen.insert(key).then_some(Moment { at: fact.at, sentence })
}

/// A state's word as the journal writes it.
fn word(state: &crate::SourceState) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn acts(incident: &Incident) -> Vec<Moment> {
    let act = |fact: &Fact| match &fact.what {
        What::Acted { by, act } => {
            let values = [Value::Name(by), Value::Name(act)];
            let evidence = Refs::one(fact.id.clone());
            let sentence = words::sentence(|phrases| phrases.postmortem.moments.acted, &values, &evidence);
            Some(Moment { at: fact.at, sentence })
        }
        What::Refused { .. }
        | What::Delivered { .. }
        | What::SourceChanged { .. }
        | What::ListingOpened { .. }
        | What::ListingClosed { .. }
        | What::Canary { .. }
        | What::Waiting { .. }
        | What::Reported { .. }
        | What::CertificateLooked { .. }
        | What::ConnectorHeld { .. }
        | What::ConnectorReleased { .. }
        | What::ListenerLooked { .. }
        | What::Accepted { .. }
        | What::Stamped { .. }
        | What::DirectoryLooked { .. }
        | What::ConsoleLooked { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. } => None,
    };
    incident.evidence.iter().filter_map(act).collect()
}

fn saved(incident: &Incident) -> Vec<Sentence> {
    let moved = &incident.harm.moved;
    let evidence = moved.evidence.as_ref().filter(|_| moved.count > 0);
    let said =
        evidence.map(|refs| words::sentence(|phrases| phrases.moved, &[Value::Count(moved.count)], refs));
    said.into_iter().collect()
}

fn gaps(incident: &Incident) -> Vec<Sentence> {
    let Some(evidence) = detected(incident) else { return Vec::new() };
    let mut said = Vec::new();
    let mut say =
        |is_gap: bool, phrase: fn(&'static words::PostmortemWords) -> &'static str, values: &[Value<'_>]| {
            if is_gap {
                said.push(words::sentence(|phrases| phrase(&phrases.postmortem), values, evidence));
            }
        };
    say(incident.harm.first.is_none(), |words| words.no_harm, &[]);
    say(incident.harm.delays.count() == 0, |words| words.no_delays, &[]);
    let left_out = incident.evidence_left_out;
    say(left_out > 0, |words| words.left_out, &[Value::Count(left_out)]);
    say(acts(incident).is_empty(), |words| words.no_acts, &[]);
    said
}
