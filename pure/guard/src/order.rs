//! An operator's word about a source at a place, which goes before what the evidence says, for as long as it runs.

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Not to be used.
    Out,
    /// To be used, whatever is said of it.
    In,
}

/// An order with its author and its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub kind: OrderKind,
    pub by: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    pub since: Timestamp,
    /// Every order ends: a source that was taken out by hand and forgotten is a cold one.
    pub until: Timestamp,
}

impl Order {
    #[must_use]
    pub fn runs(&self, now: Timestamp) -> bool {
        now < self.until
    }
}
