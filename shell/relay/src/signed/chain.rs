//! What the chain of seals of a message was worth as it came, before we changed it.
//!
//! It costs nothing for a message without a chain, or where the tenant does not want it gone on with. When a name server does not answer, the message goes
//! on without a set of ours: the chain then ends at receivers, as it would without us, and no mail waits for it.

use super::{Unsigned, bytes};
use crate::Parts;
use crate::custody::Custody;
use crate::stamp::{Content, Signers};
use message::HeaderBlock;
use model::Duration;
use signing::{Chain, Texts, Validation};
use tenant::settings::Seals;

/// Keys that are asked for; a chain of more relays than this is not judged.
const NAMES_MAX: usize = 20;
/// For all of them together.
const WAIT: Duration = Duration::from_secs(10);

/// `None`: no set is added.
pub(super) async fn judge(
    parts: &Parts,
    custody: Custody<'_>,
    signers: &Signers,
) -> Result<Option<Validation>, Unsigned> {
    if signers.dkim().is_none_or(|dkim| dkim.arc == Seals::Off) {
        return Ok(None);
    }
    let original = Content::original(custody);
    let head = bytes::head(&original, custody).await?;
    let block = HeaderBlock::of(&head);
    let chain = Chain::read(&head, &block);
    let names = chain.names();
    if block.too_long || chain.is_absent() || names.len() > NAMES_MAX {
        return Ok(None);
    }
    let asked = async {
        let mut texts = Texts::new();
        for name in names {
            let found = parts.steer.texts(&name).await.ok()?;
            texts.insert(name, found);
        }
        Some(texts)
    };
    let Some(texts) = tokio::time::timeout(WAIT, asked).await.ok().flatten() else {
        tracing::info!(id = %custody.id(), "the keys of a chain of seals cannot be asked for: it is not gone on with");
        return Ok(None);
    };
    let body = bytes::body(&original, custody, block.body_start, chain.body_form()).await?;
    let validation = chain.validate(body, &texts);
    tracing::debug!(id = %custody.id(), ?validation, "the chain of seals was judged");
    Ok(Some(validation))
}
