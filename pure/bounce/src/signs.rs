//! Refusals that say something about the way and not about the message: a limit is reached, or the tenant's connector did not match.
//!
//! Each row has a reply as it was seen, in `signs/tests.rs`. A limit is answered by patience from the same source; a connector that does not
//! match is the tenant's set-up, and every further message would meet it.

use crate::Failure;
use model::{EnhancedCode, Reply};

/// What a reply says about the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Fewer connections: `421 4.3.2 ... maximum number of concurrent connections`.
    Crowded,
    /// Slower: `451 4.7.500 Server busy`.
    Busy,
    /// The host's name leads elsewhere by now: `451 4.4.62 Mail sent to the wrong Office 365 region`.
    WrongRegion,
    /// Nobody's connector matched: `550 5.7.64 TenantAttribution`.
    NotAttributed,
}

impl Sign {
    /// Whether it asks for patience and nothing else.
    #[must_use]
    pub fn is_limit(self) -> bool {
        match self {
            Self::Crowded | Self::Busy | Self::WrongRegion => true,
            Self::NotAttributed => false,
        }
    }
}

const CROWDED: [&str; 4] =
    ["concurrent connections", "too many connections", "too many concurrent", "trop de connexions"];
const BUSY: [&str; 5] =
    ["server busy", "unusual rate", "excessive volume", "rate limit", "too many messages"];
const NOT_ATTRIBUTED: [&str; 4] =
    ["tenantattribution", "tenantinboundattribution", "unable to relay", "relay access denied"];

/// What `failure` says about the way. `recipient_is_tenants`: whether the recipient's domain is one of the tenant's own.
#[must_use]
pub fn sign(failure: &Failure, recipient_is_tenants: bool) -> Option<Sign> {
    let Failure::Reply(reply) = failure else { return None };
    let text = reply.to_string().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match reply.code.0 {
        400..=499 if is(reply, 4, 62) => Some(Sign::WrongRegion),
        400..=499 if says(&CROWDED) => Some(Sign::Crowded),
        400..=499 if is(reply, 7, 500) || says(&BUSY) => Some(Sign::Busy),
        500..=599 if names_the_connector(reply, recipient_is_tenants) => Some(Sign::NotAttributed),
        500..=599 if !recipient_is_tenants && says(&NOT_ATTRIBUTED) => Some(Sign::NotAttributed),
        _ => None,
    }
}

/// `5.7.64` and `5.7.51` name the connector. `5.4.1 Access denied` is said of an address that a tenant does not have, too: of another
/// domain's address it can only mean that we were not taken for the tenant.
fn names_the_connector(reply: &Reply, recipient_is_tenants: bool) -> bool {
    is(reply, 7, 64)
        || is(reply, 7, 51)
        || is(reply, 7, 57)
        || (!recipient_is_tenants && (is(reply, 4, 1) || is(reply, 7, 54)))
}

fn is(reply: &Reply, subject: u16, detail: u16) -> bool {
    reply
        .enhanced
        .is_some_and(|EnhancedCode { subject: said, detail: number, .. }| (said, number) == (subject, detail))
}

#[cfg(test)]
mod tests;
