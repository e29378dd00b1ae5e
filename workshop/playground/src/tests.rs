//! The fake Exchange met by programs that we did not write, and by itself as both sides.

use crate::peers::{Envelope, Heard, PeerError, Postfix, exim, smtp_source, smtplib, swaks};
use crate::{
    Act, AttributedBy, Course, ExchangeTenant, Fate, Framing, Mail, OutboundTls, Playground,
    PlaygroundConfig, ReportOrigin, ScriptRule, Turns, first_message,
};
use model::Stage;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);
const ANNA: &str = "anna.berg@acme.example";
const KIM: &str = "kim@customer.example";
const CLIENT: Ipv4Addr = Ipv4Addr::LOCALHOST;

fn config() -> PlaygroundConfig {
    let mut config = PlaygroundConfig::example();
    config.outbound.retry = vec![Duration::from_millis(20)];
    config
}

/// A mail that is at its end when it arrives.
fn processed(body: &str) -> Vec<u8> {
    format!(
        "X-Signpost-Processed: v1 acme-4f1c id hmac\r\nX-Playground-Token: t-{len}\r\nFrom: {ANNA}\r\nTo: {KIM}\r\n\
         Date: Tue, 24 Nov 2026 02:00:00 +0000\r\nMessage-ID: <1@acme.example>\r\nSubject: test\r\n\r\n{body}",
        len = body.len()
    )
    .into_bytes()
}

fn mail(raw: Vec<u8>) -> Mail {
    Mail { from: ANNA.to_owned(), to: vec![KIM.to_owned()], raw }
}

/// Runs a peer's blocking function beside the runtime.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> Result<T, PeerError> + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap().unwrap()
}

async fn by_smtplib(
    to: SocketAddr,
    from: &'static str,
    recipients: &'static [&'static str],
    raw: Vec<u8>,
) -> Heard {
    beside(move || smtplib(to, Envelope { from, to: recipients }, &raw)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn smtplib_bytes_arrive_exactly_with_stuffed_dots_taken_out() {
    let playground = Playground::start(config()).await.unwrap();
    let raw = processed(".\r\n..two\r\n.x\r\n\u{e9}\r\n");
    let heard = by_smtplib(playground.exchange_address(), ANNA, &[KIM], raw.clone()).await;
    assert!(heard.taken, "{}", heard.text);
    let arrived = playground.mailbox().remove(0);
    assert_eq!((arrived.framing, &arrived.data[..]), (Framing::Data, &raw[..]));
    assert!(arrived.raw_socket_bytes.starts_with(b"mail FROM:<anna.berg@acme.example> size="));
    assert!(arrived.raw_socket_bytes.ends_with(b"\r\n.\r\n"));
    assert_eq!(arrived.attribution.as_ref().unwrap().by, AttributedBy::MailFrom);
    assert_eq!((arrived.course, playground.figures().delivered), (Course::Delivered, 1));
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exim_delivers_by_bdat_over_tls() {
    let playground = Playground::start(config()).await.unwrap();
    let to = playground.exchange_address();
    let raw = processed("one\r\n.\r\ntwo\r\n");
    beside(move || exim(to, Envelope { from: ANNA, to: &[KIM, "jo@acme.example"] }, &raw)).await;
    let arrived = playground.mailbox().remove(0);
    assert_eq!(arrived.framing, Framing::Bdat);
    assert!(arrived.data.ends_with(b"Subject: test\r\n\r\none\r\n.\r\ntwo\r\n"));
    assert!(arrived.tls.as_ref().is_some_and(|tls| tls.protocol == "TLSv1_3"), "{:?}", arrived.tls);
    assert_eq!(arrived.rcpt_to, [KIM, "jo@acme.example"]);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_relays_through_it_with_starttls() {
    let playground = Playground::start(config()).await.unwrap();
    let to = playground.exchange_address();
    let raw = processed("through postfix\r\n");
    let _postfix = beside(move || {
        let postfix = Postfix::relaying_to(to)?;
        let heard = swaks(postfix.address(), Envelope { from: ANNA, to: &[KIM] }, &raw, &[])?;
        assert!(heard.taken, "{}", heard.text);
        Ok(postfix)
    })
    .await;
    playground.wait_for(WAIT, |figures| figures.delivered == 1).await.unwrap();
    let arrived = playground.mailbox().remove(0);
    // swaks ends what it sends with one more empty line.
    assert!(arrived.data.ends_with(b"through postfix\r\n\r\n"), "{}", String::from_utf8_lossy(&arrived.data));
    assert!(arrived.tls.is_some());
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_of_smtp_source_are_all_counted() {
    let playground = Playground::start(config()).await.unwrap();
    let to = playground.exchange_address();
    let raw = b"X-Signpost-Processed: v1 acme-4f1c id hmac\r\nSubject: many\r\n\r\nbody\r\n".to_vec();
    beside(move || smtp_source(to, Envelope { from: ANNA, to: &[KIM] }, &raw, 200, 10)).await;
    let figures = playground.wait_for(WAIT, |figures| figures.arrived == 200).await.unwrap();
    assert_eq!((figures.delivered, figures.duplicates), (200, 0));
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_attributes_before_the_reverse_path() {
    let mut config = config();
    config
        .tenants
        .push(ExchangeTenant { domains: vec!["other.example".to_owned()], ..ExchangeTenant::acme() });
    config.tenants[1].name = "other".parse().unwrap();
    config.tenants[1].certificate_name = Some("other.relay.example".to_owned());
    let playground = Playground::start(config).await.unwrap();
    let issued = playground.authority().issue(&["other.relay.example"]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    std::fs::write(&chain, &issued.certificate_pem).unwrap();
    std::fs::write(&key, &issued.key_pem).unwrap();
    let to = playground.exchange_address();
    let heard = beside(move || {
        let options = ["--tls", "--tls-cert", chain.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
        swaks(to, Envelope { from: ANNA, to: &[KIM] }, &processed("x\r\n"), &options)
    })
    .await;
    assert!(heard.taken, "{}", heard.text);
    let arrived = playground.mailbox().remove(0);
    let attribution = arrived.attribution.clone().unwrap();
    assert_eq!((attribution.tenant.as_str(), attribution.by), ("other", AttributedBy::Certificate));
    assert!(arrived.tls.as_ref().unwrap().client_trusted);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_unknown_mailboxes_are_refused_with_exchanges_words() {
    let mut config = config();
    config.tenants[0].mailboxes = Some(BTreeSet::from([ANNA.to_owned()]));
    let playground = Playground::start(config).await.unwrap();
    let to = playground.exchange_address();
    let heard = by_smtplib(to, "x@stranger.example", &[KIM], processed("x\r\n")).await;
    assert!(heard.text.contains("5.7.64 TenantAttribution; Relay Access Denied"), "{}", heard.text);
    let heard = by_smtplib(to, "x@stranger.example", &["nobody@acme.example"], processed("x\r\n")).await;
    assert!(heard.text.contains("5.1.10 RESOLVER.ADR.RecipientNotFound"), "{}", heard.text);
    let heard = by_smtplib(to, "x@stranger.example", &[ANNA], processed("x\r\n")).await;
    assert!(heard.taken, "{}", heard.text);
    assert_eq!(playground.mailbox()[0].attribution.as_ref().unwrap().by, AttributedBy::RcptTo);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_client_hears_the_seeds_words_unless_it_is_allowed() {
    let playground = Playground::start(config()).await.unwrap();
    let to = playground.exchange_address();
    playground.dns().list(CLIENT, Ipv4Addr::new(127, 0, 0, 2));
    let heard = by_smtplib(to, ANNA, &[KIM], processed("x\r\n")).await;
    let words =
        "5.7.1 Service unavailable, Client host [127.0.0.1] blocked using Spamhaus. To request removal";
    assert!(!heard.taken && heard.text.contains(words), "{}", heard.text);
    playground.set_allowed(IpAddr::V4(CLIENT), true);
    assert!(by_smtplib(to, ANNA, &[KIM], processed("x\r\n")).await.taken);
    playground.set_allowed(IpAddr::V4(CLIENT), false);
    playground.dns().unlist(CLIENT);
    assert!(by_smtplib(to, ANNA, &[KIM], processed("xx\r\n")).await.taken);
    let figures = playground.figures();
    assert_eq!((figures.refused_listed, figures.arrived_listed, figures.arrived), (1, 1, 2));
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sent_mail_goes_to_the_connector_and_without_its_word_round_again() {
    // The connector is the fake Exchange's own inbound side: a relay that changes nothing, which is a loop.
    let mut config = config();
    config.outbound.hops_max = 4;
    let playground = Playground::start(config).await.unwrap();
    playground.set_connector(Some(playground.exchange_address()));
    let id = playground.submit(first_message()).await.unwrap();
    let figures = playground.wait_for(WAIT, |figures| figures.reports_own == 1).await.unwrap();
    assert_eq!((figures.sent_again, figures.delivered), (4, 0));
    let report = playground.reports().remove(0);
    assert!(report.reason.contains("5.4.14 Hop count exceeded"), "{}", report.reason);
    let sent = playground.sent().remove(0);
    assert!(sent.id == id && matches!(sent.recipients[0].fate, Fate::HandedOver { .. }));
    let first = playground.mailbox().remove(0);
    assert_eq!((first.framing, &first.data), (Framing::Bdat, &sent.wire));
    assert!(first.tls.as_ref().unwrap().client_names.contains(&"mail.protection.outlook.com".to_owned()));
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_with_its_word_or_with_the_rule_switched_off_never_leaves() {
    let playground = Playground::start(config()).await.unwrap();
    playground.submit(mail(processed("done\r\n"))).await.unwrap();
    playground.set_rule(false);
    playground.submit(first_message()).await.unwrap();
    assert_eq!(playground.figures().delivered, 2);
    assert!(playground.mailbox().iter().all(|arrived| arrived.framing == Framing::Internal));
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bare_line_feeds_pass_bdat_unchanged_in_many_chunks() {
    let mut config = config();
    config.outbound.bdat_chunk = Some(100);
    let playground = Playground::start(config).await.unwrap();
    playground.set_connector(Some(playground.exchange_address()));
    let raw = b"Subject: lone\n\nline feeds\n.\n..\r\n".to_vec();
    playground.script(ScriptRule::new(
        Stage::Banner,
        Turns::Count(1),
        Act::Reply("421 4.3.2 later".to_owned()),
    ));
    playground.submit(mail(raw.clone())).await.unwrap();
    playground.wait_for(WAIT, |figures| figures.arrived > 0).await.unwrap();
    let arrived = playground.mailbox().remove(0);
    assert!(arrived.data.ends_with(&raw) && arrived.bare_lf == 4, "{}", arrived.bare_lf);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bare_line_feeds_without_bdat_are_a_report_at_once() {
    let mut config = config();
    config.inbound.chunking = false;
    let playground = Playground::start(config).await.unwrap();
    playground.set_connector(Some(playground.exchange_address()));
    playground.submit(mail(b"Subject: lone\n\nline feeds\n".to_vec())).await.unwrap();
    playground.wait_for(WAIT, |figures| figures.reports_own == 1).await.unwrap();
    assert!(playground.reports()[0].reason.contains("5.6.11"), "{}", playground.reports()[0].reason);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_put_off_is_tried_again_and_a_refusal_is_a_report() {
    let playground = Playground::start(config()).await.unwrap();
    let refuse = |words: &str, recipient: &str| {
        let mut rule = ScriptRule::new(Stage::Rcpt, Turns::Count(2), Act::Reply(words.to_owned()));
        rule.recipient = Some(recipient.to_owned());
        playground.script(rule);
    };
    refuse("451 4.7.500 Server busy", "later@acme.example");
    refuse("550 5.7.1 no", "never@acme.example");
    let to: Vec<_> = ["later@acme.example", "never@acme.example"].map(str::to_owned).to_vec();
    // Set late: what was submitted before waits for a connector.
    let mut mail = mail(b"Subject: x\r\n\r\nx\r\n".to_vec());
    mail.to = to;
    playground.submit(mail).await.unwrap();
    playground.script(ScriptRule::new(Stage::Mail, Turns::Count(1), Act::Close));
    playground.set_connector(Some(playground.exchange_address()));
    let enough = |figures: &crate::Figures| figures.handed_over >= 1 && figures.reports_own >= 1;
    let figures = playground.wait_for(WAIT, enough).await.unwrap();
    assert!(figures.deferred >= 4, "{figures:?}");
    let report = playground.reports().remove(0);
    assert_eq!(
        (report.origin, report.recipients),
        (ReportOrigin::Exchange, vec!["never@acme.example".to_owned()])
    );
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_ends_with_a_report_and_a_null_sender_gets_none() {
    let mut config = config();
    config.outbound.give_up_after = Duration::from_millis(100);
    let playground = Playground::start(config).await.unwrap();
    playground.submit(first_message()).await.unwrap();
    playground.wait_for(WAIT, |figures| figures.reports_own == 1).await.unwrap();
    let report = playground.reports().remove(0);
    assert_eq!((report.to.as_str(), report.recipients), (ANNA, vec![KIM.to_owned()]));
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn required_tls_waits_where_none_is_offered() {
    let mut config = config();
    config.inbound.starttls = false;
    config.outbound.tls = OutboundTls::Required;
    let playground = Playground::start(config).await.unwrap();
    playground.set_connector(Some(playground.exchange_address()));
    playground.submit(first_message()).await.unwrap();
    let figures = playground.wait_for(WAIT, |figures| figures.deferred > 0).await.unwrap();
    assert_eq!(figures.arrived, 0);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forked_message_arrives_once_for_each_group() {
    let playground = Playground::start(config()).await.unwrap();
    playground.set_connector(Some(playground.exchange_address()));
    playground.script(ScriptRule::new(Stage::Data, Turns::Count(2), Act::Wait(Duration::from_millis(1))));
    let groups = vec![vec![KIM.to_owned()], vec!["jo@acme.example".to_owned(), "al@acme.example".to_owned()]];
    playground.submit_forked(first_message(), groups).await.unwrap();
    playground.wait_for(WAIT, |figures| figures.handed_over >= 3).await.unwrap();
    let forks: BTreeSet<usize> = playground.sent()[0].recipients.iter().map(|to| to.fork).collect();
    assert_eq!(forks, BTreeSet::from([0, 1]));
    assert!(playground.submit_forked(first_message(), vec![Vec::new()]).await.is_err());
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_withheld_after_the_final_dot_makes_a_counted_duplicate() {
    let playground = Playground::start(config()).await.unwrap();
    playground.script(ScriptRule::new(Stage::EndOfData, Turns::Count(1), Act::KeepAndClose));
    let to = playground.exchange_address();
    let heard = by_smtplib(to, ANNA, &[KIM], processed("twice\r\n")).await;
    assert!(!heard.taken, "{}", heard.text);
    assert!(by_smtplib(to, ANNA, &[KIM], processed("twice\r\n")).await.taken);
    let figures = playground.figures();
    assert_eq!((figures.arrived, figures.delivered, figures.duplicates), (2, 1, 1));
    assert!(playground.mailbox()[0].reply_withheld);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_message_is_not_in_the_mailbox() {
    let playground = Playground::start(config()).await.unwrap();
    playground.script(ScriptRule::new(Stage::EndOfData, Turns::Count(1), Act::Close));
    let heard = by_smtplib(playground.exchange_address(), ANNA, &[KIM], processed("lost\r\n")).await;
    assert!(!heard.taken && playground.figures().arrived == 0);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_comes_in_is_counted_as_one() {
    let playground = Playground::start(config()).await.unwrap();
    let report =
        b"Subject: Undelivered\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n".to_vec();
    assert!(by_smtplib(playground.exchange_address(), "", &[ANNA], report).await.taken);
    let reports = playground.reports();
    assert_eq!((reports[0].origin, reports[0].reason.as_str()), (ReportOrigin::Connector, "Undelivered"));
    assert_eq!(playground.figures().reports_in, 1);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_beyond_ascii_travel_with_smtputf8() {
    let playground = Playground::start(config()).await.unwrap();
    playground.set_connector(Some(playground.exchange_address()));
    let mut mail = mail(b"Subject: x\r\n\r\n\xc3\xa9\r\n".to_vec());
    mail.to = vec!["j\u{fc}rgen@acme.example".to_owned()];
    playground.submit(mail).await.unwrap();
    playground.wait_for(WAIT, |figures| figures.arrived > 0).await.unwrap();
    let arrived = playground.mailbox().remove(0);
    assert!(arrived.mail_parameters.ends_with("BODY=8BITMIME SMTPUTF8"), "{}", arrived.mail_parameters);
    assert_eq!(arrived.rcpt_to, ["j\u{fc}rgen@acme.example"]);
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_is_named_in_the_error() {
    let playground = Playground::start(config()).await.unwrap();
    let mut second = config();
    second.exchange = playground.exchange_address();
    let error = Playground::start(second).await.err().unwrap().to_string();
    assert!(error.contains(&playground.exchange_address().to_string()), "{error}");
    playground.stop().await;
}
