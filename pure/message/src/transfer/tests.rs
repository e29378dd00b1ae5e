//! Decoding of both encodings, and where in the raw body a decoded byte lies.

use super::*;

#[test]
fn quoted_printable_is_decoded_tolerantly() {
    let check = |raw: &str, text: &str| {
        assert_eq!(String::from_utf8(decode_quoted_printable(raw.as_bytes())).unwrap(), text, "{raw:?}");
    };
    check("a=3Db", "a=b");
    check("a=3db", "a=b");
    check("a=\r\nb", "ab");
    check("a= \t\nb", "ab");
    check("a  \r\nb", "a\r\nb");
    check("a b ", "a b");
    check("a=zzb=", "a=zzb=");
    check("=C3=A4", "ä");
}

#[test]
fn quoted_printable_places_lie_behind_soft_breaks() {
    let raw = b"ab=\r\nc=3Dd  \r\ne";
    let text = decode_quoted_printable(raw);
    assert_eq!(text, b"abc=d\r\ne");
    let places = quoted_printable_places(raw, &[0, 1, 2, 3, 4, 5, 7, 8]);
    assert_eq!(places, [0, 1, 5, 6, 9, 12, 14, 15]);
}

#[test]
fn base64_is_decoded_tolerantly() {
    let check = |raw: &str, bytes: &[u8], damaged: bool| {
        let decoded = decode_base64(raw.as_bytes());
        assert_eq!((decoded.bytes.as_slice(), decoded.damaged), (bytes, damaged), "{raw:?}");
    };
    check("aGVsbG8=", b"hello", false);
    check("aGVs\r\nbG8", b"hello", false);
    check("aG-Vs", b"hel", false);
    check("aGVsbA==aGVs", b"hell\x06\x86\x56", true);
    check("aGVsb", b"hel", true);
    check("", b"", false);
}

#[test]
fn base64_quanta_are_found_over_line_ends() {
    let raw = b"aGVs\r\nbG8h\r\naGk=\r\n";
    assert_eq!([0, 1, 2, 3].map(|wanted| base64_quantum(raw, wanted)), [0, 6, 12, 16]);
}
