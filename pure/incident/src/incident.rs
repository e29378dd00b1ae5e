//! One incident: what it is about, its phase, clocks, harm, updates and the facts on which all that rests.
//!
//! The values here are only ever changed by applying a [`crate::Change`]; the decisions which change comes are the board's. A suspicion and
//! an incident are one type in two standings, because the one becomes the other and keeps its evidence.

use crate::cause::CauseKind;
use crate::component::{ComponentId, State};
use crate::fact::Watched;
use crate::postmortem::PostmortemText;
use crate::{Author, Cause, Clocks, EvidenceId, Fact, Harm, Refs, Text, Update};
use core::fmt;
use core::str::FromStr;
use model::{TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names one incident: 12 lower-case letters and digits, as Statuspage's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IncidentId(pub(crate) String);

/// Why a text names no incident.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an incident's id has {ID_LEN} lower-case letters and digits, `{0}` is none")]
pub struct IncidentIdError(String);

pub(crate) const ID_LEN: usize = 12;

impl IncidentId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for IncidentId {
    type Err = IncidentIdError;

    fn from_str(text: &str) -> Result<Self, IncidentIdError> {
        let is_id = text.len() == ID_LEN
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        if is_id { Ok(Self(text.to_owned())) } else { Err(IncidentIdError(text.to_owned())) }
    }
}

impl TryFrom<String> for IncidentId {
    type Error = IncidentIdError;
    fn try_from(text: String) -> Result<Self, IncidentIdError> {
        text.parse()
    }
}

impl From<IncidentId> for String {
    fn from(id: IncidentId) -> Self {
        id.0
    }
}

/// How far work on an incident has come. The words are Statuspage's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Investigating,
    Identified,
    Monitoring,
    Resolved,
    Postmortem,
}

impl Phase {
    pub const ALL: [Self; 5] =
        [Self::Investigating, Self::Identified, Self::Monitoring, Self::Resolved, Self::Postmortem];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::Postmortem => "postmortem",
        }
    }

    /// Whether the phase may follow this one. A machine never ends what a postmortem closed, and only a person publishes one.
    #[must_use]
    pub const fn may_become(self, next: Self, by_machine: bool) -> bool {
        match (self, next) {
            (Self::Investigating, Self::Identified | Self::Monitoring)
            | (Self::Identified, Self::Monitoring | Self::Investigating)
            | (Self::Monitoring, Self::Investigating | Self::Identified | Self::Resolved)
            | (Self::Resolved, Self::Investigating) => true,
            (Self::Investigating | Self::Identified, Self::Resolved)
            | (Self::Resolved, Self::Identified | Self::Monitoring | Self::Postmortem) => !by_machine,
            (Self::Investigating, Self::Investigating | Self::Postmortem)
            | (Self::Identified, Self::Identified | Self::Postmortem)
            | (Self::Monitoring, Self::Monitoring | Self::Postmortem)
            | (Self::Resolved, Self::Resolved)
            | (Self::Postmortem, _) => false,
        }
    }

    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Postmortem)
    }
}

/// How bad it is. The words are Statuspage's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    None,
    Minor,
    Major,
    Critical,
}

impl Impact {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    /// What a component in this state amounts to.
    #[must_use]
    pub const fn of(state: State) -> Self {
        match state {
            State::Operational | State::UnderMaintenance | State::Unknown => Self::None,
            State::DegradedPerformance => Self::Minor,
            State::PartialOutage => Self::Major,
            State::MajorOutage => Self::Critical,
        }
    }
}

/// Whether it is an incident, and of what sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Weak evidence: known inside only.
    Suspected,
    /// Strong evidence, or a person's word.
    Confirmed,
    /// Nothing came of a suspicion.
    Dismissed,
    /// Confirmed and over, and nobody noticed: the guard had moved the mail.
    Absorbed,
    /// Became part of another one.
    Merged,
}

impl Standing {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
            Self::Absorbed => "absorbed",
            Self::Merged => "merged",
        }
    }
}

/// What an incident did to one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The state now, or when the incident ended.
    pub state: State,
    pub worst: State,
    /// When it was first touched.
    pub since: Timestamp,
    pub evidence: Refs,
}

/// An impact that a person set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactOverride {
    pub impact: Impact,
    pub by: String,
    pub at: Timestamp,
    pub evidence: Refs,
}

/// What another vendor says that has to do with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    pub vendor: String,
    pub incident: String,
    pub title: String,
    pub link: String,
    pub evidence: EvidenceId,
}

/// One incident, or a suspicion that may become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    pub cause: Cause,
    pub title: Text,
    pub standing: Standing,
    pub phase: Phase,
    pub opened_by: Author,
    /// When it was opened inside.
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    /// Which rule opened it, with the evidence that met it.
    pub rule: String,
    pub clocks: Clocks,
    pub effects: BTreeMap<ComponentId, Effect>,
    pub impact_override: Option<ImpactOverride>,
    /// More is said only by a person.
    #[serde(default = "any_impact")]
    pub impact_max: Impact,
    /// What is wrong until a fact says that it ended: open listings, sources that are out.
    #[serde(default)]
    pub signs: BTreeMap<String, EvidenceId>,
    pub harm: Harm,
    /// Oldest first.
    pub updates: Vec<Update>,
    pub upstream: Vec<Upstream>,
    pub merged_into: Option<IncidentId>,
    /// How often the same cause came back after it was over.
    pub reopened: u32,
    pub postmortem: Option<PostmortemText>,
    /// The facts that bear on it, oldest first; beyond a bound only their figures stay, in `harm`.
    pub evidence: Vec<Fact>,
    /// Facts that were counted and not kept.
    pub evidence_left_out: u64,
}

/// What was written before there was a bound has none.
const fn any_impact() -> Impact {
    Impact::Critical
}

impl Incident {
    /// What a person said, or else the worst that its components say, as far as that may be said without a person.
    #[must_use]
    pub fn impact(&self) -> Impact {
        let derived = || self.derived_impact().min(self.impact_max);
        self.impact_override.as_ref().map_or_else(derived, |set| set.impact)
    }

    /// Worst impact that its components say.
    #[must_use]
    pub fn derived_impact(&self) -> Impact {
        self.effects.values().map(|effect| Impact::of(effect.worst)).max().unwrap_or(Impact::None)
    }

    /// Whether it may be shown in public: something was posted, or it is over, was absorbed and policy shows such.
    #[must_use]
    pub fn is_shown(&self, absorbed: crate::Absorbed) -> bool {
        self.is_posted() || (self.standing == Standing::Absorbed && absorbed != crate::Absorbed::Record)
    }

    /// What is to be asked again for as long as this is open: its signs end with an answer, or when nobody asks any more.
    pub fn watched(&self) -> impl Iterator<Item = Watched> {
        self.signs.keys().filter_map(|sign| Watched::of(sign))
    }

    /// Whether anything of it was said in public. Only then may it be shown as an incident.
    #[must_use]
    pub fn is_posted(&self) -> bool {
        self.updates.iter().any(Update::is_posted)
    }

    /// What the public sees of its timeline, newest first by the time under which it is shown.
    #[must_use]
    pub fn posted_updates(&self) -> Vec<&Update> {
        let mut posted: Vec<&Update> = self.updates.iter().filter(|update| update.is_posted()).collect();
        posted.sort_by_key(|update| core::cmp::Reverse((update.display_at, update.created_at)));
        posted
    }

    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.standing == Standing::Confirmed
    }

    /// The phase to show: one that became part of another is over by itself.
    #[must_use]
    pub fn shown_phase(&self) -> Phase {
        match self.standing {
            Standing::Merged | Standing::Dismissed => Phase::Resolved,
            Standing::Suspected | Standing::Confirmed | Standing::Absorbed => self.phase,
        }
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.standing {
            Standing::Suspected | Standing::Confirmed => !self.phase.is_over(),
            Standing::Dismissed | Standing::Absorbed | Standing::Merged => false,
        }
    }

    /// By its cause, or by what is wrong until a fact says otherwise.
    pub(crate) fn held_connectors(&self) -> impl Iterator<Item = TenantName> {
        let cause =
            if let CauseKind::Connector { tenant } = &self.cause.kind { Some(tenant.clone()) } else { None };
        let signs = self.signs.keys().filter_map(|sign| sign.strip_prefix("connector/")?.parse().ok());
        cause.into_iter().chain(signs)
    }

    /// The fact of this id, if it was kept.
    #[must_use]
    pub fn fact(&self, id: &EvidenceId) -> Option<&Fact> {
        self.evidence.iter().find(|fact| fact.id == *id)
    }
}
