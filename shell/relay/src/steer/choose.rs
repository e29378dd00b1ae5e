//! The choice among sources: by weight over many messages, always the same for one.
//!
//! Weighted rendezvous hashing: each source draws a number that follows from its name and the message's id, and the best draw wins. A source
//! that comes or goes moves only the messages that it gains or loses.

use model::{MessageId, Source};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The source for `id`, if there is any with a weight.
pub(super) fn source<'s>(id: MessageId, sources: impl Iterator<Item = &'s Source>) -> Option<&'s Source> {
    let weighted = sources.filter(|source| source.weight > 0);
    weighted.max_by(|one, other| draw(id, one).total_cmp(&draw(id, other)))
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
