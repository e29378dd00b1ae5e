//! What the page shows: one value, made elsewhere, that never changes afterwards.
//!
//! Its types have no place for a tenant, a message or a person, so that nothing of them can reach strangers by mistake; texts that come from
//! other hosts go through `mask.rs` on the way out. Whoever makes a view says when each thing was measured, and the page decides by itself what is
//! too old to be believed.

use incident::component::history::{Day, Spent};
use incident::{Impact, MaintenancePhase, Phase, State, Text};
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Bars of a component.
pub const DAYS: usize = incident::component::history::DAYS as usize;

/// Everything that is shown, as it was at one moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct View {
    /// When this was put together.
    pub made_at: Timestamp,
    /// When something that readers would call news changed last: a state, an update, a maintenance.
    pub changed_at: Timestamp,
    /// In the order of the page; those of one region stand together.
    pub components: Vec<Component>,
    /// The newest first.
    pub incidents: Vec<Incident>,
    /// The latest begin first.
    pub maintenances: Vec<Maintenance>,
    pub weather: Weather,
    /// Series that may be drawn, for `metrics-display`.
    pub metrics: Vec<Metric>,
}

/// A name by which others find a thing again: twelve letters and digits, as Statuspage's are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PublicId(String);

/// A part of the service in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    pub id: PublicId,
    /// `EU`; the group of Statuspage.
    pub region: String,
    pub name: Text,
    pub description: Option<Text>,
    /// Whether its failure means that mail does not flow.
    pub carries_mail: bool,
    pub state: State,
    /// Since when it is so.
    pub since: Timestamp,
    /// What it was before its measurement became too old; set by [`View::aged`].
    #[serde(default)]
    pub last_known: Option<State>,
    /// The newest measurement that the state rests on.
    pub measured_at: Option<Timestamp>,
    /// The oldest first, the last is today; at most [`DAYS`].
    pub days: Vec<Day>,
    pub created_at: Timestamp,
}

/// One incident with all its clocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: PublicId,
    pub title: Text,
    pub phase: Phase,
    pub impact: Impact,
    /// The guard moved the mail and no one had to notice.
    pub absorbed: bool,
    pub clocks: Clocks,
    /// The rule that found it.
    pub detected_by: Option<Text>,
    pub affected: Vec<Affected>,
    /// What readers notice, what was done, what they need to do.
    pub noticed: Text,
    pub done: Text,
    pub needed: Text,
    /// When more is promised.
    pub next_update_at: Option<Timestamp>,
    pub figures: Vec<Figure>,
    /// The newest first.
    pub updates: Vec<Update>,
    /// The oldest first.
    pub evidence: Vec<Evidence>,
    /// Published text.
    pub postmortem: Option<Text>,
    /// Claims that the evidence contradicts and that a person published nevertheless.
    pub contradictions: Vec<Text>,
}

/// The clocks of an incident, each kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Clocks {
    pub harm_began: Option<Timestamp>,
    pub detected_at: Option<Timestamp>,
    /// The first public word.
    pub posted_at: Timestamp,
    pub identified_at: Option<Timestamp>,
    pub mitigated_at: Option<Timestamp>,
    pub monitoring_at: Option<Timestamp>,
    pub harm_ended: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub postmortem_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

/// What an incident did to one component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Affected {
    pub component: PublicId,
    pub region: String,
    pub name: Text,
    pub worst: State,
    pub lasted: Option<Duration>,
}

/// A number of an incident with what it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub label: Text,
    pub value: String,
}

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// Written by a rule from evidence.
    Rule,
    Person,
}

/// One public word about an incident or a maintenance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Update<P = Phase> {
    pub id: PublicId,
    pub phase: P,
    pub body: Text,
    pub author: Author,
    /// The time it stands for; a person may date it back.
    pub shown_at: Timestamp,
    /// When it was posted.
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    /// What stood there before, the oldest first.
    pub earlier: Vec<Text>,
    /// Ids of the evidence that its sentences rest on.
    pub evidence: Vec<String>,
    pub changes: Vec<Change>,
}

/// A component's change of state that came with an update.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub component: PublicId,
    pub name: String,
    pub from: State,
    pub to: State,
}

/// One card: what was seen, by whom, when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub id: String,
    pub at: Timestamp,
    pub title: Text,
    /// Name and value.
    pub facts: Vec<(Text, String)>,
    /// What a host answered, word for word; addresses of people are masked when it is shown.
    pub reply: Option<String>,
}

/// Planned work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Maintenance {
    pub id: PublicId,
    pub title: Text,
    pub phase: MaintenancePhase,
    pub begins: Timestamp,
    pub ends: Timestamp,
    pub affected: Vec<Affected>,
    /// The newest first.
    pub updates: Vec<Update<MaintenancePhase>>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// How deliveries go: each source towards each provider.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Weather {
    /// The columns.
    pub providers: Vec<String>,
    pub rows: Vec<WeatherRow>,
    /// How far back the figures reach.
    pub over: Duration,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeatherRow {
    pub region: String,
    pub source: String,
    /// Left out where the operator wants it so.
    pub address: Option<String>,
    /// One for each provider.
    pub cells: Vec<Path>,
}

/// How a source fares with a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sky {
    /// Mail is taken.
    Clear,
    /// Mail is put off more than usual.
    Slow,
    /// Mail was refused for the source's address; it is not used here.
    Shut,
    /// It comes back with a trickle of mail.
    Probing,
    /// No mail lately, nothing to say.
    Quiet,
    Unknown,
}

impl Sky {
    /// The word that a class of the page and our own JSON carry.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Slow => "slow",
            Self::Shut => "shut",
            Self::Probing => "probing",
            Self::Quiet => "quiet",
            Self::Unknown => "unknown",
        }
    }
}

/// One cell of the weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    pub sky: Sky,
    /// Recipients within the time of the figures.
    pub accepted: u64,
    pub deferred: u64,
    pub refused: u64,
    /// From our acceptance to theirs.
    pub median: Option<Duration>,
    pub measured_at: Option<Timestamp>,
}

/// A series that may be drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub id: PublicId,
    pub name: Text,
    /// `s`, `%`.
    pub unit: String,
    /// The oldest first.
    pub points: Vec<(Timestamp, f64)>,
}

impl PublicId {
    /// The id that the same `seed` always has.
    #[must_use]
    pub fn of(seed: &str) -> Self {
        const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, seed.as_bytes());
        let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
        Self(digest.as_ref().iter().take(12).map(letter).collect())
    }

    /// An id that somebody else made and keeps.
    #[must_use]
    pub fn known(id: &str) -> Self {
        Self(id.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Clocks {
    /// How long mail suffered, as far as the evidence reaches; none while it goes on.
    #[must_use]
    pub fn harm_lasted(&self) -> Option<Duration> {
        self.harm_began.zip(self.harm_ended).map(|(began, ended)| ended.since(began))
    }

    /// From the first public word to the last, as other pages count.
    #[must_use]
    pub fn posted_lasted(&self) -> Option<Duration> {
        self.resolved_at.map(|resolved| resolved.since(self.posted_at))
    }
}

/// The share of the measured time in which a component worked, in percent: a major outage counts whole, a partial one with 30 %, slowness not at all.
/// Nothing if nothing was measured.
pub(crate) fn uptime(days: &[Day]) -> Option<f64> {
    let mut all = Spent::default();
    for day in days.iter().map(|day| &day.seconds) {
        all.operational += day.operational;
        all.degraded_performance += day.degraded_performance;
        all.partial_outage += day.partial_outage;
        all.major_outage += day.major_outage;
        all.under_maintenance += day.under_maintenance;
    }
    all.available_ppm().map(|ppm| ppm as f64 / 10_000.0)
}

impl View {
    /// The view as it has to be read at `now`: what was measured longer than `fresh_for` ago is unknown, and what it was then is kept beside it.
    ///
    /// Planned work is a statement of people, not a measurement: it stays.
    #[must_use]
    pub fn aged(&self, now: Timestamp, fresh_for: Duration) -> Self {
        let is_old = |at: Option<Timestamp>| at.is_none_or(|at| now.since(at) > fresh_for);
        let mut view = self.clone();
        let measured =
            |component: &&mut Component| !matches!(component.state, State::Unknown | State::UnderMaintenance);
        for component in view.components.iter_mut().filter(measured) {
            if is_old(component.measured_at) {
                component.last_known = Some(component.state);
                component.state = State::Unknown;
                component.since = component.measured_at.map_or(component.since, |at| at + fresh_for);
            }
        }
        for path in view.weather.rows.iter_mut().flat_map(|row| &mut row.cells) {
            if is_old(path.measured_at) {
                path.sky = Sky::Unknown;
            }
        }
        view
    }
}

#[cfg(test)]
mod tests;
