//! What a source may do towards one receiver, right now.

use crate::order::OrderKind;
use crate::place::Place;
use crate::row::Row;
use crate::state::{SHARES, State, Word};
use model::Timestamp;
use serde::Serialize;

/// What a message may use a source for.
#[derive(Debug, Clone, PartialEq)]
pub enum Use {
    /// With this share of its weight.
    Free {
        share: f64,
    },
    /// Only where no other source is free: something weak speaks against it.
    LastResort,
    /// Only one message now and then, to find out; see `Guard::take_probe`.
    Probe,
    Never(Why),
}

/// Why a source carries nothing to a receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    pub place: Place,
    pub state: Word,
    pub since: Timestamp,
    /// A person said so.
    pub is_order: bool,
}

impl Use {
    pub(crate) fn of(place: &Place, row: &Row, now: Timestamp) -> Self {
        let never = |since, is_order| {
            Self::Never(Why { place: place.clone(), state: row.state.word(), since, is_order })
        };
        match row.order(now).map(|order| (order.kind, order.since)) {
            Some((OrderKind::In, _)) => return Self::Free { share: 1.0 },
            Some((OrderKind::Out, since)) => return never(since, true),
            None => {}
        }
        match row.state {
            State::Clean => Self::Free { share: 1.0 },
            State::Suspect { .. } => Self::LastResort,
            State::Quarantined { .. } => never(row.since, false),
            State::Probing { .. } => Self::Probe,
            State::Warming { step, .. } => {
                Self::Free { share: SHARES.get(step as usize).copied().unwrap_or(1.0) }
            }
        }
    }

    /// The more restrictive of two.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Free { share: one }, Self::Free { share: other }) => Self::Free { share: one.min(other) },
            (one, other) if one.rank() >= other.rank() => one,
            (_, other) => other,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Free { .. } => 0,
            Self::LastResort => 1,
            Self::Probe => 2,
            Self::Never(_) => 3,
        }
    }
}
