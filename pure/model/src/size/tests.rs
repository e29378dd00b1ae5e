//! Sizes as people write them.

use super::*;

#[test]
fn sizes_are_read_with_and_without_units() {
    let check = |text: &str, bytes: u64| assert_eq!(text.parse(), Ok(ByteCount(bytes)), "{text}");
    check("512", 512);
    check("512B", 512);
    check("150MiB", 150 << 20);
    check("25 MB", 25_000_000);
    check(" 10gib ", 10 << 30);
}

#[test]
fn other_texts_are_refused() {
    for text in ["", "MiB", "1.5MiB", "-1", "12 parsecs", "99999999999999999999", "99999999999GiB", "1é"] {
        assert!(text.parse::<ByteCount>().is_err(), "{text}");
    }
}

#[test]
fn display_is_read_back() {
    for bytes in [0, 1, 1023, 1024, 150 << 20, 10 << 30, (1 << 30) + 1] {
        assert_eq!(ByteCount(bytes).to_string().parse(), Ok(ByteCount(bytes)));
    }
}
