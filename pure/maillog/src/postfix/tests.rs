use super::{daemon, read};
use crate::event::{Attempt, Happening, Outcome};
use crate::exim::Line;
use model::Stage;

fn attempt<'a>(tag: &str, text: &'a str) -> (&'a str, Attempt<'a>) {
    let line = read(tag, text);
    let Line::Says(id, Happening::Attempted(attempt)) = line else { panic!("`{text}` is {line:?}") };
    (id, *attempt)
}

#[test]
fn every_status_is_read() {
    let text = "4XcD5b2z: to=<kim@c.example>, orig_to=<k@c.example>, relay=mx.c.example[192.0.2.7]:25, conn_use=2, \
             delay=1.2, delays=0.1/0/0.6/0.5, tls=verified, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 7)";
    let (id, sent) = attempt("postfix/smtp", text);
    assert_eq!((id, sent.outcome), ("4XcD5b2z", Outcome::Delivered));
    assert_eq!(
        (sent.recipient.as_deref(), sent.host.as_deref()),
        (Some("kim@c.example"), Some("mx.c.example"))
    );
    let text = "0A1B2C3D4E: to=<kim@c.example>, relay=mx.c.example[192.0.2.7]:25, delay=1, dsn=5.7.1, status=bounced \
             (host mx.c.example[192.0.2.7] said: 554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked \
             using zen.spamhaus.org (in reply to RCPT TO command))";
    let (_, bounced) = attempt("postfix-out/smtp", text);
    assert_eq!((bounced.outcome, bounced.stage), (Outcome::Refused, Some(Stage::Rcpt)));
    assert_eq!(
        bounced.reply.as_deref(),
        Some("554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org")
    );
    let text = "0A1B2C3D4E: to=<kim@c.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred \
             (connect to mx.c.example[192.0.2.7]:25: Connection timed out)";
    let (_, deferred) = attempt("postfix/smtp", text);
    assert_eq!(
        (deferred.outcome, deferred.host.as_deref(), deferred.reply.as_deref()),
        (Outcome::Deferred, None, None)
    );
    assert_eq!(
        deferred.words.as_deref(),
        Some("connect to mx.c.example[192.0.2.7]:25: Connection timed out")
    );
    let text = "0A1B2C3D4E: to=<kim@c.example>, relay=mx.c.example[192.0.2.7]:25, dsn=4.7.1, status=deferred \
             (host mx.c.example[192.0.2.7] refused to talk to me: 554 5.7.1 no)";
    let (_, banner) = attempt("postfix/out/smtp", text);
    assert_eq!((banner.stage, banner.reply.as_deref()), (Some(Stage::Banner), Some("554 5.7.1 no")));
    let (_, local) = attempt(
        "postfix/local",
        "0A1B2C3D4E: to=<kim@a.example>, relay=local, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (delivered to maildir)",
    );
    assert_eq!((local.outcome, local.host.as_deref()), (Outcome::Delivered, None));
}

#[test]
fn the_life_of_a_message_is_told() {
    let table = [
        (
            "postfix/qmgr",
            "0A1B2C3D4E: from=<anna@a.example>, size=900, nrcpt=2 (queue active)",
            Happening::Arrived { sender: "anna@a.example".into(), report_on: None },
        ),
        (
            "postfix/qmgr",
            "0A1B2C3D4E: from=<>, size=900, nrcpt=1 (queue active)",
            Happening::Arrived { sender: "".into(), report_on: None },
        ),
        ("postfix/bounce", "0A1B2C3D4E: sender non-delivery notification: 1A1B2C3D4E", Happening::Reported),
        ("postfix/qmgr", "0A1B2C3D4E: removed", Happening::Completed),
    ];
    for (tag, text, expected) in table {
        assert_eq!(read(tag, text), Line::Says("0A1B2C3D4E", expected), "{text}");
    }
    let (_, other_host) = attempt(
        "postfix/smtp",
        "0A1B2C3D4E: host mx1.c.example[192.0.2.7] said: 450 4.7.1 later (in reply to RCPT TO command)",
    );
    assert_eq!(
        (other_host.outcome, other_host.host.as_deref()),
        (Outcome::HostFailed, Some("mx1.c.example"))
    );
}

#[test]
fn other_lines_are_nothing() {
    for (tag, text) in [
        (
            "postfix/smtpd",
            "NOQUEUE: reject: RCPT from x[192.0.2.1]: 554 5.7.1 no; from=<> to=<a@b> proto=ESMTP helo=<x>",
        ),
        ("postfix/smtpd", "0A1B2C3D4E: client=mail.a.example[192.0.2.1]"),
        ("postfix/cleanup", "0A1B2C3D4E: message-id=<x@y>"),
        ("postfix/smtp", "warning: host mx.c.example[192.0.2.7]:25 greeted me with my own hostname"),
        ("postfix/qmgr", "0A1B2C3D4E: from=<anna@a.example>, status=expired, returned to sender"),
        ("postfix/anvil", "statistics: max connection rate 1/60s for (smtp:192.0.2.1) at Oct 20 11:42:20"),
    ] {
        let found = read(tag, text);
        assert!(matches!(found, Line::Nothing | Line::Wrong(_)), "{text}: {found:?}");
    }
}

#[test]
fn a_status_that_makes_no_sense_is_malformed() {
    for text in
        ["0A1B2C3D4E: to=<kim@c.example, status=sent (x)", "0A1B2C3D4E: to=<kim@c.example>, status=eaten (x)"]
    {
        assert!(matches!(read("postfix/smtp", text), Line::Wrong(_)), "{text}");
    }
}

#[test]
fn the_prefix_names_the_daemon() {
    assert_eq!(daemon("host postfix/smtp[123]: QID: x"), Some(("postfix/smtp", "QID: x")));
    assert_eq!(daemon("host exim[1]: text"), Some(("exim", "text")));
    assert_eq!(daemon("host kernel: [1.0] text"), Some(("kernel", "[1.0] text")));
    assert_eq!(daemon("host"), None);
}
