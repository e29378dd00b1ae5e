//! One message in, one decision per group of recipients out.

use crate::{Compiled, Explain, PassReason};
use message::Splices;
use model::{Address, ReversePath, SnapshotNumber, Timestamp};

/// Everything that stamping may depend on, the tenant's state apart.
#[derive(Debug, Clone, Copy)]
pub struct StampInput<'a> {
    /// The message as it was accepted, without our trace headers.
    pub original: &'a [u8],
    pub mail_from: &'a ReversePath,
    pub recipients: &'a [&'a Address],
    pub received: Timestamp,
    pub snapshot: SnapshotNumber,
}

/// What becomes of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The splices that make the stamped message out of the original.
    Stamped(Splices),
    /// The original goes on.
    Pass(PassReason),
    /// The tenant's policy wants a person to decide.
    Hold(PassReason),
}

/// Recipients that get the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Indices into `StampInput::recipients`.
    pub recipients: Vec<usize>,
    pub decision: Decision,
    pub explain: Explain,
}

/// Decides for every recipient and groups those with equal outcomes. Without recipients there is one group without any.
#[must_use]
pub fn stamp(_input: &StampInput<'_>, _compiled: &Compiled) -> Vec<Group> {
    Vec::new()
}
