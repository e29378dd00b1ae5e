//! Who may hand mail in: never a stranger, never for a stranger.

use crate::node::{ANNA, KIM, Node, Wishes, plain};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Says everything at once where the protocol allows it; gives what was answered.
pub(crate) async fn talk(to: SocketAddr, flights: &[&str]) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let mut heard = String::new();
    let mut buffer = [0; 4096];
    for flight in std::iter::once(&"").chain(flights) {
        stream.write_all(flight.as_bytes()).await.unwrap();
        let read = stream.read(&mut buffer).await.unwrap();
        heard.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_of_another_domain_is_refused_for_every_recipient() {
    let node = Node::start(Wishes::default()).await;
    let heard =
        talk(node.address(), &["EHLO x\r\n", "MAIL FROM:<kim@customer.example>\r\n", "QUIT\r\n"]).await;
    assert!(heard.contains("\r\n550 5.7.1 the domain customer.example is not one that may send"), "{heard}");
    let heard =
        talk(node.address(), &["EHLO x\r\n", "MAIL FROM:<acme.example@evil.example>\r\n", "QUIT\r\n"]).await;
    assert!(heard.contains("\r\n550 5.7.1 "), "{heard}");
    assert_eq!(node.metrics.mail_refused.get(), 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_outside_the_tenants_networks_is_refused() {
    let edits = vec![("[\"127.0.0.0/8\"]", "[\"192.0.2.0/24\"]")];
    let node = Node::start(Wishes { edits, ..Wishes::default() }).await;
    let heard = talk(node.address(), &["EHLO x\r\n", &format!("MAIL FROM:<{ANNA}>\r\n"), "QUIT\r\n"]).await;
    assert!(heard.contains("\r\n550 5.7.1 127.0.0.1 is in no tenant's networks"), "{heard}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_null_sender_needs_a_from_of_the_tenant() {
    let node = Node::start(Wishes::default()).await;
    // To the tenant itself: Exchange attributes a null sender without certificate by its recipient.
    let begin = ["EHLO x\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<jonas.lind@acme.example>\r\n", "DATA\r\n"];
    for (from, answer) in [("evil@evil.example", "550 5.7.1"), (ANNA, "250 2.0.0 queued as ")] {
        let message = format!("From: {from}\r\nAuto-Submitted: auto-replied\r\n\r\naway\r\n.\r\n");
        let mut flights = begin.to_vec();
        flights.push(&message);
        let heard = talk(node.address(), &flights).await;
        assert!(heard.contains(answer), "{from}: {heard}");
    }
    node.wait(|figures| figures.arrived == 1).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_secret_that_does_not_fit_proves_nobody_and_the_right_one_never_leaves() {
    let edits = vec![("[\"network\", \"domain\"]", "[\"network\", \"domain\", \"secret\"]")];
    let node = Node::start(Wishes { edits, ..Wishes::default() }).await;
    let begin =
        ["EHLO x\r\n", &format!("MAIL FROM:<{ANNA}>\r\n"), &format!("RCPT TO:<{KIM}>\r\n"), "DATA\r\n"];
    for (secret, answer) in [("wrong", "550 5.7.1"), ("a-secret-of-the-test", "250 2.0.0")] {
        let body = String::from_utf8(plain("secret", "body")).unwrap();
        let message = format!("X-Signpost-Key: {secret}\r\n{body}.\r\n");
        let mut flights = begin.to_vec();
        flights.push(&message);
        let heard = talk(node.address(), &flights).await;
        assert!(heard.contains(answer), "{secret}: {heard}");
    }
    node.wait(|figures| figures.arrived == 1).await;
    let arrived = crate::node::text(&node.playground.mailbox().remove(0));
    assert!(!arrived.contains("X-Signpost-Key") && !arrived.contains("a-secret-of-the-test"), "{arrived}");
    node.stop().await;
}
