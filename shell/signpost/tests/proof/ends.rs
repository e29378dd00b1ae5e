//! What the receiving ends saw, in one form whoever they are: when which client brought mail for whom, and whether it was taken.

use model::Timestamp;
use net::Clock;
use std::net::IpAddr;

/// What a receiver did with one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    Taken,
    /// For the address of the client.
    Refused,
}

/// Which receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It asks the list.
    Strict,
    /// It asks no list: what comes over a listed address is taken here.
    Open,
}

/// One recipient at one receiver.
#[derive(Debug, Clone)]
pub(crate) struct Met {
    /// When it was refused, or the message was taken.
    pub(crate) at: Timestamp,
    /// When the receiver first heard of it.
    pub(crate) began: Timestamp,
    pub(crate) end: End,
    /// The client.
    pub(crate) from: IpAddr,
    /// The recipient.
    pub(crate) to: String,
    pub(crate) course: Course,
}

impl Met {
    /// Refused for the address, at once.
    pub(crate) fn refused(at: Timestamp, end: End, from: IpAddr, to: &str) -> Self {
        Self { at, began: at, end, from, to: to.to_owned(), course: Course::Refused }
    }

    pub(crate) fn taken((began, at): (Timestamp, Timestamp), end: End, from: IpAddr, to: &str) -> Self {
        Self { at, began, end, from, to: to.to_owned(), course: Course::Taken }
    }
}

/// The wall clock, as the receivers read it.
pub(crate) fn now() -> Timestamp {
    Clock::start(1).now()
}

/// From one moment to a later one.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_micros() - from.as_micros()) as f64 / 1e6
}
