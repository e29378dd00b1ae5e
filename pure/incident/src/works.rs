//! Whether a fact says that the service works, does not, or nothing of it; and whose fault a refusal is, as far as it is ours.
//!
//! A fault of a sender, a recipient, a content or a receiver says nothing of the service.

use crate::fact::{CanaryResult, What};
use crate::settings::Bounds;
use model::Owner;

/// Whether a refusal with this owner is a fault of ours.
#[must_use]
pub const fn is_ours(owner: Owner) -> bool {
    match owner {
        Owner::OurAddress | Owner::OurDomain | Owner::OurSetup => true,
        Owner::TenantSetup | Owner::SenderDomain | Owner::Content | Owner::Recipient | Owner::Receiver => {
            false
        }
    }
}

/// What a fact says about whether the service works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Works {
    Yes,
    No,
    /// It does not say.
    Silent,
}

pub(crate) fn works(what: &What, bounds: &Bounds) -> Works {
    let says = |is_well: bool| if is_well { Works::Yes } else { Works::No };
    match what {
        What::Refused { owner, messages, .. } | What::Reported { owner, messages, .. } => {
            if is_ours(*owner) && *messages > 0 { Works::No } else { Works::Silent }
        }
        What::Delivered { messages, .. } => {
            if *messages > 0 {
                Works::Yes
            } else {
                Works::Silent
            }
        }
        What::Canary { result, .. } => match result {
            CanaryResult::Arrived { .. } => Works::Yes,
            CanaryResult::Late { .. } | CanaryResult::Lost => Works::No,
        },
        What::Waiting { oldest_seconds, .. } => {
            if *oldest_seconds > bounds.oldest_max_seconds {
                Works::No
            } else {
                Works::Silent
            }
        }
        What::ListenerLooked { is_well, .. } | What::ConsoleLooked { is_well } => says(*is_well),
        What::Accepted { offered, accepted, .. } => flow(*offered, *accepted),
        What::Stamped { eligible, stamped, .. } => flow(*eligible, *stamped),
        What::DirectoryLooked { age_seconds, tenants_stale } => {
            says(*tenants_stale == 0 && *age_seconds <= bounds.directory_age_max_seconds)
        }
        What::Balanced { .. } => {
            if what.missing() > 0 {
                Works::No
            } else {
                Works::Silent
            }
        }
        What::ConnectorHeld { .. } => Works::No,
        What::ConnectorReleased { .. } => Works::Yes,
        What::SourceChanged { .. }
        | What::ListingOpened { .. }
        | What::ListingClosed { .. }
        | What::DomainListed { .. }
        | What::DomainCleared { .. }
        | What::Unwatched { .. }
        | What::CertificateLooked { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. }
        | What::Acted { .. } => Works::Silent,
    }
}

/// A single miss among a hundred is no failure of the service.
fn flow(offered: u64, taken: u64) -> Works {
    if offered == 0 {
        Works::Silent
    } else if offered.saturating_sub(taken).saturating_mul(100) > offered {
        Works::No
    } else {
        Works::Yes
    }
}
