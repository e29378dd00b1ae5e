//! The guard told: sources with their states and reasons, and the delivery weather.

use crate::Sentry;
use crate::record::Evidence;
use guard::{Cell, Order, Place, Row, Word};
use model::{Duration, SourceName, Timestamp};
use serde::Serialize;
use std::net::IpAddr;

/// One source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceShown {
    pub name: SourceName,
    pub address: IpAddr,
    pub ehlo: String,
    pub network: String,
    pub weight: u32,
    pub notice: bool,
    /// What holds everywhere.
    pub state: Word,
    /// Every place at which something is or was said of it.
    pub places: Vec<PlaceShown>,
}

/// One source at one place.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceShown {
    pub place: Place,
    pub state: Word,
    /// When it came into this state, or when the order was given; 1970 where nothing ever changed.
    pub since: Timestamp,
    /// Before that nothing is given back; absent where time alone changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Lists that have to be clean first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_last: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// The evidence, newest last; what is older than the memory is named by `because` alone.
    pub evidence: Vec<Evidence>,
    pub because: Vec<String>,
}

/// What one source met at one receiver within the last while.
#[derive(Debug, Clone, Serialize)]
pub struct WeatherShown {
    pub source: SourceName,
    /// A provider or a host.
    pub receiver: String,
    pub state: Word,
    #[serde(flatten)]
    pub cell: Cell,
}

impl Sentry {
    /// Every source, in the operator's order.
    #[must_use]
    pub fn table(&self) -> Vec<SourceShown> {
        let now = self.0.clock.now();
        let inner = self.lock();
        let shown = |source: &model::Source| {
            let rows = inner.guard.rows().filter(|(name, ..)| **name == source.name);
            let evidence = |id| inner.evidence.iter().find(|one| one.id == id).cloned();
            let places: Vec<PlaceShown> =
                rows.map(|(_, place, row)| show(place, row, &evidence, now)).collect();
            let whole = places.iter().find(|one| one.place == Place::Everywhere);
            SourceShown {
                name: source.name.clone(),
                address: source.address,
                ehlo: source.ehlo.clone(),
                network: source.network.clone(),
                weight: source.weight,
                notice: source.notice,
                state: whole.map_or(Word::Clean, |one| one.state),
                places,
            }
        };
        self.0.sources.iter().map(shown).collect()
    }

    /// Everything that is or was said of every source.
    #[must_use]
    pub fn rows(&self) -> Vec<(SourceName, Place, Row)> {
        let inner = self.lock();
        inner.guard.rows().map(|(source, place, row)| (source.clone(), place.clone(), row.clone())).collect()
    }

    /// Acceptance, deferral and time of each source at each receiver, over at most an hour.
    #[must_use]
    pub fn weather(&self, over: Duration) -> Vec<WeatherShown> {
        let now = self.0.clock.now();
        let inner = self.lock();
        let state = |name: &SourceName, receiver: &str| {
            let is_there = |place: &Place| match place {
                Place::Everywhere => true,
                Place::Provider(name) | Place::Site(name) => name == receiver,
            };
            let rows = inner.guard.rows().filter(|(of, place, _)| *of == name && is_there(place));
            rows.map(|(.., row)| word(row, now)).max_by_key(|word| severity(*word)).unwrap_or(Word::Clean)
        };
        let table = inner.weather.table(over, now).into_iter();
        table
            .map(|(source, receiver, cell)| WeatherShown {
                state: state(&source, &receiver),
                source,
                receiver,
                cell,
            })
            .collect()
    }
}

fn show(
    place: &Place,
    row: &Row,
    evidence: &impl Fn(guard::EvidenceId) -> Option<Evidence>,
    now: Timestamp,
) -> PlaceShown {
    PlaceShown {
        place: place.clone(),
        state: word(row, now),
        since: row.order(now).map_or(row.since, |order| order.since),
        until: row.state.until(),
        lists: row.lists.iter().cloned().collect(),
        is_last: row.is_last,
        order: row.order(now).cloned(),
        evidence: row.because.iter().filter_map(|id| evidence(*id)).collect(),
        because: row.because.iter().map(ToString::to_string).collect(),
    }
}

/// The state that counts: an order goes before the evidence.
fn word(row: &Row, now: Timestamp) -> Word {
    match row.order(now).map(|order| order.kind) {
        Some(guard::OrderKind::Out) => Word::Quarantined,
        Some(guard::OrderKind::In) => Word::Clean,
        None => row.state.word(),
    }
}

fn severity(word: Word) -> u8 {
    match word {
        Word::Clean => 0,
        Word::Warming => 1,
        Word::Suspect => 2,
        Word::Probing => 3,
        Word::Quarantined => 4,
    }
}
