//! What becomes of open incidents as time passes: one step at a time, each decided from the incident as it is and then made.
//!
//! ```text
//! suspected --strong evidence--> investigating --cause known--> identified --no failure--> monitoring --calm--> resolved
//!     +--nothing came of it--> dismissed    ^-----------------------+-------new failure---------+    ^--policy or a person
//! ```
//! Steps that are said in public keep apart from each other, which bounds what a flapping cause can say.

use super::Board;
use super::speak::SUPERSEDED;
use crate::apply::{is_good_look, is_plain};
use crate::cause::CauseKind;
use crate::change::Changed;
use crate::clocks::{Clock, Reading};
use crate::component::State;
use crate::harm::Failure;
use crate::incident::{Phase, Standing};
use crate::settings::{Absorbed, Release};
use crate::words::Occasion;
use crate::{AtProvider, Author, ComponentId, Fact, Incident, IncidentId, Publication, Refs, UpdateId, What};
use model::{Duration, Timestamp};
use std::collections::BTreeMap;

/// The rule that a red component is an incident.
pub(super) const COMPONENT_RED: &str = "component-red";
/// Steps that one incident may take at once; more would be a circle.
const STEPS_MAX: usize = 16;

/// The next thing to do about one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A waiting update may go out now.
    GoOut(UpdateId),
    /// A red component makes a suspicion an incident.
    Confirm(Refs),
    Dismiss,
    FirstPost,
    Identify,
    /// The cause holds no more: mitigated, with the evidence, and harm over.
    Mitigate(Reading, Option<Reading>),
    Monitor,
    Back,
    Resolve,
    Remind(Timestamp),
}

impl Board {
    pub(super) fn live(&mut self) {
        let open: Vec<IncidentId> =
            self.incidents.values().filter(|incident| incident.is_open()).map(|one| one.id.clone()).collect();
        for id in open {
            for _ in 0..STEPS_MAX {
                let Some(step) = self.incidents.get(&id).and_then(|incident| self.next_step(incident)) else {
                    break;
                };
                self.make(&id, step);
            }
        }
    }

    fn next_step(&self, incident: &Incident) -> Option<Step> {
        let is_open = incident.is_open();
        let steps: [fn(&Self, &Incident) -> Option<Step>; 8] = [
            Self::goes_out,
            Self::suspicion,
            Self::first_post,
            Self::identify,
            Self::mitigate,
            Self::monitor,
            Self::resolves,
            Self::remind,
        ];
        steps.iter().find_map(|step| step(self, incident)).filter(|_| is_open)
    }

    fn goes_out(&self, incident: &Incident) -> Option<Step> {
        let is_due = |publication: &Publication| match publication {
            Publication::Waiting { goes_out: Some(at) } => *at <= self.now,
            Publication::Waiting { goes_out: None }
            | Publication::Posted { .. }
            | Publication::Withdrawn { .. } => false,
        };
        let due = incident.updates.iter().find(|update| is_due(&update.publication));
        due.map(|update| Step::GoOut(update.id.clone()))
    }

    fn suspicion(&self, incident: &Incident) -> Option<Step> {
        if incident.standing != Standing::Suspected {
            return None;
        }
        let mut touched = self.components.iter().filter(|component| self.touches(incident, &component.id));
        let is_red_there =
            touched.any(|component| component.state.severity() >= State::PartialOutage.severity());
        if let Some(last) = incident.harm.last.as_ref().filter(|_| is_red_there) {
            return Some(Step::Confirm(Refs::one(last.evidence.clone())));
        }
        let last =
            incident.harm.last.as_ref().map_or(incident.opened_at, |last| last.at.max(incident.opened_at));
        let is_quiet = incident.signs.is_empty() && !is_red(incident);
        (is_quiet && self.now.since(last) >= self.settings.bounds.suspect_for).then_some(Step::Dismiss)
    }

    fn first_post(&self, incident: &Incident) -> Option<Step> {
        let confirmed = incident.clocks.at(Clock::Confirmed)?;
        let is_due = self.now.since(confirmed) >= self.settings.policy.first_post_after;
        let is_wanted = self.is_noticed(incident) || self.settings.policy.absorbed == Absorbed::Post;
        // What a person withdrew is not said again by a machine.
        let is_unsaid = incident.updates.iter().all(|update| is_superseded(&update.publication));
        let is_next = incident.is_confirmed() && incident.cause.is_public() && is_unsaid;
        (is_next && is_due && is_wanted && !incident.phase.is_over()).then_some(Step::FirstPost)
    }

    /// Whether customers can have noticed: mail waited or failed, and not all of it was moved at once.
    fn is_noticed(&self, incident: &Incident) -> bool {
        let harm = &incident.harm;
        harm.is_noticed()
            || is_red(incident)
            || harm.refused.count > harm.moved.count
            || harm.looks_failed.count > 0
    }

    fn identify(&self, incident: &Incident) -> Option<Step> {
        let is_known = incident.clocks.identified.is_some() && incident.is_confirmed();
        let is_next = incident.phase == Phase::Investigating && is_known && self.may_speak(incident);
        is_next.then_some(Step::Identify)
    }

    /// Whether the first post is out or not coming yet, and the last word is long enough ago.
    fn may_speak(&self, incident: &Incident) -> bool {
        match incident.updates.last() {
            Some(update) => self.now.since(update.created_at) >= self.settings.policy.update_apart,
            None => incident
                .clocks
                .at(Clock::Confirmed)
                .is_some_and(|at| self.now.since(at) >= self.settings.policy.first_post_after),
        }
    }

    fn mitigate(&self, incident: &Incident) -> Option<Step> {
        if !incident.is_confirmed() || incident.clocks.mitigated.is_some() || !self.is_calm(incident) {
            return None;
        }
        let bounds = &self.settings.bounds;
        let read = |at, evidence| Reading { at, by: Author::Machine, evidence, back_dated: false };
        match (&incident.harm.last, &incident.harm.good_after) {
            (Some(last), Some(good)) if self.now.since(last.at) >= bounds.mitigated_after => {
                let good = self.taken_again(incident, good)?;
                let mitigated = read(good.at, Refs::one(good.evidence));
                Some(Step::Mitigate(mitigated, Some(read(last.at, Refs::one(last.evidence.clone())))))
            }
            (Some(_), Some(_) | None) => None,
            (None, _) => {
                // Nothing failed: it is turned away when what is wrong has ended.
                let is_news = |fact: &&Fact| {
                    !is_plain(&fact.what)
                        && !is_good_look(&fact.what)
                        && !matches!(fact.what, What::Acted { .. })
                };
                let newest = incident.evidence.iter().rev().find(is_news);
                let since = newest.map_or(incident.opened_at, |fact| fact.at.max(incident.opened_at));
                let is_over = incident.signs.is_empty() && self.now.since(since) >= bounds.mitigated_after;
                let detected = incident.clocks.detected.as_ref().filter(|_| is_over)?;
                let evidence =
                    newest.map_or_else(|| detected.evidence.clone(), |fact| Refs::one(fact.id.clone()));
                Some(Step::Mitigate(read(since, evidence), None))
            }
        }
    }

    /// When mail was taken again wherever it had been refused, if it was. Providers without a component of their own count as one.
    fn taken_again(&self, incident: &Incident, good: &Failure) -> Option<Failure> {
        let mut ways: BTreeMap<Option<&ComponentId>, Vec<&AtProvider>> = BTreeMap::new();
        for (provider, at) in &incident.harm.providers {
            ways.entry(self.settings.outbound(&incident.cause.region, provider)).or_default().push(at);
        }
        let mut newest = good;
        for way in ways.values() {
            let Some(failed) = way.iter().filter_map(|at| at.failed_at).max() else { continue };
            let successes = way.iter().flat_map(|at| [at.again.as_ref(), at.good.as_ref()]).flatten();
            let first = successes.filter(|success| success.at > failed).min_by_key(|success| success.at)?;
            newest = if first.at > newest.at { first } else { newest };
        }
        Some(newest.clone())
    }

    /// Whether every component that it touched is known and not red.
    fn is_calm(&self, incident: &Incident) -> bool {
        let is_well = |state: State| matches!(state, State::Operational | State::UnderMaintenance);
        incident.effects.values().all(|effect| is_well(effect.state))
    }

    fn monitor(&self, incident: &Incident) -> Option<Step> {
        if !self.may_speak(incident) || !incident.is_confirmed() {
            return None;
        }
        match (incident.phase, incident.clocks.mitigated.is_some()) {
            (Phase::Investigating | Phase::Identified, true) if !is_declared(incident) => Some(Step::Monitor),
            (Phase::Monitoring, false) if !is_declared(incident) => Some(Step::Back),
            (
                Phase::Investigating
                | Phase::Identified
                | Phase::Monitoring
                | Phase::Resolved
                | Phase::Postmortem,
                _,
            ) => None,
        }
    }

    fn resolves(&self, incident: &Incident) -> Option<Step> {
        if incident.phase != Phase::Monitoring || is_declared(incident) {
            return None;
        }
        let veto = match self.settings.policy.resolved {
            // What was never posted ends inside, and needs nobody.
            Release::ByItself | Release::AfterVeto(_) | Release::Person if !incident.is_posted() => {
                Duration::ZERO
            }
            Release::ByItself => Duration::ZERO,
            Release::AfterVeto(veto) => veto,
            Release::Person => return None,
        };
        let mitigated = incident.clocks.at(Clock::Mitigated)?;
        // Mail that still waits because of it has not come through.
        let is_calm = incident.signs.is_empty() && incident.harm.parked_now == 0 && self.is_calm(incident);
        let wanted = self.settings.bounds.resolved_after + veto;
        (is_calm && self.may_speak(incident) && self.now.since(mitigated) >= wanted).then_some(Step::Resolve)
    }

    /// So early that a word which waits for a veto goes out when it was promised.
    fn remind(&self, incident: &Incident) -> Option<Step> {
        let policy = &self.settings.policy;
        let last = incident.updates.iter().filter_map(crate::Update::posted_at).max()?;
        let veto = match policy.progress {
            Release::AfterVeto(veto) => veto,
            Release::ByItself | Release::Person => Duration::ZERO,
        };
        let is_due = self.now.since(last) >= policy.update_every.saturating_sub(veto);
        let is_new = self.reminded.get(&incident.id).is_none_or(|reminded| *reminded < last);
        (is_due && is_new).then_some(Step::Remind(last))
    }

    fn make(&mut self, id: &IncidentId, step: Step) {
        match step {
            Step::GoOut(update) => self.publish(id, update),
            Step::Confirm(refs) => self.confirm(id, COMPONENT_RED, &refs),
            Step::Dismiss => self.emit(Changed::Dismissed { incident: id.clone(), by: Author::Machine }),
            Step::FirstPost => {
                let release = match self.incidents.get(id).map(|incident| &incident.cause.kind) {
                    Some(CauseKind::Unexplained { .. }) => self.settings.policy.first_post_unexplained,
                    Some(_) | None => self.settings.policy.first_post,
                };
                self.say(id, Occasion::First, release);
            }
            Step::Identify => {
                self.phase(id, Phase::Identified, Occasion::Identified, self.settings.policy.identified)
            }
            Step::Mitigate(mitigated, ended) => {
                for (clock, reading) in [(Clock::Mitigated, Some(mitigated)), (Clock::HarmEnded, ended)] {
                    self.emit(Changed::Clocked { incident: id.clone(), clock, reading });
                }
            }
            Step::Monitor => {
                self.phase(id, Phase::Monitoring, Occasion::Monitoring, self.settings.policy.monitoring)
            }
            Step::Back => {
                let is_known =
                    self.incidents.get(id).is_some_and(|incident| incident.clocks.identified.is_some());
                let phase = if is_known { Phase::Identified } else { Phase::Investigating };
                self.phase(id, phase, Occasion::Again, self.settings.policy.identified);
            }
            Step::Resolve => self.resolve_by_itself(id),
            Step::Remind(last) => {
                self.emit(Changed::UpdateDue { incident: id.clone(), since: last });
                let has_draft = self.incidents.get(id).is_some_and(|incident| {
                    incident.updates.iter().any(|one| matches!(one.publication, Publication::Waiting { .. }))
                });
                if !has_draft {
                    self.say(id, Occasion::Progress, self.settings.policy.progress);
                }
            }
        }
    }

    /// A new phase, said in public if anything was.
    fn phase(&mut self, id: &IncidentId, phase: Phase, occasion: Occasion, release: Release) {
        self.emit(Changed::Phased { incident: id.clone(), phase });
        if self.incidents.get(id).is_some_and(Incident::is_posted) {
            self.say(id, occasion, release);
        }
    }

    fn resolve_by_itself(&mut self, id: &IncidentId) {
        let Some(incident) = self.incidents.get(id) else { return };
        let evidence = incident.clocks.mitigated.as_ref().or(incident.clocks.detected.as_ref());
        let Some(evidence) = evidence.map(|reading| reading.evidence.clone()) else { return };
        let was_posted = incident.is_posted();
        let is_absorbed = !was_posted && incident.cause.is_public() && !self.is_noticed(incident);
        let reading = Reading { at: self.now, by: Author::Machine, evidence, back_dated: false };
        self.end(id, reading);
        if was_posted {
            self.say(id, Occasion::Resolved, Release::ByItself);
        } else if is_absorbed {
            self.emit(Changed::Absorbed { incident: id.clone() });
        }
    }

    /// Resolved, with the clocks that belong to it. The caller made sure that nothing is red.
    pub(super) fn end(&mut self, id: &IncidentId, reading: Reading) {
        let Some(incident) = self.incidents.get(id) else { return };
        let by = reading.by.clone();
        let ended =
            incident.harm.last.as_ref().filter(|_| incident.clocks.harm_ended.is_none()).map(|last| {
                Reading { at: last.at, by, evidence: Refs::one(last.evidence.clone()), back_dated: false }
            });
        if ended.is_some() {
            self.emit(Changed::Clocked { incident: id.clone(), clock: Clock::HarmEnded, reading: ended });
        }
        self.emit(Changed::Clocked { incident: id.clone(), clock: Clock::Resolved, reading: Some(reading) });
        self.emit(Changed::Phased { incident: id.clone(), phase: Phase::Resolved });
    }

    /// Statistics: a component that spends what it may lose. A known cause or a failure before the last end explains it.
    pub(super) fn watch_burn(&mut self) {
        let bounds = &self.settings.bounds;
        let burning: Vec<_> = self
            .gauges
            .iter()
            .filter_map(|(id, gauge)| Some((id.clone(), gauge.measures.burn.burning(self.now, bounds)?)))
            .collect();
        for (component, burning) in burning {
            let is_page = burning.class == crate::burn::Class::Page;
            let mut open = self.incidents.values().filter(|incident| incident.is_open());
            let theirs = open.find(|incident| self.touches(incident, &component));
            let failed = theirs.and_then(|incident| incident.harm.last.as_ref()).map(|last| &last.evidence);
            let evidence = Refs::one(failed.cloned().unwrap_or(burning.evidence));
            match theirs.map(|incident| (incident.id.clone(), incident.standing)) {
                Some((id, Standing::Suspected)) if is_page => self.confirm(&id, burning.rule, &evidence),
                Some(_) => {}
                None if self.is_news(&component) => self.open_unexplained(&component, burning.rule, is_page),
                None => {}
            }
        }
    }

    /// Whether this component failed after every incident that explains it was over, or a person waved it away.
    fn is_news(&self, component: &crate::ComponentId) -> bool {
        let newest = self.gauges.get(component).and_then(|gauge| gauge.failures.back()).map(|fact| fact.at);
        let explained = self.incidents.values().filter(|incident| incident.cause.explains(component));
        let ended = explained.filter_map(|incident| match incident.standing {
            Standing::Dismissed => Some(incident.changed_at + self.settings.bounds.reopen_within),
            Standing::Confirmed | Standing::Absorbed => incident.clocks.at(Clock::Resolved),
            Standing::Suspected | Standing::Merged => None,
        });
        newest.is_some_and(|newest| ended.max().is_none_or(|ended| newest > ended))
    }
}

/// Whether it was a draft in whose place something else was said.
fn is_superseded(publication: &Publication) -> bool {
    match publication {
        Publication::Withdrawn { by, .. } => by == SUPERSEDED,
        Publication::Waiting { .. } | Publication::Posted { .. } => false,
    }
}

/// Whether a component of it is degraded or down now.
fn is_red(incident: &Incident) -> bool {
    incident.effects.values().any(|effect| effect.state.is_red())
}

/// Whether a person opened it and therefore ends it.
pub(super) fn is_declared(incident: &Incident) -> bool {
    matches!(incident.cause.kind, CauseKind::Other { .. })
}
