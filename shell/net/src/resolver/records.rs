//! Look-ups that want exactly what stands in the zone: reverse names, and exchangers without the fallback that mail delivery has.

use super::{ANSWERS_MAX, ResolveError, Resolver, failed, is_absent, mail, rooted, unrooted};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::IpAddr;

impl Resolver {
    /// The names that the reverse zone gives an address.
    ///
    /// # Errors
    /// [`ResolveError::Absent`] if there are none, or [`ResolveError::Failed`].
    pub async fn reverse_names(&self, address: IpAddr) -> Result<Vec<String>, ResolveError> {
        let name = Name::from(address).to_ascii();
        self.recorded(&name, RecordType::PTR, |data| {
            let RData::PTR(name) = data else { return None };
            Some(unrooted(&name.0.to_ascii()))
        })
        .await
    }

    /// The hosts of the MX records of `domain`; the domain itself is none of them unless a record says so.
    ///
    /// # Errors
    /// [`ResolveError::Absent`] if there are none, or [`ResolveError::Failed`].
    pub async fn recorded_exchangers(&self, domain: &str) -> Result<Vec<String>, ResolveError> {
        self.recorded(domain, RecordType::MX, |data| {
            let RData::MX(mx) = data else { return None };
            Some(unrooted(&mx.exchange.to_ascii()))
        })
        .await
    }

    /// The addresses of one family that `host` has, as they are written.
    ///
    /// # Errors
    /// [`ResolveError::Absent`] if there are none, or [`ResolveError::Failed`].
    pub async fn recorded_addresses(&self, host: &str, is_v6: bool) -> Result<Vec<String>, ResolveError> {
        let kind = if is_v6 { RecordType::AAAA } else { RecordType::A };
        self.recorded(host, kind, |data| mail::address(data).map(|address| address.to_string())).await
    }

    async fn recorded(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<String>,
    ) -> Result<Vec<String>, ResolveError> {
        match self.0.lookup(rooted(name), kind).await {
            Ok(lookup) => {
                let found = lookup.answers().iter().filter_map(|record| read(&record.data));
                Ok(found.take(ANSWERS_MAX).collect())
            }
            Err(error) if is_absent(&error) => Err(ResolveError::Absent(name.to_owned())),
            Err(error) => Err(failed(name, &error)),
        }
    }
}
