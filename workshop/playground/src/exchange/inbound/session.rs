//! One inbound connection from greeting to close.
//!
//! ```text
//! greeting -> EHLO -> [STARTTLS -> EHLO] -> MAIL -> RCPT.. -> DATA | BDAT.. LAST -> kept -> MAIL ..
//! ```
//! The session holds at most one transaction; RSET, a new EHLO and the end of a body end it. A command out of its order gets 503 and
//! changes nothing. The script is asked before every stage: it may answer in the session's place, wait, or close.

use super::keep::{Taken, keep};
use super::words::{listed_words, parameter, path_in};
use crate::exchange::Exchange;
use crate::exchange::attribution::{self, RELAY_DENIED};
use crate::exchange::link::{Duplex, Link, LinkError, unstuff};
use crate::mailbox::{Attribution, Framing, TlsDetails};
use crate::script::{Act, Asked};
use model::{Stage, Timestamp};
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

/// Of what the script is asked.
#[derive(Clone, Copy)]
enum Of<'a> {
    Session,
    Recipient(&'a String),
    /// A body and its recipients.
    Message(&'a [u8], &'a [String]),
}

impl<'a> Of<'a> {
    fn recipient(self) -> Option<&'a str> {
        if let Self::Recipient(recipient) = self { Some(recipient) } else { None }
    }

    fn content(self) -> Option<&'a [u8]> {
        if let Self::Message(content, _) = self { Some(content) } else { None }
    }

    /// Whom a refusal hits.
    fn recipients(self) -> &'a [String] {
        match self {
            Self::Session => &[],
            Self::Recipient(recipient) => std::slice::from_ref(recipient),
            Self::Message(_, recipients) => recipients,
        }
    }
}

/// One MAIL and what followed.
#[derive(Debug, Default)]
struct Transaction {
    began: Timestamp,
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
    /// Whether the client has said the password.
    is_known: bool,
}

impl Session {
    pub(super) fn new(exchange: Arc<Exchange>, link: Link, peer: IpAddr) -> Self {
        Self { exchange, link, peer, helo: None, tls: None, transaction: None, errors: 0, is_known: false }
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
        if self.exchange.config.inbound.implicit_tls {
            self.secure().await?;
        }
        if let Scripted::Said(next) = self.scripted(Stage::Banner, Of::Session).await? {
            if next == Next::Close {
                return Ok(());
            }
        } else {
            let greeting =
                format!("220 {} Microsoft ESMTP MAIL Service ready", self.exchange.config.smart_host);
            self.say(&greeting).await?;
        }
        loop {
            if self.transaction.is_none() {
                // Only what belongs to a transaction is kept.
                self.link.forget_heard();
            }
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
            "AUTH" => self.auth(rest).await,
            "MAIL" => self.mail(rest).await,
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
        if let Scripted::Said(next) = self.scripted(Stage::Ehlo, Of::Session).await? {
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
        lines.extend(["PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"].map(str::to_owned));
        if inbound.dsn {
            lines.push("DSN".to_owned());
        }
        if inbound.chunking {
            lines.push("CHUNKING".to_owned());
        }
        if inbound.login.is_some() && self.tls.is_some() {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        if inbound.starttls && self.tls.is_none() {
            lines.push("STARTTLS".to_owned());
        }
        lines.extend(inbound.also.iter().map(|word| (*word).to_owned()));
        lines.retain(|line| !inbound.lacks.contains(&line.as_str()));
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
        if let Scripted::Said(next) = self.scripted(Stage::Tls, Of::Session).await? {
            return Ok(next);
        }
        if self.link.has_read_ahead() {
            // Commands behind STARTTLS in clear are an injection (CVE-2011-0411): nothing of them is looked at.
            return self.say("554 5.5.1 Commands behind STARTTLS").await.map(|_| Next::Close);
        }
        self.say("220 2.0.0 SMTP server ready").await?;
        self.secure().await?;
        Ok(Next::Go)
    }

    async fn secure(&mut self) -> Result<(), LinkError> {
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
        Ok(())
    }

    /// PLAIN with its initial response, nothing else.
    async fn auth(&mut self, rest: &str) -> Step {
        let said = rest.split_whitespace().collect::<Vec<_>>();
        let known = self.exchange.config.inbound.login.as_ref().filter(|_| self.tls.is_some());
        let (Some((user, password)), ["PLAIN", said]) = (known, said.as_slice()) else {
            return self.say("504 5.5.4 Unrecognized authentication type").await;
        };
        let expected = crate::compose::base64(format!("\0{user}\0{password}").as_bytes());
        if *said != expected {
            return self.say("535 5.7.3 Authentication unsuccessful").await;
        }
        self.is_known = true;
        self.say("235 2.7.0 Authentication successful").await
    }

    async fn mail(&mut self, rest: &str) -> Step {
        if self.helo.is_none() {
            return self.say("503 5.5.2 Send hello first").await;
        }
        if self.exchange.config.inbound.login.is_some() && !self.is_known {
            return self.say("530 5.7.57 SMTP; Client was not authenticated to send anonymous mail").await;
        }
        if self.transaction.is_some() {
            return self.say("503 5.5.2 Sender already specified").await;
        }
        if let Scripted::Said(next) = self.scripted(Stage::Mail, Of::Session).await? {
            return Ok(next);
        }
        let Some((mail_from, mail_parameters)) = path_in(rest, "FROM:") else {
            return self.say("501 5.5.4 Invalid arguments").await;
        };
        let announced = parameter(&mail_parameters, "SIZE").and_then(|size| size.parse::<usize>().ok());
        if announced.is_some_and(|size| size > self.exchange.config.inbound.size_max) {
            return self.say("552 5.3.4 Message size exceeds fixed maximum message size").await;
        }
        let tenants = self.exchange.tenants();
        let attribution = attribution::of_sender(tenants, self.tls.as_ref(), &mail_from, self.peer);
        let began = crate::wall_clock();
        self.transaction =
            Some(Transaction { mail_from, mail_parameters, attribution, began, ..Transaction::default() });
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
        if let Scripted::Said(next) = self.scripted(Stage::Rcpt, Of::Recipient(&recipient)).await? {
            return Ok(next);
        }
        if self.exchange.refuses(self.peer).await {
            self.exchange.count(|figures| figures.refused_listed += 1);
            let words = listed_words(self.peer, &self.exchange.config.smart_host);
            self.exchange.keep_refused(self.peer, &recipient, &words);
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
        if let Scripted::Said(next) = self.scripted(Stage::Data, Of::Session).await? {
            return Ok(next);
        }
        self.say("354 Start mail input; end with <CRLF>.<CRLF>").await?;
        let size_max = self.exchange.config.inbound.size_max;
        let framed = match self.link.until_final_dot(size_max + OVERSIZE_READ_MAX).await {
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
        if first && let Scripted::Said(next) = self.scripted(Stage::Data, Of::Session).await? {
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
        let raw_socket_bytes = self.link.take_heard();
        let size_max = self.exchange.config.inbound.size_max;
        if data.len() > size_max {
            return self.say("552 5.3.4 Message size exceeds fixed maximum message size").await;
        }
        let whole = Of::Message(&data, &transaction.recipients);
        let withheld = match self.scripted(Stage::EndOfData, whole).await? {
            Scripted::Said(next) => return Ok(next),
            Scripted::KeepAndClose => true,
            Scripted::Ordinary => false,
        };
        let taken = Taken {
            peer: self.peer,
            helo: self.helo.clone().unwrap_or_default(),
            tls: self.tls.clone(),
            mail_from: transaction.mail_from,
            mail_parameters: transaction.mail_parameters,
            recipients: transaction.recipients,
            attribution: transaction.attribution,
            framing,
            raw_socket_bytes,
            data,
            reply_withheld: withheld,
            began: transaction.began,
        };
        let id = keep(&self.exchange, taken).await;
        if withheld {
            return Ok(Next::Close);
        }
        self.say(&format!("250 2.6.0 <playground-{id}> [InternalId={id}] Queued mail for delivery")).await
    }

    async fn scripted(&mut self, stage: Stage, of: Of<'_>) -> Result<Scripted, LinkError> {
        let (recipient, content) = (of.recipient(), of.content());
        match self.exchange.ask_script(Asked { stage, source: self.peer, recipient, content }) {
            None => Ok(Scripted::Ordinary),
            Some(Act::Wait(time)) => {
                tokio::time::sleep(time).await;
                Ok(Scripted::Ordinary)
            }
            Some(Act::Reply(words)) => {
                for recipient in of.recipients() {
                    self.exchange.keep_refused(self.peer, recipient, &words);
                }
                self.say(&words).await.map(Scripted::Said)
            }
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

#[cfg(test)]
mod tests;
