//! One sender, or one tenant as a whole: its hour, its habits, what is said of it, and where it stands.

use super::May;
use super::blame::Shares;
use super::bounds::{Bounds, Volume};
use super::bucket::Bucket;
use super::habit::{Habit, hour_of};
use super::profile::Profile;
use super::sign::{Aspect, Finding, Step};
use super::standing::{Permit, PermitKind, Standing};
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// An hour with fewer recipients needs no habits: four times as many is below every floor.
const QUIET: u32 = 25;
/// The weight of the hour that ended in the usual share of new recipients.
const LEARN: f32 = 0.1;
/// Habits are believed about silent hours after so long.
const SILENCE_KNOWN: Duration = Duration::from_secs(14 * 24 * 3600);

/// One subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Life {
    pub since: Timestamp,
    pub last: Timestamp,
    hour: i64,
    count: u32,
    new: u32,
    /// Usual share of new recipients; at first everybody is new.
    usual_new: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    habit: Option<Habit>,
    pub(super) profile: Profile,
    pub standing: Standing,
    bucket: Bucket,
    pub(super) shares: Shares,
}

impl Life {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            since: now,
            last: now,
            hour: hour_of(now),
            count: 0,
            new: 0,
            usual_new: 1.0,
            habit: None,
            profile: Profile::default(),
            standing: Standing::default(),
            bucket: Bucket::default(),
            shares: Shares::default(),
        }
    }

    /// Recipients of this hour.
    #[must_use]
    pub fn volume(&self, now: Timestamp) -> u32 {
        if hour_of(now) == self.hour { self.count } else { 0 }
    }

    /// What this hour is compared with, in recipients.
    #[must_use]
    pub fn baseline(&self, now: Timestamp) -> f64 {
        self.habit.as_ref().map_or(0.0, |habit| habit.baseline(hour_of(now)))
    }

    /// Adds to the hour; gives whether it is the first of it.
    pub(super) fn came(&mut self, recipients: u32, new: u32, now: Timestamp) -> bool {
        let is_first = self.roll(now) || self.count == 0;
        self.count = self.count.saturating_add(recipients);
        self.new = self.new.saturating_add(new);
        self.last = now;
        is_first
    }

    fn roll(&mut self, now: Timestamp) -> bool {
        let hour = hour_of(now);
        if hour <= self.hour {
            return false;
        }
        // What was out of line makes no habit, unless a person says that it is right.
        let is_learned = self.standing.step < Step::Slowed || self.standing.permit.is_some();
        if self.count >= QUIET && self.habit.is_none() && is_learned {
            self.habit = Some(Habit::new(self.hour));
        }
        if let Some(habit) = &mut self.habit {
            if is_learned { habit.learn(self.hour, self.count) } else { habit.skip(self.hour) }
        }
        if self.count > 0 && is_learned {
            let share = self.new as f32 / self.count as f32;
            // Two recipients say less than twenty.
            let weight = LEARN * (self.count as f32 / 20.0).min(1.0);
            self.usual_new += (share - self.usual_new) * weight;
        }
        (self.hour, self.count, self.new) = (hour, 0, 0);
        true
    }

    /// What is out of line now. `is_known`: the tenant was seen long enough for volume to say something.
    pub(super) fn findings(
        &self,
        volume: Volume,
        is_known: bool,
        bounds: &Bounds,
        now: Timestamp,
    ) -> Vec<Finding> {
        let mut found = Vec::new();
        let step = self.standing.step(now);
        self.profile.findings(step, bounds, now, &mut found);
        if is_known && f64::from(self.count) >= volume.floor.slow * bounds.ease {
            self.of_the_hour(step, volume, bounds, now, &mut found);
        }
        found
    }

    fn of_the_hour(
        &self,
        step: Step,
        volume: Volume,
        bounds: &Bounds,
        now: Timestamp,
        found: &mut Vec<Finding>,
    ) {
        let (count, baseline) = (f64::from(self.count), self.baseline(now));
        let is_stranger = self.habit.is_none() && now.since(self.since) < bounds.known_after;
        let floor = if is_stranger { bounds.stranger } else { 1.0 };
        let slow = (volume.times.slow * baseline).max(volume.floor.slow * floor);
        let hold = (volume.times.hold * baseline).max(volume.floor.hold * floor);
        let level = step.level(count, (slow, hold), bounds.ease);
        let limit = if level == Step::Held { hold } else { slow };
        found.extend(Finding::at(level, Aspect::Volume, count, baseline, limit, self.count));
        if count < volume.floor.slow {
            return;
        }
        let share = f64::from(self.new) / count;
        let usual = f64::from(self.usual_new);
        if share >= bounds.new && share >= 2.0 * usual {
            found.extend(Finding::at(Step::Tagged, Aspect::New, share, usual, bounds.new, self.count));
        }
        let expected = self.habit.as_ref().map_or(0.0, |habit| habit.expected(self.hour));
        if expected < 1.0 && now.since(self.since) >= SILENCE_KNOWN {
            let limit = volume.floor.slow;
            found.extend(Finding::at(Step::Tagged, Aspect::OffHours, count, expected, limit, self.count));
        }
    }

    /// The turn of a slowed one: double of what is usual, and never less than the floor.
    pub(super) fn take_turn(&mut self, recipients: u32, volume: Volume, now: Timestamp) -> May {
        let per_hour = (2.0 * self.baseline(now)).max(volume.floor.slow);
        match self.bucket.take(recipients, per_hour, now) {
            Ok(()) => May::Go,
            Err(until) => May::Wait(until),
        }
    }

    /// A person looked at it; gives the step before. What is allowed is forgiven too: what was counted is no reason any more.
    pub(super) fn permit(&mut self, permit: Option<Permit>, now: Timestamp) -> Step {
        let from = self.standing.step(now);
        if permit.as_ref().is_some_and(|permit| permit.kind == PermitKind::Allow) {
            self.profile.forgive();
            (self.standing.step, self.standing.suspicion) = (Step::Free, None);
            self.standing.because.clear();
        }
        self.standing.permit = permit;
        from
    }

    /// How little is lost with it: the smaller, the less.
    pub(super) fn worth(&self, now: Timestamp) -> (u8, Timestamp) {
        let is_established =
            self.habit.is_some() || self.last.since(self.since) >= Duration::from_secs(86_400);
        let rank = match (self.standing.is_blank(now), is_established) {
            (false, _) => 2,
            (true, true) => 1,
            (true, false) => 0,
        };
        (rank, self.last)
    }
}
