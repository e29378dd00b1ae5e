//! What each refusal means, and refusals that say the same counted together.
//!
//! The exact text is looked up first, because most servers answer alike each time; a text that is new is classified and normalised by `bounce`. Both
//! tables are bounded: the look-ups start again when theirs is full, and kinds beyond the bound are counted as left out.

use super::RefusalKind;
use crate::event::Attempt;
use bounce::{Classified, ReplyContext, classify, normalised};
use core::net::IpAddr;
use model::{Category, Owner, Stage, Timestamp};
use std::collections::{BTreeMap, HashMap};

const TEXTS_MAX: usize = 8_192;
const KINDS_MAX: usize = 20_000;
/// Kinds that a report lists.
const SHOWN_MAX: usize = 40;

/// What is known of a text.
#[derive(Debug, Clone)]
struct Known {
    classified: Option<Classified>,
    kind: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct Classes {
    texts: HashMap<(String, Option<Stage>, Option<&'static str>), Known>,
    /// Numbers of `kinds` by their normalised text and how it was judged.
    numbers: BTreeMap<(String, Option<Owner>), usize>,
    kinds: Vec<RefusalKind>,
    left_out: u64,
}

impl Classes {
    /// Counts it and tells what it means; nothing where nobody answered.
    pub(super) fn count(
        &mut self,
        at: Timestamp,
        attempt: &Attempt<'_>,
        provider: Option<&'static str>,
        ours: Option<&[IpAddr]>,
    ) -> Option<Classified> {
        let text = attempt.reply.as_deref().or(attempt.words.as_deref()).unwrap_or("no reason given");
        let key = (text.to_owned(), attempt.stage, provider);
        let known = match self.texts.get(&key) {
            Some(known) => known.clone(),
            None => {
                let known = self.learn(at, attempt, provider, ours, text);
                if self.texts.len() >= TEXTS_MAX {
                    self.texts.clear();
                }
                self.texts.insert(key, known.clone());
                known
            }
        };
        match known.kind.and_then(|number| self.kinds.get_mut(number)) {
            Some(kind) => {
                kind.count += 1;
                kind.first = kind.first.min(at);
                kind.last = kind.last.max(at);
            }
            None => self.left_out += 1,
        }
        known.classified
    }

    fn learn(
        &mut self,
        at: Timestamp,
        attempt: &Attempt<'_>,
        provider: Option<&'static str>,
        ours: Option<&[IpAddr]>,
        text: &str,
    ) -> Known {
        let context =
            ReplyContext { stage: attempt.stage, provider, our_addresses: ours, ..ReplyContext::default() };
        let classified = attempt.reply.as_ref().map(|reply| classify(reply, &context));
        let (category, owner) = match &classified {
            Some(classified) => (Some(classified.category), Some(classified.owner)),
            None => (None, None),
        };
        let kind = self.kind(at, normalised(text), category, owner);
        Known { classified, kind }
    }

    fn kind(
        &mut self,
        at: Timestamp,
        text: String,
        category: Option<Category>,
        owner: Option<Owner>,
    ) -> Option<usize> {
        let key = (text, owner);
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        if self.kinds.len() >= KINDS_MAX {
            return None;
        }
        let number = self.kinds.len();
        let text = super::evidence::masked(&key.0);
        self.kinds.push(RefusalKind { text, category, owner, count: 0, first: at, last: at });
        self.numbers.insert(key, number);
        Some(number)
    }

    /// The most frequent kinds, and how many refusals are not among them.
    pub(super) fn end(mut self) -> (Vec<RefusalKind>, u64) {
        self.kinds.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.text.cmp(&other.text)));
        let rest = self.kinds.split_off(self.kinds.len().min(SHOWN_MAX));
        let left_out = self.left_out + rest.iter().map(|kind| kind.count).sum::<u64>();
        (self.kinds, left_out)
    }
}
