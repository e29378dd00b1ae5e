//! In whose hands a message is while it is carried: the queue's, by a lease, or its sender's still, while it passes.
//!
//! Stations behind the stamp do the same for both and need not know which one it is.

use bytes::Bytes;
use model::{Final, MessageId, SourceName, Timestamp};
use spool::{Accepted, Lease, Passing, SpoolError};
use std::sync::Arc;

/// The message that is carried.
#[derive(Clone, Copy)]
pub(crate) enum Custody<'a> {
    Lease(&'a Lease),
    Passing(&'a Passing),
}

impl Custody<'_> {
    pub(crate) fn id(&self) -> MessageId {
        match self {
            Self::Lease(lease) => lease.id(),
            Self::Passing(passing) => passing.id(),
        }
    }

    pub(crate) fn accepted(&self) -> &Arc<Accepted> {
        match self {
            Self::Lease(lease) => lease.accepted(),
            Self::Passing(passing) => passing.accepted(),
        }
    }

    /// One chunk of the original; one that passes has a single one.
    pub(crate) async fn read_chunk(&self, number: usize) -> Result<Bytes, SpoolError> {
        match self {
            Self::Lease(lease) => lease.read_chunk(number).await,
            Self::Passing(passing) if number == 0 => Ok(passing.body().clone()),
            Self::Passing(passing) => Err(SpoolError::Gone(passing.id())),
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
            Self::Passing(passing) => passing.record_attempt(recipients, source, host, now).await,
        }
    }

    pub(crate) async fn record_outcomes(
        &self,
        outcomes: Vec<(usize, Final)>,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        match self {
            Self::Lease(lease) => lease.record_outcomes(outcomes, now).await,
            Self::Passing(passing) => passing.record_outcomes(outcomes, now).await,
        }
    }

    /// These recipients certainly do not have the message. A lease tells it with the record that ends it.
    pub(crate) fn land(&self, recipients: &[usize]) {
        match self {
            Self::Lease(_) => {}
            Self::Passing(passing) => passing.land(recipients),
        }
    }
}
