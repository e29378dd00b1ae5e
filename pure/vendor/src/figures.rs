//! How a vendor tells of its incidents: how late it posts, how long it is silent, how often it changes its words, whether it explains itself.
//!
//! Statuspage writes the moment of posting as the begin, so the two clocks alone grade nobody. A posting is late against a begin that is told otherwise:
//! put back by a person, named by the vendor's own text, or seen in our mail. An incident of which no such begin is known is not graded.

use crate::document::{Incident, Kind};
use crate::flags::{SILENCE_OVER, longest_silence};
use crate::record::Record;
use core::fmt;
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Over which a vendor is graded.
pub const GRADED_OVER: Duration = Duration::from_secs(90 * 86_400);
/// Two clocks that differ by less say the same.
const ROUNDING: Duration = Duration::from_secs(60);

/// StatusGator's grades of a page, by the time from begin to posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    A,
    B,
    C,
    D,
    F,
}

impl Grade {
    /// Under 15 min, 30 min, 2 h, 4 h, and above.
    #[must_use]
    pub fn of(delay: Duration) -> Self {
        match delay.as_secs() {
            0..900 => Self::A,
            900..1_800 => Self::B,
            1_800..7_200 => Self::C,
            7_200..=14_400 => Self::D,
            14_401.. => Self::F,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::F => "F",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How late a vendor posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    pub median_seconds: u64,
    pub longest_seconds: u64,
    /// Incidents whose begin is told by more than the moment of posting.
    pub of: usize,
    /// By the median.
    pub grade: Grade,
}

/// The figures of some records. Only incidents count: maintenance and notices are no faults.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    pub incidents: usize,
    /// Said to be over.
    pub over: usize,
    pub posting: Option<Delay>,
    /// Longer than an hour without a word.
    pub silent: usize,
    pub longest_silence_seconds: Option<u64>,
    pub updates: usize,
    /// Texts that were changed or withdrawn: by the vendor's own clock, or as we saw it.
    pub edited: usize,
    pub postmortems: usize,
    pub contradictory: usize,
}

/// Of these records as of `now`; `seen` is when our own mail first met the incident, if it did.
pub fn figures<'r>(
    records: impl Iterator<Item = &'r Record>,
    now: Timestamp,
    seen: impl Fn(&Incident) -> Option<Timestamp>,
) -> Figures {
    let mut figures = Figures::default();
    let (mut delays, mut longest) = (Vec::new(), None);
    for record in records.filter(|record| record.incident.kind == Kind::Incident) {
        let incident = &record.incident;
        figures.incidents += 1;
        figures.over += usize::from(incident.phase.ours.is_over());
        figures.updates += incident.updates.len();
        figures.edited += edited(record);
        figures.postmortems += usize::from(incident.postmortem().is_some());
        figures.contradictory += usize::from(incident.contradicts_itself());
        let silence = longest_silence(incident, now).map(|(gap, _)| gap);
        figures.silent += usize::from(silence.is_some_and(|gap| gap > SILENCE_OVER));
        longest = longest.max(silence);
        delays.extend(incident.posting_delay(seen(incident)));
    }
    figures.longest_silence_seconds = longest.map(|gap| gap.as_secs());
    figures.posting = delay(delays);
    figures
}

/// One that the vendor dates and we saw is one.
fn edited(record: &Record) -> usize {
    let dated = record.incident.updates.iter().filter(|update| update.edited_at.is_some());
    let seen = record.edits.iter().filter(|edit| {
        let of = record.incident.updates.iter().find(|update| update.native_id == edit.update);
        edit.update.is_none() || of.is_none_or(|update| update.edited_at.is_none())
    });
    dated.count() + seen.count()
}

fn delay(mut delays: Vec<Duration>) -> Option<Delay> {
    delays.sort();
    let median = *delays.get(delays.len().checked_sub(1)? / 2)?;
    Some(Delay {
        median_seconds: median.as_secs(),
        longest_seconds: delays.last()?.as_secs(),
        of: delays.len(),
        grade: Grade::of(median),
    })
}

impl Incident {
    /// From its begin to its first public word; none if no begin is told besides the posting itself. `seen`: when our own mail first met it.
    #[must_use]
    pub fn posting_delay(&self, seen: Option<Timestamp>) -> Option<Duration> {
        let shown = self.updates.iter().filter_map(|update| update.created_at.or(update.display_at));
        let posted = self.clocks.posted.or_else(|| shown.min())?;
        let put_back = self.clocks.started.filter(|started| posted.since(*started) > ROUNDING);
        let told = self.told().filter(|(from, to)| from < to).map(|(from, _)| from);
        let begun = [put_back, told, seen].into_iter().flatten().min()?;
        Some(posted.since(begun))
    }
}

#[cfg(test)]
mod tests;
