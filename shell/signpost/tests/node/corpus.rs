//! Real mail by real programs through the real binary: everything is accounted for, and what is passed has its bytes.
//!
//! `tests/mail/outcomes.tsv` has the outcome and reason of each file; a change of it is a change of what users see. The mail goes in by
//! smtplib, swaks, smtp-source and Exim, and back to the fake Exchange, which keeps bytes, and to Postfix, which counts.

use crate::support::{Place, repository};
use playground::peers::{Envelope, Postfix, exim, smtp_source, smtplib, swaks};
use playground::{Arrived, Playground, PlaygroundConfig};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;

const ANNA: &str = "anna.berg@acme.example";
const TABLE: &str = "tests/mail/outcomes.tsv";
/// Holds a bare CR, which mail programs mend and we refuse.
const BARE_CR: &str = "mime/legacy-049.eml";

/// One message of the corpus.
struct Mail {
    name: String,
    bytes: Vec<u8>,
}

impl Mail {
    /// As smtplib sends it: as it is, and a CRLF where there is none at the end.
    fn sent(&self) -> Vec<u8> {
        let mut sent = self.bytes.clone();
        if !sent.ends_with(b"\r\n") {
            sent.extend(b"\r\n");
        }
        sent
    }

    /// As it is once every line ends with CRLF.
    fn on_the_wire(&self) -> Vec<u8> {
        let sent = self.sent();
        let mut wire = Vec::with_capacity(sent.len());
        for (at, byte) in sent.iter().enumerate() {
            if *byte == b'\n' && (at == 0 || sent[at - 1] != b'\r') {
                wire.push(b'\r');
            }
            wire.push(*byte);
        }
        wire
    }
}

/// Every `.eml`, and the bodies wrapped as messages, by name.
fn corpus() -> Vec<Mail> {
    let mut found = Vec::new();
    read(&repository("tests/mail"), "", &mut found);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(found.len() > 180, "the corpus is at tests/mail");
    found
}

fn read(directory: &Path, prefix: &str, found: &mut Vec<Mail>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            read(&entry.path(), &format!("{name}/"), found);
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        let bytes = match (name.rsplit('.').next(), name.starts_with("trimmer/emails/")) {
            (Some("eml"), _) => bytes,
            (Some("html"), _) => wrapped("text/html", &bytes),
            (_, true) => wrapped("text/plain", &bytes),
            (_, false) => continue,
        };
        found.push(Mail { name, bytes });
    }
}

fn wrapped(media_type: &str, body: &[u8]) -> Vec<u8> {
    let header = format!(
        "From: Anna Berg <{ANNA}>\r\nTo: kim@customer.example\r\nSubject: a reply\r\nMIME-Version: 1.0\r\n\
         Content-Type: {media_type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    );
    [header.as_bytes(), body].concat()
}

fn recipient(number: usize) -> String {
    format!("c{number}@customer.example")
}

/// Submits one message by the program whose turn it is; whether the program adds nothing of its own.
fn submit(to: SocketAddr, number: usize, mail: &Mail) -> bool {
    let address = recipient(number);
    let envelope = Envelope { from: ANNA, to: &[&address] };
    let turn = if mail.bytes.contains(&0) { 9 } else { number % 10 };
    match turn {
        0 => assert!(swaks(to, envelope, &mail.on_the_wire(), &[]).unwrap().taken, "{}", mail.name),
        1 => drop(exim(to, envelope, &mail.on_the_wire()).unwrap()),
        2 => assert!(smtp_source(to, envelope, &mail.bytes, 1, 1).unwrap().taken, "{}", mail.name),
        _ => {
            let heard = smtplib(to, envelope, &mail.bytes).unwrap();
            assert!(heard.taken, "{}: {}", mail.name, heard.text);
        }
    }
    turn > 2
}

/// A client that says exactly these bytes.
fn refused(to: SocketAddr, mail: &Mail) -> String {
    use std::io::{BufRead as _, BufReader, Write as _};
    let stream = TcpStream::connect(to).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    let mut last = String::new();
    let body = [&mail.bytes, b"\r\n.\r\n".as_slice()].concat();
    let flights: [&[u8]; 6] = [
        b"",
        b"HELO x\r\n",
        b"MAIL FROM:<anna.berg@acme.example>\r\n",
        b"RCPT TO:<x@customer.example>\r\n",
        b"DATA\r\n",
        &body,
    ];
    for flight in flights {
        writer.write_all(flight).unwrap();
        last.clear();
        reader.read_line(&mut last).unwrap();
    }
    last
}

/// `outcome` and `reason` of the field that the relay puts in front.
fn result(arrived: &Arrived) -> (String, String) {
    let text = String::from_utf8_lossy(&arrived.data);
    let value = text.split("X-Signpost-Result: ").nth(1).unwrap().replace("\r\n\t", " ");
    let value = value.lines().next().unwrap().to_owned();
    let outcome = value.split(';').next().unwrap().to_owned();
    let reason = value.split("reason=").nth(1).map(|reason| reason.split(';').next().unwrap().to_owned());
    (outcome, reason.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_real_message_returns_to_the_fake_exchange_as_the_table_says() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    let mut table = String::new();
    tokio::task::block_in_place(|| {
        let node = place.up(&[]);
        let corpus = corpus();
        let mut exact = BTreeMap::new();
        for (number, mail) in corpus.iter().enumerate() {
            if mail.name == BARE_CR {
                assert!(refused(node.smtp, mail).starts_with("550 5.5.2"));
            } else {
                exact.insert(recipient(number), submit(node.smtp, number, mail));
            }
        }
        place.wait("not everything returns", || place.queue().is_empty());
        let arrived: BTreeMap<String, _> =
            playground.mailbox().into_iter().map(|one| (one.rcpt_to[0].clone(), one)).collect();
        for (number, mail) in corpus.iter().enumerate() {
            let Some(one) = arrived.get(&recipient(number)) else {
                assert_eq!(mail.name, BARE_CR, "it did not arrive");
                writeln!(table, "{}\trefused\tbare_cr", mail.name).unwrap();
                continue;
            };
            let (outcome, reason) = result(one);
            let is_same = one.data.ends_with(&mail.on_the_wire());
            assert!(
                is_same || outcome == "stamped" || !exact[&recipient(number)],
                "{} is passed and changed",
                mail.name
            );
            writeln!(table, "{}\t{outcome}\t{reason}", mail.name).unwrap();
        }
        assert!(node.stop().success(), "{}", place.log());
    });
    let figures = playground.figures();
    assert_eq!((figures.duplicates, playground.reports().len()), (0, 0));
    playground.stop().await;
    let committed = std::fs::read_to_string(repository(TABLE)).unwrap_or_default();
    assert!(table == committed, "{TABLE} says otherwise; this is what happened:\n{table}");
}

#[test]
fn every_real_message_returns_to_a_real_postfix() {
    let postfix = Postfix::start().unwrap();
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    let place = Place::new(postfix.address(), nobody);
    let node = place.up(&[]);
    let corpus: Vec<Mail> = corpus().into_iter().filter(|mail| mail.name != BARE_CR).collect();
    for (number, mail) in corpus.iter().enumerate() {
        let address = recipient(number);
        let heard = smtplib(node.smtp, Envelope { from: ANNA, to: &[&address] }, &mail.bytes).unwrap();
        assert!(heard.taken, "{}: {}", mail.name, heard.text);
    }
    place.wait("not everything returns", || place.queue().is_empty());
    let arrived = postfix.wait_for(corpus.len(), crate::support::WAIT).unwrap();
    assert_eq!(arrived, corpus.len());
    assert!(node.stop().success(), "{}", place.log());
}
