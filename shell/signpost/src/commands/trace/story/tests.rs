//! How stories read.

use super::told;
use serde_json::json;

fn message() -> serde_json::Value {
    json!({ "at": "2026-11-25T02:00:00.000001Z", "kind": "accepted", "detail": {
        "length": 812, "chunks": 1,
        "message": {
            "tenant": "acme",
            "envelope": { "mail_from": { "mailbox": "anna.berg@acme.example" },
                "recipients": [{ "address": "kim@customer.example" }, { "address": "lee@customer.example" }] },
            "trace": { "peer": "127.0.0.1", "helo": "client.example", "listener": "eu-in" },
            "header": { "message_id": "one@acme.example" },
        }
    }})
}

#[test]
fn a_failed_try_is_told_with_its_parts_and_its_conversation() {
    let tried = json!({ "at": "2026-11-25T02:00:01.5Z", "kind": "tried", "detail": { "tried": {
        "source": "eu-1", "host": "mx.example [192.0.2.1]:25", "tls": "TLSv1_3 AES",
        "phases": { "connect": 1, "greeting": 20, "tls": 5, "envelope": 9 },
        "results": [{ "recipients": [1], "stage": "rcpt", "taken": false, "reply": "550 5.1.1 nobody" }],
        "said": [{ "ms": 30, "by": "us", "text": "RCPT TO:<lee@customer.example>" }, { "ms": 35, "by": "them", "text": "550 5.1.1 nobody" }],
    }}});
    let text = told(&json!({ "id": "01k", "events": [message(), tried] }));
    for line in [
        "acme: from anna.berg@acme.example to kim@customer.example, lee@customer.example, 812 bytes",
        "by eu-in from 127.0.0.1 (client.example), without TLS",
        "Message-ID <one@acme.example>",
        "mx.example [192.0.2.1]:25 from eu-1, TLSv1_3 AES",
        "connect 1 ms, greeting 20 ms, TLS 5 ms, MAIL/RCPT 9 ms",
        "lee@customer.example: not taken at rcpt: 550 5.1.1 nobody",
        "     30 ms > RCPT TO:<lee@customer.example>",
        "     35 ms < 550 5.1.1 nobody",
    ] {
        assert!(text.lines().any(|told| told.ends_with(line)), "{line}\n{text}");
    }
}

#[test]
fn ends_waits_and_parks_name_who_and_why() {
    let event = |kind, detail| json!({ "at": "2026-11-25T02:00:01Z", "kind": kind, "detail": detail });
    let events = [
        message(),
        event(
            "outcomes",
            json!({ "outcomes": [
                [0, { "outcome": "delivered", "host": "mx.example", "source": "eu-1", "reply": "250 2.0.0 ok" }],
                [1, { "outcome": "bounced", "report": "02x", "reply": "550 5.1.1 nobody" }],
            ]}),
        ),
        event(
            "parked",
            json!({ "reason": { "reason": "refused", "stage": "mail", "host": "mx", "reply": "550 no" }, "unknown": [] }),
        ),
        event(
            "refused",
            json!({
                "stage": "mail", "peer": "192.0.2.1", "helo": "x", "listener": "in", "mail_from": "e@f.example", "recipients": [],
                "reply": "550 5.7.1 no",
            }),
        ),
        event(
            "rescheduled",
            json!({ "due": "2026-11-25T02:01:00Z", "unknown": [], "why": "busy", "kept": [
                { "recipient": 1, "why": { "reason": "refused", "stage": "rcpt", "host": "mx", "reply": "550 we do not like you" } },
            ]}),
        ),
        event("later", json!({ "new": 1 })),
    ];
    let text = told(&json!({ "id": "01k", "events": events }));
    for part in [
        "kim@customer.example: delivered 250 2.0.0 ok, host mx.example",
        "lee@customer.example: bounced 550 5.1.1 nobody, report 02x",
        "refused: mail mx 550 no",
        "lee@customer.example: parked, refused: rcpt mx 550 we do not like you",
        "from e@f.example, at mail: 550 5.7.1 no",
        "{\"new\":1}",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
