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
    /// The guard or an operator took it out for this receiver.
    Quarantined,
    /// It is found out with single messages whether it may be used again.
    Probing,
    /// It stands in for others and has taken over what it may for the moment.
    Full,
}

/// With what a source that is not excluded takes part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Claim {
    /// Of its weight.
    pub share: f64,
    /// Something weak speaks against it.
    pub is_last_resort: bool,
    /// It stands in one network with a source that was just refused, and may be listed with it.
    pub is_beside: bool,
}

impl Claim {
    /// All of its weight, and nothing against it.
    pub const WHOLE: Self = Self { share: 1.0, is_last_resort: false, is_beside: false };
}

/// A source with its draw for one message.
#[derive(Debug)]
pub struct Weighed<'s> {
    pub source: &'s Source,
    pub draw: f64,
    /// Its claim, or what keeps it from the message, the first reason.
    pub claim: Result<Claim, Excluded>,
}

impl Weighed<'_> {
    #[must_use]
    pub fn excluded(&self) -> Option<Excluded> {
        self.claim.err()
    }

    /// Free before suspect, another network before the same, and then the draw.
    fn place(&self, claim: Claim) -> (bool, bool, f64) {
        (!claim.is_last_resort, !claim.is_beside, self.draw)
    }
}

/// Every source with its draw for `id`, and what speaks against it.
#[must_use]
pub fn weigh<'s>(
    id: MessageId,
    sources: &'s [Source],
    claim: impl Fn(&Source) -> Result<Claim, Excluded>,
) -> Vec<Weighed<'s>> {
    let weighed = |source: &'s Source| {
        let claim = if source.weight == 0 { Err(Excluded::Weight) } else { claim(source) };
        let share = claim.map_or(1.0, |claim| claim.share);
        Weighed { source, draw: share * draw(id, source), claim }
    };
    sources.iter().map(weighed).collect()
}

/// The best draw of those that nothing speaks against.
#[must_use]
pub fn best<'s>(weighed: &[Weighed<'s>]) -> Option<&'s Source> {
    let eligible = weighed.iter().filter_map(|one| Some((one.place(one.claim.ok()?), one.source)));
    let best = eligible.max_by(|((free, beside, draw), _), ((other_free, other_beside, other_draw), _)| {
        free.cmp(other_free).then(beside.cmp(other_beside)).then(draw.total_cmp(other_draw))
    });
    best.map(|(_, source)| source)
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
