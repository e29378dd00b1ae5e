//! The choice among sources: by weight over many messages, always the same for one.
//!
//! Weighted rendezvous hashing: each source draws a number that follows from its name and the message's id, and the best draw wins. A source
//! that comes or goes moves only the messages that it gains or loses.

use model::{MessageId, Source};
use serde::Serialize;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Why a source is not for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Excluded {
    /// Its weight is 0.
    Weight,
    /// Not in the tenant's `egress.sources`, kept for reports, or to be avoided by this message.
    NotOfTheTenant,
    /// Tried a moment ago, and could not be used.
    Failed,
    /// The next hop has no address of its family.
    Family,
}

/// A source with its draw for one message.
pub(super) struct Weighed<'s> {
    pub(super) source: &'s Source,
    pub(super) draw: f64,
    /// What keeps it from the message, the first reason.
    pub(super) excluded: Option<Excluded>,
}

/// Every source with its draw for `id`, and what speaks against it.
pub(super) fn weigh<'s>(
    id: MessageId,
    sources: &'s [Source],
    against: impl Fn(&Source) -> Option<Excluded>,
) -> Vec<Weighed<'s>> {
    let weighed = |source: &'s Source| {
        let excluded = if source.weight == 0 { Some(Excluded::Weight) } else { against(source) };
        Weighed { source, draw: draw(id, source), excluded }
    };
    sources.iter().map(weighed).collect()
}

/// The best draw of those that nothing speaks against.
pub(super) fn best<'s>(weighed: &[Weighed<'s>]) -> Option<&'s Source> {
    let eligible = weighed.iter().filter(|one| one.excluded.is_none());
    eligible.max_by(|one, other| one.draw.total_cmp(&other.draw)).map(|one| one.source)
}

/// `weight / -ln(uniform)`: the larger the weight, the larger the share of first places, in proportion.
fn draw(id: MessageId, source: &Source) -> f64 {
    // With fixed keys: the same in every process of one release.
    let mut hasher = DefaultHasher::new();
    id.to_bytes().hash(&mut hasher);
    source.name.as_str().hash(&mut hasher);
    let uniform = ((hasher.finish() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    f64::from(source.weight) / -uniform.ln()
}

#[cfg(test)]
mod tests;
