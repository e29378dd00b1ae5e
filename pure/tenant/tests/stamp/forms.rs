//! Stamped output of every shape, transfer encoding and charset of the contract.

use crate::support::{LI, OUTSIDE, Run, acme, anna, applied, bodies, crlf, mail, tree};
use encoding_rs::Encoding;
use message::encode;
use tenant::Snapshot;

/// Charset and a text that it can hold.
const CHARSETS: [(&str, &str); 6] = [
    ("us-ascii", "Hello Bob"),
    ("utf-8", "Grüße 李 😀"),
    ("iso-8859-1", "Grüße"),
    ("windows-1252", "Grüße – “so”"),
    ("iso-2022-jp", "こんにちは Bob"),
    ("gb18030", "你好 Bob"),
];

const ENCODINGS: [&str; 4] = ["7bit", "8bit", "quoted-printable", "base64"];

/// A text part's header and body in one charset and encoding; `None` where 7bit cannot hold it.
fn part(media_type: &str, charset: &str, encoding: &str, text: &str) -> Option<Vec<u8>> {
    let text = text.replace('\n', "\r\n");
    let label = if charset == "us-ascii" { "windows-1252" } else { charset };
    let (content, _, unmappable) = Encoding::for_label(label.as_bytes()).unwrap().encode(&text);
    assert!(!unmappable);
    let body = match encoding {
        "quoted-printable" => encode::quoted_printable(&content, "\r\n"),
        "base64" => encode::base64(&content, "\r\n"),
        "7bit" if !content.is_ascii() => return None,
        _ => content.into_owned(),
    };
    let header = format!(
        "Content-Type: {media_type}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    );
    Some([header.as_bytes(), &body].concat())
}

fn multipart(kind: &str, boundary: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n").into_bytes();
    for part in parts {
        bytes.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    bytes
}

fn message(entity: &[u8]) -> Vec<u8> {
    let header =
        crlf(&format!("From: anna.berg@acme.example\nTo: {OUTSIDE}\nSubject: Hello\nMIME-Version: 1.0\n"));
    [header.as_slice(), entity].concat()
}

fn png() -> Vec<u8> {
    let header =
        "Content-Type: image/png\r\nContent-ID: <pic@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    [header.as_bytes(), b"iVBORw0KGgo="].concat()
}

/// Every shape of a message around an HTML and a plain part: name, bytes, tree before, tree after.
fn shapes(html: &[u8], plain: &[u8]) -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let (html, plain) = (html.to_vec(), plain.to_vec());
    let alternative = multipart("alternative", "a", &[plain.clone(), html.clone()]);
    let file = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nPDF"
        .to_vec();
    vec![
        (html.clone(), "html", "related[html,png]"),
        (plain.clone(), "plain", "plain"),
        (alternative.clone(), "alternative[plain,html]", "alternative[plain,related[html,png]]"),
        (multipart("related", "r", &[html.clone(), png()]), "related[html,png]", "related[html,png,png]"),
        (
            multipart("related", "r", &[alternative.clone(), png()]),
            "related[alternative[plain,html],png]",
            "related[alternative[plain,html],png,png]",
        ),
        (
            multipart(
                "alternative",
                "a",
                &[plain.clone(), multipart("related", "r", &[html.clone(), png()])],
            ),
            "alternative[plain,related[html,png]]",
            "alternative[plain,related[html,png,png]]",
        ),
        (
            multipart("mixed", "m", &[alternative, file.clone()]),
            "mixed[alternative[plain,html],pdf]",
            "mixed[alternative[plain,related[html,png]],pdf]",
        ),
        (multipart("mixed", "m", &[plain, file.clone()]), "mixed[plain,pdf]", "mixed[plain,pdf]"),
        (multipart("mixed", "m", &[html, file]), "mixed[html,pdf]", "mixed[related[html,png],pdf]"),
    ]
}

fn check(snapshot: &Snapshot, mail_from: &str, entity: &[u8], before: &str, after: &str, name: &str) {
    let original = message(entity);
    let original = String::from_utf8_lossy(mail_from.as_bytes())
        .parse()
        .map(|from: String| replace(&original, "anna.berg@acme.example", &from))
        .unwrap();
    assert_eq!(tree(&original), before);
    let run = Run { mail_from, ..anna(snapshot) };
    let group = run.group(&original);
    let stamped = applied(&group, &original);
    assert_eq!(tree(&stamped), after);
    let (was, is) = (bodies(&original), bodies(&stamped));
    for (was, is, shown) in [(was.0, is.0, markup(name)), (was.1, is.1, name.to_owned())] {
        let (Some(was), Some(is)) = (was, is) else { continue };
        assert!(is.contains(&shown) || is.contains(name), "{is}");
        let signature_free = without_signature(&is);
        assert!(
            is.len() > was.len() && signature_free.contains(was.trim_end().lines().next().unwrap()),
            "{is}"
        );
    }
    assert_eq!(
        group.explain.placement.len(),
        usize::from(before.contains("html")) + usize::from(before.contains("plain"))
    );
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

/// The name as numeric references, where the charset cannot hold it.
fn markup(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("&#{};", u32::from(c)) }).collect()
}

fn without_signature(text: &str) -> String {
    match text.split_once("<div class=\"signpost-signature") {
        Some((before, after)) => {
            format!("{before}{}", after.split_once("</table></div>").map_or("", |(_, rest)| rest))
        }
        None => text.to_owned(),
    }
}

#[test]
fn every_shape_encoding_and_charset_is_stamped() {
    let snapshot = acme();
    let mut count = 0;
    for (charset, text) in CHARSETS {
        let html = format!("<html><body><p>{text}</p>\n<p>Second line</p></body></html>\n");
        let plain = format!("{text}\nSecond line\n");
        for encoding in ENCODINGS {
            let html = part("text/html", charset, encoding, &html);
            let plain = part("text/plain", charset, encoding, &plain);
            let (Some(html), Some(plain)) = (html, plain) else { continue };
            for (entity, before, after) in shapes(&html, &plain) {
                for (person, name) in [("anna.berg@acme.example", "Anna Berg"), (LI, "李伟")] {
                    check(&snapshot, person, &entity, before, after, name);
                    count += 1;
                }
            }
        }
    }
    // Six charsets in four encodings, of which 7bit holds two; nine shapes; two persons.
    assert_eq!(count, (6 * 3 + 2) * 9 * 2, "no combination is left out unseen");
}

#[test]
fn a_message_with_lf_line_ends_keeps_them() {
    let snapshot = acme();
    let html = part("text/html", "utf-8", "quoted-printable", "<p>Grüße</p>\n").unwrap();
    let plain = part("text/plain", "utf-8", "base64", "Grüße\n").unwrap();
    for (entity, before, _) in shapes(&html, &plain) {
        let original: Vec<u8> = message(&entity).into_iter().filter(|byte| *byte != b'\r').collect();
        assert_eq!(tree(&original), before);
        anna(&snapshot).stamped(&original);
    }
}

#[test]
fn only_the_signature_s_bytes_change_where_the_charset_holds_it() {
    let snapshot = acme();
    for encoding in ["7bit", "8bit", "quoted-printable", "base64"] {
        let plain = part("text/plain", "utf-8", encoding, "Hello\nSecond line\n").unwrap();
        let (_, explain) = anna(&snapshot).stamped(&message(&plain));
        let removed: usize = explain.splices.iter().map(|one| one.removed).sum();
        // Base64 is cut inside of a quantum, which is written anew.
        assert!(removed <= if encoding == "base64" { 8 } else { 0 }, "{encoding}: {explain:#?}");
    }
}

#[test]
fn the_text_signature_stands_between_empty_lines() {
    let snapshot = acme();
    let signature = "-- \nAnna Berg\nHead of Sales\n+49 30 1234-10\nAcme GmbH\n";
    let rows = [
        ("Hello\n", format!("Hello\n\n{signature}")),
        ("Hello", format!("Hello\n\n{signature}")),
        ("Hello\n\n\n", format!("Hello\n\n{signature}\n\n")),
        ("", signature.to_owned()),
    ];
    for (body, expected) in rows {
        let original = mail("Content-Type: text/plain; charset=utf-8\n", body);
        assert_eq!(bodies(&anna(&snapshot).stamped(&original).0).1.unwrap(), expected, "{body:?}");
    }
}

#[test]
fn pictures_have_one_content_id_in_markup_and_part() {
    let snapshot = acme();
    let (stamped, _) = anna(&snapshot).stamped(&mail("Content-Type: text/html\n", "<p>Hello</p>\n"));
    let index = message::Index::of(&stamped);
    let (_, image) = index.iter().find(|(_, part)| part.content_type.is("image/png")).unwrap();
    let id = image.content_id.as_deref().unwrap();
    assert!(bodies(&stamped).0.unwrap().contains(&format!("src=\"cid:{id}\"")), "{id}");
    let body = &stamped[image.body.clone()];
    let logo = include_bytes!("../../../../docs/example/acme/images/logo.png");
    let decoded: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let encoded: Vec<u8> = encode::base64(logo, "").into_iter().collect();
    assert_eq!(decoded, encoded);
}

#[test]
fn flowed_text_gets_a_signature_that_does_not_flow() {
    let snapshot = acme();
    let original = mail("Content-Type: text/plain; charset=utf-8; format=flowed\n", "A long \nparagraph.\n");
    let text = bodies(&anna(&snapshot).stamped(&original).0).1.unwrap();
    let flowing: Vec<&str> =
        text.lines().skip(2).filter(|line| line.ends_with(' ') && *line != "-- ").collect();
    assert_eq!(flowing, Vec::<&str>::new(), "{text}");
}

#[test]
fn a_picture_that_a_reply_brings_along_is_not_added_again() {
    let snapshot = acme();
    let logo = include_bytes!("../../../../docs/example/acme/images/logo.png");
    let reply = |content_id: &str, picture: &[u8]| {
        let html =
            part("text/html", "utf-8", "8bit", "<p><img src=\"cid:logo.png@old.signpost\"> Thanks</p>");
        let mut image = format!("Content-Type: image/png\r\nContent-ID: <{content_id}>\r\nContent-Transfer-Encoding: base64\r\n\r\n").into_bytes();
        image.extend(encode::base64(picture, "\r\n"));
        message(&multipart("related", "r", &[html.unwrap(), image]))
    };
    let shown = |original: &[u8]| {
        let (stamped, _) = anna(&snapshot).stamped(original);
        let (html, _) = bodies(&stamped);
        let html = html.unwrap();
        let id = html.rsplit("cid:").next().unwrap().split('"').next().unwrap().to_owned();
        (id, tree(&stamped))
    };
    let same = reply("logo.png@old.signpost", logo);
    assert_eq!(shown(&same), ("logo.png@old.signpost".to_owned(), "related[html,png]".to_owned()));
    // Another picture under the same name, or a name that would end the attribute, is no picture of ours.
    for other in [reply("logo.png@old.signpost", b"\x89PNG\r\n\x1a\nother"), reply("x\"onerror=", logo)] {
        let (id, parts) = shown(&other);
        assert!(id.ends_with(".signpost") && id != "logo.png@old.signpost", "{id}");
        assert_eq!(parts, "related[html,png,png]");
    }
}
