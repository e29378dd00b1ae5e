//! Disks that fail, fill up or are slow, and what the spool answers meanwhile.

use crate::support::{Message, START, attempt, delivered, open, run, small_segments};
use model::{ByteCount, Duration, Metrics, ParkReason};
use spool::disk::shim::{Crash, Faults, MemDisk};
use spool::disk::{Disk as _, RealDisk};
use spool::{Spool, SpoolConfig, SpoolError};
use std::sync::Arc;

const FIRST: Message = Message { number: 1, recipients: 2, size: 700 };
const SECOND: Message = Message { number: 2, recipients: 1, size: 800 };
const THIRD: Message = Message { number: 3, recipients: 1, size: 900 };

/// Offers a message until it is taken; what was answered before that.
async fn offer_until_taken(spool: &Spool, message: Message) -> Vec<SpoolError> {
    let mut answers = Vec::new();
    while let Err(error) = message.commit(spool, START).await {
        answers.push(error);
        tokio::task::yield_now().await;
    }
    answers
}

#[test]
fn a_failed_sync_refuses_the_message_for_good_and_a_new_segment_takes_the_next() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        let segments = disk.list().unwrap().len();
        disk.set_faults(Faults { fail_next_sync: true, ..Faults::default() });
        let error = SECOND.commit(&spool, START).await.unwrap_err();
        assert!(matches!(error, SpoolError::Stopped(_)), "{error}");
        assert!(spool.show(SECOND.id()).is_none());
        let answers = offer_until_taken(&spool, THIRD).await;
        assert!(answers.iter().all(|error| matches!(error, SpoolError::Stopped(_))), "{answers:?}");
        assert!(disk.list().unwrap().len() > segments);
        for kind in [Crash::Everything, Crash::NothingUnsynced] {
            let (after, _) = open(&disk.crash(kind), small_segments(), START).unwrap();
            assert_eq!(after.original(FIRST.id()).await.unwrap(), FIRST.body());
            assert!(after.show(SECOND.id()).is_none(), "{kind:?}");
            assert_eq!(after.original(THIRD.id()).await.unwrap(), THIRD.body());
        }
    });
}

#[test]
fn a_body_that_is_written_past_the_buffer_is_whole_or_refused() {
    run(async {
        let disk = MemDisk::new();
        let config = SpoolConfig { segment_size: ByteCount(4 << 20), ..small_segments() };
        let (spool, _) = open(&disk, config.clone(), START).unwrap();
        let large = |number| Message { number, recipients: 1, size: 300_000 };
        // Small records wait in the buffer in front of it.
        let (small, taken) = tokio::join!(FIRST.commit(&spool, START), large(7).commit(&spool, START));
        small.and(taken).unwrap();
        disk.set_faults(Faults { fail_next_write: true, ..Faults::default() });
        let error = large(8).commit(&spool, START).await.unwrap_err();
        assert!(matches!(error, SpoolError::Stopped(_)), "{error}");
        offer_until_taken(&spool, large(9)).await;
        for kind in [Crash::Everything, Crash::NothingUnsynced] {
            let (after, _) = open(&disk.crash(kind), config.clone(), START).unwrap();
            for sound in [FIRST, large(7), large(9)] {
                assert_eq!(after.original(sound.id()).await.unwrap(), sound.body(), "{kind:?}");
            }
            assert!(after.show(large(8).id()).is_none(), "{kind:?}");
        }
    });
}

#[test]
fn an_outcome_whose_sync_fails_still_ends_the_message() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        SECOND.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        attempt(&lease, &[0], START).await.unwrap();
        disk.set_faults(Faults { fail_next_sync: true, ..Faults::default() });
        let _told = lease.record_outcomes(vec![(0, delivered())], START).await;
        drop(lease);
        assert!(spool.show(SECOND.id()).is_none());
        // A commit that succeeds proves that a new segment is in use, and what was owed to it is written.
        offer_until_taken(&spool, THIRD).await;
        for kind in [Crash::Everything, Crash::NothingUnsynced] {
            let (after, _) = open(&disk.crash(kind), small_segments(), START).unwrap();
            assert!(after.show(SECOND.id()).is_none(), "{kind:?}");
        }
    });
}

#[test]
fn an_event_that_is_longer_than_a_segment_is_told_and_stops_nothing() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        SECOND.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        let reason = ParkReason::Damaged { detail: "x".repeat(40 << 10) };
        let error = lease.park(reason, vec![0], START).await.unwrap_err();
        assert!(error.to_string().contains("longer than a segment"), "{error}");
        disk.set_faults(Faults { fail_next_sync: true, ..Faults::default() });
        offer_until_taken(&spool, THIRD).await;
        let (after, _) = open(&disk.crash(Crash::Everything), small_segments(), START).unwrap();
        assert_eq!(after.list(9, |_| true).len(), 2);
    });
}

#[test]
fn a_start_on_a_full_disk_knows_what_waits_and_goes_on_when_there_is_space() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        attempt(&lease, &[0], START).await.unwrap();
        let full = disk.crash(Crash::Everything);
        full.set_faults(Faults { free_space: Some(0), ..Faults::default() });
        let (after, recovered) = open(&full, small_segments(), START).unwrap();
        assert_eq!((recovered.maybe_duplicates, after.list(9, |_| true).len()), (2, 1));
        assert!(matches!(after.may_accept(), Err(SpoolError::NoSpace)) && !after.can_record());
        assert!(matches!(SECOND.commit(&after, START).await, Err(SpoolError::NoSpace)));
        assert_eq!(after.original(FIRST.id()).await.unwrap(), FIRST.body());
        full.set_faults(Faults::default());
        offer_until_taken(&after, THIRD).await;
        after.maintain(START + Duration::from_secs(3600)).await.unwrap();
        let (later, _) = open(&full.crash(Crash::NothingUnsynced), small_segments(), START).unwrap();
        assert_eq!(later.show(FIRST.id()).unwrap().maybe_duplicate.len(), 2);
        assert_eq!(later.original(THIRD.id()).await.unwrap(), THIRD.body());
    });
}

#[test]
fn a_start_on_a_full_disk_gives_back_what_is_dead_and_goes_on_by_itself() {
    run(async {
        let config = SpoolConfig { unread_bytes_max: Some(ByteCount(1 << 30)), ..small_segments() };
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, config.clone(), START).unwrap();
        for number in 1..20 {
            // The last one stays, in a segment that is nearly empty: it is moved, once there is room.
            let size = if number < 19 { 9000 } else { 100 };
            Message { number, recipients: 1, size }.commit(&spool, START).await.unwrap();
            if number < 19 {
                let lease = spool.take_due(START, |_| true).unwrap();
                attempt(&lease, &[0], START).await.unwrap();
                lease.record_outcomes(vec![(0, delivered())], START).await.unwrap();
            }
        }
        let full = disk.crash(Crash::Everything);
        full.set_faults(Faults { free_space: Some(0), ..Faults::default() });
        let (after, _) = open(&full, config, START).unwrap();
        // Nobody has read the log of the dead ones: mail goes before its history.
        let later = START + Duration::from_secs(3600);
        assert!(after.maintain(later).await.is_err(), "there was room to move something");
        offer_until_taken(&after, Message { number: 30, recipients: 1, size: 500 }).await;
        assert!(after.can_record());
        assert_eq!(after.list(9, |_| true).len(), 2);
    });
}

#[test]
fn a_failed_write_refuses_the_message_and_acceptance_resumes() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        disk.set_faults(Faults { fail_next_write: true, ..Faults::default() });
        let error = SECOND.commit(&spool, START).await.unwrap_err();
        assert!(matches!(error, SpoolError::Stopped(_)), "{error}");
        offer_until_taken(&spool, THIRD).await;
        let (after, _) = open(&disk.crash(Crash::Everything), small_segments(), START).unwrap();
        assert_eq!(after.list(9, |_| true).len(), 2);
    });
}

#[test]
fn a_full_disk_accepts_nothing_and_still_delivers() {
    run(async {
        let disk = MemDisk::new();
        let config = SpoolConfig { reserve: ByteCount(100_000), ..small_segments() };
        let (spool, _) = open(&disk, config.clone(), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        disk.set_faults(Faults { free_space: Some(0), ..Faults::default() });
        let lease = spool.take_due(START, |_| true).unwrap();
        let mut number = 10;
        let full = loop {
            // What is preallocated may still be filled.
            let message = Message { number, recipients: 1, size: 5000 };
            match message.commit(&spool, START).await {
                Ok(()) => number += 1,
                Err(error) => break error,
            }
            assert!(number < 100, "the disk has no space and everything is accepted");
        };
        assert_eq!(full, SpoolError::NoSpace);
        attempt(&lease, &[0, 1], START).await.unwrap();
        lease.record_outcomes(vec![(0, delivered()), (1, delivered())], START).await.unwrap();
        drop(lease);
        spool.stop().await;
        let (after, _) = open(&disk.crash(Crash::NothingUnsynced), config, START).unwrap();
        assert!(after.show(FIRST.id()).is_none());
        assert_eq!(after.list(99, |_| true).len() as u64, number - 10);
    });
}

#[test]
fn commits_that_wait_together_share_a_sync() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) =
            open(&disk, SpoolConfig { reserve: ByteCount(0), ..SpoolConfig::default() }, START).unwrap();
        disk.set_faults(Faults { sync_waits: true, ..Faults::default() });
        let before = disk.syncs();
        let mut commits = tokio::task::JoinSet::new();
        for number in 0..200 {
            let spool = spool.clone();
            commits.spawn(async move {
                Message { number, recipients: 1, size: 3000 }.commit(&spool, START).await
            });
        }
        // Each task runs until it waits for the disk, which answers none of them yet.
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        disk.set_faults(Faults::default());
        while let Some(done) = commits.join_next().await {
            done.unwrap().unwrap();
        }
        let syncs = disk.syncs() - before;
        assert!(syncs <= 3, "{syncs} syncs for 200 commits");
    });
}

#[test]
fn a_sync_that_hangs_holds_acknowledgements_and_nothing_else() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        disk.set_faults(Faults { sync_waits: true, ..Faults::default() });
        let mut slow = tokio::task::JoinSet::new();
        slow.spawn({
            let spool = spool.clone();
            async move { SECOND.commit(&spool, START).await }
        });
        // What was safe before can be looked at and read, and its delivery can begin.
        let lease = spool.take_due(START, |_| true).unwrap();
        assert_eq!(lease.read_body().await.unwrap(), FIRST.body());
        assert_eq!(spool.list(10, |_| true).len(), 1);
        spool.may_accept().unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(slow.try_join_next().is_none(), "a commit was acknowledged in front of its sync");
        let after = disk.crash(Crash::NothingUnsynced);
        disk.set_faults(Faults::default());
        slow.join_next().await.unwrap().unwrap().unwrap();
        assert_eq!(spool.original(SECOND.id()).await.unwrap(), SECOND.body());
        let (other, _) = open(&after, small_segments(), START).unwrap();
        assert_eq!(other.original(FIRST.id()).await.unwrap(), FIRST.body());
    });
}

#[test]
fn delivered_bytes_leave_the_disk_within_an_hour_and_survivors_stay() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        for message in [FIRST, SECOND, THIRD] {
            message.commit(&spool, START).await.unwrap();
        }
        let lease = spool.take_due(START, |_| true).unwrap();
        assert_eq!(lease.id(), FIRST.id());
        lease.record_outcomes(vec![(0, delivered()), (1, delivered())], START).await.unwrap();
        drop(lease);
        assert!(holds(&disk, &FIRST.body()));
        for minute in 1..=60 {
            spool.maintain(START + Duration::from_secs(60 * minute)).await.unwrap();
        }
        assert!(!holds(&disk, &FIRST.body()));
        spool.stop().await;
        let (after, _) = open(&disk.crash(Crash::NothingUnsynced), small_segments(), START).unwrap();
        assert!(after.show(FIRST.id()).is_none());
        for message in [SECOND, THIRD] {
            assert_eq!(after.original(message.id()).await.unwrap(), message.body());
        }
    });
}

#[test]
fn bodies_are_not_readable_without_their_key_and_a_wrong_one_is_named() {
    run(async {
        let disk = MemDisk::new();
        let keyed = |key| SpoolConfig { key, ..small_segments() };
        let (spool, _) = open(&disk, keyed(Some([7; 32])), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        spool.stop().await;
        assert!(!holds(&disk, &FIRST.body()[..32]));
        for wrong in [None, Some([8; 32])] {
            let error = open(&disk.crash(Crash::Everything), keyed(wrong), START).map(drop).unwrap_err();
            assert!(matches!(error, SpoolError::Key { .. }), "{error}");
        }
        let (after, _) = open(&disk, keyed(Some([7; 32])), START).unwrap();
        assert_eq!(after.original(FIRST.id()).await.unwrap(), FIRST.body());
    });
}

#[test]
fn a_spool_without_encryption_is_read_by_one_with_a_key() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        spool.stop().await;
        let (after, _) = open(&disk, SpoolConfig { key: Some([7; 32]), ..small_segments() }, START).unwrap();
        assert_eq!(after.original(FIRST.id()).await.unwrap(), FIRST.body());
    });
}

#[test]
fn a_directory_is_opened_by_one_process_only_and_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("spool");
    let first = RealDisk::open(&place).unwrap();
    let error = RealDisk::open(&place).unwrap_err().to_string();
    assert!(error.contains(place.to_str().unwrap()), "{error}");
    drop(first);
    let disk = Arc::new(RealDisk::open(&place).unwrap());
    let (spool, unread) = Spool::open(small_segments(), disk, Arc::new(Metrics::default()), START).unwrap();
    unread.read().unwrap().join();
    run(async {
        FIRST.commit(&spool, START).await.unwrap();
        spool.stop().await;
    });
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place), 0o700);
    for entry in std::fs::read_dir(&place).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn many_restarts_leave_no_segments_behind_and_nothing_is_lost() {
    run(async {
        let disk = MemDisk::new();
        for _ in 0..20 {
            let (spool, _) = open(&disk, small_segments(), START).unwrap();
            if spool.show(FIRST.id()).is_none() {
                FIRST.commit(&spool, START).await.unwrap();
            }
            spool.maintain(START).await.unwrap();
            assert_eq!(spool.original(FIRST.id()).await.unwrap(), FIRST.body());
            // Killed: nothing is said on disk.
            drop(spool);
        }
        let left = disk.list().unwrap().len();
        assert!(left <= 2, "{left} segments are left");
    });
}

fn holds(disk: &MemDisk, bytes: &[u8]) -> bool {
    let names = disk.list().unwrap();
    names.iter().any(|name| disk.bytes(name).windows(bytes.len()).any(|window| window == bytes))
}

#[test]
fn what_goes_through_is_taken_in_on_a_disk_that_filled_up_meanwhile_or_does_not_go_through() {
    run(async {
        let disk = MemDisk::new();
        let config = SpoolConfig { reserve: ByteCount(200_000), ..small_segments() };
        let (spool, _) = open(&disk, config.clone(), START).unwrap();
        disk.set_faults(Faults { free_space: Some(400_000), ..Faults::default() });
        let mut incoming = spool.begin(SECOND.id()).unwrap();
        incoming.append(&SECOND.body()).await.unwrap();
        incoming.promise_space().unwrap();
        let transit = incoming.into_transit(SECOND.accepted(START)).unwrap();
        transit.record_attempt(&[0], &"one".parse().unwrap(), "mx.example.net", START).await.unwrap();
        let mut number = 10;
        // Small ones at the end, so that nothing fits into what is preallocated.
        for size in [5_000, 500, 10] {
            while (Message { number, recipients: 1, size }).commit(&spool, START).await.is_ok() {
                number += 1;
                assert!(number < 2_000, "the disk has no space and everything is accepted");
            }
        }
        let mut refused = spool.begin(THIRD.id());
        let promised = refused.as_mut().map(|incoming| incoming.promise_space());
        assert!(!matches!(promised, Ok(Ok(()))), "nothing may go through now");
        let lease = transit.take_in(START).await.unwrap();
        assert_eq!(lease.pending().len(), 1);
        drop((lease, transit, refused));
        spool.stop().await;
        let (after, _) = open(&disk.crash(Crash::NothingUnsynced), config, START).unwrap();
        assert_eq!(after.original(SECOND.id()).await.unwrap(), SECOND.body());
    });
}
