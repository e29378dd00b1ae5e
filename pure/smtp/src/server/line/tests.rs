//! Lines out of bytes, cut anywhere.

use super::*;

/// All that a reader of lines of at most 8 bytes makes of the bytes, handed in `step` at a time.
fn read(bytes: &[u8], step: usize) -> Vec<Line> {
    let mut reader = LineReader::new(8);
    let mut lines = Vec::new();
    for piece in bytes.chunks(step) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (used, line) = reader.read(rest);
            assert!(used > 0, "reading goes on");
            rest = &rest[used..];
            lines.extend(line);
        }
    }
    lines
}

#[test]
fn lines_are_the_same_however_bytes_are_cut() {
    let whole = |text: &str| Line::Whole(text.as_bytes().to_vec());
    let check = |bytes: &str, lines: &[Line]| {
        for step in 1..=bytes.len() {
            assert_eq!(read(bytes.as_bytes(), step), lines, "{bytes:?} by {step}");
        }
    };
    check("NOOP\r\n\r\nRSET\r\n", &[whole("NOOP"), whole(""), whole("RSET")]);
    check("123456\r\n1\r\n", &[whole("123456"), whole("1")]);
    check("1234567\r\n1\r\n", &[Line::TooLong, whole("1")]);
    check("123456789012345\n6\r7\r\r\n1\r\n", &[Line::TooLong, whole("1")]);
    check("1234567\r9\r\n1\r\n", &[Line::TooLong, whole("1")]);
    check("NOOP\nRSET\r\n1\r\n", &[Line::BareLf, whole("1")]);
    check("NOOP\n\r\n1\r\n", &[Line::BareLf, whole("1")]);
    check("\nRSET\n\n\n\r\n1\r\n", &[Line::BareLf, whole("1")]);
    check("NO\rOP\r\n", &[whole("NO\rOP")]);
    check("NOOP", &[]);
}
