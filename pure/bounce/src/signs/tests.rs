//! Replies as they were seen, and what each one says about the way.

use super::*;

fn failure(text: &str) -> Failure {
    let code = text[..3].parse().unwrap();
    let enhanced = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    Failure::Reply(Reply::new(code, enhanced, &text[4..]))
}

fn check(text: &str, expected: Option<Sign>) {
    assert_eq!(sign(&failure(text)), expected, "{text}");
}

#[test]
fn limits_are_known_by_what_they_ask_for() {
    check(
        "421 4.3.2 The maximum number of concurrent connections per resource forest has exceeded a limit, closing transmission channel. PRX8",
        Some(Sign::Crowded),
    );
    check("421 Too many concurrent connections from this client (G2)", Some(Sign::Crowded));
    check("451 4.7.500 Server busy. Please try again later from [192.0.2.2]. (AS761)", Some(Sign::Busy));
    check(
        "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP",
        Some(Sign::Busy),
    );
    check("452 4.4.5 Rate limit exceeded, try again later.", Some(Sign::Busy));
    check("451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35.", None);
}

#[test]
fn an_ordinary_refusal_says_nothing_about_the_way() {
    check("450 4.2.1 The recipient's mailbox is busy", None);
    check("451 4.3.0 try again later", None);
    check("421 4.3.2 closing", None);
    check("550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus", None);
    check("550 5.1.10 RESOLVER.ADR.RecipientNotFound", None);
    check("550 Too many connections, never come again", None);
    assert_eq!(sign(&Failure::Lost("server busy".to_owned())), None);
}

#[test]
fn a_transaction_that_is_full_is_known_from_a_mailbox_that_is() {
    for (text, expected) in [
        ("452 4.5.3 Error: too many recipients", true),
        ("452 4.5.3 Your message has too many recipients.", true),
        ("452 too many recipients", true),
        ("552 Too many recipients", true),
        (
            "452 4.5.3 Domain policy size per transaction exceeded, please try this recipient in a separate transaction.",
            true,
        ),
        ("452 4.5.3 Too many emails - rate limit exceeded, try again later", false),
        ("452 4.2.2 The email account that you tried to reach is over quota", false),
        ("452 4.3.1 Insufficient system storage", false),
        ("552 5.2.2 mailbox full", false),
        ("450 4.7.1 Error: too many recipients from 192.0.2.1", false),
        ("550 5.5.3 RESOLVER.REQ.RecipLimit; too many recipients", false),
    ] {
        assert_eq!(wants_another_transaction(&failure(text), Stage::Rcpt), expected, "{text}");
    }
    let full = failure("452 4.5.3 Error: too many recipients");
    assert!(!wants_another_transaction(&full, Stage::EndOfData), "the whole message was refused");
    assert!(!wants_another_transaction(&Failure::Lost("too many recipients".to_owned()), Stage::Rcpt));
}
