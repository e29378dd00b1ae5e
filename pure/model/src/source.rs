//! Sources: the addresses from which we send.

use crate::SourceName;
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// One egress address with the name that it says in EHLO.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub name: SourceName,
    pub address: IpAddr,
    pub ehlo: String,
    /// Share of traffic among clean sources.
    pub weight: u32,
    /// Network or autonomous system, a free word; a second attempt prefers another one.
    pub network: String,
    /// Carries reports and notices, and no mail of tenants.
    #[serde(default)]
    pub notice: bool,
}
