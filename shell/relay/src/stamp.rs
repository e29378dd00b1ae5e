//! From a stored message to the bytes that leave: signature, our own fields out, trace fields in front.
//!
//! What it gives is a function of the message, its envelope, its time, the snapshot whose number it carries and what the next hop says that it takes
//! at most (law 5): a retry gives the same bytes unless that was learned or changed, which the record of what stamping decided tells.
//! A fault of stamping costs the signature and never the message. A message of ours that came back, or one that has gone round
//! too often, is not prepared at all.

mod content;
mod dkim;
mod trace;

pub(crate) use content::Content;
pub(crate) use dkim::{Plan, Signers};

use crate::arrived::Arrived;
use crate::processed::{self, ProcessedKey};
use bytes::Bytes;
use message::{Changes, Index, Splices};
use model::{Address, ByteCount, Duration, ParkReason, Timestamp};
use signatures::{Decision, Group, PassReason, StampInput};
use spool::{Accepted, Lease, SpoolError, StampedGroup, Transit};
use std::ops::Range;
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::Results;

/// `Received` fields above which a message is held (RFC 5321 §6.3 leaves the number open).
const RECEIVED_MAX: usize = 50;
/// A body of at most this many bytes that came in within this time is stamped where its delivery runs: the file system has it in memory, and to hand
/// it to another thread and back would take longer than to read and stamp it.
const AT_ONCE_LEN_MAX: u64 = 64 << 10;
const AT_ONCE_AGE_MAX: Duration = Duration::from_secs(5);
const RESULT_FIELD: &str = "X-Signpost-Result";

/// Recipients who get the same bytes.
pub(crate) struct Prepared {
    /// Numbers in the envelope.
    pub(crate) recipients: Vec<usize>,
    pub(crate) content: Content,
    /// Of what was stamped: the same without the signature, for a next hop that refuses what we added (law 5).
    pub(crate) original: Option<Content>,
    /// Who signs whichever form leaves.
    pub(crate) dkim: Plan,
}

/// What stamping makes of a message.
pub(crate) enum Stamped {
    /// Bytes for each group of the recipients that are pending, and what the trace is told.
    Ready(Vec<Prepared>, Vec<StampedGroup>),
    /// Kept until a person decides.
    Hold(ParkReason, Vec<StampedGroup>),
}

/// Prepares the message for `pending`.
pub(crate) async fn stamp(
    lease: &Lease,
    pending: &[usize],
    (snapshot, house): (Arc<Snapshot>, Option<Arc<Snapshot>>),
    (key, arrived): (Arc<ProcessedKey>, Option<Arrived>),
    (now, next_hop_size_max): (Timestamp, Option<ByteCount>),
) -> Result<Stamped, SpoolError> {
    let too_large = lease.size() > snapshot.settings.stamping.size_max.0;
    // A message that is not stamped for its size is not read into memory either: its header lies in the first chunk.
    let rest = if too_large { 1..lease.chunks() } else { 0..0 };
    let original = lease.original();
    let read = move || if too_large { original.read_first_chunk() } else { original.read() };
    let is_at_hand =
        lease.size() <= AT_ONCE_LEN_MAX && now.since(lease.accepted().received) <= AT_ONCE_AGE_MAX;
    let job = Job {
        bytes: Bytes::new(),
        accepted: Arc::clone(lease.accepted()),
        id: lease.id(),
        pending: pending.to_vec(),
        snapshot,
        house,
        key,
        arrived,
        next_hop_size_max,
        is_beginning_only: too_large,
    };
    prepare(job, read, is_at_hand, lease.size(), rest).await
}

/// Prepares a message in transit for all its recipients.
pub(crate) async fn stamp_in_memory(
    transit: &Transit,
    snapshot: Arc<Snapshot>,
    (key, arrived): (Arc<ProcessedKey>, Option<Arrived>),
    next_hop_size_max: Option<ByteCount>,
) -> Result<Stamped, SpoolError> {
    let accepted = Arc::clone(transit.accepted());
    let pending = (0..accepted.envelope.recipients.len()).collect();
    let is_beginning_only = transit.body().len() as u64 > snapshot.settings.stamping.size_max.0;
    let bytes = transit.body().clone();
    let id = transit.id();
    let job = Job {
        bytes: Bytes::new(),
        accepted,
        id,
        pending,
        snapshot,
        house: None,
        key,
        arrived,
        next_hop_size_max,
        is_beginning_only,
    };
    let size = bytes.len() as u64;
    prepare(job, move || Ok(bytes), size <= AT_ONCE_LEN_MAX, size, 0..0).await
}

/// Gives `job` what `read` brings and runs it, both at once or on a thread that may wait; `rest` are the chunks behind those bytes.
async fn prepare(
    job: Job,
    read: impl FnOnce() -> Result<Bytes, SpoolError> + Send + 'static,
    at_once: bool,
    size: u64,
    rest: Range<usize>,
) -> Result<Stamped, SpoolError> {
    let id = job.id;
    let run = move || {
        let bytes = read()?;
        Ok::<_, SpoolError>((bytes.len() as u64, Job { bytes, ..job }.run()))
    };
    let prepared = if at_once {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        caught.map_err(|_| "stamping panicked".to_owned())
    } else {
        tokio::task::spawn_blocking(run).await.map_err(|error| error.to_string())
    };
    let (read, prepared) = prepared.map_err(|detail| SpoolError::Damaged { id, detail })??;
    let rest_length = size.saturating_sub(read);
    Ok(match prepared {
        Outcome::Hold(reason, told) => Stamped::Hold(reason, told),
        Outcome::Ready(groups, told, dkim) => {
            let with_rest = groups.into_iter().map(|(recipients, written)| Prepared {
                recipients,
                content: Content::new(written.pieces, rest.clone(), rest_length),
                original: written.original.map(|pieces| Content::new(pieces, rest.clone(), rest_length)),
                dkim: dkim.clone(),
            });
            Stamped::Ready(with_rest.collect(), told)
        }
    })
}

/// The part that only computes, made to run beside the sockets.
struct Job {
    bytes: Bytes,
    accepted: Arc<Accepted>,
    id: model::MessageId,
    pending: Vec<usize>,
    snapshot: Arc<Snapshot>,
    /// Who signs what we wrote, if we wrote it and the tenant has no key for its author.
    house: Option<Arc<Snapshot>>,
    key: Arc<ProcessedKey>,
    arrived: Option<Arrived>,
    /// What the next hop says that it takes at most.
    next_hop_size_max: Option<ByteCount>,
    is_beginning_only: bool,
}

enum Outcome {
    Hold(ParkReason, Vec<StampedGroup>),
    Ready(Vec<(Vec<usize>, Written)>, Vec<StampedGroup>, Plan),
}

/// One group's bytes.
struct Written {
    pieces: Vec<Bytes>,
    /// Of what was stamped: without the signature.
    original: Option<Vec<Bytes>>,
}

impl Job {
    fn run(self) -> Outcome {
        let index = Index::of(&self.bytes);
        if let Some(detail) = self.loops(&index) {
            return Outcome::Hold(ParkReason::Loop { detail }, Vec::new());
        }
        let groups = self.decide(&index);
        let told: Vec<StampedGroup> = groups.iter().map(|group| self.told(group)).collect();
        if let Some(held) = groups.iter().find(|group| matches!(group.decision, Decision::Hold(_))) {
            let detail = held.explain.trail.last().cloned().unwrap_or_default();
            return Outcome::Hold(ParkReason::Policy { detail }, told);
        }
        let dkim =
            Plan::of(&self.bytes, &index, (&self.snapshot, self.house.as_ref()), self.accepted.received);
        // What we wrote ourselves is not kept for a key.
        if let Some(why) = dkim.forbids(&self.snapshot).filter(|_| self.house.is_none()) {
            return Outcome::Hold(ParkReason::Policy { detail: why.to_owned() }, told);
        }
        let settings = &self.snapshot.settings;
        let processed = self.key.value(&settings.name, &settings.stamping.processed_word, self.id);
        let block = self.results(&index) + &trace::block(self.id, &self.accepted, &processed, index.line_end);
        let ready = groups.iter().map(|group| (self.numbers(group), self.write(&index, &block, group)));
        Outcome::Ready(ready.collect(), told, dkim)
    }

    /// What the message proved as it came, where its tenant wants that told.
    fn results(&self, index: &Index) -> String {
        let arrived = self.arrived.as_ref().filter(|_| self.snapshot.settings.arrival == Results::Always);
        arrived.map(|arrived| arrived.field(index.line_end)).unwrap_or_default()
    }

    /// Why the message has been here before. A report of our own carries the field rightly.
    fn loops(&self, index: &Index) -> Option<String> {
        let header = index.header();
        let received = header.count(&self.bytes, "Received");
        if received > RECEIVED_MAX {
            return Some(format!("the message has {received} Received fields"));
        }
        let tenant = &self.snapshot.settings.name;
        let value =
            |field: &message::Field| String::from_utf8_lossy(&self.bytes[field.value.clone()]).into_owned();
        let ours = header
            .named(&self.bytes, processed::FIELD)
            .map(value)
            .find(|value| self.key.is_ours(tenant, value));
        let ours = ours.filter(|_| self.accepted.about.is_none())?;
        Some(format!("the message was here already ({}); does the transport rule except it?", ours.trim()))
    }

    /// A panic in stamping is a defect of ours, never a reason to keep the message.
    fn decide(&self, index: &Index) -> Vec<Group> {
        let recipients: Vec<&Address> =
            self.pending.iter().filter_map(|number| self.address(*number)).collect();
        let input = StampInput {
            original: &self.bytes,
            mail_from: &self.accepted.envelope.mail_from,
            recipients: &recipients,
            received: self.accepted.received,
            snapshot: self.snapshot.number,
            next_hop_size_max: self.next_hop_size_max,
        };
        if self.is_beginning_only {
            return vec![signatures::passed(
                &input,
                PassReason::TooLarge,
                "the message is larger than is stamped",
            )];
        }
        let stamped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            signatures::stamp_indexed(&input, index, &self.snapshot.signatures)
        }));
        stamped.unwrap_or_else(|_| {
            tracing::error!(id = %self.id, "stamping panicked: the message goes on without signature");
            vec![signatures::passed(&input, PassReason::TemplateFailed, "stamping failed inside")]
        })
    }

    fn address(&self, number: usize) -> Option<&Address> {
        self.accepted.envelope.recipients.get(number).map(|recipient| &recipient.address)
    }

    fn numbers(&self, group: &Group) -> Vec<usize> {
        group.recipients.iter().filter_map(|place| self.pending.get(*place)).copied().collect()
    }

    fn told(&self, group: &Group) -> StampedGroup {
        StampedGroup {
            recipients: self.numbers(group),
            outcome: group.explain.outcome.as_str().to_owned(),
            reason: group.explain.reason.map(|reason| reason.as_str().to_owned()),
            arrived: self.arrived.as_ref().map(Arrived::told),
            signature: group.explain.signature.clone(),
            smaller: group.explain.smaller.map(|smaller| smaller.as_str().to_owned()),
        }
    }

    /// The bytes that leave.
    fn write(&self, index: &Index, block: &str, group: &Group) -> Written {
        let unsigned = || {
            let splices = self.splices(index, block, group, None).unwrap_or_else(|error| {
                tracing::error!(id = %self.id, %error, "the trace fields do not fit: the message goes on as it came");
                Splices::new()
            });
            content::pieces(&self.bytes, &splices)
        };
        if let Decision::Stamped(signature) = &group.decision {
            match self.splices(index, block, group, Some(signature)) {
                Ok(splices) => {
                    let pieces = content::pieces(&self.bytes, &splices);
                    return Written { pieces, original: Some(unsigned()) };
                }
                // Two changes of one byte: a defect of ours, and the signature's loss.
                Err(error) => {
                    tracing::error!(id = %self.id, %error, "the signature does not fit beside the trace")
                }
            }
        }
        Written { pieces: unsigned(), original: None }
    }

    fn splices(
        &self,
        index: &Index,
        block: &str,
        group: &Group,
        signature: Option<&Splices>,
    ) -> Result<Splices, message::ChangeError> {
        let settings = &self.snapshot.settings;
        let mut changes = Changes::new(&self.bytes, index);
        // A stamped message that goes on unsigned does not say that it is stamped.
        let tells = settings.stamping.result_headers
            && (signature.is_some() || !matches!(group.decision, Decision::Stamped(_)));
        let result = tells.then(|| trace::result(group));
        changes.prepend(trace::told(block, result.as_deref(), index.line_end))?;
        let secret = settings.connector.secret_header.as_ref().map(|secret| secret.name.as_str());
        for name in [processed::FIELD, RESULT_FIELD].into_iter().chain(secret) {
            changes.remove_fields(name)?;
        }
        let mut splices = changes.finish()?;
        let own = self.accepted.trace.by.as_str();
        let forged = arrival::forged(&self.bytes, index.header(), &[own]);
        if let Some(signature) = signature {
            splices.merge(signature.clone())?;
        }
        for field in forged {
            // A stamped message may have lost it with its other proofs.
            let is_out = |splice: &message::Splice| {
                splice.offset <= field.whole.start && field.whole.end <= splice.end()
            };
            if !splices.iter().any(is_out) {
                splices.replace(field.whole.clone(), Vec::new())?;
            }
        }
        Ok(splices)
    }
}
