//! From measurements to what components show: which fact measures which component, sources that are all out, maintenance, and what a person declared.

use super::Board;
use crate::cause::CauseKind;
use crate::change::Changed;
use crate::component::{ComponentId, Part, State};
use crate::fact::{CanaryPath, Reach, SourceState, Watched, What};
use crate::incident::Effect;
use crate::measure::{Measured, is_slow};
use crate::settings::Settings;
use crate::works::{Works, works};
use crate::{EvidenceId, Fact, IncidentId, Refs};
use model::{RegionName, SourceName};
use std::collections::{BTreeMap, BTreeSet};

/// Failures of one component that are kept for an incident which statistics may open.
const FAILURES_MAX: usize = 64;
/// Sources that are remembered over all regions.
const SOURCES_MAX: usize = 4096;

/// What is known of sources, from facts only.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<(RegionName, SourceName), Standing>);

#[derive(Debug, Default)]
struct Standing {
    everywhere: Option<EvidenceId>,
    at: BTreeMap<String, EvidenceId>,
}

impl Sources {
    fn take(&mut self, fact: &Fact) {
        if let What::Unwatched { what: Watched::Source { source, scope } } = &fact.what {
            self.forget(&(fact.region.clone(), source.clone()), scope);
            return;
        }
        let (source, change) = match &fact.what {
            What::SourceChanged { source, to, reach, .. } => (source, Some((to, reach))),
            What::Delivered { source, .. } | What::Refused { source, .. } => (source, None),
            What::ListingOpened { .. }
            | What::ListingClosed { .. }
            | What::DomainListed { .. }
            | What::DomainCleared { .. }
            | What::Unwatched { .. }
            | What::Canary { .. }
            | What::Waiting { .. }
            | What::Reported { .. }
            | What::Balanced { .. }
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
            | What::Acted { .. } => return,
        };
        let key = (fact.region.clone(), source.clone());
        if matches!(change, Some((SourceState::Retired, Reach::Everywhere))) {
            self.0.remove(&key);
            return;
        }
        if self.0.len() >= SOURCES_MAX && !self.0.contains_key(&key) {
            return;
        }
        let standing = self.0.entry(key).or_default();
        let Some((to, reach)) = change else { return };
        let out = matches!(to, SourceState::Quarantined | SourceState::Retired).then(|| fact.id.clone());
        match (reach, out) {
            (Reach::Everywhere, out) => standing.everywhere = out,
            (Reach::Provider(name), Some(id)) => drop(standing.at.insert(name.clone(), id)),
            (Reach::Provider(name), None) => drop(standing.at.remove(name)),
            (Reach::Site(_), _) => {}
        }
    }

    /// Nobody keeps the source out there any more.
    fn forget(&mut self, key: &(RegionName, SourceName), scope: &str) {
        let Some(standing) = self.0.get_mut(key) else { return };
        if scope == Reach::Everywhere.scope() {
            standing.everywhere = None;
        } else {
            standing.at.remove(scope);
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &SourceName> {
        self.0.keys().map(|(_, name)| name)
    }

    /// Why no source is left for this part, if none is.
    fn all_out(&self, component: &ComponentId) -> Option<EvidenceId> {
        let of_region = self.0.iter().filter(|((region, _), _)| *region == component.region);
        let out = of_region.map(|(_, standing)| match &component.part {
            Part::Return(provider) => standing.everywhere.as_ref().or_else(|| standing.at.get(provider)),
            Part::Delivery | Part::Intake | Part::Signatures | Part::Directory | Part::Console => {
                standing.everywhere.as_ref()
            }
        });
        out.reduce(|one, other| one.and(other)).flatten().cloned()
    }
}

/// The component that a fact is about, if it is about one.
pub(super) fn component_of(fact: &Fact, settings: &Settings) -> Option<ComponentId> {
    let part = match &fact.what {
        What::Refused { provider, .. }
        | What::Delivered { provider, .. }
        | What::Canary { path: CanaryPath::Provider(provider), .. }
        | What::Reported { provider: Some(provider), .. }
        | What::Waiting { provider: Some(provider), .. } => {
            return settings.outbound(&fact.region, provider).cloned();
        }
        What::Canary { path: CanaryPath::Intake, .. }
        | What::ListenerLooked { .. }
        | What::Accepted { .. }
        | What::CertificateLooked { .. } => Part::Intake,
        What::Stamped { .. } => Part::Signatures,
        What::DirectoryLooked { .. } => Part::Directory,
        What::ConsoleLooked { .. } => Part::Console,
        What::Reported { provider: None, .. }
        | What::Waiting { provider: None, .. }
        | What::Balanced { .. }
        | What::SourceChanged { .. }
        | What::ListingOpened { .. }
        | What::ListingClosed { .. }
        | What::DomainListed { .. }
        | What::DomainCleared { .. }
        | What::Unwatched { .. }
        | What::ConnectorHeld { .. }
        | What::ConnectorReleased { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. }
        | What::Acted { .. } => return None,
    };
    let id = ComponentId { region: fact.region.clone(), part };
    settings.components.iter().any(|one| one.id == id).then_some(id)
}

impl Board {
    pub(super) fn measure(&mut self, fact: &Fact) {
        self.sources.take(fact);
        let bounds = &self.settings.bounds;
        let component = component_of(fact, &self.settings);
        if let Some(gauge) = component.as_ref().and_then(|id| self.gauges.get_mut(id)) {
            gauge.measures.take(fact, bounds);
            if works(&fact.what, bounds) == Works::No || is_slow(&fact.what, bounds) {
                if gauge.failures.len() == FAILURES_MAX {
                    gauge.failures.pop_front();
                }
                gauge.failures.push_back(fact.clone());
            }
        }
        match &fact.what {
            What::Waiting { oldest_seconds, .. } => {
                let state =
                    (*oldest_seconds > bounds.oldest_max_seconds).then_some(State::DegradedPerformance);
                let is_meant = |id: &ComponentId| component.as_ref().is_none_or(|component| component == id);
                self.complain("queue", state, fact, is_meant);
            }
            What::CertificateLooked { name, expires } => {
                let state = (*expires <= fact.at).then_some(State::PartialOutage);
                let key = format!("certificate/{name}");
                if let Some(gauge) = component.and_then(|id| self.gauges.get_mut(&id)) {
                    gauge.measures.complain(&key, state, fact);
                }
            }
            What::Refused { .. }
            | What::Delivered { .. }
            | What::Canary { .. }
            | What::Reported { .. }
            | What::Balanced { .. }
            | What::ListenerLooked { .. }
            | What::Accepted { .. }
            | What::Stamped { .. }
            | What::DirectoryLooked { .. }
            | What::ConsoleLooked { .. }
            | What::SourceChanged { .. }
            | What::ListingOpened { .. }
            | What::ListingClosed { .. }
            | What::DomainListed { .. }
            | What::DomainCleared { .. }
            | What::Unwatched { .. }
            | What::ConnectorHeld { .. }
            | What::ConnectorReleased { .. }
            | What::NodeStarted { .. }
            | What::NodeStopped
            | What::VendorPosted { .. }
            | What::Acted { .. } => {}
        }
        self.look_at_sources(fact);
    }

    /// A bad look at every outbound component of the region that is meant, or its end.
    fn complain(
        &mut self,
        key: &str,
        state: Option<State>,
        fact: &Fact,
        is_meant: impl Fn(&ComponentId) -> bool,
    ) {
        for (id, gauge) in &mut self.gauges {
            if id.region == fact.region && id.part.is_outbound() && is_meant(id) {
                gauge.measures.complain(key, state, fact);
            }
        }
    }

    /// Where no source is left nothing is refused any more, and it is an outage none the less. It is believed as long as the region speaks.
    fn look_at_sources(&mut self, fact: &Fact) {
        for (id, gauge) in &mut self.gauges {
            if id.region != fact.region || !id.part.is_outbound() {
                continue;
            }
            match self.sources.all_out(id) {
                Some(evidence) => {
                    let said = Fact { id: evidence, ..fact.clone() };
                    gauge.measures.complain("sources", Some(State::MajorOutage), &said);
                }
                None => gauge.measures.complain("sources", None, fact),
            }
        }
    }

    pub(super) fn show_components(&mut self) {
        for place in 0..self.components.len() {
            let id = self.components[place].id.clone();
            let declared = self.declared(&id);
            let is_maintained = self.is_maintained(&id);
            let Some(gauge) = self.gauges.get_mut(&id) else { continue };
            gauge.measures.forget(self.now, &self.settings.bounds);
            let measured = gauge.measures.measured(&self.settings.bounds);
            gauge.measured = Some(measured.clone());
            let shown = self.components[place].state;
            let (next, evidence) = match declared {
                _ if is_maintained.is_some() => (State::UnderMaintenance, is_maintained),
                Some((state, refs)) if state.severity() > measured.state.severity() => {
                    gauge.is_declared = true;
                    (state, Some(refs))
                }
                // A declaration that ended needs no calm: it was never measured.
                Some(_) | None if core::mem::take(&mut gauge.is_declared) => {
                    (measured.state, measured.evidence.clone())
                }
                Some(_) | None => {
                    let next = gauge.dwell.show(shown, measured.state, self.now, &self.settings.bounds);
                    (next, (next == measured.state).then(|| measured.evidence.clone()).flatten())
                }
            };
            self.components[place].measured = measured.at.or(self.components[place].measured);
            if next != shown {
                self.emit(Changed::ComponentChanged { component: id, from: shown, to: next, evidence });
            } else if evidence.is_some() {
                self.components[place].evidence = evidence;
            }
        }
        self.note_effects();
    }

    /// What open incidents that a person opened say of it.
    fn declared(&self, id: &ComponentId) -> Option<(State, Refs)> {
        let open = self.incidents.values().filter(|incident| incident.is_open());
        let by_persons = open.filter(|incident| matches!(incident.cause.kind, CauseKind::Other { .. }));
        let effects = by_persons.filter_map(|incident| incident.effects.get(id));
        let worst = effects.max_by_key(|effect| effect.state.severity())?;
        Some((worst.state, worst.evidence.clone()))
    }

    /// What was measured last, whatever is shown.
    pub(super) fn measured(&self, id: &ComponentId) -> Option<&Measured> {
        self.gauges.get(id).and_then(|gauge| gauge.measured.as_ref())
    }

    /// Open incidents remember what their components show; a red component that none explains gets one.
    fn note_effects(&mut self) {
        let mut noted: Vec<(IncidentId, ComponentId, Effect)> = Vec::new();
        let mut orphans: BTreeSet<ComponentId> = BTreeSet::new();
        for component in &self.components {
            let is_red = component.state.is_red();
            let mut is_explained = false;
            for incident in self.incidents.values().filter(|incident| incident.is_open()) {
                let known = incident.effects.get(&component.id);
                let touches = self.touches(incident, &component.id);
                is_explained |= touches || known.is_some();
                let is_declared = matches!(incident.cause.kind, CauseKind::Other { .. });
                let is_new = known.is_none() && is_red && touches && incident.is_confirmed();
                let is_changed = known.is_some_and(|effect| effect.state != component.state) && !is_declared;
                if is_new || is_changed {
                    let effect = effect(known, component);
                    noted.extend(effect.map(|effect| (incident.id.clone(), component.id.clone(), effect)));
                }
            }
            if is_red && !is_explained {
                orphans.insert(component.id.clone());
            }
        }
        for (incident, component, effect) in noted {
            self.emit(Changed::Affected { incident: incident.clone(), component: component.clone(), effect });
            self.prove(&incident, &component);
        }
        for component in orphans {
            self.open_for_red(&component);
        }
    }

    /// Whether an incident has to do with what a component shows: by its cause, and where one cause reaches several, by what failed.
    pub(super) fn touches(&self, incident: &crate::Incident, component: &ComponentId) -> bool {
        if !incident.cause.explains(component) {
            return false;
        }
        let harm = &incident.harm;
        match incident.cause.kind {
            CauseKind::Address | CauseKind::Domain | CauseKind::Setup => {
                let failed = harm.providers.iter().filter(|(_, at)| at.failed_at.is_some() || at.parked > 0);
                let mut failed = failed.map(|(provider, _)| provider);
                harm.parked_now > 0
                    || incident.signs.keys().any(|sign| sign.starts_with("source/"))
                    || failed.any(|provider| {
                        self.settings.outbound(&component.region, provider) == Some(component)
                    })
            }
            CauseKind::Provider { .. }
            | CauseKind::Intake
            | CauseKind::Signatures
            | CauseKind::Directory
            | CauseKind::Console
            | CauseKind::Certificate { .. }
            | CauseKind::Unexplained { .. }
            | CauseKind::Connector { .. }
            | CauseKind::Other { .. } => true,
        }
    }

    /// The failures by which a component is red become evidence of the incident that it shows, unless they are another's.
    fn prove(&mut self, incident: &IncidentId, component: &ComponentId) {
        let Some(effect) = self.incidents.get(incident).and_then(|one| one.effects.get(component)) else {
            return;
        };
        let Some(gauge) = self.gauges.get(component) else { return };
        let is_cited = |fact: &&Fact| effect.evidence.ids().contains(&fact.id);
        let is_free = |fact: &&Fact| !self.incidents.values().any(|one| one.fact(&fact.id).is_some());
        let facts: Vec<Fact> = gauge.failures.iter().filter(is_cited).filter(is_free).cloned().collect();
        for fact in facts {
            self.add(incident, &fact);
        }
    }
}

/// What a component's state is to an incident. A state without evidence is unknown, and keeps what was known before as its reason.
fn effect(known: Option<&Effect>, component: &crate::Component) -> Option<Effect> {
    let evidence = component.evidence.clone().or_else(|| known.map(|effect| effect.evidence.clone()))?;
    let worst = match known {
        Some(effect) if effect.worst.severity() >= component.state.severity() => effect.worst,
        Some(_) | None => component.state,
    };
    let since = known.map_or(component.since, |effect| effect.since);
    Some(Effect { state: component.state, worst, since, evidence })
}
