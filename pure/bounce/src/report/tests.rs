//! Reports as a mail program reads them; the oracle is mail-parser.

use super::*;
use mail_parser::{MessageParser, MimeHeaders};

const ORIGINAL: &[u8] = b"From: anna@acme.example\r\nSubject: offer\r\n\r\nbody line\r\n";

struct Case {
    envelope: Envelope,
    language: Language,
    diagnostic: &'static str,
    remote_host: Option<&'static str>,
}

impl Case {
    fn new() -> Self {
        let sender: Address = "anna@acme.example".parse().unwrap();
        let mut envelope =
            Envelope::new(ReversePath::Mailbox(sender), ["gone@acme.example".parse::<Address>().unwrap()]);
        envelope.envid = Some("QQ314159".to_owned());
        envelope.recipients[0].orcpt = Some("rfc822;Gone@acme.example".to_owned());
        let diagnostic = "550 5.1.10 RESOLVER.ADR.RecipientNotFound";
        Self { envelope, language: Language::English, diagnostic, remote_host: Some("mx.acme.example") }
    }

    fn write(&self) -> (Vec<u8>, Envelope) {
        let failed = [FailedRecipient {
            recipient: &self.envelope.recipients[0],
            status: EnhancedCode::new(5, 1, 10),
            remote_host: self.remote_host,
            diagnostic: self.diagnostic,
        }];
        let report = Report {
            id: MessageId::new(Timestamp::from_micros(1_760_000_000_000_000), [7; 10]),
            reporting_host: "in.eu.relay.example",
            to: self.envelope.mail_from.mailbox().unwrap(),
            language: self.language,
            processed: "v1 acme-4f1c ID HMAC",
            envelope: &self.envelope,
            arrived: "2024-10-19T15:58:51Z".parse().unwrap(),
            now: "2024-10-19T16:00:00Z".parse().unwrap(),
            failed: &failed,
            original: ORIGINAL,
        };
        let bytes = report.to_bytes();
        let envelope = report.envelope(&bytes);
        (bytes, envelope)
    }

    fn text(&self) -> String {
        String::from_utf8(self.write().0).unwrap()
    }
}

#[test]
fn a_report_has_its_three_parts() {
    let (bytes, envelope) = Case::new().write();
    let message = MessageParser::new().parse(&bytes).unwrap();
    let types: Vec<_> = message
        .parts
        .iter()
        .filter_map(|part| part.content_type())
        .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
        .collect();
    assert_eq!(types, ["multipart/report", "text/plain", "message/delivery-status", "text/rfc822-headers"]);
    assert_eq!(message.subject(), Some("Your message could not be delivered"));
    assert_eq!(envelope.mail_from, ReversePath::Null);
    assert_eq!(envelope.recipients[0].address.as_str(), "anna@acme.example");
    assert_eq!(envelope.body, BodyType::SevenBit);
}

#[test]
fn the_status_names_host_recipient_and_answer() {
    let text = Case::new().text();
    for line in [
        "Reporting-MTA: dns; in.eu.relay.example",
        "Original-Envelope-Id: QQ314159",
        "Original-Recipient: rfc822; Gone@acme.example",
        "Final-Recipient: rfc822; gone@acme.example",
        "Action: failed",
        "Status: 5.1.10",
        "Remote-MTA: dns; mx.acme.example",
        "Diagnostic-Code: smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound",
        "Arrival-Date: Sat, 19 Oct 2024 15:58:51 +0000",
        "Auto-Submitted: auto-replied",
        "X-Signpost-Processed: v1 acme-4f1c ID HMAC",
    ] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in\n{text}");
    }
}

#[test]
fn ret_full_returns_the_whole_and_otherwise_the_header() {
    let mut case = Case::new();
    assert!(!case.text().contains("body line"));
    assert!(case.text().contains("\r\n\r\nFrom: anna@acme.example\r\nSubject: offer\r\n\r\n--=_report_"));
    case.envelope.ret = Some(DsnReturn::Full);
    assert!(case.text().contains("Content-Type: message/rfc822"));
    assert!(case.text().contains("\r\n\r\nbody line\r\n\r\n--=_report_"));
}

#[test]
fn german_is_written_in_utf_8_and_declared_so() {
    let mut case = Case::new();
    case.language = Language::of_tag("de-AT");
    let (bytes, envelope) = case.write();
    let message = MessageParser::new().parse(&bytes).unwrap();
    assert!(message.body_text(0).unwrap().contains("Empfänger"));
    assert_eq!(envelope.body, BodyType::EightBitMime);
    assert_eq!(Language::of_tag("fr"), Language::English);
}

#[test]
fn what_a_peer_said_cannot_become_a_header() {
    let mut case = Case::new();
    case.diagnostic = "550 5.1.10 no\r\nBcc: everyone@acme.example\r\n\r\n--=_report";
    assert!(!case.text().contains("\r\nBcc:"));
}

#[test]
fn an_internationalised_address_takes_the_forms_of_rfc_6533() {
    let mut case = Case::new();
    case.envelope.recipients[0].address = "用户@acme.example".parse().unwrap();
    case.envelope.recipients[0].orcpt = None;
    let (bytes, envelope) = case.write();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("Content-Type: message/global-delivery-status\r\n"));
    assert!(text.contains("Final-Recipient: utf-8; 用户@acme.example\r\n"));
    assert!(envelope.smtputf8);
}

#[test]
fn without_an_answer_the_report_says_what_kept_us() {
    let mut case = Case::new();
    case.remote_host = None;
    case.diagnostic = "no connection: 127.0.2.1:25 did not answer before our connect deadline";
    assert!(case.text().contains("Diagnostic-Code: x-signpost; no connection"));
    assert!(!case.text().contains("Remote-MTA"));
}

#[test]
fn a_report_written_twice_has_the_same_bytes() {
    assert_eq!(Case::new().write().0, Case::new().write().0);
}
