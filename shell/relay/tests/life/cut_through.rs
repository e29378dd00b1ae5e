//! Mail that is answered when the next hop has it, and what becomes of it when the next hop does not take it.

use crate::node::{ANNA, KIM, Node, SOURCES, Wishes, plain, text};
use model::{Duration, Stage};
use playground::{Act, Fate, ReportOrigin, ScriptRule, Turns};
use spool::disk::shim::Faults;
use spool::{Event, Phase};
use std::net::Ipv4Addr;

const UNKNOWN: &str = "nobody@acme.example";

fn edits(otherwise: &'static str) -> Vec<(&'static str, &'static str)> {
    let chosen = match otherwise {
        "spool" => "{ wait = \"20s\", otherwise = \"spool\" }",
        "451" => "{ wait = \"20s\", otherwise = \"451\" }",
        "spool after 1s" => "{ wait = \"1s\", otherwise = \"spool\" }",
        _ => panic!("{otherwise}"),
    };
    vec![
        ("handover    = \"spool\"", "handover = \"cut_through\""),
        ("{ wait = \"20s\", otherwise = \"spool\" }", chosen),
    ]
}

async fn node(otherwise: &'static str) -> Node {
    Node::start(Wishes { edits: edits(otherwise), ..Wishes::default() }).await
}

fn rule(stage: Stage, turns: Turns, act: Act) -> ScriptRule {
    ScriptRule::new(stage, turns, act)
}

fn unknown_recipient() -> ScriptRule {
    let words = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup";
    let act = Act::Reply(words.to_owned());
    ScriptRule { recipient: Some(UNKNOWN.to_owned()), ..rule(Stage::Rcpt, Turns::Always, act) }
}

/// The names of what the trace tells of the first message, in order.
async fn trace(node: &Node) -> Vec<&'static str> {
    let records = node.records().await;
    let name = |event: &Event| match event {
        Event::Accepted { chunks: 0, .. } => "transit",
        Event::Accepted { .. } => "accepted",
        Event::Stamped { .. } => "stamped",
        Event::Attempt { .. } => "attempt",
        Event::Outcomes { .. } => "outcomes",
        Event::Rescheduled { .. } => "rescheduled",
        Event::Parked { .. } => "parked",
        Event::Released { .. } => "released",
        Event::Told { .. } => "told",
        Event::Tried { .. } => "tried",
        Event::Acted { .. } => "acted",
        Event::Act { .. } => "act",
        Event::Moved { .. } => "moved",
        Event::Dropped => "dropped",
    };
    let of_the_first = records.iter().filter(|record| record.id == records[0].id);
    of_the_first.map(|record| name(&record.event)).collect()
}

fn fate(node: &Node) -> Fate {
    node.playground.sent()[0].recipients[0].fate.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_answered_when_the_next_hop_has_it_and_is_never_stored() {
    let node = node("spool").await;
    for number in 0..20 {
        node.send(&[KIM, "jo@customer.example"], &plain(&format!("c{number}"), "through")).await;
    }
    let figures = node.wait(|figures| figures.delivered == 40 && figures.handed_over == 40).await;
    assert_eq!((figures.arrived, figures.duplicates), (20, 0));
    assert!(text(&node.playground.mailbox()[0]).contains("Anna Berg"), "stamped all the same");
    let Fate::HandedOver { reply } = fate(&node) else { panic!("{:?}", fate(&node)) };
    assert!(reply.contains("passed on") && reply.contains("Queued mail for delivery"), "{reply}");
    let metrics = &node.metrics;
    assert_eq!((metrics.cut_through.get(), metrics.accepted.get(), metrics.spool_commits.get()), (20, 20, 0));
    assert!(node.queue().is_empty());
    assert_eq!(trace(&node).await, ["transit", "stamped", "attempt", "tried", "outcomes"]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_records_are_there_after_a_restart_and_bring_nothing_back() {
    let node = node("spool").await;
    node.send(&[KIM], &plain("restart", "through")).await;
    node.wait(|figures| figures.handed_over == 1).await;
    let node = node.restart().await;
    assert_eq!(trace(&node).await, ["transit", "stamped", "attempt", "tried", "outcomes"]);
    assert!(node.queue().is_empty());
    assert_eq!(node.metrics.maybe_duplicates.get(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_larger_than_memory_should_hold_is_stored() {
    let node = node("spool").await;
    let line = format!("{}\r\n", "large ".repeat(12));
    node.send(&[KIM], &plain("large", &line.repeat(20_000))).await;
    node.wait(|figures| figures.delivered == 1).await;
    assert_eq!((node.metrics.cut_through.get(), node.metrics.spool_commits.get()), (0, 1));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_next_hop_is_not_waited_for_and_gets_the_message_once() {
    let node = node("spool after 1s").await;
    node.playground.script(rule(Stage::EndOfData, Turns::Count(1), Act::Wait(Duration::from_secs(2))));
    node.send(&[KIM], &plain("slow", "hop")).await;
    node.wait(|figures| figures.handed_over == 1).await;
    assert_eq!(node.playground.figures().arrived, 0, "the sender is answered first");
    let queue = node.queue();
    assert_eq!((queue.len(), queue[0].phase), (1, Phase::Delivering));
    let figures = node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.duplicates, node.metrics.cut_through_taken_in.get()), (0, 1));
    assert_eq!(trace(&node).await, ["transit", "stamped", "attempt", "moved", "tried", "outcomes"]);
    // For a while its mail is stored first: a host that hangs does not keep every session waiting.
    node.send(&[KIM], &plain("next", "message")).await;
    node.wait(|figures| figures.delivered == 2).await;
    let metrics = &node.metrics;
    let counted =
        (metrics.cut_through.get(), metrics.cut_through_taken_in.get(), metrics.spool_commits.get());
    assert_eq!(counted, (0, 1, 2));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_beginning_is_taken_in_before_anything_was_tried() {
    let node = node("spool after 1s").await;
    node.playground.script(rule(Stage::Banner, Turns::Count(1), Act::Wait(Duration::from_secs(2))));
    node.send(&[KIM], &plain("banner", "late")).await;
    node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!(trace(&node).await, ["accepted", "stamped", "attempt", "tried", "outcomes"]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_partial_answer_each_recipient_gets_one_course() {
    for otherwise in ["spool", "451"] {
        let node = node(otherwise).await;
        node.playground.script(unknown_recipient());
        node.send(&[KIM, UNKNOWN], &plain("partial", "to two")).await;
        let figures = node.wait(|figures| figures.delivered >= 1 && figures.reports_in == 1).await;
        node.wait_for_queue(<[_]>::is_empty).await;
        assert_eq!((figures.handed_over, figures.duplicates), (2, 0), "{otherwise}");
        let report = node.playground.reports().remove(0);
        assert_eq!((report.origin, report.to.as_str()), (ReportOrigin::Connector, ANNA));
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_source_is_refused_for_parks_here() {
    let node = node("spool").await;
    for source in SOURCES {
        node.playground.dns().list(Ipv4Addr::from(source), Ipv4Addr::new(127, 0, 0, 2));
    }
    node.send(&[KIM], &plain("refused", "everywhere")).await;
    node.wait(|figures| figures.handed_over == 1).await;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    assert!(node.playground.reports().is_empty());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_choice_the_tenants_own_queue_keeps_what_is_refused() {
    let node = node("451").await;
    node.playground.script(rule(Stage::Rcpt, Turns::Count(2), Act::Reply("550 5.7.1 not now".to_owned())));
    node.send(&[KIM], &plain("later", "again")).await;
    let figures = node.wait(|figures| figures.delivered == 1).await;
    assert!(figures.deferred >= 1, "{figures:?}");
    assert_eq!((figures.duplicates, node.metrics.spool_commits.get()), (0, 0));
    assert!(node.metrics.cut_through_left.get() >= 1);
    assert!(node.playground.reports().is_empty());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_behind_the_final_dot_is_never_left_with_the_sender() {
    for otherwise in ["spool", "451"] {
        let node = node(otherwise).await;
        node.playground.script(rule(Stage::EndOfData, Turns::Count(1), Act::KeepAndClose));
        node.send(&[KIM], &plain("unknown", "end")).await;
        let marked = |queue: &[spool::QueueEntry]| queue.iter().any(|one| !one.maybe_duplicate.is_empty());
        let queue = node.wait_for_queue(marked).await;
        assert!(queue[0].due.since(queue[0].received) >= Duration::from_secs(290));
        let figures = node.wait(|figures| figures.handed_over == 1).await;
        assert_eq!(figures.arrived, 1, "{otherwise}");
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_behind_the_final_dot_leaves_the_message_with_its_sender_and_a_mark() {
    let mut wishes = Wishes { edits: edits("spool"), ..Wishes::default() };
    wishes.playground.outbound.reply_wait = Duration::from_secs(2);
    let node = Node::start(wishes).await;
    node.playground.script(rule(Stage::EndOfData, Turns::Count(1), Act::Wait(Duration::from_secs(3_600))));
    node.send(&[KIM], &plain("killed", "in the middle")).await;
    let attempted = async {
        while !trace(&node).await.contains(&"attempt") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::node::WAIT, attempted).await.unwrap();
    let node = node.kill().await;
    assert!(node.queue().is_empty(), "nobody was told that it is here");
    assert_eq!(node.metrics.maybe_duplicates.get(), 1);
    let figures = node.wait(|figures| figures.handed_over == 1).await;
    assert_eq!((figures.arrived, figures.duplicates), (1, 0), "the sender sent it again");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_space_to_take_it_in_nothing_is_handed_on() {
    for otherwise in ["spool", "451"] {
        let node = node(otherwise).await;
        node.playground.script(unknown_recipient());
        node.disk.set_faults(Faults { free_space: Some(0), ..Faults::default() });
        node.send(&[KIM, UNKNOWN], &plain("full", "to two")).await;
        if otherwise == "451" {
            node.wait(|figures| figures.deferred >= 1).await;
            let fate = fate(&node);
            assert!(matches!(&fate, Fate::Waiting { last, .. } if last.contains("452 4.3.1")), "{fate:?}");
            assert_eq!(node.playground.figures().arrived, 0);
            node.disk.set_faults(Faults::default());
        }
        // Where the tenant lets it, what is preallocated still stores it first.
        let figures = node.wait(|figures| figures.handed_over == 2 && figures.reports_in == 1).await;
        assert_eq!(figures.duplicates, 0, "{otherwise}");
        let stored = u64::from(otherwise == "spool");
        assert_eq!(node.metrics.cut_through_taken_in.get(), 1 - stored, "{otherwise}");
        node.stop().await;
    }
}
