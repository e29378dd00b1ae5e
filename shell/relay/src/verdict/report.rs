//! The report to a sender whose message could not be delivered, put into the spool as a message of its own.
//!
//! It has a null sender and goes the tenant's own way. It is safe on disk before anyone is told that it exists.

use super::{Missed, Verdict};
use bounce::{FailedRecipient, Language, Report};
use model::{EnhancedCode, MessageId, Timestamp};
use spool::{Accepted, Lease, SpoolError, TraceInfo};
use tenant::Snapshot;

/// How long a report is tried.
const REPORT_EXPIRES: model::Duration = model::Duration::from_secs(5 * 86_400);

/// One recipient for whom there is no hope.
pub(super) struct Failed {
    pub(super) missed: Missed,
    pub(super) status: EnhancedCode,
    /// What was said, as one line.
    pub(super) reply: String,
}

pub(super) struct Reporter<'a> {
    pub(super) verdict: &'a Verdict,
    pub(super) lease: &'a Lease,
    pub(super) snapshot: &'a Snapshot,
}

impl Reporter<'_> {
    /// Makes the report safe; gives its id.
    pub(super) async fn send(&self, failed: &[Failed], now: Timestamp) -> Result<MessageId, SpoolError> {
        let id = MessageId::new(now, net::random());
        let accepted = self.lease.accepted();
        let Some(to) = accepted.envelope.mail_from.mailbox() else {
            return Err(SpoolError::Gone(self.lease.id()));
        };
        let original = self.original().await;
        let settings = &self.snapshot.settings;
        let word = &settings.stamping.processed_word;
        let processed = self.verdict.key.value(&settings.name, word, id);
        let recipients: Vec<FailedRecipient<'_>> = failed
            .iter()
            .filter_map(|one| {
                let recipient = accepted.envelope.recipients.get(one.missed.recipient)?;
                let remote_host = one.missed.host.as_deref();
                Some(FailedRecipient { recipient, status: one.status, remote_host, diagnostic: &one.reply })
            })
            .collect();
        let report = Report {
            id,
            reporting_host: &self.verdict.reporting_host,
            to,
            language: Language::of_tag(&settings.language),
            processed: &processed,
            envelope: &accepted.envelope,
            arrived: accepted.received,
            now,
            failed: &recipients,
            original: &original,
        };
        let bytes = report.to_bytes();
        let mut incoming = self.verdict.spool.begin(id)?;
        incoming.append(&bytes).await?;
        incoming.commit(self.message(report.envelope(&bytes), now)).await?;
        tracing::info!(id = %self.lease.id(), report = %id, recipients = failed.len(), "the sender is told");
        Ok(id)
    }

    fn message(&self, envelope: model::Envelope, now: Timestamp) -> Accepted {
        let about = self.lease.accepted();
        Accepted {
            tenant: about.tenant.clone(),
            snapshot: about.snapshot,
            envelope,
            received: now,
            due: now,
            expires: now + REPORT_EXPIRES,
            trace: TraceInfo {
                peer: std::net::Ipv4Addr::LOCALHOST.into(),
                helo: self.verdict.reporting_host.clone(),
                tls: None,
                listener: about.trace.listener.clone(),
                by: self.verdict.reporting_host.clone(),
                esmtp: true,
            },
            about: Some(self.lease.id()),
        }
    }

    /// As much of the original as can be read: a report without it is better than none.
    async fn original(&self) -> bytes::Bytes {
        match self.lease.read_chunk(0).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(id = %self.lease.id(), %error, "a report goes without its original");
                bytes::Bytes::new()
            }
        }
    }
}
