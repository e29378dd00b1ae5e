//! Segments that cannot be begun: nothing of them is left, and nobody takes them for more.

use crate::support::{Message, START, delivered, open, run, small_segments};
use model::{ByteCount, Duration};
use spool::disk::Disk as _;
use spool::disk::shim::{Crash, Faults, MemDisk};
use spool::{Spool, SpoolConfig};

const FIRST: Message = Message { number: 1, recipients: 2, size: 12_000 };
const SECOND: Message = Message { number: 2, recipients: 1, size: 800 };
const HOUR: Duration = Duration::from_secs(3600);

/// Each step of a beginning fails once.
fn faults() -> [Faults; 3] {
    let sound = Faults::default();
    [
        Faults { fail_next_write: true, ..sound },
        Faults { fail_next_sync: true, ..sound },
        Faults { fail_next_sync_dir: true, ..sound },
    ]
}

fn names(numbers: &[u64]) -> Vec<String> {
    numbers.iter().map(|number| format!("{number:016x}.segment")).collect()
}

#[test]
fn a_segment_that_cannot_be_begun_leaves_no_file_and_its_name_is_not_used_again() {
    for faults in faults() {
        run(async {
            let disk = MemDisk::new();
            let config = SpoolConfig { unread_bytes_max: Some(ByteCount(1 << 30)), ..small_segments() };
            let (spool, _) = open(&disk, config.clone(), START).unwrap();
            FIRST.commit(&spool, START).await.unwrap();
            disk.set_faults(faults);
            spool.maintain(START + HOUR).await.unwrap_err();
            assert_eq!(disk.list().unwrap(), names(&[1]), "{faults:?}");
            assert_eq!(disk.crash(Crash::NothingUnsynced).list().unwrap(), names(&[1]), "{faults:?}");
            // What was in use goes on, and the next one is begun under another name.
            SECOND.commit(&spool, START).await.unwrap();
            spool.maintain(START + HOUR).await.unwrap();
            assert_eq!(disk.list().unwrap(), names(&[1, 3]), "{faults:?}");
            spool.stop().await;
            let (after, recovered) = open(&disk.crash(Crash::Everything), config, START).unwrap();
            assert!(!recovered.power_cut, "{faults:?}");
            for message in [FIRST, SECOND] {
                assert_eq!(after.original(message.id()).await.unwrap(), message.body());
            }
        });
    }
}

#[test]
fn a_run_that_stopped_in_order_is_not_taken_for_a_power_cut_by_a_segment_that_was_not_begun() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        disk.set_faults(Faults { fail_next_sync_dir: true, ..Faults::default() });
        spool.maintain(START + HOUR).await.unwrap_err();
        spool.stop().await;
        let (after, recovered) = open(&disk.crash(Crash::Everything), small_segments(), START).unwrap();
        assert_eq!((recovered.power_cut, recovered.maybe_duplicates), (false, 0));
        assert_eq!(after.original(FIRST.id()).await.unwrap(), FIRST.body());
    });
}

#[test]
fn a_start_that_fails_leaves_nothing_to_the_next_one() {
    for faults in faults() {
        let disk = MemDisk::new();
        disk.set_faults(faults);
        assert!(open(&disk, small_segments(), START).is_err(), "{faults:?}");
        assert!(disk.list().unwrap().is_empty(), "{faults:?}");
        open(&disk, small_segments(), START).unwrap();
    }
}

#[test]
fn doubts_of_a_start_on_a_full_disk_stay_if_the_first_segment_then_fails_too() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        FIRST.commit(&spool, START).await.unwrap();
        // Nobody knows how far the run came before its machine ended.
        let full = disk.crash(Crash::Everything);
        full.set_faults(Faults { free_space: Some(0), ..Faults::default() });
        let (after, recovered) = open(&full, small_segments(), START).unwrap();
        assert_eq!(recovered.maybe_duplicates, 2);
        full.set_faults(Faults { fail_next_write: true, ..Faults::default() });
        deliver_second(&after).await;
        after.maintain(START + HOUR).await.unwrap();
        after.stop().await;
        let (later, _) = open(&full, small_segments(), START).unwrap();
        assert_eq!(later.show(FIRST.id()).unwrap().maybe_duplicate.len(), 2);
    });
}

/// Takes the second message in as soon as that goes, and delivers it, so that nothing lives where it was.
async fn deliver_second(spool: &Spool) {
    while SECOND.commit(spool, START).await.is_err() {
        tokio::task::yield_now().await;
    }
    let lease = spool.take(SECOND.id(), |_| true).unwrap();
    lease.record_outcomes(vec![(0, delivered())], START).await.unwrap();
}
