//! Reports as a mail program reads them; the oracle is mail-parser.

use super::*;
use mail_parser::{Message, MessageParser, MimeHeaders};
use model::DsnReturn;

mod languages;
mod utf8;

const ORIGINAL: &[u8] =
    b"From: anna@acme.example\r\nSubject: offer\r\nMessage-ID: <offer@acme.example>\r\n\r\nbody line\r\n";
const PAGE: &str = include_str!("../../../../docs/operating/src/reports.md");
const UNKNOWN: &str = "550 5.1.10 RESOLVER.ADR.RecipientNotFound";
const UNTIL: &str = "2024-10-24T15:58:51Z";

struct Case {
    envelope: Envelope,
    kind: Kind,
    language: Language,
    causes: Vec<Cause>,
    diagnostic: &'static str,
    remote_host: Option<&'static str>,
    original: Vec<u8>,
    size: u64,
}

impl Case {
    fn new() -> Self {
        let sender: Address = "anna@acme.example".parse().unwrap();
        let mut envelope =
            Envelope::new(ReversePath::Mailbox(sender), ["gone@acme.example".parse::<Address>().unwrap()]);
        envelope.envid = Some("QQ+3D314159".to_owned());
        envelope.recipients[0].orcpt = Some("rfc822;Gone+2Baway@acme.example".to_owned());
        Self {
            envelope,
            kind: Kind::Failed,
            language: Language::English,
            causes: vec![Cause::UnknownRecipient],
            diagnostic: UNKNOWN,
            remote_host: Some("mx.acme.example [127.0.2.1]"),
            original: ORIGINAL.to_vec(),
            size: ORIGINAL.len() as u64,
        }
    }

    fn delayed() -> Self {
        Self {
            kind: Kind::Delayed { until: UNTIL.parse().unwrap() },
            causes: vec![Cause::Receiver],
            diagnostic: "451 4.7.500 Server busy",
            ..Self::new()
        }
    }

    /// Another recipient with this cause.
    fn and(mut self, address: &str, cause: Cause) -> Self {
        self.envelope.recipients.push(Recipient::new(address.parse().unwrap()));
        self.causes.push(cause);
        self
    }

    fn with<T>(&self, use_it: impl FnOnce(&Report<'_>) -> T) -> T {
        let recipients: Vec<Reported<'_>> = self
            .envelope
            .recipients
            .iter()
            .zip(&self.causes)
            .map(|(recipient, cause)| Reported {
                recipient,
                status: EnhancedCode::new(5, 1, 10),
                cause: *cause,
                remote_host: self.remote_host,
                diagnostic: self.diagnostic,
                last_attempt: Some("2024-10-19T15:59:59Z".parse().unwrap()),
            })
            .collect();
        use_it(&Report {
            id: MessageId::new(Timestamp::from_micros(1_760_000_000_000_000), [7; 10]),
            about: MessageId::new(Timestamp::from_micros(1_760_000_000_000_000), [9; 10]),
            kind: self.kind,
            reporting_host: "in.eu.relay.example",
            domain: "in.eu.relay.example",
            received_from: "mail.acme.example",
            to: self.envelope.mail_from.mailbox().unwrap(),
            language: self.language,
            processed: "v1 acme-4f1c ID HMAC",
            envelope: &self.envelope,
            arrived: "2024-10-19T15:58:51Z".parse().unwrap(),
            now: "2024-10-19T16:00:00Z".parse().unwrap(),
            recipients: &recipients,
            original: Original { beginning: &self.original, size: self.size },
        })
    }

    fn bytes(&self) -> Vec<u8> {
        self.with(|report| report.to_bytes())
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    fn travels(&self) -> Envelope {
        self.with(|report| report.envelope(&report.to_bytes()))
    }
}

fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::new().parse(bytes).unwrap()
}

/// What a person reads.
fn read(bytes: &[u8]) -> String {
    parse(bytes).body_text(0).unwrap().replace("\r\n", "\n")
}

fn types(message: &Message<'_>) -> Vec<String> {
    let kinds = message.parts.iter().filter_map(|part| part.content_type());
    kinds.map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())).collect()
}

#[test]
fn a_report_has_its_three_parts() {
    let bytes = Case::new().bytes();
    let message = parse(&bytes);
    assert_eq!(
        types(&message),
        ["multipart/report", "text/plain", "message/delivery-status", "text/rfc822-headers"]
    );
    assert_eq!(message.subject(), Some("Not delivered: offer"));
    let envelope = Case::new().travels();
    assert_eq!(envelope.mail_from, ReversePath::Null);
    assert_eq!(envelope.recipients[0].address.as_str(), "anna@acme.example");
    assert_eq!(envelope.body, BodyType::SevenBit);
}

#[test]
fn the_status_names_host_recipient_and_answer() {
    let text = Case::new().text();
    for line in [
        "Reporting-MTA: dns; in.eu.relay.example",
        "Original-Envelope-Id: QQ=314159",
        "Received-From-MTA: dns; mail.acme.example",
        "Arrival-Date: Sat, 19 Oct 2024 15:58:51 +0000",
        "Original-Recipient: rfc822; Gone+away@acme.example",
        "Final-Recipient: rfc822; gone@acme.example",
        "Action: failed",
        "Status: 5.1.10",
        "Remote-MTA: dns; mx.acme.example",
        "Diagnostic-Code: smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound",
        "Last-Attempt-Date: Sat, 19 Oct 2024 15:59:59 +0000",
        "Auto-Submitted: auto-replied",
        "References: <offer@acme.example>",
        "X-Signpost-Processed: v1 acme-4f1c ID HMAC",
    ] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in\n{text}");
    }
    assert!(!text.contains("Will-Retry-Until"));
}

#[test]
fn a_delay_says_until_when_and_success_says_how_far() {
    let text = Case::delayed().text();
    assert!(text.contains("\r\nAction: delayed\r\n"), "{text}");
    assert!(text.contains("\r\nWill-Retry-Until: Thu, 24 Oct 2024 15:58:51 +0000\r\n"), "{text}");
    let relayed = Case { kind: Kind::Relayed, diagnostic: "250 2.6.0 queued", ..Case::new() };
    assert!(relayed.text().contains("\r\nAction: relayed\r\n"), "{}", relayed.text());
    assert!(!read(&relayed.bytes()).contains("Cause:"));
}

#[test]
fn every_notify_and_every_outcome() {
    let until = UNTIL.parse().unwrap();
    let notify = |success, failure, delay| Some(Notify { success, failure, delay });
    // NOTIFY, then whether failure, delay and relay are told.
    let table = [
        (None, [true, true, false]),
        (Some(Notify::NEVER), [false, false, false]),
        (notify(true, false, false), [false, false, true]),
        (notify(false, true, false), [true, false, false]),
        (notify(false, false, true), [false, true, false]),
        (notify(true, true, false), [true, false, true]),
        (notify(true, false, true), [false, true, true]),
        (notify(false, true, true), [true, true, false]),
        (notify(true, true, true), [true, true, true]),
    ];
    for (notify, expected) in table {
        let kinds = [Kind::Failed, Kind::Delayed { until }, Kind::Relayed];
        assert_eq!(kinds.map(|kind| kind.is_wanted(notify)), expected, "{notify:?}");
    }
}

#[test]
fn ret_full_returns_the_whole_and_otherwise_the_header() {
    let mut case = Case::new();
    assert!(!case.text().contains("body line"));
    assert!(case.text().contains("\r\n\r\nFrom: anna@acme.example\r\nSubject: offer\r\n"));
    case.envelope.ret = Some(DsnReturn::Full);
    assert!(case.text().contains("Content-Type: message/rfc822\r\n"));
    assert!(case.text().contains("\r\n\r\nbody line\r\n\r\n--=_report_"));
    // RFC 3461 §4.3: RET is about failures.
    case.kind = Case::delayed().kind;
    assert!(!case.text().contains("body line"));
}

#[test]
fn what_is_not_at_hand_whole_or_too_large_is_returned_by_its_header() {
    let mut case = Case { size: 2 << 20, ..Case::new() };
    case.envelope.ret = Some(DsnReturn::Full);
    assert!(!case.text().contains("body line"));
    let field = [b"X-Long: ".as_slice(), &[b'x'; 100], b"\r\n"].concat();
    case.original = [field.repeat(2_000), ORIGINAL.to_vec()].concat();
    let bytes = case.bytes();
    assert!(bytes.len() < 70_000, "{}", bytes.len());
    assert!(String::from_utf8(bytes).unwrap().contains("xxx\r\n\r\n--=_report_"));
}

#[test]
fn nothing_of_the_original_is_a_report_nevertheless() {
    let case = Case { original: Vec::new(), size: 10, ..Case::new() };
    let bytes = case.bytes();
    assert_eq!(types(&parse(&bytes)).len(), 4);
    assert_eq!(parse(&bytes).subject(), Some("Not delivered"));
}

#[test]
fn german_travels_in_seven_bits() {
    let case = Case { language: Language::of_tag("de-AT"), ..Case::delayed() };
    let bytes = case.bytes();
    assert!(bytes.is_ascii());
    assert_eq!(parse(&bytes).subject(), Some("Verzögert: offer"));
    assert!(read(&bytes).contains("Empfänger"), "{}", read(&bytes));
    let tags = ["fr-CA", "NL", "pt", ""];
    let wanted = [Language::French, Language::Dutch, Language::English, Language::English];
    assert_eq!(tags.map(Language::of_tag), wanted);
}

#[test]
fn what_a_peer_or_user_wrote_cannot_become_a_header() {
    let mut case = Case::new();
    case.diagnostic = "550 5.1.10 no\r\nBcc: everyone@acme.example\r\n\r\n--=_report";
    case.original =
        b"Subject: =?utf-8?Q?a=0D=0ABcc:_all@acme.example?=\r\nMessage-ID: <a> <b>\r\n\r\n".to_vec();
    let text = case.text();
    assert!(!text.contains("\r\nBcc:"), "{text}");
    assert!(!text.contains("References:"), "{text}");
    assert_eq!(parse(&case.bytes()).subject(), Some("Not delivered: a  Bcc: all@acme.example"));
}

#[test]
fn a_foreign_script_is_told_in_ascii_to_a_sender_without_one() {
    let mut case = Case::new();
    case.envelope.recipients[0].address = "用户@acme.example".parse().unwrap();
    case.envelope.recipients[0].orcpt = None;
    let bytes = case.bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("Content-Type: message/delivery-status\r\n"), "{text}");
    assert!(text.contains("Final-Recipient: utf-8; \\x{7528}\\x{6237}@acme.example\r\n"), "{text}");
    assert!(read(&bytes).contains("用户@acme.example"));
    assert!(!case.travels().smtputf8);
}

#[test]
fn a_sender_with_an_internationalised_address_gets_the_forms_of_rfc_6533() {
    let mut case = Case::new();
    case.envelope.mail_from = ReversePath::Mailbox("李伟@acme.example".parse().unwrap());
    case.envelope.recipients[0].address = "用户@acme.example".parse().unwrap();
    case.envelope.smtputf8 = true;
    case.original = "From: 李伟@acme.example\r\nSubject: 报价\r\n\r\n".into();
    let text = case.text();
    for line in [
        "Content-Type: multipart/report; report-type=global-delivery-status;",
        "Content-Type: message/global-delivery-status",
        "Final-Recipient: utf-8; 用户@acme.example",
        "Content-Type: message/global-headers",
        "To: <李伟@acme.example>",
    ] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in\n{text}");
    }
    assert!(case.travels().smtputf8);
}

#[test]
fn without_an_answer_the_report_says_what_kept_us() {
    let mut case = Case::new();
    case.remote_host = None;
    case.diagnostic = "no connection: 127.0.2.1:25 did not answer before our connect deadline";
    assert!(case.text().contains("Diagnostic-Code: x-signpost; no connection"));
    assert!(!case.text().contains("Remote-MTA"));
    assert!(read(&case.bytes()).contains("No mail system was reached:"));
}

#[test]
fn an_address_without_a_name_is_a_literal() {
    let case = Case { remote_host: Some("127.0.2.1 [127.0.2.1]"), ..Case::new() };
    assert!(case.text().contains("\r\nRemote-MTA: dns; [127.0.2.1]\r\n"), "{}", case.text());
}

#[test]
fn recipients_stand_under_their_cause_and_each_cause_stands_once() {
    let case = Case::new()
        .and("full@acme.example", Cause::MailboxFull)
        .and("no@acme.example", Cause::UnknownRecipient);
    let text = read(&case.bytes());
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} in\n{text}"));
    assert!(
        at("gone@") < at("no@acme")
            && at("no@acme") < at("mailbox is full")
            && at("mailbox is full") < at("full@")
    );
    assert_eq!(text.matches("does not exist").count(), 1, "{text}");
    assert_eq!(case.text().matches("\r\nAction: failed\r\n").count(), 3);
}

#[test]
fn every_sentence_fits_its_lines_and_leaves_no_gap() {
    for language in Language::ALL {
        for kind in [Kind::Failed, Case::delayed().kind, Kind::Relayed] {
            for cause in Cause::ALL {
                let case = Case { language, kind, causes: vec![cause], ..Case::new() };
                let bytes = case.bytes();
                let text = read(&bytes);
                assert!(text.lines().all(|line| line.chars().count() <= 76), "{text}");
                assert!(!text.contains("{}") && !text.contains("  \n"), "{text}");
                assert_eq!(types(&parse(&bytes)).len(), 4);
            }
        }
    }
}

#[test]
fn the_samples_of_the_manual_are_what_is_sent() {
    let german = |case| Case { language: Language::German, ..case };
    let samples = [
        Case::new().and("full@acme.example", Cause::MailboxFull),
        german(Case::new()),
        Case::delayed(),
        german(Case::delayed()),
        german(Case { kind: Kind::Relayed, diagnostic: "250 2.6.0 queued for delivery", ..Case::new() }),
        Case { language: Language::French, ..Case::new() },
        Case { language: Language::Spanish, ..Case::delayed() },
        Case { language: Language::Dutch, causes: vec![Cause::MailboxFull], ..Case::new() },
        Case { language: Language::Danish, causes: vec![Cause::Content], ..Case::new() },
    ];
    let mut missing = String::new();
    for sample in samples {
        let bytes = sample.bytes();
        let shown = format!("Subject: {}\n\n{}", parse(&bytes).subject().unwrap(), read(&bytes));
        let shown: String = shown.lines().map(|line| format!("{line}\n")).collect();
        if !PAGE.contains(&shown) {
            missing.push_str(&format!("{shown}----\n"));
        }
    }
    assert!(missing.is_empty(), "docs/operating/src/reports.md lacks\n{missing}");
}

#[test]
fn a_report_written_twice_has_the_same_bytes() {
    assert_eq!(Case::new().bytes(), Case::new().bytes());
}
