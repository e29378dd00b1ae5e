//! Where a fact belongs: to the incident of its cause, to one that it may explain, to one that was just over, or to a new one.
//!
//! This is where one cause stays one incident. Strong evidence of a known cause takes over an unexplained incident of the same components, with its
//! id and its public history; weak evidence only joins it.

use super::Board;
use super::lifecycle::COMPONENT_RED;
use super::states::component_of;
use crate::cause::CauseKind;
use crate::change::Changed;
use crate::clocks::{Clock, Reading};
use crate::component::{ComponentId, State};
use crate::fact::{Strength, What};
use crate::incident::{Phase, Standing, Upstream};
use crate::signs::{Sign, are_witnesses, sign};
use crate::words::Occasion;
use crate::works::is_ours;
use crate::{Author, Cause, Clocks, Fact, Harm, Incident, IncidentId, Refs, id, words};
use model::Timestamp;
use std::collections::BTreeMap;

impl Board {
    pub(super) fn attach(&mut self, fact: &Fact) {
        let sign = sign(fact, &self.settings).filter(|sign| !self.is_planned(&sign.cause));
        let seen = sign.and_then(|sign| self.see(fact, &sign));
        let others: Vec<IncidentId> = self
            .incidents
            .values()
            .filter(|incident| Some(&incident.id) != seen.as_ref())
            .filter(|incident| match incident.is_open() {
                true => self.bears_on(incident, fact),
                false => self.ends_a_sign(incident, fact),
            })
            .map(|incident| incident.id.clone())
            .collect();
        for incident in others {
            self.add(&incident, fact);
        }
    }

    /// Whether an incident that was called over, by a person or for want of harm, hears that what held then holds no more: if it is opened again it
    /// would wait for that for ever.
    fn ends_a_sign(&self, incident: &Incident, fact: &Fact) -> bool {
        let is_over = incident.standing != Standing::Merged && incident.cause.region == fact.region;
        is_over && incident.is_end_of_sign(fact, &self.settings.bounds)
    }

    /// Whether a fact that is no sign of its cause says something about an open incident.
    fn bears_on(&self, incident: &Incident, fact: &Fact) -> bool {
        let cause = &incident.cause;
        if cause.region != fact.region || incident.harm.is_stale(fact) {
            return false;
        }
        match (&cause.kind, &fact.what) {
            (
                CauseKind::Connector { tenant },
                What::ConnectorReleased { tenant: other } | What::ConnectorHeld { tenant: other, .. },
            ) => return tenant == other,
            (CauseKind::Connector { .. }, _) => return false,
            (_, What::Unwatched { what }) => return incident.signs.contains_key(&what.sign()),
            (CauseKind::Certificate { name }, What::CertificateLooked { name: other, .. }) => {
                return name == other;
            }
            (_, What::CertificateLooked { .. }) => return false,
            (_, What::NodeStarted { .. } | What::NodeStopped) => return true,
            // That no sender was told of a failure is worth knowing.
            (_, What::Reported { messages: 0, owner, .. }) if is_ours(*owner) => {}
            (CauseKind::Provider { provider }, What::VendorPosted { vendor, .. }) => {
                return provider == vendor;
            }
            (_, What::Refused { owner, .. } | What::Reported { owner, .. }) => {
                // A refusal with another owner has another cause.
                let is_vague = matches!(cause.kind, CauseKind::Unexplained { .. } | CauseKind::Other { .. });
                let is_of_cause = is_vague && is_ours(*owner);
                if !is_of_cause {
                    return false;
                }
            }
            (_, _) => {}
        }
        match component_of(fact, &self.settings) {
            Some(component) => cause.explains(&component) || incident.effects.contains_key(&component),
            None => is_about_sending(fact) && self.sends(incident),
        }
    }

    /// Whether an incident is about mail that leaves.
    fn sends(&self, incident: &Incident) -> bool {
        let outbound = self.components.iter().filter(|component| component.id.part.is_outbound());
        let mut ids = outbound.map(|component| &component.id);
        ids.any(|id| incident.cause.explains(id) || incident.effects.contains_key(id))
    }

    /// Finds or opens the incident of a sign.
    fn see(&mut self, fact: &Fact, sign: &Sign) -> Option<IncidentId> {
        let own = self.open_of(&sign.cause);
        let over = own.is_none().then(|| self.just_over(&sign.cause, fact)).flatten();
        if let Some(over) = &over
            && (sign.strength == Strength::Strong || self.is_late_news(over, fact))
        {
            return self.reopen(over, fact);
        }
        let kin = own.is_none().then(|| self.kin(sign, fact)).flatten();
        let known = own.or_else(|| kin.clone());
        let earlier = known.as_ref().and_then(|id| self.incidents.get(id));
        let is_strong = sign.strength == Strength::Strong
            || earlier.is_some_and(|incident| are_witnesses(incident.evidence.iter(), fact, &self.settings));
        let id = match known {
            Some(id) => {
                if kin.is_some() && is_strong {
                    self.explain(&id, &sign.cause, fact);
                }
                self.add(&id, fact);
                id
            }
            None => self.open(&sign.cause, sign.rule, is_strong, core::slice::from_ref(fact))?,
        };
        if !is_strong {
            return Some(id);
        }
        let id = self.again(id, &sign.cause, fact);
        self.confirm(&id, sign.rule, &Refs::one(fact.id.clone()));
        self.gather(&id);
        Some(id)
    }

    /// A suspicion that proves to be what was just over becomes that incident again.
    fn again(&mut self, id: IncidentId, cause: &Cause, fact: &Fact) -> IncidentId {
        let is_suspected =
            self.incidents.get(&id).is_some_and(|incident| incident.standing == Standing::Suspected);
        let Some(over) = self.just_over(cause, fact).filter(|over| is_suspected && *over != id) else {
            return id;
        };
        self.open_again(&over, &Refs::one(fact.id.clone()));
        self.emit(Changed::Merged { incident: id, into: over.clone(), by: Author::Machine });
        self.read_harm(&over);
        self.say_again(&over);
        over
    }

    fn open_of(&self, cause: &Cause) -> Option<IncidentId> {
        let mut open = self.incidents.values().filter(|incident| incident.is_open());
        open.find(|incident| incident.cause == *cause).map(|incident| incident.id.clone())
    }

    /// The newest incident of this cause that is over, if this fact belongs to its time or came shortly after.
    pub(super) fn just_over(&self, cause: &Cause, fact: &Fact) -> Option<IncidentId> {
        let same = self.incidents.values().filter(|incident| incident.cause == *cause);
        let over = same.filter(|incident| {
            matches!(incident.standing, Standing::Confirmed | Standing::Absorbed)
                && incident.phase == Phase::Resolved
        });
        let newest = over.max_by_key(|incident| incident.changed_at)?;
        let resolved = newest.clocks.at(Clock::Resolved)?;
        let began = newest.clocks.at(Clock::HarmBegan).unwrap_or(newest.opened_at).min(newest.opened_at);
        let is_of_its_time = fact.at >= began && fact.at <= resolved + self.settings.bounds.reopen_within;
        is_of_its_time.then(|| newest.id.clone())
    }

    /// An open incident that this may be part of without being of the same cause.
    fn kin(&self, sign: &Sign, fact: &Fact) -> Option<IncidentId> {
        let component = component_of(fact, &self.settings);
        let open = self.incidents.values().filter(|incident| incident.is_open());
        let is_kin = |incident: &&Incident| match (&sign.cause.kind, &incident.cause.kind) {
            // A symptom joins what may explain it.
            (CauseKind::Unexplained { component }, _) => incident.cause.explains(component),
            (_, CauseKind::Unexplained { component: failing }) => {
                sign.cause.explains(failing)
                    && component.as_ref().is_none_or(|component| component == failing)
            }
            (_, _) => false,
        };
        let kin = open.filter(is_kin).min_by_key(|incident| (!incident.is_confirmed(), incident.opened_at));
        kin.map(|incident| incident.id.clone())
    }

    /// An unexplained incident gets its cause, and keeps everything else. A symptom explains nothing.
    fn explain(&mut self, id: &IncidentId, cause: &Cause, fact: &Fact) {
        if matches!(cause.kind, CauseKind::Unexplained { .. }) {
            return;
        }
        let title = words::title(&cause.kind, &self.group(&cause.region));
        let evidence = Refs::one(fact.id.clone());
        self.emit(Changed::Caused { incident: id.clone(), cause: cause.clone(), title, evidence });
        // A first word that waits says less than is known now.
        if self.incidents.get(id).is_some_and(|incident| !incident.is_posted()) {
            self.supersede(id);
        }
    }

    /// Every other unexplained incident that this one explains becomes part of it.
    fn gather(&mut self, id: &IncidentId) {
        let Some(cause) = self.incidents.get(id).map(|incident| incident.cause.clone()) else { return };
        let parts: Vec<IncidentId> = self
            .incidents
            .values()
            .filter(|incident| incident.is_open() && incident.id != *id)
            .filter(|incident| {
                matches!(&incident.cause.kind, CauseKind::Unexplained { component } if cause.explains(component))
            })
            .map(|incident| incident.id.clone())
            .collect();
        for part in parts {
            self.emit(Changed::Merged { incident: part, into: id.clone(), by: Author::Machine });
            self.read_harm(id);
        }
    }

    /// Opens a suspicion or an incident with its first facts, of which there is at least one.
    pub(super) fn open(
        &mut self,
        cause: &Cause,
        rule: &str,
        is_strong: bool,
        facts: &[Fact],
    ) -> Option<IncidentId> {
        let refs = Refs::of(facts.iter().map(|fact| fact.id.clone()))?;
        let title = words::title(&cause.kind, &self.group(&cause.region));
        let incident = self.blank(cause.clone(), title, rule, Author::Machine, refs.clone());
        let id = incident.id.clone();
        self.emit(Changed::Opened { incident: Box::new(incident) });
        for fact in facts {
            self.add(&id, fact);
        }
        if is_strong {
            self.confirm(&id, rule, &refs);
        }
        Some(id)
    }

    /// An id that no incident has: the same evidence may open a second one at the same moment, once the first was taken over.
    fn unused(&self, parts: &[&str]) -> IncidentId {
        let first = IncidentId(id::made_of(parts));
        let others =
            (1_u32..).map(|number| IncidentId(id::made_of(&[parts, &[&number.to_string()]].concat())));
        let mut ids = std::iter::once(first.clone()).chain(others);
        ids.find(|id| !self.incidents.contains_key(id)).unwrap_or(first)
    }

    /// An incident as it is opened now: suspected, detected, with nothing attached.
    pub(super) fn blank(
        &self,
        cause: Cause,
        title: crate::Text,
        rule: &str,
        by: Author,
        evidence: Refs,
    ) -> Incident {
        let now = self.now.to_string();
        let parts = ["incident", cause.region.as_str(), cause.word(), evidence.first().as_str(), &now];
        let incident = self.unused(&parts);
        let detected = Reading { at: self.now, by: by.clone(), evidence, back_dated: false };
        Incident {
            id: incident,
            cause,
            title,
            standing: Standing::Suspected,
            phase: Phase::Investigating,
            opened_by: by,
            opened_at: self.now,
            changed_at: self.now,
            rule: rule.to_owned(),
            clocks: Clocks { detected: Some(detected), ..Clocks::default() },
            effects: BTreeMap::new(),
            impact_override: None,
            impact_max: self.settings.policy.impact_by_itself_max,
            signs: BTreeMap::new(),
            harm: Harm::default(),
            updates: Vec::new(),
            upstream: Vec::new(),
            merged_into: None,
            reopened: 0,
            postmortem: None,
            evidence: Vec::new(),
            evidence_left_out: 0,
        }
    }

    /// Adds one fact, with what follows from it.
    pub(super) fn add(&mut self, id: &IncidentId, fact: &Fact) {
        if self.incidents.get(id).is_none_or(|incident| incident.fact(&fact.id).is_some()) {
            return;
        }
        self.emit(Changed::Evidence { incident: id.clone(), fact: Box::new(fact.clone()) });
        if let What::VendorPosted { vendor, incident, title, link, .. } = &fact.what {
            let upstream = Upstream {
                vendor: vendor.clone(),
                incident: incident.clone(),
                title: title.clone(),
                link: link.clone(),
                evidence: fact.id.clone(),
            };
            self.emit(Changed::Upstream { incident: id.clone(), upstream });
        }
        self.read_harm(id);
    }

    /// The clocks of harm follow the figures.
    pub(super) fn read_harm(&mut self, id: &IncidentId) {
        let Some(incident) = self.incidents.get(id) else { return };
        let reading = |at: Timestamp, evidence: &crate::EvidenceId| {
            Some(Reading {
                at,
                by: Author::Machine,
                evidence: Refs::one(evidence.clone()),
                back_dated: false,
            })
        };
        let is_over = incident.phase.is_over();
        let began = incident.clocks.at(Clock::HarmBegan);
        let mut readings = Vec::new();
        if let Some(first) =
            incident.harm.first.as_ref().filter(|first| began.is_none_or(|began| first.at < began))
        {
            readings.push((Clock::HarmBegan, reading(first.at, &first.evidence)));
        }
        let (ended, mitigated) = (incident.clocks.at(Clock::HarmEnded), incident.clocks.at(Clock::Mitigated));
        if let Some(last) =
            incident.harm.last.as_ref().filter(|last| ended.is_none_or(|ended| last.at > ended))
        {
            // A failure after it was turned away shows that it was not.
            if mitigated.is_some_and(|mitigated| last.at >= mitigated) {
                readings.push((Clock::Mitigated, None));
            }
            if is_over {
                readings.push((Clock::HarmEnded, reading(last.at, &last.evidence)));
            } else if ended.is_some() {
                readings.push((Clock::HarmEnded, None));
            }
        }
        for (clock, reading) in readings {
            self.emit(Changed::Clocked { incident: id.clone(), clock, reading });
        }
    }

    /// Strong evidence makes a suspicion an incident, once. Statistics do too, and name no cause.
    pub(super) fn confirm(&mut self, id: &IncidentId, rule: &str, evidence: &Refs) {
        let Some(incident) = self.incidents.get(id) else { return };
        let is_suspected = incident.standing == Standing::Suspected;
        let has_cause =
            !matches!(incident.cause.kind, CauseKind::Unexplained { .. } | CauseKind::Other { .. });
        let is_sign = rule != COMPONENT_RED && !rule.starts_with("burn-");
        let is_identified = has_cause && is_sign && incident.clocks.identified.is_none();
        let reading =
            Reading { at: self.now, by: Author::Machine, evidence: evidence.clone(), back_dated: false };
        if is_suspected {
            self.emit(Changed::Confirmed { incident: id.clone(), rule: rule.to_owned() });
        }
        for (clock, is_due) in [(Clock::Confirmed, is_suspected), (Clock::Identified, is_identified)] {
            if is_due {
                let reading = Some(reading.clone());
                self.emit(Changed::Clocked { incident: id.clone(), clock, reading });
            }
        }
    }

    /// Whether it happened before an incident was said to be over.
    fn is_late_news(&self, id: &IncidentId, fact: &Fact) -> bool {
        let resolved = self.incidents.get(id).and_then(|incident| incident.clocks.at(Clock::Resolved));
        resolved.is_some_and(|resolved| fact.at <= resolved)
    }

    /// A fact of an incident that is over: late news only completes it, new harm opens it again.
    fn reopen(&mut self, id: &IncidentId, fact: &Fact) -> Option<IncidentId> {
        let is_new = !self.is_late_news(id, fact);
        if is_new {
            self.open_again(id, &Refs::one(fact.id.clone()));
        }
        self.add(id, fact);
        if is_new {
            self.say_again(id);
        }
        Some(id.clone())
    }

    /// What was said to be over in public is taken back in public, at once.
    fn say_again(&mut self, id: &IncidentId) {
        if self.incidents.get(id).is_some_and(Incident::is_posted) {
            self.say(id, Occasion::Again, self.settings.policy.identified);
        }
    }

    pub(super) fn open_again(&mut self, id: &IncidentId, evidence: &Refs) {
        self.emit(Changed::Reopened { incident: id.clone(), evidence: evidence.clone() });
        for clock in [Clock::Resolved, Clock::HarmEnded, Clock::Mitigated] {
            self.emit(Changed::Clocked { incident: id.clone(), clock, reading: None });
        }
        self.emit(Changed::Phased { incident: id.clone(), phase: Phase::Investigating });
    }

    /// A component is red and nobody knows why.
    pub(super) fn open_for_red(&mut self, component: &ComponentId) {
        let state = self.component(component).map_or(State::Unknown, |component| component.state);
        let is_strong = state.severity() >= State::PartialOutage.severity();
        self.open_unexplained(component, COMPONENT_RED, is_strong);
    }

    /// Opens an incident that statistics saw, with the failures that made them; or the last one again.
    pub(super) fn open_unexplained(&mut self, component: &ComponentId, rule: &str, is_strong: bool) {
        let kind = CauseKind::Unexplained { component: component.clone() };
        let cause = Cause { region: component.region.clone(), kind };
        if self.is_planned(&cause) {
            return;
        }
        let failures = self.gauges.get(component).map(|gauge| gauge.failures.clone()).unwrap_or_default();
        let fresh = self.settings.bounds.state_window;
        let facts: Vec<Fact> = failures.into_iter().filter(|fact| self.now.since(fact.at) <= fresh).collect();
        let Some(newest) = facts.last() else { return };
        match self.just_over(&cause, newest) {
            Some(over) => {
                self.reopen(&over, &newest.clone());
            }
            None => {
                self.open(&cause, rule, is_strong, &facts);
            }
        }
    }
}

/// Whether a fact without a component is about mail that leaves the region.
fn is_about_sending(fact: &Fact) -> bool {
    matches!(
        fact.what,
        What::SourceChanged { .. }
            | What::ListingClosed { .. }
            | What::DomainCleared { .. }
            | What::Waiting { .. }
            | What::Balanced { .. }
            | What::Reported { .. }
            | What::VendorPosted { .. }
    )
}
