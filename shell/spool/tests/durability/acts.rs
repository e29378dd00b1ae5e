//! Operators' acts over random queues: counts that agree, nothing lost or doubled, undo exact, and all of it on disk.
//!
//! A queue is made from a seed with messages that wait, are parked, held and under way. After every act the whole queue is compared with
//! what it was: touched messages differ as the act says, all others not at all; and the same queue must be found after a power cut.

use crate::support::{Dice, Message, START, open, run, small_segments};
use model::{ActId, Duration, MessageId, ParkReason, Redirect, Selection, Stage, Standing, Timestamp};
use spool::disk::shim::{Crash, MemDisk, Op};
use spool::{Accepted, Act, ActEnd, ActKind, Acted, Lease, Phase, Skipped, Spool, Tally, Wanted};
use std::collections::BTreeMap;

/// What acts change in a message, and nothing else does here.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stand {
    standing: Standing,
    due: Timestamp,
    parked: Option<ParkReason>,
    redirect: Option<Redirect>,
    acts: Vec<ActId>,
}

type Queue = BTreeMap<MessageId, Stand>;

fn queue(spool: &Spool) -> Queue {
    let entries = spool.list(usize::MAX, |_| true).into_iter();
    let queue = entries.map(|entry| {
        let (standing, due, parked) = (entry.standing, entry.due, entry.parked);
        (entry.id, Stand { standing, due, parked, redirect: entry.redirect, acts: entry.acts })
    });
    queue.collect()
}

fn tenant(number: u64) -> &'static str {
    ["acme", "bolt", "cord"][(number % 3) as usize]
}

async fn commit(spool: &Spool, number: u64, now: Timestamp) {
    let message = Message { number, recipients: 1 + (number % 3) as usize, size: 60 };
    let mut incoming = spool.begin(message.id()).unwrap();
    incoming.append(&message.body()).await.unwrap();
    let accepted = Accepted { tenant: tenant(number).parse().unwrap(), ..message.accepted(now) };
    incoming.commit(accepted).await.unwrap();
}

fn refused() -> ParkReason {
    let reply = "550 5.7.1 Service unavailable".to_owned();
    ParkReason::Refused {
        stage: Stage::Rcpt,
        host: "mx.example.net [192.0.2.1:25]".to_owned(),
        reply,
        category: None,
        owner: None,
        source: None,
    }
}

struct World {
    disk: MemDisk,
    spool: Spool,
    dice: Dice,
    now: Timestamp,
    under_way: Vec<Lease>,
}

impl World {
    /// Some messages wait for later, some are due, some are parked, some are under way.
    async fn new(seed: u64, messages: u64) -> Self {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        let mut world = Self { disk, spool, dice: Dice(seed), now: START, under_way: Vec::new() };
        for number in 1..=messages {
            commit(&world.spool, number, START).await;
        }
        while let Some(lease) = world.spool.take_due(START, |_| true) {
            let later = START + Duration::from_secs(600 + world.dice.below(600));
            match world.dice.below(8) {
                0 => world.under_way.push(lease),
                1 | 2 => lease.park(refused(), Vec::new(), START).await.unwrap(),
                3 => lease
                    .park(ParkReason::Loop { detail: "round".to_owned() }, Vec::new(), START)
                    .await
                    .unwrap(),
                _ => lease.reschedule(later, vec![0], "busy".to_owned(), START).await.unwrap(),
            }
        }
        world
    }

    fn act_id(&mut self) -> ActId {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.dice.below(u64::MAX).to_be_bytes());
        ActId::new(self.now, random)
    }

    fn selection(&mut self) -> Selection {
        let terms = match self.dice.below(5) {
            0 => vec!["state=waiting"],
            1 => vec!["state=parked", "state=held"],
            2 => vec!["tenant=acme"],
            3 => vec!["tenant=bolt", "tenant=cord", "class=refused"],
            _ => return Selection::everything(),
        };
        Selection::new(terms.into_iter().map(|term| term.parse().unwrap()).collect(), false).unwrap()
    }

    fn wanted(&mut self) -> Wanted {
        let host = format!("relay{}.example:25", self.dice.below(2));
        match self.dice.below(4) {
            0 => Wanted::Hold { by: "op".to_owned(), note: "wait".to_owned() },
            1 => Wanted::Release,
            2 => Wanted::Retry,
            _ => Wanted::Redirect(Redirect { to: host.parse().unwrap(), tls: None }),
        }
    }

    fn meant(&self, selection: &Selection) -> Vec<MessageId> {
        let mut ids = Vec::new();
        self.spool.scan(|seen| {
            if seen.is_meant(selection, &|_, _| false, self.now) {
                ids.push(seen.id);
            }
        });
        ids
    }

    /// One act from its first record to its last.
    async fn act(&mut self, wanted: &Wanted, selection: &Selection) -> (ActId, Tally) {
        self.now = self.now + Duration::from_secs(1);
        let id = self.act_id();
        let kind = match wanted {
            Wanted::Hold { .. } => ActKind::Hold,
            Wanted::Release => ActKind::Release,
            Wanted::Retry => ActKind::Retry,
            Wanted::Redirect(to) => ActKind::Redirect { to: to.clone() },
            Wanted::Undo(of) => ActKind::Undo { of: *of },
        };
        let (by, reason) = ("op".to_owned(), "test".to_owned());
        let mut act = Act { id, kind, by, begun: self.now, reason, selection: selection.clone(), end: None };
        self.spool.journal(&act, self.now).await.unwrap();
        let ids = self.meant(selection);
        let Acted { tally, delivering, done } = self.spool.act(id, wanted, &ids, |_| true, self.now).await;
        done.unwrap();
        assert_eq!(delivering.len(), tally.delivering);
        act.end = Some(ActEnd { at: self.now, tally, failed: None });
        self.spool.journal(&act, self.now).await.unwrap();
        (id, tally)
    }

    async fn undo(&mut self, of: ActId) -> Tally {
        let meant = Selection::new(vec![format!("act={of}").parse().unwrap()], false).unwrap();
        self.act(&Wanted::Undo(of), &meant).await.1
    }
}

/// Counts agree, only what was meant is touched, and each message as the act wants it.
fn check(before: &Queue, after: &Queue, meant: &[MessageId], wanted: &Wanted, tally: Tally, now: Timestamp) {
    assert!(tally.agrees(), "{tally:?}");
    assert_eq!(tally.selected, meant.len());
    assert!(before.keys().eq(after.keys()), "a message was lost or came from nowhere");
    let changed: Vec<&MessageId> = before.keys().filter(|id| before[id] != after[id]).collect();
    assert_eq!(changed.len(), tally.touched, "{wanted:?}");
    for id in changed {
        let (was, is) = (&before[id], &after[id]);
        assert!(meant.contains(id) && was.standing != Standing::Delivering, "{id} was not meant");
        let same_stand = (was.standing, was.due, &was.parked) == (is.standing, is.due, &is.parked);
        match wanted {
            Wanted::Hold { .. } => assert!(is.standing == Standing::Held && is.due == was.due, "{is:?}"),
            Wanted::Release => assert!(is.standing == Standing::Waiting && is.due == now, "{is:?}"),
            Wanted::Retry => assert!(was.standing == Standing::Waiting && is.due == now, "{is:?}"),
            Wanted::Redirect(to) => assert!(is.redirect.as_ref() == Some(to) && same_stand, "{is:?}"),
            Wanted::Undo(of) => assert!(!is.acts.contains(of), "{is:?}"),
        }
    }
}

/// What a restart finds is what ran; what was under way waits again.
fn check_restart(disk: &MemDisk, spool: &Spool, now: Timestamp) {
    let (found, _) = open(disk, small_segments(), now).unwrap();
    let mut ran = queue(spool);
    for stand in ran.values_mut().filter(|stand| stand.standing == Standing::Delivering) {
        stand.standing = Standing::Waiting;
    }
    assert_eq!(queue(&found), ran);
    assert_eq!(found.acts(), spool.acts());
}

async fn acts_of_one_world(seed: u64) {
    let mut world = World::new(seed, 60).await;
    let all = queue(&world.spool);
    for _ in 0..8 {
        let (wanted, selection) = (world.wanted(), world.selection());
        let before = queue(&world.spool);
        let meant = world.meant(&selection);
        let (act, tally) = world.act(&wanted, &selection).await;
        let after = queue(&world.spool);
        check(&before, &after, &meant, &wanted, tally, world.now);
        check_restart(&world.disk.crash(Crash::NothingUnsynced), &world.spool, world.now);
        if wanted != Wanted::Retry && world.dice.below(2) == 0 {
            let undone = world.undo(act).await;
            assert_eq!(undone.touched, tally.touched);
            assert_eq!(queue(&world.spool), before, "undo restores exactly");
            check_restart(&world.disk.crash(Crash::NothingUnsynced), &world.spool, world.now);
        }
    }
    assert!(all.keys().eq(queue(&world.spool).keys()));
    assert!(world.under_way.iter().all(|lease| all[&lease.id()] == queue(&world.spool)[&lease.id()]));
}

#[test]
fn whatever_acts_come_counts_agree_undo_restores_and_a_power_cut_finds_the_same_queue() {
    for seed in 1..=12 {
        println!("seed {seed}");
        run(acts_of_one_world(seed));
    }
}

#[test]
fn a_power_cut_inside_an_act_leaves_each_message_before_or_behind_it_and_the_journal_knows() {
    run(async {
        let mut world = World::new(3, 40).await;
        // An act on nothing: its records are synced, and so is everything before them.
        let nobody = Selection::new(vec!["tenant=nobody".parse().unwrap()], false).unwrap();
        assert_eq!(world.act(&Wanted::Retry, &nobody).await.1, Tally::default());
        let before = queue(&world.spool);
        let from = world.disk.journal().len();
        let wanted = Wanted::Hold { by: "op".to_owned(), note: "cut".to_owned() };
        let (act, tally) = world.act(&wanted, &Selection::everything()).await;
        assert!(tally.touched > 20, "{tally:?}");
        let after = queue(&world.spool);
        let rebuilt = MemDisk::new();
        let mut partial = 0;
        for (place, op) in world.disk.journal().iter().enumerate() {
            rebuilt.replay(op);
            if place < from || matches!(op, Op::Mark(_)) {
                continue;
            }
            for seed in 0..8 {
                let left = rebuilt.crash(Crash::Chosen(seed * 7_919 + place as u64));
                let (found, _) = open(&left, small_segments(), world.now).unwrap();
                let found_queue = queue(&found);
                assert!(found_queue.keys().eq(before.keys()), "operation {place}, seed {seed}");
                let touched = found_queue.values().filter(|stand| stand.acts.contains(&act)).count();
                partial += usize::from(touched > 0 && touched < tally.touched);
                for (id, stand) in
                    found_queue.iter().filter(|(id, _)| before[*id].standing != Standing::Delivering)
                {
                    assert!(*stand == before[id] || *stand == after[id], "{id}: {stand:?}");
                }
                let is_known = found.acts().iter().any(|known| known.id == act);
                assert!(is_known || touched == 0, "messages were touched by an act that the journal lacks");
            }
        }
        println!("{partial} cuts found the act half done");
        assert!(partial > 0, "no cut met the middle of the act");
    });
}

#[test]
fn acts_come_off_in_the_order_opposite_to_theirs_and_a_redirect_for_itself() {
    run(async {
        let mut world = World::new(5, 12).await;
        world.under_way.clear();
        let all = Selection::everything();
        let begun = queue(&world.spool);
        let to = Redirect { to: "relay.example:25".parse().unwrap(), tls: None };
        let (redirect, redirected) = world.act(&Wanted::Redirect(to), &all).await;
        let (hold, held) = world.act(&Wanted::Hold { by: "op".to_owned(), note: String::new() }, &all).await;
        let (release, released) = world.act(&Wanted::Release, &all).await;
        assert_eq!([redirected.touched, held.touched, released.touched], [12, 12, 12]);
        // Released by a later act: that one first.
        let covered = world.undo(hold).await;
        assert_eq!((covered.touched, covered.covered, covered.agrees()), (0, 12, true));
        assert_eq!(world.undo(redirect).await.touched, 12);
        assert_eq!(world.undo(release).await.touched, 12);
        assert!(queue(&world.spool).values().all(|stand| stand.standing == Standing::Held));
        assert_eq!(world.undo(hold).await.touched, 12);
        assert_eq!(queue(&world.spool), begun);
        assert_eq!(world.undo(hold).await.selected, 0, "there is nothing left to undo");
    });
}

#[test]
fn the_journal_outlives_the_segments_of_its_acts() {
    run(async {
        let mut world = World::new(7, 6).await;
        world.under_way.clear();
        let (act, _) = world.act(&Wanted::Retry, &Selection::everything()).await;
        for _ in 0..5 {
            let at = world.now + Duration::from_secs(40 * 60);
            while let Some(lease) = world.spool.take_due(at, |_| true) {
                let due = at + Duration::from_secs(3_600);
                lease.reschedule(due, Vec::new(), "busy".to_owned(), at).await.unwrap();
            }
            world.now = at;
            world.spool.maintain(at).await.unwrap();
        }
        let acts = world.spool.acts();
        assert_eq!(acts.iter().map(|act| act.id).collect::<Vec<_>>(), [act]);
        assert!(acts[0].end.is_some());
        let segments = spool::disk::Disk::list(&world.disk).unwrap().len();
        assert!(segments <= 3, "{segments} segments are left");
        check_restart(&world.disk.crash(Crash::NothingUnsynced), &world.spool, world.now);
    });
}

#[test]
fn a_message_taken_by_name_goes_back_to_where_it_stood() {
    run(async {
        let world = World::new(11, 30).await;
        let before = queue(&world.spool);
        for (id, stand) in &before {
            let taken = world.spool.take(*id, |_| true);
            match (stand.standing, taken) {
                (Standing::Delivering, taken) => assert_eq!(taken.err(), Some(Skipped::Delivering)),
                (_, Ok(lease)) => {
                    assert_eq!(world.spool.show(*id).unwrap().phase, Phase::Delivering);
                    lease.put_back();
                }
                (_, Err(skipped)) => panic!("{id}: {skipped:?}"),
            }
        }
        assert_eq!(queue(&world.spool), before);
        let parked = before.iter().find(|(_, stand)| stand.standing == Standing::Parked).unwrap().0;
        assert_eq!(world.spool.take(*parked, |_| false).err(), Some(Skipped::Gone));
        // Its task failed: a message that was parked does not begin to go.
        drop(world.spool.take(*parked, |_| true).unwrap());
        assert_eq!(queue(&world.spool), before);
    });
}

#[test]
fn the_trace_names_the_act_of_each_message() {
    run(async {
        let mut world = World::new(2, 4).await;
        world.under_way.clear();
        let (act, tally) = world.act(&Wanted::Release, &Selection::everything()).await;
        world.spool.sync_log().await.unwrap();
        let records = world.spool.read_log(None, 1_000).unwrap().records;
        let shown: Vec<serde_json::Value> =
            records.iter().map(|record| serde_json::to_value(&record.event).unwrap()).collect();
        let acted =
            shown.iter().filter(|record| record["event"] == "acted" && record["act"] == act.to_string());
        assert_eq!(acted.clone().count(), tally.touched);
        assert!(acted.clone().all(|record| record["change"] == "released"));
        assert_eq!(shown.iter().filter(|record| record["event"] == "act").count(), 2);
    });
}

/// A segment that the first release with acts wrote, cut behind its last record.
const FIXTURE: &[u8] = include_bytes!("fixtures/v1-acts.segment");

#[test]
fn acts_that_the_first_release_with_acts_wrote_are_read() {
    let disk = MemDisk::new();
    disk.put("0000000000000001.segment", FIXTURE.to_vec());
    let (spool, recovered) = open(&disk, small_segments(), START).unwrap();
    assert_eq!((recovered.damaged_records, recovered.messages), (0, 4));
    let acts = spool.acts();
    let kinds: Vec<String> = acts
        .iter()
        .map(|act| serde_json::to_value(act).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["undo", "release", "hold", "redirect", "retry"]);
    assert!(acts.iter().all(|act| act.by == "op" && act.end.as_ref().is_some_and(|end| end.tally.agrees())));
    let to: Redirect =
        Redirect { to: "relay.example:2525".parse().unwrap(), tls: Some(model::TlsPolicy::Require) };
    for stand in queue(&spool).values() {
        assert_eq!((stand.standing, &stand.redirect), (Standing::Held, &Some(to.clone())));
        assert_eq!(stand.acts, [acts[3].id, acts[2].id]);
    }
}
