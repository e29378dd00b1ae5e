//! Links that open one tenant's view of one incident until a day, and nothing else: `INCIDENT.EXPIRES.TENANT.MAC`.
//!
//! The MAC is HMAC-SHA-256 (RFC 2104) with a key of its own over everything before it and the use that it is made for; it is compared in constant time
//! and before anything else is believed. Who has the link may look, so pages that it opens are never kept by a proxy and name it to no other site. With
//! another key no earlier link opens.

use crate::encode::{hex, unhex};
use aws_lc_rs::hmac;
use incident::IncidentId;
use model::{Duration, TenantName, Timestamp};

/// A MAC of ours for another use never opens a page.
const USE: &str = "signpost affected v1 ";
/// Longest link that is looked at.
const LEN_MAX: usize = 256;

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub incident: IncidentId,
    pub tenant: TenantName,
    /// Whole seconds.
    pub expires: Timestamp,
}

/// Why a link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("this is no link of ours")]
    Bad,
    #[error("the link was good until {0}")]
    Expired(Timestamp),
}

/// The key of links.
pub struct LinkKey(hmac::Key);

impl LinkKey {
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The link's part that stands in addresses.
    #[must_use]
    pub fn token(&self, claim: &Claim) -> String {
        let said = said(claim);
        let mac = hmac::sign(&self.0, format!("{USE}{said}").as_bytes());
        format!("{said}.{}", hex(mac.as_ref()))
    }

    /// What a token claims, if it is ours and its time is not over at `now`.
    ///
    /// # Errors
    /// Why it opens nothing.
    pub fn check(&self, token: &str, now: Timestamp) -> Result<Claim, LinkError> {
        let (said, mac) = token.rsplit_once('.').filter(|_| token.len() <= LEN_MAX).ok_or(LinkError::Bad)?;
        let mac = unhex(mac).ok_or(LinkError::Bad)?;
        hmac::verify(&self.0, format!("{USE}{said}").as_bytes(), &mac).map_err(|_| LinkError::Bad)?;
        let claim = read(said).ok_or(LinkError::Bad)?;
        if now >= claim.expires {
            return Err(LinkError::Expired(claim.expires));
        }
        Ok(claim)
    }
}

fn said(claim: &Claim) -> String {
    format!("{}.{}.{}", claim.incident, claim.expires.as_micros().div_euclid(1_000_000), claim.tenant)
}

fn read(said: &str) -> Option<Claim> {
    let mut parts = said.splitn(3, '.');
    let (incident, expires, tenant) = (parts.next()?, parts.next()?, parts.next()?);
    let expires: u64 = expires.parse().ok()?;
    Some(Claim {
        incident: incident.parse().ok()?,
        tenant: tenant.parse().ok()?,
        expires: Timestamp::default() + Duration::from_secs(expires),
    })
}
