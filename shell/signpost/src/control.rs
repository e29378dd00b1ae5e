//! How commands talk to a running node: one request and one answer over `DATA/control.sock`.
//!
//! A line of JSON, then as many raw bytes as it announces; the answer has the same form. The socket belongs to the node's user alone, so whoever
//! can open it may do everything. A request that cannot be read is answered by an error.

mod client;
mod server;

pub(crate) use client::Client;
pub(crate) use server::{Control, bind, serve};

use crate::desk::Order;
use crate::replies::ReplyWish;
use incident::{Act, IncidentId};
use model::{Address, MessageId, Selection, SourceName, TenantName, Timestamp, VendorName};
use sentry::Place;
use serde::{Deserialize, Serialize};

/// Most bytes that follow a line.
const ATTACHED_MAX: u64 = 256 << 20;
/// Longest line.
const LINE_MAX: u64 = 16 << 20;

/// What may be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub(crate) enum Request {
    /// Where the node listens.
    Status,
    /// The canonical bytes of a folder are attached.
    TenantApply,
    TenantList,
    /// The answer has the canonical bytes of the folder attached.
    TenantExport {
        name: TenantName,
    },
    QueueList {
        /// By default everything.
        #[serde(default = "Selection::everything")]
        selection: Selection,
        limit: usize,
    },
    QueueSummary {
        selection: Selection,
    },
    /// With `raw` the answer has the message attached, with `headers` its header.
    QueueShow {
        id: MessageId,
        #[serde(default)]
        raw: bool,
        #[serde(default)]
        headers: bool,
        #[serde(default)]
        explain: bool,
    },
    /// Without `go` it only tells what it would do.
    QueueAct {
        order: Order,
        go: bool,
    },
    /// The latest first.
    QueueActs {
        limit: usize,
    },
    /// Every certificate, looked at now.
    CertificateList,
    /// Block lists, what they say of every subject, and the cases.
    DnsblList,
    /// One address or domain with its polls.
    DnsblShow {
        subject: String,
    },
    /// Every watched vendor as it is known now.
    VendorList,
    /// One vendor with its records.
    VendorShow {
        name: String,
    },
    /// Vendors that the operator's file has and the node does not watch yet are watched.
    VendorTake,
    /// Looks at one vendor or at all before its time; answers with the lines as they are then.
    VendorLook {
        name: Option<VendorName>,
    },
    /// Somebody asked a list for removal.
    DnsblAsked {
        subject: String,
        zone: String,
    },
    /// Tenants and senders that are out of line, or all.
    SenderList {
        tenant: Option<TenantName>,
        all: bool,
    },
    SenderShow {
        tenant: TenantName,
        sender: Option<Address>,
    },
    SenderOrder {
        tenant: TenantName,
        sender: Option<Address>,
        kind: SenderOrder,
        hours: u64,
        note: String,
    },
    SenderComplaint {
        tenant: TenantName,
        sender: Address,
        count: u32,
    },
    /// Every source with its states, and what each met at receivers within the last hour.
    SourceList,
    SourceOrder {
        source: SourceName,
        place: Place,
        kind: SourceOrder,
        hours: u64,
        note: String,
    },
    /// Open ones; with `all` also suspicions of which nothing came and what is over.
    IncidentList {
        all: bool,
    },
    /// One with its evidence, its postmortem as the evidence has it now, and what contradicts it.
    IncidentShow {
        incident: IncidentId,
    },
    /// Everything that is known of one, signed.
    IncidentExport {
        incident: IncidentId,
    },
    IncidentAct {
        act: Box<Act>,
    },
    /// Who is told of incidents.
    SubscriberList,
    SubscriberAdd {
        way: SubscriberWay,
        contact: Option<String>,
        /// Ids or names of components; none for everything.
        parts: Vec<String>,
        /// Nothing of ours: what other vendors say, as far as it takes it.
        #[serde(default)]
        vendors: Option<Box<vendor::AlertRule>>,
    },
    SubscriberRemove {
        id: String,
    },
    /// What one did to a tenant's mail, with a link for the tenant's administrator.
    IncidentAffected {
        incident: IncidentId,
        tenant: TenantName,
        /// How long the link is good.
        days: u16,
        /// What is attached to the answer; the link alone asks no records.
        #[serde(default)]
        table: Option<AffectedTable>,
    },
    /// How much every way takes.
    WayList,
    /// What the site of these exchangers takes.
    WayShow {
        hosts: Vec<String>,
    },
    /// What TLS met at the hosts of a domain in these days, or of all, and what was told of it.
    TlsReports {
        domain: Option<String>,
    },
    /// What became of messages.
    Trace(TraceWish),
    /// What nobody knows of replies, and what operators said of them.
    Replies {
        wish: ReplyWish,
    },
}

/// Who is to be told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubscriberWay {
    Mail { address: String, language: incident::Language },
    Webhook { url: String, kind: status::subscribe::HookKind },
}

/// How affected messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AffectedTable {
    Csv,
    Json,
}

/// What is ordered about a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SourceOrder {
    Quarantine,
    Release,
    /// The running order ends.
    End,
    Probe,
}

/// What is ordered about a sender.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SenderOrder {
    Allow,
    Hold,
}

/// Which messages; everything that is given must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TraceWish {
    /// An id, or a part of an address of sender or recipient.
    pub(crate) query: Option<String>,
    pub(crate) sender: Option<String>,
    pub(crate) recipient: Option<String>,
    pub(crate) message_id: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) class: Option<String>,
    pub(crate) tenant: Option<TenantName>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    /// Messages, the newest.
    pub(crate) limit: usize,
}

impl TraceWish {
    /// Whether it asks for nothing in particular.
    pub(crate) fn is_empty(&self) -> bool {
        let texts = [&self.query, &self.sender, &self.recipient, &self.message_id, &self.site, &self.class];
        let times = [self.since, self.until];
        texts.iter().all(|text| text.is_none()) && self.tenant.is_none() && times.iter().all(Option::is_none)
    }
}

impl Request {
    /// Whether it changes messages of the queue, which may take long and is never broken off.
    fn is_an_act(&self) -> bool {
        matches!(self, Self::QueueAct { .. })
    }

    fn is_about_the_queue(&self) -> bool {
        match self {
            Self::QueueList { .. }
            | Self::QueueSummary { .. }
            | Self::QueueShow { .. }
            | Self::QueueAct { .. }
            | Self::QueueActs { .. } => true,
            Self::Status
            | Self::TenantApply
            | Self::TenantList
            | Self::TenantExport { .. }
            | Self::CertificateList
            | Self::DnsblList
            | Self::VendorList
            | Self::VendorShow { .. }
            | Self::VendorTake
            | Self::VendorLook { .. }
            | Self::DnsblShow { .. }
            | Self::DnsblAsked { .. }
            | Self::SenderList { .. }
            | Self::SenderShow { .. }
            | Self::SenderOrder { .. }
            | Self::SenderComplaint { .. }
            | Self::SourceList
            | Self::IncidentList { .. }
            | Self::IncidentShow { .. }
            | Self::IncidentExport { .. }
            | Self::IncidentAct { .. }
            | Self::IncidentAffected { .. }
            | Self::SourceOrder { .. }
            | Self::SubscriberList
            | Self::SubscriberAdd { .. }
            | Self::SubscriberRemove { .. }
            | Self::WayList
            | Self::WayShow { .. }
            | Self::TlsReports { .. }
            | Self::Trace(_)
            | Self::Replies { .. } => false,
        }
    }
}

/// What is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Done(serde_json::Value),
    Failed(String),
}

/// A line on the socket.
#[derive(Debug, Serialize, Deserialize)]
struct Line<T> {
    #[serde(flatten)]
    content: T,
    #[serde(default)]
    attached: u64,
}
