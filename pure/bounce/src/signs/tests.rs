//! Replies as they were seen, and what each one says about the way.

use super::*;

fn check(text: &str, expected: Option<Sign>) {
    let code = text[..3].parse().unwrap();
    let enhanced = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    let failure = Failure::Reply(Reply::new(code, enhanced, &text[4..]));
    assert_eq!(sign(&failure), expected, "{text}");
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
