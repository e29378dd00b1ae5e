//! Reports to senders, put into the spool as messages of their own.
//!
//! A report has a null sender and is safe on disk before anyone is told that it exists. One that says good news never keeps a delivery from
//! being recorded.

use super::Verdict;
use crate::custody::Custody;
use bounce::{Cause, Kind, Language, Original, Report, Reported};
use bytes::Bytes;
use model::{EnhancedCode, Envelope, MessageId, Reply, SourceName, Timestamp};
use spool::{Accepted, HeaderFacts, Lease, SpoolError, TraceInfo};
use tenant::Snapshot;

/// How long a report is tried.
const REPORT_EXPIRES: model::Duration = model::Duration::from_secs(5 * 86_400);
const A_DAY: model::Duration = model::Duration::from_secs(86_400);
/// RFC 3463 §2: success, without more to say.
const SUCCESS: EnhancedCode = EnhancedCode::new(2, 0, 0);

/// The message that a report is about.
pub(super) struct About<'a> {
    pub(super) id: MessageId,
    pub(super) accepted: &'a Accepted,
    /// Bytes of the original.
    pub(super) size: u64,
    /// The beginning of a message that the spool does not hold.
    pub(super) body: Option<Bytes>,
    pub(super) snapshot: &'a Snapshot,
}

impl<'a> About<'a> {
    pub(super) fn lease(lease: &'a Lease, snapshot: &'a Snapshot) -> Self {
        Self { id: lease.id(), accepted: lease.accepted(), size: lease.size(), body: None, snapshot }
    }

    fn custody(custody: &'a Custody<'_>, snapshot: &'a Snapshot) -> Self {
        match custody {
            Custody::Lease(lease) => Self::lease(lease, snapshot),
            Custody::Transit(transit) => Self {
                id: transit.id(),
                accepted: transit.accepted(),
                size: transit.body().len() as u64,
                body: Some(transit.body().clone()),
                snapshot,
            },
        }
    }
}

/// What is told.
pub(super) struct Telling<'a> {
    pub(super) kind: Kind,
    pub(super) lines: &'a [Line],
    /// The source that was refused.
    pub(super) avoid: Option<SourceName>,
}

/// How far a message came, to be told once that is on record.
pub(super) struct Relayed {
    lines: Vec<Line>,
    beginning: Bytes,
    at: Timestamp,
}

/// What is told of one recipient.
pub(super) struct Line {
    /// Number in the envelope.
    pub(super) recipient: usize,
    pub(super) status: EnhancedCode,
    pub(super) cause: Cause,
    pub(super) host: Option<String>,
    /// What was said, as one line.
    pub(super) diagnostic: String,
    pub(super) tried: Option<Timestamp>,
}

impl Verdict {
    /// Makes a report safe; gives its id.
    pub(super) async fn tell(
        &self,
        about: &About<'_>,
        telling: Telling<'_>,
        now: Timestamp,
    ) -> Result<MessageId, SpoolError> {
        let accepted = about.accepted;
        let Some(to) = accepted.envelope.mail_from.mailbox() else { return Err(SpoolError::Gone(about.id)) };
        let id = MessageId::new(now, net::random());
        let beginning = match &about.body {
            Some(body) => body.clone(),
            None => self.beginning(about.id).await,
        };
        let settings = &about.snapshot.settings;
        let recipients: Vec<Reported<'_>> =
            telling.lines.iter().filter_map(|line| reported(line, &accepted.envelope)).collect();
        let report = Report {
            id,
            about: about.id,
            kind: telling.kind,
            reporting_host: &self.reporting_host,
            domain: &self.own_domain,
            received_from: &accepted.trace.helo,
            to,
            language: Language::of_sender(&beginning, &settings.language),
            processed: &self.key.value(&settings.name, &settings.stamping.processed_word, id),
            envelope: &accepted.envelope,
            arrived: accepted.received,
            now,
            recipients: &recipients,
            original: Original { beginning: &beginning, size: about.size },
        };
        let bytes = report.to_bytes();
        let ours = self.ours(about.id, about.snapshot, report.envelope(&bytes), now);
        self.put(id, &bytes, Accepted { avoid: telling.avoid, expires: now + REPORT_EXPIRES, ..ours })
            .await?;
        match telling.kind {
            Kind::Failed => self.metrics.reports_failed.add_one(),
            Kind::Delayed { .. } => self.metrics.reports_delayed.add_one(),
            Kind::Relayed => self.metrics.reports_relayed.add_one(),
        }
        tracing::info!(id = %about.id, report = %id, recipients = recipients.len(), "the sender is told");
        Ok(id)
    }

    /// RFC 3461 §5.2.2: the next hop does not offer DSN, so the sender who asked for success hears from us how far the message came. What the report
    /// needs is read before the outcome is on record: the last one takes the message out of the spool.
    pub(super) async fn relayed(
        &self,
        custody: Custody<'_>,
        host: &str,
        delivered: &[(usize, Reply)],
        now: Timestamp,
    ) -> Option<Relayed> {
        let envelope = &custody.accepted().envelope;
        envelope.mail_from.mailbox()?;
        let asked = |number: usize| {
            let recipient = envelope.recipients.get(number);
            recipient.is_some_and(|recipient| Kind::Relayed.is_wanted(recipient.notify))
        };
        let line = |(recipient, reply): &(usize, Reply)| Line {
            recipient: *recipient,
            status: reply.enhanced.unwrap_or(SUCCESS),
            cause: Cause::Receiver,
            host: Some(host.to_owned()),
            diagnostic: reply.to_string(),
            tried: Some(now),
        };
        let lines: Vec<Line> = delivered.iter().filter(|(number, _)| asked(*number)).map(line).collect();
        if lines.is_empty() {
            return None;
        }
        let beginning = match custody {
            Custody::Lease(lease) => self.beginning(lease.id()).await,
            Custody::Transit(transit) => transit.body().clone(),
        };
        Some(Relayed { lines, beginning, at: now })
    }

    /// Tells it. The outcome is on record by then: a crash before it leaves the sender without good news, one behind it repeats none.
    pub(super) async fn tell_of_relay(&self, custody: Custody<'_>, snapshot: &Snapshot, relayed: Relayed) {
        let telling = Telling { kind: Kind::Relayed, lines: &relayed.lines, avoid: None };
        let about = About { body: Some(relayed.beginning), ..About::custody(&custody, snapshot) };
        if let Err(error) = self.tell(&about, telling, relayed.at).await {
            tracing::error!(id = %custody.id(), %error, "a report of success could not be made safe; the message is delivered");
        }
    }

    /// Puts a message of the house into the spool, where it is tried for a day.
    pub(crate) async fn put_for_a_day(
        &self,
        id: MessageId,
        house: &Snapshot,
        (envelope, bytes): (Envelope, &[u8]),
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let ours = self.ours(id, house, envelope, now);
        self.put(id, bytes, Accepted { expires: now + A_DAY, ..ours }).await
    }

    /// Puts what we write ourselves into the spool.
    pub(super) async fn put(
        &self,
        id: MessageId,
        bytes: &[u8],
        accepted: Accepted,
    ) -> Result<(), SpoolError> {
        let mut incoming = self.spool.begin(id)?;
        incoming.append(bytes).await?;
        incoming.commit(Accepted { header: crate::facts::of(bytes, false), ..accepted }).await
    }

    /// A message of ours about `id`, due now.
    pub(super) fn ours(
        &self,
        id: MessageId,
        snapshot: &Snapshot,
        envelope: Envelope,
        now: Timestamp,
    ) -> Accepted {
        Accepted {
            tenant: snapshot.settings.name.clone(),
            snapshot: snapshot.number,
            envelope,
            received: now,
            due: now,
            expires: now + REPORT_EXPIRES,
            trace: TraceInfo {
                peer: std::net::Ipv4Addr::LOCALHOST.into(),
                helo: self.reporting_host.clone(),
                tls: None,
                listener: self.reporting_listener.clone(),
                by: self.reporting_host.clone(),
                esmtp: true,
            },
            header: HeaderFacts::default(),
            about: Some(id),
            avoid: None,
        }
    }

    /// As much of the original as can be read: a report without it is better than none.
    async fn beginning(&self, id: MessageId) -> Bytes {
        match self.spool.beginning(id).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%id, %error, "a report goes without its original");
                Bytes::new()
            }
        }
    }
}

fn reported<'a>(line: &'a Line, envelope: &'a Envelope) -> Option<Reported<'a>> {
    Some(Reported {
        recipient: envelope.recipients.get(line.recipient)?,
        status: line.status,
        cause: line.cause,
        remote_host: line.host.as_deref(),
        diagnostic: &line.diagnostic,
        last_attempt: line.tried,
    })
}
