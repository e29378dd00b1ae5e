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
fn both_readings_of_quoted_printable_agree() {
    const PIECES: [&str; 12] = ["a", " ", "\t", "=", "=3D", "=\r\n", "= \n", "\r\n", "\n", "\r", "=4", "  "];
    let mut state = 11_u64;
    for round in 0..20_000 {
        let mut raw = String::new();
        for _ in 0..round % 17 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            raw.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        let tokens = QuotedPrintable { raw: raw.as_bytes(), at: 0, inner_blanks_end: 0 };
        let slow: Vec<u8> = tokens.filter_map(|token| token.byte).collect();
        assert_eq!(decode_quoted_printable(raw.as_bytes()), slow, "{raw:?}");
    }
}

#[test]
fn a_run_of_blanks_is_looked_at_once() {
    // A megabyte of them in front of a letter: a quadratic reader would not come back.
    let raw = format!("{}x", " ".repeat(1 << 20));
    assert_eq!(quoted_printable_places(raw.as_bytes(), &[1 << 20]), [1 << 20]);
    assert_eq!(decode_quoted_printable(raw.as_bytes()).len(), raw.len());
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
