//! What is known of one vendor, and what a look makes of it.

use super::VendorConfig;
use super::look::Before;
use model::{Duration, Timestamp, VendorName};
use net::http::Known;
use serde::{Deserialize, Serialize};
use vendor::{Cadence, Change, Document, Format, Look, Record, Records, Wishes};

/// A longer one is not sent back: the document then comes whole.
const VALIDATOR_LEN_MAX: usize = 1_000;
/// So long it is looked for how something ended that the document has no more.
const GONE_FOR: Duration = Duration::from_secs(86_400);
/// The past is not asked for more often: a vendor may never tell how something ended.
const HISTORY_EVERY: Duration = Duration::from_secs(300);
/// Of a reason for a failure, in characters.
const PROBLEM_CHARS_MAX: usize = 300;

/// What outlasts a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) version: u32,
    pub(super) url: String,
    pub(super) cadence: Cadence,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    pub(super) said: Option<Said>,
    pub(super) records: Records,
}

impl Kept {
    pub(super) const VERSION: u32 = 1;

    pub(super) fn new(url: &str) -> Self {
        Self {
            version: Self::VERSION,
            url: url.to_owned(),
            cadence: Cadence::default(),
            etag: None,
            last_modified: None,
            said: None,
            records: Records::default(),
        }
    }
}

/// The last document that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When it came.
    pub at: Timestamp,
    /// The worst that it says of the whole.
    pub state: vendor::State,
    /// Incidents that go on.
    pub open: usize,
    /// Without its incidents: those are records.
    pub document: Document,
}

/// What one look brought.
#[derive(Debug)]
pub(super) enum Brought {
    Document { document: Box<Document>, etag: Option<String>, last_modified: Option<String> },
    Unchanged,
    Nothing { problem: String },
}

/// One vendor at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorLine {
    pub name: VendorName,
    pub url: String,
    /// Our word for what the vendor says; unknown if nothing is known any more.
    pub state: vendor::State,
    pub format: Option<Format>,
    /// What the page calls itself.
    pub page: Option<String>,
    /// Incidents that go on, by the last document.
    pub open: usize,
    /// What was not understood of the last document.
    pub alarms: usize,
    /// The last look, whatever it brought.
    pub asked: Option<Timestamp>,
    /// The last look that brought something.
    pub good: Option<Timestamp>,
    pub next: Timestamp,
    /// In a row.
    pub failures: u32,
    /// Why the last look failed.
    pub problem: Option<String>,
    /// Whose receiving of mail it speaks of.
    pub providers: Vec<String>,
}

/// One vendor with everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorStory {
    pub line: VendorLine,
    pub said: Option<Said>,
    /// The newest first.
    pub records: Vec<Seen>,
}

/// A record, and whether the vendor's document still has it: what is gone stays as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    pub is_listed: bool,
    #[serde(flatten)]
    pub record: Record,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) kept: Kept,
    pub(super) due: Timestamp,
    pub(super) written: Timestamp,
    /// When the past was last asked for how something ended.
    pub(super) history: Option<Timestamp>,
    problem: Option<String>,
}

/// What a look changed, for the log and the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) before: vendor::State,
    pub(super) after: vendor::State,
    pub(super) changes: Vec<Change>,
    /// Whether something is other than before, besides that we looked.
    pub(super) is_news: bool,
}

impl State {
    pub(super) fn new(kept: Kept, due: Timestamp, now: Timestamp) -> Self {
        Self { kept, due, written: now, history: None, problem: None }
    }

    /// With which conditions the document is asked for, and what it is held against.
    pub(super) fn before(&self, now: Timestamp) -> Before {
        let known = if self.kept.cadence.wants_whole(now) {
            Known::default()
        } else {
            Known {
                etag: self.kept.etag.clone(),
                last_modified: self.kept.last_modified.clone(),
                bearer: None,
            }
        };
        let spares_history = self.history.is_some_and(|asked| now.since(asked) < HISTORY_EVERY);
        let (underway, is_first) = (self.kept.records.underway(now - GONE_FOR), self.kept.said.is_none());
        Before { known, underway, is_first, spares_history }
    }

    /// Takes what a look at `now` brought; `chance` is any random number.
    pub(super) fn take(
        &mut self,
        config: &VendorConfig,
        brought: Brought,
        wishes: Wishes<'_>,
        (now, chance): (Timestamp, u32),
    ) -> Taken {
        let before = self.state(config, now);
        let (look, changes, is_other) = match brought {
            Brought::Document { document, etag, last_modified } => {
                let poll = self.kept.cadence.poll(now, config.every);
                let changes = match poll {
                    Some(poll) => self.kept.records.take(&document, now, poll),
                    None => self.kept.records.import(&document, now),
                };
                let said = said(*document, now);
                let is_other = self.kept.said.as_ref().is_none_or(|old| is_other(old, &said));
                let is_open = said.open > 0;
                let short = |text: &String| text.len() <= VALIDATOR_LEN_MAX;
                (self.kept.etag, self.kept.last_modified) = (etag.filter(short), last_modified.filter(short));
                (self.kept.said, self.problem) = (Some(said), None);
                (Look::Read { is_open }, changes, is_other)
            }
            Brought::Unchanged => {
                self.problem = None;
                (Look::Unchanged, Vec::new(), false)
            }
            Brought::Nothing { problem } => {
                self.problem = Some(problem.chars().take(PROBLEM_CHARS_MAX).collect());
                (Look::Failed, Vec::new(), false)
            }
        };
        self.due = self.kept.cadence.looked(look, wishes, now, (config.every, chance));
        let after = self.state(config, now);
        let is_news = is_other || !changes.is_empty() || before != after;
        Taken { before, after, changes, is_news }
    }

    fn state(&self, config: &VendorConfig, now: Timestamp) -> vendor::State {
        let is_known = self.kept.cadence.is_known(now, config.every);
        self.kept.said.as_ref().filter(|_| is_known).map_or(vendor::State::Unknown, |said| said.state)
    }

    pub(super) fn is_known(&self, config: &VendorConfig, now: Timestamp) -> bool {
        self.kept.cadence.is_known(now, config.every)
    }

    pub(super) fn line(&self, config: &VendorConfig, now: Timestamp) -> VendorLine {
        let said = self.kept.said.as_ref();
        VendorLine {
            name: config.name.clone(),
            url: config.url.clone(),
            state: self.state(config, now),
            format: said.map(|said| said.document.format),
            page: said.and_then(|said| said.document.page.name.clone()),
            open: said.map_or(0, |said| said.open),
            alarms: said.map_or(0, |said| said.document.alarms.len()),
            asked: self.kept.cadence.asked(),
            good: self.kept.cadence.good(),
            next: self.due,
            failures: self.kept.cadence.failures(),
            problem: self.problem.clone(),
            providers: config.providers.clone(),
        }
    }

    pub(super) fn story(&self, config: &VendorConfig, now: Timestamp) -> VendorStory {
        let said = self.kept.said.clone();
        let at = said.as_ref().map(|said| said.at);
        let records = self.kept.records.iter();
        let mut records: Vec<Seen> = records
            .map(|record| Seen { is_listed: Some(record.last_seen) == at, record: record.clone() })
            .collect();
        let begun = |seen: &Seen| {
            let clocks = &seen.record.incident.clocks;
            clocks.started.or(clocks.posted).unwrap_or(seen.record.first_seen)
        };
        records.sort_by_key(|seen| core::cmp::Reverse(begun(seen)));
        VendorStory { line: self.line(config, now), said, records }
    }
}

fn said(mut document: Document, at: Timestamp) -> Said {
    let state = document.state();
    let open = document.incidents.iter().filter(|incident| incident.is_underway()).count();
    document.incidents = Vec::new();
    Said { at, state, open, document }
}

/// Some documents have the time of asking in them: their hash says nothing.
fn is_other(old: &Said, new: &Said) -> bool {
    old.state != new.state
        || old.open != new.open
        || old.document.components != new.document.components
        || old.document.alarms != new.document.alarms
}
