//! TLSA records of one host, and whether they can be asked for at all.
//!
//! Unless the operator says `always`, DANE counts only with a name server on this machine that vouches for the root's own keys: what
//! another says could be changed on the way, and one that does not validate proves nothing. Whether it vouches is looked at again from
//! time to time; a question that fails changes nothing, or who can make it fail could switch DANE off.

use super::DaneConfig;
use model::{Duration, Timestamp};
use net::{Located, Voucher};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tlspolicy::Said;

/// How long it is believed that it vouches, and that it does not.
const VOUCHES: Duration = Duration::from_secs(3_600);
const DOES_NOT: Duration = Duration::from_secs(300);

pub(super) struct Dane {
    voucher: Voucher,
    always: bool,
    looked: Mutex<Option<Looked>>,
}

#[derive(Debug, Clone, Copy)]
struct Looked {
    at: Timestamp,
    vouches: bool,
}

impl Dane {
    pub(super) fn new(config: DaneConfig) -> Self {
        let voucher = Voucher::new(&config.servers, config.timeout);
        Self { voucher, always: config.always, looked: Mutex::default() }
    }

    /// Whom to ask, if what is said counts.
    pub(super) async fn voucher(&self, now: Timestamp) -> Option<&Voucher> {
        let counts = self.always || (self.voucher.is_here() && self.vouches(now).await);
        counts.then_some(&self.voucher)
    }

    async fn vouches(&self, now: Timestamp) -> bool {
        let before = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh =
            |looked: &Looked| now.since(looked.at) < if looked.vouches { VOUCHES } else { DOES_NOT };
        if let Some(looked) = before.filter(is_fresh) {
            return looked.vouches;
        }
        let did = before.is_some_and(|looked| looked.vouches);
        let vouches = match self.voucher.vouches().await {
            Ok(vouches) => vouches,
            Err(error) => {
                tracing::debug!(error, "whether the name server validates is not known");
                did
            }
        };
        if before.is_none() || vouches != did {
            tracing::info!(vouches, "DANE counts while the name server validates (DNSSEC)");
        }
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Looked { at: now, vouches });
        vouches
    }
}

/// What stands in the zone of a host that was located, and under which name.
pub(super) async fn said(
    voucher: &Voucher,
    host: &str,
    located: &Located,
    port: u16,
) -> (Option<String>, Said) {
    // RFC 7672 §2.1: without a signed address no TLSA record is asked for; name servers of such zones fail at the question.
    let families: BTreeSet<bool> = located.addresses.iter().map(|address| address.is_ipv4()).collect();
    let (mut bases, mut failed) = (Vec::new(), None);
    for of_v4 in families {
        match voucher.tlsa_bases(host, of_v4).await {
            Ok(found) => bases.extend(found),
            Err(why) => failed = Some(why),
        }
    }
    let mut seen = BTreeSet::new();
    bases.retain(|base| seen.insert(base.clone()));
    for base in &bases {
        match voucher.tlsa(base, port).await {
            Ok(found) if found.is_vouched && !found.values.is_empty() => {
                return (Some(base.clone()), Said::of_secure(&found.values));
            }
            Ok(_) => {}
            Err(why) => return (Some(base.clone()), Said::Failed(why)),
        }
    }
    match failed {
        Some(why) if bases.is_empty() => (None, Said::Failed(why)),
        Some(_) | None => (None, Said::Nothing),
    }
}
