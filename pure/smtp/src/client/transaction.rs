//! One transaction's book: what was asked, what is still awaited, and how each recipient stands.

use super::{ClientFailure, RecipientOutcome, RecipientResult};
use model::{Reply, Stage};
use std::collections::VecDeque;

/// One command of the envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Mail,
    Recipient(usize),
    Data,
}

impl Step {
    pub(super) fn stage(self) -> Stage {
        match self {
            Self::Mail => Stage::Mail,
            Self::Recipient(_) => Stage::Rcpt,
            Self::Data => Stage::Data,
        }
    }
}

#[derive(Debug)]
enum Fate {
    /// No reply to RCPT yet.
    Open,
    Granted,
    Decided(RecipientResult),
}

#[derive(Debug)]
pub(super) struct Transaction {
    /// Commands that were not written yet.
    pub(super) unsent: VecDeque<(Step, String)>,
    /// Commands whose replies are awaited, in order.
    pub(super) awaited: VecDeque<Step>,
    pub(super) is_mail_granted: bool,
    /// The reply to DATA.
    pub(super) data_reply: Option<Reply>,
    /// Where the conversation stands.
    pub(super) stage: Stage,
    /// The end of the message is in the output.
    pub(super) end_has_left: bool,
    fates: Vec<Fate>,
}

impl Transaction {
    pub(super) fn new(recipients: usize, unsent: VecDeque<(Step, String)>) -> Self {
        Self {
            unsent,
            awaited: VecDeque::new(),
            is_mail_granted: false,
            data_reply: None,
            stage: Stage::Mail,
            end_has_left: false,
            fates: (0..recipients).map(|_| Fate::Open).collect(),
        }
    }

    pub(super) fn has_granted(&self) -> bool {
        self.fates.iter().any(|fate| matches!(fate, Fate::Granted))
    }

    pub(super) fn grant(&mut self, recipient: usize) {
        if matches!(self.fates[recipient], Fate::Open) {
            self.fates[recipient] = Fate::Granted;
        }
    }

    /// A complete reply refuses one recipient.
    pub(super) fn refuse(&mut self, recipient: usize, stage: Stage, reply: Reply) {
        if !matches!(self.fates[recipient], Fate::Decided(_)) {
            let outcome = RecipientOutcome::Refused(reply);
            self.fates[recipient] = Fate::Decided(RecipientResult { stage, outcome });
        }
    }

    /// Decides all recipients that are not yet decided.
    pub(super) fn decide_rest(&mut self, stage: Stage, outcome: &RecipientOutcome) {
        for fate in &mut self.fates {
            if !matches!(fate, Fate::Decided(_)) {
                *fate = Fate::Decided(RecipientResult { stage, outcome: outcome.clone() });
            }
        }
    }

    /// The results of a transaction in which every recipient is decided.
    pub(super) fn results(self) -> Vec<RecipientResult> {
        self.results_after(&ClientFailure::Lost)
    }

    /// The results when the connection ends: nothing further is known of those that are not decided.
    pub(super) fn results_after(mut self, failure: &ClientFailure) -> Vec<RecipientResult> {
        let outcome = if self.end_has_left { RecipientOutcome::Unknown } else { RecipientOutcome::Failed };
        self.decide_rest(self.stage, &outcome(failure.clone()));
        let decided = |fate| match fate {
            Fate::Decided(result) => Some(result),
            Fate::Open | Fate::Granted => None,
        };
        self.fates.into_iter().filter_map(decided).collect()
    }
}
