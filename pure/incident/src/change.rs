//! What the board decided, one step at a time: the entries of the journal, and what subscribers are told from.
//!
//! Applying the changes of a journal in their order makes the incidents, maintenances and component histories again. Facts that were counted and
//! changed nothing are in no journal; after a restart they are measured afresh, and until then components are unknown.

use crate::cause::Cause;
use crate::clocks::{Clock, Reading};
use crate::component::{ComponentId, State};
use crate::incident::{Effect, Impact, ImpactOverride, IncidentId, Phase, Upstream};
use crate::maintenance::{Maintenance, MaintenanceId, MaintenancePhase, Note};
use crate::postmortem::PostmortemVersion;
use crate::{Author, Fact, Incident, Publication, Refs, Text, Update, UpdateId, Version};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// One step, with the time at which it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Grows by one.
    pub number: u64,
    pub at: Timestamp,
    #[serde(flatten)]
    pub what: Changed,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Changed {
    /// A suspicion or an incident was opened; it has no evidence yet, the facts follow.
    Opened {
        incident: Box<Incident>,
    },
    /// A fact belongs to it.
    Evidence {
        incident: IncidentId,
        fact: Box<Fact>,
    },
    /// The evidence became strong.
    Confirmed {
        incident: IncidentId,
        rule: String,
    },
    /// The cause is known, or known better.
    Caused {
        incident: IncidentId,
        cause: Cause,
        title: Text,
        evidence: Refs,
    },
    Clocked {
        incident: IncidentId,
        clock: Clock,
        reading: Option<Reading>,
    },
    Phased {
        incident: IncidentId,
        phase: Phase,
    },
    Affected {
        incident: IncidentId,
        component: ComponentId,
        effect: Effect,
    },
    ImpactSet {
        incident: IncidentId,
        set: Option<ImpactOverride>,
    },
    Retitled {
        incident: IncidentId,
        title: Text,
        by: Author,
    },
    /// An update was written, posted or waiting.
    Updated {
        incident: IncidentId,
        update: Box<Update>,
    },
    /// A waiting one went out, or was withdrawn.
    Published {
        incident: IncidentId,
        update: UpdateId,
        publication: Publication,
    },
    Edited {
        incident: IncidentId,
        update: UpdateId,
        version: Box<Version>,
    },
    Upstream {
        incident: IncidentId,
        upstream: Upstream,
    },
    Merged {
        incident: IncidentId,
        into: IncidentId,
        by: Author,
    },
    /// The same cause came back.
    Reopened {
        incident: IncidentId,
        evidence: Refs,
    },
    Dismissed {
        incident: IncidentId,
        by: Author,
    },
    /// It is over and nobody noticed.
    Absorbed {
        incident: IncidentId,
    },
    /// The next word is due and was not said.
    UpdateDue {
        incident: IncidentId,
        since: Timestamp,
    },
    PostmortemWritten {
        incident: IncidentId,
        version: Box<PostmortemVersion>,
    },
    PostmortemPublished {
        incident: IncidentId,
        at: Timestamp,
    },
    ComponentChanged {
        component: ComponentId,
        from: State,
        to: State,
        evidence: Option<Refs>,
    },
    Scheduled {
        maintenance: Box<Maintenance>,
    },
    Moved {
        maintenance: MaintenanceId,
        scheduled_for: Timestamp,
        scheduled_until: Timestamp,
        note: Note,
    },
    MaintenancePhased {
        maintenance: MaintenanceId,
        phase: MaintenancePhase,
        note: Note,
    },
}

impl Changed {
    /// The incident or maintenance that it is about.
    #[must_use]
    pub fn about(&self) -> Option<&IncidentId> {
        match self {
            Self::Opened { incident } => Some(&incident.id),
            Self::Scheduled { maintenance } => Some(&maintenance.id),
            Self::Evidence { incident, .. }
            | Self::Confirmed { incident, .. }
            | Self::Caused { incident, .. }
            | Self::Clocked { incident, .. }
            | Self::Phased { incident, .. }
            | Self::Affected { incident, .. }
            | Self::ImpactSet { incident, .. }
            | Self::Retitled { incident, .. }
            | Self::Updated { incident, .. }
            | Self::Published { incident, .. }
            | Self::Edited { incident, .. }
            | Self::Upstream { incident, .. }
            | Self::Merged { incident, .. }
            | Self::Reopened { incident, .. }
            | Self::Dismissed { incident, .. }
            | Self::Absorbed { incident }
            | Self::UpdateDue { incident, .. }
            | Self::PostmortemWritten { incident, .. }
            | Self::PostmortemPublished { incident, .. } => Some(incident),
            Self::Moved { maintenance, .. } | Self::MaintenancePhased { maintenance, .. } => {
                Some(maintenance)
            }
            Self::ComponentChanged { .. } => None,
        }
    }
}

/// What an operator can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    Open {
        title: Text,
        components: Vec<ComponentId>,
        /// The state in which the components are said to be.
        state: State,
        text: Text,
        /// When the harm began, if it was before now: marked as back-dated.
        harm_began: Option<Timestamp>,
    },
    Acknowledge {
        incident: IncidentId,
    },
    /// A suspicion is an incident.
    Confirm {
        incident: IncidentId,
    },
    Update {
        incident: IncidentId,
        /// The phase from now on; the same if absent.
        phase: Option<Phase>,
        text: Text,
        /// The time under which it is to be shown, if another than now.
        display_at: Option<Timestamp>,
    },
    /// Let a waiting update out.
    Publish {
        incident: IncidentId,
        update: UpdateId,
    },
    Withdraw {
        incident: IncidentId,
        update: UpdateId,
    },
    Edit {
        incident: IncidentId,
        update: UpdateId,
        text: Text,
        reason: String,
    },
    Retitle {
        incident: IncidentId,
        title: Text,
    },
    /// `None` goes back to what the components say.
    SetImpact {
        incident: IncidentId,
        impact: Option<Impact>,
    },
    Merge {
        incident: IncidentId,
        into: IncidentId,
    },
    Resolve {
        incident: IncidentId,
        text: Option<Text>,
    },
    Dismiss {
        incident: IncidentId,
    },
    BackDate {
        incident: IncidentId,
        clock: Clock,
        at: Timestamp,
    },
    WritePostmortem {
        incident: IncidentId,
        text: Text,
    },
    /// `despite_marks`: what the linter found stands beside the text.
    PublishPostmortem {
        incident: IncidentId,
        despite_marks: bool,
    },
    Schedule {
        title: Text,
        text: Text,
        components: Vec<ComponentId>,
        from: Timestamp,
        until: Timestamp,
    },
    MoveMaintenance {
        maintenance: MaintenanceId,
        from: Timestamp,
        until: Timestamp,
        text: Text,
    },
    CancelMaintenance {
        maintenance: MaintenanceId,
        text: Text,
    },
}
