//! Space that is promised to a message in transit before anything of it is handed on.
//!
//! Some of its recipients may have it when the queue has to take it in for the others: a full disk then would make its sender send it to all of them
//! again. So it is taken in from the space that is kept back, and no more is promised than half of that. A promise ends with its value.

use crate::config::{SpoolConfig, SpoolError};
use crate::state::Shared;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Promised at least, however little is kept back.
const PROMISED_MIN: u64 = 8 << 20;
/// Room for the records beside the body.
const RECORDS: u64 = 64 << 10;

/// What is promised by now.
pub(crate) struct Promises {
    bytes: AtomicU64,
    reserve: u64,
    segment_size: u64,
}

impl Promises {
    pub(crate) fn new(config: &SpoolConfig) -> Self {
        let (reserve, segment_size) = (config.reserve.0, config.segment_size.0);
        Self { bytes: AtomicU64::new(0), reserve, segment_size }
    }
}

/// One message's space.
pub(crate) struct Promise {
    shared: Arc<Shared>,
    bytes: u64,
}

impl Promise {
    /// Space for a body of this length, if as much is free as anything new needs.
    pub(crate) fn new(shared: &Arc<Shared>, length: usize) -> Result<Self, SpoolError> {
        shared.writer.may_accept()?;
        let promises = &shared.promises;
        let bytes = length as u64 + RECORDS;
        let promised = promises.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // From here on it is given back with the value.
        let promise = Self { shared: Arc::clone(shared), bytes };
        let free = shared.disk.free_space().map_err(|error| SpoolError::Stopped(error.to_string()))?;
        let wanted = promises.reserve.saturating_add(promises.segment_size).saturating_add(promised);
        let is_too_much = promised > (promises.reserve / 2).max(PROMISED_MIN);
        if free < wanted || is_too_much { Err(SpoolError::NoSpace) } else { Ok(promise) }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.shared.promises.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
