//! What a parked recipient waits for: a source that the guard gives back, the tenant's set-up, the answer to a probe, its last try, or a person.

use model::{Category, Owner, ParkReason, Stage};

/// A host from which mail is kept for the sake of our addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptFrom<'r> {
    /// Towards it a source has to be given back.
    pub host: &'r str,
    /// It has refused the mail. If not, the guard alone keeps it, and nobody knows what the host would say.
    pub was_asked: bool,
}

/// The host towards which a source has to be given back first, for what was refused for our address or never sent for its sake.
#[must_use]
pub fn kept_from(reason: &ParkReason) -> Option<KeptFrom<'_>> {
    match reason {
        ParkReason::Refused { owner: Some(Owner::OurAddress), host, category, stage, .. } => match category {
            Some(Category::IpListed | Category::IpReputation) => Some(KeptFrom { host, was_asked: true }),
            None if *stage == Stage::Resolve => Some(KeptFrom { host, was_asked: false }),
            None | Some(_) => None,
        },
        ParkReason::Refused { .. }
        | ParkReason::TenantSetup { .. }
        | ParkReason::Loop { .. }
        | ParkReason::Policy { .. }
        | ParkReason::Conduct { .. }
        | ParkReason::Damaged { .. }
        | ParkReason::Operator { .. } => None,
    }
}

/// Whether it wakes with its tenant's set-up.
#[must_use]
pub fn is_for_setup(reason: &ParkReason) -> bool {
    match reason {
        ParkReason::TenantSetup { .. } => true,
        ParkReason::Refused { .. }
        | ParkReason::Loop { .. }
        | ParkReason::Policy { .. }
        | ParkReason::Conduct { .. }
        | ParkReason::Damaged { .. }
        | ParkReason::Operator { .. } => false,
    }
}

/// Whether it is tried once more when its time is over.
#[must_use]
pub fn is_refusal(reason: &ParkReason) -> bool {
    match reason {
        ParkReason::Refused { .. } | ParkReason::TenantSetup { .. } => true,
        ParkReason::Loop { .. }
        | ParkReason::Policy { .. }
        | ParkReason::Conduct { .. }
        | ParkReason::Damaged { .. }
        | ParkReason::Operator { .. } => false,
    }
}

#[cfg(test)]
mod tests;
