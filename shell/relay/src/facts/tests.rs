use super::{of, of_sender};
use model::{Envelope, ReversePath};
use tlspolicy::OfSender;

#[test]
fn the_message_id_loses_its_brackets_and_the_subject_is_kept_only_if_wanted() {
    let header = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID:\r\n <one@acme.example>\r\n\r\nbody";
    let facts = of(header, true);
    assert_eq!(facts.message_id.as_deref(), Some("one@acme.example"));
    assert_eq!(facts.subject.as_deref(), Some("Grüße"));
    assert_eq!(of(header, false).subject, None);
}

#[test]
fn a_header_without_them_has_none_and_a_long_one_is_cut() {
    assert_eq!(of(b"From: a@b.example\r\n\r\n", true), spool::HeaderFacts::default());
    let long = format!("Subject: {}\r\n\r\n", "ü".repeat(400));
    assert_eq!(of(long.as_bytes(), true).subject.map(|subject| subject.len()), Some(300));
}

#[test]
fn tls_is_waived_by_one_field_that_says_no_and_requiretls_counts_more() {
    let waives = |header: &str| of(format!("{header}\r\n").as_bytes(), false).waives_tls;
    assert!(waives("TLS-Required: No\r\n") && waives("tls-required:\r\n no \r\n"));
    assert!(!waives("TLS-Required: Yes\r\n") && !waives("TLS-Required: No\r\nTLS-Required: No\r\n"));
    let facts = of(b"TLS-Required: No\r\n\r\n", false);
    let sender = ReversePath::Mailbox("anna@acme.example".parse().unwrap());
    let mut envelope = Envelope::new(sender, []);
    assert_eq!(of_sender(&envelope, &facts), OfSender::Waives);
    envelope.require_tls = true;
    assert_eq!(of_sender(&envelope, &facts), OfSender::Requires);
    // A report is rather sent without TLS than not at all.
    envelope.mail_from = ReversePath::Null;
    assert_eq!(of_sender(&envelope, &facts), OfSender::Silent);
}
