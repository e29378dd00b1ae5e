//! Components: the parts of the service that a customer can tell apart, each of one region, and the states in which they can be.
//!
//! The words of a state are Statuspage's, and `unknown`. A component carries the evidence of its state; only `unknown` may have none. The region is
//! part of the identity, so that two regions can never be shown as one.

use crate::{Refs, Text};
use core::fmt;
use core::str::FromStr;
use model::{RegionName, Timestamp};
use serde::{Deserialize, Serialize};

pub mod history;

use history::Span;

/// What a component does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Taking mail from connectors: server-side re-routing.
    Intake,
    Signatures,
    /// Handing mail to one provider, for example back to Microsoft 365.
    Return(String),
    /// Handing mail to everybody who has no component of their own.
    Delivery,
    Directory,
    Console,
}

/// Names one component: `eu/intake`, `eu/return-microsoft`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ComponentId {
    pub region: RegionName,
    pub part: Part,
}

/// Why a text names no component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no component: write REGION/PART, PART being intake, signatures, return-PROVIDER, delivery, directory or console"
)]
pub struct ComponentIdError(String);

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intake => f.write_str("intake"),
            Self::Signatures => f.write_str("signatures"),
            Self::Return(provider) => write!(f, "return-{provider}"),
            Self::Delivery => f.write_str("delivery"),
            Self::Directory => f.write_str("directory"),
            Self::Console => f.write_str("console"),
        }
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.region, self.part)
    }
}

impl FromStr for ComponentId {
    type Err = ComponentIdError;

    fn from_str(text: &str) -> Result<Self, ComponentIdError> {
        let wrong = || ComponentIdError(text.to_owned());
        let (region, part) = text.split_once('/').ok_or_else(wrong)?;
        let part = match part {
            "intake" => Part::Intake,
            "signatures" => Part::Signatures,
            "delivery" => Part::Delivery,
            "directory" => Part::Directory,
            "console" => Part::Console,
            other => match other.strip_prefix("return-") {
                Some(provider) if !provider.is_empty() => Part::Return(provider.to_owned()),
                Some(_) | None => return Err(wrong()),
            },
        };
        Ok(Self { region: region.parse().map_err(|_| wrong())?, part })
    }
}

impl TryFrom<String> for ComponentId {
    type Error = ComponentIdError;
    fn try_from(text: String) -> Result<Self, ComponentIdError> {
        text.parse()
    }
}

impl From<ComponentId> for String {
    fn from(id: ComponentId) -> Self {
        id.to_string()
    }
}

/// How a component does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Operational,
    DegradedPerformance,
    PartialOutage,
    MajorOutage,
    UnderMaintenance,
    /// No fresh measurement. Never shown as green.
    Unknown,
}

impl State {
    pub const ALL: [Self; 6] = [
        Self::Operational,
        Self::DegradedPerformance,
        Self::PartialOutage,
        Self::MajorOutage,
        Self::UnderMaintenance,
        Self::Unknown,
    ];

    /// The word as Statuspage writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::DegradedPerformance => "degraded_performance",
            Self::PartialOutage => "partial_outage",
            Self::MajorOutage => "major_outage",
            Self::UnderMaintenance => "under_maintenance",
            Self::Unknown => "unknown",
        }
    }

    /// Whether customers are being harmed.
    #[must_use]
    pub const fn is_red(self) -> bool {
        self.severity() > 0
    }

    /// 0 for no harm, up to 3 for a major outage.
    #[must_use]
    pub const fn severity(self) -> u8 {
        match self {
            Self::Operational | Self::UnderMaintenance | Self::Unknown => 0,
            Self::DegradedPerformance => 1,
            Self::PartialOutage => 2,
            Self::MajorOutage => 3,
        }
    }

    /// The more severe of two; of equals, the one that is less good to hear.
    #[must_use]
    pub const fn worse(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Operational => 0,
            Self::UnderMaintenance => 1,
            Self::Unknown => 2,
            Self::DegradedPerformance => 3,
            Self::PartialOutage => 4,
            Self::MajorOutage => 5,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One component as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    pub id: ComponentId,
    /// Without the region: "Return to Microsoft 365".
    pub name: Text,
    /// The region as customers know it: "EU".
    pub group: String,
    pub state: State,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// Why it is in this state; absent only while unknown.
    pub evidence: Option<Refs>,
    /// The newest measurement, good or bad.
    pub measured: Option<Timestamp>,
    /// Earlier states, oldest first, as far as they are kept.
    pub history: Vec<Span>,
}
