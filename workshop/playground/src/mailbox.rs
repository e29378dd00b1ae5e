//! What arrived, what was sent, and the figures: the ends at which tests and drills count.
//!
//! The mailbox keeps whole messages up to a bound and forgets the oldest first; the figures and the table of tokens are
//! never forgotten, so a long drill counts right although it no longer holds every message. A delivery is known by the
//! header `X-Playground-Token` and the recipient: the second one with the same pair is a duplicate. A message without a
//! token is kept and counted, but cannot be told from its copies.

use model::{TenantName, Timestamp};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

/// The header by which a message is followed from Send to mailbox.
pub const TOKEN_HEADER: &str = "X-Playground-Token";

/// Most pairs of token and recipient that are remembered; beyond it duplicates are no longer counted and
/// `Figures::tokens_full` says so.
const TOKENS_MAX: usize = 2_000_000;

/// How the body travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    Data,
    Bdat,
    /// It never left Exchange.
    Internal,
}

/// By what a message was attributed to a tenant, in the order of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributedBy {
    Certificate,
    MailFrom,
    RcptTo,
}

/// Whose mail it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attribution {
    pub tenant: TenantName,
    pub by: AttributedBy,
}

/// What became of an accepted message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// At its end: in the recipients' mailboxes.
    Delivered,
    /// No processed word: the transport rule sent it to the connector again.
    SentAgain,
}

/// The TLS session on which a message came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TlsDetails {
    pub protocol: String,
    pub cipher: String,
    pub server_name: Option<String>,
    /// Names in the client certificate; empty without one.
    pub client_names: Vec<String>,
    /// Whether the client certificate chains to the playground's authority.
    pub client_trusted: bool,
    /// Whether the session goes on from an earlier one: then the certificate is that one's.
    pub resumed: bool,
}

/// One accepted transaction, exactly.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub id: u64,
    /// When its MAIL was heard.
    pub began: Timestamp,
    pub received: Timestamp,
    /// `None`: it never left Exchange.
    pub peer: Option<IpAddr>,
    pub helo: String,
    /// Between the angle brackets, as heard; empty for the null sender.
    pub mail_from: String,
    /// Behind the angle brackets, as heard.
    pub mail_parameters: String,
    /// The accepted recipients, as heard.
    pub rcpt_to: Vec<String>,
    pub framing: Framing,
    pub tls: Option<TlsDetails>,
    pub attribution: Option<Attribution>,
    /// What the client wrote from MAIL to the end of the body, after decryption.
    pub raw_socket_bytes: Arc<[u8]>,
    /// The content after taking out stuffed dots, or the joined BDAT chunks.
    pub data: Arc<[u8]>,
    pub bare_lf: usize,
    pub bare_cr: usize,
    pub token: Option<String>,
    /// The value of `X-Signpost-Processed`, if there is one.
    pub processed: Option<String>,
    pub course: Course,
    /// Whether the client was left without a reply although the message was kept.
    pub reply_withheld: bool,
}

/// Where one recipient of a sent message stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// In the queue of the fake Exchange.
    Waiting { attempts: u32, last: String },
    /// The connector's host took it.
    HandedOver { reply: String },
    /// The transport rule did not apply.
    Delivered,
    /// Given up: the sender has a report.
    Reported { reply: String },
}

/// One recipient of a sent message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentRecipient {
    pub address: String,
    /// Which copy: Exchange forks one message into several with one Message-ID.
    pub fork: usize,
    #[serde(flatten)]
    pub fate: Fate,
}

/// One press of Send.
#[derive(Debug, Clone)]
pub struct Sent {
    pub id: u64,
    pub token: String,
    pub submitted: Timestamp,
    pub mail_from: String,
    pub recipients: Vec<SentRecipient>,
    /// As its writer left it.
    pub raw: Arc<[u8]>,
    /// As it went to the connector: with the block that Exchange puts in front.
    pub wire: Arc<[u8]>,
}

/// Who wrote a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportOrigin {
    /// The fake Exchange itself: it gave up, or its connector's host refused for good.
    Exchange,
    /// It came in with a null sender.
    Connector,
}

/// One report of non-delivery to a sender.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub origin: ReportOrigin,
    pub received: Timestamp,
    /// The sender of the message that failed.
    pub to: String,
    /// The recipients that failed; for a report that came in: nothing, its text says it.
    pub recipients: Vec<String>,
    /// The reply that was the cause, or the subject of a report that came in.
    pub reason: String,
    /// Id of the arrived message that is the report, if it came in.
    pub arrived: Option<u64>,
}

/// A recipient that was not taken: the client was listed, or a script said so.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedRecipient {
    pub at: Timestamp,
    pub peer: IpAddr,
    pub recipient: String,
    pub reply: String,
}

/// What has been counted since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// Messages for which somebody pressed Send.
    pub submitted: u64,
    /// Recipients whose mail the connector's host took.
    pub handed_over: u64,
    /// Attempts that ended in a wait.
    pub deferred: u64,
    /// Accepted inbound transactions.
    pub arrived: u64,
    /// Recipients that have their mail, each pair of token and recipient once.
    pub delivered: u64,
    /// Deliveries of a pair of token and recipient that had been delivered before.
    pub duplicates: u64,
    /// Accepted messages without the processed word that the rule sent again.
    pub sent_again: u64,
    /// Inbound commands or bodies answered with 5yz.
    pub refused: u64,
    /// Inbound commands or bodies answered with 4yz.
    pub put_off: u64,
    /// Recipients refused because the client's address was listed.
    pub refused_listed: u64,
    /// Bodies received while the client's address was listed and not allowed.
    pub arrived_listed: u64,
    /// Reports that the fake Exchange wrote.
    pub reports_own: u64,
    /// Reports that came in.
    pub reports_in: u64,
    /// Whether the table of tokens overflowed: then `duplicates` is a lower bound.
    pub tokens_full: bool,
}

/// Everything that is kept, behind one lock.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    pub(crate) figures: Figures,
    messages: VecDeque<Arc<Arrived>>,
    bytes: usize,
    sent: VecDeque<Sent>,
    sent_bytes: usize,
    reports: VecDeque<Report>,
    refused: VecDeque<RefusedRecipient>,
    put_off_by: BTreeMap<String, u64>,
    tokens: BTreeSet<(String, String)>,
    messages_max: usize,
    bytes_max: usize,
    last_id: u64,
}

impl Mailbox {
    pub(crate) fn new(messages_max: usize, bytes_max: usize) -> Self {
        Self { messages_max, bytes_max, ..Self::default() }
    }

    /// The next number for an arrived or sent message.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Keeps an accepted transaction and counts it.
    pub(crate) fn keep(&mut self, arrived: Arc<Arrived>) {
        self.figures.arrived += 1;
        match arrived.course {
            Course::SentAgain => self.figures.sent_again += 1,
            Course::Delivered => self.count_deliveries(&arrived),
        }
        self.bytes += weight(&arrived);
        self.messages.push_back(arrived);
        while self.messages.len() > self.messages_max || self.bytes > self.bytes_max {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.bytes -= weight(&oldest);
        }
    }

    fn count_deliveries(&mut self, arrived: &Arrived) {
        for recipient in &arrived.rcpt_to {
            let Some(token) = &arrived.token else {
                self.figures.delivered += 1;
                continue;
            };
            if self.tokens.len() >= TOKENS_MAX {
                self.figures.tokens_full = true;
            } else if !self.tokens.insert((token.clone(), recipient.to_lowercase())) {
                self.figures.duplicates += 1;
                continue;
            }
            self.figures.delivered += 1;
        }
    }

    pub(crate) fn keep_sent(&mut self, sent: Sent) {
        self.figures.submitted += 1;
        self.sent_bytes += sent.raw.len() + sent.wire.len();
        self.sent.push_back(sent);
        while self.sent.len() > self.messages_max || self.sent_bytes > self.bytes_max {
            let Some(oldest) = self.sent.pop_front() else { break };
            self.sent_bytes -= oldest.raw.len() + oldest.wire.len();
        }
    }

    /// Writes down where recipients of one fork stand now.
    pub(crate) fn set_fate(&mut self, id: u64, fork: usize, address: &str, fate: &Fate) {
        // The message may have been forgotten by now: the figures were counted by the caller all the same.
        let Some(sent) = self.sent.iter_mut().rev().find(|sent| sent.id == id) else { return };
        for recipient in &mut sent.recipients {
            if recipient.fork == fork && recipient.address == address {
                recipient.fate = fate.clone();
            }
        }
    }

    pub(crate) fn keep_refused(&mut self, refused: RefusedRecipient) {
        self.refused.push_back(refused);
        if self.refused.len() > self.messages_max {
            self.refused.pop_front();
        }
    }

    /// Counts an answer by its codes, or what came instead by its words.
    pub(crate) fn count_answer(&mut self, reply: &str) {
        let is_code = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
        let codes: Vec<&str> = reply.split_whitespace().take_while(is_code).take(2).collect();
        let key = if codes.is_empty() { reply.to_owned() } else { codes.join(" ") };
        *self.put_off_by.entry(key).or_default() += 1;
    }

    pub(crate) fn put_off_by(&self) -> BTreeMap<String, u64> {
        self.put_off_by.clone()
    }

    pub(crate) fn refused_count(&self) -> usize {
        self.refused.len()
    }

    /// Oldest first.
    pub(crate) fn refused(&self) -> Vec<RefusedRecipient> {
        self.refused.iter().cloned().collect()
    }

    pub(crate) fn keep_report(&mut self, report: Report) {
        match report.origin {
            ReportOrigin::Exchange => self.figures.reports_own += 1,
            ReportOrigin::Connector => self.figures.reports_in += 1,
        }
        self.reports.push_back(report);
        if self.reports.len() > self.messages_max {
            self.reports.pop_front();
        }
    }

    /// Oldest first.
    pub(crate) fn messages(&self) -> Vec<Arc<Arrived>> {
        self.messages.iter().cloned().collect()
    }

    pub(crate) fn message(&self, id: u64) -> Option<Arc<Arrived>> {
        self.messages.iter().rev().find(|message| message.id == id).cloned()
    }

    /// Oldest first.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.iter().cloned().collect()
    }

    pub(crate) fn sent_by_token(&self, token: &str) -> Option<Sent> {
        self.sent.iter().rev().find(|sent| sent.token == token).cloned()
    }

    /// Oldest first.
    pub(crate) fn reports(&self) -> Vec<Report> {
        self.reports.iter().cloned().collect()
    }
}

fn weight(arrived: &Arrived) -> usize {
    arrived.data.len() + arrived.raw_socket_bytes.len()
}

#[cfg(test)]
mod tests;
