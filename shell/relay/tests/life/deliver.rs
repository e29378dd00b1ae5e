//! Mail to the recipients' own exchangers: hosts in their order, and whose word ends a message.

use crate::node::{KIM, Node, Wishes, plain, text};
use model::Duration;
use playground::dns::Answer;
use spool::Event;
use std::net::{IpAddr, Ipv6Addr};

const DOMAIN: &str = "customer.example";
const PROVEN: &str = "acme-example.mail.protection.outlook.com";

/// A node in mode deliver, for which the recipient's domain has these records and no others.
async fn node(zone: &[(&str, Answer)]) -> Node {
    let edits = vec![("mode        = \"return\"", "mode        = \"deliver\"")];
    // Who waits, waits: what is tried again would hide what the first try does.
    let node =
        Node::start(Wishes { edits, retry: vec![Duration::from_secs(600)], ..Wishes::default() }).await;
    node.playground.dns().remove(DOMAIN);
    for (name, answer) in zone {
        node.playground.dns().add(name, answer.clone());
    }
    node
}

fn mx(preference: u16, host: &str) -> (&'static str, Answer) {
    (DOMAIN, Answer::Mx { preference, host: host.to_owned() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_null_mx_is_reported_at_once_in_its_own_words() {
    let node = node(&[mx(0, ".")]).await;
    node.send(&[KIM], &plain("null", "to nobody")).await;
    node.wait(|figures| figures.arrived == 1).await;
    let report = text(&node.playground.mailbox().remove(0));
    assert!(
        report.contains("Status: 5.1.10") && report.contains("accepts no mail (null MX, RFC"),
        "{report}"
    );
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_server_that_fails_keeps_the_mail_here() {
    let node = node(&[(DOMAIN, Answer::Broken)]).await;
    node.send(&[KIM], &plain("broken", "wait for me")).await;
    let waits =
        |one: &spool::QueueEntry| one.why.as_deref().is_some_and(|why| why.contains("no name server"));
    node.wait_for_queue(|queue| queue.iter().any(waits)).await;
    assert_eq!((node.playground.figures().arrived, node.metrics.bounced.get()), (0, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_prove_its_name_leads_to_the_next_one() {
    let here = Answer::Address(IpAddr::from([127, 0, 2, 1]));
    let node =
        node(&[mx(1, "other.customer.example"), ("other.customer.example", here), mx(2, PROVEN)]).await;
    node.send(&[KIM], &plain("second", "host")).await;
    let figures = node.wait(|figures| figures.delivered == 1).await;
    assert_eq!(figures.arrived, 1);
    let arrived = node.playground.mailbox().remove(0);
    assert_eq!(arrived.tls.as_ref().unwrap().server_name.as_deref(), Some(PROVEN));
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_answer_by_ipv6_is_reached_by_ipv4_in_the_same_try() {
    let edits = vec![("mode        = \"return\"", "mode        = \"deliver\"")];
    let private_networks = vec!["127.0.0.0/8", "::1/128"];
    let heavy_source = Some(IpAddr::from(Ipv6Addr::LOCALHOST));
    let retry = vec![Duration::from_secs(600)];
    let node =
        Node::start(Wishes { edits, private_networks, heavy_source, retry, ..Wishes::default() }).await;
    let dns = node.playground.dns();
    dns.remove(DOMAIN);
    dns.add(DOMAIN, Answer::Mx { preference: 1, host: PROVEN.to_owned() });
    // The fake Exchange does not listen there.
    dns.add(PROVEN, Answer::Address(Ipv6Addr::LOCALHOST.into()));
    node.send(&[KIM], &plain("families", "both")).await;
    node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let records = node.records().await;
    let tried: Vec<&str> = records
        .iter()
        .filter_map(|record| {
            let Event::Tried { tried, .. } = &record.event else { return None };
            Some(tried.host.as_str())
        })
        .collect();
    assert!(tried.len() == 2 && tried[0].contains("[[::1]:"), "{tried:?}");
    assert!(tried[1].contains("[127.0.2.1:"), "{tried:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_ipv6_asks_for_no_address_of_it_unless_there_is_no_other() {
    let node = node(&[mx(1, PROVEN)]).await;
    let dns = node.playground.dns();
    dns.add("six.example", Answer::Mx { preference: 1, host: "mx.six.example".to_owned() });
    dns.add("mx.six.example", Answer::Address(Ipv6Addr::LOCALHOST.into()));
    node.send(&[KIM], &plain("families", "one")).await;
    node.wait(|figures| figures.delivered == 1).await;
    assert_eq!((dns.queries(PROVEN, "A"), dns.queries(PROVEN, "AAAA")), (1, 0));
    node.send(&["kim@six.example"], &plain("families", "the other")).await;
    let waits =
        |one: &spool::QueueEntry| one.why.as_deref().is_some_and(|why| why.contains("mx.six.example"));
    node.wait_for_queue(|queue| queue.iter().any(waits)).await;
    assert_eq!(dns.queries("mx.six.example", "AAAA"), 1, "what it has instead is told");
    node.stop().await;
}
