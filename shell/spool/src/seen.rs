//! A message of the queue as it stands in the index, for one look.
//!
//! What is asked for of each message of a long queue costs nothing: whose it is, where it stands, its times. All else is unpacked at the first question.
//!
//! It answers what a selection asks. What would be tried first the caller knows; what was tried last stands here.

use crate::act::{Skipped, Wanted};
use crate::event::{Accepted, Change, Progress};
use crate::state::Entry;
use model::{
    MessageId, Outcome, ParkReason, Selection, SnapshotNumber, SourceName, Standing, Subject, TenantName,
    Timestamp,
};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

/// A message while it is looked at.
pub struct Seen<'a> {
    pub id: MessageId,
    pub standing: Standing,
    entry: &'a Entry,
    accepted: OnceCell<Cow<'a, Arc<Accepted>>>,
    progress: OnceCell<Cow<'a, Progress>>,
}

impl<'a> Seen<'a> {
    pub(crate) fn new(id: MessageId, entry: &'a Entry) -> Self {
        let (accepted, progress) = (OnceCell::new(), OnceCell::new());
        Self { id, standing: entry.standing(), entry, accepted, progress }
    }

    #[must_use]
    pub fn tenant(&self) -> &'a TenantName {
        self.entry.snapshot().0
    }

    /// With which it is stamped.
    #[must_use]
    pub fn snapshot(&self) -> SnapshotNumber {
        self.entry.snapshot().1
    }

    #[must_use]
    pub fn received(&self) -> Timestamp {
        self.entry.received()
    }

    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.entry.expires()
    }

    #[must_use]
    pub fn due(&self) -> Timestamp {
        self.entry.due()
    }

    /// Whether it is a report or notice of our own.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.entry.is_ours()
    }

    /// Bytes of the original.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.entry.size()
    }

    /// What was known at acceptance.
    #[must_use]
    pub fn accepted(&self) -> &Accepted {
        self.accepted.get_or_init(|| self.entry.accepted())
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.progress.get_or_init(|| self.entry.progress())
    }

    /// Whether `selection` means it; `would_go` tells whether an untried one would go over a source.
    #[must_use]
    pub fn is_meant(
        &self,
        selection: &Selection,
        would_go: &dyn Fn(&Self, &SourceName) -> bool,
        now: Timestamp,
    ) -> bool {
        let tried = || self.progress().last_try.as_ref();
        let source = |wanted: &SourceName| match tried().and_then(|tried| tried.source.as_ref()) {
            Some(source) => source == wanted,
            None => would_go(self, wanted),
        };
        let subject = Subject {
            id: self.id,
            tenant: self.tenant(),
            envelope: &|| &self.accepted().envelope,
            outcomes: &|| &self.progress().outcomes,
            standing: self.standing,
            received: self.received(),
            site: &|| tried().and_then(|tried| tried.site()),
            acts: &|act| self.progress().acts.iter().any(|done| done.act == act),
            source: &source,
            class: &|class| self.classes().any(|known| known.eq_ignore_ascii_case(class)),
        };
        selection.picks(&subject, now)
    }

    /// Whether an act would change it now.
    ///
    /// # Errors
    /// Why it would be passed over.
    pub fn may(&self, wanted: &Wanted, now: Timestamp) -> Result<(), Skipped> {
        self.change(wanted, now).map(|_| ())
    }

    /// What an act would change.
    pub(crate) fn change(&self, wanted: &Wanted, now: Timestamp) -> Result<Change, Skipped> {
        let progress = self.progress();
        let waits = self.standing == Standing::Waiting;
        let is_due = waits && progress.due <= now;
        let is_all_due = is_due && progress.kept.is_empty();
        if self.standing == Standing::Delivering {
            return Err(Skipped::Delivering);
        }
        match wanted {
            Wanted::Hold { .. } if matches!(progress.parked, Some(ParkReason::Operator { .. })) => {
                Err(Skipped::Needless)
            }
            Wanted::Hold { by, note } => Ok(Change::Held { by: by.clone(), note: note.clone() }),
            Wanted::Release if is_all_due => Err(Skipped::Needless),
            Wanted::Release => Ok(Change::Released { due: now }),
            Wanted::Retry if is_due || !waits => Err(Skipped::Needless),
            Wanted::Retry => Ok(Change::Retried { due: now }),
            Wanted::Redirect(to) if progress.redirect.as_ref() == Some(to) => Err(Skipped::Needless),
            Wanted::Redirect(to) => Ok(Change::Redirected { to: to.clone() }),
            Wanted::Undo(of) => progress.undo(*of),
        }
    }

    /// Recipients without a final outcome.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.progress().outcomes.iter().filter(|outcome| **outcome == Outcome::Pending).count()
    }

    /// Why something of it is parked or held.
    pub fn park_reasons(&self) -> impl Iterator<Item = &ParkReason> {
        // Most messages of a long queue have none, and are not unpacked for that.
        let progress = self.entry.is_parked().then(|| self.progress());
        let kept = progress.into_iter().flat_map(|progress| progress.kept.iter().map(|kept| &kept.why));
        progress.and_then(|progress| progress.parked.as_ref()).into_iter().chain(kept)
    }

    /// The host tried last, by name.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        self.progress().last_try.as_ref().and_then(|tried| tried.site())
    }

    /// What it met last, as one line.
    #[must_use]
    pub fn met(&self) -> Option<&str> {
        let met = self.progress().last_try.as_ref().and_then(|tried| tried.met.as_ref());
        met.map(|met| met.text.as_str()).or(self.progress().why.as_deref())
    }

    /// The words by which `class` finds it: why it is kept, the kind of what it met, its category, owner, code and enhanced code.
    fn classes(&self) -> impl Iterator<Item = &str> {
        let reason = self.park_reasons().map(|reason| reason.word());
        let met = self.progress().last_try.as_ref().and_then(|tried| tried.met.as_ref());
        let kind = met.into_iter().map(|met| met.kind.as_str());
        let category = met.and_then(|met| met.category).map(|category| category.as_str());
        let owner = met.and_then(|met| met.owner).map(|owner| owner.as_str());
        let codes = met.into_iter().filter(|met| met.kind == "reply");
        let codes = codes.flat_map(|met| met.text.split_ascii_whitespace().take(2));
        let kept = self.progress().kept.iter().flat_map(|kept| classes_of(&kept.why));
        reason.chain(kind).chain(category).chain(owner).chain(codes).chain(kept)
    }
}

/// The words by which `class` finds a recipient that is parked by itself.
fn classes_of(reason: &ParkReason) -> Vec<&str> {
    match reason {
        ParkReason::Refused { reply, category, owner, .. } => {
            let words = [category.map(|one| one.as_str()), owner.map(|one| one.as_str())];
            words.into_iter().flatten().chain(reply.split_ascii_whitespace().take(2)).collect()
        }
        ParkReason::TenantSetup { reply, .. } => reply.split_ascii_whitespace().take(2).collect(),
        ParkReason::Loop { .. }
        | ParkReason::Policy { .. }
        | ParkReason::Conduct { .. }
        | ParkReason::Damaged { .. }
        | ParkReason::Operator { .. } => Vec::new(),
    }
}
