//! Where the latest sound copy of each chunk of a message lies, while the log is read.
//!
//! Nearly every message has one chunk: it takes no memory of its own, of which nothing would come back to the system once the queue lies between.

use crate::state::ChunkPlace;
use std::collections::BTreeMap;

/// By the chunk's place in the body.
pub(super) enum Chunks {
    One(u32, ChunkPlace),
    Many(BTreeMap<u32, ChunkPlace>),
}

impl Chunks {
    /// A younger copy takes the place of an older one.
    pub(super) fn insert(&mut self, place: u32, at: ChunkPlace) {
        match self {
            Self::One(known, here) if *known == place => *here = at,
            Self::One(known, here) => *self = Self::Many(BTreeMap::from([(*known, *here), (place, at)])),
            Self::Many(many) => drop(many.insert(place, at)),
        }
    }

    pub(super) fn get(&self, place: u32) -> Option<ChunkPlace> {
        match self {
            Self::One(known, here) => (*known == place).then_some(*here),
            Self::Many(many) => many.get(&place).copied(),
        }
    }

    /// The segments in which they lie, each once or more.
    pub(super) fn segments(&self) -> impl Iterator<Item = u64> + '_ {
        let (one, many) = match self {
            Self::One(_, here) => (Some(here), None),
            Self::Many(many) => (None, Some(many)),
        };
        one.into_iter().chain(many.into_iter().flat_map(BTreeMap::values)).map(|here| here.segment)
    }
}
