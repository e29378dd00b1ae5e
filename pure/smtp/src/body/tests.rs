//! The reader against a slow and plain description of the standard, and reader and writer against each other.

use super::data::Progress;
use super::*;
use crate::server::{BareLf, BodyError, ServerConfig};
use proptest::prelude::*;

/// What a body of DATA holds and where it ends, said byte by byte: `None` without an end.
fn plain_reading(bytes: &[u8]) -> Option<(Result<Vec<u8>, BodyError>, usize)> {
    let (mut content, mut bare_cr, mut line_start, mut at) = (Vec::new(), false, true, 0);
    loop {
        let rest = &bytes[at..];
        if line_start && rest.starts_with(b".\r\n") {
            let result = if bare_cr { Err(BodyError::BareCr) } else { Ok(content) };
            return Some((result, at + 3));
        }
        if line_start && rest.starts_with(b".") {
            at += 1;
            line_start = false;
            continue;
        }
        line_start = rest.starts_with(b"\r\n");
        match rest {
            [] => return None,
            [b'\r', b'\n', ..] => {
                content.extend(b"\r\n");
                at += 2;
                continue;
            }
            [b'\r', ..] => bare_cr = true,
            [b'\n', ..] => content.extend(b"\r\n"),
            [byte, ..] => content.push(*byte),
        }
        at += 1;
    }
}

fn read(bytes: &[u8], step: usize) -> Option<(Result<Vec<u8>, BodyError>, usize)> {
    let config = ServerConfig::new("mx.example");
    let mut content = Content::new(&config);
    // The header is over at once: what NUL does in it is asked elsewhere.
    content.push(b"\r\n");
    let mut reader = DataReader::new(BareLf::Normalise);
    let mut used = 0;
    for piece in bytes.chunks(step) {
        let Progress { used: more, ended } = reader.read(piece, &mut content);
        used += more;
        if ended {
            content.finish();
            let bytes = content.take_full().concat();
            return Some((content.failure().map_or_else(|| Ok(bytes[2..].to_vec()), Err), used));
        }
    }
    None
}

/// Bytes that are mostly line ends, dots and NUL, where all the trouble is.
fn troubled() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.'), Just(0), Just(b'a')], 0..40)
}

fn mostly_lines() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\r\n".to_vec()),
        Just(b"\r\n.".to_vec()),
        Just(b"\n".to_vec()),
        Just(b".".to_vec()),
        Just(b"abc".to_vec()),
        Just(b"\r\n.\r\n".to_vec()),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn the_reader_does_what_the_standard_says_however_bytes_are_cut(
        bytes in prop_oneof![troubled(), mostly_lines()], step in 1_usize..50,
    ) {
        prop_assert_eq!(read(&bytes, step), plain_reading(&bytes));
    }

    #[test]
    fn what_the_writer_writes_is_read_as_one_body_with_the_same_lines(
        bytes in prop_oneof![troubled(), mostly_lines()], step in 1_usize..50,
    ) {
        let mut written = Vec::new();
        let mut writer = DataWriter::new();
        for piece in bytes.chunks(step) {
            writer.write(piece, &mut written);
        }
        writer.finish(&mut written);
        let (content, used) = read(&written, 7).expect("it ends");
        prop_assert_eq!(used, written.len());
        prop_assert_eq!(content, Ok(with_crlf(&bytes)));
    }
}

/// Every line end as CRLF, and one at the end.
fn with_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while let [byte, more @ ..] = rest {
        rest = more;
        match byte {
            b'\r' => {
                lines.extend(b"\r\n");
                rest = more.strip_prefix(b"\n").unwrap_or(more);
            }
            b'\n' => lines.extend(b"\r\n"),
            other => lines.push(*other),
        }
    }
    if !lines.is_empty() && !lines.ends_with(b"\r\n") {
        lines.extend(b"\r\n");
    }
    lines
}

#[test]
fn chunks_are_of_64_kib_whatever_way_bytes_come() {
    let config = ServerConfig::new("mx.example");
    for step in [1_000, 65_536, 200_000] {
        let mut content = Content::new(&config);
        for piece in vec![b'x'; 200_000].chunks(step) {
            content.push(piece);
        }
        content.finish();
        let lengths: Vec<_> = content.take_full().iter().map(Vec::len).collect();
        assert_eq!(lengths, [65_536, 65_536, 65_536, 3_392]);
    }
}

#[test]
fn a_line_over_the_limit_is_found_wherever_it_is_cut() {
    let mut config = ServerConfig::new("mx.example");
    config.limits.body_line_len_max = 10;
    let check = |bytes: &[u8], good: bool| {
        for step in 1..=bytes.len() {
            let mut content = Content::new(&config);
            bytes.chunks(step).for_each(|piece| content.push(piece));
            assert_eq!(content.failure().is_none(), good, "{bytes:?} by {step}");
        }
    };
    check(b"12345678\r\n12345678\r\n12345678\r\n", true);
    check(b"1\r\n123456789\r\n1\r\n", false);
    check(b"1\r\n1\r\n12345678901", false);
    check(b"1234567890", true);
}

#[test]
fn of_several_faults_the_first_counts_wherever_bytes_are_cut() {
    let mut config = ServerConfig::new("mx.example");
    config.limits.body_line_len_max = 10;
    config.size_max.0 = 15;
    let check = |bytes: &[u8], fault: BodyError| {
        for step in 1..=bytes.len() {
            let mut content = Content::new(&config);
            bytes.chunks(step).for_each(|piece| content.push(piece));
            assert_eq!(content.failure(), Some(fault), "{bytes:?} by {step}");
        }
    };
    check(b"a:\0b\r\n1234567890123456789", BodyError::NulInHeader);
    check(b"1234567890123\0", BodyError::LineTooLong);
    check(b"12345678\r\n12345678\r\n\0", BodyError::TooLarge);
    check(b"1234\r\n1234\r\n12\r\n\0", BodyError::TooLarge);
    check(b"1234\r\n12345678901234567", BodyError::TooLarge);
    check(b"123\r\n12345678901\r\n", BodyError::LineTooLong);
}
