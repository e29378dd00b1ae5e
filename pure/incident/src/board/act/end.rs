//! Ends that a person makes: merged, resolved, dismissed.

use super::super::lifecycle::is_declared;
use super::{ActError, Actor, Board, check_public};
use crate::change::Changed;
use crate::clocks::{Clock, Reading};
use crate::component::{ComponentId, State};
use crate::incident::{Effect, Phase, Standing};
use crate::settings::Release;
use crate::words::Occasion;
use crate::{Incident, IncidentId, Publication, Text};
use model::Timestamp;

impl Board {
    pub(super) fn merge_by_hand(
        &mut self,
        actor: &Actor,
        id: &IncidentId,
        into: &IncidentId,
    ) -> Result<(), ActError> {
        let merged = self.open_incident(id)?;
        let target = self.incident_of(into)?;
        match target.standing {
            Standing::Suspected | Standing::Confirmed => {}
            Standing::Dismissed | Standing::Absorbed | Standing::Merged => return Err(ActError::MergeTarget),
        }
        // What goes on would be over with it, and harm would lie behind the end.
        let ended = target.clocks.at(Clock::Resolved).filter(|_| target.phase.is_over());
        let lasts = |ended| merged.is_open() || merged.harm.last.as_ref().is_some_and(|last| last.at > ended);
        if id == into || ended.is_some_and(lasts) {
            return Err(ActError::MergeTarget);
        }
        self.record(actor, id, "merge");
        self.emit(Changed::Merged { incident: id.clone(), into: into.clone(), by: actor.author() });
        self.read_harm(into);
        Ok(())
    }

    pub(super) fn resolve(
        &mut self,
        actor: &Actor,
        id: &IncidentId,
        text: Option<&Text>,
        display_at: Option<Timestamp>,
    ) -> Result<(), ActError> {
        text.map_or(Ok(()), |text| self.check_text(text))?;
        let incident = self.open_incident(id)?;
        text.map_or(Ok(()), |_| check_public(incident))?;
        if !incident.phase.may_become(Phase::Resolved, false) {
            return Err(ActError::Phase(incident.phase, Phase::Resolved));
        }
        let (is_suspected, was_posted) = (incident.standing == Standing::Suspected, incident.is_posted());
        let ends = self.effects_at_end(incident)?;
        self.record(actor, id, "resolve");
        if is_suspected {
            self.confirm(id, "operator", &actor.evidence);
        }
        for (component, state) in ends {
            let known = self.incidents.get(id).and_then(|incident| incident.effects.get(&component));
            let worst = known.map_or(state, |effect| effect.worst);
            let effect = Effect { state, worst, since: self.now, evidence: actor.evidence.clone() };
            self.emit(Changed::Affected { incident: id.clone(), component, effect });
        }
        let evidence = actor.evidence.clone();
        let reading = Reading { at: self.now, by: actor.author(), evidence, back_dated: false };
        self.end(id, reading);
        match text {
            Some(text) => {
                let shown = display_at.unwrap_or(self.now);
                self.write(
                    id,
                    actor.author(),
                    actor.sentences(text),
                    Publication::Posted { at: self.now },
                    shown,
                );
            }
            None if was_posted => self.say(id, Occasion::Resolved, Release::ByItself),
            None => {}
        }
        Ok(())
    }

    /// What its components end with; an error if one is red by measurement, whoever declared what.
    fn effects_at_end(&self, incident: &Incident) -> Result<Vec<(ComponentId, State)>, ActError> {
        let mut ends = Vec::new();
        let is_declared = is_declared(incident);
        for id in incident.effects.keys() {
            let shown = self.component(id).map_or(State::Unknown, |component| component.state);
            let measured = self.measured(id).map_or(State::Unknown, |measured| measured.state);
            let state = if is_declared { measured } else { shown };
            if state.is_red() {
                return Err(ActError::Red(id.clone(), state));
            }
            ends.push((id.clone(), state));
        }
        Ok(ends)
    }

    pub(super) fn dismiss(&mut self, actor: &Actor, id: &IncidentId) -> Result<(), ActError> {
        let incident = self.open_incident(id)?;
        if incident.standing != Standing::Suspected {
            return Err(ActError::Standing(incident.standing));
        }
        self.record(actor, id, "dismiss");
        self.emit(Changed::Dismissed { incident: id.clone(), by: actor.author() });
        Ok(())
    }
}
