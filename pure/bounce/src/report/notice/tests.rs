//! Notices as their readers see them; the oracle is mail-parser.

use super::*;
use mail_parser::{Message, MessageParser};
use model::ReversePath;

const PAGE: &str = include_str!("../../../../../docs/operating/src/reports.md");

fn write(language: Language, occasion: Occasion<'_>) -> (Vec<u8>, Envelope) {
    let to: [Address; 2] = ["postmaster@acme.example", "it@acme.example"].map(|to| to.parse().unwrap());
    let id = |random| MessageId::new(Timestamp::from_micros(1_760_000_000_000_000), [random; 10]);
    let notice = Notice {
        id: id(7),
        about: id(9),
        domain: "in.eu.relay.example",
        to: &to,
        language,
        tenant: "Müller & Söhne GmbH",
        processed: "v1 acme-4f1c ID HMAC",
        now: "2024-10-20T06:30:00Z".parse().unwrap(),
        occasion,
    };
    let bytes = notice.to_bytes();
    let envelope = notice.envelope(&bytes);
    (bytes, envelope)
}

fn waiting() -> Occasion<'static> {
    Occasion::Waiting {
        messages: 12,
        oldest: "2024-10-20T05:58:51Z".parse().unwrap(),
        senders_told: "2024-10-20T09:58:51Z".parse().unwrap(),
        expires: "2024-10-25T05:58:51Z".parse().unwrap(),
        cause: Cause::TenantSetup,
        words: "mx.acme.example [127.0.2.1]: 550 5.7.64 TenantAttribution; Relay Access Denied",
        link: None,
    }
}

fn over() -> Occasion<'static> {
    Occasion::Over { since: "2024-10-20T05:58:51Z".parse().unwrap() }
}

fn disturbed(waiting: u64, reported: u64) -> Occasion<'static> {
    Occasion::Disturbed(Disturbed {
        began: "2024-10-20T05:58:51Z".parse().unwrap(),
        ended: "2024-10-20T06:31:07Z".parse().unwrap(),
        affected: 214,
        late: 37,
        rerouted: 203,
        waiting,
        reported,
        link: "https://status.relay.example/affected/k3v9q0z1b7xa.1732005600.acme.9f86d081884c7d65/",
        expires: "2024-11-19T06:30:00Z".parse().unwrap(),
    })
}

fn refused() -> Occasion<'static> {
    Occasion::DomainRefused { words: "mx.customer.example [127.0.3.1]: 550 5.7.26 unauthenticated mail" }
}

fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::new().parse(bytes).unwrap()
}

#[test]
fn a_notice_says_how_many_since_when_why_and_what_to_do() {
    let (bytes, envelope) = write(Language::English, waiting());
    let message = parse(&bytes);
    assert_eq!(message.subject(), Some("Outgoing mail of Müller & Söhne GmbH is waiting (12)"));
    let text = message.body_text(0).unwrap();
    for words in ["12", "05:58 UTC", "550 5.7.64", "connector", "09:58 UTC", "2024-10-25"] {
        assert!(text.contains(words), "{words} in\n{text}");
    }
    assert_eq!(envelope.mail_from, ReversePath::Null);
    assert_eq!(envelope.recipients.len(), 2);
    assert!(bytes.is_ascii());
    let header = String::from_utf8_lossy(&bytes).into_owned();
    assert!(header.contains("\r\nAuto-Submitted: auto-generated\r\n"), "{header}");
}

#[test]
fn the_samples_of_the_manual_are_what_is_sent() {
    let mut missing = String::new();
    for language in Language::ALL {
        for occasion in [waiting(), over(), refused(), disturbed(0, 0)] {
            let (bytes, _) = write(language, occasion);
            let message = parse(&bytes);
            let text = message.body_text(0).unwrap().replace("\r\n", "\n");
            let shown = format!("Subject: {}\n\n{text}", message.subject().unwrap());
            let shown: String = shown.lines().map(|line| format!("{line}\n")).collect();
            if !PAGE.contains(&shown) {
                missing.push_str(&format!("{shown}----\n"));
            }
        }
    }
    assert!(missing.is_empty(), "docs/operating/src/reports.md lacks\n{missing}");
}

#[test]
fn a_tenants_name_cannot_become_a_header() {
    let to: [Address; 1] = ["postmaster@acme.example".parse().unwrap()];
    let id = MessageId::new(Timestamp::from_micros(0), [7; 10]);
    let notice = Notice {
        id,
        about: id,
        domain: "relay.example",
        to: &to,
        language: Language::English,
        tenant: "Acme\r\nBcc: all@acme.example",
        processed: "v1",
        now: Timestamp::from_micros(0),
        occasion: over(),
    };
    assert!(!String::from_utf8_lossy(&notice.to_bytes()).contains("\r\nBcc:"));
}

#[test]
fn while_an_incident_keeps_mail_the_notice_has_its_link() {
    let Occasion::Waiting { messages, oldest, senders_told, expires, cause, words, .. } = waiting() else {
        unreachable!("it is what it is made as")
    };
    let link = Some(("https://status.relay.example/affected/k3v9q0z1b7xa.1.acme.9f/", expires));
    let occasion = Occasion::Waiting { messages, oldest, senders_told, expires, cause, words, link };
    let (bytes, _) = write(Language::English, occasion);
    let message = parse(&bytes);
    let text = message.body_text(0).unwrap();
    assert!(
        text.contains("\n    https://status.relay.example/affected/k3v9q0z1b7xa.1.acme.9f/\r\n"),
        "{text}"
    );
}

#[test]
fn who_was_disturbed_is_told_what_to_do_and_gets_the_link_whole() {
    let cases = [
        (0, 0, "Nothing.", "Nichts."),
        (3, 0, "leaves by itself", "von selbst"),
        (3, 2, "sent again", "erneut senden"),
    ];
    for (waiting, reported, english, german) in cases {
        for (language, words) in [(Language::English, english), (Language::German, german)] {
            let (bytes, _) = write(language, disturbed(waiting, reported));
            let message = parse(&bytes);
            let text = message.body_text(0).unwrap();
            let link = "\n    https://status.relay.example/affected/k3v9q0z1b7xa.1732005600.acme.9f86d081884c7d65/\r\n";
            for words in [words, "214", "37", "203", "2024-11-19", link] {
                assert!(text.contains(words), "{words} in\n{text}");
            }
        }
    }
}
