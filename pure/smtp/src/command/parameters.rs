//! The parameters behind the paths of MAIL and RCPT: SIZE, BODY, SMTPUTF8, REQUIRETLS and those of DSN.
//!
//! Each may come once. A name that is not ours is refused with 555 (RFC 5321 §4.1.1.11), so that no client believes
//! in a service that it does not get. Values that are passed on (ENVID, ORCPT) are checked and kept as they came.

use super::CommandError;
use crate::xtext::is_xtext;
use core::str;
use model::{BodyType, ByteCount, DsnReturn, Envelope, Notify};

/// RFC 3461 §4.4 and §4.2.
const ENVID_LEN_MAX: usize = 100;
const ORCPT_LEN_MAX: usize = 500;

/// Name in upper case, and the value if there is a `=`.
type Parameter<'a> = (String, Option<&'a [u8]>);

fn split(text: &[u8]) -> impl Iterator<Item = Result<Parameter<'_>, CommandError>> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).map(|word| {
        let (name, value) = match memchr::memchr(b'=', word) {
            Some(at) => (&word[..at], Some(&word[at + 1..])),
            None => (word, None),
        };
        let good = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        if !good {
            return Err(CommandError::Syntax("parameters as NAME or NAME=value"));
        }
        Ok((String::from_utf8_lossy(name).to_ascii_uppercase(), value))
    })
}

/// Sets a value that may come once.
fn once<T>(place: &mut Option<T>, value: Option<T>, name: &'static str) -> Result<(), CommandError> {
    match (place.is_some(), value) {
        (false, Some(value)) => {
            *place = Some(value);
            Ok(())
        }
        _ => Err(CommandError::Parameter(name)),
    }
}

/// Adds the parameters of MAIL to the envelope.
pub(super) fn mail(mut envelope: Envelope, text: &[u8]) -> Result<Envelope, CommandError> {
    let (mut body, mut smtputf8, mut require_tls, mut submitter) = (None, None, None, None);
    for parameter in split(text) {
        let (name, value) = parameter?;
        match name.as_str() {
            "SIZE" => once(&mut envelope.size, value.and_then(number).map(ByteCount), "SIZE")?,
            "BODY" => once(&mut body, value.and_then(body_type), "BODY")?,
            "SMTPUTF8" => once(&mut smtputf8, value.is_none().then_some(true), "SMTPUTF8")?,
            "REQUIRETLS" => once(&mut require_tls, value.is_none().then_some(true), "REQUIRETLS")?,
            "RET" => once(&mut envelope.ret, value.and_then(dsn_return), "RET")?,
            // RFC 4954 §5: who submitted it elsewhere is not believed, which is the same as AUTH=<>.
            "AUTH" => once(&mut submitter, value.filter(|value| is_submitter(value)), "AUTH")?,
            "ENVID" => once(&mut envelope.envid, value.and_then(envid), "ENVID")?,
            _ => return Err(CommandError::UnknownParameter(name)),
        }
    }
    envelope.body = body.unwrap_or_default();
    envelope.smtputf8 = smtputf8.unwrap_or_default();
    envelope.require_tls = require_tls.unwrap_or_default();
    Ok(envelope)
}

/// The parameters of RCPT.
pub(super) fn rcpt(text: &[u8]) -> Result<(Option<Notify>, Option<String>), CommandError> {
    let (mut wanted, mut original) = (None, None);
    for parameter in split(text) {
        let (name, value) = parameter?;
        match name.as_str() {
            "NOTIFY" => once(&mut wanted, value.and_then(notify), "NOTIFY")?,
            "ORCPT" => once(&mut original, value.and_then(orcpt), "ORCPT")?,
            _ => return Err(CommandError::UnknownParameter(name)),
        }
    }
    Ok((wanted, original))
}

/// Decimal digits only, within 64 bits.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 20 && text.iter().all(u8::is_ascii_digit);
    digits.then(|| str::from_utf8(text).ok()?.parse().ok()).flatten()
}

/// RFC 6152. BINARYMIME is not offered (RFC 3030 §3), so its word is a wrong value here.
fn body_type(value: &[u8]) -> Option<BodyType> {
    match value.to_ascii_uppercase().as_slice() {
        b"7BIT" => Some(BodyType::SevenBit),
        b"8BITMIME" => Some(BodyType::EightBitMime),
        _ => None,
    }
}

fn dsn_return(value: &[u8]) -> Option<DsnReturn> {
    match value.to_ascii_uppercase().as_slice() {
        b"FULL" => Some(DsnReturn::Full),
        b"HDRS" => Some(DsnReturn::Headers),
        _ => None,
    }
}

fn is_submitter(value: &[u8]) -> bool {
    value == b"<>" || (!value.is_empty() && is_xtext(value))
}

fn envid(value: &[u8]) -> Option<String> {
    let good = !value.is_empty() && value.len() <= ENVID_LEN_MAX && is_xtext(value);
    good.then(|| str::from_utf8(value).ok().map(str::to_owned)).flatten()
}

fn notify(value: &[u8]) -> Option<Notify> {
    let words = value.to_ascii_uppercase();
    if words == b"NEVER" {
        return Some(Notify::NEVER);
    }
    let mut wanted = Notify::NEVER;
    for word in words.split(|byte| *byte == b',') {
        match word {
            b"SUCCESS" => wanted.success = true,
            b"FAILURE" => wanted.failure = true,
            b"DELAY" => wanted.delay = true,
            _ => return None,
        }
    }
    Some(wanted)
}

/// RFC 3461 §4.2: type, `;`, xtext. Of type `utf-8` it has a form of its own (RFC 6533 §3).
fn orcpt(value: &[u8]) -> Option<String> {
    let at = memchr::memchr(b';', value)?;
    let (kind, address) = (&value[..at], &value[at + 1..]);
    let kind_good = !kind.is_empty() && kind.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let text = str::from_utf8(value).ok()?;
    let address_good = if kind.eq_ignore_ascii_case(b"utf-8") {
        !text.chars().any(|c| c.is_control() || c.is_whitespace())
    } else {
        is_xtext(address)
    };
    (kind_good && address_good && !address.is_empty() && value.len() <= ORCPT_LEN_MAX)
        .then(|| text.to_owned())
}
