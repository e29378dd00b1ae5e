//! What is said of the whole: is my mail flowing, and Statuspage's indicator.
//!
//! The answer to the first question looks only at parts that carry mail. Unknown is never good, in neither answer.

use crate::view::{Component, View};
use incident::State;

/// The answer to "is my mail flowing?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Flowing,
    /// It flows, something else is disturbed.
    FlowingBut,
    UnderMaintenance,
    Slow,
    Unknown,
    Partly,
    Stopped,
}

impl Flow {
    pub(crate) fn of(view: &View) -> Self {
        let carrying: Vec<State> =
            view.components.iter().filter(|part| part.carries_mail).map(|part| part.state).collect();
        let Some(worst) = worst(carrying.iter().copied()) else { return Self::Unknown };
        let other = worst_of(view.components.iter().filter(|part| !part.carries_mail));
        match worst {
            State::Operational
                if other
                    .is_some_and(|other| !matches!(other, State::Operational | State::UnderMaintenance)) =>
            {
                Self::FlowingBut
            }
            State::Operational => Self::Flowing,
            State::UnderMaintenance => Self::UnderMaintenance,
            State::DegradedPerformance if carrying.contains(&State::Unknown) => Self::Unknown,
            State::DegradedPerformance => Self::Slow,
            State::Unknown => Self::Unknown,
            State::PartialOutage => Self::Partly,
            State::MajorOutage if carrying.iter().all(|state| *state == State::MajorOutage) => Self::Stopped,
            State::MajorOutage => Self::Partly,
        }
    }

    /// The state whose colour and sign it wears.
    pub(crate) const fn state(self) -> State {
        match self {
            Self::Flowing => State::Operational,
            Self::FlowingBut | Self::Slow => State::DegradedPerformance,
            Self::UnderMaintenance => State::UnderMaintenance,
            Self::Unknown => State::Unknown,
            Self::Partly => State::PartialOutage,
            Self::Stopped => State::MajorOutage,
        }
    }
}

/// The worst of several states, if there are any.
fn worst(states: impl Iterator<Item = State>) -> Option<State> {
    states.reduce(State::worse)
}

/// The worst state of several components, if there are any.
pub(crate) fn worst_of<'c>(parts: impl Iterator<Item = &'c Component>) -> Option<State> {
    worst(parts.map(|part| part.state))
}

/// Statuspage's `status`: indicator and description, by its published rules.
///
/// It has no word for unknown. An indicator that readers take for trouble and a description that names it are the nearest truth.
pub(crate) fn indicator(components: &[Component]) -> (&'static str, &'static str) {
    let count = |state: State| components.iter().filter(|part| part.state == state).count();
    let (major, partial) = (count(State::MajorOutage), count(State::PartialOutage));
    if components.is_empty() {
        return ("minor", "Status Unknown");
    }
    if major == components.len() {
        return ("critical", "Major System Outage");
    }
    if major > 0 || partial == components.len() {
        return ("major", "Partial System Outage");
    }
    if partial > 0 {
        return ("minor", "Minor Service Outage");
    }
    if count(State::Unknown) > 0 {
        return ("minor", "Status Unknown");
    }
    match count(State::DegradedPerformance) {
        0 if count(State::UnderMaintenance) > 0 => ("maintenance", "Service Under Maintenance"),
        0 => ("none", "All Systems Operational"),
        all if all == components.len() => ("minor", "Degraded System Service"),
        _ => ("minor", "Partially Degraded Service"),
    }
}

#[cfg(test)]
mod tests;
