//! Real mail brought to seven bits, read before and after by Python's `email`.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the corpus is read from its files, Python is fed beside its output, and helpers of tests end the test"
)]

use message::{Index, header_to_ascii, to_seven_bits};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Messages of the corpus that have bytes of eight bits, with their names.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mail/mime");
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .filter(|(_, message)| !message.is_ascii())
        .collect();
    found.sort();
    found
}

/// What a person would write with SMTPUTF8, in one message.
const UTF8: &str = "From: \"Bärg, Anna\" <anna@acme.example>\r\nTo: Jörg =?utf-8?Q?M=C3=BCller?= <j@x.example>, k@x.example\r\n\
    Cc: Büro Köln <b@x.example>\r\nSubject: Grüße aus Köln, =?iso-8859-1?Q?sch=F6n?=\r\nComments: ünd noch etwas\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"b\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n\r\nGrüße \r\nFrom here\r\n.\r\nkein Ende=\r\n\r\n--b\r\nContent-Type: application/pdf;\r\n\
    \tname=\"Übersicht der Angebote für das nächste Jahr und die Jahre danach.pdf\"\r\nContent-Disposition: attachment;\r\n\
    \tfilename=\"Übersicht der Angebote für das nächste Jahr und die Jahre danach.pdf\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%PDF äöü\r\n--b\r\n\
    Content-Type: message/rfc822\r\n\r\nFrom: Jörg <j@x.example>\r\nSubject: Früher\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nÄlteres\r\n--b--\r\n";

/// What Python says of each pair.
fn python(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<String> {
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", include_str!("reader.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed as a second reader of mail: apt-get install python3");
    let mut stdin = python.stdin.take().unwrap();
    let mut input = Vec::new();
    for (before, after) in pairs {
        input.extend(format!("{} {}\n", before.len(), after.len()).into_bytes());
        input.extend_from_slice(before);
        input.extend_from_slice(after);
    }
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn pythons_email_reads_the_same_in_real_mail_before_and_after() {
    let mut named = corpus();
    assert!(named.len() > 15, "{}", named.len());
    named.push(("utf8".to_owned(), UTF8.as_bytes().to_vec()));
    let after: Vec<Vec<u8>> =
        named.iter().map(|(_, one)| to_seven_bits(one, &Index::of(one)).apply(one)).collect();
    // Most of the others have ISO-8859-1 in their headers and nothing of eight bits behind them.
    let changed = named.iter().zip(&after).filter(|((_, before), after)| before != *after).count();
    assert!(changed > 6, "{changed} of {} messages are changed", named.len());
    let pairs: Vec<_> = named.iter().map(|(_, one)| one.clone()).zip(after).collect();
    let mut wrong = String::new();
    for ((name, _), said) in named.iter().zip(python(&pairs)) {
        if said != "same" {
            writeln!(wrong, "{name}: {said}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn pythons_email_reads_the_same_in_a_header_that_became_ascii() {
    let message = UTF8.as_bytes();
    let after = header_to_ascii(message, &Index::of(message)).unwrap().apply(message);
    let end = Index::of(&after).header().body_start;
    assert!(after[..end].is_ascii() && !after.is_ascii());
    assert_eq!(python(&[(message.to_vec(), after)]), ["same"]);
    let other = UTF8.replace("Grüße aus", "Grüsse aus").into_bytes();
    assert!(python(&[(message.to_vec(), other)])[0].starts_with("differs: "));
}
