//! DKIM over the bytes that leave: stamped, traced, spliced, in front of all of them.
//!
//! Who signs is decided with the stamp, from the snapshot of the message; the signing itself happens when the form that is sent is known, since of two forms
//! only one leaves. The body is hashed from the pieces that will be sent, chunks of the spool included, and its time is the one at which the message came: a
//! retry gives the same bytes (law 5). What cannot be signed goes unsigned, with an alarm, unless the tenant says `hold`.

use super::Content;
use crate::custody::Custody;
use bytes::Bytes;
use memchr::memmem;
use message::{HeaderBlock, Index, mailboxes};
use model::{Address, Domain, Timestamp};
use signatures::OnFailure;
use signing::{BodyHash, BodyHasher, Signer, Signing};
use spool::SpoolError;
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::{Dkim, EgressMode, Signs};

/// Bytes in which the end of the header has to come: more than a header block that is read.
const HEAD_LEN_MAX: usize = 320 << 10;
/// Bytes that are searched for it at a time.
const STEP_LEN: usize = 16 << 10;
/// Bytes that are hashed before other deliveries get their turn.
const TURN_LEN: usize = 1 << 20;

/// Who signs a message.
#[derive(Debug, Clone)]
pub(crate) struct Seal {
    snapshot: Arc<Snapshot>,
    author: Domain,
    at: Timestamp,
    line_end: &'static str,
}

/// What is to be done about a message.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    /// Nobody wants it signed, or nobody here may sign for its author.
    Plain,
    Signed(Seal),
    /// It should be signed, and no key can be read.
    Wanting(String),
}

/// Why the signatures could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsigned {
    #[error("the header does not end within {HEAD_LEN_MAX} bytes")]
    Header,
    #[error(transparent)]
    Key(#[from] signing::SignError),
    #[error(transparent)]
    Body(#[from] SpoolError),
}

impl Plan {
    pub(super) fn of(bytes: &[u8], index: &Index, snapshot: &Arc<Snapshot>, at: Timestamp) -> Self {
        let Some(dkim) = wanted(snapshot) else { return Self::Plain };
        let Some(author) = author(bytes, index) else { return Self::Plain };
        let signers = dkim.signers(&author);
        if signers.is_empty() {
            return Self::Plain;
        }
        if signers.iter().all(|(_, key)| key.key.is_none()) {
            let names: Vec<String> = signers.iter().map(|(domain, key)| key.name(domain)).collect();
            return Self::Wanting(format!("the DKIM key of {} cannot be read", names.join(" and ")));
        }
        Self::Signed(Seal { snapshot: Arc::clone(snapshot), author, at, line_end: index.line_end })
    }

    /// Why the message stays, if its tenant wants it so.
    pub(super) fn forbids(&self, snapshot: &Snapshot) -> Option<&str> {
        let on_failure = snapshot.settings.dkim.as_ref().map(|dkim| dkim.on_failure);
        match self {
            Self::Wanting(why) if on_failure == Some(OnFailure::Hold) => Some(why),
            Self::Wanting(_) | Self::Plain | Self::Signed(_) => None,
        }
    }
}

fn wanted(snapshot: &Snapshot) -> Option<&Dkim> {
    let settings = &snapshot.settings;
    let dkim = settings.dkim.as_ref()?;
    match (dkim.sign, settings.egress.mode) {
        (Signs::Always, EgressMode::Return | EgressMode::Deliver) | (Signs::Deliver, EgressMode::Deliver) => {
            Some(dkim)
        }
        (Signs::Deliver, EgressMode::Return) => None,
    }
}

/// The domain of the one author: where there are several, no signature is aligned with all of them.
fn author(bytes: &[u8], index: &Index) -> Option<Domain> {
    let header = index.header();
    if header.count(bytes, "From") != 1 {
        return None;
    }
    match mailboxes(&header.value(bytes, "From")?).as_slice() {
        [one] => one.address.parse::<Address>().ok().map(|address| address.domain()),
        _ => None,
    }
}

impl Seal {
    /// The content with a field of each key that signs for the author.
    pub(crate) async fn sign(&self, content: &Content, custody: Custody<'_>) -> Result<Content, Unsigned> {
        let head = head(content, custody).await?;
        let block = HeaderBlock::of(&head);
        if block.too_long {
            return Err(Unsigned::Header);
        }
        let signing = Signing {
            header: &head,
            block: &block,
            body: body(content, custody, block.body_start).await?,
            author: &self.author,
            at: self.at,
            until: self.dkim().and_then(|dkim| dkim.valid_for).map(|span| self.at + span),
            line_end: self.line_end,
        };
        let mut fields = String::new();
        for (domain, key) in self.dkim().map(|dkim| dkim.signers(&self.author)).unwrap_or_default() {
            let Some(private) = &key.key else { continue };
            let signer = Signer { domain, selector: &key.selector, key: private };
            fields.push_str(&signing.field(&signer)?);
        }
        let first = block.fields.first().map_or(block.range.start, |field| field.whole.start);
        Ok(content.with(first, Bytes::from(fields)))
    }

    fn dkim(&self) -> Option<&Dkim> {
        self.snapshot.settings.dkim.as_ref()
    }
}

/// The beginning, as far as the empty line behind the header at least.
async fn head(content: &Content, custody: Custody<'_>) -> Result<Vec<u8>, Unsigned> {
    let mut head: Vec<u8> = Vec::with_capacity(STEP_LEN);
    for number in 0..content.parts() {
        let part = content.part(number, custody).await?;
        for step in part.chunks(STEP_LEN) {
            // The empty line may begin in the step before.
            let from = head.len().saturating_sub(3);
            head.extend_from_slice(step);
            if memmem::find(&head[from..], b"\n\r\n").or(memmem::find(&head[from..], b"\n\n")).is_some() {
                return Ok(head);
            }
            if head.len() > HEAD_LEN_MAX {
                return Err(Unsigned::Header);
            }
        }
    }
    Ok(head)
}

/// The hash of what stands behind the first `skip` bytes.
async fn body(content: &Content, custody: Custody<'_>, mut skip: usize) -> Result<BodyHash, SpoolError> {
    let mut hasher = BodyHasher::new();
    for number in 0..content.parts() {
        let part = content.part(number, custody).await?;
        let skipped = skip.min(part.len());
        skip -= skipped;
        for turn in part[skipped..].chunks(TURN_LEN) {
            hasher.update(turn);
            if turn.len() == TURN_LEN {
                tokio::task::yield_now().await;
            }
        }
    }
    Ok(hasher.finish())
}
