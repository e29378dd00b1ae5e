//! Notices to a tenant's contacts, put into the spool as messages of their own.
//!
//! They travel like reports. A tenant without contacts is not told, and the operator is, at the same intervals.

use super::Verdict;
use super::late::{KeptMail, Knows};
use super::report::{About, Line};
use crate::Tenants;
use bounce::{Cause, Language, Notice, Occasion};
use model::{Duration, MessageId, ParkReason, TenantName, Timestamp};
use spool::{Accepted, SpoolError, Told};
use tenant::Snapshot;

/// How long a notice is tried: an old one says nothing.
const NOTICE_EXPIRES: Duration = Duration::from_secs(86_400);

impl Verdict {
    /// Tells a tenant that its mail waits.
    pub(super) async fn tell_tenant(
        &self,
        tenants: &Tenants,
        tenant: &TenantName,
        kept: &KeptMail,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let Some((accepted, progress, _)) = self.spool.standing(kept.oldest) else { return Ok(()) };
        let own = progress.parked.as_ref().or(progress.kept.first().map(|kept| &kept.why));
        let (said, cause) = match own {
            Some(
                reason @ (ParkReason::Refused { host, reply, .. }
                | ParkReason::TenantSetup { host, reply, .. }),
            ) => (format!("{host}: {reply}"), Cause::of_park(reason)),
            Some(
                reason @ (ParkReason::Loop { detail }
                | ParkReason::Policy { detail }
                | ParkReason::Conduct { detail, .. }
                | ParkReason::Damaged { detail }),
            ) => (detail.clone(), Cause::of_park(reason)),
            Some(ParkReason::Operator { .. }) => return Ok(()),
            // It stays behind others, or is tried just now.
            None => match self.why_held(tenant) {
                Some(why) => (why, Cause::TenantSetup),
                None => return Ok(()),
            },
        };
        let link = self.links.of(tenant);
        let occasion = Occasion::Waiting {
            messages: kept.messages,
            oldest: accepted.received,
            senders_told: accepted.received + self.patience.sender,
            expires: accepted.expires,
            cause,
            words: &said,
            link: link.as_ref().map(|(link, until)| (link.as_str(), *until)),
        };
        let snapshot = tenants.current(tenant);
        if let Some(report) = self.put_notice(snapshot.as_deref(), kept.oldest, occasion, now).await? {
            self.note(self.spool.record_told(kept.oldest, Told::Tenant, report, now).await);
        }
        let mut told = self.tenants_told.lock();
        let since = told.get(tenant).map_or(accepted.received, |knows| knows.since);
        told.insert(tenant.clone(), Knows { at: now, since, about: kept.oldest });
        Ok(())
    }

    /// Tells a tenant that nothing of its waits any more.
    pub(super) async fn tell_tenant_the_end(
        &self,
        tenants: &Tenants,
        tenant: &TenantName,
        knows: Knows,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let occasion = Occasion::Over { since: knows.since };
        self.put_notice(tenants.current(tenant).as_deref(), knows.about, occasion, now).await?;
        self.tenants_told.lock().remove(tenant);
        Ok(())
    }

    /// Law 3: what the sender's domain is refused for, its owner is told too, at most once every few hours.
    pub(super) async fn tell_domain(&self, about: &About<'_>, lines: &[Line], now: Timestamp) {
        let Some(line) = lines.iter().find(|line| line.cause == Cause::SenderDomain) else { return };
        let tenant = &about.snapshot.settings.name;
        {
            let mut told = self.tenants_told.domains();
            let is_fresh = |at: &Timestamp| now.since(*at) < self.patience.again;
            if told.get(tenant).is_some_and(is_fresh) {
                return;
            }
            told.insert(tenant.clone(), now);
        }
        let said = match &line.host {
            Some(host) => format!("{host}: {}", line.diagnostic),
            None => line.diagnostic.clone(),
        };
        let occasion = Occasion::DomainRefused { words: &said };
        if let Err(error) = self.put_notice(Some(about.snapshot), about.id, occasion, now).await {
            tracing::error!(%tenant, %error, "the tenant could not be told that its domain is refused");
        }
    }

    /// Makes a notice safe; gives its id, or nothing where nobody can be told.
    pub(crate) async fn put_notice(
        &self,
        snapshot: Option<&Snapshot>,
        about: MessageId,
        occasion: Occasion<'_>,
        now: Timestamp,
    ) -> Result<Option<MessageId>, SpoolError> {
        let Some(snapshot) = snapshot.filter(|snapshot| !snapshot.settings.contacts.is_empty()) else {
            self.metrics.alarms.add_one();
            tracing::warn!(id = %about, "a tenant without `contacts` has to be told about its mail; nobody could be");
            return Ok(None);
        };
        let settings = &snapshot.settings;
        let id = MessageId::new(now, net::random());
        let notice = Notice {
            id,
            about,
            domain: &self.own_domain,
            to: &settings.contacts,
            language: Language::of_tag(&settings.language),
            tenant: &settings.display_name,
            processed: &self.key.value(&settings.name, &settings.stamping.processed_word, id),
            now,
            occasion,
        };
        let bytes = notice.to_bytes();
        let ours = self.ours(about, snapshot, notice.envelope(&bytes), now);
        self.put(id, &bytes, Accepted { expires: now + NOTICE_EXPIRES, ..ours }).await?;
        self.metrics.notices.add_one();
        tracing::info!(tenant = %settings.name, notice = %id, "the tenant is told");
        Ok(Some(id))
    }
}
