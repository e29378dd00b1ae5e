//! The guard's word on a source, as a claim on one message.
//!
//! A source that is probed carries nothing in the ordinary way. A message whose time is over tries whatever is left, since its sender would hear of a
//! failure otherwise; only an operator's order binds it still.

use crate::choose::{Claim, Excluded};
use guard::{Use, Why};

/// Whether the guard's word binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    Guarded,
    /// The same for a message that has waited long enough for the sake of a source's warmth.
    Hurried,
    /// The last try of a message: nothing is left to lose.
    LastTry,
}

/// How mail that was kept back may go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    Free,
    /// One message, to find out.
    Probe,
}

/// What a source may do for a message; nothing is said where the host is not known yet.
///
/// # Errors
/// What keeps it from the message.
pub fn claim(said: Option<&Use>, rules: Rules) -> Result<Claim, Excluded> {
    let last_resort = Claim { is_last_resort: true, ..Claim::WHOLE };
    match said {
        None => Ok(Claim::WHOLE),
        Some(Use::Free { share }) => Ok(Claim { share: *share, ..Claim::WHOLE }),
        Some(Use::LastResort) => Ok(last_resort),
        Some(Use::Probe | Use::Never(Why { is_order: false, .. })) if rules == Rules::LastTry => {
            Ok(last_resort)
        }
        Some(Use::Probe) => Err(Excluded::Probing),
        Some(Use::Never(_)) => Err(Excluded::Quarantined),
    }
}

/// Whether mail that these sources kept back may go now. A source that something weak speaks against is good enough for what no host has refused yet,
/// as it is for new mail; what the host has refused waits for a better one.
#[must_use]
pub fn opening(uses: &[Use], was_asked: bool) -> Option<Opening> {
    let is_open = |one: &Use| match one {
        Use::Free { .. } => true,
        Use::LastResort => !was_asked,
        Use::Probe | Use::Never(_) => false,
    };
    if uses.iter().any(is_open) {
        return Some(Opening::Free);
    }
    uses.contains(&Use::Probe).then_some(Opening::Probe)
}

#[cfg(test)]
mod tests;
