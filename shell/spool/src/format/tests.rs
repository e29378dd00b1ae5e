//! Headers and records survive their byte form and nothing else passes for one.

use super::*;

fn header() -> SegmentHeader {
    SegmentHeader {
        number: 7,
        created: Timestamp::from_micros(-5),
        boot: 9,
        fingerprint: [3; FINGERPRINT_LEN],
    }
}

#[test]
fn a_header_is_read_back_and_a_flipped_bit_is_seen() {
    let bytes = header().to_bytes();
    assert_eq!(SegmentHeader::parse(&bytes), Ok(Some(header())));
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(SegmentHeader::parse(&damaged), Ok(None), "bit {bit}");
    }
    assert_eq!(SegmentHeader::parse(b"SGN"), Ok(None));
}

#[test]
fn a_later_version_is_named() {
    let mut bytes = header().to_bytes();
    bytes[8] = 2;
    let end = bytes.len() - 4;
    let crc = crc32c::crc32c(&bytes[..end]);
    bytes[end..].copy_from_slice(&crc.to_le_bytes());
    assert_eq!(SegmentHeader::parse(&bytes), Err(2));
}

#[test]
fn a_record_is_read_back_and_a_flipped_bit_is_seen() {
    let mut bytes = Vec::new();
    write_record(RecordType::Chunk { encrypted: true }, &[b"ab", b"cde"], &mut bytes);
    assert_eq!(bytes.len() as u64, stored_len(5));
    let head = RecordHead::parse(&bytes).unwrap();
    assert_eq!((head.kind, head.length), (RecordType::Chunk { encrypted: true }, 5));
    assert!(head.fits(b"abcde"));
    for bit in 0..(RECORD_HEAD_LEN + 5) * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let seen =
            RecordHead::parse(&damaged).is_none_or(|head| !head.fits(&damaged[RECORD_HEAD_LEN..][..5]));
        assert!(seen, "bit {bit}");
    }
}

#[test]
fn names_carry_the_number() {
    assert_eq!(segment_number(&segment_name(0xabc)), Some(0xabc));
    for name in ["lock", "abc.segment", "000000000000000g.segment", "0000000000000001.segment.bak"] {
        assert_eq!(segment_number(name), None, "{name}");
    }
}
