//! What leases promise on a sound disk: one at a time, and given back however they end.

use crate::support::{Message, START, attempt, delivered, open, run, small_segments};
use model::{Duration, TenantName};
use spool::disk::shim::MemDisk;
use spool::{Cursor, Phase};

const ONE: Message = Message { number: 1, recipients: 2, size: 5_000 };

#[test]
fn a_lease_whose_task_failed_comes_back_a_minute_after_that() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), small_segments(), START).unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let later = START + Duration::from_secs(3 * 86_400);
        drop(spool.take_due(later, |_| true).unwrap());
        assert!(spool.take_due(later + Duration::from_secs(59), |_| true).is_none());
        assert!(spool.take_due(later + Duration::from_secs(60), |_| true).is_some());
    });
}

#[test]
fn a_message_has_one_lease_and_an_operator_waits_for_its_end() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), small_segments(), START).unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        assert!(spool.take_due(START, |_| true).is_none());
        assert!(
            spool.hold(ONE.id(), "operator", "", START).await.unwrap_err().to_string().contains("try again")
        );
        lease.reschedule(START + Duration::from_secs(5), vec![0, 1], "busy".to_owned(), START).await.unwrap();
        spool.hold(ONE.id(), "operator", "wait", START).await.unwrap();
        assert_eq!(spool.show(ONE.id()).unwrap().phase, Phase::Parked);
        assert_eq!(spool.next_due(|_| true), None);
        spool.release(ONE.id(), "operator", START).await.unwrap();
        assert_eq!(spool.take_due(START, |_| true).unwrap().tries(), 1);
    });
}

#[test]
fn a_tenant_that_may_not_be_served_keeps_its_mail_and_stops_nobody() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), small_segments(), START).unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let nobody = |_: &TenantName| false;
        assert!(spool.take_due(START, nobody).is_none() && spool.next_due(nobody).is_none());
        assert!(spool.take_due(START, |_| true).is_some());
    });
}

#[test]
fn the_trace_tells_a_messages_life_in_order() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), small_segments(), START).unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        attempt(&lease, &[0, 1], START).await.unwrap();
        lease.record_outcomes(vec![(0, delivered()), (1, delivered())], START).await.unwrap();
        let (records, cursor) = spool.read_records(Cursor::default(), 100);
        let names: Vec<String> = records
            .iter()
            .map(|record| serde_json::to_value(record).unwrap()["event"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["accepted", "attempt", "outcomes"]);
        assert!(spool.read_records(cursor, 100).0.is_empty());
        assert!(spool.show(ONE.id()).is_none());
    });
}
