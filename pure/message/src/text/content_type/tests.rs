//! A charset that is replaced in place, and fields that are made anew.

use super::*;

fn check(written: &str, wanted: &str) {
    let read = ContentType::parse(written.as_bytes());
    assert_eq!(in_utf8(Some(written.as_bytes()), &read, "\r\n"), wanted, "{written:?}");
}

#[test]
fn only_the_charset_is_replaced() {
    check("text/plain; charset=us-ascii", "text/plain; charset=utf-8");
    check(
        "Text/Plain;\r\n\tCharSet=\"ISO-8859-1\";\r\n  format=flowed",
        "Text/Plain;\r\n\tCharSet=utf-8;\r\n  format=flowed",
    );
    check(
        "text/html; name=\"a;charset=x.html\"; charset = koi8-r",
        "text/html; name=\"a;charset=x.html\"; charset = utf-8",
    );
    check(
        "text/plain; charset=big5 (Chinese); format=flowed",
        "text/plain; charset=utf-8 (Chinese); format=flowed",
    );
}

#[test]
fn a_field_without_a_charset_gets_one_on_a_line_of_its_own() {
    check("text/plain", "text/plain;\r\n\tcharset=utf-8");
    check("text/plain; format=flowed;", "text/plain; format=flowed;\r\n\tcharset=utf-8");
}

#[test]
fn what_cannot_be_kept_is_made_anew_on_lines_that_fit() {
    let read = ContentType::parse(b"text/plain");
    assert_eq!(in_utf8(None, &read, "\n"), "text/plain; charset=utf-8");
    check("text", "text/plain; charset=utf-8");
    check("text/plain; charset=\"big5", "text/plain; charset=utf-8");
    check("text/plain; charset*=us-ascii''big5", "text/plain; charset=utf-8");
    let name = "a long name ".repeat(100);
    let written = format!("text/plain; charset=big5; format=flowed; name=\"{name}\"");
    let read = ContentType::parse(written.as_bytes());
    let value = in_utf8(Some(written.as_bytes()), &read, "\r\n");
    let longest = format!("Content-Type: {value}").split("\r\n").map(str::len).max().unwrap();
    assert!(longest <= FOLDED_LINE_MAX, "{longest}\n{value}");
    let again = ContentType::parse(value.as_bytes());
    assert_eq!(again.parameter("name"), Some(name.as_str()));
    assert_eq!(again.parameter("charset"), Some("utf-8"));
    assert_eq!(again.parameter("format"), Some("flowed"));
}

#[test]
fn hostile_fields_are_read_in_one_pass() {
    // What has no end is looked at once from each place where something begins; a megabyte of it ends.
    for piece in ["(", "\"", ";", "; charset", "(\"", "\\", "; charset =("] {
        let written = format!("text/plain;{}", piece.repeat(100_000));
        let read = ContentType::parse(b"text/plain");
        let value = in_utf8(Some(written.as_bytes()), &read, "\r\n");
        assert_eq!(ContentType::parse(value.as_bytes()).parameter("charset"), Some("utf-8"), "{piece}");
    }
}
