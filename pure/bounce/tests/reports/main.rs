//! Reports as Python's `email` reads them, in every language and in both forms of RFC 6533.

#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

use bounce::{Cause, Kind, Language, Original, Report, Reported};
use model::{Address, EnhancedCode, Envelope, MessageId, ReversePath, Timestamp};
use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// A report on two recipients to a sender who wrote with this header.
fn report(language: Language, smtputf8: bool) -> Vec<u8> {
    let sender: Address = "anna@acme.example".parse().unwrap();
    let recipients = ["gone@acme.example", "用户@acme.example"].map(|text| text.parse::<Address>().unwrap());
    let mut envelope = Envelope::new(ReversePath::Mailbox(sender.clone()), recipients);
    envelope.smtputf8 = smtputf8;
    let reported = |recipient, cause| Reported {
        recipient,
        status: EnhancedCode::new(5, 1, 1),
        cause,
        remote_host: Some("mx.acme.example [127.0.2.1]"),
        diagnostic: "550 5.1.1 no such user",
        last_attempt: None,
    };
    let [first, second] = envelope.recipients.as_slice() else { panic!() };
    let at = Timestamp::from_micros(1_760_000_000_000_000);
    let original =
        "Subject: =?utf-8?Q?Pr=C3=BCfung?=\r\nMessage-ID: <a@acme.example>\r\nX-Name: 李伟\r\n\r\n";
    let report = Report {
        id: MessageId::new(at, [7; 10]),
        about: MessageId::new(at, [9; 10]),
        kind: Kind::Failed,
        reporting_host: "in.eu.relay.example",
        domain: "in.eu.relay.example",
        received_from: "mail.acme.example",
        to: &sender,
        language,
        processed: "v1 acme-4f1c ID HMAC",
        envelope: &envelope,
        arrived: at,
        now: at,
        recipients: &[reported(first, Cause::UnknownRecipient), reported(second, Cause::MailboxFull)],
        original: Original { beginning: original.as_bytes(), size: original.len() as u64 },
    };
    report.to_bytes()
}

fn python(bytes: &[u8]) -> Value {
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", include_str!("reader.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed as a second reader of mail: apt-get install python3");
    python.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn python_reads_subject_text_and_status_in_every_language() {
    for (language, subject, tag, opening) in [
        (Language::English, "Not delivered", "en", "Your message could not be delivered"),
        (
            Language::German,
            "Nicht zugestellt",
            "de, en",
            "Ihre Nachricht konnte den unten genannten Empfängern",
        ),
        (Language::French, "Non remis", "fr, en", "Votre message n'a pas pu être remis"),
        (Language::Spanish, "No entregado", "es, en", "Su mensaje no se ha podido entregar"),
        (Language::Dutch, "Niet bezorgd", "nl, en", "Uw bericht kon niet worden bezorgd"),
        (Language::Danish, "Ikke leveret", "da, en", "Din besked kunne ikke leveres"),
    ] {
        let read = python(&report(language, false));
        assert_eq!((&read["defects"], &read["language"]), (&0.into(), &tag.into()), "{read}");
        assert_eq!(read["subject"], format!("{subject}: Prüfung"), "{read}");
        let text = read["text"].as_str().unwrap();
        assert!(text.starts_with(opening) && text.contains("Your message could not be delivered"), "{text}");
        assert!(text.contains("<用户@acme.example>"), "{text}");
        assert_eq!(read["types"][2], "message/delivery-status");
        let status = read["status"].as_str().unwrap();
        assert!(status.contains("Final-Recipient: utf-8; \\x{7528}\\x{6237}@acme.example"), "{status}");
        assert!(status.contains("Action: failed\nStatus: 5.1.1"), "{status}");
    }
}

#[test]
fn python_reads_the_parts_in_utf_8_where_the_original_was() {
    let read = python(&report(Language::French, true));
    assert_eq!(read["report"], "global-delivery-status");
    let types =
        ["multipart/report", "text/plain", "message/global-delivery-status", "message/global-headers"];
    assert_eq!(read["types"], serde_json::json!(types), "{read}");
    let status = read["status"].as_str().unwrap();
    assert!(status.contains("Final-Recipient: utf-8; 用户@acme.example"), "{status}");
    assert!(status.contains("Final-Recipient: rfc822; gone@acme.example"), "{status}");
    assert!(read["returned"].as_str().unwrap().contains("X-Name: 李伟"), "{read}");
}
