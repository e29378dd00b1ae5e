//! The day of 2024-10-19 again: an address of ours is listed, and it costs nobody a message.

use crate::node::{KIM, Node, SOURCES, Wishes, plain};
use model::{Duration, Stage, Timestamp};
use playground::dns::Answer;
use playground::{Act, ScriptRule, Turns};
use sentry::{Order, OrderKind, Place, Receiver, Word};
use spool::Phase;
use std::net::Ipv4Addr;

/// As Spamhaus' SBL answers.
const LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

fn word(node: &Node, number: usize) -> Word {
    node.sentry.table()[number].state
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_source_moves_its_mail_at_once_and_carries_none_after() {
    let node = Node::start(Wishes::default()).await;
    node.playground.dns().list(Ipv4Addr::from(SOURCES[0]), LISTED);
    // Until the first one meets it, nobody knows.
    let mut sent = 0;
    while node.metrics.rerouted.get() == 0 {
        assert!(sent < 64, "no message ever left by the first source");
        node.send(&[KIM], &plain(&format!("l{sent}"), "on that day")).await;
        sent += 1;
        node.wait(|figures| figures.delivered == sent).await;
    }
    assert_eq!((word(&node, 0), word(&node, 1)), (Word::Quarantined, Word::Clean));
    for number in sent..sent + 20 {
        node.send(&[KIM], &plain(&format!("l{number}"), "on that day")).await;
    }
    let figures = node.wait(|figures| figures.delivered == sent + 20).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.duplicates, node.playground.reports().len()), (0, 0));
    // One refusal in all: the first message's.
    assert_eq!((node.metrics.rerouted.get(), node.metrics.parked.get()), (1, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_waits_for_its_turn_over_a_source_leaves_by_another_when_that_one_is_taken_out() {
    let node = Node::start(Wishes { time_scale: 4, ..Wishes::default() }).await;
    let order = |source: &str, kind: OrderKind| {
        let (since, until) = (node.sentry.now(), node.sentry.now() + Duration::from_secs(3600));
        let order = Order { kind, by: "operator".to_owned(), note: String::new(), since, until };
        node.sentry.order(&source.parse().unwrap(), &Place::Everywhere, order);
    };
    order("eu-2", OrderKind::Out);
    let busy = "451 4.7.500 Server busy. Please try again later from [127.0.1.1]. (S77714) [playground]";
    node.playground.script(ScriptRule::new(Stage::Mail, Turns::Count(1), Act::Reply(busy.to_owned())));
    node.send(&[KIM], &plain("busy", "closes the way for seconds")).await;
    while node.metrics.limits_heard.get() == 0 {
        tokio::task::yield_now().await;
    }
    for number in 0..5 {
        node.send(&[KIM], &plain(&format!("w{number}"), "waits for its turn")).await;
    }
    let is_under_way = |one: &&spool::QueueEntry| one.phase == Phase::Delivering;
    node.wait_for_queue(|queue| queue.iter().filter(is_under_way).count() >= 5).await;
    order("eu-2", OrderKind::In);
    order("eu-1", OrderKind::Out);
    let figures = node.wait(|figures| figures.delivered == 6).await;
    assert_eq!((figures.arrived, figures.duplicates), (6, 0));
    let peers: Vec<_> = node.playground.mailbox().iter().map(|one| one.peer.unwrap()).collect();
    assert_eq!(peers, [std::net::IpAddr::from(SOURCES[1]); 6], "a source that is out was used");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_out_at_the_second_exchanger_only_makes_way_for_another() {
    let by_exchangers = ("smart_host  = ", "smart_host  = \"mx:gate.example\" # ");
    let edits = vec![by_exchangers, ("\"verify\"", "\"opportunistic\"")];
    let node = Node::start(Wishes { edits, ..Wishes::default() }).await;
    let (dns, here) = (node.playground.dns(), node.playground.exchange_address().ip());
    let nobody = Ipv4Addr::new(127, 0, 9, 9).into();
    for (preference, host, address) in [(5, "one.gate.example", nobody), (10, "two.gate.example", here)] {
        dns.add("gate.example", Answer::Mx { preference, host: host.to_owned() });
        dns.add(host, Answer::Address(address));
    }
    let (since, until) = (node.sentry.now(), node.sentry.now() + Duration::from_secs(3600));
    let order = Order { kind: OrderKind::Out, by: "operator".to_owned(), note: String::new(), since, until };
    node.sentry.order(&"eu-1".parse().unwrap(), &Place::Site("two.gate.example".to_owned()), order);
    for number in 0..12 {
        node.send(&[KIM], &plain(&format!("x{number}"), "over two exchangers")).await;
    }
    let figures = node.wait(|figures| figures.delivered == 12).await;
    assert_eq!((figures.arrived, figures.duplicates), (12, 0));
    let peers: Vec<_> = node.playground.mailbox().iter().map(|one| one.peer.unwrap()).collect();
    assert_eq!(peers, [std::net::IpAddr::from(SOURCES[1]); 12], "a source that is out was used");
    node.stop().await;
}

/// What was sent over a source to Microsoft, as the guard hears of it.
fn was_used(node: &Node, source: &str, times: u32) {
    let to = Receiver::new(Some("microsoft"), "acme.mail.protection.outlook.com");
    for _ in 0..times {
        node.sentry.accepted(&source.parse().unwrap(), &to, Duration::ZERO);
    }
}

/// The second source is all that is left, and has taken over what it may in this hour. The node knows two hours.
async fn full(wishes: Wishes) -> (Node, Timestamp) {
    const HOUR: i64 = 3_600_000_000;
    let node = Node::start(wishes).await;
    was_used(&node, "eu-2", 1);
    // An hour must not end in the middle of what follows.
    let hours = (node.sentry.now() + Duration::from_secs(2 * 3600)).as_micros() / HOUR + 1;
    node.clock.sleep_until(Timestamp::from_micros(hours * HOUR) + Duration::from_secs(300)).await;
    let (since, until) = (node.sentry.now(), node.sentry.now() + Duration::from_secs(86_400));
    let order = Order { kind: OrderKind::Out, by: "operator".to_owned(), note: String::new(), since, until };
    node.sentry.order(&"eu-1".parse().unwrap(), &Place::Everywhere, order);
    was_used(&node, "eu-2", 1000);
    (node, since)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_stands_in_for_another_takes_over_what_it_is_warm_for_and_the_rest_waits_minutes() {
    let expire = Duration::from_secs(86_400);
    let (node, since) = full(Wishes { time_scale: 1200, expire, ..Wishes::default() }).await;
    node.send(&[KIM], &plain("full", "more than it is used to")).await;
    let says_full =
        |one: &spool::QueueEntry| one.why.as_deref().is_some_and(|why| why.contains("take over no more"));
    let queue = node.wait_for_queue(|queue| queue.iter().any(says_full)).await;
    assert_eq!(queue[0].tries, 0, "waiting for warmth spent a try");
    node.wait(|figures| figures.delivered == 1).await;
    let waited = node.sentry.now().since(since);
    assert!(waited >= Duration::from_secs(15 * 60), "gone after {waited:?}, before its time");
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_with_its_sender_waits_for_warmth_no_longer_than_what_is_stored() {
    let mut wishes = Wishes { time_scale: 1200, expire: Duration::from_secs(86_400), ..Wishes::default() };
    wishes.edits = vec![
        ("handover    = \"spool\"", "handover = \"cut_through\""),
        ("{ wait = \"20s\", otherwise = \"spool\" }", "{ wait = \"300s\", otherwise = \"451\" }"),
    ];
    // Its sender comes again each minute of the node's clock, and the hour in which all is taken has fifty-five left.
    wishes.policy.warm_wait = Duration::from_secs(30);
    let (node, _) = full(wishes).await;
    node.send(&[KIM], &plain("full", "comes again")).await;
    let figures = node.wait(|figures| figures.handed_over == 1 && figures.delivered == 1).await;
    assert_eq!((figures.arrived, figures.duplicates), (1, 0));
    // Once for the sake of warmth, and perhaps for a host that is slow on a busy machine.
    let left = node.metrics.cut_through_left.get();
    assert!((1..10).contains(&left), "left with its sender {left} times");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_source_listed_mail_waits_and_leaves_by_itself_once_a_probe_is_taken() {
    let expire = Duration::from_secs(86_400);
    let node = Node::start(Wishes { time_scale: 60, expire, ..Wishes::default() }).await;
    for source in SOURCES {
        node.playground.dns().list(Ipv4Addr::from(source), LISTED);
    }
    for number in 0..8 {
        node.send(&[KIM], &plain(&format!("w{number}"), "waits")).await;
    }
    let is_parked = |one: &spool::QueueEntry| one.phase == Phase::Parked;
    node.wait_for_queue(|queue| queue.iter().filter(|one| is_parked(one)).count() == 8).await;
    assert!([word(&node, 0), word(&node, 1)].contains(&Word::Quarantined));
    for source in SOURCES {
        node.playground.dns().unlist(Ipv4Addr::from(source));
    }
    for (source, place) in node.places() {
        node.sentry.probe_now(&source, &place, "operator".to_owned());
    }
    let figures = node.wait(|figures| figures.delivered == 8).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.duplicates, node.playground.reports().len()), (0, 0));
    assert!(node.places().iter().any(|(_, place)| *place == Place::Provider("microsoft".to_owned())));
    node.stop().await;
}
