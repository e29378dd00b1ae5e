//! What leases promise on a sound disk: one at a time, and given back however they end.

use crate::support::{Message, START, attempt, delivered, open, open_unread, run, small_segments};
use model::{ActId, Duration, MessageId, ParkReason, TenantName};
use spool::disk::shim::{Crash, MemDisk};
use spool::{Event, Kept, Phase, Proved, Spool, SpoolError, Told, Wanted};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

const ONE: Message = Message { number: 1, recipients: 2, size: 5_000 };
const OLD: Message = Message { number: 2, recipients: 1, size: 500 };
const NEW: Message = Message { number: 3, recipients: 1, size: 500 };

#[test]
fn a_lease_whose_task_failed_is_lost_until_its_loss_is_on_record() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        attempt(&lease, &[1], START).await.unwrap();
        drop(lease);
        let later = START + Duration::from_secs(3 * 86_400);
        assert!(spool.take_due(later, |_| true).is_none());
        let lost = spool.take_lost().unwrap();
        assert!(spool.take_lost().is_none());
        let due = START + Duration::from_secs(300);
        lost.note_loss(due, "its task failed".to_owned(), START).await.unwrap();
        spool.stop().await;
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        let entry = spool.show(ONE.id()).unwrap();
        assert_eq!((entry.due, entry.tries, entry.maybe_duplicate), (due, 1, [1].into()));
        let lease = spool.take_due(due, |_| true).unwrap();
        assert_eq!(lease.losses(), 1);
        // One that is lost again and again may be parked.
        drop(lease);
        let reason = ParkReason::Damaged { detail: "its delivery fails".to_owned() };
        spool.take_lost().unwrap().park(reason, Vec::new(), due).await.unwrap();
        assert_eq!(spool.show(ONE.id()).unwrap().phase, Phase::Parked);
    });
}

fn refused(reply: &str) -> ParkReason {
    ParkReason::Refused {
        stage: model::Stage::Rcpt,
        host: "mx.example.net [192.0.2.1:25]".to_owned(),
        reply: reply.to_owned(),
        category: None,
        owner: Some(model::Owner::Receiver),
        source: None,
    }
}

/// Numbers of those who are to be tried.
fn to_try(lease: &spool::Lease) -> Vec<usize> {
    lease.to_try().into_iter().map(|(number, _)| number).collect()
}

#[test]
fn a_recipient_is_parked_by_itself_while_the_others_go_on() {
    run(async {
        let disk = MemDisk::new();
        let minute = |minute: u64| START + Duration::from_secs(60 * minute);
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        OLD.commit(&spool, START).await.unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let lease = spool.take(ONE.id(), |_| true).unwrap();
        let kept = Kept { recipient: 1, why: refused("550 5.9.9 no") };
        let lease = lease.with_kept(vec![kept.clone()]);
        lease.reschedule(minute(1), vec![0, 1], "busy".to_owned(), START).await.unwrap();
        // Moved, and read at a start.
        let lease = spool.take(OLD.id(), |_| true).unwrap();
        lease.record_outcomes(vec![(0, delivered())], START).await.unwrap();
        drop(lease);
        spool.maintain(minute(300)).await.unwrap();
        let records = spool.read_log(None, usize::MAX).unwrap().records;
        assert!(records.iter().any(|record| matches!(record.event, Event::Moved { .. })), "{records:#?}");
        spool.stop().await;
        let (spool, recovered) = open(&disk, small_segments(), START).unwrap();
        assert_eq!(recovered.damaged_records, 0);
        let entry = spool.show(ONE.id()).unwrap();
        assert_eq!((entry.phase, entry.kept.as_slice()), (Phase::Waiting, std::slice::from_ref(&kept)));
        let lease = spool.take_due(minute(1), |_| true).unwrap();
        assert_eq!((to_try(&lease), lease.pending().len()), (vec![0], 2));
        lease.reschedule(minute(2), vec![0], "busy".to_owned(), minute(1)).await.unwrap();
        // Whoever finds the cause gone wakes it, and the message goes for everyone.
        let is_meant = |seen: &spool::Seen<'_>| seen.park_reasons().any(|why| *why == kept.why);
        assert_eq!(spool.release_where(is_meant, "test", minute(1), 9).await.unwrap(), 1);
        assert_eq!(spool.parked_bytes(), 0);
        let lease = spool.take_due(minute(1), |_| true).unwrap();
        assert_eq!(to_try(&lease), [0, 1]);
        let lease = lease.with_kept(vec![kept.clone()]);
        lease.reschedule(minute(2), vec![0], "busy".to_owned(), minute(1)).await.unwrap();
        let lease = spool.take_due(minute(2), |_| true).unwrap();
        lease.record_outcomes(vec![(0, delivered())], minute(2)).await.unwrap();
        // A crash before the park: what is left is nobody to try.
        let (after, _) = open(&disk.crash(Crash::Everything), small_segments(), minute(2)).unwrap();
        assert!(to_try(&after.take_due(minute(2), |_| true).unwrap()).is_empty());
        lease.park(kept.why.clone(), Vec::new(), minute(2)).await.unwrap();
        let entry = spool.show(ONE.id()).unwrap();
        assert_eq!((entry.phase, entry.parked), (Phase::Parked, Some(kept.why)));
    });
}

#[test]
fn an_operators_release_of_such_a_message_is_undone_with_its_parks() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), small_segments(), START).unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let kept = Kept { recipient: 1, why: refused("550 5.9.9 no") };
        let lease = spool.take_due(START, |_| true).unwrap().with_kept(vec![kept.clone()]);
        lease.reschedule(START, vec![0, 1], "busy".to_owned(), START).await.unwrap();
        let (act, ids) = (ActId::new(START, [1; 10]), [ONE.id()]);
        // It is due already, but not for everyone.
        let acted = spool.act(act, &Wanted::Release, &ids, |_| true, START).await;
        assert_eq!((acted.tally.touched, spool.show(ONE.id()).unwrap().kept.len()), (1, 0));
        let acted = spool.act(ActId::new(START, [2; 10]), &Wanted::Undo(act), &ids, |_| true, START).await;
        assert_eq!((acted.tally.touched, spool.show(ONE.id()).unwrap().kept), (1, vec![kept]));
    });
}

#[test]
fn a_park_marks_only_those_whose_end_is_unknown() {
    run(async {
        let (spool, _) = open(&MemDisk::new(), small_segments(), START).unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        attempt(&lease, &[0, 1], START).await.unwrap();
        let reason = ParkReason::Damaged { detail: "test".to_owned() };
        lease.park(reason, vec![0], START).await.unwrap();
        assert_eq!(spool.show(ONE.id()).unwrap().maybe_duplicate, [1].into());
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
        spool.stop().await;
        let read = spool.read_log(None, 100).unwrap();
        let names: Vec<String> = read
            .records
            .iter()
            .map(|record| serde_json::to_value(&record.event).unwrap()["event"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["accepted", "attempt", "outcomes"]);
        assert!(spool.read_log(read.next, 100).unwrap().records.is_empty());
        assert!(spool.show(ONE.id()).is_none());
    });
}

/// Takes what is due as fast as it can until it is told to stop; gives how often each message was taken.
fn take_all(spool: &Spool, stop: &AtomicBool) -> BTreeMap<MessageId, usize> {
    let mut taken = BTreeMap::new();
    let mut held = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        if let Some(lease) = spool.take_due(START, |_| true) {
            *taken.entry(lease.id()).or_default() += 1;
            held.push(lease);
        }
    }
    taken
}

#[test]
fn a_message_that_an_operator_releases_is_taken_once_however_fast() {
    let (spool, _) = open(&MemDisk::new(), small_segments(), START).unwrap();
    let messages: Vec<Message> =
        (1..=200).map(|number| Message { number, recipients: 1, size: 10 }).collect();
    run(async {
        for message in &messages {
            message.commit(&spool, START).await.unwrap();
            spool.hold(message.id(), "operator", "", START).await.unwrap();
        }
    });
    let stop = AtomicBool::new(false);
    let taken = std::thread::scope(|scope| {
        let taker = scope.spawn(|| take_all(&spool, &stop));
        run(async {
            for message in &messages {
                spool.release(message.id(), "operator", START).await.unwrap();
            }
        });
        stop.store(true, Ordering::Relaxed);
        taker.join().unwrap()
    });
    assert!(taken.values().all(|count| *count == 1), "{taken:?}");
}

/// Due at once: while one task's end is on its way back to it, another task may have the message already.
async fn take_again_and_again(spool: &Spool, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        if let Some(lease) = spool.take_due(START, |_| true) {
            lease.reschedule(START, vec![0, 1], "again".to_owned(), START).await.unwrap();
        }
    }
}

#[test]
fn a_lease_that_ends_with_a_word_does_not_take_the_message_from_the_next_one() {
    let (spool, _) = open(&MemDisk::new(), small_segments(), START).unwrap();
    run(async { ONE.commit(&spool, START).await.unwrap() });
    let stop = AtomicBool::new(false);
    let mut taken_away = false;
    std::thread::scope(|scope| {
        let again = || run(take_again_and_again(&spool, &stop));
        let takers = [scope.spawn(again), scope.spawn(again)];
        run(async {
            loop {
                let entry = spool.show(ONE.id()).unwrap();
                // One that is taken from its holder waits a minute.
                taken_away |= entry.due != START;
                if entry.tries >= 2_000 || taken_away {
                    break;
                }
                tokio::task::yield_now().await;
            }
        });
        stop.store(true, Ordering::Relaxed);
        takers.into_iter().for_each(|taker| taker.join().unwrap());
    });
    assert!(!taken_away);
}

#[test]
fn mail_is_taken_in_and_delivered_before_what_was_there_is_read() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        OLD.commit(&spool, START).await.unwrap();
        spool.stop().await;
        let (spool, unread) = open_unread(&disk, small_segments(), START).unwrap();
        NEW.commit(&spool, START).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        assert_eq!(lease.id(), NEW.id());
        lease.record_outcomes(vec![(0, delivered())], START).await.unwrap();
        assert!(spool.take_due(START, |_| true).is_none());
        // Nothing is known of the old one yet, and nobody may conclude that nothing needs its snapshot.
        let error = spool.release(OLD.id(), "operator", START).await.unwrap_err();
        assert_eq!(error, SpoolError::Unread(OLD.id()));
        assert_eq!(spool.snapshots_in_use(), None);

        let earlier = unread.read().unwrap();
        assert_eq!(earlier.snapshots_in_use().len(), 1);
        earlier.join();
        assert_eq!(spool.take_due(START, |_| true).unwrap().id(), OLD.id());
        assert_eq!(spool.release(NEW.id(), "operator", START).await, Err(SpoolError::Gone(NEW.id())));
        let records = spool.read_log(None, 10).unwrap().records;
        assert_eq!(records.iter().map(|record| record.id).next(), Some(OLD.id()));
    });
}

#[test]
fn who_was_told_is_known_after_a_move_and_a_restart() {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        OLD.commit(&spool, START).await.unwrap();
        ONE.commit(&spool, START).await.unwrap();
        let minute = |minute: u64| START + Duration::from_secs(60 * minute);
        let lease = spool.take_due(START, |_| true).unwrap();
        assert_eq!(lease.id(), ONE.id());
        lease.park(ParkReason::Policy { detail: "test".to_owned() }, Vec::new(), minute(1)).await.unwrap();
        let lease = spool.take_due(START, |_| true).unwrap();
        lease.record_outcomes(vec![(0, delivered())], START).await.unwrap();
        drop(lease);
        spool.record_told(ONE.id(), Told::Tenant, NEW.id(), minute(31)).await.unwrap();
        spool.record_told(ONE.id(), Told::Sender, NEW.id(), minute(240)).await.unwrap();
        assert_eq!(spool.show(ONE.id()).unwrap().phase, Phase::Parked);
        spool.maintain(minute(300)).await.unwrap();
        let records = spool.read_log(None, usize::MAX).unwrap().records;
        assert!(records.iter().any(|record| matches!(record.event, Event::Moved { .. })), "{records:#?}");
        spool.stop().await;
        drop(spool);
        let (spool, recovered) = open(&disk, small_segments(), minute(301)).unwrap();
        assert_eq!(recovered.damaged_records, 0);
        let (_, progress, _) = spool.standing(ONE.id()).unwrap();
        let told = (progress.parked_since, progress.tenant_told, progress.sender_told);
        assert_eq!(told, (Some(minute(1)), Some(minute(31)), Some(minute(240))));
        // Released, it still knows since when it has been in trouble.
        spool.release(ONE.id(), "operator", minute(302)).await.unwrap();
        assert_eq!(spool.standing(ONE.id()).unwrap().1.parked_since, Some(minute(1)));
        assert_eq!(spool.beginning(ONE.id()).await.unwrap().len(), 5_000);
    });
}

#[test]
fn what_a_message_proved_is_kept_over_tries_restarts_and_moves() {
    let proved = Proved {
        results: vec!["spf=pass smtp.mailfrom=acme.example".to_owned()],
        chain: "none".to_owned(),
        why: None,
    };
    let disk = MemDisk::new();
    let message = Message { number: 1, recipients: 1, size: 100 };
    let known = |spool: &Spool| spool.standing(message.id()).unwrap().1.proved;
    run(async {
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        message.commit(&spool, START).await.unwrap();
        // The first try found it out, the second one has no news.
        for news in [Some(proved.clone()), None] {
            let lease = spool.take_due(START, |_| true).unwrap();
            lease.note_stamped(Vec::new(), news, START);
            assert_eq!(lease.proved(), Some(proved.clone()));
            lease.reschedule(START, vec![0], "not now".to_owned(), START).await.unwrap();
        }
        assert_eq!(known(&spool), Some(proved.clone()));
        spool.stop().await;
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        assert_eq!(known(&spool), Some(proved.clone()));
        // Nearly empty: what lives in it is copied out.
        spool.maintain(START).await.unwrap();
        let records = spool.read_log(None, usize::MAX).unwrap().records;
        assert!(records.iter().any(|record| matches!(record.event, Event::Moved { .. })), "{records:?}");
        spool.stop().await;
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        assert_eq!(known(&spool), Some(proved.clone()));
        spool.stop().await;
    });
}
