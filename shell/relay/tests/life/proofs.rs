//! Tenants that prove themselves by a certificate, a login, a host name or a record of their domain; and their caps.

use crate::client::{Client, issued};
use crate::node::{Node, Wishes};
use playground::dns::Answer;
use spool::disk::Disk as _;
use std::fmt::Write as _;

const BOB: &str = "bob@posts.example";
const WELCOME: &str = "AGJvYgBhLXBhc3N3b3JkLW9mLXRoZS10ZXN0";

/// A tenant with a Postfix of its own.
fn posts(connector: &str, limits: &str) -> String {
    format!(
        "name = \"posts\"\ndomains = [\"posts.example\"]\nregion = \"eu\"\n[connector]\nkind = \"postfix\"\n\
         networks = [\"127.0.0.0/8\"]\n{connector}\n[egress]\nsmart_host = \"127.0.0.1:9\"\n[limits]\n{limits}\n"
    )
}

fn message(from: &str) -> String {
    format!("From: {from}\r\nTo: kim@customer.example\r\nSubject: x\r\n\r\nhello\r\n")
}

async fn node(connector: &str, limits: &str) -> Node {
    let node = Node::start(Wishes::default()).await;
    node.publish_settings(&posts(connector, limits), "a-password-of-the-test");
    node
}

fn told(node: &Node) -> String {
    let mut text = String::new();
    for hint in node.relay.hints().of(Some(&"posts".parse().unwrap())) {
        let _infallible = writeln!(text, "{}: {}", hint.word, hint.text);
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_the_tenants_name_lets_its_mail_in_and_no_other_does() {
    let connector = "certificate_names = [\"mx.posts.example\"]\nrequire = [\"certificate\", \"from\"]";
    let node = node(connector, "").await;
    let mut own = Client::tls(node.address(), "in.example", Some(issued(&node, "mx.posts.example"))).await;
    let reply = own.hand_over(BOB, &message(BOB)).await;
    assert!(reply.starts_with("250 2.0.0 "), "{reply}");
    let reply = own.hand_over("anna.berg@acme.example", &message("anna.berg@acme.example")).await;
    assert!(reply.starts_with("550 5.7.1 the session belongs to another tenant"), "{reply}");
    // It is proven, so what is forgotten comes again.
    let reply = own.hand_over("bob@new.example", &message("bob@new.example")).await;
    assert!(reply.starts_with("451 4.7.1 "), "{reply}");
    assert!(told(&node).contains("new.example; add it to `domains`"), "{}", told(&node));
    let forged = crate::node::self_signed("mx.posts.example");
    for identity in [Some(issued(&node, "mx.evil.example")), Some(forged), None] {
        let reply =
            Client::tls(node.address(), "in.example", identity).await.hand_over(BOB, &message(BOB)).await;
        assert!(reply.starts_with("550 5.7.1 "), "{reply}");
    }
    assert_eq!(node.metrics.refused_certificate.get(), 3);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_signed_is_known_by_its_fingerprint() {
    let own = crate::node::self_signed("anything.example");
    let judge = net::tls::ClientJudge::new(&[]).unwrap();
    let shown = judge.judge(&own.chain, net::Clock::start(1).now()).unwrap();
    let digits = shown.fingerprint.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
    let connector = format!("certificate_fingerprints = [\"{digits}\"]\nrequire = [\"certificate\"]");
    let node = node(&connector, "").await;
    let reply =
        Client::tls(node.address(), "in.example", Some(own)).await.hand_over(BOB, &message(BOB)).await;
    assert!(reply.starts_with("250 2.0.0 "), "{reply}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_under_tls_proves_the_tenant_and_a_wrong_one_nobody() {
    let connector = "auth = [{ user = \"bob\", password = \"env:BOB\" }]\nrequire = [\"auth\", \"from\"]";
    let node = node(connector, "").await;
    let clear = Client::plain(node.address()).await.say(&format!("AUTH PLAIN {WELCOME}")).await;
    assert!(clear.starts_with("538 5.7.11 "), "{clear}");
    let mut client = Client::tls(node.address(), "in.example", None).await;
    let reply = client.hand_over(BOB, &message(BOB)).await;
    assert!(reply.starts_with("550 5.7.1 the session has not logged in"), "{reply}");
    let reply = client.say("AUTH PLAIN AGJvYgB3cm9uZw==").await;
    assert!(reply.starts_with("535 5.7.8 "), "{reply}");
    assert!(told(&node).contains("login: a login from 127.0.0.1 had the wrong password"), "{}", told(&node));
    let reply = client.say(&format!("AUTH PLAIN {WELCOME}")).await;
    assert!(reply.starts_with("235 2.7.0 "), "{reply}");
    for (mail_from, from, answer) in [
        (BOB, BOB, "250 2.0.0 "),
        (BOB, "ceo@bank.example", "451 4.7.1 "),
        (BOB, "bob@posts.example, ceo@bank.example", "451 4.7.1 "),
        (BOB, "x: bob@posts.example;", "550 5.7.1 "),
        ("bob@new.example", BOB, "451 4.7.1 "),
        ("anna.berg@acme.example", "anna.berg@acme.example", "550 5.7.1 "),
    ] {
        let reply = client.hand_over(mail_from, &message(from)).await;
        assert!(reply.starts_with(answer), "{mail_from} {from}: {reply}");
    }
    assert_eq!((node.metrics.login_failures.get(), node.metrics.refused_other_tenant.get()), (1, 1));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_whose_logins_fail_is_not_listened_to_for_a_while() {
    let connector = "auth = [{ user = \"bob\", password = \"env:BOB\" }]\nrequire = [\"auth\"]";
    let node = node(connector, "").await;
    let fail = async |count: usize| {
        let mut client = Client::tls(node.address(), "in.example", None).await;
        for _ in 0..count {
            client.say("AUTH PLAIN AGJvYgB3cm9uZw==").await;
        }
    };
    tokio::join!(fail(3), fail(3), fail(3), fail(1));
    let mut client = Client::tls(node.address(), "in.example", None).await;
    let reply = client.say(&format!("AUTH PLAIN {WELCOME}")).await;
    assert!(reply.starts_with("454 4.7.0 "), "{reply}");
    assert!(node.metrics.alarms.get() >= 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_name_that_tls_asks_for_is_a_check() {
    let connector = "server_name = \"t4f1c.in.example\"\nrequire = [\"server_name\"]";
    let node = node(connector, "").await;
    for (name, answer) in
        [("T4F1C.in.example", "250 2.0.0 "), ("in.example", "550 5.7.1 "), ("127.0.0.1", "550 5.7.1 ")]
    {
        let reply = Client::tls(node.address(), name, None).await.hand_over(BOB, &message(BOB)).await;
        assert!(reply.starts_with(answer), "{name}: {reply}");
    }
    assert_eq!(node.metrics.refused_server_name.get(), 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_has_not_shown_its_record_is_refused_where_that_is_required() {
    let edits = vec![(
        "[\"network\", \"domain\"]",
        "[\"network\", \"domain\", \"domain_proof\"]\ndomain_proof = \"signpost-4f1c\"",
    )];
    let node = Node::start(Wishes { edits, ..Wishes::default() }).await;
    let anna = "anna.berg@acme.example";
    let reply = Client::plain(node.address()).await.hand_over(anna, &message(anna)).await;
    assert!(reply.starts_with("550 5.7.1 the domain acme.example has not shown"), "{reply}");
    node.playground.dns().add("_signpost-verify.acme.example", Answer::Text("signpost-4f1c".to_owned()));
    // A node that starts looks at once.
    let node = node.restart().await;
    let shown = tokio::time::timeout(crate::node::WAIT, async {
        while !Client::plain(node.address()).await.hand_over(anna, &message(anna)).await.starts_with("250 ") {
        }
    });
    shown.await.unwrap();
    let test = "anna.berg@acme.test";
    let reply = Client::plain(node.address()).await.hand_over(test, &message(test)).await;
    assert!(reply.starts_with("550 5.7.1 the domain acme.test has not shown"), "{reply}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caps_put_mail_off_in_clear_words() {
    let node = node("", "sender_messages_per_minute = 1000\nmessage_size = 2000\nconnections = 1").await;
    let mut first = Client::plain(node.address()).await;
    let large = format!("{}{}", message(BOB), "x".repeat(70).repeat(40));
    let reply = first.hand_over(BOB, &large).await;
    assert!(reply.starts_with("452 4.3.4 larger than the 2000"), "{reply}");
    let reply = first.say(&format!("MAIL FROM:<{BOB}> SIZE=2001")).await;
    assert!(reply.starts_with("452 4.3.4 "), "{reply}");
    let mut second = Client::plain(node.address()).await;
    for _ in 0..2 {
        let reply = first.hand_over(BOB, &message(BOB)).await;
        assert!(reply.starts_with("250 2.0.0 "), "{reply}");
    }
    let reply = second.hand_over(BOB, &message(BOB)).await;
    assert!(reply.starts_with("421 4.7.0 more than 1 sessions of this tenant"), "{reply}");
    assert_eq!(node.metrics.limited.get(), 3);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_body_that_nobody_proves_is_not_stored() {
    let secret = "secret_header = { name = \"X-Key\", values = [\"env:KEY\"] }\nrequire = [\"secret\"]";
    let node = node(secret, "").await;
    let filler = "0123456789abcdef\r\n".repeat(150_000);
    let long = format!("{}{filler}behind-megabytes\r\n{filler}", message(BOB));
    let is_stored = || {
        let names = node.disk.list().unwrap();
        names.iter().any(|name| node.disk.bytes(name).windows(16).any(|bytes| bytes == b"behind-megabytes"))
    };
    let mut client = Client::plain(node.address()).await;
    let reply = client.hand_over(BOB, &long).await;
    assert!(reply.starts_with("550 5.7.1 "), "{reply}");
    assert!(!is_stored());
    let genuine = format!("X-Key: a-password-of-the-test\r\n{long}");
    let reply = client.hand_over(BOB, &genuine).await;
    assert!(reply.starts_with("250 2.0.0 ") && is_stored(), "{reply}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_null_sender_passes_no_cap_of_recipients() {
    let node = node("", "recipients_per_message = 1").await;
    let mut client = Client::plain(node.address()).await;
    for command in ["MAIL FROM:<>", "RCPT TO:<a@customer.example>", "RCPT TO:<b@customer.example>"] {
        let reply = client.say(command).await;
        assert!(reply.starts_with("250 "), "{reply}");
    }
    assert!(client.say("DATA").await.starts_with("354 "));
    let reply = client.say(&format!("{}.", message(BOB))).await;
    assert!(reply.starts_with("452 4.5.3 more than 1 recipients"), "{reply}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_of_the_fake_exchange_passes_every_check_of_its_kind() {
    let all =
        "[\"network\", \"domain\", \"certificate\", \"from\", \"tenant_id\", \"originator_org\", \"secret\"]";
    let mut wishes = Wishes { edits: vec![("[\"network\", \"domain\"]", all)], ..Wishes::default() };
    let secret = ("X-Signpost-Key".to_owned(), "a-secret-of-the-test".to_owned());
    wishes.playground.tenants[0].secret_header = Some(secret);
    let node = Node::start(wishes).await;
    node.send(&[crate::node::KIM], &crate::node::plain("proven", "every check")).await;
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = crate::node::text(&node.playground.mailbox().remove(0));
    assert!(!arrived.contains("a-secret-of-the-test"), "{arrived}");
    assert_eq!(node.metrics.mail_refused.get(), 0);
    node.stop().await;
}
