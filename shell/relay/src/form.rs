//! What leaves over one connection, by what the host there offers: the message as it was prepared and signed, or its downgrade.
//!
//! The downgrade is made when a host first turns out to need it, from what was prepared and before it is signed, and kept for the hosts behind.
//! What cannot be brought to seven bits goes as it came, without saying so (as Exim and qmail do): hosts that lack 8BITMIME and lose the eighth
//! bit are legend, and a report would be certain. An address that cannot be written without SMTPUTF8 costs its recipient, and in the header
//! or as the sender all of them (RFC 6531 §3.2). A message that is too large to be stamped has only its header downgraded.

mod addresses;

use crate::Parts;
use crate::arrived::Arrived;
use crate::custody::Custody;
use crate::signed;
use crate::stamp::{Content, Plan};
use bounce::Failure;
use bytes::Bytes;
use message::{Index, NotAscii, Splices};
use model::{BodyType, Envelope, TenantName};
use smtp::{Capabilities, needs_smtputf8};
use std::borrow::Cow;
use tokio::sync::OnceCell;

/// Above this a downgrade is made on a thread that may take its time.
const AT_ONCE_LEN_MAX: u64 = 64 << 10;

/// One message's forms.
pub(crate) struct Form<'a> {
    parts: &'a Parts,
    custody: Custody<'a>,
    tenant: &'a TenantName,
    /// Who signs, and, if it is not the message as it came, what that one proved.
    signing: (&'a Plan, Option<&'a Arrived>),
    prepared: Content,
    signed: Content,
    ascii_header: OnceCell<Downgrade>,
    seven_bits: OnceCell<Downgrade>,
}

/// The message in another form.
struct Downgrade {
    content: Content,
    /// What of the header has no form without SMTPUTF8.
    at_fault: Option<NotAscii>,
}

/// What goes over one connection.
pub(crate) struct Fit<'f> {
    pub(crate) content: &'f Content,
    pub(crate) envelope: Cow<'f, Envelope>,
    /// Numbers in the envelope of the message, as `envelope` has them.
    pub(crate) recipients: Vec<usize>,
    /// For whom there is no form that this host takes.
    pub(crate) refused: Vec<(usize, Failure)>,
}

impl<'a> Form<'a> {
    /// The signed form of what was prepared.
    pub(crate) async fn of(
        parts: &'a Parts,
        custody: Custody<'a>,
        tenant: &'a TenantName,
        signing: (&'a Plan, Option<&'a Arrived>),
        prepared: Content,
    ) -> Self {
        let signed = signed::form(parts, custody, tenant, signing, prepared.clone()).await;
        let (ascii_header, seven_bits) = (OnceCell::new(), OnceCell::new());
        Self { parts, custody, tenant, signing, prepared, signed, ascii_header, seven_bits }
    }

    /// What a host that offers this takes of it.
    pub(crate) async fn fit<'f>(
        &'f self,
        envelope: &'f Envelope,
        recipients: &[usize],
        offered: &Capabilities,
    ) -> Fit<'f> {
        let has_eight_bits = self.signed.has_eight_bits(envelope.body);
        let lacks_utf8 = needs_smtputf8(envelope) && !offered.smtputf8;
        let lacks_eight_bits = has_eight_bits && !offered.eightbitmime;
        let body = match envelope.body {
            BodyType::BinaryMime => BodyType::BinaryMime,
            _ if !offered.eightbitmime => BodyType::SevenBit,
            // Who sent bytes of eight bits without a word gets one: the next hop may need it.
            BodyType::SevenBit | BodyType::EightBitMime if has_eight_bits => BodyType::EightBitMime,
            other @ (BodyType::SevenBit | BodyType::EightBitMime) => other,
        };
        let whole = Fit {
            content: &self.signed,
            envelope: labelled(envelope, body),
            recipients: recipients.to_vec(),
            refused: Vec::new(),
        };
        if !lacks_utf8 && !lacks_eight_bits {
            return whole;
        }
        let downgrade = match lacks_eight_bits {
            true => self.seven_bits.get_or_init(|| self.downgrade(true)).await,
            false => self.ascii_header.get_or_init(|| self.downgrade(false)).await,
        };
        let fit = Fit { content: &downgrade.content, ..whole };
        if lacks_utf8 { fit.without_utf8(downgrade.at_fault.as_ref()) } else { fit }
    }

    async fn downgrade(&self, to_seven_bits: bool) -> Downgrade {
        self.parts.metrics.downgraded.add_one();
        let (bytes, is_whole) = self.prepared.in_memory();
        let length = self.prepared.length();
        let job = move || {
            let (splices, at_fault) = splices(&bytes, to_seven_bits && is_whole);
            (bytes, splices, at_fault)
        };
        let done = if length <= AT_ONCE_LEN_MAX { Ok(job()) } else { tokio::task::spawn_blocking(job).await };
        let (bytes, splices, at_fault) = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(id = %self.custody.id(), %error, "a downgrade failed inside: the message goes on as it is");
                (Bytes::new(), Splices::new(), None)
            }
        };
        if splices.is_empty() {
            return Downgrade { content: self.signed.clone(), at_fault };
        }
        let content = self.prepared.spliced(&bytes, &splices);
        let content = signed::form(self.parts, self.custody, self.tenant, self.signing, content).await;
        Downgrade { content, at_fault }
    }
}

impl Fit<'_> {
    /// The same for a host without SMTPUTF8.
    fn without_utf8(mut self, at_fault: Option<&NotAscii>) -> Self {
        let found = match at_fault {
            None => addresses::to_ascii(&self.envelope),
            Some(at_fault) => Err(at_fault.to_string()),
        };
        let numbers = std::mem::take(&mut self.recipients);
        match found {
            Ok((envelope, fates)) => {
                self.envelope = Cow::Owned(envelope);
                for (number, fate) in numbers.into_iter().zip(fates) {
                    match fate {
                        None => self.recipients.push(number),
                        Some(address) => {
                            self.refused.push((number, unconvertible(&format!("the recipient `{address}`"))));
                        }
                    }
                }
            }
            Err(why) => self.refused.extend(numbers.into_iter().map(|number| (number, unconvertible(&why)))),
        }
        self
    }
}

fn unconvertible(what: &str) -> Failure {
    Failure::Unconvertible(format!(
        "the next hop does not offer SMTPUTF8, without which {what} cannot be written"
    ))
}

fn labelled(envelope: &Envelope, body: BodyType) -> Cow<'_, Envelope> {
    if envelope.body == body {
        Cow::Borrowed(envelope)
    } else {
        Cow::Owned(Envelope { body, ..envelope.clone() })
    }
}

/// The changes, and what of the header has no form without SMTPUTF8.
fn splices(bytes: &[u8], to_seven_bits: bool) -> (Splices, Option<NotAscii>) {
    let index = Index::of(bytes);
    let header = message::header_to_ascii(bytes, &index);
    let all = if to_seven_bits { message::to_seven_bits(bytes, &index) } else { Splices::new() };
    match header {
        // Of an ambiguous message the bodies stay.
        Ok(header) if all.is_empty() => (header, None),
        Ok(_) => (all, None),
        Err(at_fault) => (all, Some(at_fault)),
    }
}

#[cfg(test)]
mod tests;
