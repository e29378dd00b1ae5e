//! Updates: written, held for a person or for a veto, let out.

use super::Board;
use crate::change::Changed;
use crate::clocks::{Clock, Reading};
use crate::incident::Phase;
use crate::settings::Release;
use crate::update::{Affected, Sentence};
use crate::words::{Occasion, sentences};
use crate::{Author, Incident, IncidentId, Publication, State, Update, UpdateId, Version, id};
use model::Timestamp;

/// Who withdrew a draft in whose place something else was said.
pub(super) const SUPERSEDED: &str = "superseded";
/// Updates that the machine writes for one incident; then only persons do.
const UPDATES_MAX: usize = 300;

impl Board {
    /// Writes what is to be said on an occasion, and posts it or lets it wait.
    pub(super) fn say(&mut self, id: &IncidentId, occasion: Occasion, release: Release) {
        let Some(incident) = self.incidents.get(id) else { return };
        if incident.updates.len() >= UPDATES_MAX {
            return;
        }
        let (publication, goes_out) = match release {
            Release::ByItself => (Publication::Posted { at: self.now }, self.now),
            Release::AfterVeto(veto) => {
                (Publication::Waiting { goes_out: Some(self.now + veto) }, self.now + veto)
            }
            Release::Person => (Publication::Waiting { goes_out: None }, self.now),
        };
        let next = (!incident.phase.is_over()).then(|| goes_out + self.settings.policy.update_every);
        let said = sentences(occasion, incident, &self.group(&incident.cause.region), next);
        self.write(id, Author::Machine, said, publication, self.now);
    }

    /// Adds an update in the incident's phase. Without a sentence there is none.
    pub(super) fn write(
        &mut self,
        id: &IncidentId,
        author: Author,
        sentences: Vec<Sentence>,
        publication: Publication,
        display_at: Timestamp,
    ) {
        let Some(incident) = self.incidents.get(id).filter(|_| !sentences.is_empty()) else { return };
        let update = Update {
            id: self.update_id(incident),
            phase: incident.phase,
            created_at: self.now,
            display_at,
            publication,
            versions: vec![Version { at: self.now, author, sentences, reason: None }],
            affected: affected(incident),
        };
        let posted = update.is_posted().then(|| update.id.clone());
        self.supersede(id);
        self.emit(Changed::Updated { incident: id.clone(), update: Box::new(update) });
        if let Some(update) = posted {
            self.note_post(id, &update);
        }
    }

    /// Drafts of the machine give way to whatever is said or drafted after them.
    pub(super) fn supersede(&mut self, id: &IncidentId) {
        let updates = self.incidents.get(id).map(|incident| incident.updates.as_slice()).unwrap_or_default();
        let is_draft = |update: &&Update| {
            matches!(update.publication, Publication::Waiting { .. })
                && update.current().author == Author::Machine
        };
        let drafts: Vec<UpdateId> = updates.iter().filter(is_draft).map(|update| update.id.clone()).collect();
        for update in drafts {
            let publication = Publication::Withdrawn { at: self.now, by: SUPERSEDED.to_owned() };
            self.emit(Changed::Published { incident: id.clone(), update, publication });
        }
    }

    fn update_id(&self, incident: &Incident) -> UpdateId {
        let number = incident.updates.len().to_string();
        UpdateId(id::made_of(&["update", incident.id.as_str(), &number, &self.now.to_string()]))
    }

    /// Lets a waiting update out.
    pub(super) fn publish(&mut self, id: &IncidentId, update: UpdateId) {
        let publication = Publication::Posted { at: self.now };
        self.emit(Changed::Published { incident: id.clone(), update: update.clone(), publication });
        self.note_post(id, &update);
    }

    /// The first public word is a clock.
    fn note_post(&mut self, id: &IncidentId, update: &UpdateId) {
        let Some(incident) = self.incidents.get(id).filter(|one| one.clocks.posted.is_none()) else { return };
        let Some(update) = incident.updates.iter().find(|one| one.id == *update) else { return };
        let version = update.current();
        let Some(sentence) = version.sentences.first() else { return };
        let evidence = sentence.evidence().clone();
        let reading = Reading { at: self.now, by: version.author.clone(), evidence, back_dated: false };
        self.emit(Changed::Clocked { incident: id.clone(), clock: Clock::Posted, reading: Some(reading) });
    }
}

/// Components whose state changed since the last update.
fn affected(incident: &Incident) -> Vec<Affected> {
    let before = |component: &crate::ComponentId| {
        let earlier = incident.updates.iter().rev().flat_map(|update| &update.affected);
        let mut earlier = earlier.filter(|affected| affected.component == *component);
        earlier.next().map_or(State::Operational, |affected| affected.to)
    };
    let ends = incident.phase == Phase::Resolved;
    let changes = incident.effects.iter().map(|(component, effect)| Affected {
        component: component.clone(),
        from: before(component),
        to: effect.state,
    });
    changes.filter(|affected| ends || affected.from != affected.to).collect()
}
