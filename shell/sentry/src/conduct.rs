//! The conduct of tenants and senders, kept over restarts: what came, what was said of it, what may go now, and who fed a listing.
//!
//! Reports (the null sender) have no conduct. Steps, permits and suspicions are in the journal as they are taken; histories are written every ten
//! minutes and at the end (`kept`), so that a crash forgets ten minutes of figures and no decision. An operator's permit to go on holds only
//! after its record, as everything that gives back does.

mod kept;
mod shown;

pub use shown::{PermitShown, SenderShown, SuspectShown};

use crate::record::{Evidence, Kind};
use crate::{Entry, Event, JournalError, Sentry};
use guard::conduct::{Blame, Bounds, Conducts, Held, May, Moved, Permit, PermitKind, Sign, Step, Subject};
use guard::{Place, Reaction, Word};
use model::{Address, Category, SourceName, TenantName, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a message may do, for whoever carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conduct {
    pub may: May,
    /// It may use these sources only, and no refusal moves it to another: its sender is suspect.
    pub only: Option<Vec<SourceName>>,
    /// Nothing speaks against its sender or its tenant.
    pub is_clean: bool,
}

impl Conduct {
    fn of_a_report() -> Self {
        Self { may: May::Go, only: None, is_clean: true }
    }
}

/// The lock around it and the file beside it.
pub(crate) struct Conducting {
    conducts: Mutex<Conducts>,
    path: Option<PathBuf>,
}

impl Conducting {
    /// Takes back what was kept.
    pub(crate) fn open(
        bounds: Bounds,
        directory: Option<&Path>,
        journal: Vec<Moved>,
    ) -> Result<Self, JournalError> {
        let mut conducts = Conducts::new(bounds);
        let path = directory.map(|directory| directory.join(kept::NAME));
        let kept_at = match &path {
            Some(path) => kept::read(path, &mut conducts)?,
            None => Timestamp::default(),
        };
        for moved in journal.into_iter().filter(|moved| moved.at > kept_at) {
            conducts.restore(moved);
        }
        Ok(Self { conducts: Mutex::new(conducts), path })
    }

    fn lock(&self) -> MutexGuard<'_, Conducts> {
        // Figures may be one message short after a panic, no more.
        self.conducts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the histories; to be called where blocking is allowed.
    pub(crate) fn keep(&self, now: Timestamp) -> Result<(), JournalError> {
        let Some(path) = &self.path else { return Ok(()) };
        kept::write(path, || self.lock(), now)
    }
}

impl Sentry {
    /// A message was taken in.
    pub fn came<'a>(
        &self,
        tenant: &TenantName,
        sender: Option<&Address>,
        recipients: impl IntoIterator<Item = &'a Address>,
    ) {
        let Some(sender) = sender.map(Address::folded) else { return };
        let now = self.0.clock.now();
        let recipients = recipients.into_iter().map(Address::as_str);
        let moved = self.0.conduct.lock().came(tenant, &sender, recipients, now);
        self.moved(moved);
    }

    /// So many recipients of a sender were taken over a source.
    pub fn sent(
        &self,
        tenant: &TenantName,
        sender: Option<&Address>,
        source: &SourceName,
        recipients: usize,
    ) {
        let Some(sender) = sender.map(Address::folded) else { return };
        let now = self.0.clock.now();
        let recipients = u32::try_from(recipients).unwrap_or(u32::MAX);
        let mut conducts = self.0.conduct.lock();
        conducts.sent(tenant, &sender, source, recipients, now);
        for _ in 0..recipients {
            conducts.met(tenant, &sender, Sign::Accepted, now);
        }
    }

    /// A receiver refused a recipient, with these words.
    pub fn met(&self, tenant: &TenantName, sender: Option<&Address>, category: Category, words: &str) {
        let Some(sender) = sender.map(Address::folded) else { return };
        let now = self.0.clock.now();
        let moved = self.0.conduct.lock().met(tenant, &sender, sign_of(category, words), now);
        self.moved(moved);
    }

    /// Readers complained about mail of a sender; an operator, or a feedback loop, says so.
    pub fn complained(&self, tenant: &TenantName, sender: &Address, count: u32) {
        let (now, sender) = (self.0.clock.now(), sender.folded());
        for _ in 0..count {
            let moved = self.0.conduct.lock().met(tenant, &sender, Sign::Complaint, now);
            self.moved(moved);
        }
    }

    /// What a message of a sender with so many recipients may do now. A slowed sender's turn is taken with it.
    #[must_use]
    pub fn conduct(&self, tenant: &TenantName, sender: Option<&Address>, recipients: usize) -> Conduct {
        let Some(sender) = sender.map(Address::folded) else { return Conduct::of_a_report() };
        let now = self.0.clock.now();
        let recipients = u32::try_from(recipients).unwrap_or(u32::MAX);
        let mut conducts = self.0.conduct.lock();
        let may = conducts.may(tenant, &sender, recipients, now);
        let only = conducts.only(tenant, &sender, now).map(<[SourceName]>::to_vec);
        let is_clean = conducts.is_clean(tenant, &sender, now);
        drop(conducts);
        if matches!(may, May::Wait(_)) {
            self.0.metrics.conduct_waits.add_one();
        }
        Conduct { may, only, is_clean }
    }

    /// The only sources over which a sender may send; nothing where it is not suspect.
    #[must_use]
    pub fn only(&self, tenant: &TenantName, sender: Option<&Address>) -> Option<Vec<SourceName>> {
        let sender = sender?.folded();
        let now = self.0.clock.now();
        self.0.conduct.lock().only(tenant, &sender, now).map(<[SourceName]>::to_vec)
    }

    /// Whether nothing at all speaks against a sender or its tenant.
    #[must_use]
    pub fn is_clean(&self, tenant: &TenantName, sender: Option<&Address>) -> bool {
        let Some(sender) = sender.map(Address::folded) else { return true };
        let now = self.0.clock.now();
        self.0.conduct.lock().is_clean(tenant, &sender, now)
    }

    /// Whether mail of a sender is kept now.
    #[must_use]
    pub fn is_held(&self, tenant: &TenantName, sender: Option<&Address>) -> bool {
        let Some(sender) = sender.map(Address::folded) else { return false };
        let now = self.0.clock.now();
        self.0.conduct.lock().is_held(tenant, &sender, now)
    }

    /// Sources over which held or suspect senders sent: mail of others leaves by other ones, where it can.
    #[must_use]
    pub fn tainted(&self) -> Vec<SourceName> {
        self.0.conduct.lock().tainted().iter().cloned().collect()
    }

    /// An operator's word about a sender or a tenant; `None` ends one. What holds somebody holds at once, the rest after its record.
    pub fn permit(&self, subject: &Subject, permit: Option<Permit>) {
        let now = self.0.clock.now();
        let is_hold = permit.as_ref().is_some_and(|permit| permit.kind == PermitKind::Hold);
        if is_hold {
            let moved = self.0.conduct.lock().permit(subject, permit, now);
            self.moved(vec![moved]);
            return;
        }
        self.enter_all(Entry { permit: Some((subject.clone(), permit)), ..Entry::default() });
    }

    /// Who stands out over a source that was just taken out everywhere; suspect from now on.
    pub(crate) fn blame(&self, reaction: &Reaction) {
        let is_listed = |change: &&guard::Change| {
            change.place == Place::Everywhere
                && change.from != Word::Quarantined
                && change.row.state.word() == Word::Quarantined
        };
        for change in reaction.done.iter().filter(is_listed) {
            let now = self.0.clock.now();
            let (blamed, moved) = self.0.conduct.lock().listed(&change.source, now);
            for blame in blamed {
                self.blamed(&change.source, blame, now);
            }
            self.moved(moved);
        }
    }

    fn blamed(&self, source: &SourceName, blame: Blame, now: Timestamp) {
        let figures: Vec<String> = blame.findings.iter().map(ToString::to_string).collect();
        tracing::warn!(tenant = %blame.tenant, %source, figures = figures.join("; "), "a sender stands out over a source that was listed");
        let Blame { tenant, sender, score, .. } = blame;
        let mut inner = self.lock();
        let id = inner.next_id(now);
        let kind = Kind::Blame { tenant, sender, figures, score: format!("{score:.0}") };
        let evidence = Evidence { id, at: now, source: source.clone(), kind };
        crate::push(&mut inner.evidence, evidence.clone());
        drop(inner);
        self.tell(Event::Evidence(evidence.clone()));
        self.enter_all(Entry { evidence: vec![evidence], ..Entry::default() });
    }

    /// Announces steps that hold already, and gives them to the journal.
    pub(crate) fn moved(&self, moved: Vec<Moved>) {
        if moved.is_empty() {
            return;
        }
        moved.iter().for_each(|one| self.announce_step(one));
        self.enter_all(Entry { moved, ..Entry::default() });
    }

    /// What time ended; to be announced when it is recorded.
    pub(crate) fn conduct_due(&self, now: Timestamp) -> Vec<Moved> {
        self.0.conduct.lock().due(now)
    }

    /// The record of a permit that does not hold yet.
    pub(crate) fn would_permit(&self, subject: &Subject, permit: Option<Permit>, now: Timestamp) -> Moved {
        self.0.conduct.lock().would_permit(subject, permit, now)
    }

    /// Carries out a permit whose record is safe.
    pub(crate) fn permitted(&self, subject: &Subject, permit: Option<Permit>, now: Timestamp) {
        let moved = self.0.conduct.lock().permit(subject, permit, now);
        self.announce_step(&moved);
    }

    pub(crate) fn announce_step(&self, moved: &Moved) {
        let (now, standing) = (self.0.clock.now(), &moved.standing);
        let to = standing.step(now);
        let because: Vec<String> = standing.because.iter().map(ToString::to_string).collect();
        let because = because.join("; ");
        let (tenant, of_sender) = (&moved.subject.tenant, moved.subject.sender.is_some());
        if to >= Step::Slowed {
            tracing::warn!(%tenant, of_sender, from = %moved.from, %to, because, "conduct out of line");
        } else {
            tracing::info!(%tenant, of_sender, from = %moved.from, %to, because, "conduct");
        }
        if to == Step::Held {
            self.0.metrics.alarms.add_one();
        }
        self.show_conduct(now);
        self.tell(Event::Conduct(moved.clone()));
    }

    fn show_conduct(&self, now: Timestamp) {
        let conducts = self.0.conduct.lock();
        let (mut slowed, mut held, mut suspect, mut tenants) = (0, 0, 0, 0);
        for whole in conducts.tenants().values() {
            tenants += u64::from(whole.whole.standing.step(now) == Step::Held);
            for life in whole.senders.values() {
                slowed += u64::from(life.standing.step(now) == Step::Slowed);
                held += u64::from(life.standing.step(now) == Step::Held);
                suspect += u64::from(life.standing.suspicion(now).is_some());
            }
        }
        drop(conducts);
        let metrics = &self.0.metrics;
        metrics.senders_slowed.set(slowed);
        metrics.senders_held.set(held);
        metrics.senders_suspect.set(suspect);
        metrics.tenants_out_of_line.set(tenants);
    }
}

/// The reason with which a message of somebody held is kept: who, why, until when. Its sender and its tenant may read it.
#[must_use]
pub fn hold_reason(held: &Held, now: Timestamp) -> String {
    let Held { subject, standing } = held;
    let who = match &subject.sender {
        Some(sender) => format!("the sender {sender} of {}", subject.tenant),
        None => format!("the tenant {}", subject.tenant),
    };
    let (why, until) = match standing.permit(now) {
        Some(permit) => (format!("by order of {}: {}", permit.by, permit.note), permit.until),
        None => {
            let figures: Vec<String> = standing.because.iter().map(ToString::to_string).collect();
            (figures.join("; "), standing.until)
        }
    };
    format!("{who} is held until {until}: {why}")
}

/// What a refusal says of the sender.
fn sign_of(category: Category, words: &str) -> Sign {
    let words = words.to_ascii_lowercase();
    let is_a_trap = ["spamtrap", "spam trap", "spam-trap", "honeypot"].iter().any(|one| words.contains(one));
    if is_a_trap {
        return Sign::Trap;
    }
    match category {
        Category::MailboxUnknown => Sign::Unknown,
        Category::ContentSpam => Sign::Spam,
        Category::IpListed
        | Category::IpReputation
        | Category::RateLimited
        | Category::DomainReputation
        | Category::AuthFailure
        | Category::Policy
        | Category::MailboxFull
        | Category::MailboxDisabled
        | Category::RelayingDenied
        | Category::TlsRequired
        | Category::TooLarge
        | Category::Loop
        | Category::Greylisted
        | Category::TransientServer
        | Category::Unknown => Sign::Refused,
    }
}

#[cfg(test)]
mod tests;
