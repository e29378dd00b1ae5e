//! Header blocks as real mail has them.

use super::*;

fn read(text: &str) -> HeaderBlock {
    HeaderBlock::read(text.as_bytes(), 0, |_| false)
}

#[test]
fn folded_fields_are_one_and_values_are_unfolded() {
    let text = "Subject: a\r\n b\r\n\tc\r\nTo : x\r\n\r\nbody";
    let block = read(text);
    assert_eq!(block.fields.len(), 2);
    assert_eq!(block.value(text.as_bytes(), "SUBJECT").unwrap(), "a b\tc");
    assert_eq!(block.value(text.as_bytes(), "to").unwrap(), "x");
    assert_eq!(&text[block.body_start..], "body");
    assert_eq!(&text[block.fields[0].whole.clone()], "Subject: a\r\n b\r\n\tc\r\n");
    assert!(block.ended);
}

#[test]
fn a_text_is_read_as_its_writer_meant_it_and_a_value_strictly() {
    let raw = b"Subject: =?iso-8859-1?Q?Fr\xf6sche?=\r\n und\xe4\r\n\r\n";
    let block = HeaderBlock::read(raw, 0, |_| false);
    assert_eq!(block.text(raw, "subject").unwrap(), "Frösche undä");
    assert!(block.value(raw, "subject").unwrap().contains('\u{fffd}'));
}

#[test]
fn lf_line_ends_and_a_missing_body_are_read() {
    let text = "A: 1\nB: 2\n";
    let block = read(text);
    assert_eq!((block.fields.len(), block.ended, block.body_start), (2, false, text.len()));
    assert_eq!(read("").fields.len(), 0);
    assert_eq!(read("\nbody").body_start, 1);
}

#[test]
fn lines_that_are_no_field_are_counted_but_not_an_mbox_line_on_top() {
    assert_eq!(read("From x Mon\nA: 1\n\n").malformed_lines, 0);
    assert_eq!(read("A: 1\nnonsense\nB: 2\n\n").malformed_lines, 1);
    assert_eq!(read(" lost\nA: 1\n\n").malformed_lines, 1);
    assert_eq!(read("a b: 1\n\n").malformed_lines, 1);
}

#[test]
fn limits_end_the_reading() {
    let many = "A: 1\n".repeat(LINES_MAX + 5);
    assert!(read(&many).too_long);
    let long = format!("A: {}\n\n", "x".repeat(BLOCK_BYTES_MAX));
    assert!(read(&long).too_long);
}
