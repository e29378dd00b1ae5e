//! What this installation knows of replies beyond the built-in rules: its operators' labels, and what nobody knows yet.
//!
//! Shared by the relay, which judges by it, and the operator's commands, which change it: a label holds from the next reply on. Only what
//! parked is counted as unknown; what is tried again by itself needs no person. Nothing is written to disk here.

use bounce::{
    Classified, Failure, Judgement, Label, Labels, Met, ReplyNumber, Unknown, Unknowns, provider_of,
};
use model::Timestamp;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub struct Replies {
    labels: Labels,
    unknowns: Mutex<Unknowns>,
}

impl Replies {
    /// With the labels that are in force from the start.
    #[must_use]
    pub fn new(labels: impl IntoIterator<Item = Label>) -> Self {
        Self { labels: Labels::new(labels), unknowns: Mutex::default() }
    }

    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// What nobody knows, the most frequent first; counted since the start.
    #[must_use]
    pub fn unknown(&self) -> Vec<Unknown> {
        self.unknowns.lock().unwrap_or_else(PoisonError::into_inner).all()
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, number: ReplyNumber) -> Option<Unknown> {
        self.unknowns.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned()
    }

    /// Puts a label in force: its reply is known now.
    pub fn label(&self, label: Label) {
        self.unknowns.lock().unwrap_or_else(PoisonError::into_inner).forget(label.number);
        self.labels.put(label);
    }

    /// Counts a refusal that parked and that no sure rule knows.
    pub(crate) fn note(
        &self,
        (failure, host): (&Failure, Option<&str>),
        classified: &Classified,
        judgement: Judgement,
        now: Timestamp,
    ) {
        if classified.is_sure || !matches!(judgement, Judgement::Park(_)) {
            return;
        }
        let name = host.and_then(|host| host.split_whitespace().next());
        let met = Met { provider: name.and_then(provider_of), host: name, guess: classified.category, now };
        self.unknowns.lock().unwrap_or_else(PoisonError::into_inner).meet(&failure.to_string(), met);
    }
}
