//! One `DKIM-Signature` field (RFC 6376 §3.5): what it says, and the bytes that it signs.
//!
//! `d=` is the domain of the key and `i=` that of the author, which is the same or below it, so DMARC finds both aligned. There is no `l=`: a body that may
//! grow proves nothing. `t=` is a time that is handed in. The same message may carry the fields of several keys; none of them covers another.

use crate::body::{BodyHash, Form};
use crate::fields;
use crate::key::{SignError, SigningKey};
use crate::selector::Selector;
use crate::tags::Folded;
use message::HeaderBlock;
use model::{Domain, Timestamp};

const FIELD: &str = "DKIM-Signature";
/// DKIM signatures that a set covers.
const SIGNATURES_MAX: usize = 20;

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
        let mut beginning = vec!["v=1;".to_owned()];
        let mut behind = vec![format!("i=@{};", self.author.as_str()), format!("t={};", seconds(self.at))];
        behind.extend(self.until.map(|until| format!("x={};", seconds(until))));
        beginning.push(format!("a={};", signer.key.algorithm().tag()));
        let names = fields::chosen(self.header, self.block);
        self.signed(FIELD, signer, (&beginning, &behind), &names)
    }

    /// The signature over the message of set `number` of a chain; it covers the DKIM signatures, too.
    pub(crate) fn message_signature(
        &self,
        name: &str,
        number: usize,
        signer: &Signer<'_>,
    ) -> Result<String, SignError> {
        let beginning = [format!("i={number};"), format!("a={};", signer.key.algorithm().tag())];
        let behind = [format!("t={};", seconds(self.at))];
        let mut names = fields::chosen(self.header, self.block);
        names.extend(core::iter::repeat_n(FIELD, self.block.count(self.header, FIELD).min(SIGNATURES_MAX)));
        self.signed(name, signer, (&beginning, &behind), &names)
    }

    /// A field with these tags before `c=` and behind `s=`, over the fields `names`.
    fn signed(
        &self,
        name: &str,
        signer: &Signer<'_>,
        (beginning, behind): (&[String], &[String]),
        names: &[&str],
    ) -> Result<String, SignError> {
        let mut field = Folded::new(name, self.line_end);
        beginning.iter().for_each(|tag| field.word(tag));
        field.word("c=relaxed/relaxed;");
        field.word(&format!("d={};", signer.domain.as_str()));
        field.word(&format!("s={};", signer.selector));
        behind.iter().for_each(|tag| field.word(tag));
        for (place, name) in names.iter().enumerate() {
            let end = if place + 1 == names.len() { ";" } else { ":" };
            match place {
                0 => field.word(&format!("h={name}{end}")),
                _ => field.piece(&format!("{name}{end}")),
            }
        }
        field.word(&format!("bh={};", base64(self.body.as_bytes())));
        // Up to its empty b= a signature covers its own field (RFC 6376 §3.7).
        field.word("b=");
        let mut canonical = Vec::with_capacity(2048);
        fields::canonical(self.header, self.block, names.iter().copied(), Form::Relaxed, &mut canonical);
        let (name, value) = field.as_str().split_once(':').unwrap_or((field.as_str(), ""));
        fields::relaxed(name.as_bytes(), value.as_bytes(), &mut canonical);
        field.base64(&base64(&signer.key.sign(&canonical)?));
        Ok(field.finish())
    }
}

pub(crate) fn seconds(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1_000_000)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&message::encode::base64(bytes, "")).into_owned()
}

#[cfg(test)]
mod tests;
