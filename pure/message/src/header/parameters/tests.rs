//! Content types from RFCs and from real mail.

use super::*;

fn parameter(value: &str, name: &str) -> Option<String> {
    ContentType::parse(value.as_bytes()).parameters.remove(name)
}

#[test]
fn media_types_are_read_tolerantly() {
    let check = |value: &str, media_type: &str| {
        assert_eq!(ContentType::parse(value.as_bytes()).media_type, media_type, "{value}");
    };
    check("text/html; charset=utf-8", "text/html");
    check(" TEXT/HTML ", "text/html");
    check("text", "text/plain");
    check("", "text/plain");
    check("multipart / mixed; boundary=x", "multipart/mixed");
    check("text/plain (comment); charset=x", "text/plain");
}

#[test]
fn parameters_are_tokens_strings_and_rfc_2231() {
    let check = |value: &str, name: &str, expected: &str| {
        assert_eq!(parameter(value, name).as_deref(), Some(expected), "{value}");
    };
    check("a/b; boundary=\"a b;c\\\"d\"; x=y", "boundary", "a b;c\"d");
    check("a/b;charset=us-ascii (Plain text)", "charset", "us-ascii");
    check("a/b; Boundary = x ; y=z", "boundary", "x");
    check("a/b; name*=utf-8'de'%C3%A4.txt", "name", "ä.txt");
    check("a/b; name*0=\"long\"; name*1=\"er\"", "name", "longer");
    check("a/b; name*0*=iso-8859-1''%E4; name*1*=%F6; name*2=x", "name", "äöx");
    check("a/b; name=\"=?utf-8?Q?=C3=A4?=\"", "name", "ä");
    check("a/b; boundary=\"open", "boundary", "open");
}

#[test]
fn a_doubled_parameter_is_told() {
    assert!(ContentType::parse(b"a/b; boundary=x; boundary=y").doubled);
    assert!(ContentType::parse(b"a/b; name*0=x; name*0=y").doubled);
    assert!(!ContentType::parse(b"a/b; boundary=x").doubled);
}

#[test]
fn dispositions_carry_a_file_name() {
    let disposition = Disposition::parse(b"Attachment; filename=\"a.pdf\"");
    assert_eq!((disposition.kind.as_str(), disposition.filename.as_deref()), ("attachment", Some("a.pdf")));
}
