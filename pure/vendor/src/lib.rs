//! Other vendors' status documents and feeds, read into one model of incidents.
//!
//! ```text
//! bytes, URL, type --> Format --> reader --> Document { page, components, incidents, alarms }
//! Document, now -----> Records --> what is new, changed, edited; first seen and imported kept apart
//! what a look brought -> Cadence -> when to look again, and whether anything is known
//! ```
//! A document is read whole or refused with place and reason; a field that makes no sense is an alarm. The vendor's words and clocks stand beside
//! ours and are never changed. Size, depth and number of everything are bounded.

mod alert;
mod archive;
mod aws;
mod better_stack;
mod build;
mod bytes;
mod cachet;
mod cadence;
mod catalogue;
mod clock;
mod detect;
mod document;
mod early;
mod error;
mod feed;
mod figures;
mod flags;
mod google;
mod incident_io;
mod instatus;
mod json;
mod mapped;
mod microsoft;
mod notes;
mod place;
mod plain;
mod probe;
mod record;
mod slack;
mod status_io;
mod statuspage;
mod told;
mod words;
mod xml;

pub use alert::{ALERT_FOR, Alert, AlertRule, RULE_ENTRIES_MAX, RULE_ENTRY_CHARS_MAX, alert};
pub use build::{COMPONENTS_MAX, INCIDENTS_MAX, UPDATES_MAX};
pub use bytes::{BYTES_MAX, OBJECTS_MAX, VALUES_MAX, sha256};
pub use cadence::{Cadence, EVERY, EVERY_MAX, EVERY_MIN, FAILURES_UNKNOWN, Look, Wishes};
pub use catalogue::{Entry, catalogue};
pub use document::{
    Affected, Component, Document, Format, Incident, Kind, Lengths, Page, StateChange, Update, VendorClocks,
};
pub use early::{Admitted, Early, Met, Tried, Trouble, admitted};
pub use error::ReadError;
pub use figures::{Delay, Figures, GRADED_OVER, Grade, figures};
pub use flags::{Flag, FlagRule, SILENCE_OVER};
pub use mapped::{Mapping, MappingProblem};
pub use notes::{ALARMS_MAX, Alarm, AlarmKind};
pub use place::DEPTH_MAX;
pub use plain::{LINE_CHARS_MAX, TEXT_CHARS_MAX, is_log_line, masked};
pub use probe::addresses;
pub use record::{Change, Edit, Record, Records, Sighting, Version};
pub use told::quote_start;
pub use words::{Phase, Severity, State, Word};

use detect::Parsed;
use model::Timestamp;

/// What is known of a document besides its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub now: Timestamp,
    /// Where it came from.
    pub url: Option<&'a str>,
    /// What its server calls it.
    pub content_type: Option<&'a str>,
    /// How JSON of no known format is read.
    pub mapping: Option<&'a Mapping>,
}

impl Given<'_> {
    /// Nothing but the time.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { now, url: None, content_type: None, mapping: None }
    }
}

/// Reads a document of any known format.
///
/// # Errors
/// If it is none, is broken or is larger than is read.
pub fn read(bytes: &[u8], given: &Given<'_>) -> Result<Document, ReadError> {
    let parsed = detect::parse(bytes, given)?;
    let format = detect::format(&parsed, given)?;
    let mut draft = match &parsed {
        Parsed::Json(value) => {
            let root = json::Node::root(value);
            match format {
                Format::Statuspage | Format::IncidentIoCompatible => {
                    statuspage::api(format, &root, given.now)
                }
                Format::StatuspageWebhook => statuspage::webhook(&root, given.now),
                Format::IncidentIo => incident_io::widget(&root, given.now),
                Format::Instatus => instatus::summary(&root, given.now),
                Format::StatusIo => status_io::page(&root, given.now),
                Format::Cachet2 => cachet::second(&root, given),
                Format::Cachet3 => cachet::third(&root, given),
                Format::BetterStack => better_stack::index(&root, given.now),
                Format::Google => google::incidents(&root, given),
                Format::Slack => slack::status(&root, given.now),
                Format::AwsEvents => aws::events(&root, given.now),
                Format::Microsoft365 => microsoft::announcements(&root, given),
                Format::Archive => archive::records(&root, given)?,
                Format::Mapped
                | Format::Guessed
                | Format::StatuspageFeed
                | Format::InstatusFeed
                | Format::AwsFeed
                | Format::Atom
                | Format::Rss => mapped::document(&root, given)?,
            }
        }
        Parsed::Xml { text, root } => feed::feed(format, root, text, given),
    };
    if let Parsed::Json(value) = &parsed {
        lists_are_lists(&json::Node::root(value), &mut draft.notes);
    }
    let mut document = draft.finish();
    document.sha256 = bytes::sha256(bytes);
    Ok(document)
}

/// Where entries stand, at the top of a document or in its `result`.
const LISTS: [&str; 9] = [
    "components",
    "incidents",
    "scheduled_maintenances",
    "activeIncidents",
    "activeMaintenances",
    "ongoing_incidents",
    "in_progress_maintenances",
    "active_incidents",
    "included",
];

/// A word in the place of a list hides what goes on: it is no "nothing goes on".
fn lists_are_lists(root: &json::Node<'_>, notes: &mut notes::Notes) {
    for node in [Some(root.clone()), root.key("result")].into_iter().flatten() {
        for list in LISTS.iter().filter_map(|name| node.key(name)) {
            if !(list.value.is_array() || list.value.is_object() || list.value.is_null()) {
                notes.alarm(AlarmKind::Shape, &list.place, "this is no list");
            }
        }
    }
}

/// How a document is written.
///
/// # Errors
/// If it is of no known format, is broken or is larger than is read.
pub fn detect(bytes: &[u8], given: &Given<'_>) -> Result<Format, ReadError> {
    detect::format(&detect::parse(bytes, given)?, given)
}
