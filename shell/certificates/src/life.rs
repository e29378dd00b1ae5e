//! A certificate's life in figures: when it is renewed, and how near its end is.
//!
//! Values in, values out; `now` is handed in, so that a year passes in a test.

use model::{Duration, Timestamp};
use net::tls::Facts;

const DAY: Duration = Duration::from_secs(86_400);

/// Who renews a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// This node, by itself.
    Own,
    /// A person, or a program of theirs.
    Theirs,
}

/// How near the end is. Each step is an alarm of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    Far,
    Days21,
    Days14,
    Days7,
    Days3,
    Day1,
    Expired,
}

/// From the nearest to the furthest.
const STEPS: [(Nearness, u32); 5] = [
    (Nearness::Day1, 1),
    (Nearness::Days3, 3),
    (Nearness::Days7, 7),
    (Nearness::Days14, 14),
    (Nearness::Days21, 21),
];
const STEPS_DAYS_MAX: u32 = 21;

/// How near the end is at `now`.
///
/// What this node renews may live for a few weeks or days only and is then renewed with less than 21 days left. Its steps lie in
/// the last quarter of its life if that is shorter: a renewal at two thirds has failed for a while when the first one is reached.
#[must_use]
pub fn nearness(facts: &Facts, renewal: Renewal, now: Timestamp) -> Nearness {
    if now >= facts.not_after {
        return Nearness::Expired;
    }
    let left = facts.not_after.since(now);
    let widest = match renewal {
        Renewal::Own => (life(facts) / 4).min(STEPS_DAYS_MAX * DAY),
        Renewal::Theirs => STEPS_DAYS_MAX * DAY,
    };
    let reached = STEPS.iter().find(|(_, days)| left <= widest * *days / STEPS_DAYS_MAX);
    reached.map_or(Nearness::Far, |(step, _)| *step)
}

/// When it is renewed: after two thirds of its life, up to a twentieth of it earlier. The difference comes from the serial
/// number, so that many nodes do not ask at once and one node keeps to its word across restarts.
#[must_use]
pub fn renew_at(facts: &Facts) -> Timestamp {
    let life = life(facts);
    let mixed =
        facts.serial.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    facts.not_before + life * 2 / 3 - life / 20 * (mixed % 1_000) / 1_000
}

/// Whole days from `now` to the end; negative after it.
#[must_use]
pub(crate) fn days_left(facts: &Facts, now: Timestamp) -> i64 {
    let micros = facts.not_after.as_micros().saturating_sub(now.as_micros());
    micros.div_euclid(86_400_000_000)
}

fn life(facts: &Facts) -> Duration {
    facts.not_after.since(facts.not_before)
}

#[cfg(test)]
mod tests;
