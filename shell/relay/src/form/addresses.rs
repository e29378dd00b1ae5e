//! An envelope for a host without SMTPUTF8: domains in A-labels, no address whose local part is not ASCII.

use message::ascii_domain;
use model::{Address, Envelope, Recipient, ReversePath};

/// The envelope with those who can be written, and for each recipient of the one that came its address if it is not among them; or why there is no envelope.
pub(super) fn to_ascii(envelope: &Envelope) -> Result<(Envelope, Vec<Option<Address>>), String> {
    let mail_from = match &envelope.mail_from {
        ReversePath::Null => ReversePath::Null,
        ReversePath::Mailbox(sender) => {
            ReversePath::Mailbox(address(sender).ok_or_else(|| format!("the sender `{sender}`"))?)
        }
    };
    let mut recipients = Vec::with_capacity(envelope.recipients.len());
    let mut fates = Vec::with_capacity(envelope.recipients.len());
    for one in &envelope.recipients {
        let written = address(&one.address);
        fates.push(written.is_none().then(|| one.address.clone()));
        recipients.extend(written.map(|address| Recipient { address, orcpt: original(one), ..one.clone() }));
    }
    Ok((Envelope { mail_from, recipients, smtputf8: false, ..envelope.clone() }, fates))
}

fn address(of: &Address) -> Option<Address> {
    if !of.needs_smtputf8() {
        return Some(of.clone());
    }
    let domain = ascii_domain(of.domain_text()).filter(|_| of.local().is_ascii())?;
    format!("{}@{domain}", of.local()).parse().ok()
}

/// ORCPT of type `utf-8` in its form of ASCII (RFC 6533 §3); escapes that it has stay.
fn original(of: &Recipient) -> Option<String> {
    let escaped = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\x{{{:X}}}", u32::from(c)) };
    of.orcpt.as_ref().map(|orcpt| orcpt.chars().map(escaped).collect())
}

#[cfg(test)]
mod tests;
