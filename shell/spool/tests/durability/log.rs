//! The log read from outside: everything acknowledged is in it whenever the power is cut, a place means the same after a restart, and what
//! goes unread shows as a gap.

use crate::crash::{Fact, record};
use crate::support::{Message, START, attempt, delivered, open, open_unread, run, small_segments};
use model::{ByteCount, Duration, MessageId, Stage, Timestamp};
use spool::disk::shim::{Crash, MemDisk, Op};
use spool::{Event, LogGap, LogPlace, LogRecord, Phases, Spool, SpoolConfig, Tried, TriedResult};
use std::collections::BTreeSet;

/// With a reader that may be as slow as it likes.
fn with_reader() -> SpoolConfig {
    SpoolConfig { unread_bytes_max: Some(ByteCount(1 << 30)), ..small_segments() }
}

/// Everything from `place` on, read in pieces of `limit`.
fn read_on(
    spool: &Spool,
    mut place: Option<LogPlace>,
    limit: usize,
) -> (Vec<LogRecord>, Vec<LogGap>, Option<LogPlace>) {
    let (mut records, mut gaps) = (Vec::new(), Vec::new());
    loop {
        let batch = spool.read_log(place, limit).unwrap();
        gaps.extend(batch.gaps);
        if batch.records.is_empty() && batch.next == place {
            return (records, gaps, place);
        }
        place = batch.next;
        records.extend(batch.records);
    }
}

/// The messages that exist by what the log tells; one in transit does when it is taken in.
fn accepted(records: &[LogRecord]) -> BTreeSet<MessageId> {
    let is_accepted = |record: &&LogRecord| {
        matches!(record.event, Event::Accepted { chunks: 1.., .. } | Event::Moved { .. })
    };
    records.iter().filter(is_accepted).map(|record| record.id).collect()
}

#[test]
fn whenever_the_power_is_cut_everything_acknowledged_is_in_the_log_once() {
    for seed in 1..=3 {
        let (journal, facts) = record(seed, 12, &with_reader());
        let disk = MemDisk::new();
        let mut acknowledged = BTreeSet::new();
        let mut cuts = 0;
        for op in &journal {
            disk.replay(op);
            let Op::Mark(number) = op else { continue };
            if let Fact::Acknowledged(id) = &facts[*number as usize] {
                acknowledged.insert(*id);
            }
            let left = disk.crash(Crash::NothingUnsynced);
            let (spool, _) = run(async { open(&left, with_reader(), START) }).unwrap();
            let (records, gaps, _) = read_on(&spool, None, 7);
            let missing: Vec<_> = acknowledged.difference(&accepted(&records)).copied().collect();
            assert!(
                missing.is_empty() && gaps.is_empty(),
                "seed {seed}, fact {number}: {missing:?} {gaps:?}"
            );
            let different: BTreeSet<_> = records.iter().map(|one| (one.id, one.at, one.mark)).collect();
            assert_eq!(different.len(), records.len(), "seed {seed}, fact {number}: an event is there twice");
            cuts += 1;
            run(spool.stop());
        }
        println!("seed {seed}: {cuts} cuts");
    }
}

#[test]
fn whatever_a_power_cut_leaves_the_log_tells_of_no_message_that_the_queue_does_not_know() {
    let mut torn = 0;
    for seed in 1..=4 {
        let (journal, _) = record(seed, 12, &with_reader());
        let disk = MemDisk::new();
        for (place, op) in journal.iter().enumerate() {
            disk.replay(op);
            let left = disk.crash(Crash::Chosen(seed.wrapping_mul(1_000_003).wrapping_add(place as u64)));
            let (spool, recovered) = run(async { open(&left, with_reader(), START) }).unwrap();
            torn += recovered.torn;
            let (records, ..) = read_on(&spool, None, usize::MAX);
            let ended = |id: &MessageId| {
                records.iter().any(|one| one.id == *id && matches!(one.event, Event::Outcomes { .. }))
            };
            for id in accepted(&records) {
                assert!(spool.show(id).is_some() || ended(&id), "seed {seed}, operation {place}: {id}");
            }
            run(spool.stop());
        }
    }
    assert!(torn > 0, "no cut tore a message");
}

/// Accepts and delivers `count` messages, some of which fill segments.
async fn work(spool: &Spool, from: u64, count: u64, now: Timestamp) {
    for number in from..from + count {
        Message { number, recipients: 1, size: 9_000 }.commit(spool, now).await.unwrap();
        let lease = spool.take_due(now, |_| true).unwrap();
        attempt(&lease, &[0], now).await.unwrap();
        lease.record_outcomes(vec![(0, delivered())], now).await.unwrap();
    }
}

#[test]
fn a_place_means_the_same_after_a_restart() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, with_reader(), START).unwrap();
        work(&spool, 1, 10, START).await;
        let first = spool.read_log(None, 11).unwrap();
        assert_eq!(
            (first.records.len(), spool.unread_records(first.next)),
            (11, spool.unread_records(None) - 11)
        );
        work(&spool, 11, 3, START).await;
        spool.stop().await;
        let (spool, _) = open(&disk, with_reader(), START).unwrap();
        work(&spool, 14, 2, START).await;
        spool.stop().await;
        let (rest, gaps, place) = read_on(&spool, first.next, 4);
        let mut pieces = first.records;
        pieces.extend(rest);
        let (whole, ..) = read_on(&spool, None, usize::MAX);
        assert_eq!((pieces.len(), gaps), (15 * 3, Vec::new()));
        assert_eq!(pieces, whole);
        assert_eq!(spool.unread_records(place), 0);
    });
}

#[test]
fn before_earlier_runs_are_read_nothing_is_given_and_no_gap_is_told() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, with_reader(), START).unwrap();
        work(&spool, 1, 2, START).await;
        let place = spool.read_log(None, 1).unwrap().next;
        spool.stop().await;
        let (spool, unread) = open_unread(&disk, with_reader(), START).unwrap();
        work(&spool, 3, 1, START).await;
        assert_eq!(read_on(&spool, place, 9), (Vec::new(), Vec::new(), place));
        unread.read().unwrap().join();
        spool.stop().await;
        let (records, gaps, _) = read_on(&spool, place, 9);
        assert_eq!((records.len(), gaps), (8, Vec::new()));
    });
}

#[test]
fn only_what_is_synced_is_given() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), with_reader(), START).unwrap();
        Message { number: 1, recipients: 1, size: 10 }.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        lease.record_tried(a_try(false), START).await.unwrap();
        assert_eq!(read_on(&spool, None, 10).0.len(), 1);
        drop(lease);
        Message { number: 2, recipients: 1, size: 10 }.commit(&spool, START).await.unwrap();
        assert_eq!(read_on(&spool, None, 10).0.len(), 3);
    });
}

/// A try that took in the first recipient, or not.
fn a_try(taken: bool) -> Tried {
    let reply = "a reply".to_owned();
    let result = TriedResult { recipients: vec![0], stage: Stage::Data, taken, reply, unanswered: None };
    Tried {
        source: "one".parse().unwrap(),
        host: "mx.example.net".to_owned(),
        tls: None,
        reused: true,
        phases: Phases::default(),
        results: vec![result],
        said: Vec::new(),
    }
}

/// The names of the events of one message in the log.
async fn named(spool: &Spool, id: MessageId) -> Vec<String> {
    spool.sync_log().await.unwrap();
    let name = |record: LogRecord| {
        let text = format!("{:?}", record.event);
        text.split(' ').next().unwrap_or_default().to_lowercase()
    };
    read_on(spool, None, 10).0.into_iter().filter(|record| record.id == id).map(name).collect()
}

#[test]
fn what_only_the_trace_needs_lies_in_front_of_the_record_that_follows() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, with_reader(), START).unwrap();
        let message = Message { number: 1, recipients: 1, size: 10 };
        message.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        lease.note_stamped(Vec::new(), None, START);
        attempt(&lease, &[0], START).await.unwrap();
        lease.record_tried(a_try(true), START).await.unwrap();
        assert_eq!(named(&spool, message.id()).await, ["accepted", "stamped", "attempt"]);
        lease.record_outcomes(vec![(0, delivered())], START).await.unwrap();
        let whole = ["accepted", "stamped", "attempt", "tried", "outcomes"];
        assert_eq!(named(&spool, message.id()).await, whole);
        // Killed: the outcome holds, and nothing is damaged.
        let (after, recovered) = open(&disk.crash(Crash::NothingUnsynced), with_reader(), START).unwrap();
        assert!(after.show(message.id()).is_none() && recovered.damaged_records == 0, "{recovered:?}");
        assert_eq!(named(&after, message.id()).await, whole);
    });
}

#[test]
fn a_delivery_that_breaks_off_leaves_its_notes_once() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), with_reader(), START).unwrap();
        let message = Message { number: 1, recipients: 1, size: 10 };
        message.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        lease.note_stamped(Vec::new(), None, START);
        drop(lease);
        assert_eq!(named(&spool, message.id()).await, ["accepted", "stamped"]);
        let lost = spool.take_lost().unwrap();
        lost.note_loss(START, "its task failed".to_owned(), START).await.unwrap();
        assert_eq!(named(&spool, message.id()).await, ["accepted", "stamped", "rescheduled"]);
    });
}

#[test]
fn finished_segments_wait_for_the_reader_and_go_when_they_are_read() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, with_reader(), START).unwrap();
        work(&spool, 1, 20, START).await;
        let later = START + Duration::from_secs(7_200);
        spool.maintain(later).await.unwrap();
        assert_eq!(accepted(&read_on(&spool, None, 5).0).len(), 20);
        let (_, gaps, place) = read_on(&spool, None, 5);
        spool.log_is_read_to(place.unwrap());
        spool.maintain(later).await.unwrap();
        let (left, ..) = read_on(&spool, None, 5);
        assert!(gaps.is_empty() && accepted(&left).len() < 5, "{} are left", accepted(&left).len());
        let (_, gaps, _) = read_on(&spool, place, 5);
        assert!(gaps.is_empty(), "{gaps:?}");
    });
}

#[test]
fn above_the_bound_the_oldest_go_unread_and_a_gap_is_told() {
    run(async {
        let disk = MemDisk::new();
        let bound = SpoolConfig { unread_bytes_max: Some(ByteCount(64 << 10)), ..small_segments() };
        let (spool, _) = open(&disk, bound, START).unwrap();
        work(&spool, 1, 1, START).await;
        let place = spool.read_log(None, 2).unwrap().next;
        work(&spool, 2, 30, START).await;
        spool.maintain(START + Duration::from_secs(7_200)).await.unwrap();
        let (records, gaps, _) = read_on(&spool, place, 100);
        assert!(matches!(gaps[..], [LogGap::Gone { from: 1, to: 2.. }]), "{gaps:?}");
        let told = accepted(&records).len();
        assert!((1..20).contains(&told), "{told} of 30 are told");
    });
}

#[test]
fn another_spool_under_the_same_place_is_read_from_its_begin() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), with_reader(), START).unwrap();
        work(&spool, 1, 3, START).await;
        let place = read_on(&spool, None, 100).2;
        let other = MemDisk::new();
        let (spool, _) = open(&other, with_reader(), START + Duration::from_secs(1)).unwrap();
        work(&spool, 4, 2, START + Duration::from_secs(1)).await;
        let (records, gaps, _) = read_on(&spool, place, 100);
        assert!(matches!(gaps[..], [LogGap::OtherSpool { .. }]), "{gaps:?}");
        assert_eq!(accepted(&records).len(), 2);
    });
}

#[test]
fn a_damaged_record_is_a_gap_and_the_next_one_is_read() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, with_reader(), START).unwrap();
        work(&spool, 1, 2, START).await;
        let second = spool.read_log(None, 2).unwrap().records[1].clone();
        disk.flip_bit(&format!("{:016x}.segment", second.segment), second.offset as usize + 30, 1);
        let (records, gaps, _) = read_on(&spool, None, 100);
        assert!(matches!(gaps[..], [LogGap::Damaged { .. }]), "{gaps:?}");
        assert!(!records.contains(&second) && accepted(&records).len() == 2);
    });
}
