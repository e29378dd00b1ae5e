//! A message that waits, in few bytes: a queue may hold a million of them.
//!
//! What the messages of one session have alike, and what those have alike that met the same reply, is in memory once (`alike.rs`). What is a
//! message's own lies in one run of bytes, in three sections: where its records lie, how far it has come, what was accepted. What every
//! look at the queue asks stands beside it and needs no reading. Nothing of this is on disk; what is packed reads back as it was.

mod bytes;
mod met;
mod own;

use super::alike::Alike;
use super::{Body, Lane, Phase, Whole};
use crate::event::{Accepted, Progress, Proved, TraceInfo};
use bytes::{Reader, Writer};
use met::Met;
use model::{SnapshotNumber, Standing, TenantName, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the messages of one session have alike, and what those of one domain proved there.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) tenant: TenantName,
    pub(super) snapshot: SnapshotNumber,
    trace: TraceInfo,
    proved: Option<Proved>,
}

/// What many messages have alike.
#[derive(Default)]
pub(super) struct Shelf {
    origins: Alike<Origin>,
    met: Alike<[u8]>,
}

/// A message that nobody works on.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(super) origin: Arc<Origin>,
    /// What was met last, and why all of it is kept; `None`: nothing.
    met: Option<Arc<[u8]>>,
    own: Box<[u8]>,
    pub(super) due: Timestamp,
    pub(super) received: Timestamp,
    pub(super) expires: Timestamp,
    pub(super) standing: Standing,
    /// Whether something of it is kept without attempts.
    pub(super) is_parked: bool,
    pub(super) is_tried: bool,
    pub(super) is_in_flight: bool,
    pub(super) is_redirected: bool,
    pub(super) is_ours: bool,
}

/// The parts of `Packed::own`.
struct Sections<'a> {
    places: Reader<'a>,
    progress: Reader<'a>,
    accepted: Reader<'a>,
}

impl Shelf {
    /// Takes in what earlier runs left.
    pub(super) fn join(&mut self, earlier: Self) {
        self.origins.join(earlier.origins);
        self.met.join(earlier.met);
    }

    pub(super) fn pack(&mut self, whole: &Whole) -> Packed {
        let (accepted, progress) = (whole.accepted.as_ref(), &whole.progress);
        let (tenant, snapshot) = (accepted.tenant.clone(), accepted.snapshot);
        let (trace, proved) = (accepted.trace.clone(), progress.proved.clone());
        let origin = Origin { tenant, snapshot, trace, proved };
        Packed {
            origin: self.origins.share(origin),
            met: Met::write(progress).map(|met| self.met.share(met)),
            own: own(whole),
            due: progress.due,
            received: accepted.received,
            expires: accepted.expires,
            standing: whole.standing(),
            is_parked: progress.is_parked(),
            is_tried: progress.tries > 0,
            is_in_flight: !progress.in_flight.is_empty(),
            is_redirected: progress.redirect.is_some(),
            is_ours: accepted.about.is_some(),
        }
    }

    /// A packed message is needed no more.
    pub(super) fn release(&mut self, packed: Packed) {
        self.origins.release(packed.origin);
        if let Some(met) = packed.met {
            self.met.release(met);
        }
    }
}

fn own(whole: &Whole) -> Box<[u8]> {
    let mut own = Writer::default();
    own.section(|places| own::write_places(places, &whole.body, &whole.event_segments));
    own.section(|progress| own::write_progress(progress, &whole.progress));
    own::write_accepted(&mut own, &whole.accepted);
    own.finish()
}

impl Packed {
    pub(super) fn whole(&self) -> Whole {
        let (body, event_segments) = self.places();
        Whole {
            accepted: Arc::new(self.accepted()),
            body,
            progress: self.progress(),
            phase: self.phase(),
            lease: 0,
            event_segments,
        }
    }

    fn sections(&self) -> Sections<'_> {
        let mut rest = Reader::new(&self.own);
        let (places, progress) = (rest.section(), rest.section());
        Sections { places, progress, accepted: rest }
    }

    /// Where its body lies, and which segments hold other records of it.
    pub(super) fn places(&self) -> (Body, BTreeSet<u64>) {
        own::read_places(self.sections().places)
    }

    /// Bytes of its body.
    pub(super) fn size(&self) -> u64 {
        own::read_size(self.sections().places)
    }

    pub(super) fn progress(&self) -> Progress {
        let met = self.met.as_ref().map(|met| Met::read(met)).unwrap_or_default();
        let proved = self.origin.proved.clone();
        Progress { proved, ..own::read_progress(self.sections().progress, met, self.due) }
    }

    pub(super) fn accepted(&self) -> Accepted {
        own::read_accepted(self.sections().accepted, &self.origin, (self.received, self.expires))
    }

    pub(super) fn lane(&self) -> Lane {
        let tenant = self.origin.tenant.clone();
        Lane { tenant, redirected: self.is_redirected, ours: self.is_ours }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.standing {
            Standing::Waiting => Phase::Waiting,
            Standing::Delivering => Phase::Delivering,
            Standing::Parked | Standing::Held => Phase::Parked,
        }
    }
}

#[cfg(test)]
mod tests;
