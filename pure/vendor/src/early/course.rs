//! The answers of one provider within a window, and what of them may be held against it.

use super::usual::Usual;
use super::{Met, Tried, Trouble};
use model::{Duration, MessageId, SourceName, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(super) const WINDOW: Duration = Duration::from_secs(300);
/// Different messages that were missed within the window.
const MISSED_MIN: usize = 5;
/// One of so many answers.
const MISSED_OF: usize = 5;
/// So many messages without an answer make a provider silent beside another.
const SILENT_MIN: usize = 2;
/// Answers of a window that are looked at; older ones go first.
pub(super) const ANSWERS_MAX: usize = 10_000;
/// Troubles that are remembered.
const TROUBLES_MAX: usize = 100;
/// What goes on for longer is learned as its usual.
const LEARNED_AFTER: Duration = Duration::from_secs(86_400);
/// Longest answer that is kept.
const REPLY_CHARS_MAX: usize = 300;

/// What an answer counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Taken,
    Missed,
    Silent,
    Throttled,
    /// Told to come slower, for an address of ours.
    ThrottledByName,
}

impl Kind {
    pub(super) const COUNT: usize = 5;

    pub(super) const fn number(self) -> usize {
        self as usize
    }
}

#[derive(Debug, Clone)]
struct Answer {
    at: Timestamp,
    message: MessageId,
    /// Number in the list of sources.
    source: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Course {
    answers: VecDeque<Answer>,
    counts: [usize; Kind::COUNT],
    /// The first reply of each kind within the window.
    replies: [String; Kind::COUNT],
    sources: Vec<SourceName>,
    usual: Usual,
    pub(super) troubles: VecDeque<Trouble>,
    /// Messages of the open trouble.
    pub(super) messages: BTreeSet<MessageId>,
}

impl Course {
    /// Takes an answer in; `None` if it says nothing of the provider.
    pub(super) fn note(&mut self, tried: &Tried<'_>) -> Option<Kind> {
        let (kind, reply) = match tried.met {
            Met::Answered => return None,
            Met::Taken => (Kind::Taken, ""),
            Met::Missed(reply) => (Kind::Missed, reply),
            Met::Silent(what) => (Kind::Silent, what),
            Met::Throttled { reply, names_us: false } => (Kind::Throttled, reply),
            Met::Throttled { reply, names_us: true } => (Kind::ThrottledByName, reply),
        };
        while self.answers.len() >= ANSWERS_MAX
            || self.answers.front().is_some_and(|answer| tried.at.since(answer.at) > WINDOW)
        {
            self.forget_first(tried.at);
        }
        let number = kind.number();
        if self.counts[number] == 0 {
            self.replies[number] = reply.chars().take(REPLY_CHARS_MAX).collect();
        }
        self.counts[number] += 1;
        let source = self.number_of(tried.source);
        self.answers.push_back(Answer { at: tried.at, message: tried.message, source, kind });
        Some(kind)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.answers.len()
    }

    fn forget_first(&mut self, now: Timestamp) {
        let Some(gone) = self.answers.pop_front() else { return };
        self.counts[gone.kind.number()] -= 1;
        if self.open().is_none_or(|open| now.since(open.since) > LEARNED_AFTER) {
            self.usual.learn(gone.kind, gone.at);
        }
    }

    fn number_of(&mut self, source: &SourceName) -> usize {
        let known = self.sources.iter().position(|one| one == source);
        known.unwrap_or_else(|| {
            self.sources.push(source.clone());
            self.sources.len() - 1
        })
    }

    fn open(&self) -> Option<&Trouble> {
        self.troubles.back().filter(|trouble| !trouble.is_over)
    }

    pub(super) fn was_taken(&mut self) {
        if let Some(open) = self.troubles.back_mut().filter(|trouble| !trouble.is_over) {
            open.taken += 1;
        }
    }

    /// The kinds of answers that may be held against the provider now; `answered`: when a source was last answered by anybody.
    pub(super) fn counted(&self, answered: &BTreeMap<SourceName, Timestamp>) -> Vec<Kind> {
        let mut counted = vec![Kind::Missed];
        if self.counts[Kind::Silent.number()] > 0 && self.is_silence_theirs(answered) {
            counted.push(Kind::Silent);
        }
        let throttled = self.counts[Kind::Throttled.number()] + self.counts[Kind::ThrottledByName.number()];
        if throttled > 0 && self.usual.is_our_pace_usual(count(self.answers.len()), WINDOW) {
            let (hit, is_spared) = self.hit(&[Kind::Throttled, Kind::ThrottledByName]);
            if hit > 1 {
                counted.extend([Kind::Throttled, Kind::ThrottledByName]);
            } else if !is_spared {
                counted.push(Kind::Throttled);
            }
        }
        counted
    }

    /// Whether the way of each silent source was open meanwhile, and no other source fares better here.
    fn is_silence_theirs(&self, answered: &BTreeMap<SourceName, Timestamp>) -> bool {
        let (hit, is_spared) = self.hit(&[Kind::Silent]);
        let is_open = |(number, source): (usize, &SourceName)| {
            let mut silent =
                self.answers.iter().filter(|one| one.source == number && one.kind == Kind::Silent);
            let first = silent.next().map(|one| one.at);
            first.is_none_or(|first| answered.get(source).is_some_and(|answered| *answered >= first))
        };
        (hit > 1 || !is_spared) && self.sources.iter().enumerate().all(is_open)
    }

    /// How many sources met one of these kinds, and whether another one was taken and met none.
    fn hit(&self, kinds: &[Kind]) -> (usize, bool) {
        let met = |wanted: &[Kind]| -> BTreeSet<usize> {
            let answers = self.answers.iter().filter(|answer| wanted.contains(&answer.kind));
            answers.map(|answer| answer.source).collect()
        };
        let hit = met(kinds);
        (hit.len(), met(&[Kind::Taken]).difference(&hit).next().is_some())
    }

    /// Whether these kinds are a great part of the window's answers, and more than is usual here.
    fn is_over_bar(&self, kinds: &[Kind]) -> bool {
        let missed: usize = kinds.iter().map(|kind| self.counts[kind.number()]).sum();
        self.is_much(kinds, missed, self.answers.len())
    }

    fn is_much(&self, kinds: &[Kind], missed: usize, all: usize) -> bool {
        missed > 0 && missed * MISSED_OF >= all && self.usual.is_exceeded(kinds, count(missed), count(all))
    }

    /// Whether several messages were not answered here within the last while.
    pub(super) fn is_silent(&self, now: Timestamp) -> bool {
        if self.counts[Kind::Silent.number()] < SILENT_MIN {
            return false;
        }
        // Nothing went there of late: what is older was not taken out yet.
        let recent: Vec<&Answer> = self.answers.iter().filter(|one| now.since(one.at) <= WINDOW).collect();
        let silent = recent.iter().filter(|one| one.kind == Kind::Silent);
        let messages: BTreeSet<MessageId> = silent.clone().map(|answer| answer.message).collect();
        messages.len() >= SILENT_MIN && self.is_much(&[Kind::Silent], silent.count(), recent.len())
    }

    /// A message was missed; whether a trouble began with it. Only what is `counted` makes one.
    pub(super) fn missed(&mut self, tried: &Tried<'_>, kind: Kind, counted: &[Kind]) -> bool {
        if !counted.contains(&kind) || !self.is_over_bar(counted) {
            return false;
        }
        if let Some(open) = self.troubles.back_mut().filter(|trouble| !trouble.is_over) {
            open.last = open.last.max(tried.at);
            if self.messages.len() < ANSWERS_MAX && self.messages.insert(tried.message) {
                open.add(kind);
            }
            return false;
        }
        let missed: Vec<&Answer> = self.answers.iter().filter(|one| counted.contains(&one.kind)).collect();
        let Some(first) = missed.first() else { return false };
        let mut trouble = Trouble {
            provider: tried.provider.unwrap_or_default().to_owned(),
            since: first.at,
            last: tried.at,
            missed: 0,
            silent: 0,
            throttled: 0,
            taken: count(self.counts[Kind::Taken.number()]),
            reply: self.replies[first.kind.number()].clone(),
            is_over: false,
            is_ours: false,
        };
        let mut messages = BTreeSet::new();
        for answer in &missed {
            if messages.insert(answer.message) {
                trouble.add(answer.kind);
            }
        }
        if messages.len() < MISSED_MIN {
            return false;
        }
        self.messages = messages;
        self.remember(trouble);
        true
    }

    pub(super) fn remember(&mut self, trouble: Trouble) {
        self.troubles.push_back(trouble);
        if self.troubles.len() > TROUBLES_MAX {
            self.troubles.pop_front();
        }
    }
}

impl Trouble {
    /// One more message.
    fn add(&mut self, kind: Kind) {
        self.missed += 1;
        match kind {
            Kind::Silent => self.silent += 1,
            Kind::Throttled | Kind::ThrottledByName => self.throttled += 1,
            Kind::Taken | Kind::Missed => {}
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
