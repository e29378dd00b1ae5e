//! Edits of every encoding and charset: what is read afterwards, what was removed, what stayed.

use super::*;
use crate::changes::Changes;

struct Sample {
    content_type: &'static str,
    encoding: &'static str,
    body: Vec<u8>,
}

impl Sample {
    fn new(content_type: &'static str, encoding: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { content_type, encoding, body: body.into() }
    }

    fn message(&self) -> Vec<u8> {
        let header = format!(
            "MIME-Version: 1.0\r\nContent-Type: {}\r\nContent-Transfer-Encoding: {}\r\n\r\n",
            self.content_type, self.encoding
        );
        [header.as_bytes(), &self.body].concat()
    }

    /// Inserts `insert` before the first `|` of the text and gives the text read afterwards and how many body bytes were removed.
    fn insert(&self, insert: &str) -> (String, usize) {
        let message = self.message();
        let index = Index::of(&message);
        let body = TextBody::read(&message, &index, PartId::MESSAGE).unwrap();
        self.insert_at(body.text().find('|').unwrap_or(body.text().len()), insert)
    }

    fn insert_at(&self, at: usize, insert: &str) -> (String, usize) {
        let message = self.message();
        let index = Index::of(&message);
        let body = TextBody::read(&message, &index, PartId::MESSAGE).unwrap();
        let mut changes = Changes::new(&message, &index);
        changes.edit_text(&body, &[Edit { range: at..at, insert: insert.to_owned() }]).unwrap();
        let splices = changes.finish().unwrap();
        let changed = splices.apply(&message);
        assert_eq!(splices.undo(&changed, &message).unwrap(), message);
        let long = changed.split(|&byte| byte == b'\n').map(<[u8]>::len).max().unwrap();
        assert!(long <= 999, "a line of {long}");
        let after = Index::of(&changed);
        let text = TextBody::read(&changed, &after, PartId::MESSAGE).unwrap().text().to_owned();
        let removed = splices.iter().filter(|splice| splice.offset >= index.part(PartId::MESSAGE).body.start);
        (text, removed.map(|splice| splice.removed).sum())
    }
}

fn encoded(label: &str, text: &str) -> Vec<u8> {
    Charset::new(Some(label), b"").unwrap().encode(text).unwrap()
}

#[test]
fn unencoded_text_takes_the_bytes_as_they_are() {
    let check = |content_type, encoding, body: Vec<u8>, insert: &str, expected: &str| {
        assert_eq!(Sample::new(content_type, encoding, body).insert(insert), (expected.to_owned(), 0));
    };
    check("text/plain", "7bit", b"ab|cd\r\n".to_vec(), "X\nY\n", "abX\r\nY\r\n|cd\r\n");
    check("text/plain; charset=utf-8", "8bit", "ä|ö\n".into(), "李\n", "ä李\n|ö\n");
    check("text/plain; charset=iso-8859-1", "8bit", encoded("iso-8859-1", "ä|ö"), "ü", "äü|ö");
    check("text/plain; charset=gb18030", "8bit", encoded("gb18030", "一|二"), "李ä", "一李ä|二");
    check("text/plain; charset=iso-2022-jp", "7bit", encoded("iso-2022-jp", "日|本"), "x語", "日x語|本");
    check("text/html; charset=us-ascii", "7bit", b"a|b".to_vec(), "ä", "a&#228;|b");
    check("text/html; charset=windows-1252", "8bit", b"\xe4|b".to_vec(), "€李", "ä€&#26446;|b");
}

#[test]
fn quoted_printable_keeps_every_other_line() {
    let sample =
        Sample::new("text/html; charset=utf-8", "quoted-printable", "gr=C3=BC=C3=9F|e=\r\n weiter\r\n");
    assert_eq!(sample.insert("<b>ä=</b>\n"), ("grüß<b>ä=</b>\r\n|e weiter\r\n".to_owned(), 0));
    let at_line = Sample::new("text/html; charset=utf-8", "quoted-printable", "a\r\n|b");
    assert_eq!(at_line.insert("x"), ("a\r\nx|b".to_owned(), 0));
    let at_end = Sample::new("text/plain; charset=utf-8", "quoted-printable", "a=");
    assert_eq!(at_end.insert("41 "), ("a=41 ".to_owned(), 0));
}

#[test]
fn base64_removes_at_most_one_quantum() {
    for length in 0..7 {
        let text = format!(
            "{}|rest of the text, long enough to fill more than one line of base64 {}\r\n",
            "a".repeat(length),
            "z".repeat(100)
        );
        let raw = crate::encode::base64(text.as_bytes(), "\r\n");
        let (read, removed) = Sample::new("text/html; charset=utf-8", "base64", raw).insert("<i>ä</i>");
        let (before, after) = text.split_once('|').unwrap();
        let blanks = read.len() - text.len() - "<i>ä</i>".len();
        assert!(blanks <= 2 && removed <= 6, "{removed} removed, {blanks} blanks");
        assert_eq!(read, format!("{before}<i>ä</i>{}|{after}", " ".repeat(blanks)));
    }
}

#[test]
fn base64_plain_text_is_padded_with_empty_lines() {
    for length in 0..4 {
        let text = format!("{}|rest\r\n", "a".repeat(length));
        let raw = crate::encode::base64(text.as_bytes(), "\r\n");
        let (read, _) = Sample::new("text/plain; charset=utf-8", "base64", raw).insert("x\n");
        let (before, after) = text.split_once('|').unwrap();
        assert!(
            read.starts_with(&format!("{before}x\r\n")) && read.ends_with(&format!("\n|{after}")),
            "{read:?}"
        );
    }
}

#[test]
fn base64_without_padding_to_keep_is_written_to_the_end() {
    let raw = crate::encode::base64("ab".as_bytes(), "\r\n");
    let (read, _) = Sample::new("text/plain; charset=utf-8", "base64", raw).insert("XYZ");
    assert_eq!(read, "abXYZ");
}

#[test]
fn plain_text_that_does_not_fit_is_rewritten_in_utf_8() {
    let check = |content_type, encoding, body: &[u8]| {
        let (text, removed) = Sample::new(content_type, encoding, body).insert("李 ä\n");
        assert!(text.contains("李 ä"), "{text}");
        assert_eq!(removed, body.len());
    };
    check("text/plain; charset=us-ascii; format=flowed", "7bit", b"hello\r\n");
    check("text/plain; charset=iso-8859-1", "8bit", b"\xe4\r\n");
    check("text/plain; charset=iso-8859-1", "quoted-printable", b"=E4\r\n");
    check("text/plain; charset=iso-8859-1", "base64", b"5A==\r\n");
}

#[test]
fn flowed_text_keeps_its_meaning() {
    let sample = Sample::new("text/plain; format=flowed", "7bit", "hello\r\n|");
    let (text, _) = sample.insert("-- \nAnna  \n > x\n");
    assert_eq!(text, "hello\r\n-- \r\nAnna\r\n  > x\r\n|");
}

#[test]
fn long_insertions_are_wrapped() {
    let sample =
        Sample::new("text/html; charset=utf-8", "7bit", format!("{}|{}", "a".repeat(900), "b".repeat(90)));
    let (text, removed) = sample.insert(&"word ".repeat(600));
    assert_eq!(removed, 0);
    assert!(text.contains("word word"));
    let unbreakable = Sample::new("text/html; charset=utf-8", "7bit", "a|b\r\n");
    let (text, _) = unbreakable.insert(&"x".repeat(3000));
    assert_eq!(text, format!("a{}|b\r\n", "x".repeat(3000)));
}

#[test]
fn replacing_takes_out_exactly_the_range() {
    for (encoding, raw) in [
        ("8bit", b"one <old>sig</old> two\r\n".to_vec()),
        ("quoted-printable", b"one <old>s=\r\nig</ol=64> two\r\n".to_vec()),
        ("base64", crate::encode::base64(b"one <old>sig</old> two\r\n", "\r\n")),
    ] {
        let message = Sample::new("text/html; charset=utf-8", encoding, raw).message();
        let index = Index::of(&message);
        let body = TextBody::read(&message, &index, PartId::MESSAGE).unwrap();
        let start = body.text().find("<old>").unwrap();
        let end = body.text().find(" two").unwrap();
        let mut changes = Changes::new(&message, &index);
        changes.edit_text(&body, &[Edit { range: start..end, insert: "<new>".to_owned() }]).unwrap();
        let changed = changes.finish().unwrap().apply(&message);
        let after = Index::of(&changed);
        let text = TextBody::read(&changed, &after, PartId::MESSAGE)
            .unwrap()
            .text()
            .replace("> ", ">")
            .replace("  ", " ");
        assert_eq!(text.trim_end(), "one <new>two", "{encoding}");
    }
}

#[test]
fn parts_that_cannot_be_read_say_why() {
    let check = |content_type, encoding, error: &str| {
        let message = Sample::new(content_type, encoding, "aGVsbA==aGVs").message();
        let index = Index::of(&message);
        assert_eq!(TextBody::read(&message, &index, PartId::MESSAGE).unwrap_err().to_string(), error);
    };
    check("text/plain; charset=utf-7", "7bit", "the charset `utf-7` is unknown or cannot be written");
    check("text/plain", "uuencode", "the transfer encoding `uuencode` is unknown");
    check("text/plain", "base64", "the base64 of the part is damaged");
}

#[test]
fn what_goes_along_with_an_insertion_into_japanese_text_stands_in_ascii() {
    // A line end or a blank between two bytes of a character is an error: the line ends of a long insertion, the padding of base64.
    let long = "word ".repeat(250);
    for at in ["日|本", "日本|語", "日本語|"] {
        let content = encoded("iso-2022-jp", &format!("{}あ", at.replace('|', "")));
        let place = at.find('|').unwrap();
        for (encoding, body) in [
            ("7bit", content.clone()),
            ("quoted-printable", crate::encode::quoted_printable(&content, "\r\n")),
            ("base64", crate::encode::base64(&content, "\r\n")),
        ] {
            for insert in ["x", "xy", "xyz", "日本", long.as_str()] {
                for kind in ["text/html; charset=iso-2022-jp", "text/plain; charset=iso-2022-jp"] {
                    let after = Sample::new(kind, encoding, body.clone()).insert_at(place, insert).0;
                    let seen = after.replace("&#26085;&#26412;", "日本");
                    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
                    let expected = format!("{}あ", at.replace('|', insert));
                    assert_eq!(squeezed(&seen), squeezed(&expected), "{kind} {encoding}");
                }
            }
        }
    }
}

#[test]
fn an_insertion_without_spaces_is_no_longer_than_a_line() {
    for blank in ["\t", "\u{a0}", "\u{3000}"] {
        let insert = "word".to_owned() + &format!("{blank}word").repeat(300);
        let (text, _) = Sample::new("text/plain; charset=utf-8", "8bit", "a|b\r\n").insert(&insert);
        assert_eq!(text, format!("a{insert}|b\r\n"));
    }
    // A word of the very limit.
    let insert = format!("{} {}", "a".repeat(900), "b".repeat(900));
    let (text, _) = Sample::new("text/plain; charset=utf-8", "8bit", "x|y\r\n").insert(&insert);
    assert_eq!(text, format!("x{insert}|y\r\n"));
}

#[test]
fn a_full_line_of_quoted_printable_stays_legal() {
    for (line, shown) in [
        ("x".repeat(76), "x".repeat(76)),
        (format!("{}=C3=BC", "x".repeat(70)), format!("{}ü", "x".repeat(70))),
    ] {
        let sample =
            Sample::new("text/plain; charset=utf-8", "quoted-printable", format!("{line}\r\nafter\r\n"));
        let message = sample.message();
        let index = Index::of(&message);
        let body = TextBody::read(&message, &index, PartId::MESSAGE).unwrap();
        let at = shown.len();
        let mut changes = Changes::new(&message, &index);
        changes.edit_text(&body, &[Edit { range: at..at, insert: "new".to_owned() }]).unwrap();
        let changed = changes.finish().unwrap().apply(&message);
        let index = Index::of(&changed);
        let part = index.part(PartId::MESSAGE);
        assert!(
            changed[part.body.clone()].split(|&byte| byte == b'\n').all(|line| line.len() <= 77),
            "{}",
            String::from_utf8_lossy(&changed)
        );
        let read = TextBody::read(&changed, &index, PartId::MESSAGE).unwrap();
        assert_eq!(read.text(), format!("{shown}new\r\nafter\r\n"));
    }
}

#[test]
fn markup_that_is_written_anew_names_its_new_charset() {
    let link = format!("<a href=\"https://x.example/{}\">x</a>", "y".repeat(1_000));
    for meta in [
        "<META http-equiv=Content-Type content=\"text/html; charset=CS\">",
        "<meta charset='CS'>",
        "<meta charset = CS >",
    ] {
        let body = format!("<head><meta name=a>{}</head>ü|", meta.replace("CS", "iso-8859-1"));
        let sample = Sample::new("text/html; charset=iso-8859-1", "8bit", encoded("iso-8859-1", &body));
        let (text, _) = sample.insert(&link);
        assert_eq!(text, format!("<head><meta name=a>{}</head>ü{link}|", meta.replace("CS", "utf-8")));
    }
}
