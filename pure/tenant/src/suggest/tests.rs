//! Which words are near enough to be suggested.

use super::*;

#[test]
fn a_slip_of_the_finger_is_recognised() {
    let known = ["sender", "senders", "recipients", "recipient_domains"];
    let rows = [
        ("sendres", Some("senders")),
        ("recipient", Some("recipients")),
        ("recipient_domain", Some("recipient_domains")),
        ("SENDERS", Some("senders")),
        ("colour", None),
        ("", None),
    ];
    for (word, expected) in rows {
        assert_eq!(nearest(word, known), expected, "{word}");
    }
}

#[test]
fn a_swapped_pair_counts_once() {
    assert_eq!(distance("ab", "ba"), 1);
    assert_eq!(distance("kitten", "sitting"), 3);
}
