//! Files as they come: encodings, marks, and what is no read-back.

use super::{Field, Readback, ReadbackError};

const RIGHT: &str = include_str!("../../tests/readback/right.json");

#[test]
fn utf_16_and_marks_do_not_matter() {
    let plain = Readback::read(RIGHT.as_bytes()).unwrap();
    assert_eq!(plain.tenant().as_deref(), Some("acme"));
    let marked = [b"\xef\xbb\xbf", RIGHT.as_bytes()].concat();
    assert_eq!(Readback::read(&marked), Ok(plain.clone()));
    let little: Vec<u8> =
        "\u{feff}".encode_utf16().chain(RIGHT.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(Readback::read(&little), Ok(plain.clone()));
    let big: Vec<u8> =
        "\u{feff}".encode_utf16().chain(RIGHT.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    assert_eq!(Readback::read(&big), Ok(plain.clone()));
    assert_eq!(Readback::read(format!("[{RIGHT}]").as_bytes()), Ok(plain));
}

#[test]
fn what_is_no_readback_says_what_to_do() {
    let error = |text: &str| Readback::read(text.as_bytes()).unwrap_err();
    assert_eq!(error(" \r\n"), ReadbackError::Empty);
    assert_eq!(error("{\"Name\": \"x\"}"), ReadbackError::Other);
    assert_eq!(error("7"), ReadbackError::Other);
    assert!(error("acme: prepared\n{").to_string().starts_with("it is not JSON (line 1"));
    for cut in (0..RIGHT.len()).step_by(97) {
        assert!(Readback::read(&RIGHT.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn keys_have_any_case_and_values_any_form() {
    let read = Readback::read(
        br#"{"readback":"v1","A":"TRUE","B":1,"C":[],"D":["x"],"E":"7","F":[3,"y",""],"G":{}}"#,
    )
    .unwrap();
    let top = read.top();
    assert_eq!(top.flag("a"), Field::Set(true));
    assert_eq!(
        (top.flag("B"), top.word("B")),
        (Field::Number("1".to_owned()), Field::Number("1".to_owned()))
    );
    assert_eq!((top.word("C"), top.words("C")), (Field::Empty, Some(Vec::new())));
    assert_eq!(top.word("D"), Field::Set("x".to_owned()));
    assert_eq!(top.number("E"), Field::Set(7));
    assert_eq!(top.words("F"), Some(vec!["3".to_owned(), "y".to_owned()]));
    assert_eq!((top.word("G"), top.word("H"), top.words("H")), (Field::Empty, Field::Missing, None));
}
