//! Claims held against the evidence: what contradicts it is refused, or shown with a mark if a person insists.

use crate::{Refs, Text};
use serde::{Deserialize, Serialize};

/// What is wrong with a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Failures lie outside the window that is claimed.
    EvidenceOutsideWindow,
    /// The shown duration is much shorter than the harm.
    DurationShort,
    /// No impact is claimed while a component was degraded or down.
    ImpactNone,
    /// Something ends before it begins.
    NegativeTime,
    /// Resolved while a component was still degraded or down.
    ResolvedRed,
    /// Resolved while nothing was known of a component.
    ResolvedUnknown,
    /// No update came when one was due.
    Silence,
    /// First said in public when it was already over, or hours late.
    PostedLate,
    /// A number that no evidence gives.
    Figure,
}

/// A contradiction that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub rule: Rule,
    /// Whether it forbids publication unless a person lets it stand, with the mark.
    pub forbids: bool,
    pub text: Text,
    /// What it was held against; absent where a claim contradicts itself.
    pub evidence: Option<Refs>,
}
