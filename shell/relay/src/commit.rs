//! From a body that comes in to a message that is safe: the one place that says 250.
//!
//! `Receiving` takes the bytes into the spool and keeps the beginning for admission. `commit` and `take_in` answer positively only after the spool
//! has synced, `handed_on` only when the next hop has the message for everyone. Every other end is an answer that leaves the message with its sender.

use crate::admit::Admitted;
use model::{EnhancedCode, Envelope, MessageId, Reply, Timestamp};
use spool::{Accepted, HeaderFacts, Incoming, Lease, Spool, SpoolError, TraceInfo, Transit};
use std::sync::Arc;
use tenant::Snapshot;

/// Bytes of the beginning that are kept for admission: no header block that is read is longer.
const HEADER_MAX: usize = 256 << 10;

/// Characters of the next hop's answer that are passed back: with the rest it stays one line (RFC 5321 §4.5.3.1.5).
const REPLY_SHOWN_MAX: usize = 400;

/// A body on its way into the spool.
pub(crate) struct Receiving {
    pub(crate) admitted: Admitted,
    pub(crate) envelope: Envelope,
    incoming: Incoming,
    header: Vec<u8>,
    header_is_whole: bool,
    /// Whether the header goes on behind what is kept of it.
    header_is_cut: bool,
    length: u64,
    /// The first failure; what comes after it is not stored.
    failed: Option<SpoolError>,
}

impl Receiving {
    pub(crate) fn begin(
        spool: &Spool,
        id: MessageId,
        admitted: Admitted,
        envelope: Envelope,
    ) -> Result<Self, Reply> {
        let incoming = spool.begin(id).map_err(|error| refusal(&error))?;
        Ok(Self {
            admitted,
            envelope,
            incoming,
            header: Vec::new(),
            header_is_whole: false,
            header_is_cut: false,
            length: 0,
            failed: None,
        })
    }

    pub(crate) async fn append(&mut self, bytes: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        self.length += bytes.len() as u64;
        self.keep_header(bytes);
        self.failed = self.incoming.append(bytes).await.err();
    }

    /// The beginning of the message, to the end of its header or to the bound.
    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    /// Whether the end of the header is within what is kept.
    pub(crate) fn header_is_whole(&self) -> bool {
        !self.header_is_cut
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    fn keep_header(&mut self, bytes: &[u8]) {
        if self.header_is_whole {
            return;
        }
        let searched_from = self.header.len().saturating_sub(3);
        let room = HEADER_MAX - self.header.len();
        self.header.extend_from_slice(&bytes[..bytes.len().min(room)]);
        let new = &self.header[searched_from..];
        let ends = |mark: &[u8]| new.windows(mark.len()).any(|window| window == mark);
        let ended = ends(b"\r\n\r\n") || ends(b"\n\n");
        self.header_is_cut = !ended && self.header.len() == HEADER_MAX;
        self.header_is_whole = ended || self.header_is_cut;
    }

    /// Whether it can go through without being stored: its body is in memory, at most 1 MiB, and there is space to take it in later.
    pub(crate) fn can_transit(&mut self) -> bool {
        self.is_short() && self.incoming.promise_space().is_ok()
    }

    /// Whether its whole body is in memory.
    pub(crate) fn is_short(&self) -> bool {
        self.failed.is_none() && self.incoming.is_in_memory()
    }

    /// The message in transit, if it can be.
    pub(crate) fn into_transit(
        self,
        snapshot: &Snapshot,
        trace: TraceInfo,
        received: Timestamp,
        expires: Timestamp,
        wants_subject: bool,
    ) -> Result<Transit, Reply> {
        let id = self.incoming.id();
        let header = crate::facts::of(&self.header, wants_subject);
        let message = accepted(snapshot, self.envelope, trace, received, expires, header);
        self.incoming.into_transit(message).ok_or_else(|| refusal(&SpoolError::Gone(id)))
    }

    /// Makes the message safe. The positive answer is RFC 5321 §4.2.5's: from here it is ours.
    pub(crate) async fn commit(
        self,
        snapshot: &Arc<Snapshot>,
        trace: TraceInfo,
        received: Timestamp,
        expires: Timestamp,
        wants_subject: bool,
    ) -> Result<Reply, Reply> {
        let id = self.incoming.id();
        if let Some(error) = self.failed {
            return Err(refusal(&error));
        }
        let header = crate::facts::of(&self.header, wants_subject);
        let message = accepted(snapshot, self.envelope, trace, received, expires, header);
        self.incoming.commit(message).await.map_err(|error| refusal(&error))?;
        Ok(queued(id))
    }
}

fn accepted(
    snapshot: &Snapshot,
    envelope: Envelope,
    trace: TraceInfo,
    received: Timestamp,
    expires: Timestamp,
    header: HeaderFacts,
) -> Accepted {
    Accepted {
        tenant: snapshot.settings.name.clone(),
        snapshot: snapshot.number,
        envelope,
        received,
        due: received,
        expires,
        trace,
        header,
        about: None,
        avoid: None,
    }
}

fn queued(id: MessageId) -> Reply {
    Reply::new(250, Some(EnhancedCode::new(2, 0, 0)), format!("queued as {id}"))
}

/// The queue did not take the message.
pub(crate) struct Refused(pub(crate) Reply);

/// Makes a message safe that was in transit; its delivery goes on under the lease.
pub(crate) async fn take_in(transit: &Transit, now: Timestamp) -> Result<(Lease, Reply), Refused> {
    let lease = transit.take_in(now).await.map_err(|error| Refused(refusal(&error)))?;
    let reply = queued(lease.id());
    Ok((lease, reply))
}

/// Law 1: the next hop has it for every recipient, so it is safe there.
pub(crate) fn handed_on(transit: &Transit) -> Reply {
    let said: String = transit.reply().unwrap_or_default();
    let said: String = said.chars().filter(|c| matches!(c, ' '..='~')).take(REPLY_SHOWN_MAX).collect();
    let text = format!("{} passed on, the next hop said: {said}", transit.id());
    Reply::new(250, Some(EnhancedCode::new(2, 0, 0)), text)
}

/// Nobody has it, and its sender is to keep it (RFC 3463 §3.5: 4.4.0, a matter of the way).
pub(crate) fn left() -> Reply {
    let text = "the next hop does not take it now, keep it and try again later";
    Reply::new(451, Some(EnhancedCode::new(4, 4, 0)), text)
}

/// Nothing of it was handed on, and there is no space to take it in if that comes to pass for some only.
pub(crate) fn no_space() -> Reply {
    refusal(&SpoolError::NoSpace)
}

/// Law 1: no space is 452, a failed disk 451; both leave the message with its sender.
fn refusal(error: &SpoolError) -> Reply {
    match error {
        SpoolError::NoSpace => {
            Reply::new(452, Some(EnhancedCode::new(4, 3, 1)), "not enough space, try again later")
        }
        SpoolError::Closed => {
            Reply::new(421, Some(EnhancedCode::new(4, 3, 2)), "shutting down, try again later")
        }
        SpoolError::Stopped(_)
        | SpoolError::Gone(_)
        | SpoolError::Unread(_)
        | SpoolError::Busy(_)
        | SpoolError::Damaged { .. }
        | SpoolError::Unusable { .. }
        | SpoolError::Key { .. } => {
            tracing::error!(%error, "a message could not be made safe; its sender keeps it");
            Reply::new(
                451,
                Some(EnhancedCode::new(4, 3, 0)),
                "the message could not be stored safely, try again later",
            )
        }
    }
}
