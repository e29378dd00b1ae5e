//! The tenant's other way out, with a password, once no source of ours is left.

use crate::node::{KIM, Node, Wishes, plain, text};
use std::net::IpAddr;

/// Addresses that no machine has (RFC 5737).
const NOBODYS: [[u8; 4]; 2] = [[198, 51, 100, 1], [203, 0, 113, 1]];

async fn node(sources: Option<[[u8; 4]; 2]>, implicit_tls: bool, password: &str) -> Node {
    let mut wishes = Wishes::default();
    wishes.sources = sources.unwrap_or(wishes.sources);
    // The secret that the tests' tenants are given is the right one.
    wishes.playground.inbound.login = Some(("relay".to_owned(), password.to_owned()));
    wishes.playground.inbound.implicit_tls = implicit_tls;
    let node = Node::start(wishes).await;
    let scheme = if implicit_tls { "smtps" } else { "smtp" };
    let port = node.playground.exchange_address().port();
    let host = "acme-example.mail.protection.outlook.com";
    let fallback = format!("fallback = \"{scheme}://relay:env:FALLBACK@{host}:{port}\"");
    node.publish("acme", &[("fallback    = \"\"", &fallback)], None);
    node
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_used_when_no_source_is_left() {
    for implicit_tls in [false, true] {
        let node = node(Some(NOBODYS), implicit_tls, "a-secret-of-the-test").await;
        for number in 0..5 {
            node.send(&[KIM], &plain(&format!("f{number}"), "by the other way")).await;
        }
        let figures = node.wait(|figures| figures.delivered == 5).await;
        node.wait_for_queue(<[_]>::is_empty).await;
        assert_eq!((figures.arrived, figures.duplicates), (5, 0));
        assert!(node.metrics.fallbacks.get() >= 5);
        let arrived = node.playground.mailbox().remove(0);
        assert!(arrived.tls.is_some() && text(&arrived).contains("Anna Berg"));
        assert!(!NOBODYS.map(IpAddr::from).contains(&arrived.peer.unwrap()));
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_used_while_a_source_is_left() {
    let node = node(None, false, "a-secret-of-the-test").await;
    node.send(&[KIM], &plain("own", "source")).await;
    let waits = |queue: &[spool::QueueEntry]| queue.iter().any(|one| one.parked.is_some());
    node.wait_for_queue(waits).await;
    assert_eq!((node.metrics.fallbacks.get(), node.playground.figures().arrived), (0, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_does_not_fit_keeps_the_mail_here_and_is_shown_nowhere() {
    let node = node(Some(NOBODYS), false, "another one").await;
    node.send(&[KIM], &plain("denied", "by the host")).await;
    let waits =
        |queue: &[spool::QueueEntry]| queue.iter().any(|one| one.parked.is_some() || one.why.is_some());
    let shown = format!("{:?}", node.wait_for_queue(waits).await);
    assert!(shown.contains("Authentication unsuccessful"), "{shown}");
    assert!(!shown.contains("a-secret-of-the-test"), "{shown}");
    assert_eq!(node.playground.figures().arrived, 0);
    node.stop().await;
}
