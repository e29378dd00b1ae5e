//! A sender that leaves its own history: it is slowed, then held, nothing is lost or bounced, and everybody else's mail flows.

use crate::node::{ANNA, KIM, Node, Wishes, plain};
use model::{Address, Duration, ParkReason, Stage};
use playground::{Act, Mail, ScriptRule, Turns};
use sentry::{Bounds, Permit, PermitKind, Subject};
use spool::{Phase, QueueEntry};
use std::collections::BTreeSet;

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
    for number in 0..8 {
        submit(&node, ANNA, &format!("runaway{number}")).await;
    }
    node.wait_for_queue(|_| node.metrics.conduct_waits.get() > 0).await;
    for number in 8..30 {
        submit(&node, ANNA, &format!("runaway{number}")).await;
    }
    let queue = node.wait_for_queue(|queue| queue.iter().filter(|one| is_held(one)).count() >= 15).await;
    let slowed: Vec<&QueueEntry> = queue.iter().filter(|one| !is_held(one)).collect();
    assert!(slowed.iter().all(|one| one.tries == 0), "waiting for a turn costs no try: {slowed:#?}");
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

/// The sources of every attempt of a sender's messages.
async fn sources_of(node: &Node, sender: &str) -> BTreeSet<String> {
    let records = node.records().await;
    let is_its = |accepted: &spool::Accepted| {
        accepted.envelope.mail_from.mailbox().is_some_and(|address| address.as_str() == sender)
    };
    let mut ids = BTreeSet::new();
    let mut sources = BTreeSet::new();
    for record in &records {
        if let spool::Event::Accepted { message, .. } = &record.event
            && is_its(message)
        {
            ids.insert(record.id);
        }
    }
    for record in &records {
        if let spool::Event::Attempt { source, .. } = &record.event
            && ids.contains(&record.id)
        {
            sources.insert(source.to_string());
        }
    }
    sources
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspect_sender_keeps_to_its_own_source_and_everybody_else_leaves_by_another() {
    let bounds = Bounds { known_after: Duration::ZERO, ..Bounds::default() };
    let node = Node::start(Wishes { bounds, ..Wishes::default() }).await;
    let (acme, anna) = ("acme".parse().unwrap(), ANNA.parse::<Address>().unwrap());
    node.sentry.came(&acme, Some(&anna), [&KIM.parse().unwrap()]);
    // As if the last day had been like that; it is read by nobody but the guard.
    node.sentry.sent(&acme, Some(&anna), &"eu-1".parse().unwrap(), 200);
    node.sentry.refused(listed(&node));
    assert_eq!(node.sentry.tainted(), ["eu-1".parse().unwrap()]);
    // The address is released by hand, so that it is seen which way each sender goes.
    let now = node.sentry.now();
    let kind = sentry::OrderKind::In;
    let until = now + Duration::from_secs(3600);
    let order = sentry::Order { kind, by: "kim".to_owned(), note: String::new(), since: now, until };
    let mut given_back = node.sentry.given_back();
    node.sentry.order(&"eu-1".parse().unwrap(), &sentry::Place::Everywhere, order);
    given_back.changed().await.unwrap();
    for number in 0..12 {
        submit(&node, ANNA, &format!("suspect{number}")).await;
        submit(&node, JONAS, &format!("innocent{number}")).await;
    }
    node.wait(|figures| figures.delivered == 24).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!(sources_of(&node, ANNA).await, BTreeSet::from(["eu-1".to_owned()]));
    assert_eq!(sources_of(&node, JONAS).await, BTreeSet::from(["eu-2".to_owned()]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_moves_a_suspect_sender_to_no_other_source() {
    let bounds = Bounds { known_after: Duration::ZERO, ..Bounds::default() };
    let node = Node::start(Wishes { bounds, ..Wishes::default() }).await;
    let (acme, anna) = ("acme".parse().unwrap(), ANNA.parse::<Address>().unwrap());
    node.sentry.came(&acme, Some(&anna), [&KIM.parse().unwrap()]);
    for source in ["eu-1", "eu-2"] {
        node.sentry.sent(&acme, Some(&anna), &source.parse().unwrap(), 200);
    }
    node.sentry.refused(listed(&node));
    let denied = Act::Reply("550 5.7.64 TenantAttribution; Relay Access Denied".to_owned());
    node.playground.script(ScriptRule::new(Stage::Rcpt, Turns::Always, denied));
    submit(&node, ANNA, "stays").await;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    assert_eq!(sources_of(&node, ANNA).await.len(), 0, "no attempt came to the final dot");
    let tried: Vec<_> = node
        .records()
        .await
        .into_iter()
        .filter(|one| matches!(one.event, spool::Event::Tried { .. }))
        .collect();
    assert_eq!(tried.len(), 1, "another source was asked: {tried:#?}");
    node.stop().await;
}

/// Anna is suspect for what she sent over the first source, which is out; so is her message.
async fn with_a_message_left_behind(wishes: Wishes) -> Node {
    let bounds = Bounds { known_after: Duration::ZERO, ..Bounds::default() };
    let node = Node::start(Wishes { bounds, ..wishes }).await;
    let (acme, anna) = ("acme".parse().unwrap(), ANNA.parse::<Address>().unwrap());
    node.sentry.came(&acme, Some(&anna), [&KIM.parse().unwrap()]);
    node.sentry.sent(&acme, Some(&anna), &"eu-1".parse().unwrap(), 200);
    node.sentry.refused(listed(&node));
    assert_eq!(node.sentry.only(&acme, Some(&anna)), Some(vec!["eu-1".parse().unwrap()]));
    submit(&node, ANNA, "left-behind").await;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    node
}

/// How often mail was parked, and by whom it was woken.
async fn parked_and_woken(node: &Node) -> (usize, Vec<String>) {
    let (mut parked, mut woken) = (0, Vec::new());
    for record in node.records().await {
        if let spool::Event::Released { by, .. } = record.event {
            woken.push(by);
        } else {
            parked += usize::from(matches!(record.event, spool::Event::Parked { .. }));
        }
    }
    (parked, woken)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspect_senders_mail_is_not_woken_by_a_source_that_it_may_not_use() {
    let node = with_a_message_left_behind(Wishes {
        expire: Duration::from_secs(60),
        time_scale: 20,
        ..Wishes::default()
    })
    .await;
    // The other source is free all the time, and ten looks go by until the message's last try.
    node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!(parked_and_woken(&node).await, (1, vec!["expiry".to_owned()]));
    assert_eq!(sources_of(&node, ANNA).await, BTreeSet::from(["eu-1".to_owned()]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspect_senders_mail_wakes_with_its_own_source() {
    let node = with_a_message_left_behind(Wishes::default()).await;
    node.give_back();
    node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!(parked_and_woken(&node).await, (1, vec!["a source that may be used again".to_owned()]));
    assert_eq!(sources_of(&node, ANNA).await, BTreeSet::from(["eu-1".to_owned()]));
    node.stop().await;
}

/// Strong evidence: Microsoft names our first address.
fn listed(node: &Node) -> sentry::Refusal {
    let source = &node.sentry.sources()[0];
    sentry::Refusal {
        source: source.name.clone(),
        receiver: sentry::Receiver::new(Some("microsoft"), "acme.mail.protection.outlook.com"),
        host: "acme.mail.protection.outlook.com [127.0.2.1:2527]".to_owned(),
        is_verified: true,
        list: Some("Spamhaus".to_owned()),
        is_public: true,
        names: Some(source.address),
        reply: format!(
            "550 5.7.1 Service unavailable, Client host [{}] blocked using Spamhaus",
            source.address
        ),
        message: model::MessageId::from_bytes([1; 16]),
        tenant: "acme".parse().unwrap(),
    }
}
