//! One inbound connection from greeting to close.
//!
//! ```text
//! greeting -> EHLO -> [STARTTLS -> EHLO] -> MAIL -> RCPT.. -> DATA | BDAT.. LAST -> kept -> MAIL ..
//! ```
//! The session holds at most one transaction; RSET, a new EHLO and the end of a body end it. A command out of its order gets 503 and
//! changes nothing. The script is asked before every stage: it may answer in the session's place, wait, or close.

use super::super::attribution::{self, RELAY_DENIED};
use super::super::link::{Duplex, Link, LinkError, bare_ends, unstuff};
use super::super::{Exchange, headers, outbound::Fork};
use crate::mailbox::{Arrived, AttributedBy, Attribution, Course, Framing, Report, ReportOrigin, TlsDetails};
use crate::script::Act;
use crate::wall_clock;
use model::Stage;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

const COMMAND_LINE_MAX: usize = 4 << 10;
const RECIPIENTS_MAX: usize = 1_000;
/// Bytes over SIZE that are still read, so that the refusal can be said instead of a reset.
const OVERSIZE_READ_MAX: usize = 4 << 20;
/// Replies 5yz after which a client is left: it is confused or hostile.
const ERRORS_MAX: u32 = 100;

/// Whether the session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Go,
    Close,
}

/// What the script leaves to the session.
enum Scripted {
    /// Nothing was scripted, or only a wait.
    Ordinary,
    Said(Next),
    KeepAndClose,
}

type Step = Result<Next, LinkError>;

/// One MAIL and what followed.
#[derive(Debug, Default)]
struct Transaction {
    mail_from: String,
    mail_parameters: String,
    recipients: Vec<String>,
    attribution: Option<Attribution>,
    /// Joined BDAT chunks.
    chunks: Option<Vec<u8>>,
}

pub(super) struct Session {
    exchange: Arc<Exchange>,
    link: Link,
    peer: IpAddr,
    helo: Option<String>,
    tls: Option<TlsDetails>,
    transaction: Option<Transaction>,
    errors: u32,
}

impl Session {
    pub(super) fn new(exchange: Arc<Exchange>, link: Link, peer: IpAddr) -> Self {
        Self { exchange, link, peer, helo: None, tls: None, transaction: None, errors: 0 }
    }

    /// Serves until the client leaves, is silent for too long or is left.
    pub(super) async fn run(mut self) {
        let outcome = self.converse().await;
        if let Err(error) = outcome {
            tracing::debug!(%error, "an inbound session of the fake Exchange ended early");
        }
        self.link.close().await;
    }

    async fn converse(&mut self) -> Result<(), LinkError> {
        if let Scripted::Said(next) = self.scripted(Stage::Banner, None).await? {
            if next == Next::Close {
                return Ok(());
            }
        } else {
            let greeting =
                format!("220 {} Microsoft ESMTP MAIL Service ready", self.exchange.config.smart_host);
            self.say(&greeting).await?;
        }
        loop {
            let line = match self.link.line(COMMAND_LINE_MAX).await {
                Ok(line) => line,
                Err(LinkError::Closed) => return Ok(()),
                Err(error) => return Err(error),
            };
            if self.command(&line).await? == Next::Close || self.errors > ERRORS_MAX {
                return Ok(());
            }
        }
    }

    async fn command(&mut self, line: &[u8]) -> Step {
        let text = String::from_utf8_lossy(line).trim_end().to_owned();
        let (verb, rest) = text.split_once(' ').unwrap_or((&text, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.hello(rest, true).await,
            "HELO" => self.hello(rest, false).await,
            "STARTTLS" => self.start_tls().await,
            "MAIL" => self.mail(rest, line).await,
            "RCPT" => self.rcpt(rest).await,
            "DATA" => self.data().await,
            "BDAT" => self.bdat(rest).await,
            "RSET" => {
                self.transaction = None;
                self.say("250 2.0.0 Resetting").await
            }
            "NOOP" => self.say("250 2.0.0 OK").await,
            "VRFY" => self.say("252 2.1.5 Cannot VRFY user").await,
            "QUIT" => {
                self.say("221 2.0.0 Service closing transmission channel").await?;
                Ok(Next::Close)
            }
            _ => self.say("500 5.3.3 Unrecognized command").await,
        }
    }

    async fn hello(&mut self, name: &str, extended: bool) -> Step {
        if let Scripted::Said(next) = self.scripted(Stage::Ehlo, None).await? {
            return Ok(next);
        }
        self.helo = Some(name.trim().to_owned());
        self.transaction = None;
        let host = self.exchange.config.smart_host.clone();
        if !extended {
            return self.say(&format!("250 {host} Hello [{}]", self.peer)).await;
        }
        let inbound = &self.exchange.config.inbound;
        let mut lines = vec![format!("{host} Hello [{}]", self.peer), format!("SIZE {}", inbound.size_max)];
        lines.extend(["PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"].map(str::to_owned));
        if inbound.chunking {
            lines.push("CHUNKING".to_owned());
        }
        if inbound.starttls && self.tls.is_none() {
            lines.push("STARTTLS".to_owned());
        }
        let last = lines.len() - 1;
        let mut reply = String::new();
        for (at, line) in lines.iter().enumerate() {
            reply.push_str(&format!("250{}{line}\r\n", if at == last { ' ' } else { '-' }));
        }
        self.link.write(reply.as_bytes()).await?;
        Ok(Next::Go)
    }

    async fn start_tls(&mut self) -> Step {
        if self.tls.is_some() || !self.exchange.config.inbound.starttls {
            return self.say("503 5.5.1 STARTTLS is not available here").await;
        }
        if let Scripted::Said(next) = self.scripted(Stage::Tls, None).await? {
            return Ok(next);
        }
        if self.link.has_read_ahead() {
            // Commands behind STARTTLS in clear are an injection (CVE-2011-0411): nothing of them is looked at.
            return self.say("554 5.5.1 Commands behind STARTTLS").await.map(|_| Next::Close);
        }
        self.say("220 2.0.0 SMTP server ready").await?;
        let wait = self.exchange.config.inbound.idle;
        let (unused, _) = tokio::io::duplex(1);
        let clear = std::mem::replace(&mut self.link, Link::new(Box::new(unused), wait)).into_stream();
        let acceptor = TlsAcceptor::from(Arc::clone(&self.exchange.tls.server));
        let handshake = tokio::time::timeout(wait, acceptor.accept(clear)).await;
        let stream = handshake.map_err(|_elapsed| LinkError::Silent(wait))?.map_err(LinkError::Io)?;
        self.tls = Some(self.exchange.tls.describe(stream.get_ref().1));
        let stream: Box<dyn Duplex> = Box::new(stream);
        self.link = Link::new(stream, wait);
        self.helo = None;
        self.transaction = None;
        Ok(Next::Go)
    }

    async fn mail(&mut self, rest: &str, line: &[u8]) -> Step {
        if self.helo.is_none() {
            return self.say("503 5.5.2 Send hello first").await;
        }
        if self.transaction.is_some() {
            return self.say("503 5.5.2 Sender already specified").await;
        }
        if let Scripted::Said(next) = self.scripted(Stage::Mail, None).await? {
            return Ok(next);
        }
        let Some((mail_from, mail_parameters)) = path_in(rest, "FROM:") else {
            return self.say("501 5.5.4 Invalid arguments").await;
        };
        let announced = parameter(&mail_parameters, "SIZE").and_then(|size| size.parse::<usize>().ok());
        if announced.is_some_and(|size| size > self.exchange.config.inbound.size_max) {
            return self.say("552 5.3.4 Message size exceeds fixed maximum message size").await;
        }
        self.link.hear_from(line);
        let tenants = self.exchange.tenants();
        let attribution = attribution::of_sender(tenants, self.tls.as_ref(), &mail_from, self.peer);
        self.transaction =
            Some(Transaction { mail_from, mail_parameters, attribution, ..Transaction::default() });
        self.say("250 2.1.0 Sender OK").await
    }

    async fn rcpt(&mut self, rest: &str) -> Step {
        let Some(transaction) = &self.transaction else {
            return self.say("503 5.5.2 Need mail command").await;
        };
        let (so_far, count) = (transaction.attribution.clone(), transaction.recipients.len());
        let Some((recipient, _parameters)) = path_in(rest, "TO:").filter(|(to, _)| !to.is_empty()) else {
            return self.say("501 5.5.4 Invalid arguments").await;
        };
        if let Scripted::Said(next) = self.scripted(Stage::Rcpt, Some(&recipient)).await? {
            return Ok(next);
        }
        if self.exchange.refuses(self.peer) {
            self.exchange.count(|figures| figures.refused_listed += 1);
            let words = listed_words(self.peer, &self.exchange.config.smart_host);
            return self.say(&words).await;
        }
        if count >= RECIPIENTS_MAX {
            return self.say("452 4.5.3 Too many recipients").await;
        }
        let attribution = attribution::of_recipient(self.exchange.tenants(), so_far.as_ref(), &recipient);
        match (attribution, &mut self.transaction) {
            (Ok(attribution), Some(transaction)) => {
                transaction.attribution.get_or_insert(attribution);
                transaction.recipients.push(recipient);
                self.say("250 2.1.5 Recipient OK").await
            }
            (Err(words), Some(_)) => self.say(words).await,
            (_, None) => self.say(RELAY_DENIED).await,
        }
    }

    async fn data(&mut self) -> Step {
        if self.transaction.as_ref().is_none_or(|open| open.recipients.is_empty() || open.chunks.is_some()) {
            return self.say("503 5.5.2 Need rcpt command").await;
        }
        if let Scripted::Said(next) = self.scripted(Stage::Data, None).await? {
            return Ok(next);
        }
        self.say("354 Start mail input; end with <CRLF>.<CRLF>").await?;
        let size_max = self.exchange.config.inbound.size_max;
        let framed = match self.link.to_final_dot(size_max + OVERSIZE_READ_MAX).await {
            Err(LinkError::TooLong(_)) => {
                self.say("552 5.3.4 Message size exceeds fixed maximum message size").await?;
                return Ok(Next::Close);
            }
            framed => framed?,
        };
        self.end_of_data(unstuff(&framed), Framing::Data).await
    }

    async fn bdat(&mut self, rest: &str) -> Step {
        let mut words = rest.split_whitespace();
        let size: Option<usize> = words.next().and_then(|count| count.parse().ok());
        let size_max = self.exchange.config.inbound.size_max;
        let Some(size) = size.filter(|size| *size <= size_max + OVERSIZE_READ_MAX) else {
            // Without a count nobody knows where the next command begins.
            return self.say("501 5.5.4 BDAT needs a count that can be").await.map(|_| Next::Close);
        };
        let last = words.next().is_some_and(|word| word.eq_ignore_ascii_case("LAST"));
        let chunk = self.link.exactly(size).await?;
        let first = self.transaction.as_ref().is_none_or(|open| open.chunks.is_none());
        if first && let Scripted::Said(next) = self.scripted(Stage::Data, None).await? {
            self.transaction = None;
            return Ok(next);
        }
        let Some(open) = self.transaction.as_mut().filter(|open| !open.recipients.is_empty()) else {
            return self.say("503 5.5.1 BDAT without a recipient").await;
        };
        let chunks = open.chunks.get_or_insert_default();
        chunks.extend_from_slice(&chunk);
        if chunks.len() > size_max {
            self.transaction = None;
            return self.say("552 5.3.4 Message size exceeds fixed maximum message size").await;
        }
        if !last {
            return self.say(&format!("250 2.0.0 {size} octets received")).await;
        }
        let data = std::mem::take(chunks);
        self.end_of_data(data, Framing::Bdat).await
    }

    async fn end_of_data(&mut self, data: Vec<u8>, framing: Framing) -> Step {
        let Some(transaction) = self.transaction.take() else { return Ok(Next::Close) };
        let raw = self.link.take_heard();
        let size_max = self.exchange.config.inbound.size_max;
        if data.len() > size_max {
            return self.say("552 5.3.4 Message size exceeds fixed maximum message size").await;
        }
        let withheld = match self.scripted(Stage::EndOfData, None).await? {
            Scripted::Said(next) => return Ok(next),
            Scripted::KeepAndClose => true,
            Scripted::Ordinary => false,
        };
        let id = self.keep(transaction, raw, data, framing, withheld).await;
        if withheld {
            return Ok(Next::Close);
        }
        self.say(&format!("250 2.6.0 <playground-{id}> [InternalId={id}] Queued mail for delivery")).await
    }

    /// Puts the message into the mailbox, or through the transport rule once more.
    async fn keep(
        &self,
        open: Transaction,
        raw: Vec<u8>,
        data: Vec<u8>,
        framing: Framing,
        withheld: bool,
    ) -> u64 {
        let exchange = &self.exchange;
        let tenant = open.attribution.as_ref().filter(|attribution| attribution.by != AttributedBy::RcptTo);
        let tenant =
            tenant.and_then(|found| exchange.tenants().iter().find(|tenant| tenant.name == found.tenant));
        let again = exchange.rule_applies(tenant, &open.mail_from, &data);
        let id = exchange.mailbox().next_id();
        let (bare_lf, bare_cr) = bare_ends(&data);
        let arrived = Arc::new(Arrived {
            id,
            received: wall_clock(),
            peer: Some(self.peer),
            helo: self.helo.clone().unwrap_or_default(),
            mail_from: open.mail_from,
            mail_parameters: open.mail_parameters,
            rcpt_to: open.recipients,
            framing,
            tls: self.tls.clone(),
            attribution: open.attribution,
            raw_socket_bytes: raw.into(),
            bare_lf,
            bare_cr,
            token: headers::value_of(&data, crate::TOKEN_HEADER),
            processed: headers::value_of(&data, headers::PROCESSED),
            data: data.into(),
            course: if again { Course::SentAgain } else { Course::Delivered },
            reply_withheld: withheld,
        });
        self.note_report(&arrived);
        exchange.mailbox().keep(Arc::clone(&arrived));
        let listed = u64::from(exchange.dns.listing(self.peer).is_some());
        exchange.count(|figures| figures.arrived_listed += listed);
        if again {
            self.send_again(&arrived).await;
        }
        id
    }

    /// A report from the relay is a figure of its own: for a sender it is the difference between mail and no mail.
    fn note_report(&self, arrived: &Arrived) {
        let report_type = headers::value_of(&arrived.data, "Content-Type").unwrap_or_default();
        if !arrived.mail_from.is_empty() || !report_type.to_ascii_lowercase().starts_with("multipart/report")
        {
            return;
        }
        self.exchange.mailbox().keep_report(Report {
            origin: ReportOrigin::Connector,
            received: arrived.received,
            to: arrived.rcpt_to.join(", "),
            recipients: Vec::new(),
            reason: headers::value_of(&arrived.data, "Subject").unwrap_or_default(),
            arrived: Some(arrived.id),
        });
    }

    /// A loop: what comes back without its processed word goes out once more, one `Received` longer.
    async fn send_again(&self, arrived: &Arrived) {
        let host = &self.exchange.config.smart_host;
        let mut wire = format!(
            "Received: from {} ([{}]) by {host} with SMTP;\r\n {}\r\n",
            arrived.helo,
            self.peer,
            arrived.received.to_rfc5322()
        )
        .into_bytes();
        wire.extend_from_slice(&arrived.data);
        let fork = Fork::new(arrived.id, 0, &arrived.mail_from, arrived.rcpt_to.clone(), wire.into());
        if self.exchange.forks.send(fork).await.is_err() {
            tracing::debug!("the playground is stopping: a looping message ends here");
        }
    }

    async fn scripted(&mut self, stage: Stage, recipient: Option<&str>) -> Result<Scripted, LinkError> {
        match self.exchange.ask_script(stage, self.peer, recipient) {
            None => Ok(Scripted::Ordinary),
            Some(Act::Wait(time)) => {
                tokio::time::sleep(time).await;
                Ok(Scripted::Ordinary)
            }
            Some(Act::Reply(words)) => self.say(&words).await.map(Scripted::Said),
            Some(Act::KeepAndClose) if stage == Stage::EndOfData => Ok(Scripted::KeepAndClose),
            Some(Act::Close | Act::KeepAndClose) => Ok(Scripted::Said(Next::Close)),
        }
    }

    /// Writes one line and counts it by its class.
    async fn say(&mut self, words: &str) -> Step {
        match words.as_bytes().first() {
            Some(b'5') => {
                self.errors += 1;
                self.exchange.count(|figures| figures.refused += 1);
            }
            Some(b'4') => self.exchange.count(|figures| figures.put_off += 1),
            Some(_) | None => {}
        }
        self.link.write(format!("{words}\r\n").as_bytes()).await?;
        Ok(if words.starts_with("421") { Next::Close } else { Next::Go })
    }
}

/// The path between the angle brackets and what follows, as heard.
fn path_in(rest: &str, keyword: &str) -> Option<(String, String)> {
    let found = rest.get(..keyword.len()).filter(|found| found.eq_ignore_ascii_case(keyword))?;
    let path = rest[found.len()..].trim_start().strip_prefix('<')?;
    let close = closing_bracket(path)?;
    Some((path[..close].to_owned(), path[close + 1..].trim().to_owned()))
}

/// The first `>` outside quotes: a quoted local part may hold one (RFC 5321 §4.1.2).
fn closing_bracket(path: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in path.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    parameters.split_whitespace().find_map(|word| {
        let (key, value) = word.split_once('=')?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// The words that Xink's users read on 2024-10-20, with the client's address in both places.
fn listed_words(client: IpAddr, host: &str) -> String {
    format!(
        "550 5.7.1 Service unavailable, Client host [{client}] blocked using Spamhaus. To request removal from this \
         list see https://www.spamhaus.org/query/ip/{client} AS(1440) [{host} {} 08DCF05E631C54C6]",
        wall_clock()
    )
}

#[cfg(test)]
mod tests;
