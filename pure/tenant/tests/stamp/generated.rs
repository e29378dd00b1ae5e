//! Messages that nobody wrote: trees of parts in any encoding, stamped, read again by another parser, and taken back.
//!
//! What is promised of every stamped message (`applied`) holds for them; besides, attachments keep their bytes and the other parser finds the
//! same text with the signature in it.

use crate::support::{acme, anna, applied, crlf};
use mail_parser::MessageParser;
use message::encode;
use proptest::prelude::*;
use signatures::Decision;

/// A part before it has a boundary.
#[derive(Debug, Clone)]
enum Part {
    Text { html: bool, encoding: &'static str, lines: Vec<String> },
    Attachment { bytes: Vec<u8> },
    Multipart { kind: &'static str, children: Vec<Part> },
}

fn text() -> impl Strategy<Value = Part> {
    let line = prop_oneof![
        "[ -~]{0,60}",
        Just("Grüße aus Köln".to_owned()),
        Just(".".to_owned()),
        Just("> quoted".to_owned()),
        "[a-z ]{80,200}"
    ];
    let encoding = prop_oneof![Just("8bit"), Just("quoted-printable"), Just("base64")];
    (any::<bool>(), encoding, prop::collection::vec(line, 0..8))
        .prop_map(|(html, encoding, lines)| Part::Text { html, encoding, lines })
}

fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        3 => text(),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| Part::Attachment { bytes }),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let kind = prop_oneof![Just("mixed"), Just("alternative"), Just("related")];
        (kind, prop::collection::vec(inner, 1..4))
            .prop_map(|(kind, children)| Part::Multipart { kind, children })
    })
}

/// A part's header and body; boundaries are numbered by depth and place.
fn write(part: &Part, boundary: &str, out: &mut Vec<u8>) {
    match part {
        Part::Text { html, encoding, lines } => {
            let (media_type, body) = match html {
                true => (
                    "html",
                    lines.iter().map(|line| format!("<p>{}</p>\r\n", escaped(line))).collect::<String>(),
                ),
                false => ("plain", lines.iter().map(|line| format!("{line}\r\n")).collect()),
            };
            let header = format!(
                "Content-Type: text/{media_type}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
            );
            out.extend_from_slice(header.as_bytes());
            out.extend(match *encoding {
                "quoted-printable" => encode::quoted_printable(body.as_bytes(), "\r\n"),
                "base64" => encode::base64(body.as_bytes(), "\r\n"),
                _ => body.into_bytes(),
            });
        }
        Part::Attachment { bytes } => {
            out.extend_from_slice(
                b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=x.bin\r\n\
                  Content-Transfer-Encoding: base64\r\n\r\n",
            );
            out.extend(encode::base64(bytes, "\r\n"));
        }
        Part::Multipart { kind, children } => {
            out.extend_from_slice(
                format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").as_bytes(),
            );
            for (place, child) in children.iter().enumerate() {
                out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
                write(child, &format!("{boundary}.{place}"), out);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        }
    }
}

fn escaped(line: &str) -> String {
    line.replace('&', "&amp;").replace('<', "&lt;")
}

fn attachments(part: &Part) -> Vec<&[u8]> {
    match part {
        Part::Text { .. } => Vec::new(),
        Part::Attachment { bytes } => vec![bytes],
        Part::Multipart { children, .. } => children.iter().flat_map(attachments).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_generated_message_is_stamped_read_by_others_and_taken_back(part in part()) {
        let mut original = crlf("From: anna.berg@acme.example\nTo: bob@other.example\nSubject: generated\nMIME-Version: 1.0\n");
        write(&part, "=b", &mut original);
        let snapshot = acme();
        let group = anna(&snapshot).group(&original);
        if let Decision::Stamped(_) = &group.decision {
            let stamped = applied(&group, &original);
            let read = MessageParser::default().parse(&stamped).unwrap();
            let texts = read.parts.iter().filter_map(|part| part.text_contents());
            prop_assert!(texts.into_iter().any(|text| text.contains("Anna Berg")), "{}", String::from_utf8_lossy(&stamped));
            let kept: Vec<&[u8]> = read.parts.iter().map(mail_parser::MessagePart::contents).collect();
            for bytes in attachments(&part) {
                prop_assert!(kept.contains(&bytes), "an attachment has other bytes");
            }
        }
    }
}
