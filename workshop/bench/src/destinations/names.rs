//! The name server of the world: the same for both relays, and cheap, so that what is measured is not its own cost.
//!
//! `dNNNNN.example` has one exchanger, `mx.dNNNNN.example`, which has one IPv4 address; nothing else exists, as an authority would say it.
//! One thread answers by UDP, with a time to live as real zones have it. What it cannot read it does not answer.

use super::world;
use anyhow::{Context as _, Result};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Resolvers look for it there: /etc/resolv.conf knows no ports.
pub(crate) const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 53);
pub(crate) const PORT: u16 = 53;

const TTL: u32 = 300;
const HEADER_LEN: usize = 12;
/// Behind the name: its type and its class.
const TYPE_AND_CLASS_LEN: usize = 4;
const TYPE_A: u16 = 1;
const TYPE_SOA: u16 = 6;
const TYPE_MX: u16 = 15;
const CLASS_IN: u16 = 1;
/// QR, AA and RA, without and with NXDOMAIN.
const FOUND: u16 = 0x8480;
const NO_NAME: u16 = FOUND | 3;
/// RD is given back.
const RECURSION_DESIRED: u16 = 0x0100;
/// A pointer to the question's name.
const OF_QUESTION: [u8; 2] = [0xc0, HEADER_LEN as u8];

pub(crate) struct Names {
    queries: Arc<AtomicU64>,
}

impl Names {
    /// Answers until the program ends.
    pub(crate) fn start() -> Result<Self> {
        let socket = UdpSocket::bind((ADDRESS, PORT)).context("the name server's address is taken")?;
        let queries = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&queries);
        std::thread::spawn(move || {
            let mut packet = [0; 1_500];
            loop {
                let Ok((length, from)) = socket.recv_from(&mut packet) else { continue };
                counted.fetch_add(1, Ordering::Relaxed);
                if let Some(answer) = answer(&packet[..length]) {
                    // Who asked may be gone.
                    drop(socket.send_to(&answer, from));
                }
            }
        });
        Ok(Self { queries })
    }

    pub(crate) fn address() -> SocketAddr {
        SocketAddr::from((ADDRESS, PORT))
    }

    pub(crate) fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }
}

/// What is said of a name.
enum Said {
    /// Type and data of its record.
    Record(u16, Vec<u8>),
    NoData,
    NoName,
}

fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let (labels, length) = labels(query.get(HEADER_LEN..)?)?;
    let question = query.get(HEADER_LEN..HEADER_LEN + length + TYPE_AND_CLASS_LEN)?;
    let wanted = u16::from_be_bytes(question.get(length..length + 2)?.try_into().ok()?);
    let said = say(&labels, wanted);
    let asked = u16::from_be_bytes(query.get(2..4)?.try_into().ok()?);
    let flags = if matches!(said, Said::NoName) { NO_NAME } else { FOUND } | (asked & RECURSION_DESIRED);
    let (answers, authorities) = if matches!(said, Said::Record(..)) { (1, 0) } else { (0, 1) };
    let mut out = query.get(..2)?.to_vec();
    for field in [flags, 1, answers, authorities, 0_u16] {
        out.extend_from_slice(&field.to_be_bytes());
    }
    out.extend_from_slice(question);
    match said {
        Said::Record(kind, data) => record(&mut out, &OF_QUESTION, kind, &data),
        Said::NoData | Said::NoName => {
            let zone = if labels.last().is_some_and(|last| last == "example") { "example" } else { "" };
            record(&mut out, &name(&[zone]), TYPE_SOA, &start_of_authority());
        }
    }
    Some(out)
}

fn say(labels: &[String], wanted: u16) -> Said {
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    match labels.as_slice() {
        [] | ["example"] => Said::NoData,
        [domain, "example"] if world::of_label(domain).is_some() && wanted == TYPE_MX => {
            let mut data = 10_u16.to_be_bytes().to_vec();
            data.extend_from_slice(&name(&["mx", domain, "example"]));
            Said::Record(TYPE_MX, data)
        }
        [domain, "example"] if world::of_label(domain).is_some() => Said::NoData,
        ["mx", domain, "example"] => match world::of_label(domain) {
            Some(number) if wanted == TYPE_A => {
                Said::Record(TYPE_A, world::exchanger(number).octets().to_vec())
            }
            Some(_) => Said::NoData,
            None => Said::NoName,
        },
        _ => Said::NoName,
    }
}

fn record(out: &mut Vec<u8>, owner: &[u8], kind: u16, data: &[u8]) {
    out.extend_from_slice(owner);
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&CLASS_IN.to_be_bytes());
    out.extend_from_slice(&TTL.to_be_bytes());
    out.extend_from_slice(&u16::try_from(data.len()).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(data);
}

fn start_of_authority() -> Vec<u8> {
    let mut data = name(&["ns", "example"]);
    data.extend_from_slice(&name(&["hostmaster", "example"]));
    for field in [1, 3_600, 600, 86_400, TTL] {
        data.extend_from_slice(&field.to_be_bytes());
    }
    data
}

fn name(labels: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for label in labels.iter().filter(|label| !label.is_empty()) {
        out.push(u8::try_from(label.len()).unwrap_or(0));
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    out
}

/// In small letters, and how long they are on the wire; nothing if they are not to be read.
fn labels(bytes: &[u8]) -> Option<(Vec<String>, usize)> {
    let (mut labels, mut at) = (Vec::new(), 0);
    loop {
        let length = usize::from(*bytes.get(at)?);
        if length == 0 {
            return Some((labels, at + 1));
        }
        let label = bytes.get(at + 1..at + 1 + length)?;
        labels.push(String::from_utf8_lossy(label).to_ascii_lowercase());
        at += 1 + length;
    }
}
