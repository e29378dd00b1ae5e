//! REQUIRETLS (RFC 8689): kept from the sender to the next hop, and nothing for a hop that does not promise it.

use crate::client::Client;
use crate::node::{ANNA, KIM, Node, Wishes, plain, text};
use model::Stage;
use playground::{Act, ScriptRule, Turns};

/// Of Anna's own domain: whoever is not known there is nobody.
const NOBODY: &str = "nobody@acme.example";

/// Anna's message with the parameter, behind a host that says `also` in its EHLO.
async fn sent(also: &[&'static str]) -> Node {
    let node = behind(also).await;
    send(&node, KIM, "REQUIRETLS").await;
    node
}

async fn behind(also: &[&'static str]) -> Node {
    let mut wishes = Wishes::default();
    wishes.playground.inbound.also = also.to_vec();
    Node::start(wishes).await
}

async fn send(node: &Node, to: &str, parameters: &str) {
    let mut client = Client::microsoft(node).await;
    for command in [&format!("MAIL FROM:<{ANNA}> {parameters}"), &format!("RCPT TO:<{to}>"), "DATA"] {
        let reply = client.say(command).await;
        assert!(reply.starts_with(['2', '3']), "{command}: {reply}");
    }
    let message = [ORIGIN.as_bytes(), &plain("sealed", "for Kim only")].concat();
    let reply = client.say(&format!("{}.", String::from_utf8(message).unwrap())).await;
    assert!(reply.starts_with("250 "), "{reply}");
}

/// What Exchange Online writes on a tenant's mail.
const ORIGIN: &str =
    "X-OriginatorOrg: acme.example\r\nX-MS-Exchange-CrossTenant-Id: 7c1a2f60-0000-4000-8000-0000000acae1\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_hop_that_proves_its_name_and_offers_it_is_told() {
    let node = sent(&["REQUIRETLS"]).await;
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = node.playground.mailbox().remove(0);
    assert!(arrived.mail_parameters.contains("REQUIRETLS") && arrived.tls.is_some(), "{arrived:?}");
    node.wait_for_queue(<[_]>::is_empty).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hop_that_does_not_offer_it_gets_nothing_and_the_sender_a_report() {
    let node = sent(&[]).await;
    node.wait(|figures| figures.reports_in == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let all = node.playground.mailbox();
    let [report] = all.as_slice() else { panic!("{all:?}") };
    let report = text(report);
    assert!(report.contains("Status: 5.7.30") && report.contains("requires TLS the whole way"), "{report}");
    assert!(!report.contains("for Kim only"), "{report}");
    node.stop().await;
}

/// RFC 8689 §5: what is told of it is kept as it was, and holds no text of it whatever RET says.
#[tokio::test(flavor = "multi_thread")]
async fn its_report_requires_tls_too_where_that_is_offered_and_returns_the_header_alone() {
    let node = behind(&["REQUIRETLS"]).await;
    let act = Act::Reply("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found".to_owned());
    node.playground.script(ScriptRule {
        recipient: Some(NOBODY.to_owned()),
        ..ScriptRule::new(Stage::Rcpt, Turns::Always, act)
    });
    send(&node, NOBODY, "REQUIRETLS RET=FULL").await;
    node.wait(|figures| figures.reports_in == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let all = node.playground.mailbox();
    let [report] = all.as_slice() else { panic!("{all:?}") };
    assert!(report.mail_parameters.contains("REQUIRETLS") && report.tls.is_some(), "{report:?}");
    let told = text(report);
    assert!(told.contains("Status: 5.1.10") && told.contains("Subject: sealed"), "{told}");
    assert!(!told.contains("for Kim only"), "{told}");
    node.stop().await;
}
