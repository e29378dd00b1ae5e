//! The timeline: what each fact says in a sentence, in the order in which it happened.
//!
//! Of refusals of one address by one provider, and of like failures, only the first is told; a state is told each time that it changes.

use super::draft::{Moment, Names};
use crate::fact::{CanaryResult, SourceState, What};
use crate::words::{self, ACTS, Moments, Value};
use crate::works::is_ours;
use crate::{Author, Fact, Incident, Refs, Sentence, Text};
use model::{Category, Duration};
use std::collections::BTreeSet;

/// Entries of a timeline; of more, the first and the last half stay.
const MOMENTS_MAX: usize = 200;

pub(super) fn timeline(incident: &Incident, names: &Names<'_>) -> Vec<Moment> {
    let mut seen = BTreeSet::new();
    let facts = incident.evidence.iter();
    let mut moments: Vec<Moment> = facts.filter_map(|fact| moment(fact, names, &mut seen)).collect();
    let mut phase = None;
    for update in incident.updates.iter().filter(|update| update.is_posted()) {
        let Some(sentence) = update.current().sentences.first() else { continue };
        // Words that only keep a promise to say more are no news.
        let is_news = phase.replace(update.phase) != Some(update.phase);
        if !is_news && update.current().author == Author::Machine {
            continue;
        }
        let said = text(|moments| moments.posted, &[Value::Text(sentence.text())]);
        let sentence = Sentence::new(said, sentence.evidence().clone());
        moments.push(Moment { at: update.posted_at().unwrap_or(update.created_at), sentence });
    }
    moments.sort_by_key(|moment| moment.at);
    if moments.len() > MOMENTS_MAX {
        let middle = MOMENTS_MAX / 2;
        moments.drain(middle..moments.len() - middle);
    }
    moments
}

pub(super) fn acts(incident: &Incident, names: &Names<'_>) -> Vec<Moment> {
    let act = |fact: &Fact| {
        let What::Acted { by, act } = &fact.what else { return None };
        let values = [names.person(by), Value::Text(&did(act))];
        let said = text(|moments| moments.acted, &values);
        Some(Moment { at: fact.at, sentence: Sentence::new(said, Refs::one(fact.id.clone())) })
    };
    incident.evidence.iter().filter_map(act).collect()
}

fn text(phrase: fn(&'static Moments) -> &'static str, values: &[Value<'_>]) -> Text {
    words::text(|phrases| phrase(&phrases.postmortem.moments), values)
}

/// An act in plain words.
fn did(act: &str) -> Text {
    ACTS.iter()
        .position(|known| *known == act)
        .map_or_else(|| Text::same(act), |place| words::text(|phrases| phrases.postmortem.acts[place], &[]))
}

fn refused_for(category: Category) -> Text {
    let place = Category::ALL.iter().position(|one| *one == category).unwrap_or_default();
    words::text(|phrases| phrases.postmortem.categories[place], &[])
}

fn is_now(state: SourceState) -> Text {
    let place = match state {
        SourceState::Clean => 0,
        SourceState::Suspected => 1,
        SourceState::Quarantined => 2,
        SourceState::Probing => 3,
        SourceState::Retired => 4,
    };
    words::text(|phrases| phrases.postmortem.sources_are[place], &[])
}

/// What a timeline says of a fact, once for each key.
fn moment(fact: &Fact, names: &Names<'_>, seen: &mut BTreeSet<String>) -> Option<Moment> {
    let (key, said) = of_mail(fact, names, seen).or_else(|| of_states(fact, names))?;
    let sentence = Sentence::new(said, Refs::one(fact.id.clone()));
    seen.insert(key).then_some(Moment { at: fact.at, sentence })
}

/// Mail that was refused, moved, kept or answered.
fn of_mail(fact: &Fact, names: &Names<'_>, seen: &mut BTreeSet<String>) -> Option<(String, Text)> {
    match &fact.what {
        What::Refused { source, provider, category, messages, owner, .. } if is_ours(*owner) => {
            let provider = names.provider(provider);
            let why = refused_for(*category);
            let values =
                [Value::Text(&provider), names.source(source), Value::Text(&why), Value::Count(*messages)];
            Some((format!("refused/{source}/{}", provider.en), text(|moments| moments.refused, &values)))
        }
        What::Delivered { source, provider, moved: moved @ 1.., .. } => {
            let provider = names.provider(provider);
            let values = [Value::Text(&provider), names.source(source), Value::Count(*moved)];
            Some((format!("moved/{source}/{}", provider.en), text(|moments| moments.moved, &values)))
        }
        What::Reported { owner, messages: messages @ 1.., .. } if is_ours(*owner) => {
            Some(("reported".to_owned(), text(|moments| moments.reported, &[Value::Count(*messages)])))
        }
        What::Waiting { provider, waiting, parked, oldest_seconds, .. } => {
            let whose = provider.as_deref().unwrap_or_default();
            let (held, free) = (format!("held/{whose}"), format!("free/{whose}"));
            if *parked == 0 {
                // Worth a word only after something waited.
                return seen.remove(&held).then(|| (free, text(|moments| moments.released, &[])));
            }
            seen.remove(&free);
            let oldest = Value::Span(Duration::from_secs(*oldest_seconds));
            let values = [Value::Count(*waiting), Value::Count(*parked), oldest];
            Some((held, text(|moments| moments.queue, &values)))
        }
        What::Refused { .. }
        | What::Delivered { .. }
        | What::Reported { .. }
        | What::Balanced { .. }
        | What::SourceChanged { .. }
        | What::ListingOpened { .. }
        | What::ListingClosed { .. }
        | What::DomainListed { .. }
        | What::DomainCleared { .. }
        | What::Unwatched { .. }
        | What::Canary { .. }
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
    }
}

/// What became of addresses, lists, servers and others' services.
fn of_states(fact: &Fact, names: &Names<'_>) -> Option<(String, Text)> {
    let own = || fact.id.to_string();
    match &fact.what {
        What::SourceChanged { source, from, to, .. } if from != to => {
            let (before, now) = (is_now(*from), is_now(*to));
            let values = [names.source(source), Value::Text(&now), Value::Text(&before)];
            Some((own(), text(|moments| moments.source, &values)))
        }
        What::ListingOpened { list, source, .. } => {
            Some((own(), text(|moments| moments.listed, &[Value::Name(list), names.source(source)])))
        }
        What::ListingClosed { list, source } => {
            Some((own(), text(|moments| moments.unlisted, &[Value::Name(list), names.source(source)])))
        }
        What::DomainListed { list, domain, .. } => {
            Some((own(), text(|moments| moments.domain_listed, &[Value::Name(list), Value::Name(domain)])))
        }
        What::DomainCleared { list, domain } => {
            Some((own(), text(|moments| moments.domain_cleared, &[Value::Name(list), Value::Name(domain)])))
        }
        What::Canary { result: CanaryResult::Late { .. } | CanaryResult::Lost, .. } => {
            Some(("canary".to_owned(), text(|moments| moments.canary_lost, &[])))
        }
        What::ListenerLooked { is_well: false, .. } => {
            Some(("listener".to_owned(), text(|moments| moments.look_failed, &[])))
        }
        What::NodeStarted { .. } => Some((own(), text(|moments| moments.node_started, &[]))),
        What::NodeStopped => Some((own(), text(|moments| moments.node_stopped, &[]))),
        What::VendorPosted { vendor, title, .. } => {
            Some((own(), text(|moments| moments.vendor, &[Value::Name(vendor), Value::Name(title)])))
        }
        What::SourceChanged { .. }
        | What::Canary { .. }
        | What::ListenerLooked { .. }
        | What::Refused { .. }
        | What::Delivered { .. }
        | What::Reported { .. }
        | What::Waiting { .. }
        | What::Balanced { .. }
        | What::Unwatched { .. }
        | What::CertificateLooked { .. }
        | What::ConnectorHeld { .. }
        | What::ConnectorReleased { .. }
        | What::Accepted { .. }
        | What::Stamped { .. }
        | What::DirectoryLooked { .. }
        | What::ConsoleLooked { .. }
        | What::Acted { .. } => None,
    }
}
