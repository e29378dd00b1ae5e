//! What a parked recipient waits for: a source that the guard gives back, the tenant's set-up, the answer to a probe, its last try, or a person.

use model::{Category, Owner, ParkReason, Stage};

/// The host towards which a source has to be given back first, for what was refused for our address or never sent for its sake.
#[must_use]
pub fn guarded_host(reason: &ParkReason) -> Option<&str> {
    match reason {
        ParkReason::Refused { owner: Some(Owner::OurAddress), host, category, stage, .. } => {
            let is_guarded = match category {
                Some(Category::IpListed | Category::IpReputation) => true,
                // Nobody was asked.
                None => *stage == Stage::Resolve,
                Some(_) => false,
            };
            is_guarded.then_some(host)
        }
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
