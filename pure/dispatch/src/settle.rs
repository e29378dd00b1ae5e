//! From the judgement of one refusal to what is done about it: not believed where many met the same, a report only once every way was tried.
//!
//! When a message's time is over its sender is told, whoever's fault it was; a report for what we would have kept otherwise is counted as ours.

use bounce::{Classified, Judgement, Trust};
use model::{Action, Category, EnhancedCode, Owner};

/// RFC 3463 §3.5: delivery time expired.
const EXPIRED: EnhancedCode = EnhancedCode::new(4, 4, 7);

/// Whether a report is one that should not have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The refusal's owner, or nobody.
    Theirs,
    /// Time ran out over a fault that may be ours: `ndr_ours`.
    Ours,
}

/// Whether a refusal is one that another source may not meet.
#[must_use]
pub fn is_for_our_address(classified: &Classified) -> bool {
    let is_address = matches!(classified.category, Category::IpListed | Category::IpReputation);
    classified.owner == Owner::OurAddress && classified.action == Action::OtherSource && is_address
}

/// A report is parked instead where too many unrelated senders met the same (law 4).
#[must_use]
pub fn believed(judgement: Judgement, trust: Trust) -> Judgement {
    match (judgement, trust) {
        (Judgement::Report(_), Trust::Alike { .. } | Trust::Share { .. }) => Judgement::Park(Owner::Receiver),
        (_, Trust::Alone | Trust::Alike { .. } | Trust::Share { .. }) => judgement,
    }
}

/// What is done now. A probe that is refused like those that are parked proves nothing against itself before its time is over.
#[must_use]
pub fn in_time(judgement: Judgement, is_expired: bool, is_probe: bool) -> (Judgement, Blame) {
    match (judgement, is_expired) {
        (Judgement::Report(_), false) if is_probe => (Judgement::Park(Owner::Receiver), Blame::Theirs),
        (Judgement::Report(_), _) | (_, false) => (judgement, Blame::Theirs),
        (Judgement::Park(_) | Judgement::HoldTenant, true) => (Judgement::Report(EXPIRED), Blame::Ours),
        (Judgement::Retry | Judgement::RetrySameSource, true) => (Judgement::Report(EXPIRED), Blame::Theirs),
    }
}

#[cfg(test)]
mod tests;
