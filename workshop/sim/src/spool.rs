//! The spool in small: a log of what happened to each message, and an index that is nothing but the log read again.
//!
//! ```text
//!             taken                 tried
//! (offered) -------> waiting -----------------> delivering --+--> ended: delivered, reported, discarded, by a person
//!                     ^  ^ ^---- to be tried again ----------+
//!                     |  +------ woken ---- parked <---------+
//!                     +--------- released - held <-- a person
//! ```
//! Live and after a crash the same function applies a record, so the index after a start is what the disk says and nothing else.

use crate::disk::{Log, Sick};
use crate::mail::Mail;
use model::{MessageId, ParkReason, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How a recipient's story ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Delivered,
    Reported {
        report: MessageId,
    },
    Discarded,
    /// An operator's act.
    Person,
}

/// One entry of the log.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    Accepted(Rc<Mail>),
    /// Written before the final dot.
    Attempt {
        recipients: Vec<usize>,
    },
    /// Those who certainly do not have it.
    Undelivered {
        recipients: Vec<usize>,
    },
    Ended(Vec<(usize, End)>),
    Wait {
        due: Timestamp,
    },
    /// Each with its reason; those who are left go on.
    Park(Vec<(usize, ParkReason)>),
    Woken {
        due: Timestamp,
    },
    Held,
    Released {
        due: Timestamp,
    },
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Waiting,
    Delivering,
    Parked,
    Held,
}

/// One message of the queue.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) mail: Rc<Mail>,
    pub(crate) standing: Standing,
    pub(crate) due: Timestamp,
    pub(crate) tries: u32,
    pub(crate) ended: BTreeMap<usize, End>,
    pub(crate) parked: BTreeMap<usize, ParkReason>,
    /// Who may have it although nobody said so.
    pub(crate) in_flight: BTreeSet<usize>,
    /// Since when something of it is parked.
    pub(crate) parked_since: Option<Timestamp>,
}

impl Entry {
    /// Who is to be tried.
    pub(crate) fn to_try(&self) -> Vec<usize> {
        let all = 0..self.mail.recipients.len();
        all.filter(|one| !self.ended.contains_key(one) && !self.parked.contains_key(one)).collect()
    }

    pub(crate) fn unended(&self) -> usize {
        self.mail.recipients.len() - self.ended.len()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Spool {
    log: Log<(MessageId, Timestamp, Record)>,
    pub(crate) entries: BTreeMap<MessageId, Entry>,
    /// A sync failed; nothing is taken until a new segment is proven.
    pub(crate) is_stopped: bool,
    /// What happened and is not on disk: owed to the next segment.
    owed: Vec<(MessageId, Timestamp, Record)>,
}

impl Spool {
    /// Makes a message safe; an error says that it is not.
    pub(crate) fn commit(&mut self, mail: Rc<Mail>, sick: Sick, now: Timestamp) -> Result<(), &'static str> {
        if self.is_stopped {
            return Err("451 4.3.0 stopped");
        }
        // What we write ourselves about a message that is here may use the space that is kept back.
        if sick.is_full && mail.about.is_none() {
            return Err("452 4.3.1 no space");
        }
        self.log.append((mail.id, now, Record::Accepted(Rc::clone(&mail))));
        if self.sync(sick).is_err() {
            return Err("451 4.3.0 sync failed");
        }
        self.apply(mail.id, &Record::Accepted(mail), now);
        Ok(())
    }

    /// Notes what happened: it holds for this run whatever the disk says, and is synced soon.
    pub(crate) fn note(&mut self, id: MessageId, record: Record, now: Timestamp) {
        self.apply(id, &record, now);
        if self.is_stopped {
            self.owed.push((id, now, record));
        } else {
            self.log.append((id, now, record));
        }
    }

    /// The sync of the moment. A failed one stops acceptance; what has happened is owed, what was only offered is gone.
    pub(crate) fn sync(&mut self, sick: Sick) -> Result<(), ()> {
        if self.is_stopped {
            return Err(());
        }
        self.log.sync(sick).inspect_err(|()| {
            self.is_stopped = true;
            let unsynced = self.log.take_unsynced();
            self.owed
                .extend(unsynced.into_iter().filter(|(.., record)| !matches!(record, Record::Accepted(_))));
        })
    }

    /// Tries a new segment: created, synced, read back.
    pub(crate) fn prove_segment(&mut self, sick: Sick) {
        if self.is_stopped && !sick.fails_sync {
            self.is_stopped = false;
            for owed in std::mem::take(&mut self.owed) {
                self.log.append(owed);
            }
            let _stops_again = self.sync(sick);
        }
    }

    /// The process is gone: the index is what the log says.
    pub(crate) fn restart(&mut self) {
        self.entries.clear();
        self.owed.clear();
        self.is_stopped = false;
        let records = self.log.records().to_vec();
        for (id, at, record) in records {
            self.apply(id, &record, at);
        }
        for entry in self.entries.values_mut().filter(|entry| entry.standing == Standing::Delivering) {
            entry.standing = Standing::Waiting;
        }
    }

    /// Whose last records a kill, or a power cut, may take.
    pub(crate) fn at_risk(&self, power: bool) -> BTreeSet<MessageId> {
        let unsynced = self.log.unsynced().iter().filter(|_| power);
        unsynced.chain(&self.owed).map(|(id, ..)| *id).collect()
    }

    /// The power goes.
    pub(crate) fn cut(&mut self, dice: &mut crate::dice::Dice) {
        self.log.cut(dice);
    }

    fn apply(&mut self, id: MessageId, record: &Record, at: Timestamp) {
        if let Record::Accepted(mail) = record {
            let entry = Entry {
                mail: Rc::clone(mail),
                standing: Standing::Waiting,
                due: mail.received,
                tries: 0,
                ended: BTreeMap::new(),
                parked: BTreeMap::new(),
                in_flight: BTreeSet::new(),
                parked_since: None,
            };
            self.entries.insert(id, entry);
            return;
        }
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.apply(record, at);
        if entry.unended() == 0 {
            self.entries.remove(&id);
        }
    }
}

impl Entry {
    fn apply(&mut self, record: &Record, at: Timestamp) {
        match record {
            Record::Accepted(_) => {}
            Record::Attempt { recipients } => {
                self.standing = Standing::Delivering;
                self.in_flight.extend(recipients);
            }
            Record::Undelivered { recipients } => {
                self.in_flight.retain(|one| !recipients.contains(one));
            }
            Record::Ended(ends) => {
                for (recipient, end) in ends {
                    self.in_flight.remove(recipient);
                    self.parked.remove(recipient);
                    self.ended.insert(*recipient, *end);
                }
            }
            Record::Wait { due } => {
                self.standing = Standing::Waiting;
                self.due = *due;
                self.tries += 1;
            }
            Record::Park(reasons) => {
                self.parked.extend(reasons.iter().cloned());
                self.parked_since.get_or_insert(at);
                self.standing = if self.to_try().is_empty() { Standing::Parked } else { Standing::Waiting };
            }
            Record::Woken { due } | Record::Released { due } => {
                self.parked.clear();
                (self.standing, self.due) = (Standing::Waiting, *due);
            }
            Record::Held => self.standing = Standing::Held,
        }
    }
}
