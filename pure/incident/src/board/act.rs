//! What operators do. Every act is itself a fact, and what follows from it cites that fact.
//!
//! An act either happens whole or not at all, with the reason. Nobody, a person included, can resolve what is measured red, put clocks in an order
//! that cannot be, or publish a postmortem against the evidence without the marks standing beside it.

mod check;
mod end;
mod plans;
mod publish;

use super::Board;
use crate::change::{Act, Change, Changed};
use crate::clocks::{Clock, Reading};
use crate::component::{ComponentId, State};
use crate::incident::{Effect, ImpactOverride, Phase, Standing};
use crate::lint::{Exposed, Mark};
use crate::maintenance::MaintenanceId;
use crate::{
    Author, Cause, CauseKind, EvidenceId, Fact, Incident, IncidentId, Publication, Refs, Sentence, Text,
    UpdateId, Version, What,
};
use model::Timestamp;

/// Longest text that a person may post, in bytes of one language.
const TEXT_LEN_MAX: usize = 20_000;

/// Why an act was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    #[error("there is no incident {0}; `signpost incident ls` lists them")]
    NoIncident(IncidentId),
    #[error("incident {0} has no update {1:?}")]
    NoUpdate(IncidentId, UpdateId),
    #[error("there is no maintenance {0}")]
    NoMaintenance(MaintenanceId),
    #[error("there is no component {0}; the status page lists those that there are")]
    NoComponent(ComponentId),
    #[error("an incident needs at least one component")]
    NoComponents,
    #[error("the text is blank")]
    Blank,
    #[error("the text is not for everybody: {0}; say it without")]
    Exposed(#[from] Exposed),
    #[error("a text has at most {TEXT_LEN_MAX} bytes, this has {0}")]
    TextLength(usize),
    #[error("the incident is about one tenant's own system and is never public; tell the tenant instead")]
    NotPublic,
    #[error("an incident that is {from} cannot become {to}", from = .0.as_str(), to = .1.as_str())]
    Phase(Phase, Phase),
    #[error("the incident is {0:?} and takes no such act")]
    Standing(Standing),
    #[error(
        "{0} is still {1}; an incident cannot be resolved while a component is red. Merge it if another one has the same cause"
    )]
    Red(ComponentId, State),
    #[error("{first} would be later than {second}", first = .0.as_str(), second = .1.as_str())]
    Disorder(Clock, Clock),
    #[error("evidence {evidence} shows harm at {at}, outside what this would claim")]
    AgainstEvidence { evidence: EvidenceId, at: Timestamp },
    #[error("{0} is in the future")]
    Future(Timestamp),
    #[error("a maintenance ends after it begins, and not in the past")]
    Span,
    #[error("maintenance {0} is over")]
    MaintenanceOver(MaintenanceId),
    #[error(
        "an incident cannot be merged into itself, into one that is merged or dismissed, or, while it is open, into one that is over"
    )]
    MergeTarget,
    #[error("there is no postmortem to publish; write it first")]
    NoPostmortem,
    #[error("the postmortem contradicts the evidence in {} points; publish it despite the marks to let them stand beside it", .0.len())]
    Marks(Vec<Mark>),
    #[error("only clocks that a person can know may be back-dated, {} is not one", .0.as_str())]
    Clock(Clock),
}

/// Who acts, and the id of the act.
struct Actor {
    name: String,
    evidence: Refs,
    id: EvidenceId,
}

impl Actor {
    fn author(&self) -> Author {
        Author::Person { name: self.name.clone() }
    }

    fn sentences(&self, text: &Text) -> Vec<Sentence> {
        vec![Sentence::new(text.clone(), self.evidence.clone())]
    }
}

impl Board {
    /// Does what a person wants, or says why not. `id` names the record of the act.
    ///
    /// # Errors
    /// When the act does not fit what there is; then nothing was changed.
    pub fn act(
        &mut self,
        act: &Act,
        by: &str,
        id: EvidenceId,
        now: Timestamp,
    ) -> Result<Vec<Change>, ActError> {
        self.advance(now);
        let actor = Actor { name: by.to_owned(), evidence: Refs::one(id.clone()), id };
        self.perform(act, &actor)?;
        self.step();
        Ok(core::mem::take(&mut self.out))
    }

    fn perform(&mut self, act: &Act, actor: &Actor) -> Result<(), ActError> {
        match act {
            Act::Open { title, components, state, text, harm_began } => {
                self.open_by_hand(actor, title, (components, *state), text, *harm_began)
            }
            Act::Acknowledge { incident } => self.acknowledge(actor, incident),
            Act::Confirm { incident } => self.confirm_by_hand(actor, incident),
            Act::Update { incident, phase, text, display_at } => {
                self.update(actor, incident, *phase, text, *display_at)
            }
            Act::Publish { incident, update } => self.let_out(actor, incident, update),
            Act::Withdraw { incident, update } => {
                self.update_of(incident, update)?;
                self.record(actor, incident, "withdraw");
                let publication = Publication::Withdrawn { at: self.now, by: actor.name.clone() };
                let (incident, update) = (incident.clone(), update.clone());
                self.emit(Changed::Published { incident, update, publication });
                Ok(())
            }
            Act::Edit { incident, update, text, reason } => self.edit(actor, incident, update, text, reason),
            Act::Retitle { incident, title } => {
                self.incident_of(incident)?;
                self.check_text(title)?;
                self.record(actor, incident, "retitle");
                let by = actor.author();
                self.emit(Changed::Retitled { incident: incident.clone(), title: title.clone(), by });
                Ok(())
            }
            Act::SetImpact { incident, impact } => {
                self.incident_of(incident)?;
                self.record(actor, incident, "impact");
                let (by, at) = (actor.name.clone(), self.now);
                let evidence = actor.evidence.clone();
                let set = impact.map(|impact| ImpactOverride { impact, by, at, evidence });
                self.emit(Changed::ImpactSet { incident: incident.clone(), set });
                Ok(())
            }
            Act::Merge { incident, into } => self.merge_by_hand(actor, incident, into),
            Act::Resolve { incident, text } => self.resolve(actor, incident, text.as_ref(), None),
            Act::Dismiss { incident } => self.dismiss(actor, incident),
            Act::BackDate { incident, clock, at } => self.back_date(actor, incident, *clock, *at),
            Act::WritePostmortem { incident, text } => self.write_postmortem(actor, incident, text),
            Act::PublishPostmortem { incident, despite_marks } => {
                self.publish_postmortem(actor, incident, *despite_marks)
            }
            Act::Schedule { title, text, components, from, until } => {
                self.schedule(actor, title, text, components, (*from, *until))
            }
            Act::MoveMaintenance { maintenance, from, until, text } => {
                self.move_maintenance(actor, maintenance, (*from, *until), text)
            }
            Act::CancelMaintenance { maintenance, text } => self.cancel_maintenance(actor, maintenance, text),
        }
    }

    fn incident_of(&self, id: &IncidentId) -> Result<&Incident, ActError> {
        self.incidents.get(id).ok_or_else(|| ActError::NoIncident(id.clone()))
    }

    fn open_incident(&self, id: &IncidentId) -> Result<&Incident, ActError> {
        let incident = self.incident_of(id)?;
        match incident.standing {
            Standing::Suspected | Standing::Confirmed => Ok(incident),
            Standing::Dismissed | Standing::Absorbed | Standing::Merged => {
                Err(ActError::Standing(incident.standing))
            }
        }
    }

    fn update_of(&self, id: &IncidentId, update: &UpdateId) -> Result<&crate::Update, ActError> {
        let found = self.incident_of(id)?.updates.iter().find(|one| one.id == *update);
        found.ok_or_else(|| ActError::NoUpdate(id.clone(), update.clone()))
    }

    /// The act becomes a fact of the incident.
    fn record(&mut self, actor: &Actor, id: &IncidentId, act: &str) {
        let Some(region) = self.incidents.get(id).map(|incident| incident.cause.region.clone()) else {
            return;
        };
        let what = What::Acted { by: actor.name.clone(), act: act.to_owned() };
        let fact = Fact { id: actor.id.clone(), at: self.now, region, what };
        self.add(id, &fact);
    }

    fn clocked(&mut self, actor: &Actor, id: &IncidentId, clock: Clock, at: Timestamp) {
        let reading =
            Reading { at, by: actor.author(), evidence: actor.evidence.clone(), back_dated: at != self.now };
        self.emit(Changed::Clocked { incident: id.clone(), clock, reading: Some(reading) });
    }

    fn open_by_hand(
        &mut self,
        actor: &Actor,
        title: &Text,
        (components, state): (&[ComponentId], State),
        text: &Text,
        harm_began: Option<Timestamp>,
    ) -> Result<(), ActError> {
        self.check_text(title)?;
        self.check_text(text)?;
        let region = components.first().ok_or(ActError::NoComponents)?.region.clone();
        self.check_components(components)?;
        self.check_past(harm_began)?;
        let cause = Cause { region, kind: CauseKind::Other { about: title.en.clone() } };
        let incident = self.blank(cause, title.clone(), "operator", actor.author(), actor.evidence.clone());
        let id = incident.id.clone();
        self.emit(Changed::Opened { incident: Box::new(incident) });
        self.record(actor, &id, "open");
        self.emit(Changed::Confirmed { incident: id.clone(), rule: "operator".to_owned() });
        self.clocked(actor, &id, Clock::Confirmed, self.now);
        if let Some(at) = harm_began {
            self.clocked(actor, &id, Clock::HarmBegan, at);
        }
        for component in components {
            let effect = Effect { state, worst: state, since: self.now, evidence: actor.evidence.clone() };
            self.emit(Changed::Affected { incident: id.clone(), component: component.clone(), effect });
        }
        self.write(
            &id,
            actor.author(),
            actor.sentences(text),
            Publication::Posted { at: self.now },
            self.now,
        );
        Ok(())
    }

    fn acknowledge(&mut self, actor: &Actor, id: &IncidentId) -> Result<(), ActError> {
        let incident = self.open_incident(id)?;
        let is_first = incident.clocks.acknowledged.is_none();
        self.record(actor, id, "acknowledge");
        if is_first {
            self.clocked(actor, id, Clock::Acknowledged, self.now);
        }
        Ok(())
    }

    fn confirm_by_hand(&mut self, actor: &Actor, id: &IncidentId) -> Result<(), ActError> {
        let incident = self.open_incident(id)?;
        if incident.standing != Standing::Suspected {
            return Err(ActError::Standing(incident.standing));
        }
        self.record(actor, id, "confirm");
        self.confirm(id, "operator", &actor.evidence);
        Ok(())
    }

    fn update(
        &mut self,
        actor: &Actor,
        id: &IncidentId,
        phase: Option<Phase>,
        text: &Text,
        display_at: Option<Timestamp>,
    ) -> Result<(), ActError> {
        self.check_text(text)?;
        self.check_past(display_at)?;
        let incident = self.open_incident(id)?;
        let (from, is_suspected) = (incident.phase, incident.standing == Standing::Suspected);
        let was_identified = incident.clocks.identified.is_some();
        check_public(incident)?;
        let to = phase.unwrap_or(from);
        if to != from && (!from.may_become(to, false) || to == Phase::Postmortem) {
            return Err(ActError::Phase(from, to));
        }
        if to == Phase::Resolved && from != Phase::Resolved {
            return self.resolve(actor, id, Some(text), display_at);
        }
        self.record(actor, id, "update");
        if is_suspected {
            self.confirm(id, "operator", &actor.evidence);
        }
        if from == Phase::Resolved && to != from {
            self.open_again(id, &actor.evidence);
        }
        if to != from {
            self.emit(Changed::Phased { incident: id.clone(), phase: to });
        }
        if to == Phase::Identified && !was_identified {
            self.clocked(actor, id, Clock::Identified, self.now);
        }
        let display_at = display_at.unwrap_or(self.now);
        self.write(
            id,
            actor.author(),
            actor.sentences(text),
            Publication::Posted { at: self.now },
            display_at,
        );
        Ok(())
    }

    fn let_out(&mut self, actor: &Actor, id: &IncidentId, update: &UpdateId) -> Result<(), ActError> {
        self.update_of(id, update)?;
        check_public(self.incident_of(id)?)?;
        self.record(actor, id, "publish");
        self.publish(id, update.clone());
        Ok(())
    }

    fn edit(
        &mut self,
        actor: &Actor,
        id: &IncidentId,
        update: &UpdateId,
        text: &Text,
        reason: &str,
    ) -> Result<(), ActError> {
        self.check_text(text)?;
        self.check_text(&Text::same(reason))?;
        self.update_of(id, update)?;
        self.record(actor, id, "edit");
        let version = Version {
            at: self.now,
            author: actor.author(),
            sentences: actor.sentences(text),
            reason: Some(reason.to_owned()),
        };
        self.emit(Changed::Edited {
            incident: id.clone(),
            update: update.clone(),
            version: Box::new(version),
        });
        Ok(())
    }

    /// A person may know better when something began or ended than our records; never worse.
    fn back_date(
        &mut self,
        actor: &Actor,
        id: &IncidentId,
        clock: Clock,
        at: Timestamp,
    ) -> Result<(), ActError> {
        self.check_past(Some(at))?;
        let incident = self.incident_of(id)?;
        match clock {
            Clock::HarmBegan => {
                if let Some(first) = incident.harm.first.as_ref().filter(|first| first.at < at) {
                    return Err(ActError::AgainstEvidence { evidence: first.evidence.clone(), at: first.at });
                }
            }
            Clock::HarmEnded | Clock::Mitigated => {
                if let Some(last) = incident.harm.last.as_ref().filter(|last| last.at > at) {
                    return Err(ActError::AgainstEvidence { evidence: last.evidence.clone(), at: last.at });
                }
            }
            Clock::Detected | Clock::Identified | Clock::Acknowledged => {}
            Clock::Confirmed | Clock::Posted | Clock::Resolved | Clock::PostmortemPublished => {
                return Err(ActError::Clock(clock));
            }
        }
        let mut clocks = incident.clocks.clone();
        let evidence = actor.evidence.clone();
        let reading = Reading { at, by: actor.author(), evidence, back_dated: true };
        clocks.set(clock, Some(reading.clone()));
        if let Some((first, second)) = clocks.disorder() {
            return Err(ActError::Disorder(first, second));
        }
        self.record(actor, id, "back-date");
        self.emit(Changed::Clocked { incident: id.clone(), clock, reading: Some(reading) });
        Ok(())
    }
}

/// Whether everybody may read of it.
fn check_public(incident: &Incident) -> Result<(), ActError> {
    if incident.cause.is_public() { Ok(()) } else { Err(ActError::NotPublic) }
}
