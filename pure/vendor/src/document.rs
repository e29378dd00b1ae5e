//! What a vendor's document says: page, components, incidents, in one model for all formats.
//!
//! Times here are the vendor's; when we saw something stands in [`crate::Record`]. Texts are plain, bounded and masked; the vendor's own words
//! stand beside ours. What the document does not say is absent, never filled in.

use crate::build::{COMPONENTS_MAX, INCIDENTS_MAX};
use crate::flags::{self, Flag};
use crate::notes::{ALARMS_MAX, Alarm, AlarmKind};
use crate::words::{Phase, Severity, State, Word};
use crate::{bytes, plain};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A longer id is named by its hash.
const KEY_LEN_MAX: usize = 64;
const KEY_HASH_LEN: usize = 24;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Statuspage,
    StatuspageFeed,
    /// What Statuspage posts to a subscriber; Instatus and Better Stack post the same shape.
    StatuspageWebhook,
    IncidentIo,
    /// incident.io's imitation of Statuspage: without components and begin.
    IncidentIoCompatible,
    Instatus,
    InstatusFeed,
    StatusIo,
    Cachet2,
    Cachet3,
    BetterStack,
    Google,
    Slack,
    AwsEvents,
    AwsFeed,
    Microsoft365,
    Atom,
    Rss,
    /// Records of the archive weekly-incident, each with the vendor's own document inside.
    Archive,
    /// Other JSON, by a mapping that somebody saved.
    Mapped,
    /// Other JSON, by a mapping that was guessed from its keys.
    Guessed,
}

impl Format {
    pub const ALL: [Self; 21] = [
        Self::Statuspage,
        Self::StatuspageFeed,
        Self::StatuspageWebhook,
        Self::IncidentIo,
        Self::IncidentIoCompatible,
        Self::Instatus,
        Self::InstatusFeed,
        Self::StatusIo,
        Self::Cachet2,
        Self::Cachet3,
        Self::BetterStack,
        Self::Google,
        Self::Slack,
        Self::AwsEvents,
        Self::AwsFeed,
        Self::Microsoft365,
        Self::Atom,
        Self::Rss,
        Self::Archive,
        Self::Mapped,
        Self::Guessed,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Statuspage => "statuspage",
            Self::StatuspageFeed => "statuspage_feed",
            Self::StatuspageWebhook => "statuspage_webhook",
            Self::IncidentIo => "incident_io",
            Self::IncidentIoCompatible => "incident_io_compatible",
            Self::Instatus => "instatus",
            Self::InstatusFeed => "instatus_feed",
            Self::StatusIo => "status_io",
            Self::Cachet2 => "cachet2",
            Self::Cachet3 => "cachet3",
            Self::BetterStack => "better_stack",
            Self::Google => "google",
            Self::Slack => "slack",
            Self::AwsEvents => "aws_events",
            Self::AwsFeed => "aws_feed",
            Self::Microsoft365 => "microsoft365",
            Self::Atom => "atom",
            Self::Rss => "rss",
            Self::Archive => "archive",
            Self::Mapped => "mapped",
            Self::Guessed => "guessed",
        }
    }
}

/// What one document says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub format: Format,
    /// Content hash of the document as it came, in hexadecimal.
    pub sha256: String,
    pub page: Page,
    /// The page's one word for everything, if it has one.
    pub overall: Option<Word<State>>,
    pub components: Vec<Component>,
    /// In the order of the document. One that is missing may have fallen out of the vendor's window: that is no end.
    pub incidents: Vec<Incident>,
    /// Where the document continues.
    pub next_page: Option<String>,
    /// What was not understood. A document with alarms is never shown as all well.
    pub alarms: Vec<Alarm>,
}

impl Document {
    /// The worst that is said of the whole, unknown if nothing is.
    #[must_use]
    pub fn state(&self) -> State {
        let open = self.incidents.iter().filter(|incident| incident.is_underway());
        let of_incidents = open.map(|incident| match incident.severity.ours {
            Severity::None | Severity::Unknown => State::Unknown,
            Severity::Maintenance => State::UnderMaintenance,
            Severity::Minor => State::DegradedPerformance,
            Severity::Major => State::PartialOutage,
            Severity::Critical => State::MajorOutage,
        });
        let said = self.overall.iter().map(|word| word.ours);
        let of_components = self.components.iter().map(|component| component.state.ours);
        let worst = said.chain(of_components).chain(of_incidents).max().unwrap_or(State::Unknown);
        if worst == State::Operational && !self.alarms.is_empty() { State::Unknown } else { worst }
    }
}

impl Document {
    /// Takes what another page of the same list, or the vendor's history, has beside it; what is here already stays.
    pub fn extend(&mut self, other: Self) {
        let known: BTreeSet<String> =
            self.incidents.iter().map(|incident| incident.native_id.clone()).collect();
        let room = INCIDENTS_MAX.saturating_sub(self.incidents.len());
        let more = other.incidents.into_iter().filter(|incident| !known.contains(&incident.native_id));
        self.incidents.extend(more.take(room));
        let key = |part: &Component| (part.native_id.clone(), part.path());
        let known: BTreeSet<_> = self.components.iter().map(key).collect();
        let room = COMPONENTS_MAX.saturating_sub(self.components.len());
        self.components
            .extend(other.components.into_iter().filter(|part| !known.contains(&key(part))).take(room));
        self.alarms.extend(other.alarms.into_iter().take(ALARMS_MAX.saturating_sub(self.alarms.len())));
        self.next_page = other.next_page;
    }

    /// Says that what stands here is not all of it: such a document is not green.
    pub fn is_cut(&mut self, why: &str) {
        let alarm = Alarm { kind: AlarmKind::Missing, place: "next_page".to_owned(), text: plain::line(why) };
        self.alarms.push(alarm);
    }
}

/// Whose page it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Page {
    pub native_id: Option<String>,
    pub name: Option<String>,
    pub url: Option<String>,
    /// When the vendor says that the page changed. It may move while nothing does: it proves no freshness.
    pub updated_at: Option<Timestamp>,
}

/// A part of the vendor's service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    pub native_id: Option<String>,
    /// What it is part of, for example a region: `EU` of `EU > Server-side`.
    pub group: Option<String>,
    pub name: String,
    pub state: Word<State>,
    pub updated_at: Option<Timestamp>,
}

impl Component {
    /// `EU > Server-side`.
    #[must_use]
    pub fn path(&self) -> String {
        path(self.group.as_deref(), &self.name)
    }
}

pub(crate) fn path(group: Option<&str>, name: &str) -> String {
    group.map_or_else(|| name.to_owned(), |group| format!("{group} > {name}"))
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Incident,
    Maintenance,
    /// Something to know that is no fault: a message of Microsoft's, a notice of Slack's.
    Notice,
}

/// When things happened, as the vendor says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VendorClocks {
    /// When it began. Statuspage writes the moment of posting here unless a person put it back.
    pub started: Option<Timestamp>,
    /// When the vendor first said anything.
    pub posted: Option<Timestamp>,
    pub changed: Option<Timestamp>,
    pub monitoring: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
    /// Planned begin and end of maintenance.
    pub scheduled_for: Option<Timestamp>,
    pub scheduled_until: Option<Timestamp>,
    /// When the vendor promised to say more.
    pub next_update: Option<Timestamp>,
}

/// How long it was, by each clock. A length that is not positive is left out, with a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lengths {
    /// From the begin to the end that the vendor states.
    pub stated_seconds: Option<u64>,
    /// From the earlier of begin and first update to the last update that is no postmortem.
    pub timeline_seconds: Option<u64>,
    /// What the vendor's own text says, `between A and B`.
    pub told_seconds: Option<u64>,
}

/// One entry of a vendor's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The vendor's id, or what stands for one: the link, or title and begin.
    pub native_id: String,
    pub kind: Kind,
    pub title: String,
    pub url: Option<String>,
    pub severity: Word<Severity>,
    pub phase: Word<Phase>,
    pub clocks: VendorClocks,
    pub lengths: Lengths,
    pub components: Vec<Affected>,
    pub regions: Vec<String>,
    /// Oldest first, by the time under which they are shown.
    pub updates: Vec<Update>,
    /// What the vendor contradicts itself in.
    pub flags: Vec<Flag>,
    /// When the archive from which this comes had it first.
    pub archived_at: Option<Timestamp>,
    /// Content hash of the vendor's own record, in hexadecimal.
    pub raw_sha256: String,
    /// The vendor's own record, canonical: the same content gives the same bytes.
    #[serde(skip)]
    pub raw: String,
}

impl Incident {
    /// Whether it goes on now as far as the vendor says; what does not say so may.
    #[must_use]
    pub fn is_underway(&self) -> bool {
        match self.kind {
            Kind::Incident => !self.phase.ours.is_over(),
            Kind::Maintenance => !self.phase.ours.is_over() && self.phase.ours != Phase::Scheduled,
            Kind::Notice => false,
        }
    }

    /// By what an address of ours names it: the vendor's id where that can stand in an address, else a part of its hash.
    #[must_use]
    pub fn key(&self) -> String {
        let id = &self.native_id;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if (1..=KEY_LEN_MAX).contains(&id.len()) && id.bytes().all(is_plain) {
            return id.clone();
        }
        bytes::sha256(id.as_bytes())[..KEY_HASH_LEN].to_owned()
    }

    /// Whether it says two things that cannot both be true.
    #[must_use]
    pub fn contradicts_itself(&self) -> bool {
        self.flags.iter().any(|flag| flag.rule.is_contradiction())
    }

    /// Begin and end as its own texts tell them; the last telling counts.
    #[must_use]
    pub fn told(&self) -> Option<(Timestamp, Timestamp)> {
        flags::told_by(self).window
    }

    /// The last text that explains it afterwards.
    #[must_use]
    pub fn postmortem(&self) -> Option<&Update> {
        self.updates.iter().rev().find(|update| update.phase.ours == Phase::Postmortem)
    }
}

/// A component that an incident touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    pub native_id: Option<String>,
    pub group: Option<String>,
    pub name: String,
    /// Now, or when the incident ended; absent if the vendor does not say.
    pub state: Option<Word<State>>,
    /// The worst that any update says.
    pub worst: Option<State>,
}

impl Affected {
    #[must_use]
    pub fn path(&self) -> String {
        path(self.group.as_deref(), &self.name)
    }
}

/// One public word about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub native_id: Option<String>,
    pub phase: Word<Phase>,
    /// Plain text.
    pub text: String,
    /// The time under which it is shown; a person may have put it back.
    pub display_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// When its text was last changed, if after it was written.
    pub edited_at: Option<Timestamp>,
    pub changes: Vec<StateChange>,
}

/// What an update says of one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    pub component: String,
    pub from: Option<Word<State>>,
    pub to: Word<State>,
}
