use super::{Line, read};
use crate::event::{Attempt, Happening, Outcome};
use model::Stage;

const ID: &str = "1t2UKC-0000000738v-1Zz9";
const OLD_ID: &str = "16ZCW1-0005MB-00";

fn happening(line: &str) -> Happening<'_> {
    match read(line) {
        Line::Says(_, what) => what,
        Line::Nothing => panic!("`{line}` says nothing"),
        Line::Wrong(why) => panic!("`{line}`: {why}"),
    }
}

fn attempt(line: &str) -> Attempt<'_> {
    let what = happening(line);
    let Happening::Attempted(attempt) = what else { panic!("`{line}` is {what:?}") };
    *attempt
}

/// What a row of the table expects: outcome, recipient, host, address, stage, reply, words.
type Expected<'a> = (
    Outcome,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<Stage>,
    Option<&'a str>,
    Option<&'a str>,
);

fn check(line: &str, expected: Expected<'_>) {
    let found = attempt(line);
    let address = found.address.map(|address| address.to_string());
    let told: Expected<'_> = (
        found.outcome,
        found.recipient.as_deref(),
        found.host.as_deref(),
        address.as_deref(),
        found.stage,
        found.reply.as_deref(),
        found.words.as_deref(),
    );
    assert_eq!(told, expected, "{line}");
}

#[test]
fn every_shape_of_a_delivery_is_read() {
    let delivered =
        |recipient, host, address| (Outcome::Delivered, Some(recipient), host, address, None, None, None);
    let mx = Some("mx.c.example");
    let table = [
        (
            "=> kim@c.example R=dnslookup T=smtp H=mx.c.example [192.0.2.7] C=\"250 OK\"",
            delivered("kim@c.example", mx, Some("192.0.2.7")),
        ),
        (
            "-> kim@c.example R=dnslookup T=smtp H=mx.c.example [192.0.2.7]:25* X=TLS1.3:x:256 CV=yes DN=\"CN=a: b\" L K C=\"250 a \\\"b\\\" R=x\"",
            delivered("kim@c.example", mx, Some("192.0.2.7")),
        ),
        (
            "=> kim@c.example F=<anna@a.example> P=<anna@a.example> R=r T=t S=123 H=real.example (helo) [2001:db8::1] QT=1s DT=0.2s",
            delivered("kim@c.example", Some("real.example"), Some("2001:db8::1")),
        ),
        (
            "=> kim@c.example R=client T=smtp H=mx.c.example DS [192.0.2.7]:25 L- C=\"250 OK\"",
            delivered("kim@c.example", mx, Some("192.0.2.7")),
        ),
        (
            ">> kim@c.example R=client T=smtp H=mx.c.example [192.0.2.7] C=\"250 OK\"",
            delivered("kim@c.example", mx, Some("192.0.2.7")),
        ),
        ("=> kim <kim@a.example> R=local T=maildir", delivered("kim@a.example", None, None)),
        (
            "=> new@c.example <kim@a.example> R=dnslookup T=smtp H=mx.c.example [192.0.2.7]",
            delivered("new@c.example", mx, Some("192.0.2.7")),
        ),
        (
            "=> |/usr/bin/vacation -a x <kim@a.example> R=userforward T=address_pipe",
            delivered("kim@a.example", None, None),
        ),
        (
            "=> /var/mail/kim (kim@b.example) <kim@a.example> R=r T=address_file",
            delivered("kim@a.example", None, None),
        ),
        ("=> :blackhole: <kim@a.example> R=aliases", delivered("kim@a.example", None, None)),
        (
            "=> \"kim lee\"@c.example R=r T=t H=mx.c.example [192.0.2.7]",
            delivered("\"kim lee\"@c.example", mx, Some("192.0.2.7")),
        ),
    ];
    for (line, expected) in table {
        check(&format!("{ID} {line}"), expected);
        check(&format!("[4711] {OLD_ID} {line}"), expected);
    }
}

#[test]
fn every_shape_of_a_refusal_is_read() {
    let (kim, mx, ip) = (Some("kim@c.example"), Some("mx.c.example"), Some("192.0.2.7"));
    let said = "550-5.7.1 Service unavailable\n550 5.7.1 blocked using zen.spamhaus.org";
    let table: [(&str, Expected<'_>); 7] = [
        (
            "** kim@c.example R=d T=t H=mx.c.example [192.0.2.7] X=TLS1.3:x:256 CV=yes: SMTP error from remote mail server after RCPT TO:: 550 5.7.1 no",
            (Outcome::Refused, kim, mx, ip, Some(Stage::Rcpt), Some("550 5.7.1 no"), None),
        ),
        (
            "** kim@c.example R=d T=t H=mx.c.example [192.0.2.7] : SMTP error from remote mail server after end of data: \
             550-5.7.1 Service unavailable\\n550 5.7.1 blocked using zen.spamhaus.org",
            (Outcome::Refused, kim, mx, ip, Some(Stage::EndOfData), Some(said), None),
        ),
        (
            "** kim@c.example: Unrouteable address",
            (Outcome::Refused, kim, None, None, None, None, Some("Unrouteable address")),
        ),
        (
            "** kim@c.example : Unrouteable address",
            (Outcome::Refused, kim, None, None, None, None, Some("Unrouteable address")),
        ),
        (
            "** kim@c.example: retry timeout exceeded",
            (Outcome::Refused, kim, None, None, None, None, Some("retry timeout exceeded")),
        ),
        (
            "** KIM@c.example <kim@c.example> R=d T=t: SMTP error from remote mailer after RCPT TO:<kim@c.example>: host mx.c.example [192.0.2.7]: 550 no",
            (Outcome::Refused, Some("KIM@c.example"), mx, ip, Some(Stage::Rcpt), Some("550 no"), None),
        ),
        (
            "** |/p/q r <kim@c.example> R=notallowed : delivery to pipe forbidden",
            (Outcome::Refused, kim, None, None, None, None, Some("delivery to pipe forbidden")),
        ),
    ];
    for (line, expected) in table {
        check(&format!("{ID} {line}"), expected);
        check(&format!("{OLD_ID} {line}"), expected);
    }
}

#[test]
fn every_shape_of_a_deferral_is_read() {
    let (kim, mx, ip) = (Some("kim@c.example"), Some("mx.c.example"), Some("192.0.2.7"));
    let table: [(&str, Expected<'_>); 6] = [
        (
            "== kim@c.example R=d T=t defer (-44) H=mx.c.example [192.0.2.7]: SMTP error from remote mail server after RCPT TO:<kim@c.example>: 451 later",
            (Outcome::Deferred, kim, mx, ip, Some(Stage::Rcpt), Some("451 later"), None),
        ),
        (
            "== kim@c.example R=d T=t defer (111): Connection refused",
            (Outcome::Deferred, kim, None, None, None, None, Some("Connection refused")),
        ),
        (
            "== kim@c.example routing defer (-52): retry time not reached",
            (Outcome::NotTried, kim, None, None, None, None, Some("retry time not reached")),
        ),
        (
            "== kim@c.example R=d T=t defer (110): Connection timed out H=mx.c.example [192.0.2.7]:25: SMTP timeout after initial connection",
            (
                Outcome::Deferred,
                kim,
                mx,
                ip,
                None,
                None,
                Some(
                    "Connection timed out H=mx.c.example [192.0.2.7]:25: SMTP timeout after initial connection",
                ),
            ),
        ),
        (
            "== |/p/env <kim@c.example> R=system_aliases defer (-30): pipe_transport unset",
            (Outcome::Deferred, kim, None, None, None, None, Some("pipe_transport unset")),
        ),
        (
            "== kim@c.example R=d T=t defer (-46) DT=0.1s H=mx.c.example [192.0.2.7] L: SMTP error from remote mail server after pipelined DATA: 403 no",
            (Outcome::Deferred, kim, mx, ip, Some(Stage::Data), Some("403 no"), None),
        ),
    ];
    for (line, expected) in table {
        check(&format!("{ID} {line}"), expected);
        check(&format!("{OLD_ID} {line}"), expected);
    }
}

#[test]
fn a_line_on_one_host_is_an_attempt() {
    let (mx, ip) = (Some("mx.c.example"), Some("192.0.2.7"));
    let failed =
        |recipient, stage, reply, words| (Outcome::HostFailed, recipient, mx, ip, stage, reply, words);
    let table = [
        (
            "H=mx.c.example [192.0.2.7]: SMTP error from remote mail server after RCPT TO:<kim@c.example>: 451 later",
            failed(Some("kim@c.example"), Some(Stage::Rcpt), Some("451 later"), None),
        ),
        (
            "H=mx.c.example [192.0.2.7]: SMTP error from remote mail server after initial connection: 554 no",
            failed(None, Some(Stage::Banner), Some("554 no"), None),
        ),
        (
            "H=mx.c.example [192.0.2.7] Connection refused",
            failed(None, None, None, Some("Connection refused")),
        ),
        ("H=mx.c.example [192.0.2.7]:25 Network Error", failed(None, None, None, Some("Network Error"))),
        (
            "H=mx.c.example [192.0.2.7]: Remote host closed connection in response to HELO a (EHLO response was: 550 no)",
            failed(None, Some(Stage::Ehlo), Some("550 no"), None),
        ),
        (
            "SMTP error from remote mailer after MAIL FROM:<a@a.example>: host mx.c.example [192.0.2.7]: 451 later",
            failed(None, Some(Stage::Mail), Some("451 later"), None),
        ),
    ];
    for (line, expected) in table {
        check(&format!("{ID} {line}"), expected);
    }
}

#[test]
fn arrivals_name_sender_and_what_a_report_is_about() {
    let table = [
        (
            "<= anna@a.example H=mail.a.example [192.0.2.1] P=esmtps S=900 id=x@y T=\"R=16ZCW1-0005MB-00\"",
            "anna@a.example",
            None,
        ),
        ("<= \"anna b\"@a.example U=anna P=local S=900", "\"anna b\"@a.example", None),
        ("<= <> R=16ZCW1-0005MB-00 U=Debian-exim P=local S=900", "", Some(OLD_ID)),
        ("<= <> R=1t2UKC-0000000738v-1Zz9 U=Debian-exim P=local S=900", "", Some(ID)),
        ("<= <> H=mail.a.example [192.0.2.1] P=esmtp S=900 id=x", "", None),
        ("(= anna@a.example H=mail.a.example [192.0.2.1] P=esmtp S=900", "anna@a.example", None),
    ];
    for (line, sender, report_on) in table {
        let line = format!("{ID} {line}");
        assert_eq!(happening(&line), Happening::Arrived { sender: sender.into(), report_on }, "{line}");
    }
    assert_eq!(happening(&format!("{ID} Completed")), Happening::Completed);
    assert_eq!(happening(&format!("{ID} Completed QT=3s")), Happening::Completed);
}

#[test]
fn our_own_address_and_the_sender_are_taken_where_they_are_logged() {
    let line = format!(
        "{ID} => kim@c.example F=<anna@a.example> R=d T=t H=mx.c.example [192.0.2.7] I=[198.51.100.4]:25 C=\"250 OK\""
    );
    let found = attempt(&line);
    assert_eq!(found.sender.as_deref(), Some("anna@a.example"));
    assert_eq!(found.our_address.map(|address| address.to_string()).as_deref(), Some("198.51.100.4"));
}

#[test]
fn what_says_nothing_of_a_delivery_is_nothing() {
    for line in [
        "Start queue run: pid=12762",
        "1t2UKC-0000000738v-1Zz9 *> kim@c.example R=d T=t H=mx [192.0.2.7]",
        "1t2UKC-0000000738v-1Zz9 Frozen (delivery error message)",
        "1t2UKC-0000000738v-1Zz9 Message is frozen",
        "1t2UKC-0000000738v-1Zz9 Spool file is locked (another process is handling this message)",
        "1t2UKC-0000000738v-1Zz9 no immediate delivery: load average 9.1",
        "H=mail.a.example [192.0.2.1] F=<anna@a.example> rejected RCPT <kim@c.example>: relay not permitted",
        "exim 4.96 daemon started: pid=1, -q30m, listening for SMTP on port 25",
        "SMTP connection from mail.a.example [192.0.2.1] lost",
        "",
    ] {
        assert_eq!(read(line), Line::Nothing, "{line}");
    }
}

#[test]
fn a_flag_without_an_address_is_malformed() {
    for line in ["1t2UKC-0000000738v-1Zz9 <=", "1t2UKC-0000000738v-1Zz9 ** ", "16ZCW1-0005MB-00 =>"] {
        assert!(matches!(read(line), Line::Wrong(_)), "{line}");
    }
}

#[test]
fn ids_have_one_of_two_forms() {
    for good in [ID, OLD_ID] {
        assert!(super::is_id(good), "{good}");
    }
    for wrong in
        ["", "1t2UKC-0000000738v-1Zz", "1t2UKC_0000000738v-1Zz9", "postfix/smtp[12]", "16ZCW1-0005MB-0é"]
    {
        assert!(!super::is_id(wrong), "{wrong}");
    }
}
