//! Encoding there and back, and what is not xtext.

use super::*;

#[test]
fn every_byte_survives_encoding() {
    let all: Vec<u8> = (0..=255).collect();
    let text = encode(&all);
    assert!(is_xtext(text.as_bytes()));
    assert_eq!(decode(text.as_bytes()).unwrap(), all);
}

#[test]
fn forms_of_xtext() {
    let check = |text: &str, good: bool| assert_eq!(is_xtext(text.as_bytes()), good, "{text}");
    check("", true);
    check("QQ314159", true);
    check("a+2Bb", true);
    check("a+2bb", true);
    check("a+2", false);
    check("a+", false);
    check("a+GG", false);
    check("a=b", false);
    check("a b", false);
    check("ä", false);
}
