//! What becomes of each recipient: what was sent is recorded, what was not is judged, and the message goes, waits or is parked.
//!
//! Every end has its record (law 2). A report is in the spool before the outcome that names it. When patience is over a report is sent
//! even for a fault that may be ours, and counted where an operator sees it. A report of ours that is refused makes no second one: its end is a
//! recorded discard.

mod ends;
mod judging;
mod late;
mod notice;
mod replies;
mod report;
mod setup;
mod wait;

pub(crate) use judging::Judging;
pub use late::Patience;
pub(crate) use late::TenantsTold;
pub use replies::Replies;

use crate::conduct;
use crate::custody::Custody;
use crate::hints::{Concern, Hints};
use crate::house;
use crate::links::Links;
use crate::processed::ProcessedKey;
use crate::transport::{Sent, Shaped};
use bounce::{Cause, Failure, Judgement, Kind, judge, sign};
use dispatch::{Blame, Fate, Holds, Probes, Schedule, in_time};
use model::{
    Category, Discard, EnhancedCode, Envelope, Final, ListenerName, Metrics, ParkReason, SourceName, Stage,
    TenantName, Timestamp,
};
use report::{About, Line, Telling};
use spool::{Accepted, Lease, Spool, SpoolError};
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::EgressMode;
use wait::{certain, parks};

/// RFC 3463 §3.5: delivery time expired.
const EXPIRED: EnhancedCode = EnhancedCode::new(4, 4, 7);

/// One recipient that was not reached this time.
#[derive(Debug, Clone)]
pub(crate) struct Missed {
    /// Number in the envelope.
    pub(crate) recipient: usize,
    pub(crate) stage: Stage,
    /// Host that was asked, if it came to that.
    pub(crate) host: Option<String>,
    /// Over which source.
    pub(crate) source: Option<SourceName>,
    pub(crate) failure: Failure,
    /// It was for a limit: no fault and no try, and the message may come again then.
    pub(crate) limited: Option<Timestamp>,
    /// The way whose line was long: it may be called up before that time.
    pub(crate) away: Option<Box<Shaped>>,
}

/// What verdicts need.
pub(crate) struct Verdict {
    pub(crate) spool: Spool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) key: Arc<ProcessedKey>,
    /// The name under which reports are made.
    pub(crate) reporting_host: String,
    /// The domain of their From.
    pub(crate) own_domain: String,
    /// The listener of that name.
    pub(crate) reporting_listener: ListenerName,
    pub(crate) schedules: Schedules,
    pub(crate) holds: Arc<Holds>,
    pub(crate) patience: Patience,
    pub(crate) tenants_told: TenantsTold,
    pub(crate) links: Links,
    pub(crate) judging: Judging,
    pub(crate) probes: Probes,
    pub(crate) sentry: sentry::Sentry,
    pub(crate) hints: Arc<Hints>,
}

/// The waits of each mode.
pub(crate) struct Schedules {
    /// The tenant's own host: seconds count.
    pub(crate) to_tenant: Schedule,
    pub(crate) to_recipients: Schedule,
}

impl Verdict {
    /// Records what was accepted; gives what was not.
    pub(crate) async fn take(
        &self,
        custody: Custody<'_>,
        snapshot: &Snapshot,
        sent: Sent,
        now: Timestamp,
    ) -> Vec<Missed> {
        let mut delivered = Vec::new();
        let mut missed = Vec::new();
        for (recipient, stage, result) in sent.results {
            match result {
                Ok(reply) => {
                    self.judging.accepted(custody.accepted(), &sent.host, now);
                    delivered.push((recipient, reply));
                }
                Err(failure) => {
                    let limited = sent.come_again.filter(|_| is_limit(&failure));
                    let (host, source) = (Some(sent.host.clone()), Some(sent.source.clone()));
                    missed.push(Missed { recipient, stage, host, source, failure, limited, away: None });
                }
            }
        }
        let certain = missed.iter().filter(|one| !matches!(one.failure, Failure::Unknown(_)));
        custody.land(&certain.map(|one| one.recipient).collect::<Vec<_>>());
        if delivered.is_empty() {
            return missed;
        }
        let relayed = match sent.takes_dsn {
            true => None,
            false => self.relayed(custody, &sent.host, &delivered, now).await,
        };
        for Fate { tenant, host, refusal } in self.probes.accepted(custody.id(), &sent.host, now) {
            let probe = custody.id();
            tracing::info!(%tenant, host, refusal, %probe, "a probe is accepted: what is parked for this refusal is tried in steps");
        }
        self.metrics.delivered.add(delivered.len() as u64);
        if house::wrote(custody.accepted()) {
            self.metrics.tls_reports_sent.add(delivered.len() as u64);
        }
        conduct::sent(&self.sentry, custody.accepted(), &sent.source, delivered.len());
        tracing::info!(id = %custody.id(), recipients = delivered.len(), host = sent.host, source = %sent.source, "delivered");
        let (host, source) = (&sent.host, &sent.source);
        let outcome = |(recipient, reply): (usize, model::Reply)| {
            let (host, source) = (host.clone(), source.clone());
            (recipient, Final::Delivered { host, source, reply: reply.to_string() })
        };
        self.note(custody.record_outcomes(delivered.into_iter().map(outcome).collect(), now).await);
        if let Some(relayed) = relayed {
            self.tell_of_relay(custody, snapshot, relayed).await;
        }
        if !sent.is_fallback {
            setup::accepted(self, custody, snapshot, now);
        }
        missed
    }

    /// Whether another way may succeed where this one was refused: whatever is not about the recipient's own mailbox.
    pub(crate) fn may_pass_elsewhere(&self, lease: &Lease, snapshot: &Snapshot, missed: &Missed) -> bool {
        // A domain of a tenant's own need not be known outside of its mail system.
        if matches!(missed.failure, Failure::Nowhere(..)) {
            return true;
        }
        let context = self.judging.context(lease.accepted(), snapshot, missed);
        match judge(&missed.failure, context) {
            Judgement::Park(_) | Judgement::HoldTenant => true,
            Judgement::Retry | Judgement::RetrySameSource => false,
            Judgement::Report(_) => match Cause::of_failure(&missed.failure, context) {
                Cause::UnknownRecipient | Cause::MailboxFull | Cause::MailboxClosed => false,
                Cause::RecipientPolicy
                | Cause::Content
                | Cause::TooLarge
                | Cause::SenderDomain
                | Cause::Receiver
                | Cause::Ours
                | Cause::TenantSetup
                | Cause::Loop
                | Cause::Held
                | Cause::Unclear => true,
            },
        }
    }

    /// Ends the lease of a message of which `missed` were not reached by a try that began then. Where time ran out while others of the message
    /// were served, who was missed before gets one more try: only a try behind the end of its time goes every way.
    pub(crate) async fn settle(
        &self,
        lease: Lease,
        snapshot: &Snapshot,
        (missed, began): (Vec<Missed>, Timestamp),
        now: Timestamp,
    ) {
        let is_expired = began >= lease.accepted().expires;
        let mut judged = Vec::new();
        for one in missed {
            let judgement = self.judge(&lease, snapshot, &one, is_expired, now);
            if ends(judgement) || parks(judgement) {
                self.tell_of_conduct(&lease, snapshot, &one);
            }
            judged.push((judgement, one));
        }
        let (ended, left): (Vec<_>, Vec<_>) = judged.into_iter().partition(|(judgement, _)| ends(*judgement));
        let left = match self.end(&lease, snapshot, ended, now).await {
            Ok(()) => left,
            // The report could not be stored: everyone waits, nobody is lost.
            Err(error) => {
                tracing::error!(id = %lease.id(), %error, "a report could not be made safe; the message waits");
                return self.note(self.wait(lease, Some(snapshot), &[], Vec::new(), now).await);
            }
        };
        self.leave_waiting(lease, snapshot, left, now).await;
    }

    /// Nobody has the message, and its sender keeps it: only what that says of the tenant is noted.
    pub(crate) fn leave(&self, accepted: &Accepted, snapshot: &Snapshot, missed: &[Missed], now: Timestamp) {
        setup::refused(self, accepted, snapshot, missed, now);
    }

    /// Kept until a person decides: a policy, a loop, a body that cannot be read.
    pub(crate) async fn hold(&self, lease: Lease, reason: ParkReason, now: Timestamp) {
        self.count_parked(&lease.accepted().tenant, &reason, now);
        tracing::warn!(id = %lease.id(), tenant = %lease.accepted().tenant, ?reason, "held until a person decides");
        self.note(lease.park(reason, Vec::new(), now).await);
    }

    /// A person is called when mail of a tenant begins to be parked, and every ten minutes, not for every message.
    fn count_parked(&self, tenant: &TenantName, why: &ParkReason, now: Timestamp) {
        self.metrics.parked.add_one();
        let (word, text) = match why {
            ParkReason::Refused { host, category, .. } => {
                let category = category.map_or("by a reply that no rule knows", Category::as_str);
                ("refused", format!("mail is parked: {host} refused it ({category})"))
            }
            ParkReason::TenantSetup { host, .. } => {
                ("connector", format!("mail is parked: {host} does not take it from us"))
            }
            ParkReason::Loop { .. } => ("loop", "mail is parked: it came back to us".to_owned()),
            ParkReason::Policy { detail } => ("policy", format!("mail is held: {detail}")),
            ParkReason::Conduct { detail, .. } => ("conduct", format!("mail is held: {detail}")),
            ParkReason::Damaged { .. } => ("damaged", "mail is parked: it cannot be read".to_owned()),
            ParkReason::Operator { note, .. } => ("operator", format!("mail is held: {note}")),
        };
        if self.hints.tell((Some(tenant), Concern::Waiting), word, &text, now) {
            self.metrics.alarms.add_one();
        }
    }

    /// Tries again later, whatever the clock says: nothing of the message is known without its tenant.
    pub(crate) async fn wait_for_tenant(&self, lease: Lease, missed: Vec<Missed>, now: Timestamp) {
        let left: Vec<_> = missed.into_iter().map(|one| (Judgement::Retry, one)).collect();
        let undelivered = certain(&left);
        self.note(self.wait(lease, None, &left, undelivered, now).await);
    }

    fn judge(
        &self,
        lease: &Lease,
        snapshot: &Snapshot,
        missed: &Missed,
        is_expired: bool,
        now: Timestamp,
    ) -> Judgement {
        let judgement = self.judging.judge(lease, snapshot, missed, now);
        let is_probe = ends(judgement) && self.is_probe(lease, missed);
        let (judgement, blame) = in_time(judgement, is_expired, is_probe);
        if blame == Blame::Ours {
            self.metrics.ndr_ours.add_one();
        }
        judgement
    }

    /// What a refusal says of the sender's conduct.
    fn tell_of_conduct(&self, lease: &Lease, snapshot: &Snapshot, missed: &Missed) {
        let accepted = lease.accepted();
        if let Some(told) = self.judging.classified(accepted, snapshot, missed) {
            let (sender, words) = (accepted.envelope.mail_from.mailbox(), missed.failure.to_string());
            self.sentry.met(&accepted.tenant, sender, told.category, &words);
        }
    }

    fn is_probe(&self, lease: &Lease, missed: &Missed) -> bool {
        let host = missed.host.as_deref().unwrap_or_default();
        let fate = Fate::new(&lease.accepted().tenant, host, &missed.failure.to_string());
        self.probes.is_probe(lease.id(), &fate)
    }

    /// Final outcomes for those who are given up: a report where one is allowed, a recorded discard where not.
    async fn end(
        &self,
        lease: &Lease,
        snapshot: &Snapshot,
        ended: Vec<(Judgement, Missed)>,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let mut outcomes = Vec::new();
        let mut lines = Vec::new();
        let mut avoid = None;
        let envelope = &lease.accepted().envelope;
        for (judgement, missed) in ended {
            let Judgement::Report(status) = judgement else { continue };
            let reply = missed.failure.to_string();
            match why_untold(envelope, missed.recipient) {
                Some(because) => {
                    self.metrics.discarded.add_one();
                    if house::wrote(lease.accepted()) {
                        self.metrics.tls_reports_failed.add_one();
                        tracing::warn!(id = %lease.id(), reply, "a report on TLS is given up");
                    }
                    outcomes.push((missed.recipient, Final::Discarded { because, reply }));
                }
                None => {
                    let context = self.judging.context(lease.accepted(), snapshot, &missed);
                    let cause = Cause::of_failure(&missed.failure, context);
                    let recipient = missed.recipient;
                    avoid = avoid.or(missed.source);
                    lines.push(Line {
                        recipient,
                        status,
                        cause,
                        host: missed.host,
                        diagnostic: reply,
                        tried: Some(now),
                    });
                }
            }
        }
        self.end_with(lease, snapshot, (outcomes, lines, avoid), now).await
    }

    /// The waits that are for messages of this tenant.
    pub(crate) fn schedule(&self, snapshot: Option<&Snapshot>) -> &Schedule {
        match snapshot.map(|snapshot| snapshot.settings.egress.mode) {
            Some(EgressMode::Deliver) => &self.schedules.to_recipients,
            Some(EgressMode::Return) | None => &self.schedules.to_tenant,
        }
    }

    /// The time of the next attempt behind `tries` that failed before this one.
    pub(crate) fn next(
        &self,
        snapshot: Option<&Snapshot>,
        tries: u32,
        end_is_unknown: bool,
        now: Timestamp,
    ) -> Timestamp {
        let [chance] = net::random::<1>();
        self.schedule(snapshot).next(tries, end_is_unknown, chance, now)
    }

    /// Reports what has to be reported, then records every outcome.
    async fn end_with(
        &self,
        lease: &Lease,
        snapshot: &Snapshot,
        (mut outcomes, lines, avoid): (Vec<(usize, Final)>, Vec<Line>, Option<SourceName>),
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        if !lines.is_empty() {
            let about = About::lease(lease, snapshot);
            let report = self.tell(&about, Telling { kind: Kind::Failed, lines: &lines, avoid }, now).await?;
            self.tell_domain(&about, &lines, now).await;
            self.metrics.bounced.add(lines.len() as u64);
            let bounced = lines
                .into_iter()
                .map(|line| (line.recipient, Final::Bounced { report, reply: line.diagnostic }));
            outcomes.extend(bounced);
        }
        if !outcomes.is_empty() {
            self.note(lease.record_outcomes(outcomes, now).await);
        }
        Ok(())
    }

    /// What has happened holds for this run even if its record has to wait for a sound disk; the spool owes it.
    pub(crate) fn note(&self, recorded: Result<(), SpoolError>) {
        if let Err(error) = recorded {
            self.metrics.alarms.add_one();
            tracing::error!(%error, "an outcome is not on disk yet");
        }
    }
}

/// Why the sender is not told that a recipient was given up. A null sender never is: that ends every loop of reports (RFC 5321 §6.1).
fn why_untold(envelope: &Envelope, recipient: usize) -> Option<Discard> {
    if envelope.mail_from.mailbox().is_none() {
        return Some(Discard::NullSender);
    }
    let notify = envelope.recipients.get(recipient).and_then(|recipient| recipient.notify);
    (!Kind::Failed.is_wanted(notify)).then_some(Discard::NotifyNever)
}

fn ends(judgement: Judgement) -> bool {
    match judgement {
        Judgement::Report(_) => true,
        Judgement::Retry | Judgement::RetrySameSource | Judgement::Park(_) | Judgement::HoldTenant => false,
    }
}

fn is_limit(failure: &Failure) -> bool {
    sign(failure).is_some()
}
