//! Whether a signature of others holds: what DKIM and the chain of seals both need of verification.
//!
//! The public key comes in as the texts that were found where its record should be. Whatever cannot be read is a reason why it does not hold, never an error
//! of ours. RSA keys of 1024 bits are still met and count (RFC 8301 §3.2).

use crate::body::Form;
use crate::fields;
use crate::tags;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use core::fmt::Write as _;
use message::Field;

/// Where a signature's key is, how it signs, and the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// `SELECTOR._domainkey.DOMAIN`.
    pub(crate) name: String,
    key_type: &'static str,
    bytes: Vec<u8>,
}

impl Signed {
    /// Reads `a=`, `d=`, `s=` and `b=` of a list that has to be whole.
    pub(crate) fn read(value: &str) -> Result<Self, String> {
        tags::whole(value)?;
        let key_type = match tag(value, "a")? {
            "rsa-sha256" => "rsa",
            "ed25519-sha256" => "ed25519",
            other => return Err(format!("a={other} is not known")),
        };
        let name = format!("{}._domainkey.{}", flat(tag(value, "s")?), flat(tag(value, "d")?));
        Ok(Self { name: name.to_ascii_lowercase(), key_type, bytes: base64(tag(value, "b")?)? })
    }

    /// Whether the signature is one of `canonical` by the key whose record is among `texts`.
    pub(crate) fn holds(&self, canonical: &[u8], texts: &[String]) -> Result<(), String> {
        let public = self.key(texts)?;
        self.is_by(&public, canonical)
    }

    /// The public key in the one record among `texts`.
    pub(crate) fn key(&self, texts: &[String]) -> Result<Vec<u8>, String> {
        let [text] = texts else { return Err(format!("{} has {} records", self.name, texts.len())) };
        let written = tags::read(text).find(|(name, _)| *name == "k").map_or("rsa", |(_, value)| value);
        if written != self.key_type {
            return Err(format!("the key of {} is not one of {}", self.name, self.key_type));
        }
        base64(tag(text, "p")?)
    }

    pub(crate) fn is_by(&self, public: &[u8], canonical: &[u8]) -> Result<(), String> {
        let verified = match self.key_type {
            "rsa" => UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, public)
                .verify(canonical, &self.bytes),
            _ => UnparsedPublicKey::new(&ED25519, public)
                .verify(digest(&SHA256, canonical).as_ref(), &self.bytes),
        };
        verified.map_err(|_| format!("the signature by {} does not hold", self.name))
    }
}

/// The value of a tag that has to be there, once.
pub(crate) fn tag<'v>(list: &'v str, wanted: &str) -> Result<&'v str, String> {
    let mut found = tags::read(list).filter(|(name, _)| *name == wanted).map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) => Err(format!("{wanted}= is there twice")),
        (None, _) => Err(format!("{wanted}= is missing")),
    }
}

/// The list with an empty `b=` (RFC 6376 §3.7).
pub(crate) fn without_signature(list: &str) -> String {
    let mut out = String::with_capacity(list.len());
    for (place, tag) in list.split(';').enumerate() {
        let separator = if place == 0 { "" } else { ";" };
        let _infallible = match tag.split_once('=') {
            Some((name, _)) if name.trim() == "b" => write!(out, "{separator}{name}="),
            Some(_) | None => write!(out, "{separator}{tag}"),
        };
    }
    out
}

/// Of header and body (RFC 6376 §3.5, `c=`).
pub(crate) fn forms(value: &str) -> (Form, Form) {
    let form = |word: &str| if word.trim() == "relaxed" { Form::Relaxed } else { Form::Simple };
    let (header, body) = match tag(value, "c") {
        Ok(both) => both.split_once('/').unwrap_or((both, "simple")),
        Err(_) => ("simple", "simple"),
    };
    (form(header), form(body))
}

/// A signature's own field as it covers itself: without the signature (RFC 6376 §3.7).
pub(crate) fn own(header: &[u8], field: &Field, form: Form, out: &mut Vec<u8>) {
    let value = without_signature(&String::from_utf8_lossy(&header[field.value.clone()]));
    match form {
        Form::Relaxed => fields::relaxed(&header[field.name.clone()], value.as_bytes(), out),
        Form::Simple => {
            out.extend_from_slice(&header[field.name.start..field.value.start]);
            out.extend_from_slice(value.as_bytes());
        }
    }
}

pub(crate) fn flat(value: &str) -> String {
    value.split_ascii_whitespace().collect()
}

/// Base64 with white space anywhere.
pub(crate) fn base64(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || "the base64 is damaged".to_owned();
    let text = flat(text);
    let digits = text.trim_end_matches('=');
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(digits.len() / 4 * 3), 0_u32, 0);
    for byte in digits.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(wrong()),
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    if bytes.is_empty() { Err(wrong()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests;
