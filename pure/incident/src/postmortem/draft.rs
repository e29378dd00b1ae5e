//! The draft as a value: each section a list of sentences, clocks, spans and figures, with their evidence.
//!
//! Our addresses and our people are numbered in the order in which the evidence names them, and providers are named only if customers see them as
//! components: a host of somebody's domain is "another receiver".

use super::moments;
use crate::clocks::{Clock, Reading};
use crate::component::{Component, ComponentId, Part, State};
use crate::fact::What;
use crate::settings::provider_name;
use crate::words::{self, Value, counted};
use crate::{AtProvider, Fact, Incident, Refs, Sentence, Text};
use model::{Duration, SourceName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A postmortem made from the evidence alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub title: Text,
    pub made_at: Timestamp,
    pub summary: Vec<Sentence>,
    pub clocks: Vec<(Clock, Reading)>,
    /// Durations with their labels, each between two of the clocks.
    pub spans: Vec<(Text, Duration, Refs)>,
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

/// Who is meant by a number, and what customers call things.
pub(super) struct Names<'a> {
    components: &'a [Component],
    sources: Vec<&'a SourceName>,
    people: Vec<&'a str>,
}

impl Draft {
    /// What the evidence says of an incident at `now`. `components` are those that customers see.
    #[must_use]
    pub fn of(incident: &Incident, components: &[Component], now: Timestamp) -> Self {
        let names = Names::of(incident, components);
        let clocks = Clock::ALL.into_iter();
        Self {
            title: incident.title.clone(),
            made_at: now,
            summary: summary(incident, &names),
            clocks: clocks.filter_map(|clock| Some((clock, incident.clocks.get(clock)?.clone()))).collect(),
            spans: spans(incident),
            figures: figures(incident),
            impact: impact(incident, &names),
            cause: cause(incident),
            quotes: quotes(incident),
            timeline: moments::timeline(incident, &names),
            acts: moments::acts(incident, &names),
            saved: saved(incident),
            gaps: gaps(incident),
        }
    }
}

impl<'a> Names<'a> {
    fn of(incident: &'a Incident, components: &'a [Component]) -> Self {
        let mut names = Self { components, sources: Vec::new(), people: Vec::new() };
        for fact in &incident.evidence {
            match &fact.what {
                What::Refused { source, .. }
                | What::Delivered { source, .. }
                | What::SourceChanged { source, .. }
                | What::ListingOpened { source, .. }
                | What::ListingClosed { source, .. } => add(&mut names.sources, source),
                What::Acted { by, .. } => add(&mut names.people, by.as_str()),
                What::Canary { .. }
                | What::DomainListed { .. }
                | What::DomainCleared { .. }
                | What::Unwatched { .. }
                | What::Waiting { .. }
                | What::Balanced { .. }
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
                | What::VendorPosted { .. } => {}
            }
        }
        names
    }

    pub(super) fn source(&self, source: &SourceName) -> Value<'static> {
        number(self.sources.iter().position(|name| *name == source))
    }

    pub(super) fn person(&self, name: &str) -> Value<'static> {
        number(self.people.iter().position(|known| *known == name))
    }

    pub(super) fn provider(&self, provider: &str) -> Text {
        let part = Part::Return(provider.to_owned());
        if self.components.iter().any(|component| component.id.part == part) {
            Text::same(provider_name(provider))
        } else {
            words::text(|phrases| phrases.postmortem.other_receiver, &[])
        }
    }

    fn component(&self, id: &ComponentId) -> Text {
        let known = self.components.iter().find(|component| component.id == *id);
        known.map_or_else(
            || Text::same(id.to_string()),
            |one| {
                Text::new(
                    format!("{}: {}", one.group, one.name.en),
                    format!("{}: {}", one.group, one.name.de),
                )
            },
        )
    }

    fn group(&self, incident: &Incident) -> String {
        let region = &incident.cause.region;
        let known = self.components.iter().find(|component| component.id.region == *region);
        known.map_or_else(|| region.to_string(), |component| component.group.clone())
    }
}

fn add<T: PartialEq>(known: &mut Vec<T>, one: T) {
    if !known.contains(&one) {
        known.push(one);
    }
}

fn number(place: Option<usize>) -> Value<'static> {
    Value::Count(place.and_then(|place| u64::try_from(place + 1).ok()).unwrap_or(0))
}

/// A component's state in plain words.
fn state_word(state: State) -> Text {
    let place = State::ALL.iter().position(|one| *one == state).unwrap_or_default();
    words::text(|phrases| phrases.postmortem.states[place], &[])
}

/// What was found first; an incident has been detected, or it would not be one.
fn detected(incident: &Incident) -> Option<&Refs> {
    incident.clocks.detected.as_ref().map(|reading| &reading.evidence)
}

fn summary(incident: &Incident, names: &Names<'_>) -> Vec<Sentence> {
    let occasion = if incident.phase.is_over() { words::Occasion::Resolved } else { words::Occasion::First };
    words::sentences(occasion, incident, &names.group(incident), None)
}

fn spans(incident: &Incident) -> Vec<(Text, Duration, Refs)> {
    let label = |place: usize| words::text(|phrases| phrases.postmortem.spans[place], &[]);
    let all = words::spans(incident).into_iter().enumerate();
    all.filter_map(|(place, span)| span.map(|(span, refs)| (label(place), span, refs))).collect()
}

fn figures(incident: &Incident) -> Vec<(Text, u64, Option<Refs>)> {
    let label = |place: usize| words::text(|phrases| phrases.postmortem.figures[place], &[]);
    let counted = counted(incident).into_iter().enumerate();
    counted.map(|(place, (count, refs))| (label(place), count, refs.cloned())).collect()
}

fn impact(incident: &Incident, names: &Names<'_>) -> Vec<Sentence> {
    let mut said = Vec::new();
    for (id, effect) in &incident.effects {
        let (component, state) = (names.component(id), state_word(effect.worst));
        let values = [Value::Text(&component), Value::Text(&state), Value::Time(effect.since)];
        said.push(words::sentence(|phrases| phrases.postmortem.components, &values, &effect.evidence));
    }
    let harm = &incident.harm;
    let evidence = harm.refused.evidence.as_ref().or(harm.delivered.evidence.as_ref());
    if let Some(evidence) = evidence.or_else(|| detected(incident)) {
        for (name, at) in by_name(incident, names) {
            let counts = [at.refused, at.delivered, at.moved, at.reported].map(Value::Count);
            let name = Text::new(name.0, name.1);
            let values: Vec<Value<'_>> = core::iter::once(Value::Text(&name)).chain(counts).collect();
            said.push(words::sentence(|phrases| phrases.postmortem.providers, &values, evidence));
        }
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

/// What providers did, those without a name in public together.
fn by_name(incident: &Incident, names: &Names<'_>) -> BTreeMap<(String, String), AtProvider> {
    let mut sums: BTreeMap<(String, String), AtProvider> = BTreeMap::new();
    for (provider, at) in &incident.harm.providers {
        let name = names.provider(provider);
        let sum = sums.entry((name.en, name.de)).or_default();
        sum.refused += at.refused;
        sum.delivered += at.delivered;
        sum.moved += at.moved;
        sum.reported += at.reported;
    }
    sums
}

fn cause(incident: &Incident) -> Vec<Sentence> {
    let clocks = &incident.clocks;
    let Some(known) = clocks.identified.as_ref().or(clocks.detected.as_ref()) else { return Vec::new() };
    let mut said = vec![Sentence::new(words::known(&incident.cause.kind), known.evidence.clone())];
    let evidence = incident.harm.refused.evidence.as_ref().unwrap_or(&known.evidence);
    let lists: Vec<&str> = incident.harm.lists.iter().map(String::as_str).collect();
    if !lists.is_empty() {
        let lists = lists.join(", ");
        said.push(words::sentence(|phrases| phrases.postmortem.lists, &[Value::Name(&lists)], evidence));
    }
    if !incident.harm.sources.is_empty() {
        let count = u64::try_from(incident.harm.sources.len()).unwrap_or(u64::MAX);
        said.push(words::sentence(|phrases| phrases.postmortem.sources, &[Value::Count(count)], evidence));
    }
    said
}

fn quotes(incident: &Incident) -> Vec<Quote> {
    let quote = |fact: &Fact| {
        let What::Refused { reply: Some(reply), .. } = &fact.what else { return None };
        Some(Quote { at: fact.at, reply: reply.clone(), evidence: Refs::one(fact.id.clone()) })
    };
    let mut all = incident.evidence.iter().filter_map(quote);
    let first = all.next();
    let last = all.next_back();
    first.into_iter().chain(last).collect()
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
    say(!has_acts(incident), |words| words.no_acts, &[]);
    said
}

fn has_acts(incident: &Incident) -> bool {
    incident.evidence.iter().any(|fact| matches!(fact.what, What::Acted { .. }))
}
