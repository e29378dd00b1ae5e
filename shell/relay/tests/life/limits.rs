//! A provider that lets us in only so often: all mail arrives, from the same sources, and patience costs no try.

use crate::node::{KIM, Node, Wishes, plain};
use model::{Duration, Stage};
use playground::dns::Answer;
use playground::{Act, ScriptRule, Turns};
use spool::Event;
use std::collections::{BTreeMap, BTreeSet};

/// For each message the sources of its attempts; and how many tries were spent.
async fn told(node: &Node) -> (BTreeMap<model::MessageId, BTreeSet<String>>, usize) {
    let mut sources: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    let mut spent = 0;
    for record in node.records().await {
        match record.event {
            Event::Attempt { source, .. } => {
                sources.entry(record.id).or_default().insert(source.to_string());
            }
            Event::Rescheduled { limit, .. } => spent += usize::from(!limit),
            Event::Accepted { .. }
            | Event::Stamped { .. }
            | Event::Outcomes { .. }
            | Event::Parked { .. }
            | Event::Released { .. }
            | Event::Told { .. }
            | Event::Tried { .. }
            | Event::Acted { .. }
            | Event::Act { .. }
            | Event::Moved { .. }
            | Event::Dropped => {}
        }
    }
    (sources, spent)
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_connections_are_answered_by_fewer_and_not_by_another_source() {
    let mut wishes = Wishes::default();
    wishes.playground.inbound.connections_max = 3;
    let node = Node::start(wishes).await;
    for number in 0..60 {
        node.send(&[KIM], &plain(&format!("crowd{number}"), "one of many")).await;
    }
    let figures = node.wait(|figures| figures.delivered == 60).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.arrived, figures.duplicates), (60, 0));
    assert!(node.metrics.limits_heard.get() > 0, "the limit was never met");
    let (sources, spent) = told(&node).await;
    assert!(sources.values().all(|sources| sources.len() == 1), "{sources:?}");
    assert_eq!(spent, 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_spends_no_try() {
    let node = Node::start(Wishes::default()).await;
    let busy = "451 4.7.500 Server busy. Please try again later from [127.0.1.1]. (S77714) [playground]";
    node.playground.script(ScriptRule::new(Stage::Mail, Turns::Count(2), Act::Reply(busy.to_owned())));
    node.send(&[KIM], &plain("busy", "patience")).await;
    node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((told(&node).await.1, node.metrics.limits_heard.get()), (0, 2));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_for_one_site_is_called_up_as_the_site_takes_it() {
    let edits = vec![
        ("mode        = \"return\"", "mode        = \"deliver\""),
        ("tls         = \"verify\"", "tls = \"opportunistic\""),
    ];
    let node = Node::start(Wishes { edits, ..Wishes::default() }).await;
    let (dns, host) = (node.playground.dns(), "mx.customer.example");
    dns.add("customer.example", Answer::Mx { preference: 1, host: host.to_owned() });
    dns.add(host, Answer::Address(node.playground.exchange_address().ip()));
    let slow = Act::Wait(Duration::from_millis(50));
    node.playground.script(ScriptRule::new(Stage::Mail, Turns::Always, slow));
    for number in 0..80 {
        node.send(&[KIM], &plain(&format!("crowd{number}"), "one of many")).await;
    }
    let figures = node.wait(|figures| figures.delivered == 80).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.arrived, figures.duplicates, told(&node).await.1), (80, 0, 0));
    let mut due = BTreeMap::new();
    let mut called = 0;
    for record in node.records().await {
        if let Event::Rescheduled { due: until, .. } = record.event {
            due.insert(record.id, until);
        } else if let Event::Attempt { .. } = record.event {
            called += usize::from(due.get(&record.id).is_some_and(|due| record.at < *due));
        }
    }
    assert!(called > 0, "{} were sent away, and all of them came by their own time", due.len());
    node.stop().await;
}
