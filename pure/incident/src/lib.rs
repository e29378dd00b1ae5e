//! Components, incidents and postmortems, written from evidence.
//!
//! ```text
//! Fact --+                        +--> Component (state, since, evidence, 90 days)
//! now ---+--> Board --Change-->   +--> Incident (phase, clocks, harm, updates, postmortem)
//! Act ---+      ^        |        +--> Maintenance
//!               +-journal+
//! ```
//! The board takes facts, time and operators' acts and gives back changes; the same changes, read again after a restart, make the same board. No
//! sentence, clock or state exists without the ids of its evidence, and nothing is operational without a fresh measurement.

mod apply;
mod board;
mod burn;
mod cause;
mod change;
mod clocks;
pub mod component;
mod condense;
mod evidence;
mod fact;
mod harm;
mod id;
mod incident;
pub mod lint;
mod maintenance;
mod measure;
pub mod postmortem;
mod settings;
mod shown;
mod signs;
mod text;
mod update;
mod words;
mod works;

pub use board::{ActError, Board, INCIDENTS_MAX};
pub use cause::{Cause, CauseKind};
pub use change::{Act, Change, Changed};
pub use clocks::{Clock, Clocks, Reading};
pub use component::{Component, ComponentId, ComponentIdError, Part, State};
pub use condense::condensed;
pub use evidence::{EvidenceError, EvidenceId, Refs};
pub use fact::{
    CanaryPath, CanaryResult, DELAY_STEPS, DelayBound, Delays, Fact, Reach, SourceState, Strength, Watched,
    What,
};
pub use harm::{AtProvider, Failure, Figure, Harm};
pub use incident::{
    Effect, Impact, ImpactOverride, Incident, IncidentId, IncidentIdError, Phase, Standing, Upstream,
};
pub use lint::{Mark, Rule};
pub use maintenance::{Maintenance, MaintenanceId, MaintenancePhase, Note};
pub use postmortem::{PostmortemText, PostmortemVersion};
pub use settings::{Absorbed, Bounds, ComponentSetting, Policy, Release, Settings, provider_name};
pub use text::{Language, Text};
pub use update::{Affected, Author, Publication, Sentence, Update, UpdateId, Version};
pub use words::absorbed;
pub use works::is_ours;
