//! A postmortem written and published by a person, each time held against the evidence.

use super::{ActError, Actor, Board};
use crate::change::Changed;
use crate::clocks::Clock;
use crate::incident::Phase;
use crate::lint;
use crate::postmortem::PostmortemVersion;
use crate::{IncidentId, Publication, Text};

impl Board {
    pub(super) fn write_postmortem(
        &mut self,
        actor: &Actor,
        id: &IncidentId,
        text: &Text,
    ) -> Result<(), ActError> {
        self.check_text(text)?;
        let incident = self.incident_of(id)?;
        let marks = lint::postmortem(incident, text);
        self.record(actor, id, "postmortem");
        let version = PostmortemVersion {
            at: self.now,
            author: actor.author(),
            text: text.clone(),
            evidence: actor.evidence.clone(),
            marks,
        };
        self.emit(Changed::PostmortemWritten { incident: id.clone(), version: Box::new(version) });
        Ok(())
    }

    pub(super) fn publish_postmortem(
        &mut self,
        actor: &Actor,
        id: &IncidentId,
        despite_marks: bool,
    ) -> Result<(), ActError> {
        let incident = self.incident_of(id)?;
        if incident.phase != Phase::Resolved {
            return Err(ActError::Phase(incident.phase, Phase::Postmortem));
        }
        let text = incident.postmortem.as_ref().ok_or(ActError::NoPostmortem)?.current().text.clone();
        // Names may have become known since, too.
        self.check_text(&text)?;
        // Facts may have come since it was written: what it says is held against all of them.
        let marks = lint::postmortem(incident, &text);
        if !despite_marks && marks.iter().any(|mark| mark.forbids) {
            return Err(ActError::Marks(marks));
        }
        if incident.postmortem.as_ref().is_some_and(|written| written.current().marks != marks) {
            self.write_postmortem(actor, id, &text)?;
        }
        self.record(actor, id, "publish-postmortem");
        self.emit(Changed::PostmortemPublished { incident: id.clone(), at: self.now });
        self.clocked(actor, id, Clock::PostmortemPublished, self.now);
        self.write(
            id,
            actor.author(),
            actor.sentences(&text),
            Publication::Posted { at: self.now },
            self.now,
        );
        Ok(())
    }
}
