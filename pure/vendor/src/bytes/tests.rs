use super::{position, text};
use crate::ReadError;

fn utf_16(said: &str, is_big: bool) -> Vec<u8> {
    let units = said.encode_utf16();
    units.flat_map(|unit| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn a_document_is_decoded_by_its_mark_then_its_sender_then_itself() {
    let said = "[\"ä\"]";
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let table: [(Vec<u8>, Option<&str>); 7] = [
        (marked(b"\xfe\xff", utf_16(said, true)), None),
        (marked(b"\xff\xfe", utf_16(said, false)), Some("application/json; charset=utf-8")),
        (marked(b"\xef\xbb\xbf", said.into()), None),
        (utf_16(said, true), None),
        (said.into(), None),
        (b"[\"\xe4\"]".to_vec(), Some("text/plain; charset=\"ISO-8859-1\"")),
        // A server that says ISO-8859-1 of whole UTF-8 is not believed.
        (said.into(), Some("text/xml; charset=ISO-8859-1")),
    ];
    for (bytes, content_type) in table {
        assert_eq!(text(&bytes, content_type).unwrap(), said, "{bytes:x?}");
    }
    let declared = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>";
    assert!(text(declared, None).unwrap().ends_with("<a>\u{e4}</a>"));
}

#[test]
fn one_letter_that_makes_no_sense_costs_only_itself() {
    assert_eq!(text(b"[\"a\xffb\"]", None).unwrap(), "[\"a\u{fffd}b\"]");
}

#[test]
fn nothing_and_too_much_are_refused() {
    assert_eq!(text(b" \n", None), Err(ReadError::Empty));
    let long = vec![b' '; super::BYTES_MAX + 1];
    assert_eq!(text(&long, None), Err(ReadError::TooLarge(long.len())));
}

#[test]
fn a_position_counts_lines_and_letters() {
    assert_eq!((position("ä\nöx", 4), position("", 9)), ((2, 1), (1, 1)));
    assert_eq!(position("ä\nöx", 5), (2, 2));
}
