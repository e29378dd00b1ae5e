//! A tenant whose connector does not know us: nothing is bounced, nothing is lost, and the mend is found without a person.

use crate::node::{KIM, Node, SOURCES, Wishes, plain, text};
use model::{ActId, Duration, ParkReason, Stage};
use playground::{Act, ScriptRule, Turns};
use spool::Phase;
use std::net::{IpAddr, Ipv4Addr};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const DENIED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";
const OWN_DENIED: &str = "554 5.7.1 <lena@acme.test>: Relay access denied";

fn denied(turns: Turns) -> ScriptRule {
    ScriptRule::new(Stage::Rcpt, turns, Act::Reply(DENIED.to_owned()))
}

fn is_parked(entry: &spool::QueueEntry) -> bool {
    entry.phase == Phase::Parked && matches!(entry.parked, Some(ParkReason::TenantSetup { .. }))
}

/// What MAIL is answered now.
async fn answer(node: &Node) -> String {
    let mut stream = tokio::net::TcpStream::connect(node.address()).await.unwrap();
    let mut heard = String::new();
    let mut buffer = [0; 4096];
    for flight in ["", "EHLO x\r\n", "MAIL FROM:<anna.berg@acme.example>\r\n"] {
        stream.write_all(flight.as_bytes()).await.unwrap();
        let read = stream.read(&mut buffer).await.unwrap();
        heard = String::from_utf8_lossy(&buffer[..read]).into_owned();
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_does_not_match_holds_its_tenant_until_a_probe_is_accepted() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(denied(Turns::Always));
    node.send(&[KIM], &plain("h0", "first")).await;
    node.wait_for_queue(|queue| queue.iter().any(is_parked)).await;
    let held = node.tenants.holds().held();
    assert!(held.len() == 1 && held[0].1.why.contains("5.7.64"), "{held:?}");
    assert_eq!((node.metrics.tenants_held.get(), node.playground.reports().len()), (1, 0));
    let answered = answer(&node).await;
    assert!(answered.starts_with("451 4.7.1 "), "{answered}");
    // Exchange keeps what is new meanwhile.
    node.send(&[KIM], &plain("h1", "second")).await;
    node.wait(|figures| figures.deferred >= 1).await;
    node.playground.clear_script();
    let figures = node.wait(|figures| figures.delivered == 2).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.duplicates, node.playground.reports().len()), (0, 0));
    assert!(node.tenants.holds().held().is_empty());
    assert_eq!(node.metrics.tenants_held.get(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_says_mail_does_not_use_up_a_held_tenants_probe() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(denied(Turns::Always));
    node.send(&[KIM], &plain("p0", "first")).await;
    node.wait_for_queue(|queue| queue.iter().any(is_parked)).await;
    while !answer(&node).await.starts_with("250 ") {}
    for _ in 0..3 {
        let answered = answer(&node).await;
        assert!(answered.starts_with("250 "), "{answered}");
    }
    node.stop().await;
}

/// A tenant that is held by the first of four messages; the others, whose ids are given, stay untried behind it.
async fn held_with_three_more(expire: Duration) -> (Node, Vec<model::MessageId>) {
    let retry = vec![Duration::from_secs(600)];
    let node = Node::start(Wishes { retry, expire, ..Wishes::default() }).await;
    let not_now = Act::Reply("451 4.3.0 not now".to_owned());
    node.playground.script(ScriptRule::new(Stage::Mail, Turns::Count(4), not_now));
    node.playground
        .script(ScriptRule { recipient: Some("@customer.example".to_owned()), ..denied(Turns::Always) });
    for number in 0..4 {
        node.send(&[KIM], &plain(&format!("b{number}"), "behind a hold")).await;
    }
    let are_deferred = |queue: &[spool::QueueEntry]| queue.iter().filter(|one| one.tries == 1).count() == 4;
    let queue = node.wait_for_queue(are_deferred).await;
    let now = queue[0].received;
    node.spool.release(queue[0].id, "operator", now).await.unwrap();
    node.wait_for_queue(|queue| queue.iter().any(is_parked)).await;
    (node, queue[1..].iter().map(|one| one.id).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_about_mail_of_a_held_tenant_does_not_wait_with_it() {
    let (node, behind) = held_with_three_more(Duration::from_secs(600)).await;
    let text = "the connector is closed";
    for id in behind {
        let now = node.spool.show(id).unwrap().received;
        let act = ActId::new(now, [3; 10]);
        let given_up = node.relay.operator().give_up(id, |_| true, |_| true, (act, text), now).await;
        assert_eq!(given_up.unwrap().unwrap().told, 1);
    }
    // As probes they would take minutes.
    node.wait(|figures| figures.reports_in == 3).await;
    assert_eq!(node.tenants.holds().held().len(), 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_of_a_held_tenant_ends_in_a_report_once_its_time_is_over() {
    let (node, behind) = held_with_three_more(Duration::from_secs(3)).await;
    for id in behind {
        let now = node.spool.show(id).unwrap().received;
        node.spool.release(id, "operator", now).await.unwrap();
    }
    node.wait(|figures| figures.reports_in == 4).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!(node.metrics.ndr_ours.get(), 4);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_denied_for_one_of_its_own_addresses_wakes_when_its_cause_is_gone() {
    let node = Node::start(Wishes::default()).await;
    let rule = ScriptRule::new(Stage::Rcpt, Turns::Always, Act::Reply(OWN_DENIED.to_owned()));
    node.playground.script(rule);
    node.send(&["lena@acme.test"], &plain("own", "denied")).await;
    node.wait_for_queue(|queue| queue.iter().any(is_parked)).await;
    assert_eq!(node.tenants.holds().held().len(), 1);
    node.playground.clear_script();
    node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!(node.playground.reports().len(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_parked_mail_is_tried_and_wakes_by_itself() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(denied(Turns::Always));
    node.send(&[KIM], &plain("restart", "held")).await;
    node.wait_for_queue(|queue| queue.iter().any(is_parked)).await;
    let node = node.restart().await;
    node.playground.clear_script();
    node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_denied_for_one_of_its_own_addresses_holds_nobody() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(ScriptRule {
        recipient: Some("typo@acme.example".to_owned()),
        ..ScriptRule::new(
            Stage::Rcpt,
            Turns::Always,
            Act::Reply("550 5.4.1 Recipient address rejected: Access denied".to_owned()),
        )
    });
    node.send(&["typo@acme.example"], &plain("typo", "inside")).await;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    assert!(node.tenants.holds().held().is_empty());
    node.send(&[KIM], &plain("fine", "outside")).await;
    node.wait(|figures| figures.delivered == 1).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_the_connector_does_not_know_is_passed_over_once() {
    let mut wishes = Wishes::default();
    let known = IpAddr::from(Ipv4Addr::from(SOURCES[1]));
    wishes.playground.tenants[0].connector_sources = Some([known].into());
    let node = Node::start(wishes).await;
    for number in 0..10 {
        node.send(&[KIM], &plain(&format!("s{number}"), "by the other source")).await;
    }
    let figures = node.wait(|figures| figures.delivered == 10).await;
    assert_eq!(figures.duplicates, 0);
    assert!(figures.refused > 0, "the unknown source was tried");
    assert!(node.playground.mailbox().iter().all(|arrived| arrived.peer == Some(known)));
    assert!(node.tenants.holds().held().is_empty());
    assert!(text(&node.playground.mailbox()[0]).contains("Anna Berg"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cut_through_leaves_with_its_sender_is_told_once_and_comes_by_itself() {
    let edits = vec![
        ("handover    = \"spool\"", "handover = \"cut_through\""),
        ("{ wait = \"20s\", otherwise = \"spool\" }", "{ wait = \"20s\", otherwise = \"451\" }"),
    ];
    let node = Node::start(Wishes { edits, ..Wishes::default() }).await;
    node.playground.script(denied(Turns::Always));
    node.send(&[KIM], &plain("left", "with its sender")).await;
    // The second time after the hold, which had nothing to probe with, has ended.
    let left_twice = async {
        while node.metrics.cut_through_left.get() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::node::WAIT, left_twice).await.unwrap();
    assert_eq!((node.metrics.alarms.get(), node.metrics.spool_commits.get()), (1, 0));
    node.playground.clear_script();
    let figures = node.wait(|figures| figures.delivered == 1).await;
    assert_eq!((figures.duplicates, node.playground.reports().len()), (0, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_an_operator_holds_keeps_no_tenant_held() {
    let retry = vec![Duration::from_secs(600)];
    let node = Node::start(Wishes { retry, ..Wishes::default() }).await;
    node.playground.script(denied(Turns::Always));
    node.send(&[KIM], &plain("mine", "to hold")).await;
    let queue = node.wait_for_queue(|queue| queue.iter().any(is_parked)).await;
    let (id, now) = (queue[0].id, queue[0].received);
    node.spool.hold(id, "operator", "mine", now).await.unwrap();
    let is_free = async {
        while !node.tenants.holds().held().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::node::WAIT, is_free).await.unwrap();
    assert_eq!(node.metrics.tenants_held.get(), 0);
    node.stop().await;
}
