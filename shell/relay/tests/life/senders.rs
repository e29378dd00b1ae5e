//! A sender that leaves its own history: it is slowed, then held, nothing is lost or bounced, and everybody else's mail flows.

use crate::node::{ANNA, KIM, Node, Wishes, plain};
use model::{Address, Duration, ParkReason};
use playground::Mail;
use sentry::{Bounds, Permit, PermitKind, Subject};
use spool::{Phase, QueueEntry};

const JONAS: &str = "jonas.lind@acme.example";

/// Five recipients an hour slow a sender, ten hold it, from the first day on.
fn strict() -> Bounds {
    let mut bounds = Bounds { known_after: Duration::ZERO, ..Bounds::default() };
    (bounds.sender.floor.slow, bounds.sender.floor.hold) = (5.0, 10.0);
    bounds
}

async fn submit(node: &Node, from: &str, name: &str) {
    let mail = Mail { from: from.to_owned(), to: vec![KIM.to_owned()], raw: from_header(from, name) };
    node.playground.submit(mail).await.unwrap();
}

fn from_header(from: &str, name: &str) -> Vec<u8> {
    String::from_utf8(plain(name, "one of many")).unwrap().replace(ANNA, from).into_bytes()
}

fn is_from(entry: &QueueEntry, sender: &str) -> bool {
    entry.envelope.mail_from.mailbox().is_some_and(|address| address.as_str() == sender)
}

fn is_held(entry: &QueueEntry) -> bool {
    entry.phase == Phase::Parked && matches!(entry.parked, Some(ParkReason::Conduct { sender: Some(_), .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runaway_sender_is_slowed_then_held_and_released_in_one_step_while_others_flow() {
    let node = Node::start(Wishes { bounds: strict(), ..Wishes::default() }).await;
    for number in 0..30 {
        submit(&node, ANNA, &format!("runaway{number}")).await;
    }
    let queue = node.wait_for_queue(|queue| queue.iter().filter(|one| is_held(one)).count() >= 15).await;
    let slowed: Vec<&QueueEntry> = queue.iter().filter(|one| !is_held(one)).collect();
    assert!(slowed.iter().all(|one| one.tries == 0), "waiting for a turn costs no try: {slowed:#?}");
    assert!(node.metrics.conduct_waits.get() > 0);
    let Some(ParkReason::Conduct { detail, .. }) = &queue.iter().find(|one| is_held(one)).unwrap().parked
    else {
        panic!("{queue:#?}")
    };
    assert!(detail.contains("10 recipients in this hour (usual 0, limit 10)"), "{detail}");
    for number in 0..3 {
        submit(&node, JONAS, &format!("innocent{number}")).await;
    }
    node.wait_for_queue(|queue| queue.iter().all(|one| !is_from(one, JONAS))).await;

    let now = node.sentry.now();
    let permit = Permit {
        kind: PermitKind::Allow,
        by: "kim".to_owned(),
        note: "asked her".to_owned(),
        since: now,
        until: now + Duration::from_secs(3600),
    };
    let subject = Subject { tenant: "acme".parse().unwrap(), sender: Some(ANNA.to_owned()) };
    node.sentry.permit(&subject, Some(permit));
    node.wait_for_queue(|queue| !queue.iter().any(is_held)).await;
    for entry in node.queue() {
        // The turn of a slowed one is minutes away.
        let _gone_meanwhile = node.spool.release(entry.id, "kim", now).await.is_err();
    }
    let figures = node.wait(|figures| figures.delivered == 33).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.duplicates, figures.reports_in, node.metrics.ndr_ours.get()), (0, 0, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn held_mail_whose_time_is_over_ends_in_a_report_to_its_sender() {
    let node =
        Node::start(Wishes { bounds: strict(), expire: Duration::from_secs(4), ..Wishes::default() }).await;
    let anna: Address = ANNA.parse().unwrap();
    let recipients: Vec<Address> =
        (0..10).map(|one| format!("r{one}@customer.example").parse().unwrap()).collect();
    node.sentry.came(&"acme".parse().unwrap(), Some(&anna), &recipients);
    submit(&node, ANNA, "late").await;
    node.wait_for_queue(|queue| queue.iter().any(is_held)).await;
    node.wait(|figures| figures.reports_in == 1).await;
    assert_eq!(node.metrics.ndr_ours.get(), 0);
    node.stop().await;
}
