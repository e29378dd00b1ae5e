//! How long a refused order waits before the next one.
//!
//! An authority counts failures and shuts out who asks too often, so the waits grow, its own wish counts where it is longer, and
//! what was tried is kept on disk: a node that restarts every minute must not ask every minute.

use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

const MINUTE: Duration = Duration::from_secs(60);
/// The last one repeats.
const WAITS: [u32; 6] = [5, 15, 60, 180, 360, 720];
/// A rate limit of a public authority counts over hours; it is not tried at once again even if no time is named.
const LIMITED: Duration = Duration::from_secs(3 * 3_600);
/// An authority may wish for more; a node that believed it would not be heard of again.
const WISH_MAX: Duration = Duration::from_secs(8 * 86_400);

/// What is known about one host name's orders; one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tries {
    /// The directory that issued what is kept.
    pub(crate) issued_by: Option<String>,
    /// Refused in a row.
    pub(crate) refused: u32,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) why: Option<String>,
    /// The authority itself wants to be left alone until then.
    #[serde(default)]
    pub(crate) is_limited: bool,
}

/// Why nothing was issued.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) why: String,
    pub(crate) is_rate_limit: bool,
    /// How long the authority wants to be left alone.
    pub(crate) wish: Option<Duration>,
}

impl Tries {
    /// Notes a refusal; `random` spreads the waits of many nodes over a fifth.
    pub(crate) fn refuse(&mut self, refusal: &Refusal, random: u8, now: Timestamp) {
        let step = WAITS.get(self.refused as usize).or(WAITS.last()).copied().unwrap_or(720);
        let wait = step * MINUTE;
        let spread = wait / 5 * u32::from(random) / 255;
        let limited = if refusal.is_rate_limit { LIMITED } else { Duration::ZERO };
        let wish = refusal.wish.unwrap_or_default().min(WISH_MAX);
        self.refused = self.refused.saturating_add(1);
        self.not_before = Some(now + wait.max(limited).max(wish) + spread);
        self.why = Some(refusal.why.clone());
        self.is_limited = refusal.is_rate_limit || refusal.wish.is_some();
    }

    /// When it may be tried again. A person who has mended something need not wait for our own caution.
    pub(crate) fn may_be_tried(&self, is_asked: bool) -> Option<Timestamp> {
        self.not_before.filter(|_| self.is_limited || !is_asked)
    }

    /// Notes that `directory` issued.
    pub(crate) fn issued(directory: &str) -> Self {
        Self { issued_by: Some(directory.to_owned()), ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
