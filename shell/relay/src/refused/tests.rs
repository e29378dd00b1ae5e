use super::{Refusals, RefusedAt, RefusedSession, WAITING_MAX};
use crate::accept::Caller;
use model::{Metrics, Timestamp};
use std::sync::Arc;

fn refused() -> RefusedSession {
    let caller = Caller {
        peer: [192, 0, 2, 1].into(),
        listener: "in".parse().unwrap(),
        hostname: "relay.example".to_owned(),
        helo: "client.example".to_owned(),
        is_esmtp: true,
        tls: None,
    };
    RefusedSession::new(&caller, RefusedAt::Mail, "550 5.7.1 no".to_owned(), Timestamp::from_micros(1))
}

#[test]
fn a_full_channel_drops_and_counts() {
    let metrics = Arc::new(Metrics::default());
    let (refusals, mut told) = Refusals::channel(Arc::clone(&metrics));
    for _ in 0..WAITING_MAX + 3 {
        refusals.tell(refused);
    }
    assert_eq!(metrics.ledger_refusals_dropped.get(), 3);
    assert_eq!(told.try_recv().unwrap(), refused());
    refusals.tell(refused);
    assert_eq!(metrics.ledger_refusals_dropped.get(), 3);
}
