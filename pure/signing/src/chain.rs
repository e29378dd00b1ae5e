//! The chain of seals (ARC, RFC 8617): whether it holds for a message as it came, and the set that we add to it.
//!
//! Every relay that changes a message breaks its signatures; with a set it vouches for what it saw before. A set is three fields with one number: results,
//! a signature over the message, a seal over all sets so far. Which keys a chain needs is told by `Chain::names`; nothing is asked here. A chain that does
//! not hold is sealed once more with `cv=fail`, which ends it: nobody can make it good again.

use crate::body::{BodyHash, Form};
use crate::dkim::{Signer, Signing, base64, seconds};
use crate::fields;
use crate::key::SignError;
use crate::tags::Folded;
use crate::verify::{Signed, base64 as decode, forms, own, tag};
use message::{Field, HeaderBlock};
use std::collections::{BTreeMap, BTreeSet};

const RESULTS: &str = "ARC-Authentication-Results";
const MESSAGE: &str = "ARC-Message-Signature";
const SEAL: &str = "ARC-Seal";
/// RFC 8617 §4.2.1.
const SETS_MAX: usize = 50;

/// Texts by the name where they were found; a name that was asked in vain has none.
pub type Texts = BTreeMap<String, Vec<String>>;

/// The sets of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain<'h> {
    header: &'h [u8],
    block: &'h HeaderBlock,
    sets: Vec<Set<'h>>,
    /// Where they do not make a chain: why.
    broken: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Set<'h> {
    results: &'h Field,
    message: &'h Field,
    seal: &'h Field,
}

/// What a chain is worth, as `cv=` says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validation {
    /// There is no chain.
    None,
    Pass,
    Fail(String),
}

impl Validation {
    /// The word for `cv=`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pass => "pass",
            Self::Fail(_) => "fail",
        }
    }
}

impl<'h> Chain<'h> {
    /// The sets of a header, and whether they are complete, in order and not ended.
    #[must_use]
    pub fn read(header: &'h [u8], block: &'h HeaderBlock) -> Self {
        let mut chain = Self { header, block, sets: Vec::new(), broken: None };
        match chain.collect() {
            Ok(sets) => chain.sets = sets,
            Err(why) => chain.broken = Some(why),
        }
        chain
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.sets.is_empty() && self.broken.is_none()
    }

    fn value(&self, field: &Field) -> String {
        String::from_utf8_lossy(&self.header[field.value.clone()]).into_owned()
    }

    /// RFC 8617 §5.2, steps 1 to 3.
    fn collect(&self) -> Result<Vec<Set<'h>>, String> {
        let numbered = |name: &'static str| -> Result<BTreeMap<usize, &'h Field>, String> {
            let mut numbered = BTreeMap::new();
            for field in self.block.named(self.header, name) {
                let value = self.value(field);
                // The results begin with the number, and are no list of tags behind it.
                let number =
                    tag(value.split(';').next().unwrap_or_default(), "i").or_else(|_| tag(&value, "i"));
                let number = number.ok().and_then(|number| number.parse().ok());
                let number = number.filter(|number| (1..=SETS_MAX).contains(number));
                let number = number.ok_or_else(|| format!("{name} has no number from 1 to {SETS_MAX}"))?;
                if numbered.insert(number, field).is_some() {
                    return Err(format!("{name} {number} is there twice"));
                }
            }
            Ok(numbered)
        };
        let (results, messages, seals) = (numbered(RESULTS)?, numbered(MESSAGE)?, numbered(SEAL)?);
        let count = results.len().max(messages.len()).max(seals.len());
        let mut sets = Vec::new();
        for number in 1..=count {
            let of = |fields: &BTreeMap<usize, &'h Field>| fields.get(&number).copied();
            let (Some(results), Some(message), Some(seal)) = (of(&results), of(&messages), of(&seals)) else {
                return Err(format!("set {number} of {count} is not whole"));
            };
            let wanted = if number == 1 { "none" } else { "pass" };
            let value = self.value(seal);
            let said = tag(&value, "cv")?;
            if said != wanted {
                return Err(format!("seal {number} says cv={said}"));
            }
            sets.push(Set { results, message, seal });
        }
        Ok(sets)
    }

    /// Where the records of its keys are.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        let last = self.sets.last().map(|set| set.message);
        let signed = self.sets.iter().map(|set| set.seal).chain(last);
        signed.filter_map(|field| Signed::read(&self.value(field)).ok()).map(|signed| signed.name).collect()
    }

    /// The form in which the newest set saw the body.
    #[must_use]
    pub fn body_form(&self) -> Form {
        self.sets.last().map_or(Form::Relaxed, |set| forms(&self.value(set.message)).1)
    }

    /// Whether it holds for a body with this hash (RFC 8617 §5.2).
    #[must_use]
    pub fn validate(&self, body: BodyHash, texts: &Texts) -> Validation {
        let validated = match &self.broken {
            Some(why) => Err(why.clone()),
            None if self.sets.is_empty() => return Validation::None,
            None => self.message_holds(body, texts).and_then(|()| self.seals_hold(texts)),
        };
        validated.map_or_else(Validation::Fail, |()| Validation::Pass)
    }

    /// Step 4: the newest signature over the message. Older ones are broken by whoever changed it, rightly.
    fn message_holds(&self, body: BodyHash, texts: &Texts) -> Result<(), String> {
        let Some(set) = self.sets.last() else { return Ok(()) };
        let value = self.value(set.message);
        let signed = Signed::read(&value)?;
        if tag(&value, "l").is_ok() {
            return Err("the signature leaves a part of the body out".to_owned());
        }
        if decode(tag(&value, "bh")?)? != body.as_bytes() {
            return Err("the body is not what was signed".to_owned());
        }
        let names = tag(&value, "h")?;
        let names: Vec<&str> = names.split(':').map(str::trim).collect();
        if names.iter().any(|name| name.eq_ignore_ascii_case(SEAL)) {
            return Err("the signature covers a seal".to_owned());
        }
        let form = forms(&value).0;
        let mut canonical = Vec::new();
        fields::canonical(self.header, self.block, names, form, &mut canonical);
        own(self.header, set.message, form, &mut canonical);
        holds(&signed, &canonical, texts)
    }

    /// Step 6: every seal, over its own set and all before it.
    fn seals_hold(&self, texts: &Texts) -> Result<(), String> {
        for number in (1..=self.sets.len()).rev() {
            let seal = self.sets[number - 1].seal;
            let value = self.value(seal);
            if tag(&value, "h").is_ok() {
                return Err(format!("seal {number} has h="));
            }
            let mut canonical = Vec::new();
            self.sealed(number - 1, &mut canonical);
            let set = &self.sets[number - 1];
            self.line(set.results, &mut canonical);
            self.line(set.message, &mut canonical);
            own(self.header, seal, Form::Relaxed, &mut canonical);
            let held = Signed::read(&value).and_then(|signed| holds(&signed, &canonical, texts));
            held.map_err(|why| format!("seal {number}: {why}"))?;
        }
        Ok(())
    }

    /// The first `count` sets as a seal covers them: results, message, seal (RFC 8617 §5.1.1).
    fn sealed(&self, count: usize, out: &mut Vec<u8>) {
        for set in &self.sets[..count] {
            [set.results, set.message, set.seal].into_iter().for_each(|field| self.line(field, out));
        }
    }

    fn line(&self, field: &Field, out: &mut Vec<u8>) {
        fields::whole(self.header, field, Form::Relaxed, out);
        out.extend_from_slice(b"\r\n");
    }

    /// A further set, in the order in which it stands in front of a message: `signing` is the message as it leaves, `validation` what the chain was worth as it
    /// came, `results` who says so and what, as in `Authentication-Results`. `None` if there is no room for one, or the chain was ended before.
    ///
    /// # Errors
    /// If the key does not sign.
    pub fn seal(
        &self,
        signing: &Signing<'_>,
        signer: &Signer<'_>,
        validation: &Validation,
        results: &[String],
    ) -> Result<Option<String>, SignError> {
        // Of a broken chain nobody knows how many sets it has: the highest number that is said counts.
        let number =
            if self.broken.is_some() { self.highest().saturating_add(1) } else { self.sets.len() + 1 };
        if number > SETS_MAX || self.is_ended() {
            return Ok(None);
        }
        let results = Self::results(number, results, signing.line_end);
        let message = signing.message_signature(MESSAGE, number, signer)?;
        let mut seal = Folded::new(SEAL, signing.line_end);
        seal.word(&format!("i={number};"));
        seal.word(&format!("a={};", signer.key.algorithm().tag()));
        seal.word(&format!("cv={};", validation.word()));
        seal.word(&format!("d={};", signer.domain.as_str()));
        seal.word(&format!("s={};", signer.selector));
        seal.word(&format!("t={};", seconds(signing.at)));
        seal.word("b=");
        let mut canonical = Vec::new();
        // RFC 8617 §5.1.2: a seal that ends a chain covers its own set only.
        if !matches!(validation, Validation::Fail(_)) {
            self.sealed(self.sets.len(), &mut canonical);
        }
        for field in [&results, &message] {
            written(field, &mut canonical);
            canonical.extend_from_slice(b"\r\n");
        }
        written(seal.as_str(), &mut canonical);
        seal.base64(&base64(&signer.key.sign(&canonical)?));
        Ok(Some(format!("{}{message}{results}", seal.finish())))
    }

    fn results(number: usize, said: &[String], line_end: &str) -> String {
        let mut results = Folded::new(RESULTS, line_end);
        results.word(&format!("i={number};"));
        results.list(said);
        results.finish()
    }

    /// Somebody sealed it with `cv=fail`; then nothing is added (RFC 8617 §5.1).
    fn is_ended(&self) -> bool {
        let mut seals = self.block.named(self.header, SEAL);
        seals.any(|seal| tag(&self.value(seal), "cv") == Ok("fail"))
    }

    fn highest(&self) -> usize {
        let fields =
            [RESULTS, MESSAGE, SEAL].into_iter().flat_map(|name| self.block.named(self.header, name));
        let numbers = fields.filter_map(|field| {
            let value = self.value(field);
            let first = value.split(';').next().unwrap_or_default();
            tag(first, "i").or_else(|_| tag(&value, "i")).ok()?.parse().ok()
        });
        numbers.max().unwrap_or(0)
    }
}

/// Of a field that we wrote, the form that a seal covers.
fn written(field: &str, out: &mut Vec<u8>) {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    fields::relaxed(name.as_bytes(), value.as_bytes(), out);
}

fn holds(signed: &Signed, canonical: &[u8], texts: &Texts) -> Result<(), String> {
    signed.holds(canonical, texts.get(&signed.name).map(Vec::as_slice).unwrap_or_default())
}

#[cfg(test)]
mod tests;
