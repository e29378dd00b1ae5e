//! Mail at its pace: people of both organisations write to customers, each message to an address of its own, so that a refused recipient tells
//! which message it was; and streams of further mail.

use crate::beside::Beside;
use crate::scenario::{Scenario, Stream};
use crate::world::{TENANTS, stranger};
use anyhow::Result;
use playground::{Mail, Playground};
use std::fmt::Write as _;

/// Who writes, before the `@`; the directory knows both.
const SENDERS: [&str; 2] = ["anna.berg", "jonas.lind"];
/// How a forged message is known from others.
pub(crate) const FORGED: &str = "forged-";
/// The domain of everybody's customers.
pub(crate) const CUSTOMERS: &str = "customer.example";
/// The recipients of mail that is not everybody's.
const STREAM_MARK: char = '+';

/// What was sent so far.
pub(crate) struct Traffic {
    per_second: f64,
    seconds: f64,
    senders: Vec<String>,
    kib: usize,
    streams: Vec<(Stream, u64)>,
    sent: u64,
    /// Recipients of everything that was sent and is not forged.
    pub(crate) expected: u64,
}

impl Traffic {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let everybody = || {
            let of = |person: &str| TENANTS.map(|(tenant, _)| format!("{person}@{tenant}.example"));
            SENDERS.iter().flat_map(|person| of(person)).collect()
        };
        let traffic = &scenario.traffic;
        let senders = if traffic.senders.is_empty() { everybody() } else { traffic.senders.clone() };
        let streams = scenario.streams.iter().map(|stream| (stream.clone(), 0)).collect();
        let (per_second, seconds, kib) = (traffic.per_second, traffic.seconds, traffic.kib);
        Self { per_second, seconds, senders, kib, streams, sent: 0, expected: 0 }
    }

    pub(crate) fn is_over(&self, elapsed: f64) -> bool {
        elapsed >= self.seconds && self.streams.iter().all(|(stream, _)| elapsed >= stream.until)
    }

    /// Sends what is due `elapsed` seconds after the beginning, everybody's mail to the relay beside as well.
    pub(crate) async fn send_due(
        &mut self,
        elapsed: f64,
        playground: &Playground,
        beside: &mut Option<Beside>,
    ) -> Result<()> {
        let due = (elapsed.min(self.seconds) * self.per_second) as u64;
        while self.sent < due {
            self.sent += 1;
            self.expected += 1;
            let mail = self.mail(self.sent);
            if let Some(beside) = beside {
                beside.send(&mail, self.sent).await?;
            }
            playground.submit(mail).await?;
        }
        for (stream, sent) in &mut self.streams {
            let due = ((elapsed.min(stream.until) - stream.at).max(0.0) * stream.per_second) as u64;
            while *sent < due {
                *sent += 1;
                self.expected += send(stream, *sent, playground).await?;
            }
        }
        Ok(())
    }

    fn mail(&self, number: u64) -> Mail {
        let at = usize::try_from(number).unwrap_or(0);
        let from = self.senders[at % self.senders.len()].clone();
        let to = format!("customer-{number}@{CUSTOMERS}");
        let line = "We thank you for your order and look forward to the next one, as ever.\r\n";
        let text = line.repeat(self.kib * 1024 / line.len());
        let raw = written(&from, &format!("To: <{to}>\r\n"), &format!("Order {number}"), &text);
        Mail { from, to: vec![to], raw }
    }
}

/// Sends one message of a stream; gives how many recipients wait for it.
async fn send(stream: &Stream, number: u64, playground: &Playground) -> Result<u64> {
    let Stream { name, sender, to, .. } = stream;
    let address = |at: usize| format!("{name}{STREAM_MARK}{number}-{at}@{to}");
    let recipients: Vec<String> = (0..stream.recipients).map(address).collect();
    let mut fields = format!("To: <{}>\r\n", recipients[0]);
    for at in 0..stream.cc {
        let (before, end) = (if at == 0 { "Cc:" } else { "" }, if at + 1 == stream.cc { "" } else { "," });
        let _infallible =
            write!(fields, "{before} \"Reader {at}, of many\" <reader-{at}@list.example>{end}\r\n");
    }
    let from = sender.clone();
    let raw = written(&from, &fields, &format!("{name} {number}"), "");
    let mail = Mail { from, to: recipients, raw };
    if stream.forged {
        playground
            .submit_forged(&stranger(), &format!("{FORGED}{name}-{number}"), disguised(mail, number))
            .await?;
        return Ok(0);
    }
    playground.submit(mail).await?;
    Ok(stream.recipients as u64)
}

fn written(from: &str, fields: &str, subject: &str, text: &str) -> Vec<u8> {
    let (_, domain) = from.split_once('@').unwrap_or_default();
    let id = subject.replace(' ', "-").to_lowercase();
    let raw = format!(
        "From: <{from}>\r\n{fields}Subject: {subject}\r\nMessage-ID: <drill-{id}@{domain}>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
         <html><body><p>Your {subject} left today.</p>{text}</body></html>\r\n"
    );
    raw.into_bytes()
}

/// Ways in which strangers try to look like the organisation in whose name they write: each in turn.
fn disguised(mail: Mail, number: u64) -> Mail {
    let acme = "X-MS-Exchange-CrossTenant-Id: 7c1a2f60-0000-4000-8000-0000000acae1\r\n";
    let fields = match number % 5 {
        0 => String::new(),
        1 => acme.to_owned(),
        2 => "X-OriginatorOrg: acme.example\r\n".to_owned(),
        3 => format!("{acme}X-OriginatorOrg: acme.example\r\n"),
        _ => "X-Signpost-Key: guessed\r\n".to_owned(),
    };
    Mail { raw: [fields.as_bytes(), &mail.raw].concat(), ..mail }
}

/// Whether an arrived message's recipient is one of everybody's mail.
pub(crate) fn is_everybodys(recipient: &str) -> bool {
    !recipient.contains(STREAM_MARK)
}
