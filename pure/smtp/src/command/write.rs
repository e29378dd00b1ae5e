//! MAIL and RCPT as the client writes them: each parameter only where the server offers its extension.

use crate::Capabilities;
use model::{BodyType, DsnReturn, Envelope, Recipient};

/// Whether the message cannot travel without SMTPUTF8 (RFC 6531 §3.4): its sender said so, or an address shows it.
#[must_use]
pub fn needs_smtputf8(envelope: &Envelope) -> bool {
    let sender = envelope.mail_from.mailbox();
    let recipients = envelope.recipients.iter().map(|recipient| &recipient.address);
    envelope.smtputf8 || sender.into_iter().chain(recipients).any(model::Address::needs_smtputf8)
}

/// `MAIL FROM:<...>` with parameters, without its line end.
#[must_use]
pub fn write_mail(envelope: &Envelope, size: u64, offered: &Capabilities) -> String {
    let mut line = format!("MAIL FROM:<{}>", envelope.mail_from);
    if offered.size {
        line.push_str(&format!(" SIZE={size}"));
    }
    match envelope.body {
        BodyType::SevenBit => {}
        BodyType::EightBitMime => line.push_str(" BODY=8BITMIME"),
        BodyType::BinaryMime => line.push_str(" BODY=BINARYMIME"),
    }
    if needs_smtputf8(envelope) {
        line.push_str(" SMTPUTF8");
    }
    if envelope.require_tls && offered.requiretls {
        line.push_str(" REQUIRETLS");
    }
    if offered.dsn {
        match envelope.ret {
            None => {}
            Some(DsnReturn::Full) => line.push_str(" RET=FULL"),
            Some(DsnReturn::Headers) => line.push_str(" RET=HDRS"),
        }
        if let Some(envid) = &envelope.envid {
            line.push_str(&format!(" ENVID={envid}"));
        }
    }
    line
}

/// `RCPT TO:<...>` with parameters, without its line end.
#[must_use]
pub fn write_recipient(recipient: &Recipient, offered: &Capabilities) -> String {
    let mut line = format!("RCPT TO:<{}>", recipient.address.as_str());
    if offered.dsn {
        if let Some(notify) = recipient.notify {
            line.push_str(&format!(" NOTIFY={}", notify.parameter()));
        }
        if let Some(orcpt) = &recipient.orcpt {
            line.push_str(&format!(" ORCPT={orcpt}"));
        }
    }
    line
}
