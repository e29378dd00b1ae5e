//! Scheduled maintenance: announced, begun, ended, each at its time and by itself.
//!
//! The words of its phases are Statuspage's. Moving it is an edit that stays visible. While it runs, its components show
//! `under_maintenance`, and their own failures open no incident; a refusal of our addresses still does.

use crate::component::ComponentId;
use crate::{Author, Sentence, Text, UpdateId};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Names one maintenance: 12 lower-case letters and digits, in one space with incidents.
pub type MaintenanceId = crate::IncidentId;

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenancePhase {
    Scheduled,
    InProgress,
    Verifying,
    Completed,
    Cancelled,
}

impl MaintenancePhase {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::InProgress => "in_progress",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// One planned interruption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    pub id: MaintenanceId,
    pub title: Text,
    pub phase: MaintenancePhase,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub scheduled_for: Timestamp,
    pub scheduled_until: Timestamp,
    /// When it really began and ended.
    pub began_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub components: Vec<ComponentId>,
    /// Oldest first.
    pub notes: Vec<Note>,
    pub by: String,
}

/// One entry of its timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub id: UpdateId,
    pub phase: MaintenancePhase,
    pub at: Timestamp,
    pub author: Author,
    /// Never empty.
    pub sentences: Vec<Sentence>,
}
