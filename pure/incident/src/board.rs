//! The board: every component, incident and maintenance of the regions that it was told of, and the rules by which they change.
//!
//! It is driven by [`Board::take`] for a fact, [`Board::tick`] for time (once a second, and after silence) and [`Board::act`] for a person. Each gives
//! back what changed, to be journalled before anybody is told. It never sends, saves or measures by itself. Its memory is bounded: measurements
//! by their freshness, incidents by [`INCIDENTS_MAX`], the oldest that are over being forgotten first.

mod act;
mod attach;
mod lifecycle;
mod maintain;
mod speak;
mod states;

use crate::change::{Change, Changed};
use crate::component::history::{DAYS, Span};
use crate::component::{Component, ComponentId, State};
use crate::measure::{Measured, Measures};
use crate::postmortem::Draft;
use crate::settings::{ComponentSetting, Settings};
use crate::shown::Dwell;
use crate::{EvidenceId, Fact, Incident, IncidentId, Maintenance, MaintenanceId};
use model::{Duration, TenantName, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use act::ActError;

/// Incidents and suspicions that are remembered.
pub const INCIDENTS_MAX: usize = 2000;
/// Ids of facts that are remembered, so that one that comes twice counts once.
const SEEN_MAX: usize = 8192;
/// Spans of a component's history that are kept.
const SPANS_MAX: usize = 4096;

/// The whole state of the status side.
#[derive(Debug)]
pub struct Board {
    settings: Settings,
    now: Timestamp,
    /// How far the time of the board is before the clock: that was set back while the node was down.
    ahead: Duration,
    number: u64,
    components: Vec<Component>,
    gauges: BTreeMap<ComponentId, Gauge>,
    sources: states::Sources,
    incidents: BTreeMap<IncidentId, Incident>,
    maintenances: BTreeMap<MaintenanceId, Maintenance>,
    /// The last word after which a due one was reminded of.
    reminded: BTreeMap<IncidentId, Timestamp>,
    seen: Seen,
    /// Names that no public text may have, besides those that facts bring.
    private: BTreeSet<String>,
    out: Vec<Change>,
}

/// What is measured of one component and not yet shown.
#[derive(Debug, Default)]
struct Gauge {
    measures: Measures,
    dwell: Dwell,
    measured: Option<Measured>,
    /// What is shown is what a person declared.
    is_declared: bool,
    /// The newest failures, so that an incident opened by statistics has facts to show.
    failures: VecDeque<Fact>,
}

/// Ids of facts that were taken.
#[derive(Debug, Default)]
struct Seen {
    ids: BTreeSet<EvidenceId>,
    order: VecDeque<EvidenceId>,
}

impl Seen {
    /// Whether it is new.
    fn insert(&mut self, id: &EvidenceId) -> bool {
        if !self.ids.insert(id.clone()) {
            return false;
        }
        self.order.push_back(id.clone());
        if self.order.len() > SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

impl Board {
    /// A board on which everything is unknown, from `now` on.
    #[must_use]
    pub fn new(settings: Settings, now: Timestamp) -> Self {
        Self {
            components: settings.components.iter().map(|setting| unmeasured(setting, now)).collect(),
            gauges: settings.components.iter().map(|one| (one.id.clone(), Gauge::default())).collect(),
            settings,
            now,
            ahead: Duration::ZERO,
            number: 0,
            sources: states::Sources::default(),
            incidents: BTreeMap::new(),
            maintenances: BTreeMap::new(),
            reminded: BTreeMap::new(),
            seen: Seen::default(),
            private: BTreeSet::new(),
            out: Vec::new(),
        }
    }

    /// The board that a journal describes. The process was alive until `alive_until` at the latest known; from then on components are
    /// unknown until they are measured again.
    #[must_use]
    pub fn restore(
        settings: Settings,
        journal: impl IntoIterator<Item = Change>,
        alive_until: Timestamp,
        now: Timestamp,
    ) -> Self {
        let mut board = Self::new(settings, Timestamp::from_micros(i64::MIN));
        for change in journal {
            // A write that failed half way was written again whole: what stands there twice came to pass once.
            if change.number <= board.number {
                continue;
            }
            board.now = board.now.max(change.at);
            board.number = change.number;
            board.apply(&change.what, change.at);
        }
        let alive_until = alive_until.max(board.now);
        for component in &mut board.components {
            let is_known = component.state != State::Unknown;
            if is_known {
                turn(component, State::Unknown, alive_until);
            } else if component.since.as_micros() == i64::MIN {
                component.since = now;
            }
            component.evidence = None;
        }
        // Time goes on from where it was: a board that waited for the clock to come by would show for so long what was measured last.
        board.ahead = board.now.since(now);
        board.now = board.now.max(now);
        board
    }

    /// These components are needed from now on, in this order where they are new; gives those that are. What is known of the others stays.
    pub fn need(&mut self, needed: &[ComponentSetting]) -> Vec<ComponentId> {
        let mut new = Vec::new();
        for (place, setting) in needed.iter().enumerate() {
            if let Some(known) = self.settings.components.iter_mut().find(|known| known.id == setting.id) {
                known.is_spare = setting.is_spare;
                continue;
            }
            let place = place.min(self.components.len());
            self.settings.components.insert(place, setting.clone());
            self.components.insert(place, unmeasured(setting, self.now));
            self.gauges.insert(setting.id.clone(), Gauge::default());
            new.push(setting.id.clone());
        }
        new
    }

    /// The components that people are shown: a spare one only while something is known of it, or an open incident touches it.
    pub fn shown_components(&self) -> impl Iterator<Item = &Component> {
        let is_spare = |id: &ComponentId| {
            self.settings.components.iter().any(|setting| setting.id == *id && setting.is_spare)
        };
        let is_hit = |id: &ComponentId| {
            self.incidents.values().any(|incident| incident.is_open() && incident.effects.contains_key(id))
        };
        self.components.iter().filter(move |component| {
            component.state != State::Unknown || !is_spare(&component.id) || is_hit(&component.id)
        })
    }

    /// Names that no text of a person may have from now on: tenants, their domains, nodes, hosts. Those that facts name need not be told.
    pub fn keep_private(&mut self, names: impl IntoIterator<Item = String>) {
        self.private = names.into_iter().collect();
    }

    /// Takes one fact. One that was taken before, by its id, does nothing; one from the future is taken as of now.
    #[must_use = "changes are journalled"]
    pub fn take(&mut self, fact: Fact, now: Timestamp) -> Vec<Change> {
        self.advance(now);
        if self.seen.insert(&fact.id) {
            let fact = Fact { at: (fact.at + self.ahead).min(self.now), ..fact };
            self.measure(&fact);
            self.attach(&fact);
        }
        self.step();
        core::mem::take(&mut self.out)
    }

    /// Lets time pass.
    #[must_use = "changes are journalled"]
    pub fn tick(&mut self, now: Timestamp) -> Vec<Change> {
        self.advance(now);
        self.step();
        core::mem::take(&mut self.out)
    }

    /// In the order of the settings.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    #[must_use]
    pub fn component(&self, id: &ComponentId) -> Option<&Component> {
        self.components.iter().find(|component| component.id == *id)
    }

    /// Every incident and suspicion, newest first.
    #[must_use]
    pub fn incidents(&self) -> Vec<&Incident> {
        let mut incidents: Vec<&Incident> = self.incidents.values().collect();
        incidents.sort_by(|one, other| (other.opened_at, &other.id).cmp(&(one.opened_at, &one.id)));
        incidents
    }

    #[must_use]
    pub fn incident(&self, id: &IncidentId) -> Option<&Incident> {
        self.incidents.get(id)
    }

    /// Tenants of whose connector an open incident believes that it does not take our mail: they have to hear when it does.
    #[must_use]
    pub fn held_connectors(&self) -> BTreeSet<TenantName> {
        let open = self.incidents.values().filter(|incident| incident.is_open());
        open.flat_map(Incident::held_connectors).collect()
    }

    /// The postmortem of this incident as the evidence has it now.
    #[must_use]
    pub fn draft(&self, id: &IncidentId) -> Option<Draft> {
        self.incidents.get(id).map(|incident| Draft::of(incident, &self.components, self.now))
    }

    /// By their beginning, soonest first.
    #[must_use]
    pub fn maintenances(&self) -> Vec<&Maintenance> {
        let mut maintenances: Vec<&Maintenance> = self.maintenances.values().collect();
        maintenances.sort_by_key(|maintenance| maintenance.scheduled_for);
        maintenances
    }

    /// The time of the last change, fact or tick.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now + self.ahead);
    }

    fn step(&mut self) {
        self.run_maintenances();
        self.show_components();
        self.watch_burn();
        self.live();
    }

    fn emit(&mut self, what: Changed) {
        self.number += 1;
        self.apply(&what, self.now);
        self.out.push(Change { number: self.number, at: self.now, what });
    }

    fn apply(&mut self, what: &Changed, at: Timestamp) {
        match what {
            Changed::Opened { incident } => self.remember(incident.as_ref().clone()),
            Changed::ComponentChanged { component, to, evidence, .. } => {
                if let Some(component) = self.components.iter_mut().find(|one| one.id == *component) {
                    turn(component, *to, at);
                    component.evidence.clone_from(evidence);
                }
            }
            Changed::Scheduled { maintenance } => {
                self.maintenances.insert(maintenance.id.clone(), maintenance.as_ref().clone());
            }
            Changed::Moved { maintenance, scheduled_for, scheduled_until, note } => {
                if let Some(one) = self.maintenances.get_mut(maintenance) {
                    one.reschedule(*scheduled_for, *scheduled_until, note, at);
                }
            }
            Changed::MaintenancePhased { maintenance, phase, note } => {
                if let Some(one) = self.maintenances.get_mut(maintenance) {
                    one.enter(*phase, note, at);
                }
            }
            Changed::Merged { incident, into, .. } => {
                self.merge(incident, into);
                self.apply_to(incident, what, at);
            }
            Changed::UpdateDue { incident, since } => {
                self.reminded.insert(incident.clone(), *since);
            }
            Changed::Evidence { incident, fact } => {
                self.seen.insert(&fact.id);
                self.apply_to(incident, what, at);
            }
            Changed::Confirmed { incident, .. }
            | Changed::Caused { incident, .. }
            | Changed::Clocked { incident, .. }
            | Changed::Phased { incident, .. }
            | Changed::Affected { incident, .. }
            | Changed::ImpactSet { incident, .. }
            | Changed::Retitled { incident, .. }
            | Changed::Updated { incident, .. }
            | Changed::Published { incident, .. }
            | Changed::Edited { incident, .. }
            | Changed::Upstream { incident, .. }
            | Changed::Reopened { incident, .. }
            | Changed::Dismissed { incident, .. }
            | Changed::Absorbed { incident }
            | Changed::PostmortemWritten { incident, .. }
            | Changed::PostmortemPublished { incident, .. } => self.apply_to(incident, what, at),
        }
    }

    fn apply_to(&mut self, id: &IncidentId, what: &Changed, at: Timestamp) {
        if let Some(incident) = self.incidents.get_mut(id) {
            incident.apply(what, at, &self.settings.bounds);
        }
    }

    /// Facts of the one become facts of the other; both keep them.
    fn merge(&mut self, from: &IncidentId, into: &IncidentId) {
        let Some(part) = self.incidents.get(from).cloned() else { return };
        if let Some(target) = self.incidents.get_mut(into) {
            target.take_over(&part, &self.settings.bounds);
        }
    }

    fn remember(&mut self, incident: Incident) {
        if self.incidents.len() >= INCIDENTS_MAX {
            let over = self.incidents.values().filter(|incident| !incident.is_open());
            let oldest = over.min_by_key(|incident| incident.changed_at).map(|incident| incident.id.clone());
            if let Some(oldest) = oldest {
                self.incidents.remove(&oldest);
                self.reminded.remove(&oldest);
            }
        }
        self.incidents.insert(incident.id.clone(), incident);
    }

    /// The region as customers know it, by the components that are shown.
    fn group(&self, region: &model::RegionName) -> String {
        let component = self.components.iter().find(|component| component.id.region == *region);
        component.map_or_else(|| region.to_string(), |component| component.group.clone())
    }
}

/// A component of which nothing is known yet.
fn unmeasured(setting: &ComponentSetting, now: Timestamp) -> Component {
    Component {
        id: setting.id.clone(),
        name: setting.name.clone(),
        group: setting.group.clone(),
        state: State::Unknown,
        since: now,
        evidence: None,
        measured: None,
        history: Vec::new(),
    }
}

/// Ends a component's state and begins another.
fn turn(component: &mut Component, to: State, at: Timestamp) {
    let from = core::mem::replace(&mut component.since, at);
    // What was never measured before the journal's first change has no beginning.
    if from.as_micros() != i64::MIN {
        component.history.push(Span { from, until: at, state: component.state });
    }
    component.state = to;
    let oldest = at - Duration::from_secs(u64::from(DAYS + 1) * 86_400);
    component.history.retain(|span| span.until > oldest);
    if component.history.len() > SPANS_MAX {
        component.history.remove(0);
    }
}

#[cfg(test)]
mod tests;
