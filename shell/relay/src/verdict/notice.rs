//! Notices to a tenant's contacts, put into the spool as messages of their own.
//!
//! They travel like reports. A tenant without contacts is not told, and the operator is, at the same intervals.

use super::Verdict;
use super::late::{Kept, Knows};
use crate::Tenants;
use bounce::{Cause, Language, Notice, Occasion};
use model::{Duration, MessageId, ParkReason, TenantName, Timestamp};
use spool::{Accepted, SpoolError, Told};

/// How long a notice is tried: an old one says nothing.
const NOTICE_EXPIRES: Duration = Duration::from_secs(86_400);

impl Verdict {
    /// Tells a tenant that its mail waits.
    pub(super) async fn tell_tenant(
        &self,
        tenants: &Tenants,
        tenant: &TenantName,
        kept: &Kept,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let Some((accepted, progress, _)) = self.spool.standing(kept.oldest) else { return Ok(()) };
        let Some(reason) = &progress.parked else { return Ok(()) };
        let said = match reason {
            ParkReason::Refused { host, reply, .. } => format!("{host}: {reply}"),
            ParkReason::Loop { detail } | ParkReason::Policy { detail } | ParkReason::Damaged { detail } => {
                detail.clone()
            }
            ParkReason::Operator { .. } => return Ok(()),
        };
        let occasion = Occasion::Waiting {
            messages: kept.messages,
            oldest: accepted.received,
            senders_told: accepted.received + self.patience.sender,
            expires: accepted.expires,
            cause: Cause::of_park(reason),
            words: &said,
        };
        let report = self.put_notice(tenants, tenant, kept.oldest, occasion, now).await?;
        if let Some(report) = report {
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
        self.put_notice(tenants, tenant, knows.about, occasion, now).await?;
        self.tenants_told.lock().remove(tenant);
        Ok(())
    }

    /// Makes a notice safe; gives its id, or nothing where nobody can be told.
    async fn put_notice(
        &self,
        tenants: &Tenants,
        tenant: &TenantName,
        about: MessageId,
        occasion: Occasion<'_>,
        now: Timestamp,
    ) -> Result<Option<MessageId>, SpoolError> {
        let snapshot = tenants.current(tenant);
        let Some(snapshot) = snapshot.filter(|snapshot| !snapshot.settings.contacts.is_empty()) else {
            self.metrics.alarms.add_one();
            tracing::warn!(%tenant, "mail of a tenant without `contacts` waits or waited; nobody could be told");
            return Ok(None);
        };
        let settings = &snapshot.settings;
        let id = MessageId::new(now, net::random());
        let notice = Notice {
            id,
            about,
            reporting_host: &self.reporting_host,
            to: &settings.contacts,
            language: Language::of_tag(&settings.language),
            tenant: &settings.display_name,
            processed: &self.key.value(&settings.name, &settings.stamping.processed_word, id),
            now,
            occasion,
        };
        let bytes = notice.to_bytes();
        let ours = self.ours(about, &snapshot, notice.envelope(&bytes), now);
        self.put(id, &bytes, Accepted { expires: now + NOTICE_EXPIRES, ..ours }).await?;
        self.metrics.notices.add_one();
        tracing::info!(%tenant, notice = %id, "the tenant is told");
        Ok(Some(id))
    }
}
