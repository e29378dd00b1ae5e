//! One `DKIM-Signature` field (RFC 6376 §3.5): what it says, and the bytes that it signs.
//!
//! `d=` is the domain of the key and `i=` that of the author, which is the same or below it, so DMARC finds both aligned. There is no `l=`: a body that may
//! grow proves nothing. `t=` is a time that is handed in. The same message may carry the fields of several keys; none of them covers another.

use crate::body::BodyHash;
use crate::fields;
use crate::key::{SignError, SigningKey};
use crate::selector::Selector;
use crate::tags::Folded;
use message::HeaderBlock;
use model::{Domain, Timestamp};

const FIELD: &str = "DKIM-Signature";

/// A key with the place of its record.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    pub domain: &'a Domain,
    pub selector: &'a Selector,
    pub key: &'a SigningKey,
}

/// A message about to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    /// The bytes in which `block` finds fields.
    pub header: &'a [u8],
    pub block: &'a HeaderBlock,
    pub body: BodyHash,
    /// The domain of the author.
    pub author: &'a Domain,
    pub at: Timestamp,
    /// When the signature ceases to hold; `None`: never.
    pub until: Option<Timestamp>,
    pub line_end: &'a str,
}

impl Signing<'_> {
    /// The field with its line end.
    ///
    /// # Errors
    /// If the key does not sign.
    pub fn field(&self, signer: &Signer<'_>) -> Result<String, SignError> {
        let names = fields::chosen(self.header, self.block);
        let mut field = self.unsigned(signer, &names);
        let mut canonical = Vec::with_capacity(2048);
        fields::canonical(self.header, self.block, names, &mut canonical);
        let (name, value) = field.as_str().split_once(':').unwrap_or((field.as_str(), ""));
        fields::relaxed(name.as_bytes(), value.as_bytes(), &mut canonical);
        field.base64(&base64(&signer.key.sign(&canonical)?));
        Ok(field.finish())
    }

    /// The field up to its empty `b=`, which is what it signs of itself (RFC 6376 §3.7).
    fn unsigned(&self, signer: &Signer<'_>, names: &[&str]) -> Folded<'_> {
        let mut field = Folded::new(FIELD, self.line_end);
        field.word("v=1;");
        field.word(&format!("a={};", signer.key.algorithm().tag()));
        field.word("c=relaxed/relaxed;");
        field.word(&format!("d={};", signer.domain.as_str()));
        field.word(&format!("s={};", signer.selector));
        field.word(&format!("i=@{};", self.author.as_str()));
        field.word(&format!("t={};", seconds(self.at)));
        if let Some(until) = self.until {
            field.word(&format!("x={};", seconds(until)));
        }
        for (place, name) in names.iter().enumerate() {
            let end = if place + 1 == names.len() { ";" } else { ":" };
            match place {
                0 => field.word(&format!("h={name}{end}")),
                _ => field.piece(&format!("{name}{end}")),
            }
        }
        field.word(&format!("bh={};", base64(self.body.as_bytes())));
        field.word("b=");
        field
    }
}

fn seconds(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1_000_000)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&message::encode::base64(bytes, "")).into_owned()
}

#[cfg(test)]
mod tests;
