//! How sessions went, counted by the policy that was applied and, of failures, by kind and peer (RFC 8460 §4.2 and §4.3).
//!
//! A session counts once: as a success or as one failure. What is kept of a domain is bounded: beyond so many distinct failures those of one kind
//! are counted together, without their peers, and beyond so many policies sessions are counted as left out.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Policies of one domain in one day.
const POLICIES_MAX: usize = 50;
/// Distinct failures under one policy.
const FAULTS_MAX: usize = 100;
const REASON_LEN_MAX: usize = 200;

/// What kind of policy was applied (§4.2, `policy-type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyType {
    Tlsa,
    Sts,
    NoPolicyFound,
}

/// A policy as it was applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AppliedPolicy {
    pub kind: PolicyType,
    /// The lines of an MTA-STS policy, or TLSA records; none where it could not be had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// The recipients' domain; of TLSA records the name under which they stand (§1.1).
    pub domain: String,
    /// The patterns of an MTA-STS policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mx: Vec<String>,
}

/// How a session failed (§4.3, `result-type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultType {
    #[serde(rename = "starttls-not-supported")]
    StartTlsNotSupported,
    CertificateHostMismatch,
    CertificateExpired,
    CertificateNotTrusted,
    ValidationFailure,
    TlsaInvalid,
    DnssecInvalid,
    DaneRequired,
    StsPolicyFetchError,
    StsPolicyInvalid,
    StsWebpkiInvalid,
}

/// A failure of TLS or of the policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fault {
    pub result: ResultType,
    /// In words of ours or of the TLS library; empty where the kind says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Fault {
    /// With as much of the reason as a report has room for.
    #[must_use]
    pub fn new(result: ResultType, reason: &str) -> Self {
        let shown = reason.chars().map(|c| if c.is_control() { ' ' } else { c });
        Self { result, reason: shown.take(REASON_LEN_MAX).collect() }
    }
}

/// Who talked to whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Peer {
    /// Our address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// Sessions under one policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub successes: u64,
    pub failures: BTreeMap<(Fault, Peer), u64>,
}

impl Tally {
    /// All that failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn fail(&mut self, fault: Fault, peer: Peer, count: u64) {
        let key = (fault, peer);
        let has_room = self.failures.len() < FAULTS_MAX || self.failures.contains_key(&key);
        // Without peer and reason there are no more of them than kinds.
        let key = if has_room { key } else { (Fault::new(key.0.result, ""), Peer::default()) };
        let known = self.failures.entry(key).or_default();
        *known = known.saturating_add(count);
    }
}

/// What was counted of one domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Counted>", into = "Vec<Counted>")]
pub struct Results {
    by_policy: BTreeMap<AppliedPolicy, Tally>,
    /// Sessions beyond the bound on policies.
    left_out: u64,
}

impl Results {
    /// One session more.
    pub fn count(&mut self, policy: &AppliedPolicy, met: Result<(), Fault>, peer: Peer) {
        let Some(tally) = self.tally(policy) else { return };
        match met {
            Ok(()) => tally.successes = tally.successes.saturating_add(1),
            Err(fault) => tally.fail(fault, peer, 1),
        }
    }

    fn tally(&mut self, policy: &AppliedPolicy) -> Option<&mut Tally> {
        if !self.by_policy.contains_key(policy) {
            if self.by_policy.len() >= POLICIES_MAX {
                self.left_out = self.left_out.saturating_add(1);
                return None;
            }
            self.by_policy.insert(policy.clone(), Tally::default());
        }
        self.by_policy.get_mut(policy)
    }

    /// Everything that `other` counted, too.
    pub fn add(&mut self, other: Self) {
        self.left_out = self.left_out.saturating_add(other.left_out);
        for (policy, counted) in other.by_policy {
            let Some(tally) = self.tally(&policy) else { continue };
            tally.successes = tally.successes.saturating_add(counted.successes);
            for ((fault, peer), count) in counted.failures {
                tally.fail(fault, peer, count);
            }
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_policy.is_empty()
    }

    /// Sessions that went well and that failed.
    #[must_use]
    pub fn sums(&self) -> (u64, u64) {
        let tallies = self.by_policy.values();
        tallies.fold((0, 0), |(well, failed), tally| (well + tally.successes, failed + tally.failed()))
    }

    /// By policy.
    pub fn policies(&self) -> impl Iterator<Item = (&AppliedPolicy, &Tally)> {
        self.by_policy.iter()
    }
}

/// One policy's sessions as they are kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    #[serde(flatten)]
    pub policy: AppliedPolicy,
    pub successes: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failures>,
}

/// Failures that are alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    #[serde(flatten)]
    pub fault: Fault,
    #[serde(flatten)]
    pub peer: Peer,
    pub count: u64,
}

impl From<Results> for Vec<Counted> {
    fn from(results: Results) -> Self {
        let counted = results.by_policy.into_iter().map(|(policy, tally)| {
            let failures = tally.failures.into_iter();
            let failures = failures.map(|((fault, peer), count)| Failures { fault, peer, count });
            Counted { policy, successes: tally.successes, failures: failures.collect() }
        });
        counted.collect()
    }
}

impl From<Vec<Counted>> for Results {
    fn from(counted: Vec<Counted>) -> Self {
        let mut results = Self::default();
        for one in counted {
            let Some(tally) = results.tally(&one.policy) else { continue };
            tally.successes = tally.successes.saturating_add(one.successes);
            for Failures { fault, peer, count } in one.failures {
                tally.fail(fault, peer, count);
            }
        }
        results
    }
}

#[cfg(test)]
mod tests;
