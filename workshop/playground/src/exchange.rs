//! The fake Exchange Online: an organisation's mail system around the relay, at both of its ends.
//!
//! ```text
//! submit -> transport rule -+- processed word: mailbox
//!                           +- else: queue -> connector (the relay under test) -> inbound -> transport rule again
//! ```
//! `outbound` owns the queue and its patience, `client` and `inbound` speak SMTP, `attribution` decides whose mail it is, `headers` reads and
//! writes the few fields that matter here. This page holds what they share. What it never does: change the bytes of a message after
//! they were accepted, or forget a message that it acknowledged.

mod attribution;
mod client;
mod headers;
mod inbound;
mod link;
mod outbound;
mod tls;

use crate::mailbox::{Course, Fate, Framing, Mailbox, Report, ReportOrigin};
use crate::script::{Act, Asked, Script, ScriptRule};
use crate::{
    Arrived, Authority, ExchangeTenant, Figures, NameServer, OutboundTls, PlaygroundConfig, RefusedRecipient,
    Sent, SentRecipient, StartError, wall_clock,
};
use outbound::Fork;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

pub(crate) use headers::value_of;

/// Forks between `submit` and the queue's own task; a further `submit` waits.
const HANDOVER_MAX: usize = 1_024;

/// What a user hands to Exchange.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The reverse path; empty for the null sender.
    pub from: String,
    pub to: Vec<String>,
    /// Header and body.
    pub raw: Vec<u8>,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    #[error("a mail needs at least one recipient, and every group of a forked one too")]
    Recipients,
    #[error("the playground is stopping")]
    Stopping,
}

#[derive(Debug)]
struct Controls {
    rule: bool,
    allow_list: BTreeSet<IpAddr>,
    script: Script,
}

/// The fake Exchange's shared state.
pub(crate) struct Exchange {
    config: PlaygroundConfig,
    address: SocketAddr,
    authority: Authority,
    dns: NameServer,
    tls: tls::Sides,
    mailbox: Mutex<Mailbox>,
    controls: Mutex<Controls>,
    connector: watch::Sender<Option<SocketAddr>>,
    changes: watch::Sender<u64>,
    forks: mpsc::Sender<Fork>,
}

impl Exchange {
    /// Binds the inbound side and puts the tasks of both sides into `tasks`.
    pub(crate) async fn start(
        config: PlaygroundConfig,
        dns: NameServer,
        tasks: &mut JoinSet<()>,
    ) -> Result<Arc<Self>, StartError> {
        let listen =
            |source| StartError::Listen { what: "the fake Exchange", address: config.exchange, source };
        let listener = TcpListener::bind(config.exchange).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let authority = Authority::new()?;
        let (forks, receiver) = mpsc::channel(HANDOVER_MAX);
        let resumes = config.outbound.tls != OutboundTls::Required;
        let exchange = Arc::new(Self {
            tls: tls::Sides::new(&authority, &config.smart_host, address.ip(), resumes)?,
            mailbox: Mutex::new(Mailbox::new(config.mailbox_messages_max, config.mailbox_bytes_max)),
            controls: Mutex::new(Controls {
                rule: true,
                allow_list: config.inbound.allow_list.clone(),
                script: Script::new(config.seed),
            }),
            connector: watch::Sender::new(config.connector),
            changes: watch::Sender::new(0),
            config,
            address,
            authority,
            dns,
            forks,
        });
        tasks.spawn(outbound::run(Arc::clone(&exchange), receiver));
        tasks.spawn(inbound::run(Arc::clone(&exchange), listener));
        Ok(exchange)
    }

    /// The names by which the fake Exchange is found: its own address, and an MX for each domain that it hosts.
    pub(crate) fn fill_zones(&self) {
        let host = &self.config.smart_host;
        self.dns.add(host, crate::dns::Answer::Address(self.address.ip()));
        for domain in self.config.tenants.iter().flat_map(|tenant| &tenant.domains) {
            let exchanger = crate::dns::Answer::Mx { preference: 10, host: host.clone() };
            self.dns.add(domain, exchanger);
            self.dns.add(domain, crate::dns::Answer::Text("v=spf1 ip4:127.0.0.0/8 -all".to_owned()));
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn tenants(&self) -> &[ExchangeTenant] {
        &self.config.tenants
    }

    pub(crate) fn mailbox(&self) -> MutexGuard<'_, Mailbox> {
        // A panic while it was held can at worst have left one message uncounted, and that test has failed anyway.
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn controls(&self) -> MutexGuard<'_, Controls> {
        self.controls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_connector(&self, connector: Option<SocketAddr>) {
        self.connector.send_replace(connector);
    }

    pub(crate) fn set_rule(&self, on: bool) {
        self.controls().rule = on;
    }

    pub(crate) fn set_allowed(&self, ip: IpAddr, allowed: bool) {
        let list = &mut self.controls().allow_list;
        if allowed {
            list.insert(ip)
        } else {
            list.remove(&ip)
        };
    }

    pub(crate) fn script(&self, rule: ScriptRule) {
        self.controls().script.add(rule);
    }

    pub(crate) fn clear_script(&self) {
        self.controls().script.clear();
    }

    fn ask_script(&self, asked: Asked<'_>) -> Option<Act> {
        self.controls().script.ask(asked)
    }

    pub(crate) fn look_at_dates(&self, scale: u32) {
        self.tls.calendar.begin(scale);
    }

    /// Whether this client is refused for its address.
    async fn refuses(&self, source: IpAddr) -> bool {
        let is_allowed = self.controls().allow_list.contains(&source);
        self.config.inbound.dnsbl && !is_allowed && self.dns.is_listed(source).await
    }

    /// Counts, and wakes whoever waits for figures.
    fn count(&self, change: impl FnOnce(&mut Figures)) {
        change(&mut self.mailbox().figures);
        self.changes.send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    fn keep_refused(&self, peer: IpAddr, recipient: &str, reply: &str) {
        let (recipient, reply) = (recipient.to_owned(), reply.to_owned());
        self.mailbox().keep_refused(RefusedRecipient { at: wall_clock(), peer, recipient, reply });
    }

    pub(crate) async fn wait_for(
        &self,
        wait: Duration,
        enough: impl Fn(&Figures) -> bool,
    ) -> Result<Figures, Figures> {
        let mut changes = self.changes.subscribe();
        let reached = tokio::time::timeout(wait, changes.wait_for(|_| enough(&self.mailbox().figures))).await;
        let figures = self.mailbox().figures;
        if matches!(reached, Ok(Ok(_))) { Ok(figures) } else { Err(figures) }
    }

    pub(crate) async fn submit(&self, mail: Mail) -> Result<u64, SubmitError> {
        let groups = vec![mail.to.clone()];
        self.submit_forked(mail, groups).await
    }

    /// Somebody of `organisation` sends in another one's name: what Exchange puts in front is theirs, and their connector is the same host.
    pub(crate) async fn submit_forged(
        &self,
        organisation: &ExchangeTenant,
        token: &str,
        mail: Mail,
    ) -> Result<(), SubmitError> {
        if mail.to.is_empty() {
            return Err(SubmitError::Recipients);
        }
        let id = self.mailbox().next_id();
        let host = &self.config.smart_host;
        let wire: Arc<[u8]> = headers::dress(&mail, Some(organisation), token, host, wall_clock()).into();
        let sent = self.describe(id, token, &mail, std::slice::from_ref(&mail.to), &wire);
        self.mailbox().keep_sent(sent);
        let fork = Fork::new(id, 0, &mail.from, mail.to, wire);
        self.forks.send(fork).await.map_err(|_closed| SubmitError::Stopping)
    }

    pub(crate) async fn submit_forked(
        &self,
        mail: Mail,
        groups: Vec<Vec<String>>,
    ) -> Result<u64, SubmitError> {
        if groups.is_empty() || groups.iter().any(Vec::is_empty) {
            return Err(SubmitError::Recipients);
        }
        let id = self.mailbox().next_id();
        let tenant = self.tenant_of_sender(&mail.from);
        let token = value_of(&mail.raw, crate::TOKEN_HEADER).unwrap_or_else(|| format!("sent-{id}"));
        let wire: Arc<[u8]> =
            headers::dress(&mail, tenant, &token, &self.config.smart_host, wall_clock()).into();
        let routed = self.rule_applies(tenant, &mail.from, &wire);
        let sent = self.describe(id, &token, &mail, &groups, &wire);
        self.mailbox().keep_sent(sent);
        self.count(|_| ());
        for (number, recipients) in groups.into_iter().enumerate() {
            let fork = Fork::new(id, number, &mail.from, recipients, Arc::clone(&wire));
            if routed {
                self.forks.send(fork).await.map_err(|_closed| SubmitError::Stopping)?;
            } else {
                self.deliver_inside(&fork);
            }
        }
        Ok(id)
    }

    fn describe(&self, id: u64, token: &str, mail: &Mail, groups: &[Vec<String>], wire: &Arc<[u8]>) -> Sent {
        let waiting = Fate::Waiting { attempts: 0, last: String::new() };
        let recipients = groups.iter().enumerate().flat_map(|(fork, group)| {
            let fate = &waiting;
            group.iter().map(move |to| SentRecipient { address: to.clone(), fork, fate: fate.clone() })
        });
        Sent {
            id,
            token: token.to_owned(),
            submitted: wall_clock(),
            mail_from: mail.from.clone(),
            recipients: recipients.collect(),
            raw: mail.raw.as_slice().into(),
            wire: Arc::clone(wire),
        }
    }

    /// The transport rule: mail of people of the organisation, except what carries its processed word.
    fn rule_applies(&self, tenant: Option<&ExchangeTenant>, mail_from: &str, data: &[u8]) -> bool {
        let Some(tenant) = tenant else { return false };
        self.controls().rule
            && !mail_from.is_empty()
            && !value_of(data, headers::PROCESSED)
                .is_some_and(|value| headers::has_word(&value, &tenant.processed_word))
    }

    fn tenant_of_sender(&self, mail_from: &str) -> Option<&ExchangeTenant> {
        let domain = attribution::domain_of(mail_from)?;
        self.config.tenants.iter().find(|tenant| tenant.accepts(domain))
    }

    /// A message to which the rule did not apply at Send.
    fn deliver_inside(&self, fork: &Fork) {
        let id = self.mailbox().next_id();
        let arrived = Arrived {
            id,
            began: wall_clock(),
            received: wall_clock(),
            peer: None,
            helo: String::new(),
            mail_from: fork.mail_from.clone(),
            mail_parameters: String::new(),
            rcpt_to: fork.recipients.clone(),
            framing: Framing::Internal,
            tls: None,
            attribution: None,
            raw_socket_bytes: Arc::from([]),
            data: Arc::clone(&fork.wire),
            bare_lf: 0,
            bare_cr: 0,
            token: value_of(&fork.wire, crate::TOKEN_HEADER),
            processed: value_of(&fork.wire, headers::PROCESSED),
            course: Course::Delivered,
            reply_withheld: false,
        };
        self.mailbox().keep(Arc::new(arrived));
        self.note_fate(fork, &fork.recipients, &Fate::Delivered);
    }

    fn note_fate(&self, fork: &Fork, recipients: &[String], fate: &Fate) {
        let mut mailbox = self.mailbox();
        for recipient in recipients {
            mailbox.set_fate(fork.id, fork.number, recipient, fate);
        }
        drop(mailbox);
        self.count(|_| ());
    }

    /// A report to the sender of `fork`, unless nobody may be told.
    fn report(&self, fork: &Fork, recipients: Vec<String>, reason: String) {
        self.note_fate(fork, &recipients, &Fate::Reported { reply: reason.clone() });
        if fork.mail_from.is_empty() {
            return;
        }
        let to = fork.mail_from.clone();
        let origin = ReportOrigin::Exchange;
        self.mailbox().keep_report(Report {
            origin,
            received: wall_clock(),
            to,
            recipients,
            reason,
            arrived: None,
        });
        self.count(|_| ());
    }
}
