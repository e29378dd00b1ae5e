//! The corpus of real and odd mail, read three times.

use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use message::{Index, PartId, TextBody};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a parser makes of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Reading {
    /// Media types, children in brackets; what is in a forwarded message is not looked at.
    tree: String,
    subject: Option<String>,
    /// The decoded text parts in order; `None` where one cannot be decoded.
    texts: Option<Vec<String>>,
}

fn corpus() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mail/mime");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    assert!(files.len() > 100);
    files
}

fn ours(bytes: &[u8]) -> Reading {
    fn branch(index: &Index, id: PartId) -> String {
        let part = index.part(id);
        let children: Vec<String> = part.children.iter().map(|child| branch(index, *child)).collect();
        if part.content_type.is_multipart() && !children.is_empty() {
            return format!("{}[{}]", part.content_type.media_type, children.join(","));
        }
        part.content_type.media_type.clone()
    }
    let index = Index::of(bytes);
    let is_text = |id: &PartId| index.part(*id).content_type.media_type.starts_with("text/");
    let ids: Vec<PartId> = index.iter().map(|(id, _)| id).filter(is_text).collect();
    let texts =
        ids.into_iter().map(|id| TextBody::read(bytes, &index, id).map(|body| body.text().to_owned()));
    Reading {
        tree: branch(&index, PartId::MESSAGE),
        subject: Some(index.header().text(bytes, "subject").unwrap_or_default()),
        texts: texts.collect::<Result<_, _>>().ok(),
    }
}

fn of_mail_parser(bytes: &[u8]) -> Reading {
    fn media_type(part: &mail_parser::MessagePart<'_>) -> String {
        match part.content_type() {
            Some(known) => {
                format!("{}/{}", known.ctype(), known.subtype().unwrap_or_default()).to_lowercase()
            }
            None => "text/plain".to_owned(),
        }
    }
    fn branch(message: &mail_parser::Message<'_>, number: u32) -> String {
        let part = &message.parts[number as usize];
        match &part.body {
            PartType::Multipart(children) if !children.is_empty() => {
                let children: Vec<String> = children.iter().map(|child| branch(message, *child)).collect();
                format!("{}[{}]", media_type(part), children.join(","))
            }
            PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Message(_)
            | PartType::Multipart(_) => media_type(part),
        }
    }
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Reading { tree: String::new(), subject: None, texts: None };
    };
    let texts = message.parts.iter().filter_map(|part| match &part.body {
        PartType::Text(text) | PartType::Html(text) => Some(text.to_string()),
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {
            None
        }
    });
    Reading {
        tree: branch(&message, 0),
        subject: Some(message.subject().unwrap_or_default().to_owned()),
        texts: Some(texts.collect()),
    }
}

fn of_python(files: &[PathBuf]) -> Vec<Reading> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/others/python.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is missing: apt-get install python3");
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    python.stdin.take().unwrap().write_all(names.join("\n").as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "python3 failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Space and line ends are written differently by each of them.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn same_texts(one: Option<&Vec<String>>, other: Option<&Vec<String>>) -> bool {
    let plain = |texts: &Vec<String>| texts.iter().map(|text| plain(text)).collect::<Vec<_>>();
    // Who cannot decode something says nothing.
    one.is_none() || other.is_none() || one.map(plain) == other.map(plain)
}

/// In what two readings differ.
fn differences(ours: &Reading, theirs: &Reading) -> Vec<&'static str> {
    let mut found = Vec::new();
    if ours.tree != theirs.tree {
        found.push("tree");
    }
    if let (Some(one), Some(other)) = (&ours.subject, &theirs.subject)
        && plain(one) != plain(other)
    {
        found.push("subject");
    }
    if found.is_empty() && !same_texts(ours.texts.as_ref(), theirs.texts.as_ref()) {
        found.push("texts");
    }
    found
}

/// Whether readers may differ on it: such mail is never changed (`message::Problem::is_ambiguous`).
fn is_left_alone(bytes: &[u8]) -> bool {
    Index::of(bytes).problems.ambiguity().is_some()
}

const UTF7: &str = "UTF-7 is no encoding of encoding_rs: the word stays as it is written";
const LATIN1: &str = "8-bit bytes outside of an encoded word: ISO-8859-1 for us, unknown for it";
/// RFC 2046 §5.1.2: the outer delimiter ends the inner multipart, and a part of the outer one begins.
const OUTER: &str = "it takes an outer delimiter for one of the inner multipart, which has no end";
/// RFC 2046 §5.1.5.
const DIGEST: &str = "in a digest a part without a type is a message";

/// Where each of the others reads a message differently that we would change, with the reason. A tree that differs makes the texts differ too.
const MAIL_PARSER: &[(&str, &str, &str)] = &[
    ("legacy-001.eml", "subject", UTF7),
    ("legacy-005.eml", "subject", UTF7),
    ("legacy-010.eml", "subject", LATIN1),
    ("legacy-020.eml", "subject", LATIN1),
    ("legacy-022.eml", "subject", LATIN1),
    ("legacy-027.eml", "subject", LATIN1),
    ("legacy-052.eml", "subject", LATIN1),
    (
        "malformed-000.eml",
        "tree",
        "it reads no part that is a header alone; the texts are refused, so it passes",
    ),
    ("malformed-002.eml", "texts", "a base64 text that we refuse, so it passes; it decodes what there is"),
    ("malformed-009.eml", "tree", OUTER),
    ("malformed-011.eml", "tree", OUTER),
    ("malformed-012.eml", "tree", OUTER),
    ("malformed-014.eml", "tree", "it drops an empty last part"),
    (
        "malformed-022.eml",
        "texts",
        "it reads an attached message/rfc822 that is none as a text; attachments are left alone",
    ),
    ("rfc-000.eml", "texts", "it takes audio and pictures whose base64 cannot be read for texts"),
    ("rfc-004.eml", "tree", DIGEST),
    ("thirdparty-007.eml", "tree", DIGEST),
    ("thirdparty-015.eml", "tree", "it drops the attached messages behind the first"),
];
const PYTHON: &[(&str, &str, &str)] = &[
    ("legacy-001.eml", "subject", UTF7),
    ("legacy-005.eml", "subject", UTF7),
    ("legacy-010.eml", "subject", LATIN1),
    ("legacy-020.eml", "subject", LATIN1),
    ("legacy-022.eml", "subject", LATIN1),
    ("legacy-027.eml", "subject", LATIN1),
    ("legacy-052.eml", "subject", LATIN1),
    ("malformed-000.eml", "tree", "it drops the empty first part; the texts are refused, so it passes"),
    (
        "thirdparty-003.eml",
        "texts",
        "it does not know the transfer encoding with white space behind its word",
    ),
];

fn compare(known: &[(&str, &str, &str)], readings: &[(String, Reading, Reading)]) {
    let mut expected: BTreeMap<(&str, &str), &str> =
        known.iter().map(|(file, what, reason)| ((*file, *what), *reason)).collect();
    assert_eq!(expected.len(), known.len(), "an entry stands twice");
    let mut unknown = Vec::new();
    for (file, ours, theirs) in readings {
        for what in differences(ours, theirs) {
            if expected.remove(&(file.as_str(), what)).is_none() {
                unknown.push(format!(
                    "{file} {what}\n  ours   {}\n  theirs {}",
                    shown(ours, what),
                    shown(theirs, what)
                ));
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    assert!(expected.is_empty(), "these are read alike now: {expected:?}");
}

fn shown(reading: &Reading, what: &str) -> String {
    match what {
        "tree" => reading.tree.clone(),
        "subject" => format!("{:?}", reading.subject),
        _ => reading
            .texts
            .iter()
            .flatten()
            .map(|text| format!("{:?}", plain(text)))
            .collect::<Vec<_>>()
            .join(" | "),
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().to_string_lossy().into_owned()
}

/// The files that we would change, with their bytes.
fn changeable() -> Vec<(PathBuf, Vec<u8>)> {
    let read = |file: PathBuf| {
        let bytes = std::fs::read(&file).unwrap();
        (file, bytes)
    };
    let (left, others): (Vec<_>, Vec<_>) =
        corpus().into_iter().map(read).partition(|(_, bytes)| is_left_alone(bytes));
    assert!(left.len() * 4 < others.len(), "{} of {} are left alone", left.len(), others.len());
    others
}

#[test]
fn mail_parser_reads_what_we_change_as_we_do() {
    let readings = changeable();
    let readings: Vec<_> =
        readings.iter().map(|(file, bytes)| (name(file), ours(bytes), of_mail_parser(bytes))).collect();
    compare(MAIL_PARSER, &readings);
}

#[test]
fn python_reads_what_we_change_as_we_do() {
    let files = changeable();
    let theirs = of_python(&files.iter().map(|(file, _)| file.clone()).collect::<Vec<_>>());
    assert_eq!(theirs.len(), files.len());
    let readings: Vec<_> =
        files.iter().zip(theirs).map(|((file, bytes), theirs)| (name(file), ours(bytes), theirs)).collect();
    compare(PYTHON, &readings);
}
