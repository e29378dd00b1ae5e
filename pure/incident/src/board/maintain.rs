//! Maintenance that begins and ends at its time.

use super::Board;
use crate::cause::CauseKind;
use crate::change::Changed;
use crate::component::ComponentId;
use crate::maintenance::{Maintenance, MaintenanceId, MaintenancePhase, Note};
use crate::{Author, Cause, Refs, Sentence, UpdateId, id, words};
use model::Timestamp;

impl Maintenance {
    pub(crate) fn reschedule(&mut self, from: Timestamp, until: Timestamp, note: &Note, at: Timestamp) {
        (self.scheduled_for, self.scheduled_until) = (from, until);
        self.notes.push(note.clone());
        self.changed_at = at;
    }

    pub(crate) fn enter(&mut self, phase: MaintenancePhase, note: &Note, at: Timestamp) {
        match phase {
            MaintenancePhase::InProgress => self.began_at = Some(at),
            MaintenancePhase::Completed => self.ended_at = Some(at),
            MaintenancePhase::Scheduled | MaintenancePhase::Verifying | MaintenancePhase::Cancelled => {}
        }
        self.phase = phase;
        self.notes.push(note.clone());
        self.changed_at = at;
    }

    /// What made it: the first word of its first note.
    fn evidence(&self) -> Option<&Refs> {
        self.notes.first().and_then(|note| note.sentences.first()).map(Sentence::evidence)
    }
}

impl Board {
    pub(super) fn run_maintenances(&mut self) {
        let due: Vec<(MaintenanceId, MaintenancePhase)> =
            self.maintenances.values().filter_map(|one| Some((one.id.clone(), self.due(one)?))).collect();
        for (id, phase) in due {
            self.enter(&id, phase);
        }
        // One that slept over its whole time has begun now, and ends with the same look.
        let ended =
            self.maintenances.values().filter(|one| self.due(one) == Some(MaintenancePhase::Completed));
        for id in ended.map(|one| one.id.clone()).collect::<Vec<_>>() {
            self.enter(&id, MaintenancePhase::Completed);
        }
    }

    fn due(&self, one: &Maintenance) -> Option<MaintenancePhase> {
        match one.phase {
            MaintenancePhase::Scheduled => {
                (self.now >= one.scheduled_for).then_some(MaintenancePhase::InProgress)
            }
            MaintenancePhase::InProgress | MaintenancePhase::Verifying => {
                (self.now >= one.scheduled_until).then_some(MaintenancePhase::Completed)
            }
            MaintenancePhase::Completed | MaintenancePhase::Cancelled => None,
        }
    }

    fn enter(&mut self, id: &MaintenanceId, phase: MaintenancePhase) {
        let Some(evidence) = self.maintenances.get(id).and_then(Maintenance::evidence).cloned() else {
            return;
        };
        let text = match phase {
            MaintenancePhase::Completed => words::text(|phrases| phrases.maintenance_ended, &[]),
            MaintenancePhase::Scheduled
            | MaintenancePhase::InProgress
            | MaintenancePhase::Verifying
            | MaintenancePhase::Cancelled => words::text(|phrases| phrases.maintenance_began, &[]),
        };
        let note = self.note(id, phase, Author::Machine, vec![Sentence::new(text, evidence)]);
        self.emit(Changed::MaintenancePhased { maintenance: id.clone(), phase, note });
    }

    pub(super) fn note(
        &self,
        id: &MaintenanceId,
        phase: MaintenancePhase,
        author: Author,
        sentences: Vec<Sentence>,
    ) -> Note {
        let number = self.maintenances.get(id).map_or(0, |one| one.notes.len()).to_string();
        let id = UpdateId(id::made_of(&["note", id.as_str(), &number, &self.now.to_string()]));
        Note { id, phase, at: self.now, author, sentences }
    }

    /// The evidence that a component is under maintenance now.
    pub(super) fn is_maintained(&self, component: &ComponentId) -> Option<Refs> {
        let running = self.maintenances.values().find(|one| {
            matches!(one.phase, MaintenancePhase::InProgress | MaintenancePhase::Verifying)
                && one.components.contains(component)
        });
        running.and_then(Maintenance::evidence).cloned()
    }

    /// Whether everything that this cause explains is under maintenance, so that it is no incident. Refusals of our addresses always are.
    pub(super) fn is_planned(&self, cause: &Cause) -> bool {
        match cause.kind {
            CauseKind::Intake
            | CauseKind::Signatures
            | CauseKind::Directory
            | CauseKind::Console
            | CauseKind::Unexplained { .. } => {
                let mut explained = self.components.iter().filter(|one| cause.explains(&one.id)).peekable();
                explained.peek().is_some() && explained.all(|one| self.is_maintained(&one.id).is_some())
            }
            CauseKind::Address
            | CauseKind::Domain
            | CauseKind::Setup
            | CauseKind::Provider { .. }
            | CauseKind::Certificate { .. }
            | CauseKind::Connector { .. }
            | CauseKind::Other { .. } => false,
        }
    }
}
