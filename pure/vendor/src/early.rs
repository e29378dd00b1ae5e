//! What our own mail meets at a provider, and whether the provider's page admits it: who knew first, and by how much.
//!
//! ```text
//!   quiet --5 messages put off within 5 min, a fifth of all--> trouble --nothing put off for 15 min--> quiet
//! ```
//! Only what is the receiver's own fault is handed in: a refusal for our address, a content or a mailbox says nothing of its health. A message counts
//! once however often it is tried. What is said by a vendor explains a trouble if it is about mail, was posted while the trouble or shortly after it,
//! and was not over before it began.

use crate::document::{Incident, Kind};
use crate::record::Record;
use model::{Duration, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const WINDOW: Duration = Duration::from_secs(300);
/// Different messages that were put off within the window.
const MISSED_MIN: usize = 5;
/// One of so many answers.
const MISSED_OF: usize = 5;
const QUIET: Duration = Duration::from_secs(900);
/// Answers of a window that are looked at; older ones go first.
const ANSWERS_MAX: usize = 10_000;
/// Providers that are told apart, and troubles that are remembered of each.
const PROVIDERS_MAX: usize = 200;
const TROUBLES_MAX: usize = 100;
/// A word on something that is over may come this much later.
const POSTED_WITHIN: Duration = Duration::from_secs(86_400);
/// Longest answer that is kept.
const REPLY_CHARS_MAX: usize = 300;
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

/// What one recipient's try came to, as far as it says something of the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met<'r> {
    Taken,
    /// Put off or refused for a fault of the receiver's own, with its answer.
    Missed(&'r str),
}

/// A time in which a provider did not take our mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub provider: String,
    /// The first answer of those that made it one.
    pub since: Timestamp,
    /// The last one.
    pub last: Timestamp,
    /// Messages that were put off; each counts once.
    pub missed: u64,
    /// Of all answers since.
    pub taken: u64,
    /// The first answer, as it was.
    pub reply: String,
    pub is_over: bool,
}

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

#[derive(Debug, Clone, Default)]
struct Course {
    answers: VecDeque<(Timestamp, MessageId, bool)>,
    /// How many of them were put off.
    missed: usize,
    first_reply: String,
    troubles: VecDeque<Trouble>,
    /// Messages of the open trouble.
    messages: BTreeSet<MessageId>,
}

/// All providers that our mail went to.
#[derive(Debug, Clone, Default)]
pub struct Early {
    courses: BTreeMap<String, Course>,
    /// Nothing was met before it.
    began: Timestamp,
}

impl Early {
    /// With the troubles that an earlier run kept; one that was open then goes on until this run was quiet for long enough.
    #[must_use]
    pub fn of(kept: impl IntoIterator<Item = Trouble>, now: Timestamp) -> Self {
        let mut early = Self { courses: BTreeMap::new(), began: now };
        for trouble in kept {
            let course = early.courses.entry(trouble.provider.clone()).or_default();
            // The newest word on it counts.
            course.troubles.retain(|known| known.since != trouble.since);
            course.remember(trouble);
        }
        early
    }

    /// One answer; tells of a trouble that it makes.
    pub fn met(
        &mut self,
        provider: &str,
        message: MessageId,
        met: Met<'_>,
        at: Timestamp,
    ) -> Option<&Trouble> {
        if self.courses.len() >= PROVIDERS_MAX && !self.courses.contains_key(provider) {
            return None;
        }
        let course = self.courses.entry(provider.to_owned()).or_default();
        course.met(provider, message, met, at).then(|| course.troubles.back()).flatten()
    }

    /// Troubles that came to their end by `now`.
    pub fn quiet(&mut self, now: Timestamp) -> Vec<Trouble> {
        let began = self.began;
        let open = self.courses.values_mut().filter_map(|course| {
            let trouble = course.troubles.back_mut().filter(|trouble| !trouble.is_over)?;
            (now.since(trouble.last.max(began)) >= QUIET).then(|| {
                trouble.is_over = true;
                course.messages.clear();
                trouble.clone()
            })
        });
        open.collect()
    }

    /// Of one provider, the oldest first.
    pub fn troubles(&self, provider: &str) -> impl DoubleEndedIterator<Item = &Trouble> {
        self.courses.get(provider).into_iter().flat_map(|course| &course.troubles)
    }

    /// Those that go on, of all providers.
    pub fn open(&self) -> impl Iterator<Item = &Trouble> {
        self.courses.values().filter_map(|course| course.troubles.back()).filter(|trouble| !trouble.is_over)
    }
}

impl Course {
    /// Whether a trouble began.
    fn met(&mut self, provider: &str, message: MessageId, met: Met<'_>, at: Timestamp) -> bool {
        let is_missed = matches!(met, Met::Missed(_));
        while self.answers.len() >= ANSWERS_MAX
            || self.answers.front().is_some_and(|(then, ..)| at.since(*then) > WINDOW)
        {
            let gone = self.answers.pop_front();
            self.missed -= usize::from(gone.is_some_and(|(.., is_missed)| is_missed));
        }
        if let (Met::Missed(reply), 0) = (met, self.missed) {
            self.first_reply = reply.chars().take(REPLY_CHARS_MAX).collect();
        }
        self.answers.push_back((at, message, is_missed));
        self.missed += usize::from(is_missed);
        if let Some(open) = self.troubles.back_mut().filter(|trouble| !trouble.is_over) {
            if !is_missed {
                open.taken += 1;
            } else {
                open.last = open.last.max(at);
                open.missed += u64::from(self.messages.len() < ANSWERS_MAX && self.messages.insert(message));
            }
            return false;
        }
        let (count, all) = (self.missed, self.answers.len());
        if !is_missed || count < MISSED_MIN || count * MISSED_OF < all {
            return false;
        }
        let missed = self.answers.iter().filter(|(.., is_missed)| *is_missed);
        let messages: BTreeSet<MessageId> = missed.clone().map(|(_, message, _)| *message).collect();
        let since = missed.map(|(at, ..)| *at).min();
        let Some(since) = since.filter(|_| messages.len() >= MISSED_MIN) else { return false };
        let trouble = Trouble {
            provider: provider.to_owned(),
            since,
            last: at,
            missed: u64::try_from(messages.len()).unwrap_or(u64::MAX),
            taken: u64::try_from(all - count).unwrap_or(u64::MAX),
            reply: self.first_reply.clone(),
            is_over: false,
        };
        self.messages = messages;
        self.remember(trouble);
        true
    }

    fn remember(&mut self, trouble: Trouble) {
        self.troubles.push_back(trouble);
        if self.troubles.len() > TROUBLES_MAX {
            self.troubles.pop_front();
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

#[cfg(test)]
mod tests;
