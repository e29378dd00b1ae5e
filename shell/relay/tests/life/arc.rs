//! A chain of seals that a message brings along, gone on with by us; begun by dkimpy, judged by dkimpy and rspamd.

use crate::dkim::{RSA, records, with_keys};
use crate::node::{ANNA, KIM, Node, plain, text};
use playground::dns::Answer;
use playground::peers::{Rspamd, dkimpy_chain, dkimpy_seal};
use tokio::task::spawn_blocking;

const FIRST: &str = "f1._domainkey.first.example";

/// A node that goes on with chains, and the records of all keys.
async fn node() -> (Node, Vec<(String, String)>) {
    let node = Node::start(with_keys("sign = \"always\"\narc = \"chain\"")).await;
    node.playground.dns().remove("acme.example");
    let mut records = records();
    let record = records[0].1.clone();
    records.push((FIRST.to_owned(), record));
    for (name, text) in &records {
        node.playground.dns().add(name, Answer::Text(text.clone()));
    }
    (node, records)
}

/// The message with a first set, as a relay before us makes it.
pub(crate) async fn sealed(message: Vec<u8>) -> Vec<u8> {
    let seal = move || {
        let results = b"Authentication-Results: mx.first.example; dkim=pass header.d=acme.example\r\n";
        let message = [results.as_slice(), &message].concat();
        let set = dkimpy_seal(&message, ("f1", "first.example", RSA), "mx.first.example").unwrap();
        [set, message].concat()
    };
    spawn_blocking(seal).await.unwrap()
}

/// What dkimpy says of the first message that arrived, and rspamd.
async fn judged(node: &Node, records: Vec<(String, String)>) -> (String, String) {
    let message = node.playground.mailbox()[0].data.to_vec();
    let names = node.playground.dns_address();
    let both = move || {
        (dkimpy_chain(&message, &records).unwrap(), Rspamd::start(names).unwrap().check(&message).unwrap())
    };
    spawn_blocking(both).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_is_gone_on_with_when_a_message_is_stamped_and_dkimpy_and_rspamd_find_it_whole() {
    let (node, records) = node().await;
    node.send(&[KIM], &sealed(plain("chain", "Hello Kim")).await).await;
    node.wait(|figures| figures.delivered == 1).await;
    let told = text(&node.playground.mailbox()[0]);
    assert!(told.starts_with("ARC-Seal: i=2; a=rsa-sha256; cv=pass; d=acme.example; s=r1;"), "{told}");
    assert!(
        told.contains(
            "\r\nARC-Authentication-Results: i=2; in.eu.relay.example; spf=none\r\n\tsmtp.mailfrom=acme.example; \
             dkim=none; dmarc=none\r\n\theader.from=acme.example; arc=pass\r\nDKIM-Signature: "
        ),
        "{told}"
    );
    assert!(told.contains("Anna Berg") && !told.contains("\r\nAuthentication-Results:"), "{told}");
    let (dkimpy, rspamd) = judged(&node, records).await;
    assert_eq!(dkimpy, "pass success");
    assert!(rspamd.contains("\"ARC_ALLOW\"") && rspamd.contains("R_DKIM_ALLOW"), "{rspamd}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_came_broken_is_ended() {
    let (node, records) = node().await;
    let broken = sealed(plain("broken", "Hello Kim")).await;
    let broken = String::from_utf8(broken).unwrap().replace("Hello", "Hallo");
    node.send(&[KIM], broken.as_bytes()).await;
    node.wait(|figures| figures.delivered == 1).await;
    let told = text(&node.playground.mailbox()[0]);
    assert!(told.starts_with("ARC-Seal: i=2; a=rsa-sha256; cv=fail; d=acme.example; s=r1;"), "{told}");
    let (dkimpy, rspamd) = judged(&node, records).await;
    assert!(dkimpy.starts_with("ended ") || dkimpy.starts_with("fail "), "{dkimpy}");
    assert!(!rspamd.contains("\"ARC_ALLOW\"") && rspamd.contains("R_DKIM_ALLOW"), "{rspamd}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_passed_keeps_its_chain_and_one_without_gets_none() {
    let (node, records) = node().await;
    let signed = format!(
        "From: {ANNA}\r\nTo: {KIM}\r\nSubject: signed\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n\
         -----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nwords\r\n"
    );
    node.send(&[KIM], &sealed(signed.into_bytes()).await).await;
    node.wait(|figures| figures.delivered == 1).await;
    let told = text(&node.playground.mailbox()[0]);
    assert!(
        told.contains("reason=signed")
            && !told.contains("i=2")
            && told.contains("\r\nAuthentication-Results:"),
        "{told}"
    );
    assert_eq!(judged(&node, records).await.0, "pass success");
    node.send(&[KIM], &plain("none", "no chain")).await;
    node.wait(|figures| figures.delivered == 2).await;
    assert!(!text(&node.playground.mailbox()[1]).contains("ARC-"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_of_the_name_server_mail_goes_on_without_a_set_of_ours() {
    let (node, _) = node().await;
    // Nobody listens there.
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    node.playground.dns().follow("first.example", nobody);
    node.send(&[KIM], &sealed(plain("silent", "Hello Kim")).await).await;
    node.wait(|figures| figures.delivered == 1).await;
    let told = text(&node.playground.mailbox()[0]);
    assert!(told.starts_with("DKIM-Signature: ") && !told.contains("i=2;"), "{told}");
    node.stop().await;
}
