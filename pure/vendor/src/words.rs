//! What vendors call a state, a severity and a phase, in our words.
//!
//! One table serves every vendor that uses words: case, blanks, `_` and `-` do not count, so `PARTIALOUTAGE` and `partial_outage` are one.
//! Vendors that use numbers or words of another sense have their table in their own folder. A word that stands in no table is `unknown`.

use serde::{Deserialize, Serialize};

/// Our word beside the vendor's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word<T> {
    pub ours: T,
    /// Absent if the vendor said nothing.
    pub theirs: Option<String>,
}

/// How a component of a vendor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Operational,
    UnderMaintenance,
    /// Not said, or in a word that we do not know: never shown as operational.
    Unknown,
    DegradedPerformance,
    PartialOutage,
    MajorOutage,
}

impl State {
    pub const ALL: [Self; 6] = [
        Self::Operational,
        Self::UnderMaintenance,
        Self::Unknown,
        Self::DegradedPerformance,
        Self::PartialOutage,
        Self::MajorOutage,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::UnderMaintenance => "under_maintenance",
            Self::Unknown => "unknown",
            Self::DegradedPerformance => "degraded_performance",
            Self::PartialOutage => "partial_outage",
            Self::MajorOutage => "major_outage",
        }
    }

    /// Degraded or worse.
    #[must_use]
    pub const fn is_red(self) -> bool {
        match self {
            Self::Operational | Self::UnderMaintenance | Self::Unknown => false,
            Self::DegradedPerformance | Self::PartialOutage | Self::MajorOutage => true,
        }
    }
}

/// How bad a vendor says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    None,
    Maintenance,
    /// Not said, or in a word that we do not know.
    Unknown,
    Minor,
    Major,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 6] =
        [Self::None, Self::Maintenance, Self::Unknown, Self::Minor, Self::Major, Self::Critical];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Maintenance => "maintenance",
            Self::Unknown => "unknown",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    /// What a component in this state amounts to.
    #[must_use]
    pub const fn of(state: State) -> Self {
        match state {
            State::Operational => Self::None,
            State::UnderMaintenance => Self::Maintenance,
            State::Unknown => Self::Unknown,
            State::DegradedPerformance => Self::Minor,
            State::PartialOutage => Self::Major,
            State::MajorOutage => Self::Critical,
        }
    }
}

/// How far a vendor says that it has come; the first four are those of maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Scheduled,
    InProgress,
    Verifying,
    Completed,
    Investigating,
    Identified,
    Monitoring,
    Resolved,
    Postmortem,
    /// Not said, or in a word that we do not know.
    Unknown,
}

impl Phase {
    pub const ALL: [Self; 10] = [
        Self::Scheduled,
        Self::InProgress,
        Self::Verifying,
        Self::Completed,
        Self::Investigating,
        Self::Identified,
        Self::Monitoring,
        Self::Resolved,
        Self::Postmortem,
        Self::Unknown,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::InProgress => "in_progress",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::Postmortem => "postmortem",
            Self::Unknown => "unknown",
        }
    }

    /// The vendor says that it is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        match self {
            Self::Completed | Self::Resolved | Self::Postmortem => true,
            Self::Scheduled
            | Self::InProgress
            | Self::Verifying
            | Self::Investigating
            | Self::Identified
            | Self::Monitoring
            | Self::Unknown => false,
        }
    }

    /// A word that only maintenance has.
    #[must_use]
    pub const fn is_of_maintenance(self) -> bool {
        match self {
            Self::Scheduled | Self::InProgress | Self::Verifying | Self::Completed => true,
            Self::Investigating
            | Self::Identified
            | Self::Monitoring
            | Self::Resolved
            | Self::Postmortem
            | Self::Unknown => false,
        }
    }
}

/// The word without case and joints.
pub(crate) fn key(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(60).collect()
}

/// A component's state.
pub(crate) fn state(word: &str) -> Option<State> {
    match key(word).as_str() {
        "operational"
        | "up"
        | "ok"
        | "available"
        | "online"
        | "healthy"
        | "normal"
        | "recovered"
        | "success"
        | "good"
        | "active"
        | "green"
        | "allsystemsoperational" => Some(State::Operational),
        "degradedperformance"
        | "degraded"
        | "performanceissues"
        | "minoroutage"
        | "minor"
        | "disrupted"
        | "warning"
        | "warn"
        | "notice"
        | "slow"
        | "hasissues"
        | "yellow"
        | "partiallydegraded"
        | "partiallydegradedservice"
        | "degradedsystemservice"
        | "minorserviceoutage"
        | "issues" => Some(State::DegradedPerformance),
        "partialoutage"
        | "partial"
        | "partialservicedisruption"
        | "major"
        | "partialsystemoutage"
        | "orange" => Some(State::PartialOutage),
        "majoroutage" | "fulloutage" | "outage" | "down" | "downtime" | "offline" | "servicedisruption"
        | "critical" | "unavailable" | "danger" | "red" | "majorsystemoutage" | "securityevent" => {
            Some(State::MajorOutage)
        }
        "undermaintenance" | "maintenance" | "plannedmaintenance" | "serviceundermaintenance" | "blue" => {
            Some(State::UnderMaintenance)
        }
        // Words by which a vendor says that it does not know: no alarm, and not green.
        "unknown" | "notmonitored" | "notmeasured" | "nodata" | "paused" => Some(State::Unknown),
        _ => None,
    }
}

/// The severity of an incident. A vendor that has only the words of components means what they amount to.
pub(crate) fn severity(word: &str) -> Option<Severity> {
    match key(word).as_str() {
        "none" | "notice" | "info" | "information" | "informational" | "advisory" => Some(Severity::None),
        "minor" | "low" => Some(Severity::Minor),
        "major" | "medium" => Some(Severity::Major),
        "critical" | "high" => Some(Severity::Critical),
        _ => state(word).map(Severity::of),
    }
}

/// The phase of an incident or of maintenance.
pub(crate) fn phase(word: &str) -> Option<Phase> {
    match key(word).as_str() {
        "investigating" | "open" | "opened" | "reported" | "acknowledged" | "new" | "active" | "ongoing"
        | "started" | "detected" => Some(Phase::Investigating),
        "identified" | "fixing" | "mitigating" => Some(Phase::Identified),
        "monitoring" | "watching" | "recovering" | "mitigated" => Some(Phase::Monitoring),
        "resolved"
        | "fixed"
        | "closed"
        | "falsealarm"
        | "recovered"
        | "restored"
        | "solved"
        | "serviceisoperatingnormally" => Some(Phase::Resolved),
        "postmortem" | "retrospective" => Some(Phase::Postmortem),
        "scheduled" | "planned" | "upcoming" | "notstartedyet" | "maintenancescheduled" | "future" => {
            Some(Phase::Scheduled)
        }
        "inprogress" | "underway" | "maintenanceinprogress" | "present" => Some(Phase::InProgress),
        "verifying" => Some(Phase::Verifying),
        "completed" | "complete" | "finished" | "cancelled" | "canceled" | "done" | "maintenancecomplete" => {
            Some(Phase::Completed)
        }
        "unknown" => Some(Phase::Unknown),
        _ => None,
    }
}

/// A heading of an update that repeats the phase before it.
pub(crate) fn is_repetition(word: &str) -> bool {
    matches!(key(word).as_str(), "update" | "updated" | "updates")
}

#[cfg(test)]
mod tests;
