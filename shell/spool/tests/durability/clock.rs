//! A clock that was set back while the node was down: mail waits as long as it was to wait, and what is released is due now.

use crate::support::{Message, START, open, run, small_segments};
use model::{ActId, Duration, MessageId, Timestamp};
use spool::disk::shim::{Crash, MemDisk};
use spool::{Spool, Wanted};

const NEW: Message = Message { number: 1, recipients: 1, size: 100 };
const PUT_OFF: Message = Message { number: 2, recipients: 1, size: 100 };
const TEN_MINUTES: Duration = Duration::from_secs(600);
/// What the clock said before it was set back to `START`.
const AHEAD: Timestamp = Timestamp::from_micros(START.as_micros() + 86_400_000_000);

/// One message that nobody has tried, and one that waits.
async fn left() -> MemDisk {
    let disk = MemDisk::new();
    let (spool, _) = open(&disk, small_segments(), AHEAD).unwrap();
    PUT_OFF.commit(&spool, AHEAD).await.unwrap();
    let lease = spool.take_due(AHEAD, |_| true).unwrap();
    lease.reschedule(AHEAD + TEN_MINUTES, vec![0], "busy".to_owned(), AHEAD).await.unwrap();
    NEW.commit(&spool, AHEAD).await.unwrap();
    spool.stop().await;
    disk
}

fn due(spool: &Spool, id: MessageId) -> Timestamp {
    spool.show(id).unwrap().due
}

#[test]
fn mail_does_not_wait_for_the_time_by_which_a_clock_was_set_back() {
    run(async {
        let disk = left().await;
        // Later starts find the same.
        for now in [START, START + Duration::from_secs(60)] {
            let (spool, _) = open(&disk, small_segments(), now).unwrap();
            assert_eq!((due(&spool, NEW.id()), due(&spool, PUT_OFF.id())), (START, START + TEN_MINUTES));
            let lease = spool.take_due(now, |_| true).unwrap();
            assert_eq!(lease.id(), NEW.id());
            assert!(spool.take_due(now, |_| true).is_none());
            drop(lease);
            spool.stop().await;
        }
        // What was decided by the new clock stays as it is.
        let (spool, _) = open(&disk, small_segments(), START + TEN_MINUTES).unwrap();
        let lease = spool.take(PUT_OFF.id(), |_| true).unwrap();
        lease
            .reschedule(START + 3 * TEN_MINUTES, vec![0], "busy".to_owned(), START + TEN_MINUTES)
            .await
            .unwrap();
        let (spool, _) = open(&disk.crash(Crash::Everything), small_segments(), START + TEN_MINUTES).unwrap();
        assert_eq!(due(&spool, PUT_OFF.id()), START + 3 * TEN_MINUTES);
    });
}

#[test]
fn what_is_released_is_due_now_by_whatever_clock() {
    run(async {
        let disk = left().await;
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        let ids = [NEW.id(), PUT_OFF.id()];
        let now = START + Duration::from_secs(1);
        let acted = spool.act(ActId::new(now, [1; 10]), &Wanted::Release, &ids, |_| true, now).await;
        assert_eq!((acted.tally.touched, acted.tally.needless), (1, 1), "one was due already");
        for spool in [spool, open(&disk.crash(Crash::Everything), small_segments(), now).unwrap().0] {
            assert!(spool.take_due(now, |_| true).is_some() && spool.take_due(now, |_| true).is_some());
        }
    });
}
