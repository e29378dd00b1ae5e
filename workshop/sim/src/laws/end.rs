//! What is looked at while a world lives, and at its end, half a day after its last trouble.

use super::Law;
use crate::carry::receiver;
use crate::node::settings;
use crate::scene::HOSTS;
use crate::spool::{Entry, Standing};
use crate::world::World;
use guard::Use;
use incident::{Board, Incident, Update};
use model::Duration;

/// Behind its expiry a message is tried once more, at the latest when the longest wait is over.
const OVERDUE: Duration = Duration::from_secs(3 * 3600);

/// One look; what it finds.
type Check = fn(&World) -> Option<(Law, String)>;

impl World {
    /// Behind each tick.
    pub(crate) fn look_on(&mut self) {
        let up = self.now.since(self.up_since);
        let (truly, now) = (self.now, self.clock());
        let is_settled = up.as_secs() >= 900 && self.sick == crate::disk::Sick::default();
        let found =
            self.laws.guard.look(&self.memory.guard, (&self.lists, &self.scene), is_settled, (truly, now));
        let found = found.or_else(|| self.laws.harm.look(&self.memory.board, up, truly));
        let found = found.or_else(|| self.is_overdue());
        if let Some((law, what)) = found {
            self.broken(law, what);
        }
    }

    /// Whether something is here that should have ended long ago; what a person holds may stay.
    fn is_overdue(&self) -> Option<(Law, String)> {
        let is_over =
            |entry: &&Entry| entry.standing != Standing::Held && entry.mail.expires + OVERDUE < self.clock();
        let entry = self.disk.spool.entries.values().find(is_over).filter(|_| self.is_calm())?;
        Some((
            Law::EveryMessageEnds,
            format!("{} expired at {} and is {:?}", entry.mail.id, entry.mail.expires, entry.standing),
        ))
    }

    /// Everything has come to its end.
    pub(crate) fn look_at_the_end(&mut self) {
        let checks: [Check; 4] =
            [Self::mail_has_ended, Self::sources_are_back, Self::incidents_are_over, Self::journal_agrees];
        if let Some((law, what)) = checks.iter().find_map(|check| check(self)) {
            self.broken(law, what);
        }
    }

    fn mail_has_ended(&self) -> Option<(Law, String)> {
        let is_left = |entry: &Entry| {
            let parked =
                entry.parked.keys().filter(|one| self.laws.books.is_theirs(entry.mail.id, **one)).count();
            parked < entry.unended()
        };
        if let Some((id, entry)) = self.disk.spool.entries.iter().find(|(_, entry)| is_left(entry)) {
            let law =
                if entry.standing == Standing::Parked { Law::ParkedWakes } else { Law::EveryMessageEnds };
            return Some((
                law,
                format!(
                    "{id} is still {:?} since {}: {:?}",
                    entry.standing, entry.mail.received, entry.parked
                ),
            ));
        }
        self.laws.books.missing(&self.disk.spool.entries).map(|what| (Law::NothingLost, what))
    }

    fn sources_are_back(&self) -> Option<(Law, String)> {
        let now = self.clock();
        for (source, host) in
            self.scene.sources.iter().flat_map(|source| (0..HOSTS.len()).map(move |host| (source, host)))
        {
            let said = self.memory.guard.allows(&source.name, receiver(host), now);
            if said != (Use::Free { share: 1.0 }) {
                return Some((
                    Law::SourcesComeBack,
                    format!("{} to {}: {said:?}", source.name, HOSTS[host].name),
                ));
            }
        }
        None
    }

    fn incidents_are_over(&self) -> Option<(Law, String)> {
        for incident in self.memory.board.incidents() {
            let id = &incident.id;
            if incident.is_open() {
                return Some((
                    Law::IncidentsEnd,
                    format!(
                        "{id} ({}) is still {:?} {:?}, signs {:?}, harm from {:?} to {:?}, good {:?}, effects {:?}",
                        incident.rule,
                        incident.standing,
                        incident.phase,
                        incident.signs,
                        incident.harm.first,
                        incident.harm.last,
                        incident.harm.good_after,
                        incident
                            .effects
                            .iter()
                            .map(|(id, effect)| (id.to_string(), effect.state))
                            .collect::<Vec<_>>()
                    ),
                ));
            }
            if let Some(disorder) = incident.clocks.disorder() {
                return Some((
                    Law::IncidentsEnd,
                    format!(
                        "{id} ({:?} {:?}, reopened {}): clocks are out of order: {disorder:?} of {:?}",
                        incident.standing, incident.phase, incident.reopened, incident.clocks
                    ),
                ));
            }
            if let Some(update) = incident.updates.iter().find(|update| !is_proven(incident, update)) {
                return Some((Law::WordsHaveEvidence, format!("{id}: {:?}", update.current())));
            }
        }
        let red = self.memory.board.components().iter().find(|component| component.state.is_red());
        red.map(|component| (Law::IncidentsEnd, format!("{} is still {}", component.id, component.state)))
    }

    fn journal_agrees(&self) -> Option<(Law, String)> {
        let now = self.clock();
        let again = Board::restore(settings(), self.disk.board.records().to_vec(), now, now);
        let (live, read) = (self.memory.board.incidents(), again.incidents());
        let differs = live.iter().find(|one| !read.contains(one)).map(|one| one.id.to_string());
        let differs = differs.or_else(|| (live.len() != read.len()).then(|| "their number".to_owned()));
        differs.map(|what| {
            (Law::JournalTellsTheSame, format!("{what} is another after reading the journal again"))
        })
    }
}

/// Whether each sentence of it can be followed to facts of its incident, or to the act that wrote it.
fn is_proven(incident: &Incident, update: &Update) -> bool {
    update.versions.iter().flat_map(|version| &version.sentences).all(|sentence| {
        let mut ids = sentence.evidence().ids().iter();
        ids.all(|id| incident.fact(id).is_some() || id.as_str().starts_with("act/"))
    })
}
