//! Every shape of a message that was seen in real mail, in every transfer encoding and charset that goes with it, stamped with a plain and
//! with a hard signature.
//!
//! The hard signature has characters that few charsets hold and a line that is too long for SMTP. Outside of the edited parts nothing may
//! change, lines stay legal, and another parser sees the same message with the signature in it.

mod reader;

use crate::support::{OUTSIDE, acme, acme_with, anna, applied, crlf};
use encoding_rs::Encoding;
use mail_parser::{MessageParser, MimeHeaders as _};
use message::{Index, TransferEncoding, encode};
use signatures::{Decision, PassReason};
use tenant::Snapshot;

/// Charset, and words that it holds.
const CHARSETS: [(&str, &str); 15] = [
    ("utf-8", "Grüße 李 😀"),
    ("us-ascii", "Hello Bob"),
    ("iso-8859-1", "Grüße"),
    ("iso-8859-2", "Dzień dobry, Łódź"),
    ("iso-8859-15", "Grüße, 5 €"),
    ("windows-1252", "Grüße – “so”"),
    ("windows-1251", "Привет"),
    ("koi8-r", "Привет"),
    ("shift_jis", "こんにちは、東京"),
    ("iso-2022-jp", "こんにちは、東京"),
    ("gb2312", "你好，世界"),
    ("gbk", "你好，世界"),
    ("gb18030", "你好，世界"),
    ("big5", "你好，世界"),
    ("euc-kr", "안녕하세요"),
];

const ENCODINGS: [&str; 5] = ["7bit", "8bit", "binary", "quoted-printable", "base64"];

/// `P` plain text, `H` HTML, `I` picture, `F` file; multiparts by their first letters with the children in brackets.
const SHAPES: [&str; 10] =
    ["P", "H", "a[PH]", "r[HI]", "r[a[PH]I]", "a[Pr[HI]]", "m[PF]", "m[a[PH]F]", "m[r[a[PH]I]F]", "m[HP]"];

/// Characters of which most charsets lack some.
const HARD: &str = "€ ¥ − ① ‾ ß 李偉";

/// One case: what it is called, the message, and the same stamped.
struct Case {
    name: String,
    before: Vec<u8>,
    after: Vec<u8>,
    is_hard: bool,
}

/// Every `step`th case.
fn cases(step: usize) -> Vec<Case> {
    let long = format!("{HARD} {}", "far-too-long ".repeat(120));
    let hard = acme_with(&[
        // What a reply gets.
        ("signatures/short.html", "</p>", &format!("</p><p>{long}</p>")),
    ]);
    let tenants = [(acme(), false), (hard, true)];
    let of_shape =
        |shape: &'static str| CHARSETS.into_iter().map(move |(charset, words)| (shape, charset, words));
    let with_encoding =
        |(shape, charset, words)| ENCODINGS.map(|encoding| (words, [shape, charset, encoding]));
    let how = SHAPES.into_iter().flat_map(of_shape).flat_map(with_encoding);
    let messages = how.filter_map(|(words, how)| Some((how, message(how, words)?)));
    let all =
        messages.flat_map(|(how, before)| tenants.iter().map(move |tenant| (how, before.clone(), tenant)));
    all.step_by(step)
        .map(|(how, before, (snapshot, is_hard))| case(snapshot, *is_hard, how, &before))
        .collect()
}

fn case(snapshot: &Snapshot, is_hard: bool, words: [&str; 3], before: &[u8]) -> Case {
    let name = format!("{}{}", words.join(" "), if is_hard { " hard" } else { "" });
    let group = anna(snapshot).group(before);
    let Decision::Stamped(splices) = &group.decision else { panic!("{name}: {:#?}", group.explain) };
    let index = Index::of(before);
    let bodies = index.bodies();
    let edited: Vec<_> = [bodies.html, bodies.plain].into_iter().flatten().map(|id| index.part(id)).collect();
    for splice in splices.iter().filter(|splice| splice.removed > 0) {
        let inside = edited
            .iter()
            .any(|part| part.header.range.start <= splice.offset && splice.end() <= part.body.end);
        assert!(inside, "{name}: bytes of another part are taken out at {}", splice.offset);
    }
    Case { name, before: before.to_vec(), after: applied(&group, before), is_hard }
}

/// A message of this shape; `None` where the encoding cannot carry the charset.
fn message([shape, charset, encoding]: [&str; 3], words: &str) -> Option<Vec<u8>> {
    let mut out = crlf(&format!(
        "From: Anna Berg <anna.berg@acme.example>\nTo: {OUTSIDE}\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nMessage-ID: <1@acme.example>\nMIME-Version: 1.0\n"
    ));
    let mut letters = shape.chars().peekable();
    part(&mut letters, "=b", [charset, words, encoding], &mut out)?;
    Some(out)
}

fn part(
    letters: &mut core::iter::Peekable<core::str::Chars<'_>>,
    boundary: &str,
    how: [&str; 3],
    out: &mut Vec<u8>,
) -> Option<()> {
    let [charset, words, encoding] = how;
    // A full line of quoted-printable, and a text that goes on behind the place of the signature.
    let full = "x".repeat(76);
    match letters.next()? {
        'P' => {
            let text = format!("{words}\n{full}\n{words}\n\nOn Mon, 2 Mar 2026 at 10:00, Bob <bob@other.example> wrote:\n> {words}\n");
            out.extend(text_part("plain", charset, encoding, &text)?);
        }
        'H' => {
            let text = format!(
                "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset={charset}\"></head><body>\
                 <div>{words}</div>\n<div>{full}</div>\n<div>{words}</div>\
                 <div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon Bob wrote:</div>\
                 <blockquote class=\"gmail_quote\">{words}</blockquote></div></body></html>\n"
            );
            out.extend(text_part("html", charset, encoding, &text)?);
        }
        'I' => out.extend_from_slice(b"Content-Type: image/png\r\nContent-ID: <pic@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="),
        'F' => out.extend_from_slice(
            b"Content-Type: text/plain; charset=iso-8859-1; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\
              Content-Transfer-Encoding: 8bit\r\n\r\n-- \r\nGr\xfc\xdfe\r\n",
        ),
        letter => {
            let kind = match letter {
                'a' => "alternative",
                'r' => "related",
                _ => "mixed",
            };
            out.extend_from_slice(format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\npreamble\r\n").as_bytes());
            assert_eq!(letters.next(), Some('['));
            let mut number = 0;
            while letters.peek() != Some(&']') {
                out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
                part(letters, &format!("{boundary}.{number}"), how, out)?;
                out.extend_from_slice(b"\r\n");
                number += 1;
            }
            letters.next();
            out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        }
    }
    Some(())
}

fn text_part(kind: &str, charset: &str, encoding: &str, text: &str) -> Option<Vec<u8>> {
    let text = text.replace('\n', "\r\n");
    let (content, _, unmappable) = Encoding::for_label(charset.as_bytes()).unwrap().encode(&text);
    assert!(!unmappable, "{charset} holds its words");
    let body = match encoding {
        "7bit" if !content.is_ascii() => return None,
        "quoted-printable" => encode::quoted_printable(&content, "\r\n"),
        "base64" => encode::base64(&content, "\r\n"),
        _ => content.into_owned(),
    };
    let header = format!(
        "Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    );
    Some([header.as_bytes(), &body].concat())
}

/// Every line fits SMTP, and those of an encoded part fit its encoding.
fn check_lines(case: &Case) {
    let longest = case.after.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap();
    assert!(longest <= 999, "{}: a line of {longest}", case.name);
    let index = Index::of(&case.after);
    for (_, part) in index.iter().filter(|(_, part)| part.children.is_empty()) {
        let body = &case.after[part.body.clone()];
        let longest = body
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line).len())
            .max()
            .unwrap();
        match part.encoding {
            TransferEncoding::QuotedPrintable | TransferEncoding::Base64 => {
                assert!(longest <= 76, "{}: an encoded line of {longest}", case.name)
            }
            TransferEncoding::SevenBit => assert!(body.is_ascii(), "{}: 8-bit bytes in 7bit", case.name),
            TransferEncoding::EightBit | TransferEncoding::Binary | TransferEncoding::Unknown => {}
        }
    }
}

/// mail-parser sees the same fields, the same files and the same text, with the signature in one place of it.
fn check_reader(case: &Case) {
    let name = &case.name;
    let before = MessageParser::default().parse(&case.before).unwrap();
    let after = MessageParser::default().parse(&case.after).unwrap();
    for field in ["From", "To", "Subject", "Message-ID", "MIME-Version"] {
        assert_eq!(before.header(field), after.header(field), "{name}: {field}");
    }
    let files = |read: &mail_parser::Message<'_>| -> Vec<(Option<String>, Vec<u8>)> {
        let kept = read
            .parts
            .iter()
            .filter(|part| part.attachment_name() == Some("a.txt") || part.content_id() == Some("pic@x"));
        kept.map(|part| (part.attachment_name().map(str::to_owned), part.contents().to_vec())).collect()
    };
    assert_eq!(files(&before), files(&after), "{name}");
    let texts = |read: &mail_parser::Message<'_>, html: bool| -> Vec<String> {
        let of_kind = |part: &&mail_parser::MessagePart<'_>| {
            part.is_text_html() == html && part.is_text() && part.attachment_name().is_none()
        };
        read.parts.iter().filter(of_kind).filter_map(|part| part.text_contents().map(squeezed)).collect()
    };
    for html in [false, true] {
        let (was, is) = (texts(&before, html), texts(&after, html));
        assert_eq!(was.len(), is.len(), "{name}");
        for (was, is) in was.iter().zip(&is).filter(|(was, is)| was != is) {
            check_text(case, was, is);
        }
    }
    let signed = [true, false]
        .into_iter()
        .flat_map(|html| texts(&after, html))
        .filter(|text| text.contains("AnnaBerg"));
    assert!(signed.count() > 0, "{name}: the signature cannot be read");
}

fn check_text(case: &Case, was: &str, is: &str) {
    // The only other change: a part that had to be written anew says so in its markup.
    let is = relabelled(is, was);
    let start = was.bytes().zip(is.bytes()).take_while(|(a, b)| a == b).count();
    let end = was.bytes().rev().zip(is.bytes().rev()).take_while(|(a, b)| a == b).count();
    assert!(start + end >= was.len(), "{}: the text is another\n{was}\n{is}", case.name);
    if case.is_hard {
        for wanted in HARD.chars().filter(|c| *c != ' ') {
            let found = is.contains(wanted) || is.contains(&format!("&#{};", u32::from(wanted)));
            assert!(found, "{}: {wanted} is lost\n{is}", case.name);
        }
    }
}

fn relabelled(is: &str, was: &str) -> String {
    let label = |text: &str| {
        text.split("charset=").nth(1).map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
    };
    match (label(is), label(was)) {
        (Some(is_label), Some(label)) if is_label == "utf-8" => {
            is.replacen("charset=utf-8", &format!("charset={label}"), 1)
        }
        _ => is.to_owned(),
    }
}

/// Without blanks, of which a signature may bring some.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_shape_encoding_and_charset_keeps_its_bytes_and_is_read_alike() {
    let cases = cases(1);
    assert!(cases.len() > 1_000, "{} cases", cases.len());
    for case in &cases {
        check_lines(case);
        check_reader(case);
    }
}

#[test]
fn charsets_that_cannot_be_edited_in_place_are_passed() {
    for charset in ["utf-7", "utf-16", "utf-16le", "iso-2022-kr"] {
        let before = crlf(&format!(
            "From: anna.berg@acme.example\nTo: {OUTSIDE}\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\
             Content-Transfer-Encoding: base64\n\n/v8AaABpAA0ACg==\n"
        ));
        assert_eq!(anna(&acme()).passed(&before), PassReason::AmbiguousMime, "{charset}");
    }
}
