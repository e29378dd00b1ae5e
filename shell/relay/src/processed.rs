//! `X-Signpost-Processed: v1 WORD ID HMAC`: how a message that comes back is known as ours.
//!
//! WORD is the tenant's constant, which its own transport rule matches; ID is the message's id; the HMAC over tenant and ID can be made
//! only with this installation's key. Without it a sender could switch its own signature off, or make us hold its mail.

use aws_lc_rs::hmac;
use model::{MessageId, TenantName};
use std::fmt::Write as _;

pub(crate) const FIELD: &str = "X-Signpost-Processed";
const VERSION: &str = "v1";
/// Bytes of the tag that are kept: 128 bits.
const TAG_LEN: usize = 16;

/// The installation's key.
pub(crate) struct ProcessedKey(hmac::Key);

impl ProcessedKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The field's value.
    pub(crate) fn value(&self, tenant: &TenantName, word: &str, id: MessageId) -> String {
        format!("{VERSION} {word} {id} {}", self.tag(tenant, &id.to_string()))
    }

    /// Whether `value` was made here for this tenant.
    pub(crate) fn is_ours(&self, tenant: &TenantName, value: &str) -> bool {
        let words: Vec<&str> = value.split_ascii_whitespace().collect();
        let [VERSION, _, id, tag] = words.as_slice() else { return false };
        let made = self.tag(tenant, id);
        aws_lc_rs::constant_time::verify_slices_are_equal(made.as_bytes(), tag.as_bytes()).is_ok()
    }

    fn tag(&self, tenant: &TenantName, id: &str) -> String {
        // A name holds no NUL, so no two pairs give the same bytes.
        let tag = hmac::sign(&self.0, format!("{tenant}\0{id}").as_bytes());
        let text = String::with_capacity(2 * TAG_LEN);
        tag.as_ref()[..TAG_LEN].iter().fold(text, |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests;
