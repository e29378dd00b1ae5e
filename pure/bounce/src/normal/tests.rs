use super::normalised;

fn check(expected: &str, replies: &[&str]) {
    for reply in replies {
        assert_eq!(normalised(reply), expected, "of `{reply}`");
    }
}

#[test]
fn replies_that_differ_in_names_and_times_are_one() {
    check(
        "550 5.1.1 <mailbox> recipient address rejected: user unknown",
        &[
            "550 5.1.1 <kim@customer.example>: Recipient address rejected: User unknown",
            "550 5.1.1 <\"o'brien\"@acme.example>: Recipient address rejected: User  unknown",
            "550-5.1.1 <ann@acme.example>: Recipient address rejected:\r\n550 5.1.1 User unknown",
        ],
    );
    check(
        "554 5.7.1 service unavailable; client host <address> blocked using <host>",
        &[
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
            "554 5.7.1 Service unavailable; Client host [2001:db8::1:2] blocked using bl.spamcop.net;",
        ],
    );
    check(
        "451 4.7.650 the mail server <address> has been temporarily rate limited due to ip reputation. see <link> (s3113) <host> <id>",
        &[
            "451 4.7.650 The mail server [192.0.2.25] has been temporarily rate limited due to IP reputation. See \
             https://postmaster.live.com (S3113) [A1.eurprd02.prod.outlook.com 2024-05-09T23:34:45.000Z]",
            "451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation. See \
             https://postmaster.live.com (S3113) [B2.eurprd03.prod.outlook.com 2025-01-19T03:04:05.123Z]",
        ],
    );
}

#[test]
fn what_names_the_kind_of_refusal_stays() {
    assert_ne!(normalised("550 5.7.1 no (S3140)"), normalised("550 5.7.1 no (S3150)"));
    assert_ne!(normalised("550 5.7.1 no"), normalised("550 5.7.2 no"));
    assert_ne!(normalised("550 no"), normalised("554 no"));
}

#[test]
fn a_key_is_short_and_keeps_its_form_when_made_twice() {
    for reply in [
        "550 5.1.1 <kim@customer.example>: unknown",
        "421 mx1.customer.example busy, 3 of 5 at 12:30:45, id 16VDhn-000000001bo-D342",
        "",
        "no code at all",
    ] {
        let once = normalised(reply);
        assert_eq!(normalised(&once), once, "of `{reply}`");
    }
    assert!(normalised(&"word ".repeat(10_000)).len() <= 512);
}
