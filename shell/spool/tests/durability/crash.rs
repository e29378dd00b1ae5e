//! The power is cut after every single operation of a seeded workload, and the spool opened on what is left.
//!
//! The workload notes in the disk's journal what was promised to whom and when. After a cut, everything acknowledged before it
//! must be there with its bytes, nothing recorded as final may be delivered again, and who may have the message already must be marked.
//! The same check must fail on a disk whose sync, or whose directory sync, does nothing.

use crate::support::{Dice, Message, START, attempt, delivered, open, open_unread, run, small_segments};
use model::{Duration, MessageId, Outcome, ParkReason, Timestamp};
use spool::disk::shim::{Crash, Faults, MemDisk, Op};
use spool::{Lease, Phase, QueueEntry, Spool, SpoolConfig};
use std::collections::{BTreeMap, BTreeSet};

/// What the world outside the disk knows, in the order in which it came to know it.
#[derive(Debug, Clone)]
pub(crate) enum Fact {
    /// Its commit was asked for: from here it may be found.
    Offered(Message),
    /// Its commit returned: from here it must be found.
    Acknowledged(MessageId),
    /// The final dot left for these recipients.
    Sent(MessageId, Vec<usize>),
    /// The record that they are final was asked for.
    Ending(MessageId, Vec<usize>),
    /// It went past the queue, and nobody was told that it is here.
    Through(MessageId),
    /// That record is written; the next sync, at the latest with the next acknowledgement, makes it certain.
    Ended(MessageId, Vec<usize>),
}

/// A workload while it runs.
struct World {
    disk: MemDisk,
    config: SpoolConfig,
    spool: Spool,
    now: Timestamp,
    dice: Dice,
    facts: Vec<Fact>,
    offered: u64,
}

impl World {
    fn new(seed: u64, config: SpoolConfig) -> Self {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, config.clone(), START).unwrap();
        Self { disk, config, spool, now: START, dice: Dice(seed), facts: Vec::new(), offered: 0 }
    }

    fn note(&mut self, fact: Fact) {
        self.disk.mark(self.facts.len() as u64);
        self.facts.push(fact);
    }

    async fn step(&mut self) {
        self.now = self.now + Duration::from_secs(20);
        match self.dice.below(13) {
            0..4 => self.accept_some().await,
            4..8 => self.deliver_one().await,
            8 => self.wait_and_maintain().await,
            9 => self.restart().await,
            _ => self.hand_on_one().await,
        }
    }

    async fn accept_some(&mut self) {
        let messages: Vec<Message> = (0..=self.dice.below(3)).map(|_| self.next_message()).collect();
        messages.iter().for_each(|message| self.note(Fact::Offered(*message)));
        let (spool, now) = (self.spool.clone(), self.now);
        let mut commits = tokio::task::JoinSet::new();
        for message in messages {
            let spool = spool.clone();
            commits.spawn(async move { message.commit(&spool, now).await.map(|()| message.id()) });
        }
        while let Some(done) = commits.join_next().await {
            self.note(Fact::Acknowledged(done.unwrap().unwrap()));
        }
    }

    fn next_message(&mut self) -> Message {
        self.offered += 1;
        let size = match self.dice.below(8) {
            0 => 0,
            1 => 9_000,
            _ => self.dice.below(2_500) as usize,
        };
        Message { number: self.offered, recipients: 1 + self.dice.below(3) as usize, size }
    }

    async fn deliver_one(&mut self) {
        let Some(lease) = self.spool.take_due(self.now, |_| true) else { return };
        let id = lease.id();
        let pending: Vec<usize> = lease.pending().into_iter().map(|(number, _)| number).collect();
        attempt(&lease, &pending, self.now).await.unwrap();
        self.note(Fact::Sent(id, pending.clone()));
        let (done, left): (Vec<usize>, Vec<usize>) =
            pending.into_iter().partition(|_| self.dice.below(3) > 0);
        if !done.is_empty() {
            self.note(Fact::Ending(id, done.clone()));
            let outcomes = done.iter().map(|recipient| (*recipient, delivered())).collect();
            lease.record_outcomes(outcomes, self.now).await.unwrap();
            self.note(Fact::Ended(id, done));
        }
        if !left.is_empty() {
            self.give_back(lease).await;
        }
    }

    /// A message that the next hop gets before it is answered for: all of it, or some and then the queue.
    async fn hand_on_one(&mut self) {
        let message = self.next_message();
        self.note(Fact::Offered(message));
        let mut incoming = self.spool.begin(message.id()).unwrap();
        incoming.append(&message.body()).await.unwrap();
        let transit = incoming.into_transit(message.accepted(self.now)).unwrap();
        let mut left: Vec<usize> = (0..message.recipients).collect();
        // None, some or all of them, one transaction each.
        for recipient in 0..self.dice.below(message.recipients as u64 + 1) as usize {
            let source = "one".parse().unwrap();
            transit.record_attempt(&[recipient], &source, "mx.example.net", self.now).await.unwrap();
            self.note(Fact::Sent(message.id(), vec![recipient]));
            if self.dice.below(3) > 0 {
                self.note(Fact::Ending(message.id(), vec![recipient]));
                transit.record_outcomes(vec![(recipient, delivered())], self.now).await.unwrap();
                self.note(Fact::Ended(message.id(), vec![recipient]));
                left.retain(|pending| *pending != recipient);
            }
        }
        if left.is_empty() {
            return self.note(Fact::Through(message.id()));
        }
        let lease = transit.take_in(self.now).await.unwrap();
        self.note(Fact::Acknowledged(message.id()));
        self.give_back(lease).await;
    }

    /// The connection was lost behind the final dot: nobody knows whether those that are left have it.
    async fn give_back(&mut self, lease: Lease) {
        let later = self.now + Duration::from_secs(60);
        match self.dice.below(4) {
            0 => {
                let id = lease.id();
                let reason = ParkReason::Policy { detail: "test".to_owned() };
                lease.park(reason, Vec::new(), self.now).await.unwrap();
                self.spool.release(id, "operator", self.now).await.unwrap();
            }
            1 => drop(lease),
            _ => lease.reschedule(later, Vec::new(), "lost".to_owned(), self.now).await.unwrap(),
        }
    }

    async fn wait_and_maintain(&mut self) {
        self.now = self.now + Duration::from_secs(40 * 60);
        self.spool.maintain(self.now).await.unwrap();
    }

    async fn restart(&mut self) {
        self.spool.stop().await;
        let unread;
        (self.spool, unread) = open_unread(&self.disk, self.config.clone(), self.now).unwrap();
        // Mail comes, goes and is tidied before what was there is read.
        for _ in 0..self.dice.below(3) {
            self.accept_some().await;
            self.deliver_one().await;
            self.spool.maintain(self.now).await.unwrap();
        }
        unread.read().unwrap().join();
    }
}

/// What must hold after a cut, gathered from the facts before it.
#[derive(Default)]
struct Promised {
    offered: BTreeMap<MessageId, Message>,
    acknowledged: BTreeSet<MessageId>,
    sent: BTreeSet<(MessageId, usize)>,
    ending: BTreeSet<(MessageId, usize)>,
    ended: BTreeSet<(MessageId, usize)>,
    certain: BTreeSet<(MessageId, usize)>,
    through: BTreeSet<MessageId>,
}

impl Promised {
    fn take(&mut self, fact: &Fact) {
        let each = |id: &MessageId, recipients: &[usize]| -> Vec<(MessageId, usize)> {
            recipients.iter().map(|recipient| (*id, *recipient)).collect()
        };
        match fact {
            Fact::Offered(message) => drop(self.offered.insert(message.id(), *message)),
            Fact::Acknowledged(id) => {
                self.acknowledged.insert(*id);
                self.certain.append(&mut self.ended);
            }
            Fact::Sent(id, recipients) => self.sent.extend(each(id, recipients)),
            Fact::Ending(id, recipients) => self.ending.extend(each(id, recipients)),
            Fact::Through(id) => {
                self.through.insert(*id);
            }
            Fact::Ended(id, recipients) => self.ended.extend(each(id, recipients)),
        }
    }

    async fn check(&self, spool: &Spool) -> Result<(), String> {
        for entry in spool.list(usize::MAX, |_| true) {
            if !self.offered.contains_key(&entry.id) {
                return Err(format!("{} was never offered", entry.id));
            }
            if self.through.contains(&entry.id) {
                return Err(format!("{} went through and is in the queue", entry.id));
            }
        }
        for (id, message) in &self.offered {
            match spool.show(*id) {
                Some(entry) => {
                    let body = spool.original(*id).await.map_err(|error| error.to_string())?;
                    if body != message.body() {
                        return Err(format!("{id} has other bytes"));
                    }
                    self.check_recipients(&entry)?;
                }
                None => self.check_absence(*message)?,
            }
        }
        Ok(())
    }

    fn check_absence(&self, message: Message) -> Result<(), String> {
        let over = (0..message.recipients).all(|recipient| self.ending.contains(&(message.id(), recipient)));
        if self.acknowledged.contains(&message.id()) && !over {
            return Err(format!("{} was acknowledged and is lost", message.id()));
        }
        Ok(())
    }

    fn check_recipients(&self, entry: &QueueEntry) -> Result<(), String> {
        let id = entry.id;
        if entry.phase == Phase::Delivering {
            return Err(format!("{id} is being delivered by nobody"));
        }
        for (recipient, outcome) in entry.outcomes.iter().enumerate() {
            let key = (id, recipient);
            match outcome {
                Outcome::Pending if self.certain.contains(&key) => {
                    return Err(format!("{id} recipient {recipient} was final and would be sent again"));
                }
                Outcome::Pending
                    if self.sent.contains(&key) && !entry.maybe_duplicate.contains(&recipient) =>
                {
                    return Err(format!("{id} recipient {recipient} may have it and is not marked"));
                }
                Outcome::Final(_) if !self.ending.contains(&key) => {
                    return Err(format!("{id} recipient {recipient} is final and never ended"));
                }
                Outcome::Pending | Outcome::Final(_) => {}
            }
        }
        Ok(())
    }
}

/// A workload's journal and facts.
pub(crate) fn record(seed: u64, steps: usize, config: &SpoolConfig) -> (Vec<Op>, Vec<Fact>) {
    run(async {
        let mut world = World::new(seed, config.clone());
        for _ in 0..steps {
            world.step().await;
        }
        world.spool.stop().await;
        (world.disk.journal(), world.facts)
    })
}

/// Cuts the power after every operation on a disk with `faults`; the first promise that is broken is the error.
fn verdict(seed: u64, faults: Faults) -> Result<usize, String> {
    let (journal, facts) = record(seed, 14, &small_segments());
    let disk = MemDisk::new();
    disk.set_faults(faults);
    let mut promised = Promised::default();
    let mut cuts = 0;
    for (place, op) in journal.iter().enumerate() {
        disk.replay(op);
        if let Op::Mark(number) = op {
            promised.take(&facts[*number as usize]);
        }
        let chosen = seed.wrapping_mul(1_000_003).wrapping_add(place as u64);
        for kind in [Crash::NothingUnsynced, Crash::Everything, Crash::Chosen(chosen)] {
            let left = disk.crash(kind);
            check_after(&left, &promised)
                .map_err(|why| format!("seed {seed}, operation {place}, {kind:?}: {why}"))?;
            cuts += 1;
        }
    }
    Ok(cuts)
}

/// Opens twice: what the first recovery writes must not change what the second one finds.
fn check_after(left: &MemDisk, promised: &Promised) -> Result<(), String> {
    let later = START + Duration::from_secs(7 * 86_400);
    run(async {
        for _ in 0..2 {
            let (spool, _) = open(left, small_segments(), later).map_err(|error| error.to_string())?;
            promised.check(&spool).await?;
            spool.stop().await;
        }
        Ok(())
    })
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_final_is_sent_again_whenever_the_power_is_cut() {
    for seed in 1..=4 {
        let cuts = verdict(seed, Faults::default()).unwrap();
        println!("seed {seed}: {cuts} cuts");
    }
}

#[test]
fn a_sync_that_does_nothing_is_noticed() {
    let faults = Faults { sync_is_a_no_op: true, ..Faults::default() };
    println!("{}", verdict(1, faults).unwrap_err());
}

#[test]
fn a_directory_sync_that_does_nothing_is_noticed() {
    let faults = Faults { sync_dir_is_a_no_op: true, ..Faults::default() };
    println!("{}", verdict(1, faults).unwrap_err());
}
