use super::{exim, host_and_address, postfix, unescaped};
use model::Stage;

#[test]
fn a_reply_is_found_with_its_stage() {
    let table = [
        (
            "SMTP error from remote mail server after RCPT TO:<a@b.example>: 550 NO",
            Some(Stage::Rcpt),
            Some("550 NO"),
        ),
        (
            "SMTP error from remote mail server after RCPT TO:: 550 5.7.1 x",
            Some(Stage::Rcpt),
            Some("550 5.7.1 x"),
        ),
        (
            "SMTP error from remote mail server after pipelined DATA: 403 Sorry",
            Some(Stage::Data),
            Some("403 Sorry"),
        ),
        (
            "SMTP error from remote mail server after end of data: 554-a\\n554 b",
            Some(Stage::EndOfData),
            Some("554-a\\n554 b"),
        ),
        (
            "SMTP error from remote mail server after pipelined end of data: 550 b",
            Some(Stage::EndOfData),
            Some("550 b"),
        ),
        (
            "SMTP error from remote mail server after initial connection: 554 no",
            Some(Stage::Banner),
            Some("554 no"),
        ),
        (
            "SMTP error from remote mail server after EHLO relay.example: 550 no",
            Some(Stage::Ehlo),
            Some("550 no"),
        ),
        (
            "SMTP error from remote mail server after MAIL FROM:<a@b> SIZE=1: 450 D",
            Some(Stage::Mail),
            Some("450 D"),
        ),
        (
            "LMTP error from remote mail server after RCPT TO:<x@y>: 452 full",
            Some(Stage::Rcpt),
            Some("452 full"),
        ),
        ("Connection refused", None, None),
        ("Malformed SMTP reply (an empty line) in response to DATA", None, None),
        ("SMTP error from remote mail server after DATA", Some(Stage::Data), None),
    ];
    for (text, stage, reply) in table {
        let found = exim(text);
        assert_eq!((found.stage, found.reply), (stage, reply), "{text}");
    }
}

#[test]
fn an_old_sentence_names_the_host() {
    let text =
        "SMTP error from remote mailer after RCPT TO:<kim@c.example>: host mx.c.example [192.0.2.7]: 550 no";
    let found = exim(text);
    assert_eq!(found.host, Some("mx.c.example"));
    assert_eq!(found.address.map(|address| address.to_string()), Some("192.0.2.7".to_owned()));
    assert_eq!((found.reply, found.recipient), (Some("550 no"), Some("kim@c.example")));
}

#[test]
fn postfix_names_host_stage_and_reply() {
    let found = postfix("host mx.c.example[2001:db8::7] said: 550 5.1.1 no (in reply to RCPT TO command)");
    assert_eq!(
        (found.host, found.stage, found.reply),
        (Some("mx.c.example"), Some(Stage::Rcpt), Some("550 5.1.1 no"))
    );
    let found = postfix("host mx.c.example[192.0.2.7] said: 554 no (in reply to end of DATA command)");
    assert_eq!(found.stage, Some(Stage::EndOfData));
    let found = postfix("host mx.c.example[192.0.2.7] refused to talk to me: 554 5.7.1 go away");
    assert_eq!((found.stage, found.reply), (Some(Stage::Banner), Some("554 5.7.1 go away")));
    assert_eq!(postfix("connect to mx.c.example[192.0.2.7]:25: Connection timed out").reply, None);
}

#[test]
fn only_the_last_bracket_is_the_address() {
    let table = [
        ("mx.example [192.0.2.7]:25*", Some("mx.example"), Some("192.0.2.7")),
        ("real.example (helo.example) [192.0.2.7]", Some("real.example"), Some("192.0.2.7")),
        ("mx.example DS [2001:db8::1]", Some("mx.example"), Some("2001:db8::1")),
        ("[192.0.2.7]", None, Some("192.0.2.7")),
        ("mx.example", Some("mx.example"), None),
        ("(helo) [ip4.ip4.ip4.ip4]", Some("helo"), None),
        ("", None, None),
    ];
    for (text, name, address) in table {
        let (found, ip) = host_and_address(text);
        assert_eq!((found, ip.map(|ip| ip.to_string()).as_deref()), (name, address), "{text}");
    }
}

#[test]
fn escapes_are_undone() {
    let table = [
        ("a\\nb", "a\nb"),
        ("\\\"x\\\"", "\"x\""),
        ("\\303\\244", "\u{fffd}\u{fffd}"),
        ("\\101", "A"),
        ("\\", "\\"),
        ("é\\é", "éé"),
    ];
    for (text, plain) in table {
        assert_eq!(unescaped(text), plain, "{text}");
    }
}
