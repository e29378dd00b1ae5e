//! Whether a vendor's page says what our mail met: the posting that explains a trouble, and the lead.
//!
//! An entry explains it if it is about mail, was posted while the trouble or shortly after it, and was not over before it began. Of several the one
//! nearest to the begin counts. Words of other languages than English may not be known: such a page then counts as silent.

use super::Trouble;
use crate::document::{Incident, Kind};
use crate::record::Record;
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// A word on something that is over may come this much later.
const POSTED_WITHIN: Duration = Duration::from_secs(86_400);
/// An incident with none of these is about something else that the vendor runs.
const WORDS: [&str; 12] = [
    "mail",
    "exchange",
    "outlook",
    "smtp",
    "inbound",
    "outbound",
    "message",
    "delivery",
    "mx record",
    "spam",
    "relay",
    "postfach",
];

/// What a vendor's page has to do with a trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admitted {
    /// Nothing there is about it, for so long.
    Silent { seconds: u64 },
    /// We met it first.
    AfterUs { key: String, lead_seconds: u64 },
    /// The vendor had said it before we met it.
    BeforeUs { key: String, lead_seconds: u64 },
}

impl Admitted {
    /// The incident that explains it.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Silent { .. } => None,
            Self::AfterUs { key, .. } | Self::BeforeUs { key, .. } => Some(key),
        }
    }
}

/// What of these records explains a trouble, if anything does.
pub fn admitted<'r>(
    trouble: &Trouble,
    records: impl Iterator<Item = &'r Record>,
    now: Timestamp,
) -> Admitted {
    let told = records.filter_map(|record| Some((explains(record, trouble)?, record)));
    // The posting nearest to the begin of the trouble.
    let apart = |posted: Timestamp| posted.since(trouble.since).max(trouble.since.since(posted));
    let nearest = told.min_by_key(|(posted, record)| (apart(*posted), record.incident.native_id.clone()));
    let Some((posted, record)) = nearest else {
        let until = if trouble.is_over { trouble.last } else { now };
        return Admitted::Silent { seconds: until.since(trouble.since).as_secs() };
    };
    let (key, lead_seconds) = (record.incident.key(), apart(posted).as_secs());
    if posted > trouble.since {
        Admitted::AfterUs { key, lead_seconds }
    } else {
        Admitted::BeforeUs { key, lead_seconds }
    }
}

/// When it was posted, if it may be what our mail met.
fn explains(record: &Record, trouble: &Trouble) -> Option<Timestamp> {
    let incident = &record.incident;
    let clocks = &incident.clocks;
    let posted = match incident.kind {
        Kind::Incident => clocks.posted.or(clocks.started).unwrap_or(record.first_seen),
        Kind::Maintenance => clocks.scheduled_for.or(clocks.started)?,
        Kind::Notice => return None,
    };
    let last = incident.updates.iter().filter_map(|update| update.display_at).max();
    let ended = clocks.resolved.or(last).filter(|_| incident.phase.ours.is_over());
    let is_of_its_time =
        posted <= trouble.last + POSTED_WITHIN && ended.is_none_or(|ended| ended >= trouble.since);
    (is_of_its_time && is_about_mail(incident)).then_some(posted)
}

fn is_about_mail(incident: &Incident) -> bool {
    let says = |text: &str| {
        let text = text.to_lowercase();
        WORDS.iter().any(|word| text.contains(word))
    };
    says(&incident.title)
        || incident.components.iter().any(|part| says(&part.path()))
        || incident.updates.iter().any(|update| says(&update.text))
}
