//! Replies as they were seen, and what each one says about the way.

use super::*;

fn check(text: &str, foreign: Option<Sign>, own: Option<Sign>) {
    let code = text[..3].parse().unwrap();
    let enhanced = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    let failure = Failure::Reply(Reply::new(code, enhanced, &text[4..]));
    assert_eq!(sign(&failure, false), foreign, "foreign: {text}");
    assert_eq!(sign(&failure, true), own, "own: {text}");
}

fn both(text: &str, expected: Option<Sign>) {
    check(text, expected, expected);
}

#[test]
fn limits_are_known_by_what_they_ask_for() {
    both(
        "421 4.3.2 The maximum number of concurrent connections per resource forest has exceeded a limit, closing transmission channel. PRX8",
        Some(Sign::Crowded),
    );
    both("421 Too many concurrent connections from this client (G2)", Some(Sign::Crowded));
    both("451 4.7.500 Server busy. Please try again later from [192.0.2.2]. (AS761)", Some(Sign::Busy));
    both(
        "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP",
        Some(Sign::Busy),
    );
    both("452 4.4.5 Rate limit exceeded, try again later.", Some(Sign::Busy));
    both("451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35.", Some(Sign::WrongRegion));
}

#[test]
fn an_ordinary_refusal_says_nothing_about_the_way() {
    both("450 4.2.1 The recipient's mailbox is busy", None);
    both("451 4.3.0 try again later", None);
    both("421 4.3.2 closing", None);
    both("550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus", None);
    both("550 5.1.10 RESOLVER.ADR.RecipientNotFound", None);
    both("550 Too many connections, never come again", None);
    assert_eq!(sign(&Failure::Lost("server busy".to_owned()), false), None);
}

#[test]
fn a_connector_that_does_not_match_is_known_by_its_words_or_by_a_foreign_recipient() {
    both("550 5.7.64 TenantAttribution; Relay Access Denied", Some(Sign::NotAttributed));
    both(
        "550 5.7.51 TenantInboundAttribution; There is a partner connector configured",
        Some(Sign::NotAttributed),
    );
    both("530 5.7.57 SMTP; Client was not authenticated to send anonymous mail", Some(Sign::NotAttributed));
    for text in [
        "550 5.4.1 Recipient address rejected: Access denied",
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "554 5.7.1 <kim@customer.example>: Relay access denied",
    ] {
        check(text, Some(Sign::NotAttributed), None);
    }
}
