//! Next hops without 8BITMIME or SMTPUTF8: what arrives is ASCII, signed as it arrived, and only who cannot be written is told.

use crate::dkim::{verified, with_keys};
use crate::node::{ANNA, KIM, Node, WAIT, Wishes, plain, text};
use playground::dns::Answer;
use playground::peers::Postfix;
use playground::{Arrived, Mail};
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::task::spawn_blocking;

const DELIVER: (&str, &str) = ("mode        = \"return\"", "mode        = \"deliver\"");
const HOME: &str = "acme-example.mail.protection.outlook.com";
const JOERG: &str = "jörg@customer.example";

/// With text and a file of eight bits.
fn umlauts(subject: &str) -> Vec<u8> {
    format!(
        "From: Anna Berg <{ANNA}>\r\nTo: {KIM}\r\nSubject: {subject}\r\nMessage-ID: <8@acme.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße aus Köln\r\n--b\r\n\
         Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"Angebot für Sie.pdf\"\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n%PDF ü\r\n--b--\r\n"
    )
    .into_bytes()
}

/// Sent once to a host that lacks these, without a key where `wishes` has none.
async fn node(lacks: &[&'static str], mut wishes: Wishes) -> Node {
    wishes.playground.inbound.lacks = lacks.to_vec();
    Node::start(wishes).await
}

/// The recipients' domains have this exchanger.
fn receive_at(node: &Node, host: &str) {
    for domain in ["customer.example", "bücher.example"] {
        node.playground.dns().add(domain, Answer::Mx { preference: 1, host: host.to_owned() });
    }
}

async fn arrived(node: &Node, deliveries: u64) -> Vec<Arc<Arrived>> {
    node.wait(|figures| figures.delivered == deliveries).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    node.playground.mailbox()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_8bitmime_gets_seven_bits_that_are_signed_as_they_arrive() {
    let node = node(&["8BITMIME", "SMTPUTF8"], with_keys("sign = \"always\"")).await;
    node.send(&[KIM], &umlauts("Hello")).await;
    let all = arrived(&node, 1).await;
    let [one] = all.as_slice() else { panic!("{all:?}") };
    let told = text(one);
    assert!(one.data.is_ascii() && told.contains("X-Signpost-Result: stamped"), "{told}");
    for expected in [
        "Gr=C3=BC=C3=9Fe aus K=C3=B6ln\r\n",
        "JVBERiDDvA==\r\n--b--\r\n",
        "boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    assert!(!one.mail_parameters.contains("BODY"), "{}", one.mail_parameters);
    assert_eq!(node.metrics.downgraded.get(), 1);
    assert_eq!(verified(&node, all).await, [2]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_bits_are_announced_where_they_are_taken_and_nothing_is_changed() {
    let node = node(&[], Wishes::default()).await;
    node.send(&[KIM], &umlauts("Grüße")).await;
    let all = arrived(&node, 1).await;
    assert!(all[0].mail_parameters.contains("BODY=8BITMIME"), "{}", all[0].mail_parameters);
    assert!(text(&all[0]).contains("Grüße aus Köln"));
    assert_eq!(node.metrics.downgraded.get(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_by_its_writer_goes_as_it_came_to_a_host_without_8bitmime() {
    let node = node(&["8BITMIME", "SMTPUTF8"], Wishes::default()).await;
    let signed = format!(
        "From: {ANNA}\r\nTo: {KIM}\r\nSubject: signed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; \
         protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=b\r\n\r\n--b\r\n\r\nGr\u{fc}\u{df}e\r\n--b\r\n\
         Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    );
    node.send(&[KIM], signed.as_bytes()).await;
    let all = arrived(&node, 1).await;
    assert!(all[0].data.ends_with(&node.playground.sent()[0].wire), "{}", text(&all[0]));
    assert!(!all[0].mail_parameters.contains("BODY"), "{}", all[0].mail_parameters);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_smtputf8_only_who_cannot_be_written_is_reported() {
    let node = node(&["SMTPUTF8"], Wishes { edits: vec![DELIVER], ..Wishes::default() }).await;
    receive_at(&node, HOME);
    node.send(&[KIM, JOERG, "kim@bücher.example"], &umlauts("Grüße")).await;
    node.wait(|figures| figures.delivered == 3 && figures.reports_in == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let all = node.playground.mailbox();
    let (reports, mails): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.mail_from.is_empty());
    let mut to: Vec<&str> = mails.iter().flat_map(|one| one.rcpt_to.iter().map(String::as_str)).collect();
    to.sort_unstable();
    assert_eq!(to, [KIM, "kim@xn--bcher-kva.example"], "{}", text(reports[0]));
    for mail in mails {
        let told = text(mail);
        assert!(
            told.contains("Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n") && told.contains("Grüße aus Köln"),
            "{told}"
        );
        assert!(mail.mail_parameters.contains("BODY=8BITMIME") && !mail.mail_parameters.contains("SMTPUTF8"));
    }
    let report = text(reports[0]);
    assert!(
        report.contains("Status: 5.6.7")
            && report.contains("Diagnostic-Code: x-signpost; the next hop does not offer SMTPUTF8"),
        "{report}"
    );
    assert_eq!(report.matches("\r\nStatus: ").count(), 1, "{report}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_smtputf8_an_address_in_the_header_costs_everybody() {
    let node = node(&["SMTPUTF8"], Wishes { edits: vec![DELIVER], ..Wishes::default() }).await;
    receive_at(&node, HOME);
    let raw = String::from_utf8(plain("header", "Hello")).unwrap();
    let raw = raw.replace(&format!("To: {KIM}"), &format!("To: {JOERG}, {KIM}"));
    node.send(&[KIM, JOERG], raw.as_bytes()).await;
    node.wait(|figures| figures.reports_in == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let all = node.playground.mailbox();
    let [report] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(text(report).matches("\r\nStatus: 5.6.7").count(), 2, "{}", text(report));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_that_offers_nothing_takes_the_downgrade() {
    let settings = playground::peers::PostfixSettings::keeping(
        "smtpd_discard_ehlo_keywords = 8bitmime,smtputf8,chunking\nsmtputf8_enable = no\nstrict_7bit_headers = yes\nstrict_8bitmime_body = yes\n",
    );
    let postfix = spawn_blocking(move || Postfix::start_as(&settings)).await.unwrap().unwrap();
    let exchanger_port = Some(postfix.address().port());
    let in_clear = ("tls         = \"verify\"", "tls = \"opportunistic\"");
    let wishes = Wishes { edits: vec![DELIVER, in_clear], exchanger_port, ..Wishes::default() };
    let node = node(&[], wishes).await;
    receive_at(&node, "mx.customer.example");
    node.playground.dns().add("mx.customer.example", Answer::Address(Ipv4Addr::LOCALHOST.into()));
    let to = [KIM, "kim@bücher.example"].map(str::to_owned).to_vec();
    node.playground.submit(Mail { from: ANNA.to_owned(), to, raw: umlauts("Grüße") }).await.unwrap();
    let (all, postfix) = spawn_blocking(move || {
        postfix.wait_for(2, WAIT).unwrap();
        (postfix.arrived().unwrap(), postfix)
    })
    .await
    .unwrap();
    assert_eq!(all.len(), 2, "{}", postfix.log());
    for one in all {
        let told = String::from_utf8_lossy(&one).into_owned();
        assert!(one.is_ascii() && told.contains("Gr=C3=BC=C3=9Fe aus K=C3=B6ln"), "{told}");
        assert!(told.contains("filename*=utf-8''Angebot%20f%C3%BCr%20Sie.pdf"), "{told}");
    }
    node.wait_for_queue(<[_]>::is_empty).await;
    spawn_blocking(move || drop(postfix)).await.unwrap();
    node.stop().await;
}
