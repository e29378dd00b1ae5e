//! Who is told that mail waits, and when (law 3): its tenant after half an hour of being parked, its sender after four hours.
//!
//! A sender hears once about a message, and the spool remembers it. A tenant hears once about all its messages, again every few hours while it lasts,
//! and once when nothing waits any more. What an operator holds by hand is the operator's to speak about.

use super::Verdict;
use super::report::{About, Line, Telling};
use crate::Tenants;
use bounce::{Cause, Kind};
use model::{Duration, EnhancedCode, MessageId, Outcome, ParkReason, Standing, TenantName, Timestamp};
use spool::{Accepted, Progress, SpoolError, Told};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Reports of delay made at one look; the others follow at the next one.
const REPORTS_MAX: usize = 500;
/// RFC 3463 §3.1 and §3.5: nothing more is known; no answer from the host; a routing loop.
const DELAYED: EnhancedCode = EnhancedCode::new(4, 0, 0);
const NO_ANSWER: EnhancedCode = EnhancedCode::new(4, 4, 1);
const LOOP: EnhancedCode = EnhancedCode::new(4, 4, 6);

/// How long mail may wait before somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Parked for so long: the tenant is told.
    pub tenant: Duration,
    /// Between two notices to one tenant.
    pub again: Duration,
    /// Accepted so long ago: the sender is told.
    pub sender: Duration,
}

impl Default for Patience {
    /// Half an hour, four hours, four hours.
    fn default() -> Self {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        Self { tenant: Duration::from_secs(1800), again: hours(4), sender: hours(4) }
    }
}

/// What tenants know: that their mail waits, that their domain is refused.
#[derive(Default)]
pub(crate) struct TenantsTold {
    waits: Mutex<BTreeMap<TenantName, Knows>>,
    /// When each was last told that its domain is refused.
    domains: Mutex<BTreeMap<TenantName, Timestamp>>,
    /// When this run looked first.
    first_look: OnceLock<Timestamp>,
}

/// What a tenant was told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knows {
    /// The latest notice.
    pub(super) at: Timestamp,
    /// Since when its mail waits.
    pub(super) since: Timestamp,
    /// What the notice is about.
    pub(super) about: MessageId,
}

impl TenantsTold {
    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<TenantName, Knows>> {
        // Every change below is one call on the map.
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn domains(&self) -> MutexGuard<'_, BTreeMap<TenantName, Timestamp>> {
        self.domains.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One tenant's parked mail.
pub(super) struct KeptMail {
    pub(super) messages: u64,
    pub(super) oldest: MessageId,
}

/// What one look at the queue brings.
#[derive(Default)]
struct Seen {
    /// Messages whose senders are to be told.
    senders: Vec<MessageId>,
    kept: BTreeMap<TenantName, KeptMail>,
    /// Tenants with a message that was parked and is still here.
    affected: BTreeSet<TenantName>,
    /// What earlier runs told.
    told: BTreeMap<TenantName, Knows>,
    /// Tenants that are held, and since when nothing of theirs moves.
    held: BTreeMap<TenantName, Timestamp>,
}

impl Verdict {
    /// Tells whoever has to be told by now; to be called every minute or so.
    pub(crate) async fn tell_of_late(&self, tenants: &Tenants, now: Timestamp) {
        if !self.spool.is_whole() {
            return;
        }
        let held = self.holds.held().into_iter().map(|(tenant, held)| (tenant, held.since));
        let mut seen = Seen { held: held.collect(), ..Seen::default() };
        self.tenants_told.first_look.get_or_init(|| now);
        self.spool.scan(|one| {
            let is_idle = one.standing != Standing::Delivering;
            self.look(&mut seen, now, one, is_idle);
        });
        for (tenant, knows) in std::mem::take(&mut seen.told) {
            self.tenants_told.lock().entry(tenant).or_insert(knows);
        }
        for (tenant, kept) in &seen.kept {
            let knows = self.tenants_told.lock().get(tenant).copied();
            if knows.is_none_or(|knows| now.since(knows.at) >= self.patience.again) {
                let told = self.tell_tenant(tenants, tenant, kept, now).await;
                self.note_told(kept.oldest, told);
            }
        }
        let known: Vec<_> =
            self.tenants_told.lock().iter().map(|(name, knows)| (name.clone(), *knows)).collect();
        for (tenant, knows) in known.iter().filter(|(tenant, _)| !seen.affected.contains(tenant)) {
            let told = self.tell_tenant_the_end(tenants, tenant, *knows, now).await;
            self.note_told(knows.about, told);
        }
        for id in seen.senders {
            let told = self.tell_sender(tenants, id, now).await;
            self.note_told(id, told);
        }
    }

    /// The refusal for which a tenant's mail stays.
    pub(super) fn why_held(&self, tenant: &TenantName) -> Option<String> {
        self.holds.held().into_iter().find(|(name, _)| name == tenant).map(|(_, held)| held.why)
    }

    fn note_told(&self, id: MessageId, told: Result<(), SpoolError>) {
        if let Err(error) = told {
            tracing::error!(%id, %error, "somebody could not be told that mail waits; the next look tries again");
        }
    }

    fn look(&self, seen: &mut Seen, now: Timestamp, one: &spool::Seen<'_>, is_idle: bool) {
        if one.is_ours() {
            return;
        }
        let progress = one.progress();
        if matches!(progress.parked, Some(ParkReason::Operator { .. })) {
            return;
        }
        let held_since = seen.held_since(one);
        if let Some(since) = progress.parked_since.into_iter().chain(held_since).min() {
            let waits = progress.is_parked() || held_since.is_some();
            self.look_for_tenant(seen, now.since(since), waits, one);
        }
        let is_late = now.since(one.received()) >= self.patience.sender && progress.sender_told.is_none();
        // One that came just before a long stop of the node goes now; whatever kept another one from being tried, its sender hears of it.
        let first_look = self.tenants_told.first_look.get().copied().unwrap_or(now);
        let met_something = progress.parked_since.is_some() || progress.why.is_some() || held_since.is_some();
        let is_stuck = met_something || is_idle && now.since(first_look) >= self.patience.sender;
        if is_late && is_stuck && seen.senders.len() < REPORTS_MAX && now < one.expires() {
            let until = one.expires();
            if !waiting(one.accepted(), progress, Kind::Delayed { until }).is_empty() {
                seen.senders.push(one.id);
            }
        }
    }

    fn look_for_tenant(&self, seen: &mut Seen, waits_for: Duration, waits: bool, one: &spool::Seen<'_>) {
        let tenant = one.tenant();
        if !seen.affected.contains(tenant) {
            seen.affected.insert(tenant.clone());
        }
        if waits && waits_for >= self.patience.tenant {
            match seen.kept.get_mut(tenant) {
                Some(kept) => kept.messages += 1,
                None => drop(seen.kept.insert(tenant.clone(), KeptMail { messages: 1, oldest: one.id })),
            }
        }
        if let Some(at) = one.progress().tenant_told {
            seen.told.insert(tenant.clone(), Knows { at, since: one.received(), about: one.id });
        }
    }

    /// The report of delay, once for each message.
    async fn tell_sender(&self, tenants: &Tenants, id: MessageId, now: Timestamp) -> Result<(), SpoolError> {
        let Some((accepted, progress, size)) = self.spool.standing(id) else { return Ok(()) };
        let numbered = tenants.numbered(&accepted.tenant, accepted.snapshot);
        let Some(snapshot) = numbered.or_else(|| tenants.current(&accepted.tenant)) else { return Ok(()) };
        let kind = Kind::Delayed { until: accepted.expires };
        let held = self.why_held(&accepted.tenant);
        let line = |recipient| line(&progress, held.as_deref(), recipient);
        let lines: Vec<Line> = waiting(&accepted, &progress, kind).into_iter().map(line).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let about = About { id, accepted: &accepted, size, body: None, snapshot: &snapshot };
        let report = self.tell(&about, Telling { kind, lines: &lines, avoid: None }, now).await?;
        self.note(self.spool.record_told(id, Told::Sender, report, now).await);
        Ok(())
    }
}

impl Seen {
    /// Since when the message stays because its tenant is held: at the latest since the hold was found, and as the spool knows it across restarts, since the
    /// oldest message of the tenant was parked.
    fn held_since(&mut self, one: &spool::Seen<'_>) -> Option<Timestamp> {
        let since = self.held.get_mut(one.tenant())?;
        let progress = one.progress();
        *since = (*since).min(progress.parked_since.unwrap_or(*since));
        progress.redirect.is_none().then(|| (*since).max(one.received()))
    }
}

/// The recipients without an end whose sender wants to hear of a delay.
fn waiting(accepted: &Accepted, progress: &Progress, kind: Kind) -> Vec<usize> {
    if accepted.envelope.mail_from.mailbox().is_none() {
        return Vec::new();
    }
    let recipients = accepted.envelope.recipients.iter().zip(&progress.outcomes).enumerate();
    let is_meant = |(recipient, outcome): (&model::Recipient, &Outcome)| {
        *outcome == Outcome::Pending && kind.is_wanted(recipient.notify)
    };
    recipients.filter(|(_, pair)| is_meant(*pair)).map(|(number, _)| number).collect()
}

/// What is known of why a recipient waits; `held` is the refusal for which the tenant's mail stays.
fn line(progress: &Progress, held: Option<&str>, recipient: usize) -> Line {
    let parked = progress.park_reason(recipient);
    let (host, diagnostic, cause) = match (parked, held) {
        (Some(reason), _) => {
            let (host, words) = words_of(reason);
            (host, words, Cause::of_park(reason))
        }
        (None, Some(held)) => (None, held.to_owned(), Cause::TenantSetup),
        (None, None) => {
            let why = progress.why.clone().unwrap_or_else(|| "not tried yet".to_owned());
            // `name [address]: what it said`, as the record of a retry has it.
            match why.split_once("]: ") {
                Some((host, said)) => (Some(format!("{host}]")), said.to_owned(), Cause::of_words(said)),
                None => (None, why, Cause::Receiver),
            }
        }
    };
    let code = diagnostic.split_ascii_whitespace().nth(1).and_then(|word| word.parse::<EnhancedCode>().ok());
    let status = match (cause, &host, code) {
        (Cause::Loop, ..) => LOOP,
        // It is not final: a park may end in a delivery.
        (_, Some(_), Some(code)) | (Cause::TenantSetup, None, Some(code)) => {
            EnhancedCode { class: 4, ..code }
        }
        (_, Some(_), None) => DELAYED,
        (_, None, _) if parked.is_some() => DELAYED,
        (_, None, _) => NO_ANSWER,
    };
    Line { recipient, status, cause, host, diagnostic, tried: progress.tried }
}

/// Who said what.
fn words_of(reason: &ParkReason) -> (Option<String>, String) {
    match reason {
        ParkReason::Refused { host, reply, .. } | ParkReason::TenantSetup { host, reply, .. } => {
            ((!host.is_empty()).then(|| host.clone()), reply.clone())
        }
        ParkReason::Loop { detail }
        | ParkReason::Policy { detail }
        | ParkReason::Conduct { detail, .. }
        | ParkReason::Damaged { detail } => (None, detail.clone()),
        ParkReason::Operator { note, .. } => (None, note.clone()),
    }
}

#[cfg(test)]
mod tests;
