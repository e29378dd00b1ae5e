//! Parked mail that wakes by a predicate: all of it and nothing else, with few syncs, and found so after a power cut.

use crate::support::{Message, START, open, run, small_segments};
use model::{Category, Duration, Owner, ParkReason, Stage};
use spool::disk::shim::{Crash, MemDisk};
use spool::{Going, Phase, Seen, Spool, SpoolConfig};
use std::collections::BTreeSet;

fn message(number: u64) -> Message {
    Message { number, recipients: 1, size: 40 }
}

fn refused(owner: Owner) -> ParkReason {
    ParkReason::Refused {
        stage: Stage::Rcpt,
        host: "mx.example.net [192.0.2.1:25]".to_owned(),
        reply: "550 5.7.1 Service unavailable".to_owned(),
        category: Some(Category::IpListed),
        owner: Some(owner),
        source: Some("eu-1".parse().unwrap()),
    }
}

async fn park(spool: &Spool, number: u64, reason: ParkReason) {
    message(number).commit(spool, START).await.unwrap();
    let lease = spool.take_due(START, |_| true).unwrap();
    assert_eq!(lease.id(), message(number).id());
    lease.park(reason, vec![0], START).await.unwrap();
}

/// What the guard asks: refused for the address of this source.
fn is_of_source(seen: &Seen<'_>) -> bool {
    seen.park_reasons().any(|reason| {
        matches!(reason, ParkReason::Refused { owner: Some(Owner::OurAddress), source: Some(source), .. } if source.as_str() == "eu-1")
    })
}

fn waiting(spool: &Spool) -> usize {
    spool.list(usize::MAX, |entry| entry.phase == Phase::Waiting).len()
}

fn big_segments() -> SpoolConfig {
    SpoolConfig { segment_size: model::ByteCount(8 << 20), ..small_segments() }
}

#[test]
fn many_parked_messages_wake_with_few_syncs_and_as_many_as_asked_for() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, big_segments(), START).unwrap();
        for number in 1..=3_000 {
            park(&spool, number, refused(Owner::OurAddress)).await;
        }
        let before = disk.syncs();
        let later = START + Duration::from_secs(60);
        let released = spool.release_where(is_of_source, "the guard", later, 1_200).await.unwrap();
        assert_eq!((released, waiting(&spool)), (1_200, 1_200));
        let syncs = disk.syncs() - before;
        assert!(syncs <= 6, "{syncs} syncs for 1200 messages");
        let queue = spool.list(usize::MAX, |_| true);
        assert!(
            queue[..1_200].iter().all(|entry| entry.due == later && entry.parked.is_none()),
            "oldest first"
        );
        assert_eq!(spool.release_where(is_of_source, "the guard", later, 0).await.unwrap(), 0);
        assert_eq!(spool.release_where(is_of_source, "the guard", later, 9_999).await.unwrap(), 1_800);
        assert_eq!(spool.parked_bytes(), 0);
        let (after, _) = open(&disk.crash(Crash::NothingUnsynced), big_segments(), later).unwrap();
        assert_eq!(waiting(&after), 3_000);
    });
}

#[test]
fn what_is_held_or_under_way_or_not_meant_does_not_wake() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        park(&spool, 1, refused(Owner::OurAddress)).await;
        park(&spool, 2, refused(Owner::Receiver)).await;
        park(&spool, 3, ParkReason::Policy { detail: "test".to_owned() }).await;
        park(&spool, 4, refused(Owner::OurAddress)).await;
        spool.hold(message(4).id(), "operator", "mine", START).await.unwrap();
        park(&spool, 5, refused(Owner::OurAddress)).await;
        let lease = spool.take(message(5).id(), |_| true).unwrap();
        message(6).commit(&spool, START).await.unwrap();
        let mut seen = BTreeSet::new();
        spool.scan_parked(|one| {
            seen.insert(one.id);
            Going::On
        });
        assert_eq!(seen, (1..=5).map(|number| message(number).id()).collect());
        assert_eq!(spool.release_where(is_of_source, "the guard", START, 99).await.unwrap(), 1);
        assert_eq!(spool.release_where(|_| true, "all", START, 99).await.unwrap(), 1, "number two");
        lease.put_back();
        assert_eq!(spool.release_where(|_| true, "all", START, 99).await.unwrap(), 1, "number five");
        let kept = spool.list(usize::MAX, |entry| entry.phase == Phase::Parked);
        let kept: Vec<_> = kept.iter().map(|entry| entry.id).collect();
        assert_eq!(kept, [message(3).id(), message(4).id()]);
        assert_eq!(spool.parked_bytes(), 80);
        spool.stop().await;
        let (after, _) = open(&disk, small_segments(), START).unwrap();
        assert_eq!((after.parked_bytes(), waiting(&after)), (80, 4));
    });
}
