//! Header and body of what is signed, read from the pieces that are sent; a large body is never in memory as a whole.

use crate::custody::Custody;
use crate::stamp::Content;
use memchr::memmem;
use signing::{BodyHash, BodyHasher, Form};
use spool::SpoolError;

/// Bytes in which the end of the header has to come: more than a header block that is read.
pub(crate) const HEAD_LEN_MAX: usize = 320 << 10;
/// Bytes that are searched for it at a time.
const STEP_LEN: usize = 16 << 10;
/// Bytes that are hashed before other deliveries get their turn.
const TURN_LEN: usize = 1 << 20;

/// The beginning, as far as the empty line behind the header at least; `None` if that does not come.
pub(crate) async fn head(content: &Content, custody: Custody<'_>) -> Result<Option<Vec<u8>>, SpoolError> {
    let mut head: Vec<u8> = Vec::with_capacity(STEP_LEN);
    for number in 0..content.parts() {
        let part = content.part(number, custody).await?;
        for step in part.chunks(STEP_LEN) {
            // The empty line may begin in the step before.
            let from = head.len().saturating_sub(3);
            head.extend_from_slice(step);
            if memmem::find(&head[from..], b"\n\r\n").or(memmem::find(&head[from..], b"\n\n")).is_some() {
                return Ok(Some(head));
            }
            if head.len() > HEAD_LEN_MAX {
                return Ok(None);
            }
        }
    }
    Ok(Some(head))
}

/// The hash of what stands behind the first `skip` bytes.
pub(crate) async fn body(
    content: &Content,
    custody: Custody<'_>,
    mut skip: usize,
    form: Form,
) -> Result<BodyHash, SpoolError> {
    let mut hasher = BodyHasher::of(form);
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
