use super::{Form, canonical, chosen, relaxed};
use message::HeaderBlock;

fn check(header: &str, names: &[&str], wanted: &str) {
    let block = HeaderBlock::of(header.as_bytes());
    let mut out = Vec::new();
    canonical(header.as_bytes(), &block, names.iter().copied(), Form::Relaxed, &mut out);
    assert_eq!(String::from_utf8(out).unwrap(), wanted);
}

#[test]
fn the_example_of_rfc_6376_has_its_canonical_form() {
    // §3.4.5, example 1.
    check("A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n", &["A", "B"], "a:X\r\nb:Y Z\r\n");
}

#[test]
fn of_fields_with_one_name_the_last_comes_first_and_one_too_many_gives_nothing() {
    check("A: 1\r\nB: x\r\na: 2\r\n\r\n", &["a", "B", "A", "A"], "a:2\r\nb:x\r\na:1\r\n");
}

#[test]
fn an_empty_value_stays_empty() {
    check("A:\r\nB: \r\n \r\n\r\n", &["A", "B"], "a:\r\nb:\r\n");
}

#[test]
fn a_bare_line_feed_folds_as_well() {
    check("A: x\n\ty\n\n", &["A"], "a:x y\r\n");
}

#[test]
fn bytes_above_ascii_are_left_alone() {
    let mut out = Vec::new();
    relaxed("Subject".as_bytes(), " Gr\u{fc}\u{df}e \t aus  ".as_bytes(), &mut out);
    assert_eq!(out, "subject:Gr\u{fc}\u{df}e aus".as_bytes());
}

#[test]
fn what_a_reader_judges_by_is_named_once_more_than_it_occurs_and_traces_never() {
    let header = "Return-Path: <a@acme.example>\r\nReceived: x\r\nX-Signpost-Processed: v1\r\nX-Signpost-Result: x\r\nFrom: a@acme.example\r\n\
        To: b@other.example\r\nTo: c@other.example\r\nSender: s@acme.example\r\nList-Unsubscribe: <https://acme.example/u>\r\n\r\n";
    let names = chosen(header.as_bytes(), &HeaderBlock::of(header.as_bytes()));
    let count = |name: &str| names.iter().filter(|one| **one == name).count();
    assert_eq!((count("From"), count("To"), count("Cc"), count("Subject")), (2, 3, 1, 1));
    assert_eq!((count("Reply-To"), count("MIME-Version"), count("Content-Type")), (1, 1, 1));
    assert_eq!((count("Message-ID"), count("Date")), (1, 1));
    assert_eq!((count("List-Unsubscribe"), count("List-Id")), (2, 0), "a list may add what was not there");
    assert_eq!((count("Sender"), count("References")), (1, 0));
    for trace in ["Return-Path", "Received", "X-Signpost-Processed", "X-Signpost-Result", "DKIM-Signature"] {
        assert_eq!(count(trace), 0, "{trace}");
    }
}

#[test]
fn thousands_of_fields_of_one_name_make_no_endless_list() {
    let header = format!("{}\r\n", "To: a@b.example\r\n".repeat(5_000));
    let names = chosen(header.as_bytes(), &HeaderBlock::of(header.as_bytes()));
    assert!(names.len() < 40, "{}", names.len());
}
