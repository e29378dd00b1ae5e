//! What the encoders write is read back, in lines that every host carries.

use super::*;
use crate::transfer::{decode_base64, decode_quoted_printable};
use crate::{decode_words, header::ContentType};
use proptest::prelude::*;

proptest! {
    #[test]
    fn base64_is_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let encoded = base64(&bytes, "\r\n");
        prop_assert!(encoded.split(|&byte| byte == b'\n').all(|line| line.len() <= LINE_MAX + 1));
        let decoded = decode_base64(&encoded);
        prop_assert_eq!((decoded.bytes, decoded.damaged), (bytes, false));
    }

    #[test]
    fn quoted_printable_is_read_back(text in "[ -~äöü\t=.\n李F]{0,400}") {
        let text = text.replace('\n', "\r\n");
        let encoded = quoted_printable(text.as_bytes(), "\r\n");
        prop_assert!(encoded.is_ascii());
        prop_assert!(encoded.split(|&byte| byte == b'\n').all(|line| line.len() <= LINE_MAX + 1));
        prop_assert_eq!(decode_quoted_printable(&encoded), text.into_bytes());
    }

    #[test]
    fn header_texts_are_read_back(text in "[ -~äöü李🎈]{0,200}") {
        let encoded = header_text(&text);
        prop_assert!(encoded.is_ascii());
        prop_assert!(encoded.split("\r\n").all(|line| line.len() <= LINE_MAX || text.is_ascii()));
        prop_assert_eq!(decode_words(&encoded.replace("\r\n", "")), text);
    }
}

#[test]
fn control_characters_never_reach_a_header() {
    assert_eq!(header_text("a\r\nBcc: x"), "a  Bcc: x");
    assert!(!quoted_parameter("a\"\r\nb").contains('\n'));
}

#[test]
fn quoted_parameters_are_read_back() {
    let value = "a \"quoted\\\" name; x=y";
    let parsed = ContentType::parse(format!("a/b; name={}", quoted_parameter(value)).as_bytes());
    assert_eq!(parsed.parameter("name"), Some(value));
}

#[test]
fn a_line_end_is_written_as_the_wire_has_it_and_never_bare() {
    // `=0A` of a sender is a line end like any other; a bare LF is refused by the next hop.
    let content = decode_quoted_printable(b"a=0Ab\r\nc=0Dd\r\n");
    assert_eq!(quoted_printable(&content, "\r\n"), b"a\r\nb\r\nc=0Dd\r\n");
    assert_eq!(quoted_printable(b"a\r\nb", "\n"), b"a\nb");
}
