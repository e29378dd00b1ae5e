//! One message of the index, whole or packed, as others look at it.

use super::packed::{Packed, Shelf};
use super::{Body, Lane, Phase};
use crate::event::{Accepted, HeaderFacts, Kept, Progress};
use model::{
    ActId, Envelope, LastTry, MessageId, Outcome, ParkReason, Redirect, SnapshotNumber, Standing, TenantName,
    Timestamp,
};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A message of the queue, for people.
#[derive(Debug, Clone, Serialize)]
pub struct QueueEntry {
    pub id: MessageId,
    pub phase: Phase,
    pub standing: Standing,
    pub tenant: TenantName,
    pub snapshot: SnapshotNumber,
    pub received: Timestamp,
    pub due: Timestamp,
    pub expires: Timestamp,
    pub size: u64,
    /// Tries that ended in a later one.
    pub tries: u32,
    pub envelope: Envelope,
    #[serde(skip_serializing_if = "HeaderFacts::is_empty")]
    pub header: HeaderFacts,
    /// In the order of the envelope's recipients.
    pub outcomes: Vec<Outcome>,
    pub maybe_duplicate: BTreeSet<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parked: Option<ParkReason>,
    /// Recipients that are parked by themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// What the last attempt met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_try: Option<LastTry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    /// Acts that can be undone, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<ActId>,
}

#[derive(Debug)]
pub(crate) enum Entry {
    /// Somebody works on it.
    Whole(Box<Whole>),
    Packed(Box<Packed>),
}

#[derive(Debug)]
pub(crate) struct Whole {
    pub(super) accepted: Arc<Accepted>,
    pub(super) body: Body,
    pub(super) progress: Progress,
    pub(super) phase: Phase,
    /// The number of its latest lease: an older one has no more say.
    pub(super) lease: u64,
    /// Segments that hold records of it other than chunks.
    pub(super) event_segments: BTreeSet<u64>,
}

impl Whole {
    pub(super) fn lane(&self) -> Lane {
        let (tenant, ours) = (self.accepted.tenant.clone(), self.accepted.about.is_some());
        Lane { tenant, redirected: self.progress.redirect.is_some(), ours }
    }

    pub(super) fn standing(&self) -> Standing {
        match (self.phase, &self.progress.parked) {
            (Phase::Waiting, _) => Standing::Waiting,
            (Phase::Delivering, _) => Standing::Delivering,
            (Phase::Parked, Some(reason)) if reason.is_hold() => Standing::Held,
            (Phase::Parked, _) => Standing::Parked,
        }
    }
}

impl Entry {
    pub(super) fn unpack(&mut self, shelf: &mut Shelf) -> &mut Whole {
        if let Self::Packed(packed) = self {
            let whole = Self::Whole(Box::new(packed.whole()));
            match std::mem::replace(self, whole) {
                Self::Packed(packed) => shelf.release(*packed),
                Self::Whole(_) => {}
            }
        }
        match self {
            Self::Whole(whole) => whole,
            Self::Packed(_) => unreachable!("it was unpacked above"),
        }
    }

    /// Makes it small, unless somebody has it.
    pub(super) fn pack(&mut self, shelf: &mut Shelf) {
        match self {
            Self::Whole(whole) if whole.phase != Phase::Delivering => {
                *self = Self::Packed(Box::new(shelf.pack(whole)));
            }
            Self::Whole(_) | Self::Packed(_) => {}
        }
    }

    pub(super) fn phase(&self) -> Phase {
        match self {
            Self::Whole(whole) => whole.phase,
            Self::Packed(packed) => packed.phase(),
        }
    }

    pub(super) fn lane(&self) -> Lane {
        match self {
            Self::Whole(whole) => whole.lane(),
            Self::Packed(packed) => packed.lane(),
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        match self {
            Self::Whole(whole) => whole.standing(),
            Self::Packed(packed) => packed.standing,
        }
    }

    pub(crate) fn snapshot(&self) -> (&TenantName, SnapshotNumber) {
        match self {
            Self::Whole(whole) => (&whole.accepted.tenant, whole.accepted.snapshot),
            Self::Packed(packed) => (&packed.origin.tenant, packed.origin.snapshot),
        }
    }

    pub(crate) fn received(&self) -> Timestamp {
        match self {
            Self::Whole(whole) => whole.accepted.received,
            Self::Packed(packed) => packed.received,
        }
    }

    pub(crate) fn expires(&self) -> Timestamp {
        match self {
            Self::Whole(whole) => whole.accepted.expires,
            Self::Packed(packed) => packed.expires,
        }
    }

    pub(crate) fn due(&self) -> Timestamp {
        match self {
            Self::Whole(whole) => whole.progress.due,
            Self::Packed(packed) => packed.due,
        }
    }

    /// Whether something of it is kept without attempts.
    pub(crate) fn is_parked(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.progress.is_parked(),
            Self::Packed(packed) => packed.is_parked,
        }
    }

    /// Whether we wrote it ourselves.
    pub(crate) fn is_ours(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.accepted.about.is_some(),
            Self::Packed(packed) => packed.is_ours,
        }
    }

    pub(super) fn is_tried(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.progress.tries > 0,
            Self::Packed(packed) => packed.is_tried,
        }
    }

    pub(super) fn is_in_flight(&self) -> bool {
        match self {
            Self::Whole(whole) => !whole.progress.in_flight.is_empty(),
            Self::Packed(packed) => packed.is_in_flight,
        }
    }

    /// Bytes of its body.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Whole(whole) => whole.body.length,
            Self::Packed(packed) => packed.size(),
        }
    }

    pub(crate) fn accepted(&self) -> Cow<'_, Arc<Accepted>> {
        match self {
            Self::Whole(whole) => Cow::Borrowed(&whole.accepted),
            Self::Packed(packed) => Cow::Owned(Arc::new(packed.accepted())),
        }
    }

    pub(crate) fn progress(&self) -> Cow<'_, Progress> {
        match self {
            Self::Whole(whole) => Cow::Borrowed(&whole.progress),
            Self::Packed(packed) => Cow::Owned(packed.progress()),
        }
    }

    pub(crate) fn body(&self) -> Cow<'_, Body> {
        match self {
            Self::Whole(whole) => Cow::Borrowed(&whole.body),
            Self::Packed(packed) => Cow::Owned(packed.places().0),
        }
    }

    /// Where its body lies, and which segments hold other records of it.
    pub(super) fn places(&self) -> (Cow<'_, Body>, Cow<'_, BTreeSet<u64>>) {
        match self {
            Self::Whole(whole) => (Cow::Borrowed(&whole.body), Cow::Borrowed(&whole.event_segments)),
            Self::Packed(packed) => {
                let (body, event_segments) = packed.places();
                (Cow::Owned(body), Cow::Owned(event_segments))
            }
        }
    }

    pub(super) fn show(&self, id: MessageId) -> QueueEntry {
        let (accepted, progress) = (self.accepted(), self.progress().into_owned());
        QueueEntry {
            id,
            phase: self.phase(),
            standing: self.standing(),
            tenant: accepted.tenant.clone(),
            snapshot: accepted.snapshot,
            received: accepted.received,
            due: progress.due,
            expires: accepted.expires,
            size: self.size(),
            tries: progress.tries,
            envelope: accepted.envelope.clone(),
            header: accepted.header.clone(),
            outcomes: progress.outcomes,
            maybe_duplicate: progress.maybe_duplicate,
            parked: progress.parked,
            kept: progress.kept,
            why: progress.why,
            about: accepted.about,
            last_try: progress.last_try,
            redirect: progress.redirect,
            acts: progress.acts.into_iter().map(|done| done.act).collect(),
        }
    }
}
