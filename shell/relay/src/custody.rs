//! In whose hands a message is while it is carried: the queue's, by a lease, or its sender's still, while it is in transit.
//!
//! Stations behind the stamp do the same for both and need not know which one it is.

use crate::ours;
use bytes::Bytes;
use model::{Final, MessageId, Redirect, SourceName, Timestamp};
use spool::{Accepted, Lease, Proved, SpoolError, Transit, Tried};
use std::sync::Arc;

/// The message that is carried.
#[derive(Clone, Copy)]
pub(crate) enum Custody<'a> {
    Lease(&'a Lease),
    Transit(&'a Transit),
}

impl Custody<'_> {
    pub(crate) fn id(&self) -> MessageId {
        match self {
            Self::Lease(lease) => lease.id(),
            Self::Transit(transit) => transit.id(),
        }
    }

    pub(crate) fn accepted(&self) -> &Arc<Accepted> {
        match self {
            Self::Lease(lease) => lease.accepted(),
            Self::Transit(transit) => transit.accepted(),
        }
    }

    /// Where an operator sends it; nobody does before the queue has it.
    pub(crate) fn redirect(&self) -> Option<Redirect> {
        match self {
            Self::Lease(lease) => lease.redirect(),
            Self::Transit(_) => None,
        }
    }

    /// By which a crowd for one site calls it up; none of mail that nobody calls: it is in nobody's queue, it is our own, or an operator sends it
    /// elsewhere, and the last two go their own ways.
    pub(crate) fn called_by(&self) -> Option<MessageId> {
        match self {
            Self::Lease(lease) => {
                let goes_its_own_way = lease.redirect().is_some() || ours::is_ours(lease.accepted());
                (!goes_its_own_way).then(|| lease.id())
            }
            Self::Transit(_) => None,
        }
    }

    /// What it proved as it came, if an earlier try found that out; one in transit has none.
    pub(crate) fn proved(&self) -> Option<Proved> {
        match self {
            Self::Lease(lease) => lease.proved(),
            Self::Transit(_) => None,
        }
    }

    /// One chunk of the original; one in transit has a single one.
    pub(crate) async fn read_chunk(&self, number: usize) -> Result<Bytes, SpoolError> {
        match self {
            Self::Lease(lease) => lease.read_chunk(number).await,
            Self::Transit(transit) if number == 0 => Ok(transit.body().clone()),
            Self::Transit(transit) => Err(SpoolError::Gone(transit.id())),
        }
    }

    pub(crate) async fn record_attempt(
        &self,
        recipients: &[usize],
        source: &SourceName,
        host: &str,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        match self {
            Self::Lease(lease) => lease.record_attempt(recipients, source, host, now).await,
            Self::Transit(transit) => transit.record_attempt(recipients, source, host, now).await,
        }
    }

    /// How a try went, for the trace.
    pub(crate) async fn record_tried(&self, tried: Tried, now: Timestamp) -> Result<(), SpoolError> {
        match self {
            Self::Lease(lease) => lease.record_tried(tried, now).await,
            Self::Transit(transit) => transit.record_tried(tried, now).await,
        }
    }

    pub(crate) async fn record_outcomes(
        &self,
        outcomes: Vec<(usize, Final)>,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        match self {
            Self::Lease(lease) => lease.record_outcomes(outcomes, now).await,
            Self::Transit(transit) => transit.record_outcomes(outcomes, now).await,
        }
    }

    /// These recipients certainly do not have the message. A lease tells it with the record that ends it.
    pub(crate) fn land(&self, recipients: &[usize]) {
        match self {
            Self::Lease(_) => {}
            Self::Transit(transit) => transit.land(recipients),
        }
    }
}
