//! How the receiving end behaves where it stands for many: who is deferred at first, who is slow, who says nothing.

use crate::destinations::world;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The destination that takes connections and never says a word, and the one that is slow.
pub(crate) const SILENT: usize = 0;
pub(crate) const SLOW: usize = 1;
/// Before each answer of the slow one.
const HESITATES: Duration = Duration::from_secs(2);

/// Takes everything, unless it is told otherwise.
#[derive(Debug, Clone, Default)]
pub(crate) struct Temper {
    pub(crate) deferring: Option<Arc<Deferring>>,
    /// Two destinations are slow and silent.
    pub(crate) is_uneven: bool,
    /// BDAT is offered (RFC 3030).
    pub(crate) takes_chunks: bool,
}

/// Recipients that were deferred once.
#[derive(Debug, Default)]
pub(crate) struct Deferring(Mutex<BTreeSet<String>>);

/// Towards one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Prompt,
    Slow,
    Silent,
}

impl Temper {
    /// `local` is where the connection was taken.
    pub(super) fn towards(&self, local: SocketAddr) -> Manner {
        let IpAddr::V4(address) = local.ip() else { return Manner::Prompt };
        match world::of_exchanger(address) {
            Some(SILENT) if self.is_uneven => Manner::Silent,
            Some(SLOW) if self.is_uneven => Manner::Slow,
            Some(_) | None => Manner::Prompt,
        }
    }

    /// Whether the recipient of this command has to come again.
    pub(super) fn defers(&self, command: &[u8]) -> bool {
        let Some(deferring) = &self.deferring else { return false };
        let text = String::from_utf8_lossy(command);
        let recipient = text.split_once('<').and_then(|(_, behind)| behind.split_once('>'));
        let Some((recipient, _)) = recipient.filter(|(recipient, _)| world::is_deferred(recipient)) else {
            return false;
        };
        deferring.0.lock().unwrap_or_else(PoisonError::into_inner).insert(recipient.to_owned())
    }
}

impl Manner {
    pub(super) fn hesitate(self) {
        match self {
            Self::Prompt | Self::Silent => {}
            Self::Slow => std::thread::sleep(HESITATES),
        }
    }
}
