//! Charsets as mail labels them: what fits, what does not, where characters begin.

use super::*;

fn charset(label: &str) -> Charset {
    Charset::new(Some(label), b"").unwrap()
}

#[test]
fn a_text_that_does_not_fit_is_refused() {
    let check = |label: &str, text: &str, fits: bool| {
        assert_eq!(charset(label).encode(text).is_some(), fits, "{label} {text}");
    };
    check("us-ascii", "abc", true);
    check("us-ascii", "ä", false);
    check("iso-8859-1", "ä", true);
    check("iso-8859-1", "€", false);
    check("windows-1252", "€", true);
    check("windows-1252", "李", false);
    check("utf-8", "李", true);
    check("gb18030", "李ä", true);
    check("iso-2022-jp", "日本", true);
    check("iso-2022-jp", "ä", false);
}

#[test]
fn html_falls_back_to_numeric_references() {
    assert_eq!(charset("iso-8859-1").encode_html("ä€", false), b"\xe4&#8364;");
    assert_eq!(charset("utf-8").encode_html("ä", true), b"&#228;");
    assert_eq!(charset("us-ascii").encode_html("ä", false), b"&#228;");
}

#[test]
fn unknown_charsets_are_none() {
    for label in ["utf-7", "UTF7", "utf-16", "iso-2022-kr", "hz-gb-2312", "unicode"] {
        assert!(Charset::new(Some(label), b"").is_none(), "{label}");
    }
    assert!(Charset::new(Some("x-unknown"), b"gr\xfc\xdfe").is_none());
    assert!(Charset::new(Some("x-unknown"), b"\x1b$B").is_none());
    assert!(Charset::new(None, b"").is_some());
}

#[test]
fn an_unknown_charset_does_not_matter_where_the_text_is_ascii() {
    for label in ["x-unknown", "default", "cp850", "unknown-8bit", "none"] {
        let charset = Charset::new(Some(label), b"Hello").unwrap();
        assert_eq!(charset.encode("abc").as_deref(), Some(b"abc".as_slice()), "{label}");
        assert_eq!(charset.encode("\u{e4}"), None, "{label}: nothing else is written");
        assert!(charset.is_sure_of(b"Hello"), "{label}");
    }
}

#[test]
fn other_spellings_of_a_charset_are_read_and_only_ascii_is_written_in_them() {
    let check = |label: &str, content: &[u8], text: &str| {
        let charset = Charset::new(Some(label), content).unwrap_or_else(|| panic!("{label}"));
        assert_eq!(charset.decode(content), text, "{label}");
        assert!(charset.is_sure_of(content), "{label}");
        assert_eq!(charset.encode("\u{e4}"), None, "{label}");
    };
    for label in ["cp-1252", "windows1252", "Win-1252", "ansi-1252", "x-cp-1252"] {
        check(label, b"\x80", "\u{20ac}");
    }
    for label in [
        "8859_1",
        "iso-8859-01",
        "iso-latin-1",
        "ISO Latin 1",
        "'iso-8859-1'",
        "iso-8859-1 (Latin)",
        "iso-8859-1,",
    ] {
        check(label, b"\xe4", "\u{e4}");
    }
    for label in ["UTF_8", "utf-8mb4", "cp65001", "(c) utf-8", "'utf-8'", "utf-8/"] {
        check(label, "\u{674e}".as_bytes(), "\u{674e}");
    }
    check("latin-9", b"\xa4", "\u{20ac}");
    check("cp932", b"\x93\xfa", "\u{65e5}");
    check("MS936", b"\xc4\xe3", "\u{4f60}");
    check("cp949", b"\xbe\xc8", "\u{c548}");
    check("koi8r", b"\xf0", "\u{41f}");
}

#[test]
fn places_are_the_first_byte_of_each_character() {
    for label in ["utf-8", "gb18030", "shift_jis", "euc-kr", "big5", "windows-1252"] {
        let charset = charset(label);
        let text = if label == "windows-1252" { "aé€b" } else { "a一b二" };
        let Some(content) = charset.encode(text) else { continue };
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let places = charset.places(&content, text, &offsets);
        for (offset, place) in offsets.iter().zip(places) {
            assert_eq!(charset.decode(&content[..place]), text[..*offset], "{label} at {offset}");
        }
    }
}

#[test]
fn invalid_bytes_do_not_move_the_places() {
    let charset = charset("utf-8");
    let content = b"a\xffb\xe4\xb8c";
    let text = charset.decode(content);
    let at_c = text.find('c').unwrap();
    assert_eq!(charset.places(content, &text, &[at_c]), [5]);
}

#[test]
fn what_only_some_readers_know_is_refused() {
    // A browser writes the yen sign as a backslash and a minus as a wide one; NEC, Microsoft and Hong Kong have characters of their own.
    for (label, text) in [
        ("shift_jis", "¥"),
        ("shift_jis", "−"),
        ("shift_jis", "①"),
        ("euc-jp", "¥"),
        ("iso-2022-jp", "①"),
        ("iso-2022-jp", "ｱ"),
        ("gb2312", "€"),
        ("gb2312", "偉"),
        ("gbk", "€"),
        ("big5", "€"),
        ("euc-kr", "똠"),
    ] {
        assert_eq!(charset(label).encode(text), None, "{label} {text}");
    }
    for (label, text) in [
        ("shift_jis", "東京 ｱ"),
        ("euc-jp", "東京"),
        ("iso-2022-jp", "東京 a 日本"),
        ("gb2312", "李伟，你好"),
        ("big5", "李偉，你好"),
        ("euc-kr", "안녕 大韓"),
    ] {
        assert!(charset(label).encode(text).is_some(), "{label} {text}");
    }
}

#[test]
fn the_state_behind_japanese_text_is_known() {
    let charset = charset("iso-2022-jp");
    let content = charset.encode("a日本b").unwrap();
    let states: Vec<_> = charset
        .places(&content, "a日本b", &[1, 4, 8])
        .into_iter()
        .map(|at| charset.state_after(&content[..at]))
        .collect();
    assert_eq!(states, [None, Some(*b"\x1b$B"), None]);
}

#[test]
fn names_of_iso_have_control_characters_where_microsofts_have_letters() {
    for label in
        ["iso-8859-1", "ISO_8859-1:1987", "cp819", "csISOLatin1", "iso-8859-9", "iso-8859-11", "tis-620"]
    {
        let charset = Charset::new(Some(label), b"").unwrap();
        assert_eq!(charset.encode("\u{201c}so\u{201d}"), None, "{label}");
        assert_eq!(charset.encode("\u{20ac}"), None, "{label}");
        assert_eq!(charset.encode("so"), Some(b"so".to_vec()), "{label}");
    }
    for label in ["windows-1252", "cp1252", "x-cp1252", "windows-1254", "windows-874"] {
        assert!(Charset::new(Some(label), b"").unwrap().encode("\u{201c}so\u{201d}").is_some(), "{label}");
    }
    assert_eq!(Charset::new(Some("iso-8859-9"), b"").unwrap().encode("ğ"), Some(vec![0xf0]));
}

#[test]
fn what_is_guessed_or_damaged_is_nothing_to_be_sure_of() {
    let is_sure = |label, content: &[u8]| Charset::new(label, content).unwrap().is_sure_of(content);
    assert!(is_sure(Some("shift_jis"), b"\x93\xfa"));
    assert!(!is_sure(Some("shift_jis"), b"\x93\xff"));
    assert!(is_sure(None, b"plain") && is_sure(None, "gr\u{fc}n".as_bytes()));
    assert!(!is_sure(Some("us-ascii"), b"gr\xfcn"), "nobody said what this is");
    assert!(is_sure(Some("windows-1252"), b"gr\xfcn"));
}
