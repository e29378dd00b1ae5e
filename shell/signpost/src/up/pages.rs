//! What the console's pages show of tenants, sources and incidents.

use crate::board::Board;
use crate::desk::minute;
use console::{ComponentLine, IncidentLine, IncidentsView, SourceLine, SourcesView, TenantLine, WeatherLine};
use incident::{Incident, Language};
use model::Duration;
use sentry::{Evidence, Kind, PlaceShown, Sentry, SourceShown, Word};
use status::incidents::Incidents;
use std::net::SocketAddr;
use std::sync::Arc;

/// Over which the weather is told.
const WEATHER: Duration = Duration::from_secs(3600);
/// Pieces of evidence for one source, and incidents, that are shown.
const EVIDENCE_SHOWN: usize = 3;
const INCIDENTS_SHOWN: usize = 50;
/// Longest evidence, in bytes.
const LINE_LEN_MAX: usize = 200;

pub(super) fn sources(sentry: &Sentry) -> SourcesView {
    let weather = sentry.weather(WEATHER).into_iter().map(|shown| WeatherLine {
        source: shown.source.to_string(),
        receiver: shown.receiver,
        state: word(shown.state),
        accepted: shown.cell.accepted,
        deferred: shown.cell.deferred,
        refused: shown.cell.refused,
        p50_ms: shown.cell.p50_ms,
        p99_ms: shown.cell.p99_ms,
    });
    SourcesView {
        sources: sentry.table().iter().map(source).collect(),
        weather: weather.collect(),
        is_spreading: sentry.is_spreading(),
    }
}

fn source(shown: &SourceShown) -> SourceLine {
    let is_elsewhere =
        |place: &&PlaceShown| place.place != sentry::Place::Everywhere && place.state != Word::Clean;
    let elsewhere = shown.places.iter().filter(is_elsewhere);
    let elsewhere =
        elsewhere.map(|place| format!("{} {} since {}", place.place, word(place.state), minute(place.since)));
    let evidence: Vec<&Evidence> = shown
        .places
        .iter()
        .filter(|place| place.state != Word::Clean || place.order.is_some())
        .flat_map(|place| &place.evidence)
        .collect();
    let newest = evidence.iter().skip(evidence.len().saturating_sub(EVIDENCE_SHOWN));
    SourceLine {
        name: shown.name.to_string(),
        address: shown.address.to_string(),
        network: shown.network.clone(),
        weight: shown.weight,
        state: word(shown.state),
        elsewhere: elsewhere.collect(),
        evidence: newest.map(|one| told(one)).collect(),
    }
}

fn told(evidence: &Evidence) -> String {
    let said = match &evidence.kind {
        Kind::Reply { host, reply, .. } => format!("{host}: {reply}"),
        Kind::Poll { list, says, text } => {
            format!("{list} says {says} {}", text.as_deref().unwrap_or_default())
        }
        Kind::Order { act, by, note } => format!("{act} by {by} {note}"),
        Kind::Blame { tenant, sender, .. } => format!("fed by {sender} of {tenant}"),
    };
    format!("{} {}", minute(evidence.at), &said[..said.floor_char_boundary(LINE_LEN_MAX)])
}

pub(super) fn incidents(incidents: &Incidents, public: SocketAddr) -> IncidentsView {
    incidents.read(|board| IncidentsView {
        components: board
            .shown_components()
            .map(|one| ComponentLine {
                id: one.id.to_string(),
                name: one.name.en.clone(),
                state: one.state.to_string(),
                since: minute(one.since),
                measured: one.measured.map(minute).unwrap_or_default(),
            })
            .collect(),
        incidents: board.incidents().into_iter().take(INCIDENTS_SHOWN).map(incident).collect(),
        public: format!("http://{public}/"),
    })
}

fn incident(one: &Incident) -> IncidentLine {
    let waiting = one.updates.iter().filter(|update| update.is_waiting());
    IncidentLine {
        id: one.id.to_string(),
        title: one.title.en.clone(),
        standing: one.standing.as_str().to_owned(),
        phase: one.shown_phase().as_str().to_owned(),
        impact: one.impact().as_str().to_owned(),
        opened: minute(one.opened_at),
        is_open: one.is_open(),
        is_public: one.is_posted(),
        refused: one.harm.refused.count,
        moved: one.harm.moved.count,
        reported: one.harm.reported.count,
        waiting: waiting.map(|update| (update.id.as_str().to_owned(), update.body(Language::En))).collect(),
    }
}

fn word(state: Word) -> String {
    state.to_string()
}

pub(super) fn tenants(board: &Board) -> Vec<TenantLine> {
    let line = |snapshot: Arc<tenant::Snapshot>| TenantLine {
        name: snapshot.settings.name.to_string(),
        display_name: snapshot.settings.display_name.clone(),
        domains: snapshot.settings.domains.iter().map(ToString::to_string).collect(),
        snapshot: snapshot.number,
    };
    board.tenants().all().into_iter().map(line).collect()
}
