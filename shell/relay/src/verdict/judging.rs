//! One refusal judged with everything that the relay knows around it, and not believed when too many met the same.
//!
//! The breaker looks at the host that refused, whatever source asked: it then stops reports a little earlier than for one path alone, never later.
//! What it knows is in memory and gone after a restart, as are its five minutes.

use super::{Missed, Replies};
use crate::tenants::Tenants;
use bounce::{
    Answer, Breaker, Classified, Context, Judgement, Refusal, Route, Trust, classify_failure, judge,
    normalised,
};
use dispatch::believed;
use model::{Source, Timestamp};
use spool::{Accepted, Lease};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tenant::Snapshot;
use tenant::settings::EgressMode;

/// What judging needs and remembers.
pub(crate) struct Judging {
    tenants: Arc<Tenants>,
    /// `None` where a translation stands between us and the world: replies then name addresses that we do not know.
    our_addresses: Option<Vec<IpAddr>>,
    breaker: Mutex<Breaker<String>>,
    replies: Arc<Replies>,
}

impl Judging {
    pub(crate) fn new(tenants: Arc<Tenants>, sources: &[Source], replies: Arc<Replies>) -> Self {
        let addresses: Vec<IpAddr> = sources.iter().map(|source| source.address).collect();
        let is_seen = !addresses.is_empty() && addresses.iter().all(|address| !is_translated(*address));
        let our_addresses = is_seen.then_some(addresses);
        Self { tenants, our_addresses, breaker: Mutex::new(Breaker::default()), replies }
    }

    /// What is to be done about this recipient.
    pub(crate) fn judge(
        &self,
        lease: &Lease,
        snapshot: &Snapshot,
        missed: &Missed,
        now: Timestamp,
    ) -> Judgement {
        let accepted = lease.accepted();
        let context = self.context(accepted, snapshot, missed);
        let judgement = judge(&missed.failure, context);
        let Some(classified) = classify_failure(&missed.failure, context) else { return judgement };
        if judgement == Judgement::Retry {
            return judgement;
        }
        self.replies.note((&missed.failure, missed.host.as_deref()), &classified, judgement, now);
        let text = normalised(&missed.failure.to_string());
        let refusal = Refusal { text: &text, category: classified.category };
        let host = missed.host.as_deref().unwrap_or_default();
        let trust = self.meet(accepted, host, Some(refusal), now);
        let believed = believed(judgement, trust);
        if believed != judgement {
            tracing::warn!(id = %lease.id(), host, ?trust, refusal = text, "refused like many others: parked, not reported");
        }
        believed
    }

    /// What the refusal means; for the record.
    pub(crate) fn classified(
        &self,
        accepted: &Accepted,
        snapshot: &Snapshot,
        missed: &Missed,
    ) -> Option<Classified> {
        classify_failure(&missed.failure, self.context(accepted, snapshot, missed))
    }

    /// One recipient was accepted: that too says something about those who are not.
    pub(crate) fn accepted(&self, accepted: &Accepted, host: &str, now: Timestamp) {
        self.meet(accepted, host, None, now);
    }

    fn meet(&self, accepted: &Accepted, host: &str, refusal: Option<Refusal<'_>>, now: Timestamp) -> Trust {
        let sender = accepted.envelope.mail_from.mailbox().map(ToString::to_string).unwrap_or_default();
        let answer = Answer { tenant: &accepted.tenant, sender: &sender, refusal };
        // A panic while it was held left nothing half done that could make a report.
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        if refusal.is_some() {
            breaker.serve(self.tenants.all().len());
        }
        breaker.meet(&name_of(host).to_owned(), &answer, now)
    }

    /// What is known around a failure.
    pub(super) fn context<'a>(
        &'a self,
        accepted: &Accepted,
        snapshot: &Snapshot,
        missed: &'a Missed,
    ) -> Context<'a> {
        let domains = &snapshot.settings.domains;
        let recipient = accepted.envelope.recipients.get(missed.recipient);
        let domain = recipient.map(|recipient| recipient.address.domain());
        Context {
            stage: missed.stage,
            // What we write ourselves goes to the exchangers of its readers.
            route: match (accepted.about, snapshot.settings.egress.mode) {
                (Some(_), _) | (None, EgressMode::Deliver) => Route::Deliver,
                (None, EgressMode::Return) => Route::Return,
            },
            host: missed.host.as_deref(),
            our_addresses: self.our_addresses.as_deref(),
            recipient_is_tenants: domain.is_some_and(|domain| domains.contains(&domain)),
            labels: Some(self.replies.labels()),
        }
    }
}

/// `host [address]` without its address: the hosts of a site share what they think of us.
fn name_of(host: &str) -> &str {
    host.split_whitespace().next().unwrap_or_default()
}

/// Whether the world sees another address than this one.
fn is_translated(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            // RFC 6598: shared address space.
            let is_shared = first == 100 && (64..128).contains(&second);
            address.is_private() || address.is_unspecified() || address.is_link_local() || is_shared
        }
        IpAddr::V6(address) => {
            address.is_unspecified() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}
