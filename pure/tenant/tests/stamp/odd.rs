//! Text parts as programs write them that read no standard: charsets by other names, bytes that are none of theirs, line ends as escapes, and lines as
//! long as SMTP carries.
//!
//! Whatever is odd about a part stays as it is; only where a name says nothing to a reader and the signature needs more than ASCII the part is
//! written anew, in UTF-8.

use crate::support::{OUTSIDE, acme, anna, applied, crlf};
use mail_parser::MessageParser;
use message::{Index, TextBody, encode};
use signatures::Decision;

const ENCODINGS: [&str; 3] = ["8bit", "quoted-printable", "base64"];

/// A message of one part; `body` is its content.
fn message(content_type: &str, encoding: &str, body: &[u8]) -> Vec<u8> {
    let header = crlf(&format!(
        "From: anna.berg@acme.example\nTo: {OUTSIDE}\nSubject: odd\nMIME-Version: 1.0\nContent-Type: {content_type}\n\
         Content-Transfer-Encoding: {encoding}\n\n"
    ));
    let body = match encoding {
        "quoted-printable" => encode::quoted_printable(body, "\r\n"),
        "base64" => encode::base64(body, "\r\n"),
        _ => body.to_vec(),
    };
    [header, body].concat()
}

/// The stamped message and its text as we read it.
fn stamped(before: &[u8], name: &str) -> (Vec<u8>, String) {
    let group = anna(&acme()).group(before);
    assert!(matches!(group.decision, Decision::Stamped(_)), "{name}: {:?}", group.explain.trail);
    let after = applied(&group, before);
    let index = Index::of(&after);
    let bodies = index.bodies();
    let id = bodies.html.or(bodies.plain).unwrap();
    let text = TextBody::read(&after, &index, id).unwrap().text().to_owned();
    assert!(text.contains("Anna Berg"), "{name}: {text}");
    (after, text)
}

fn longest_line(message: &[u8]) -> usize {
    let width = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).len();
    message.split(|byte| *byte == b'\n').map(width).max().unwrap()
}

#[test]
fn a_charset_by_another_name_is_the_same_charset() {
    // Name, and what `ü` is in it.
    let names: [(&str, &[u8]); 22] = [
        ("iso8859-1", b"\xfc"),
        ("ISO8859-15", b"\xfc"),
        ("\"iso-8859-1\"", b"\xfc"),
        ("iso-8859-1 (Western)", b"\xfc"),
        ("iso-8859-1(Western)", b"\xfc"),
        ("'iso-8859-1'", b"\xfc"),
        ("Iso-8859-1; x=y", b"\xfc"),
        ("iso_8859_1", b"\xfc"),
        ("8859_1", b"\xfc"),
        ("cp-1252", b"\xfc"),
        ("CP1252", b"\xfc"),
        ("windows1252", b"\xfc"),
        ("x-cp1252", b"\xfc"),
        ("latin1", b"\xfc"),
        ("latin-1", b"\xfc"),
        ("utf8", "ü".as_bytes()),
        ("UTF_8", "ü".as_bytes()),
        ("Utf-8", "ü".as_bytes()),
        ("\"utf-8\"", "ü".as_bytes()),
        ("(eight bits) utf-8", "ü".as_bytes()),
        ("utf-8,", "ü".as_bytes()),
        ("macintosh", b"\x9f"),
    ];
    for (name, letter) in names {
        for kind in ["plain", "html"] {
            for encoding in ENCODINGS {
                let content = [b"Gr", letter, b"sse\r\n"].concat();
                let content_type = format!("text/{kind}; charset={name}");
                let (after, text) = stamped(&message(&content_type, encoding, &content), &content_type);
                assert!(text.contains("Grüsse"), "{content_type} {encoding}: {text}");
                assert!(longest_line(&after) <= 998, "{content_type} {encoding}");
            }
        }
    }
}

#[test]
fn a_charset_that_nobody_knows_matters_only_where_there_is_more_than_ascii() {
    for name in ["x-unknown", "default", "unknown-8bit", "cp850", "none", "iso-8859-12"] {
        for kind in ["plain", "html"] {
            let content_type = format!("text/{kind}; charset={name}");
            let (_, text) = stamped(&message(&content_type, "8bit", b"Hello\r\n"), &content_type);
            assert!(text.starts_with("Hello"), "{content_type}: {text}");
            let odd = message(&content_type, "8bit", b"Gr\x81sse\r\n");
            let group = anna(&acme()).group(&odd);
            assert!(!matches!(group.decision, Decision::Stamped(_)), "{content_type}: nobody can read it");
        }
    }
}

#[test]
fn bytes_that_are_no_text_stay_where_they_are() {
    // Each is broken in its charset: in front of the place, at it, and in what is quoted.
    let broken: [(&str, &[u8]); 7] = [
        ("utf-8", b"\xff\xfe"),
        ("utf-8", b"\xe4\xb8"),
        ("us-ascii", b"\xfc\x81"),
        ("gb2312", b"\xff"),
        ("shift_jis", b"\x81"),
        ("euc-kr", b"\xfe\x20"),
        ("iso-2022-jp", b"\x1b$B\x7f\x7f\x1b(B"),
    ];
    for (charset, bytes) in broken {
        for encoding in ENCODINGS {
            let html = [
                b"<html><body><div>One ",
                bytes,
                b" two</div>\r\n<div class=\"gmail_quote\">On Monday Kim wrote:<blockquote>",
                bytes,
                b"</blockquote></div></body></html>\r\n",
            ]
            .concat();
            let name = format!("{charset} {encoding} {bytes:?}");
            let before = message(&format!("text/html; charset={charset}"), encoding, &html);
            let (after, _) = stamped(&before, &name);
            let content = |message: &[u8]| {
                let read = MessageParser::default().parse(message).unwrap();
                // Decoded from its transfer encoding only.
                let part = read.parts.first().unwrap();
                message[part.raw_body_offset() as usize..part.raw_end_offset() as usize].to_vec()
            };
            if encoding == "8bit" {
                let now = content(&after);
                let found = now.windows(bytes.len()).filter(|window| *window == bytes).count();
                assert_eq!(found, 2, "{name}: {}", String::from_utf8_lossy(&now));
            }
        }
    }
}

#[test]
fn line_ends_that_are_escapes_are_line_ends_of_the_text() {
    let quotes = [
        "Hello=0D=0A=0D=0AOn Mon, 2 Mar 2026, Kim wrote:=0D=0A> quoted=0D=0A",
        "Hello=0A=0AOn Mon, 2 Mar 2026, Kim wrote:=0A> quoted=0A",
    ];
    for soft in ["", "=\r\n"] {
        for quoted in quotes {
            let body = quoted.replace("=0A", &format!("=0A{soft}"));
            let mut before = message("text/plain; charset=utf-8", "quoted-printable", b"");
            before.extend_from_slice(body.as_bytes());
            before.extend_from_slice(b"\r\n");
            let (_, text) = stamped(&before, &body);
            let (own, quote) = (text.find("Hello").unwrap(), text.find("On Mon").unwrap());
            let place = text.find("Anna Berg").unwrap();
            assert!(own < place && place < quote, "{body}: {text}");
            assert!(text.contains("> quoted"), "{text}");
        }
    }
}

#[test]
fn a_line_as_long_as_smtp_carries_gets_no_longer() {
    let quote = "<div class=\"gmail_quote\">On Monday Kim wrote:<blockquote>quoted</blockquote></div>";
    for encoding in ["7bit", "8bit", "binary"] {
        for length in [700, 890, 899, 900, 901, 960, 990, 996, 997, 998] {
            for behind in [0, 40, quote.len()] {
                let own = length - behind.min(quote.len()) - "<p></p>".len();
                let line = format!("<p>{}</p>{}", "x".repeat(own), &quote[..behind]);
                let html = format!(
                    "{line}{}\r\n",
                    if behind == 0 { format!("\r\n{quote}") } else { quote[behind..].to_owned() }
                );
                let before = message("text/html; charset=utf-8", encoding, html.as_bytes());
                let (after, _) = stamped(&before, &format!("{encoding} {length} {behind}"));
                let most = longest_line(&before).max(998);
                assert!(
                    longest_line(&after) <= most,
                    "{encoding} {length} {behind}: {}",
                    longest_line(&after)
                );
            }
        }
        for length in [900, 990, 997, 998] {
            let text = format!("{}\r\n{}", "x".repeat(length), "y ".repeat(length / 2));
            let before = message("text/plain; charset=utf-8", encoding, text.as_bytes());
            let (after, _) = stamped(&before, &format!("plain {encoding} {length}"));
            assert!(longest_line(&after) <= 998, "plain {encoding} {length}");
        }
    }
}
