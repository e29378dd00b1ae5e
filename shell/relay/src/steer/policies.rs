//! What TLS has to prove towards the exchangers of a domain: everything that is published of it, and what was said of it here.
//!
//! A word for the destination saves every look-up. DANE is asked where a name server vouches for what it says. What cannot be found out is
//! told as a failure of this host, and never weakens a demand.

mod dane;
mod kept;
mod sts;

use super::{Territory, Wish};
use crate::tls_reports::Watched;
use dane::Dane;
use model::{Domain, Duration, TlsPolicy};
use net::http::{Client, Limits};
use net::tls::TlsError;
use net::{Clock, Located, Resolver, Voucher};
use rustls_pki_types::CertificateDer;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use sts::MtaSts;
use tlspolicy::{
    Destination, Destinations, HostPolicy, Known, NotAllowed, OfSender, Said, Whose, decide,
    report::Fault,
    sts::{POLICY_BYTES_MAX, Policy, ascii},
};

/// For head and body of a policy each; RFC 8461 §3.3 would wait a minute, with mail behind it.
const FETCH_WAIT: Duration = Duration::from_secs(20);

/// What this node asks and keeps of the policies of others.
#[derive(Debug, Clone, Default)]
pub struct PolicyConfig {
    /// The operator's words, for every tenant that has none of its own.
    pub destinations: Destinations,
    /// Whether policies are fetched, and how; none: they do not count.
    pub mta_sts: Option<MtaStsConfig>,
    /// Whether TLSA records count; none: they do not.
    pub dane: Option<DaneConfig>,
}

#[derive(Debug, Clone)]
pub struct MtaStsConfig {
    /// Where policies are kept over restarts; nowhere: in memory.
    pub folder: Option<PathBuf>,
    /// 443, another one only where a playground plays the web.
    pub port: u16,
}

#[derive(Debug, Clone)]
pub struct DaneConfig {
    /// Name servers that validate.
    pub servers: Vec<SocketAddr>,
    /// For each try.
    pub timeout: Duration,
    /// Whether they are trusted wherever they are; else only on this machine, and while they vouch for the root.
    pub always: bool,
}

pub(crate) struct Policies {
    destinations: Destinations,
    sts: Option<MtaSts>,
    dane: Option<Dane>,
    clock: Clock,
}

/// What holds for all exchangers of one domain.
pub(super) struct OfDomain<'p> {
    domain: &'p Domain,
    destination: Option<(Whose, Destination)>,
    sts: Option<Arc<Policy>>,
    /// Why one that is announced cannot be had.
    sts_failed: Option<Fault>,
    setting: TlsPolicy,
    sender: OfSender,
    /// Who vouches for TLSA records; nobody where they do not count.
    voucher: Option<&'p Voucher>,
}

impl Policies {
    /// # Errors
    /// If a root is no certificate.
    pub(crate) fn new(
        config: PolicyConfig,
        roots: &[CertificateDer<'static>],
        (resolver, clock): (Resolver, Clock),
        territory: &Territory,
    ) -> Result<Self, TlsError> {
        let limits = Limits {
            head_wait: FETCH_WAIT,
            body_wait: FETCH_WAIT,
            body_bytes_max: POLICY_BYTES_MAX,
            // RFC 8461 §3.3: never followed.
            redirects_max: 0,
        };
        let territory = territory.clone();
        let client = Client::new(roots, resolver.clone(), limits)?;
        let client = client.only(move |address| territory.may_lead_to(address));
        let sts = config.mta_sts.map(|sts| MtaSts::new(sts, (client, resolver, clock.clone())));
        Ok(Self { destinations: config.destinations, sts, dane: config.dane.map(Dane::new), clock })
    }

    pub(super) async fn of<'p>(&'p self, domain: &'p Domain, wish: Wish<'_>) -> OfDomain<'p> {
        let Wish { destinations, tls: setting, sender, .. } = wish;
        let of_tenant = destinations.of(domain).map(|word| (Whose::Tenant, word));
        let of_operator = || self.destinations.of(domain).map(|word| (Whose::Operator, word));
        let destination = of_tenant.or_else(of_operator);
        let is_waived = sender == OfSender::Waives && destination.is_none();
        let is_dane_asked = destination.is_none_or(|(_, word)| word == Destination::Dane)
            && !domain.is_literal()
            && !is_waived;
        let voucher = match &self.dane {
            Some(dane) if is_dane_asked => dane.voucher(self.clock.now()).await,
            Some(_) | None => None,
        };
        let (sts, sts_failed) = match &self.sts {
            Some(sts) if destination.is_none() && !domain.is_literal() && !is_waived => sts.of(domain).await,
            Some(_) | None => (None, None),
        };
        OfDomain { domain, destination, sts, sts_failed, setting, sender, voucher }
    }
}

impl OfDomain<'_> {
    /// What sessions with the hosts are counted by; nothing where the sender wants no policy to count.
    pub(super) fn watched(&self) -> Option<Watched> {
        let domain = sts_domain(self.domain).filter(|_| self.sender != OfSender::Waives)?;
        Some(Watched { domain, sts: self.sts.clone(), sts_failed: self.sts_failed.clone() })
    }

    /// What a host has to prove, if it may be written to.
    pub(super) async fn host(
        &self,
        host: &str,
        located: &Located,
        port: u16,
    ) -> Result<HostPolicy, NotAllowed> {
        let (base, dane) = match self.voucher {
            Some(voucher) => dane::said(voucher, host, located, port).await,
            None => (None, Said::Nothing),
        };
        decide(Known {
            domain: self.domain,
            host,
            base: base.as_deref().unwrap_or(host),
            destination: self.destination,
            dane,
            sts: self.sts.as_deref(),
            setting: self.setting,
            sender: self.sender,
        })
    }
}

/// In A-labels; an address literal has no domain that could ask for reports.
fn sts_domain(domain: &Domain) -> Option<String> {
    if domain.is_literal() { None } else { ascii(domain.as_str()) }
}

#[cfg(test)]
mod tests;
