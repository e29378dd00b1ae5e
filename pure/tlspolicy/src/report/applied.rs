//! Which policy a session is counted under, and what of a failure is the policy's own.
//!
//! One policy is applied to a host, so a session has one: TLSA records where they bind, else the MTA-STS policy. What a tenant or an operator says
//! of a destination, and a sender of a message, takes the place of what is published there: such sessions are nobody's to hear of.

use super::results::{AppliedPolicy, Fault, PolicyType, ResultType};
use crate::decide::{Because, Demand, HostPolicy, NotAllowed};
use crate::sts::{Mode, Policy};

/// What is known of a domain beside what its hosts have to prove.
#[derive(Debug, Clone, Copy)]
pub struct Published<'p> {
    /// Of the recipients, in A-labels.
    pub domain: &'p str,
    pub sts: Option<&'p Policy>,
    /// Why an MTA-STS policy that is announced cannot be had, if none holds.
    pub sts_failed: Option<&'p Fault>,
}

impl Published<'_> {
    /// Under which policy a session with `host` counts, and the failure that it is whatever TLS brings; `None`: it is not counted.
    #[must_use]
    pub fn applied(&self, host: &str, policy: &HostPolicy) -> Option<(AppliedPolicy, Option<Fault>)> {
        match (&policy.because, &policy.demand) {
            (Because::Destination(_) | Because::Sender, _) | (Because::Setting, Demand::Clear) => None,
            (Because::Dane, Demand::Pinned(pins)) => {
                let lines = pins.records.iter().map(ToString::to_string).collect();
                Some((tlsa(&pins.base, lines), None))
            }
            (Because::Dane | Because::DaneUnusable, _) => {
                let fault = Fault::new(ResultType::TlsaInvalid, "none of the TLSA records can be used");
                Some((tlsa(host, Vec::new()), Some(fault)))
            }
            (Because::MtaSts | Because::MtaStsTesting { names_the_host: true }, _) => {
                Some((self.sts(), None))
            }
            (Because::MtaStsTesting { names_the_host: false }, _) => Some((self.sts(), Some(not_named()))),
            (Because::Setting, _) => Some(match self.sts_failed {
                Some(fault) => (self.sts(), Some(fault.clone())),
                None => (self.none(), None),
            }),
        }
    }

    /// Under which policy, and as which failure, it counts that a host is not written to.
    #[must_use]
    pub fn refused(&self, host: &str, why: &NotAllowed) -> (AppliedPolicy, Fault) {
        match why {
            NotAllowed::NotInPolicy { .. } => (self.sts(), not_named()),
            NotAllowed::DaneFailed { why, .. } => {
                (tlsa(host, Vec::new()), Fault::new(ResultType::DnssecInvalid, why))
            }
            NotAllowed::NoDane { .. } => (self.none(), Fault::new(ResultType::DaneRequired, "")),
        }
    }

    fn sts(&self) -> AppliedPolicy {
        let policy = self.sts.filter(|policy| policy.mode != Mode::None);
        AppliedPolicy {
            kind: PolicyType::Sts,
            lines: policy.map(Policy::lines).unwrap_or_default(),
            domain: self.domain.to_owned(),
            mx: policy.map(Policy::hosts).unwrap_or_default(),
        }
    }

    fn none(&self) -> AppliedPolicy {
        let (lines, mx) = (Vec::new(), Vec::new());
        AppliedPolicy { kind: PolicyType::NoPolicyFound, lines, domain: self.domain.to_owned(), mx }
    }
}

fn tlsa(base: &str, lines: Vec<String>) -> AppliedPolicy {
    AppliedPolicy { kind: PolicyType::Tlsa, lines, domain: base.to_owned(), mx: Vec::new() }
}

fn not_named() -> Fault {
    Fault::new(ResultType::ValidationFailure, "the policy does not name this host")
}

#[cfg(test)]
mod tests;
