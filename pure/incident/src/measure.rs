//! What was measured of one component lately, and the state that it amounts to.
//!
//! Measurements are messages that flowed and looks from outside. Each is fresh for a bounded time; when none is, the state is unknown. Silence is
//! never operational, and neither is the absence of failures: only a delivery or a good look is.

use crate::burn::Burn;
use crate::component::State;
use crate::fact::{CanaryResult, What};
use crate::settings::Bounds;
use crate::works::is_ours;
use crate::{EvidenceId, Fact, Refs};
use model::Timestamp;
use std::collections::{BTreeMap, VecDeque};

/// Entries of flow that are remembered; of more, the oldest go, which only shortens the window.
const FLOW_MAX: usize = 2048;
/// Looks of different kinds and sources that are remembered.
const LOOKS_MAX: usize = 256;
/// Shares of failed messages in millionths from which on a component is in this state.
const MAJOR_PPM: u64 = 500_000;
const PARTIAL_PPM: u64 = 50_000;
const DEGRADED_PPM: u64 = 10_000;
/// Share of late messages from which on it is degraded.
const SLOW_PPM: u64 = 200_000;
/// So many failures and no success are more than a degradation, however little traffic there is.
const FAILURES_MIN: u64 = 3;

#[derive(Debug, Clone)]
struct Flow {
    at: Timestamp,
    good: u64,
    bad: u64,
    moved: u64,
    slow: u64,
    id: EvidenceId,
}

#[derive(Debug, Clone)]
struct Look {
    at: Timestamp,
    state: State,
    id: EvidenceId,
}

/// What was measured of one component.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measures {
    flow: VecDeque<Flow>,
    looks: BTreeMap<String, Look>,
    pub(crate) burn: Burn,
}

/// A state with why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) state: State,
    pub(crate) evidence: Option<Refs>,
    pub(crate) at: Option<Timestamp>,
}

impl Measured {
    fn nothing(at: Option<Timestamp>) -> Self {
        Self { state: State::Unknown, evidence: None, at }
    }
}

impl Measures {
    /// Takes a fact about this component.
    pub(crate) fn take(&mut self, fact: &Fact, bounds: &Bounds) {
        let seconds = bounds.delayed_over_seconds;
        match &fact.what {
            What::Refused { owner, messages, .. } if is_ours(*owner) => self.count(fact, 0, *messages, 0, 0),
            What::Delivered { messages, moved, delays, .. } => {
                self.count(fact, *messages, 0, *moved, delays.over(seconds));
            }
            What::Accepted { offered: all, accepted: done, .. }
            | What::Stamped { eligible: all, stamped: done, .. } => {
                self.count(fact, *done, all.saturating_sub(*done), 0, 0);
            }
            What::Canary { source, result, .. } => {
                let state = match result {
                    CanaryResult::Arrived { .. } => State::Operational,
                    CanaryResult::Late { .. } => State::DegradedPerformance,
                    CanaryResult::Lost => State::PartialOutage,
                };
                let source = source.as_ref().map(ToString::to_string).unwrap_or_default();
                self.look(format!("canary/{source}"), state, fact);
            }
            What::ListenerLooked { listener, is_well, .. } => {
                self.look(format!("listener/{listener}"), well_or(*is_well, State::MajorOutage), fact);
            }
            What::ConsoleLooked { is_well } => {
                self.look("console".to_owned(), well_or(*is_well, State::MajorOutage), fact);
            }
            What::DirectoryLooked { age_seconds, tenants_stale } => {
                let is_well = *tenants_stale == 0 && *age_seconds <= bounds.directory_age_max_seconds;
                self.look("directory".to_owned(), well_or(is_well, State::DegradedPerformance), fact);
            }
            What::Refused { .. }
            | What::SourceChanged { .. }
            | What::ListingOpened { .. }
            | What::ListingClosed { .. }
            | What::DomainListed { .. }
            | What::DomainCleared { .. }
            | What::Unwatched { .. }
            | What::Waiting { .. }
            | What::Reported { .. }
            | What::Balanced { .. }
            | What::CertificateLooked { .. }
            | What::ConnectorHeld { .. }
            | What::ConnectorReleased { .. }
            | What::NodeStarted { .. }
            | What::NodeStopped
            | What::VendorPosted { .. }
            | What::Acted { .. } => {}
        }
    }

    /// Takes a look that is bad, or ends a bad one: it proves nothing good.
    pub(crate) fn complain(&mut self, key: &str, state: Option<State>, fact: &Fact) {
        match state {
            Some(state) => self.look(key.to_owned(), state, fact),
            None => drop(self.looks.remove(key)),
        }
    }

    fn count(&mut self, fact: &Fact, good: u64, bad: u64, moved: u64, slow: u64) {
        if good + bad == 0 {
            return;
        }
        self.burn.count(fact.at, good, bad, moved, &fact.id);
        if self.flow.len() == FLOW_MAX {
            self.flow.pop_front();
        }
        let place = self.flow.partition_point(|flow| flow.at <= fact.at);
        self.flow.insert(place, Flow { at: fact.at, good, bad, moved, slow, id: fact.id.clone() });
    }

    fn look(&mut self, key: String, state: State, fact: &Fact) {
        if self.looks.len() >= LOOKS_MAX && !self.looks.contains_key(&key) {
            let oldest = self.looks.iter().min_by_key(|(_, look)| look.at).map(|(key, _)| key.clone());
            oldest.map(|key| self.looks.remove(&key));
        }
        let newer = self.looks.get(&key).is_some_and(|look| look.at > fact.at);
        if !newer {
            self.looks.insert(key, Look { at: fact.at, state, id: fact.id.clone() });
        }
    }

    /// Forgets what is not fresh any more.
    pub(crate) fn forget(&mut self, now: Timestamp, bounds: &Bounds) {
        self.flow.retain(|flow| now.since(flow.at) <= bounds.state_window.min(bounds.fresh_for));
        self.looks.retain(|_, look| now.since(look.at) <= bounds.fresh_for);
    }

    /// The state by what is remembered, after `forget`.
    pub(crate) fn measured(&self, bounds: &Bounds) -> Measured {
        let newest =
            self.flow.iter().map(|flow| flow.at).chain(self.looks.values().map(|look| look.at)).max();
        let mut sum = Measured::nothing(newest);
        for (state, evidence) in [self.by_flow(bounds), self.by_looks()].into_iter().flatten() {
            if sum.state == State::Unknown || state.severity() > sum.state.severity() {
                (sum.state, sum.evidence) = (state, Some(evidence));
            }
        }
        sum
    }

    fn by_flow(&self, bounds: &Bounds) -> Option<(State, Refs)> {
        let sum = |count: fn(&Flow) -> u64| self.flow.iter().map(count).fold(0, u64::saturating_add);
        let (good, slow) = (sum(|flow| flow.good), sum(|flow| flow.slow));
        let bad = sum(|flow| flow.bad).saturating_sub(sum(|flow| flow.moved));
        let all = good + bad;
        let share_ppm = bad.saturating_mul(1_000_000).checked_div(all)?;
        let state = if all < bounds.burn_floor {
            by_few(good, bad)
        } else if share_ppm >= MAJOR_PPM {
            State::MajorOutage
        } else if share_ppm >= PARTIAL_PPM {
            State::PartialOutage
        } else if share_ppm >= DEGRADED_PPM {
            State::DegradedPerformance
        } else {
            State::Operational
        };
        let is_slow = slow.saturating_mul(1_000_000) >= good.max(1).saturating_mul(SLOW_PPM) && slow > 0;
        let (state, why): (State, fn(&Flow) -> bool) = if state.is_red() {
            (state, |flow| flow.bad > 0)
        } else if is_slow {
            (State::DegradedPerformance, |flow| flow.slow > 0)
        } else {
            (state, |flow| flow.good > 0)
        };
        let mut why = self.flow.iter().filter(|flow| why(flow)).map(|flow| flow.id.clone());
        // Of good news the newest alone is wanted.
        let refs = if state.is_red() { Refs::of(why) } else { why.next_back().map(Refs::one) };
        refs.map(|refs| (state, refs))
    }

    fn by_looks(&self) -> Option<(State, Refs)> {
        let listeners = self.looks.iter().filter(|(key, _)| key.starts_with("listener/"));
        let (all, down) = listeners.fold((0, 0), |(all, down), (_, look)| {
            (all + 1, down + u32::from(look.state == State::MajorOutage))
        });
        let some_listen = down > 0 && down < all;
        let shown = |key: &str, look: &Look| match look.state {
            // One listener of several is a part.
            State::MajorOutage if some_listen && key.starts_with("listener/") => State::PartialOutage,
            state @ (State::MajorOutage
            | State::PartialOutage
            | State::DegradedPerformance
            | State::Operational
            | State::UnderMaintenance
            | State::Unknown) => state,
        };
        let states = self.looks.iter().map(|(key, look)| (shown(key, look), look));
        let worst = states.clone().map(|(state, _)| state).reduce(State::worse)?;
        let of_it = states.filter(|(state, _)| *state == worst).map(|(_, look)| look);
        let refs = if worst.is_red() {
            Refs::of(of_it.map(|look| look.id.clone()))
        } else {
            of_it.max_by_key(|look| look.at).map(|look| Refs::one(look.id.clone()))
        };
        refs.map(|refs| (worst, refs))
    }
}

/// Whether so many of these messages came late that the way is slow.
pub(crate) fn is_slow(what: &What, bounds: &Bounds) -> bool {
    let What::Delivered { messages, delays, .. } = what else { return false };
    let late = delays.over(bounds.delayed_over_seconds);
    late > 0 && late.saturating_mul(1_000_000) >= messages.saturating_mul(SLOW_PPM)
}

/// Shares of a handful mean little: what counts is whether anything goes through.
fn by_few(good: u64, bad: u64) -> State {
    match (good, bad) {
        (_, 0) => State::Operational,
        (0, FAILURES_MIN..) => State::PartialOutage,
        (_, _) => State::DegradedPerformance,
    }
}

fn well_or(is_well: bool, state: State) -> State {
    if is_well { State::Operational } else { state }
}

#[cfg(test)]
mod tests;
