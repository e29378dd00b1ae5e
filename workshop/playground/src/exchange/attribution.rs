//! Whose mail an inbound transaction is: by client certificate, then MAIL FROM, then RCPT TO, as Exchange Online decides.
//!
//! Since 2023-11-01 the header From no longer counts, and relaying to the outside needs the certificate or the reverse path to belong to
//! a tenant whose connector also knows the client's address. Mail that only its recipient attributes is ordinary incoming mail: it may
//! reach that tenant's mailboxes and nothing else.

use crate::ExchangeTenant;
use crate::mailbox::{AttributedBy, Attribution, TlsDetails};
use std::net::IpAddr;

/// The refusal of mail that belongs to nobody here.
pub(super) const RELAY_DENIED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";
/// The refusal of a mailbox that its own organisation does not have.
pub(super) const NO_RECIPIENT: &str =
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";

/// The part behind the last `@`.
pub(super) fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| !domain.is_empty())
}

/// The tenant that the session and the reverse path name; `None` leaves it to the recipient.
pub(super) fn of_sender(
    tenants: &[ExchangeTenant],
    tls: Option<&TlsDetails>,
    mail_from: &str,
    source: IpAddr,
) -> Option<Attribution> {
    let known = |tenant: &&ExchangeTenant| {
        tenant.connector_sources.as_ref().is_none_or(|sources| sources.contains(&source))
    };
    let names =
        tls.filter(|tls| tls.client_trusted).map(|tls| tls.client_names.as_slice()).unwrap_or_default();
    let by_certificate = tenants.iter().find(|tenant| {
        let own = tenant.certificate_name.as_deref();
        own.is_some_and(|own| names.iter().any(|name| is_at_or_below(name, own)))
    });
    if let Some(tenant) = by_certificate {
        return Some(Attribution { tenant: tenant.name.clone(), by: AttributedBy::Certificate });
    }
    let domain = domain_of(mail_from)?;
    let tenant = tenants.iter().filter(known).find(|tenant| tenant.accepts(domain))?;
    Some(Attribution { tenant: tenant.name.clone(), by: AttributedBy::MailFrom })
}

/// What holds for one recipient: the attribution of the transaction from here on, or the reply that refuses it.
pub(super) fn of_recipient(
    tenants: &[ExchangeTenant],
    so_far: Option<&Attribution>,
    recipient: &str,
) -> Result<Attribution, &'static str> {
    let host = domain_of(recipient).and_then(|domain| tenants.iter().find(|tenant| tenant.accepts(domain)));
    if let Some(tenant) = host {
        let exists =
            tenant.mailboxes.as_ref().is_none_or(|mailboxes| mailboxes.contains(&recipient.to_lowercase()));
        if !exists {
            return Err(NO_RECIPIENT);
        }
        let by_recipient = || Attribution { tenant: tenant.name.clone(), by: AttributedBy::RcptTo };
        return Ok(so_far.cloned().unwrap_or_else(by_recipient));
    }
    match so_far {
        Some(attribution) if attribution.by != AttributedBy::RcptTo => Ok(attribution.clone()),
        Some(_) | None => Err(RELAY_DENIED),
    }
}

fn is_at_or_below(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.to_ascii_lowercase(), domain.to_ascii_lowercase());
    name == domain || name.strip_suffix(&domain).is_some_and(|left| left.ends_with('.'))
}

#[cfg(test)]
mod tests;
