//! Messages: what a client offers, and what the world knows of it that the node has to find out.

use crate::scene::{HOSTS, Scene};
use bounce::{Context, Route};
use core::net::IpAddr;
use model::{Address, MessageId, ReversePath, Stage, Timestamp};

/// What is true of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mailbox {
    There,
    Unknown,
    Full,
}

#[derive(Debug, Clone)]
pub(crate) struct Recipient {
    pub(crate) address: Address,
    /// Who takes its mail.
    pub(crate) host: usize,
    pub(crate) mailbox: Mailbox,
    /// Whether its domain is the tenant's own.
    pub(crate) is_tenants: bool,
}

/// One message. It never changes.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) id: MessageId,
    pub(crate) tenant: usize,
    pub(crate) sender: ReversePath,
    pub(crate) wants_no_report: bool,
    pub(crate) recipients: Vec<Recipient>,
    /// Receivers are right to refuse it.
    pub(crate) is_spam: bool,
    /// Its sender's domain is set up wrongly; only strangers look.
    pub(crate) is_unaligned: bool,
    pub(crate) received: Timestamp,
    pub(crate) expires: Timestamp,
    /// It is a report about this one.
    pub(crate) about: Option<MessageId>,
}

impl Mail {
    pub(crate) fn route(&self, scene: &Scene) -> Route {
        match (self.about, scene.tenants[self.tenant].smart_host) {
            (None, Some(_)) => Route::Return,
            (Some(_), _) | (None, None) => Route::Deliver,
        }
    }

    /// Whether the host that it goes to has to prove its name.
    pub(crate) fn is_verified(&self, scene: &Scene, host: usize) -> bool {
        self.route(scene) == Route::Return && HOSTS[host].is_verified
    }

    /// What is known around a failure of one recipient.
    pub(crate) fn context<'c>(
        &self,
        scene: &Scene,
        ours: &'c [IpAddr],
        recipient: usize,
        (stage, host): (Stage, &'c str),
    ) -> Context<'c> {
        Context {
            stage,
            route: self.route(scene),
            host: Some(host),
            our_addresses: Some(ours),
            recipient_is_tenants: self.recipients[recipient].is_tenants,
            labels: None,
        }
    }

    /// For whom nobody is told: law 3 knows the null sender and NOTIFY=NEVER.
    pub(crate) fn may_be_told(&self) -> bool {
        self.sender.mailbox().is_some() && !self.wants_no_report
    }
}

/// `host [address]`, as transcripts name a host.
pub(crate) fn place(host: usize) -> String {
    format!("{} [{}]", HOSTS[host].name, HOSTS[host].address)
}
