//! Names as RFC 5782 writes them.

use super::*;
use crate::find;

fn subject(text: &str) -> Subject {
    match text.parse() {
        Ok(address) => Subject::Address(address),
        Err(_) => Subject::Domain(text.parse().unwrap()),
    }
}

#[test]
fn addresses_are_turned_round_and_domains_are_not() {
    let check = |zone, key, asked, expected: &str| {
        assert_eq!(query_name(find(zone).unwrap(), key, &subject(asked)).unwrap(), expected);
    };
    check("zen.spamhaus.org", None, "192.0.2.99", "99.2.0.192.zen.spamhaus.org");
    check("zen.spamhaus.org", Some("abc"), "192.0.2.99", "99.2.0.192.abc.zen.dq.spamhaus.net");
    check("bl.spamcop.net", Some("abc"), "192.0.2.99", "99.2.0.192.bl.spamcop.net");
    check("dbl.spamhaus.org", None, "relay.example", "relay.example.dbl.spamhaus.org");
    // RFC 5782 §2.4.
    check(
        "zen.spamhaus.org",
        None,
        "2001:db8:1:2:3:4:567:89ab",
        "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.zen.spamhaus.org",
    );
}

#[test]
fn a_list_is_not_asked_for_what_it_does_not_hold() {
    for (zone, asked) in [
        ("dbl.spamhaus.org", "192.0.2.1"),
        ("zen.spamhaus.org", "relay.example"),
        ("bl.spamcop.net", "2001:db8::1"),
    ] {
        let refused = query_name(find(zone).unwrap(), None, &subject(asked));
        assert!(matches!(refused, Err(QueryError::Kind { .. })), "{zone} {asked}");
    }
}
