//! The block lists of the operator's file with their keys, as the watch and the doctor ask them.

use super::Dnsbl;
use crate::folders;
use dnsbl::Tier;
use watch::ZoneConfig;

impl Dnsbl {
    /// The lists whose codes are known; the others were told when the file was read.
    pub(crate) fn zone_configs(&self) -> Vec<ZoneConfig> {
        let known = self.zones.iter().filter_map(|written| {
            let zone = dnsbl::find(&written.name).ok()?;
            // A key of one operator is nobody else's business.
            let common = self.dqs_key.as_deref().filter(|_| zone.operator == "Spamhaus");
            let key = written.key.as_deref().or(common).and_then(key);
            Some(ZoneConfig { zone, tier: if written.tier == 'a' { Tier::A } else { Tier::B }, key })
        });
        known.collect()
    }
}

/// A key, written out or behind a reference. One that is not set is told, and the list is asked without.
fn key(written: &str) -> Option<String> {
    let is_reference = written.starts_with("env:") || written.starts_with("file:");
    let found = if is_reference { folders::secret(written) } else { Some(written.to_owned()) };
    let found = found.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    if found.is_none() {
        tracing::warn!(
            reference = written,
            "the key of a block list is not set; the list is asked without it, and more slowly"
        );
    }
    found
}
