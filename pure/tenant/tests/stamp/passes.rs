//! Every reason for which a message keeps its bytes, shown by small messages as they really look.

use crate::support::{INSIDE, OUTSIDE, Run, acme, acme_with, anna, mail, mail_of};
use signatures::{Outcome, PassReason};

const TEXT: &str = "Content-Type: text/plain; charset=utf-8\n";

fn multipart(kind: &str, parts: &[&str]) -> (String, String) {
    let body = parts.iter().map(|part| format!("--b\n{part}\n")).collect::<String>();
    (format!("Content-Type: {kind}; boundary=b\n"), format!("{body}--b--\n"))
}

fn check(rows: &[(PassReason, &str, &str)]) {
    let snapshot = acme();
    for (reason, header, body) in rows {
        let original = mail(header, body);
        assert_eq!(anna(&snapshot).passed(&original), *reason, "{header}");
    }
}

#[test]
fn signed_mail_is_passed() {
    let (header, body) = multipart(
        "multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256",
        &["Content-Type: text/plain\n\nHello\n", "Content-Type: application/pgp-signature\n\nsig\n"],
    );
    let nested = multipart(
        "multipart/mixed",
        &[&format!("{}\n{body}", header.replace("=b", "=c")).replace("--b", "--c")],
    );
    check(&[
        (PassReason::Signed, &header, &body),
        (PassReason::Signed, &nested.0, &nested.1),
        (
            PassReason::Signed,
            "Content-Type: application/pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: base64\n",
            "AAAA\n",
        ),
        (PassReason::Signed, TEXT, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n"),
    ]);
}

#[test]
fn encrypted_mail_is_passed() {
    let (header, body) = multipart(
        "multipart/encrypted; protocol=\"application/pgp-encrypted\"",
        &[
            "Content-Type: application/pgp-encrypted\n\nVersion: 1\n",
            "Content-Type: application/octet-stream\n\nx\n",
        ],
    );
    let rpmsg = multipart(
        "multipart/mixed",
        &[
            "Content-Type: text/plain\n\nHello\n",
            "Content-Type: application/x-microsoft-rpmsg-message; name=\"message.rpmsg\"\nContent-Transfer-Encoding: base64\n\nAAAA\n",
        ],
    );
    check(&[
        (PassReason::Encrypted, &header, &body),
        (PassReason::Encrypted, &rpmsg.0, &rpmsg.1),
        (
            PassReason::Encrypted,
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: base64\n",
            "AAAA\n",
        ),
        (
            PassReason::Encrypted,
            "Content-Type: application/x-pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n",
            "AAAA\n",
        ),
        (PassReason::Encrypted, "Content-Class: rpmsg.message\nContent-Type: text/plain\n", "Hello\n"),
        (PassReason::Encrypted, TEXT, "-----BEGIN PGP MESSAGE-----\n\nhQEM\n"),
    ]);
}

#[test]
fn calendar_mail_is_passed() {
    let invitation = multipart(
        "multipart/alternative",
        &[
            "Content-Type: text/plain\n\nMeeting\n",
            "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\nBEGIN:VCALENDAR\n",
        ],
    );
    check(&[
        (PassReason::Calendar, &invitation.0, &invitation.1),
        (PassReason::Calendar, "Content-Type: text/calendar; method=REPLY\n", "BEGIN:VCALENDAR\n"),
        (
            PassReason::Calendar,
            "Content-Class: urn:content-classes:calendarmessage\nContent-Type: text/plain\n",
            "Hello\n",
        ),
        (PassReason::Calendar, &format!("Content-Class: IPM.Schedule.Meeting.Request\n{TEXT}"), "Hello\n"),
        (PassReason::Calendar, &format!("Content-Class: IPM.TaskRequest\n{TEXT}"), "Hello\n"),
    ]);
}

#[test]
fn tnef_and_reports_are_passed() {
    let tnef = multipart(
        "multipart/mixed",
        &[
            "Content-Type: text/plain\n\nHello\n",
            "Content-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\nAAAA\n",
        ],
    );
    let unnamed = multipart(
        "multipart/mixed",
        &[
            "Content-Type: text/plain\n\nHello\n",
            "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=WINMAIL.DAT\n\nAAAA\n",
        ],
    );
    let report = multipart(
        "multipart/report; report-type=delivery-status",
        &[
            "Content-Type: text/plain\n\nNot delivered\n",
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n",
        ],
    );
    check(&[
        (PassReason::Tnef, &tnef.0, &tnef.1),
        (PassReason::Tnef, &unnamed.0, &unnamed.1),
        (PassReason::Report, &report.0, &report.1),
        (PassReason::Report, "Content-Class: urn:content-classes:mdn\nContent-Type: text/plain\n", "Read\n"),
        (PassReason::Report, &format!("Content-Class: IPM.Outlook.Recall\n{TEXT}"), "Recalled\n"),
        (
            PassReason::Report,
            &format!("X-MS-Exchange-Organization-Approval-Initiator: mailbox\n{TEXT}"),
            "Asked\n",
        ),
    ]);
}

#[test]
fn what_no_person_wrote_is_passed() {
    check(&[
        (PassReason::AutoReply, &format!("Auto-Submitted: auto-replied (vacation)\n{TEXT}"), "I am away\n"),
        (PassReason::AutoReply, &format!("Auto-Submitted: auto-generated\n{TEXT}"), "Backup done\n"),
        (PassReason::AutoReply, &format!("Precedence: auto_reply\n{TEXT}"), "I am away\n"),
        (PassReason::AutoReply, &format!("X-Autoreply: yes\n{TEXT}"), "I am away\n"),
        (PassReason::List, &format!("List-Id: <talk.acme.example>\n{TEXT}"), "Hello\n"),
        (
            PassReason::List,
            &format!("List-Unsubscribe: <https://x.example>\nPrecedence: bulk\n{TEXT}"),
            "News\n",
        ),
        (PassReason::List, &format!("Precedence: list\n{TEXT}"), "Hello\n"),
    ]);
    let snapshot = acme();
    let null_sender = Run { mail_from: "", ..anna(&snapshot) };
    assert_eq!(null_sender.passed(&mail(TEXT, "Hello\n")), PassReason::NullSender);
}

#[test]
fn ordinary_mail_with_an_odd_header_is_stamped() {
    let snapshot = acme();
    let ics = multipart(
        "multipart/mixed",
        &[
            "Content-Type: text/plain\n\nSee you\n",
            "Content-Type: text/calendar; name=a.ics\nContent-Disposition: attachment; filename=a.ics\n\nBEGIN:VCALENDAR\n",
        ],
    );
    let forwarded = multipart(
        "multipart/mixed",
        &[
            "Content-Type: text/plain\n\nSee below\n",
            "Content-Type: message/rfc822\n\nContent-Type: multipart/report; boundary=x\n\n--x\n\n--x--\n",
        ],
    );
    let rows = [
        (format!("Auto-Submitted: no\n{TEXT}"), "Hello\n".to_owned()),
        (format!("X-Auto-Response-Suppress: All\n{TEXT}"), "Hello\n".to_owned()),
        (format!("List-Unsubscribe: <https://x.example>\n{TEXT}"), "Hello\n".to_owned()),
        ics,
        forwarded,
        (String::new(), "no Content-Type at all\n".to_owned()),
    ];
    for (header, body) in rows {
        let (stamped, explain) = anna(&snapshot).stamped(&mail(&header, &body));
        assert_eq!(explain.outcome, Outcome::Stamped);
        assert!(String::from_utf8_lossy(&stamped).contains("Anna Berg"), "{header}");
    }
}

#[test]
fn a_large_message_is_passed_before_anything_is_read() {
    let snapshot = acme_with(&[("tenant.toml", "\"25MiB\"", "\"1KiB\"")]);
    let original = mail(TEXT, &"x\n".repeat(1024));
    assert_eq!(anna(&snapshot).passed(&original), PassReason::TooLarge);
    assert_eq!(anna(&snapshot).group(&mail(TEXT, "x\n")).explain.outcome, Outcome::Stamped);
}

#[test]
fn what_readers_could_read_differently_is_passed() {
    check(&[
        (PassReason::AmbiguousMime, "Content-Type: text/plain\nContent-Type: text/html\n", "Hello\n"),
        (PassReason::AmbiguousMime, "Content-Type: multipart/mixed\n", "--b\n\nHello\n--b--\n"),
        (PassReason::AmbiguousMime, "Content-Type: text/plain; charset=x-unknown\n", "Grüße\n"),
        (
            PassReason::AmbiguousMime,
            "Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n",
            "Hello\n",
        ),
        (
            PassReason::AmbiguousMime,
            "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n",
            "SGVsbG8A\nA\n",
        ),
        (PassReason::AmbiguousMime, "Content-Type: image/png\nContent-Transfer-Encoding: base64\n", "AAAA\n"),
    ]);
    let (header, body) = multipart(
        "multipart/alternative",
        &[
            "Content-Type: text/plain; charset=x-unknown\n\nGrüße\n",
            "Content-Type: text/html\n\n<p>Hello</p>\n",
        ],
    );
    check(&[(PassReason::AmbiguousMime, &header, &body)]);
}

#[test]
fn without_a_rule_or_a_person_mail_is_passed() {
    let snapshot = acme_with(&[(
        "rules.toml",
        "name      = \"everyone\"",
        "name = \"everyone\"\nthen = \"stop\"\nexcept = { recipients = \"external\" }",
    )]);
    assert_eq!(anna(&snapshot).passed(&mail(TEXT, "Hello\n")), PassReason::NoRule);
    let snapshot = acme();
    let stranger = Run { mail_from: "new@acme.example", ..anna(&snapshot) };
    assert_eq!(stranger.passed(&mail_of("new@acme.example", TEXT, "Hello\n")), PassReason::UnknownPerson);
}

#[test]
fn a_template_that_fails_follows_the_policy() {
    let template = ("signatures/standard.html", "{{ company }}", "{{ image(photo ~ '.png') }}");
    let snapshot = acme_with(&[template]);
    let group = anna(&snapshot).group(&mail("Content-Type: text/html\n", "<p>Hello</p>\n"));
    assert_eq!(group.explain.reason, Some(PassReason::TemplateFailed));
    assert_eq!(group.explain.outcome, Outcome::Passed);
    let last = group.explain.trail.last().unwrap();
    assert_eq!(last, "signatures/standard.html:5: invalid operation: there is no images/.png");
    let snapshot =
        acme_with(&[template, ("tenant.toml", "on_failure     = \"pass\"", "on_failure     = \"hold\"")]);
    let group = anna(&snapshot).group(&mail("Content-Type: text/html\n", "<p>Hello</p>\n"));
    assert_eq!(
        (group.explain.outcome, group.explain.reason),
        (Outcome::Hold, Some(PassReason::TemplateFailed))
    );
}

#[test]
fn the_explanation_is_the_object_of_the_contract() {
    let snapshot = acme();
    let run = Run { recipients: &[OUTSIDE, INSIDE], ..anna(&snapshot) };
    let group = run.group(&mail("Auto-Submitted: auto-replied\n", "x\n"));
    let keys =
        ["outcome", "reason", "signature", "rule", "person", "snapshot", "trail", "placement", "splices"];
    let json = serde_json::to_value(&group.explain).unwrap();
    let found: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let mut wanted = keys.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    assert_eq!((json["outcome"].as_str(), json["reason"].as_str()), (Some("passed"), Some("auto_reply")));
    assert_eq!(json["snapshot"], 7);
    assert_eq!(group.recipients, [0, 1]);
}
