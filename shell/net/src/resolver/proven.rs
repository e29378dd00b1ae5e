//! Names that are proven by DNSSEC (RFC 4035), and what stands in zones for TLS (RFC 6698).
//!
//! A proving resolver checks every signature itself, from the root's key down: the name servers need not be trusted, but they have to hand
//! signatures out. What is wrongly signed is no answer. What nobody signs is one, and is told apart where it counts.

use super::mail::{Asked, is_signed};
use super::{ANSWERS_MAX, ResolveError, Resolver, builder};
use hickory_resolver::proto::dnssec::TrustAnchors;
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use model::Duration;
use std::net::SocketAddr;
use std::sync::Arc;
use tlspolicy::Tlsa;

impl Resolver {
    /// A resolver that proves what it says, by the keys in `anchors` (DNSKEY records as a zone file writes them) or the root's own.
    ///
    /// # Errors
    /// [`ResolveError::SetUp`] or [`ResolveError::Anchors`].
    pub fn proving(
        servers: &[SocketAddr],
        timeout: Duration,
        anchors: Option<&str>,
    ) -> Result<Self, ResolveError> {
        let anchors = anchors.map(str::parse::<TrustAnchors>).transpose();
        let anchors = anchors.map_err(|error| ResolveError::Anchors(error.to_string()))?;
        let builder = builder(servers, timeout)?.with_trust_anchor(Arc::new(anchors.unwrap_or_default()));
        builder.build().map(Self).map_err(ResolveError::SetUp)
    }

    /// Whether the name servers hand out the root's signatures.
    ///
    /// # Errors
    /// If they do not answer, or what they say of the root is wrongly signed.
    pub async fn sees_signatures(&self) -> Result<bool, ResolveError> {
        match self.ask(".", RecordType::DNSKEY).await? {
            Asked::Records(records) => Ok(records.iter().all(is_signed)),
            Asked::Nothing(_) => Ok(false),
        }
    }

    /// The signed TLSA records of what listens on a port; none where there are none or nobody signed them.
    ///
    /// # Errors
    /// If it could not be found out, which is no absence: who can make it fail may be the attacker (RFC 7672 §2.1.1).
    pub async fn tlsa(&self, base: &str, port: u16) -> Result<Vec<Tlsa>, ResolveError> {
        match self.ask(&format!("_{port}._tcp.{base}"), RecordType::TLSA).await? {
            Asked::Records(records) if records.iter().all(is_signed) => {
                Ok(records.iter().filter_map(tlsa).take(ANSWERS_MAX).collect())
            }
            Asked::Records(_) | Asked::Nothing(_) => Ok(Vec::new()),
        }
    }
}

fn tlsa(record: &Record) -> Option<Tlsa> {
    let RData::TLSA(tlsa) = &record.data else { return None };
    Some(Tlsa {
        usage: tlsa.cert_usage.into(),
        selector: tlsa.selector.into(),
        matching: tlsa.matching.into(),
        data: tlsa.cert_data.clone(),
    })
}
