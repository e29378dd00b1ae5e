//! Paths and parameters as they are heard.

use super::{listed_words, parameter, path_in};
use std::net::IpAddr;

#[test]
fn a_path_is_what_stands_between_the_brackets() {
    let table = [
        ("FROM:<a@b.example> SIZE=1 BODY=8BITMIME", "FROM:", Some(("a@b.example", "SIZE=1 BODY=8BITMIME"))),
        ("from: <>", "FROM:", Some(("", ""))),
        ("TO:<\"a>b\"@c.example>", "TO:", Some(("\"a>b\"@c.example", ""))),
        ("TO:a@b.example", "TO:", None),
        ("TO:<a@b.example", "TO:", None),
        ("TO", "TO:", None),
    ];
    for (line, keyword, expected) in table {
        let expected = expected.map(|(path, rest)| (path.to_owned(), rest.to_owned()));
        assert_eq!(path_in(line, keyword), expected, "{line}");
    }
}

#[test]
fn a_parameter_is_found_whatever_its_case() {
    assert_eq!(parameter("BODY=8BITMIME size=77", "SIZE"), Some("77"));
    assert_eq!(parameter("", "SIZE"), None);
}

#[test]
fn the_refusal_of_a_listed_client_has_the_words_of_the_incident() {
    let words = listed_words(IpAddr::from([127, 0, 1, 1]), "host.example");
    let seed = "550 5.7.1 Service unavailable, Client host [127.0.1.1] blocked using Spamhaus. To request removal from \
                this list see https://www.spamhaus.org/query/ip/127.0.1.1 AS(1440) [host.example ";
    assert!(words.starts_with(seed), "{words}");
}
