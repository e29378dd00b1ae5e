//! The DKIM signatures of a message as it came, and what each is worth (RFC 6376 §6).
//!
//! A signature that leaves a part of the body out (`l=`) is not believed, whether or not it holds: anybody may have written that part. SHA-1 is not known
//! here (RFC 8301). Which record is needed is told by `name`.

use crate::body::{BodyHash, Form};
use crate::fields;
use crate::tags;
use crate::verify::{Signed, base64, flat, forms, own, tag};
use message::{Field, HeaderBlock};
use model::Timestamp;

const FIELD: &str = "DKIM-Signature";
/// Signatures of one message that are looked at.
const PROOFS_MAX: usize = 10;

/// One `DKIM-Signature`.
#[derive(Debug)]
pub struct Proof<'h> {
    header: &'h [u8],
    block: &'h HeaderBlock,
    field: &'h Field,
    value: String,
}

/// What a signature is worth: the words of RFC 8601 §2.7.1, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worth {
    Pass,
    Fail(String),
    /// It may hold, and is not what is believed here.
    Policy(String),
    /// Its key cannot be asked for now.
    TempError,
    PermError(String),
}

impl Worth {
    /// The word in `Authentication-Results`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail(_) => "fail",
            Self::Policy(_) => "policy",
            Self::TempError => "temperror",
            Self::PermError(_) => "permerror",
        }
    }
}

impl<'h> Proof<'h> {
    /// Those of a header, the uppermost first.
    #[must_use]
    pub fn all(header: &'h [u8], block: &'h HeaderBlock) -> Vec<Self> {
        let of = |field: &'h Field| {
            let value = String::from_utf8_lossy(&header[field.value.clone()]).into_owned();
            Self { header, block, field, value }
        };
        block.fields.iter().filter(|field| is_one(header, field)).take(PROOFS_MAX).map(of).collect()
    }

    /// Where the record of its key is; nowhere if it cannot be read.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        Signed::read(&self.value).ok().map(|signed| signed.name)
    }

    /// `d=` in lower case.
    #[must_use]
    pub fn domain(&self) -> Option<String> {
        tag(&self.value, "d").ok().map(|domain| flat(domain).to_ascii_lowercase())
    }

    /// `s=`.
    #[must_use]
    pub fn selector(&self) -> Option<String> {
        tag(&self.value, "s").ok().map(flat)
    }

    /// The form in which it saw the body.
    #[must_use]
    pub fn body_form(&self) -> Form {
        forms(&self.value).1
    }

    /// What it is worth at `now` for a body with this hash, by the texts where its key's record should be; `None`: nobody answered.
    #[must_use]
    pub fn judge(&self, body: BodyHash, texts: Option<&[String]>, now: Timestamp) -> Worth {
        let signed = match self.read() {
            Ok(signed) => signed,
            Err(why) => return Worth::PermError(why),
        };
        let Some(texts) = texts else { return Worth::TempError };
        if tag(&self.value, "l").is_ok() {
            return Worth::Policy("the signature leaves a part of the body out".to_owned());
        }
        let key = match signed.key(texts).and_then(|key| self.may_use(&texts[0]).map(|()| key)) {
            Ok(key) => key,
            Err(why) => return Worth::PermError(why),
        };
        self.holds(&signed, &key, body, now).map_or_else(Worth::Fail, |()| Worth::Pass)
    }

    /// What has to be right whoever signed (RFC 6376 §6.1.1).
    fn read(&self) -> Result<Signed, String> {
        let signed = Signed::read(&self.value)?;
        if tag(&self.value, "v")? != "1" {
            return Err("v= is not 1".to_owned());
        }
        if !names(tag(&self.value, "h")?).any(|name| name.eq_ignore_ascii_case("From")) {
            return Err("the signature does not cover From".to_owned());
        }
        let domain = self.domain().unwrap_or_default();
        let front = self.identity().strip_suffix(&domain).map(str::to_owned);
        if !front.is_some_and(|front| front.is_empty() || front.ends_with('.')) {
            return Err("i= lies outside of d=".to_owned());
        }
        base64(tag(&self.value, "bh")?)?;
        Ok(signed)
    }

    /// The domain of `i=`, which is `d=` where it is left out.
    fn identity(&self) -> String {
        let written = tag(&self.value, "i").ok().and_then(|identity| identity.rsplit_once('@'));
        written.map_or_else(
            || self.domain().unwrap_or_default(),
            |(_, domain)| flat(domain).to_ascii_lowercase(),
        )
    }

    /// Whether the record lets its key be used for this (RFC 6376 §3.6.1).
    fn may_use(&self, record: &str) -> Result<(), String> {
        let tag = |wanted: &str| tags::read(record).find(|(name, _)| *name == wanted).map(|(_, value)| value);
        let lacks = |wanted: &str, words: &[&str]| {
            tag(wanted).is_some_and(|list| !list.split(':').any(|word| words.contains(&word.trim())))
        };
        if tag("v").is_some_and(|version| version != "DKIM1") {
            return Err("the record of the key has another version".to_owned());
        }
        if lacks("h", &["sha256"]) || lacks("s", &["email", "*"]) {
            return Err("the key is for something else".to_owned());
        }
        let is_strict = tag("t").is_some_and(|flags| flags.split(':').any(|flag| flag.trim() == "s"));
        if is_strict && Some(self.identity()) != self.domain() {
            return Err("the key is not for domains below its own".to_owned());
        }
        Ok(())
    }

    fn holds(&self, signed: &Signed, key: &[u8], body: BodyHash, now: Timestamp) -> Result<(), String> {
        if let Ok(until) = tag(&self.value, "x")
            && until.parse::<i64>().is_ok_and(|until| until < now.as_micros().div_euclid(1_000_000))
        {
            return Err("the signature is over".to_owned());
        }
        if base64(tag(&self.value, "bh")?)? != body.as_bytes() {
            return Err("the body is not what was signed".to_owned());
        }
        let form = forms(&self.value).0;
        let mut canonical = Vec::new();
        fields::canonical(self.header, self.block, names(tag(&self.value, "h")?), form, &mut canonical);
        own(self.header, self.field, form, &mut canonical);
        signed.is_by(key, &canonical)
    }
}

fn is_one(header: &[u8], field: &Field) -> bool {
    header[field.name.clone()].eq_ignore_ascii_case(FIELD.as_bytes())
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(':').map(str::trim)
}

#[cfg(test)]
mod tests;
