//! Maintenance announced, moved and called off.

use super::{ActError, Actor, Board};
use crate::change::Changed;
use crate::maintenance::{Maintenance, MaintenanceId, MaintenancePhase};
use crate::{ComponentId, IncidentId, Text, id};
use model::Timestamp;

impl Board {
    pub(super) fn schedule(
        &mut self,
        actor: &Actor,
        title: &Text,
        text: &Text,
        components: &[ComponentId],
        (from, until): (Timestamp, Timestamp),
    ) -> Result<(), ActError> {
        self.check_text(title)?;
        self.check_text(text)?;
        self.check_components(components)?;
        if components.is_empty() {
            return Err(ActError::NoComponents);
        }
        self.check_span(from, until)?;
        let id = IncidentId(id::made_of(&["maintenance", actor.id.as_str(), &from.to_string()]));
        let phase = MaintenancePhase::Scheduled;
        let note = self.note(&id, phase, actor.author(), actor.sentences(text));
        let maintenance = Maintenance {
            id,
            title: title.clone(),
            phase,
            created_at: self.now,
            changed_at: self.now,
            scheduled_for: from,
            scheduled_until: until,
            began_at: None,
            ended_at: None,
            components: components.to_vec(),
            notes: vec![note],
            by: actor.name.clone(),
        };
        self.emit(Changed::Scheduled { maintenance: Box::new(maintenance) });
        Ok(())
    }

    pub(super) fn move_maintenance(
        &mut self,
        actor: &Actor,
        id: &MaintenanceId,
        (from, until): (Timestamp, Timestamp),
        text: &Text,
    ) -> Result<(), ActError> {
        self.check_text(text)?;
        self.check_span(from, until)?;
        let phase = self.running_maintenance(id)?;
        let note = self.note(id, phase, actor.author(), actor.sentences(text));
        let maintenance = id.clone();
        self.emit(Changed::Moved { maintenance, scheduled_for: from, scheduled_until: until, note });
        Ok(())
    }

    pub(super) fn cancel_maintenance(
        &mut self,
        actor: &Actor,
        id: &MaintenanceId,
        text: &Text,
    ) -> Result<(), ActError> {
        self.check_text(text)?;
        let phase = match self.running_maintenance(id)? {
            MaintenancePhase::Scheduled => MaintenancePhase::Cancelled,
            MaintenancePhase::InProgress
            | MaintenancePhase::Verifying
            | MaintenancePhase::Completed
            | MaintenancePhase::Cancelled => MaintenancePhase::Completed,
        };
        let note = self.note(id, phase, actor.author(), actor.sentences(text));
        self.emit(Changed::MaintenancePhased { maintenance: id.clone(), phase, note });
        Ok(())
    }

    fn running_maintenance(&self, id: &MaintenanceId) -> Result<MaintenancePhase, ActError> {
        let one = self.maintenances.get(id).ok_or_else(|| ActError::NoMaintenance(id.clone()))?;
        if one.phase.is_over() { Err(ActError::MaintenanceOver(id.clone())) } else { Ok(one.phase) }
    }

    fn check_span(&self, from: Timestamp, until: Timestamp) -> Result<(), ActError> {
        if from < until && until > self.now { Ok(()) } else { Err(ActError::Span) }
    }
}
