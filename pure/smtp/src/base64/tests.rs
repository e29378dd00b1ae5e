//! The vectors of RFC 4648 §10, and what is no base64.

use super::decode;

#[test]
fn the_standards_vectors_are_read() {
    let check = |text: &str, bytes: &str| {
        assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()), "{text}");
    };
    check("", "");
    check("Zg==", "f");
    check("Zm8=", "fo");
    check("Zm9v", "foo");
    check("Zm9vYg==", "foob");
    check("Zm9vYmE=", "fooba");
    check("Zm9vYmFy", "foobar");
}

#[test]
fn what_could_be_read_in_two_ways_is_not_read() {
    for text in ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm9v\r", "Zm-_"] {
        assert_eq!(decode(text.as_bytes()), None, "{text}");
    }
}
