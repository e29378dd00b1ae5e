//! What came to pass, as far as the status side has to know: the one kind of input besides time and operators' acts.
//!
//! Whoever turns events of the guard, the ledger, the canaries and the watch into facts counts before: one fact may stand for many messages of one
//! source at one provider. A fact is never taken back; a wrong measurement is corrected by a later one. Names of tenants occur here and in
//! nothing that leaves the house.
//!
//! What leads to a decision is told at once: refusals, states of sources, listings, held connectors. What is counted is told every ten seconds, and what
//! is looked at (queue, books, reports, certificates, directory) every minute, also when nothing changed: a measurement is fresh for five minutes only.
//! What is not asked any more is told as `Unwatched`, because it would be a sign for ever. After a start each source's state is told
//! again, with `from` equal to `to` and a new id, because sources are in no journal. An operator's order to take a source out is `Retired`, which is no
//! sign of anything wrong.

use crate::EvidenceId;
use model::{Category, ListenerName, Owner, RegionName, SourceName, TenantName, Timestamp};
use serde::{Deserialize, Serialize};

/// One thing that happened, with the id by which everything said about it refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub id: EvidenceId,
    /// When it happened, or the end of the time over which it was counted.
    pub at: Timestamp,
    pub region: RegionName,
    #[serde(flatten)]
    pub what: What,
}

/// How far a piece of evidence carries by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A single unknown host, a single name server.
    Weak,
    /// A known provider that names one of our addresses, or two agreeing witnesses of a trusted list.
    Strong,
}

/// What a source may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    Clean,
    Suspected,
    Quarantined,
    /// Little mail, to see whether it is taken again.
    Probing,
    Retired,
}

/// Where a source's state holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    Everywhere,
    Provider(String),
    Site(String),
}

impl SourceState {
    /// Whether it carries no mail but probes, by evidence and not by an order.
    #[must_use]
    pub const fn is_out(self) -> bool {
        matches!(self, Self::Quarantined | Self::Probing)
    }
}

impl Reach {
    /// The place in a word.
    #[must_use]
    pub fn scope(&self) -> &str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Provider(name) | Self::Site(name) => name,
        }
    }
}

/// Which way a canary went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanaryPath {
    /// Into our listeners.
    Intake,
    /// From one source to this provider.
    Provider(String),
}

/// What became of a canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CanaryResult {
    Arrived {
        seconds: u64,
    },
    /// It came, after longer than it may take.
    Late {
        seconds: u64,
    },
    Lost,
}

/// What happened. Counts are of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A provider refused mail of one source.
    Refused {
        source: SourceName,
        /// As `bounce` names it, or the site.
        provider: String,
        /// The organisation that refused: two unrelated ones are two witnesses.
        site: Option<String>,
        category: Category,
        owner: Owner,
        strength: Strength,
        tenant: Option<TenantName>,
        /// The list that the refusal names.
        list: Option<String>,
        messages: u64,
        /// The reply with addresses of people taken out.
        reply: Option<String>,
    },
    /// A provider took mail of one source, counted from `since` on.
    Delivered {
        source: SourceName,
        provider: String,
        since: Timestamp,
        messages: u64,
        /// Of these, how many had been refused from another source first.
        moved: u64,
        /// Seconds from receipt to the next hop's acceptance.
        delays: Delays,
    },
    /// A source went from one state to another; with the same one twice it is told again, after a start.
    SourceChanged {
        source: SourceName,
        from: SourceState,
        to: SourceState,
        reach: Reach,
        list: Option<String>,
    },
    ListingOpened {
        list: String,
        source: SourceName,
        strength: Strength,
    },
    ListingClosed {
        list: String,
        source: SourceName,
    },
    /// A list names a domain of ours, such as the EHLO name of a source.
    DomainListed {
        list: String,
        domain: String,
        strength: Strength,
    },
    DomainCleared {
        list: String,
        domain: String,
    },
    /// Something of which a sign was kept is looked at no more. Nothing good is known of it, and nothing bad any longer.
    Unwatched {
        #[serde(flatten)]
        what: Watched,
    },
    Canary {
        path: CanaryPath,
        source: Option<SourceName>,
        #[serde(flatten)]
        result: CanaryResult,
    },
    /// What the queue holds now, without the mail of tenants whose own system does not take it.
    Waiting {
        /// For whom; absent: for everybody.
        provider: Option<String>,
        waiting: u64,
        parked: u64,
        oldest_seconds: u64,
        tenants: u64,
    },
    /// The books of one spool from `since` on: what was held or came must have ended or be held. A message has ended when every recipient
    /// has a recorded final outcome; what is missing then is lost.
    Balanced {
        since: Timestamp,
        held_before: u64,
        accepted: u64,
        ended: u64,
        held: u64,
    },
    /// Reports that told senders of a failure.
    Reported {
        provider: Option<String>,
        owner: Owner,
        tenant: Option<TenantName>,
        messages: u64,
    },
    CertificateLooked {
        name: String,
        expires: Timestamp,
    },
    /// A tenant's own system does not take our mail.
    ConnectorHeld {
        tenant: TenantName,
        why: String,
    },
    ConnectorReleased {
        tenant: TenantName,
    },
    /// A session with one of our listeners, from outside.
    ListenerLooked {
        listener: ListenerName,
        is_well: bool,
        why: Option<String>,
    },
    /// What connectors offered us and what we took, counted from `since` on.
    Accepted {
        since: Timestamp,
        offered: u64,
        accepted: u64,
    },
    /// What should have got a signature and what did, counted from `since` on.
    Stamped {
        since: Timestamp,
        eligible: u64,
        stamped: u64,
    },
    /// How old the oldest directory of a tenant is.
    DirectoryLooked {
        age_seconds: u64,
        tenants_stale: u64,
    },
    ConsoleLooked {
        is_well: bool,
    },
    NodeStarted {
        /// The run before did not end by itself.
        after_crash: bool,
    },
    NodeStopped,
    /// A vendor says something of its own service.
    VendorPosted {
        vendor: String,
        incident: String,
        title: String,
        link: String,
        is_resolved: bool,
    },
    /// A person did something here.
    Acted {
        by: String,
        act: String,
    },
}

/// Something that is asked again and again, and of which a bad answer is a sign until another comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "watched", rename_all = "snake_case")]
pub enum Watched {
    Listing {
        list: String,
        source: SourceName,
    },
    DomainListing {
        list: String,
        domain: String,
    },
    Certificate {
        name: String,
    },
    /// A source that the guard keeps out; `scope` is [`Reach::scope`].
    Source {
        source: SourceName,
        scope: String,
    },
}

impl Watched {
    /// The sign that an incident keeps of it.
    pub(crate) fn sign(&self) -> String {
        match self {
            Self::Listing { list, source } => format!("listing/{list}/{source}"),
            Self::DomainListing { list, domain } => format!("domain/{list}/{domain}"),
            Self::Certificate { name } => format!("certificate/{name}"),
            Self::Source { source, scope } => format!("source/{source}/{scope}"),
        }
    }

    /// What a sign is kept of; nothing for signs of other things.
    pub(crate) fn of(sign: &str) -> Option<Self> {
        let (kind, rest) = sign.split_once('/')?;
        match kind {
            "listing" => {
                let (list, source) = rest.rsplit_once('/')?;
                Some(Self::Listing { list: list.to_owned(), source: source.parse().ok()? })
            }
            "domain" => {
                let (list, domain) = rest.rsplit_once('/')?;
                Some(Self::DomainListing { list: list.to_owned(), domain: domain.to_owned() })
            }
            "certificate" => Some(Self::Certificate { name: rest.to_owned() }),
            "source" => {
                let (source, scope) = rest.split_once('/')?;
                Some(Self::Source { source: source.parse().ok()?, scope: scope.to_owned() })
            }
            _ => None,
        }
    }
}

impl What {
    /// Messages that the books do not account for; 0 for any other fact.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        if let Self::Balanced { held_before, accepted, ended, held, .. } = self {
            held_before.saturating_add(*accepted).saturating_sub(ended.saturating_add(*held))
        } else {
            0
        }
    }
}

/// Upper bounds of the steps of [`Delays`] in seconds; what took longer is in the last one.
pub const DELAY_STEPS: [u64; 12] = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400];

/// How long messages took, as counts for each step: such counts of many windows add up, percentiles do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Delays([u64; DELAY_STEPS.len() + 1]);

impl Delays {
    /// Counts `messages` that took `seconds` each.
    pub fn add(&mut self, seconds: u64, messages: u64) {
        let step = DELAY_STEPS.iter().position(|bound| seconds <= *bound).unwrap_or(DELAY_STEPS.len());
        self.0[step] = self.0[step].saturating_add(messages);
    }

    /// Takes the counts of another window.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_add(more);
        }
    }

    /// How many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many took longer than `seconds`, a step's bound.
    #[must_use]
    pub fn over(&self, seconds: u64) -> u64 {
        let slower = DELAY_STEPS.iter().position(|bound| *bound > seconds).unwrap_or(DELAY_STEPS.len());
        self.0[slower..].iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The step within which so many percent were done.
    #[must_use]
    pub fn percentile(&self, percent: u8) -> Option<DelayBound> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let wanted = (u128::from(count) * u128::from(percent.min(100))).div_ceil(100).max(1);
        let mut seen: u128 = 0;
        let step = self.0.iter().position(|messages| {
            seen += u128::from(*messages);
            seen >= wanted
        });
        Some(match step.and_then(|step| DELAY_STEPS.get(step)) {
            Some(bound) => DelayBound::Within(*bound),
            None => DelayBound::Over(DELAY_STEPS[DELAY_STEPS.len() - 1]),
        })
    }
}

/// What a percentile of counted steps can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelayBound {
    /// At most so many seconds.
    Within(u64),
    /// More than so many seconds.
    Over(u64),
}

#[cfg(test)]
mod tests;
