//! What a hostile reply can do to a screen: nothing.

use super::*;

const HOSTILE: &str = "550 \u{1b}[2J\u{7}\u{7f}\u{9b}31m \u{202e}txt.exe\u{2066} \rgone\u{2028}x\u{0}";
const HARMLESS: &str =
    "550 \\u001b[2J\\u0007\\u007f\\u009b31m \\u202etxt.exe\\u2066 \\u000dgone\\u2028x\\u0000";

#[test]
fn what_acts_is_shown_and_what_is_seen_stays() {
    assert_eq!(shown(HOSTILE), HARMLESS);
    assert_eq!(cell(HOSTILE), HARMLESS);
    for plain in ["", "Straße 日本語 שלום مرحبا 👩‍👧", "a\nb\tc\r\nd"] {
        assert_eq!(shown(plain), plain);
    }
    assert_eq!(cell("a\nb\tc"), "a\\u000ab\\u0009c", "a row of a table has one line");
}

#[test]
fn no_letter_that_acts_passes() {
    let all: String = (0..=0x2_ffff).filter_map(char::from_u32).collect();
    let bidi =
        "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    let found = cell(&all);
    assert!(!found.chars().any(|letter| letter.is_control() || bidi.contains(letter)));
}

#[test]
fn json_says_the_same_afterwards() {
    let value = serde_json::json!({ HOSTILE: [HOSTILE, 1, "\\u001b"] });
    let text = shown(&serde_json::to_string_pretty(&value).unwrap());
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    assert!(!text.chars().any(|letter| is_active(letter) && letter != '\n'), "{text}");
}

#[test]
fn bytes_are_exact_unless_somebody_looks() {
    let bytes = b"a\x1b[2J\r\n\xff";
    assert_eq!(exact(bytes, false), bytes);
    assert_eq!(exact(bytes, true), "a\\u001b[2J\r\n\u{fffd}".as_bytes());
}

#[test]
fn a_log_line_keeps_its_colours_and_turns_nothing_round() {
    assert_eq!(
        log_line("\u{1b}[32m INFO\u{1b}[0m a\r\u{202e}b\n"),
        "\u{1b}[32m INFO\u{1b}[0m a\\u000d\\u202eb\n"
    );
}
