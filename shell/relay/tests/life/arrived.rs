//! What mail proved as it came, told in front of what leaves; signed by our own signer and sealed by dkimpy, asked of the playground's name server.

use crate::arc::sealed;
use crate::dkim::{RSA, records, with_keys};
use crate::node::{ANNA, KIM, Node, Wishes, plain, text};
use message::HeaderBlock;
use model::Stage;
use playground::dns::Answer;
use playground::peers::dkimpy_chain;
use playground::{Act, ScriptRule, Turns};
use signing::{BodyHasher, Signer, Signing, SigningKey};
use spool::Proved;
use tokio::task::spawn_blocking;

const ALWAYS: (&str, &str) = ("[stamping]", "[arrival]\nresults = \"always\"\n[stamping]");
const OURS: &str = "Authentication-Results: in.eu.relay.example;";

async fn node(texts: &[(&str, &str)]) -> Node {
    let node = Node::start(Wishes { edits: vec![ALWAYS], ..Wishes::default() }).await;
    // What the example has published.
    node.playground.dns().remove("acme.example");
    for (name, text) in texts {
        node.playground.dns().add(name, Answer::Text((*text).to_owned()));
    }
    node
}

/// The field in front of the first message that arrived, on one line.
async fn results(node: &Node, message: &[u8]) -> String {
    node.send(&[KIM], message).await;
    node.wait(|figures| figures.delivered == 1).await;
    let told = text(&node.playground.mailbox()[0]);
    assert!(told.starts_with(OURS), "{told}");
    let field = told.replace("\r\n\t", " ");
    field.lines().next().unwrap_or_default()[OURS.len()..].trim().to_owned()
}

/// The message with a signature of acme.example by the key of `records`.
fn signed(message: &[u8]) -> Vec<u8> {
    let (domain, selector) = ("acme.example".parse().unwrap(), "r1".parse().unwrap());
    let block = HeaderBlock::of(message);
    let mut body = BodyHasher::new();
    body.update(&message[block.body_start..]);
    let at = model::Timestamp::from_micros(1_767_225_600_000_000);
    let (header, body, line_end) = (message, body.finish(), "\r\n");
    let signing = Signing { header, block: &block, body, author: &domain, at, until: None, line_end };
    let key = SigningKey::from_pem(RSA).unwrap();
    let field = signing.field(&Signer { domain: &domain, selector: &selector, key: &key }).unwrap();
    [field.as_bytes(), message].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn spf_of_the_sender_is_told_and_by_it_dmarc() {
    for (spf, wanted) in [
        (
            "v=spf1 ip4:127.0.0.0/8 -all",
            "spf=pass smtp.mailfrom=acme.example; dkim=none; dmarc=pass (p=reject)",
        ),
        ("v=spf1 -all", "spf=fail smtp.mailfrom=acme.example; dkim=none; dmarc=fail (p=reject)"),
        (
            "v=spf1 a:none.example ~all",
            "spf=softfail smtp.mailfrom=acme.example; dkim=none; dmarc=fail (p=reject)",
        ),
        ("v=spf1 foo", "spf=permerror smtp.mailfrom=acme.example; dkim=none; dmarc=fail (p=reject)"),
    ] {
        let node = node(&[("acme.example", spf), ("_dmarc.acme.example", "v=DMARC1; p=reject")]).await;
        let told = results(&node, &plain("spf", "Hello")).await;
        assert_eq!(told, format!("{wanted} header.from=acme.example; arc=none"), "{spf}");
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_told_as_it_was_before_the_stamp() {
    let (record, dmarc) = (records()[0].1.clone(), "v=DMARC1; p=quarantine; adkim=s");
    let texts = [("r1._domainkey.acme.example", record.as_str()), ("_dmarc.acme.example", dmarc)];
    let whole = signed(&plain("dkim", "Hello"));
    let changed = String::from_utf8(whole.clone()).unwrap().replace("Hello", "Hallo");
    for (message, dkim, dmarc) in
        [(whole, "pass", "pass"), (changed.into_bytes(), "fail (the body is not what was signed)", "fail")]
    {
        let node = node(&texts).await;
        let told = results(&node, &message).await;
        let wanted = format!(
            "spf=none smtp.mailfrom=acme.example; dkim={dkim} header.d=acme.example header.s=r1; \
             dmarc={dmarc} (p=quarantine) header.from=acme.example; arc=none"
        );
        assert_eq!(told, wanted);
        assert!(text(&node.playground.mailbox()[0]).contains("Anna Berg"), "it was stamped");
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_mail_leaves_with_temporary_errors() {
    let node = node(&[]).await;
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    node.playground.dns().follow("acme.example", nobody);
    let told = results(&node, &signed(&plain("silent", "Hello"))).await;
    assert_eq!(
        told,
        "spf=temperror smtp.mailfrom=acme.example; dkim=temperror header.d=acme.example header.s=r1; \
         dmarc=temperror header.from=acme.example; arc=none"
    );
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_of_a_chain_tells_what_was_seen_and_dkimpy_finds_it_whole() {
    let node = Node::start(with_keys("sign = \"always\"\narc = \"chain\"")).await;
    let mut records = records();
    records.push(("f1._domainkey.first.example".to_owned(), records[0].1.clone()));
    for (name, text) in &records {
        node.playground.dns().add(name, Answer::Text(text.clone()));
    }
    node.playground.dns().remove("acme.example");
    node.playground.dns().add("acme.example", Answer::Text("v=spf1 ip4:127.0.2.1 -all".to_owned()));
    node.send(&[KIM], &sealed(signed(&plain("chain", "Hello"))).await).await;
    node.wait(|figures| figures.delivered == 1).await;
    let message = node.playground.mailbox()[0].data.to_vec();
    let told = String::from_utf8_lossy(&message).replace("\r\n\t", " ");
    let wanted = "\r\nARC-Authentication-Results: i=2; in.eu.relay.example; spf=pass smtp.mailfrom=acme.example; \
                  dkim=pass header.d=acme.example header.s=r1; dmarc=none header.from=acme.example; arc=pass\r\n";
    assert!(told.contains(wanted) && !told.contains("\r\nAuthentication-Results:"), "{told}");
    let worth = spawn_blocking(move || dkimpy_chain(&message, &records).unwrap()).await.unwrap();
    assert_eq!(worth, "pass success");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_results_are_taken_out_and_those_of_others_of_a_passed_message_stay() {
    let node = Node::start(Wishes::default()).await;
    let message = format!(
        "Authentication-Results: other.example; spf=pass\r\nauthentication-results: (in (a) comment)\r\n In.EU.relay.example 1;\r\n dkim=pass\r\n\
         From: {ANNA}\r\nTo: {KIM}\r\nSubject: signed\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n\
         -----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nwords\r\n"
    );
    for stamped in [false, true] {
        let message = if stamped {
            message.replace("-----BEGIN PGP SIGNED MESSAGE-----", "Hello")
        } else {
            message.clone()
        };
        node.send(&[KIM], message.as_bytes()).await;
        node.wait(|figures| figures.delivered == 1 + u64::from(stamped)).await;
        let told = text(&node.playground.mailbox()[usize::from(stamped)]);
        assert!(!told.to_lowercase().contains("in.eu.relay.example 1"), "{told}");
        assert_eq!(told.contains("Authentication-Results: other.example; spf=pass\r\n"), !stamped, "{told}");
        assert_eq!(told.contains("Anna Berg"), stamped, "{told}");
    }
    node.stop().await;
}

const KEY: &str = "r1._domainkey.acme.example";

/// A message that was tried once and waits.
async fn deferred(node: &Node, message: &[u8]) -> model::MessageId {
    let busy = Act::Reply("451 4.3.2 not now".to_owned());
    node.playground.script(ScriptRule::new(Stage::Rcpt, Turns::Always, busy));
    node.send(&[KIM], message).await;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.tries > 0)).await[0].id
}

fn proved(node: &Node, id: model::MessageId) -> Option<Proved> {
    node.spool.standing(id)?.1.proved
}

/// The field in front of the first message that arrives once the next hop takes mail.
async fn told_later(node: &Node) -> String {
    node.playground.clear_script();
    node.wait(|figures| figures.delivered == 1).await;
    let told = text(&node.playground.mailbox()[0]).replace("\r\n\t", " ");
    told.lines().next().unwrap_or_default()[OURS.len()..].trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_try_tells_what_the_first_one_found_whatever_the_zone_says_by_then() {
    let record = records()[0].1.clone();
    let texts = [
        (KEY, record.as_str()),
        ("acme.example", "v=spf1 ip4:127.0.0.0/8 -all"),
        ("_dmarc.acme.example", "v=DMARC1; p=reject"),
    ];
    for restart in [false, true] {
        let mut node = node(&texts).await;
        let id = deferred(&node, &signed(&plain("rotated", "Hello"))).await;
        let first = proved(&node, id).expect("every question had its answer");
        assert_eq!((first.results.len(), first.chain.as_str()), (4, "none"), "{first:?}");
        // The key is rotated, and another host sends for the domain.
        for name in [KEY, "acme.example", "_dmarc.acme.example"] {
            node.playground.dns().remove(name);
        }
        node.playground.dns().add("acme.example", Answer::Text("v=spf1 -all".to_owned()));
        if restart {
            // With a resolver that knows nothing.
            node = node.restart().await;
            assert_eq!(proved(&node, id), Some(first));
        }
        assert_eq!(
            told_later(&node).await,
            "spf=pass smtp.mailfrom=acme.example; dkim=pass header.d=acme.example header.s=r1; \
             dmarc=pass (p=reject) header.from=acme.example; arc=none"
        );
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_answered_is_asked_again() {
    let mut node = node(&[]).await;
    node.playground.dns().add("acme.example", Answer::Broken);
    let id = deferred(&node, &plain("silent", "Hello")).await;
    assert_eq!(proved(&node, id), None);
    node.playground.dns().remove("acme.example");
    node.playground.dns().add("acme.example", Answer::Text("v=spf1 ip4:127.0.0.0/8 -all".to_owned()));
    node = node.restart().await;
    assert_eq!(
        told_later(&node).await,
        "spf=pass smtp.mailfrom=acme.example; dkim=none; dmarc=none header.from=acme.example; arc=none"
    );
    node.stop().await;
}
