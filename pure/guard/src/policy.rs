//! The guard's patience, in one place; an operator sets the first two in `[guard]`.

use model::Duration;

/// How long and how often, before something is believed or given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// So many clean polls in a row end a listing.
    pub clean_polls: usize,
    /// They have to span so long; also the shortest quarantine.
    pub clean_over: Duration,
    /// Refusals of two unrelated organisations confirm each other within this time.
    pub confirm_within: Duration,
    /// The first suspicion lasts so long, each further one twice as long.
    pub suspect_for: Duration,
    /// No suspicion and no wait before a probe is longer.
    pub wait_max: Duration,
    /// Polls older than this say nothing: a list that is not polled is waited out.
    pub poll_stale: Duration,
    /// Real messages that have to be taken before a source warms up.
    pub probes: u32,
    /// Between two of them.
    pub probe_every: Duration,
    /// Each step of warming up doubles the share.
    pub warm_step: Duration,
    /// No message waits longer than this so that a source that stands in for another may warm to it.
    pub warm_wait: Duration,
    /// How long a relapse is remembered, and how long a first listing makes a second one count.
    pub remember: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Self {
            clean_polls: 3,
            clean_over: minutes(15),
            confirm_within: minutes(10),
            suspect_for: minutes(10),
            wait_max: minutes(4 * 60),
            poll_stale: minutes(60),
            probes: 3,
            probe_every: Duration::from_secs(5),
            warm_step: minutes(10),
            warm_wait: minutes(15),
            remember: minutes(24 * 60),
        }
    }
}

impl Policy {
    /// `first`, doubled `times` times, and never over the longest wait (nor under `first`).
    pub(crate) fn doubled(&self, first: Duration, times: u32) -> Duration {
        let longest = self.wait_max.max(first);
        first.saturating_mul(1 << times.min(16)).min(longest)
    }
}
