//! Mail made to cost: depth, parts, delimiters, addresses, tags. Whatever becomes of it, it does so in time and memory of its size.
//!
//! No time is asserted: what grows faster than its input does not end before the runner's limit.

use crate::support::{acme, anna, crlf};
use signatures::{Decision, PassReason};

const HEADER: &str =
    "From: anna.berg@acme.example\nTo: bob@other.example\nSubject: bomb\nMIME-Version: 1.0\n";

/// The reason for which it is passed; none if it was stamped, and then it can be taken back.
fn outcome(bytes: &[u8]) -> Option<PassReason> {
    let snapshot = acme();
    let run = anna(&snapshot);
    let group = run.group(bytes);
    match &group.decision {
        Decision::Stamped(splices) => {
            let stamped = splices.apply(bytes);
            assert_eq!(splices.undo(&stamped, bytes).as_deref(), Some(bytes));
            None
        }
        Decision::Pass(reason) | Decision::Hold(reason) => Some(*reason),
    }
}

#[test]
fn a_tree_a_hundred_thousand_deep_is_passed() {
    let mut bytes = crlf(HEADER);
    for depth in 0..100_000 {
        bytes.extend(
            format!("Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n").into_bytes(),
        );
    }
    assert_eq!(outcome(&bytes), Some(PassReason::AmbiguousMime));
}

#[test]
fn a_hundred_thousand_parts_are_passed_or_stamped_once() {
    let mut bytes = crlf(&format!("{HEADER}Content-Type: multipart/mixed; boundary=b\n\n"));
    for _ in 0..100_000 {
        bytes.extend_from_slice(b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n");
    }
    bytes.extend_from_slice(b"--b--\r\n");
    outcome(&bytes);
}

#[test]
fn lines_that_are_nearly_delimiters_cost_nothing_more() {
    let mut bytes = crlf(&format!("{HEADER}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n"));
    for _ in 0..200_000 {
        bytes.extend_from_slice(b"-- b\r\n-b\r\n");
    }
    bytes.extend_from_slice(b"--b--\r\n");
    assert_eq!(outcome(&bytes), None);
}

#[test]
fn two_thousand_addresses_and_ten_thousand_fields_are_read_or_passed() {
    let addresses: Vec<String> =
        (0..2_000).map(|number| format!("Somebody {number} <n{number}@other.example>")).collect();
    let cc = addresses.join(",\n ");
    assert_eq!(outcome(&crlf(&format!("{HEADER}Cc: {cc}\nContent-Type: text/plain\n\nHello\n"))), None);
    let fields = "X-Field: value\n".repeat(10_000);
    outcome(&crlf(&format!("{HEADER}{fields}Content-Type: text/plain\n\nHello\n")));
}

#[test]
fn markup_of_open_tags_quotes_and_closing_tags_ends() {
    let seeds = [
        "<div>",
        "<a href=\"",
        "</p>",
        "<blockquote type=cite>",
        "<!--",
        "<table><tr><td>",
        "&#",
        "<div class=gmail_quote>",
        "<",
    ];
    for seed in seeds {
        let body = seed.repeat(1_500_000 / seed.len());
        outcome(&crlf(&format!("{HEADER}Content-Type: text/html; charset=utf-8\n\n<p>Hi</p>{body}\n")));
    }
}

#[test]
fn text_of_introductions_and_quotes_ends() {
    for seed in [
        "On Monday wrote:\n",
        "> quoted\n",
        "From: a\n",
        "On ",
        "-- \n",
        "_____________\n",
        "Am 3. schrieb\n",
    ] {
        let body = seed.repeat(1_000_000 / seed.len());
        outcome(&crlf(&format!("{HEADER}Content-Type: text/plain; charset=utf-8\n\nHi\n{body}\n")));
    }
}
