//! The proofs that the hop before us gave: its DKIM signature, its ARC set, its authentication results.
//!
//! They speak of bytes that no longer exist once a signature was added: a receiver would find a broken signature (RFC 6376 §6.1.2) and a
//! broken chain (RFC 8617 §5.2), and Exchange Online counts both against the mail. Where the tenant's own system signs after us, or we
//! sign ourselves, a changed message goes on without them. A passed message keeps them: there they are still true.

use super::Message;
use message::{ChangeError, Changes};

const FIELDS: [&str; 5] = [
    "DKIM-Signature",
    "ARC-Seal",
    "ARC-Message-Signature",
    "ARC-Authentication-Results",
    "Authentication-Results",
];

/// The names of those that a changed message loses, with their counts.
pub(super) struct Proofs(Vec<(&'static str, usize)>);

impl Message<'_> {
    pub(super) fn proofs(&self) -> Proofs {
        if !self.compiled.parts.is_signed_anew {
            return Proofs(Vec::new());
        }
        let keeps = |name: &str| self.compiled.parts.keeps_seals && name.starts_with("ARC-");
        let names = FIELDS.into_iter().filter(|name| !keeps(name));
        let counted = names.map(|name| (name, self.index.header().count(self.input.original, name)));
        Proofs(counted.filter(|(_, count)| *count > 0).collect())
    }
}

impl Proofs {
    pub(super) fn take_out(&self, changes: &mut Changes<'_>) -> Result<(), ChangeError> {
        self.0.iter().try_for_each(|(name, _)| changes.remove_fields(name))
    }

    /// For the trail of the explanation.
    pub(super) fn sentence(&self) -> Option<String> {
        let told: Vec<String> = self.0.iter().map(|(name, count)| format!("{count} {name}")).collect();
        (!told.is_empty())
            .then(|| format!("taken out, since they prove the message as it came: {}", told.join(", ")))
    }
}
