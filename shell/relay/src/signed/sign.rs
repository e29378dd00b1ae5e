//! The fields in front of a message: a signature of each key, and before them the set that goes on with a chain of seals.

use super::{Unsigned, bytes};
use crate::custody::Custody;
use crate::stamp::{Content, Signers};
use ::bytes::Bytes;
use message::HeaderBlock;
use signing::{Algorithm, BodyHash, Chain, Form, Signer, Signing, Validation};

/// The content with a field of each key that signs for the author; `chain` is what the chain of the message as it came was worth, and what is said of
/// its arrival.
pub(super) async fn sign(
    signers: &Signers,
    content: &Content,
    custody: Custody<'_>,
    chain: Option<(&Validation, &[String])>,
) -> Result<Content, Unsigned> {
    let mut head = bytes::head(content, custody).await?.ok_or(Unsigned::Header)?;
    let block = HeaderBlock::of(&head);
    if block.too_long {
        return Err(Unsigned::Header);
    }
    let body = bytes::body(content, custody, block.body_start, Form::Relaxed).await?;
    let keys = keys(signers);
    let signing = signing(signers, &head, &block, body);
    let mut fields = String::new();
    for signer in &keys {
        fields.push_str(&signing.field(signer)?);
    }
    let first = block.fields.first().map_or(block.range.start, |field| field.whole.start);
    // Ed25519 is known to few that read seals.
    let sealer = keys.iter().find(|signer| signer.key.algorithm() == Algorithm::Rsa);
    if let Some(((validation, results), sealer)) = chain.zip(sealer) {
        // The set covers the signatures in front of which it stands.
        head.splice(first..first, fields.bytes());
        let block = HeaderBlock::of(&head);
        let signing = self::signing(signers, &head, &block, body);
        let set = Chain::read(&head, &block).seal(&signing, sealer, validation, results)?;
        fields.insert_str(0, &set.unwrap_or_default());
    }
    Ok(content.with(first, Bytes::from(fields)))
}

fn keys(signers: &Signers) -> Vec<Signer<'_>> {
    let chosen = signers.dkim().map(|dkim| dkim.signers(&signers.author)).unwrap_or_default();
    let with_key = chosen.into_iter().filter_map(|(domain, key)| {
        Some(Signer { domain, selector: &key.selector, key: key.key.as_deref()? })
    });
    with_key.collect()
}

fn signing<'m>(
    signers: &'m Signers,
    header: &'m [u8],
    block: &'m HeaderBlock,
    body: BodyHash,
) -> Signing<'m> {
    let valid_for = signers.dkim().and_then(|dkim| dkim.valid_for);
    Signing {
        header,
        block,
        body,
        author: &signers.author,
        at: signers.at,
        until: valid_for.map(|span| signers.at + span),
        line_end: signers.line_end,
    }
}
