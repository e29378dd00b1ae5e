use super::{BodyHash, BodyHasher, Form};
use aws_lc_rs::digest::{SHA256, digest};
use proptest::prelude::*;

fn hash(pieces: &[&[u8]]) -> BodyHash {
    let mut hasher = BodyHasher::new();
    pieces.iter().for_each(|piece| hasher.update(piece));
    hasher.finish()
}

fn check(body: &str, canonical: &str) {
    let wanted = digest(&SHA256, canonical.as_bytes());
    assert_eq!(hash(&[body.as_bytes()]).as_bytes(), wanted.as_ref(), "{body:?} should be {canonical:?}");
    // Cut everywhere, empty pieces between.
    let bytes: Vec<&[u8]> = body.as_bytes().chunks(1).flat_map(|byte| [byte, b""]).collect();
    assert_eq!(hash(&bytes).as_bytes(), wanted.as_ref(), "{body:?} byte by byte");
}

#[test]
fn the_examples_of_rfc_6376_have_their_canonical_forms() {
    // §3.4.5, example 1.
    check(" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n");
    // §3.4.4: no body at all, and one of nothing but line ends.
    check("", "");
    check("\r\n", "");
    check("\r\n\r\n \t\r\n", "");
}

#[test]
fn lines_at_the_end_that_hold_white_space_only_go_too() {
    check("hi\r\n \r\n", "hi\r\n");
    check("hi\r\n\t \r\n  ", "hi\r\n");
}

#[test]
fn a_body_that_does_not_end_with_a_line_end_is_given_one() {
    check("hi", "hi\r\n");
    check("hi ", "hi\r\n");
    check("hi\r", "hi\r\n");
}

#[test]
fn empty_lines_in_front_and_between_stay() {
    check("\r\n\r\nhi\r\n\r\nho\r\n", "\r\n\r\nhi\r\n\r\nho\r\n");
}

#[test]
fn line_ends_that_stand_alone_count_as_data_writes_them() {
    check("a\nb\rc\r\nd\n\re", "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n");
}

#[test]
fn long_lines_and_long_runs_pass_the_buffer() {
    let line = "x".repeat(10_000);
    check(&format!("{line}  {line}\r\n"), &format!("{line} {line}\r\n"));
    check(&format!("a{}b", "\r\n".repeat(5_000)), &format!("a{}b\r\n", "\r\n".repeat(5_000)));
}

#[test]
fn the_simple_form_takes_only_empty_lines_at_the_end_away() {
    // §3.4.5, examples 2 and 3; §3.4.3 of no body.
    for (body, canonical) in [
        (" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n"),
        ("", "\r\n"),
        ("\r\n\r\n", "\r\n"),
        ("hi\r\n \r\n", "hi\r\n \r\n"),
    ] {
        let mut hasher = BodyHasher::of(Form::Simple);
        body.as_bytes().chunks(2).for_each(|piece| hasher.update(piece));
        assert_eq!(hasher.finish().as_bytes(), digest(&SHA256, canonical.as_bytes()).as_ref(), "{body:?}");
    }
}

/// RFC 6376 §3.4.4 word by word, on a whole body.
fn as_the_rfc_says(body: &str) -> String {
    let unified = body.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<String> = unified
        .split('\n')
        .map(|line| {
            let mut out = String::new();
            for character in line.chars() {
                match character {
                    ' ' | '\t' if out.ends_with(' ') => {}
                    ' ' | '\t' => out.push(' '),
                    other => out.push(other),
                }
            }
            out.trim_end_matches(' ').to_owned()
        })
        .collect();
    let last = lines.iter().rposition(|line| !line.is_empty());
    last.map_or(String::new(), |last| lines[..=last].iter().map(|line| format!("{line}\r\n")).collect())
}

proptest! {
    #[test]
    fn any_body_cut_anywhere_hashes_as_the_rfc_says(body in "[ \t\r\nab]{0,60}", cut in 0usize..60) {
        let cut = cut.min(body.len());
        let wanted = digest(&SHA256, as_the_rfc_says(&body).as_bytes());
        let got = hash(&[&body.as_bytes()[..cut], &body.as_bytes()[cut..]]);
        prop_assert_eq!(&got.as_bytes()[..], wanted.as_ref());
    }
}
