//! What delivery asks: the exchangers of a domain, and where a host is.
//!
//! An absence counts only where the answer names the zone that says so (RFC 2308 §2): a server that merely has nothing, or that calls
//! a name absent which another question finds, proves nothing, and the mail waits. Both families are asked for by themselves,
//! so that one that cannot be had does not hide the other.

use super::{ANSWERS_MAX, Exchanger, ResolveError, Resolver, failed, rooted, unrooted};
use hickory_resolver::net::{DnsError, NetError, NoRecords};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use model::Domain;
use std::net::IpAddr;

/// Where a domain's mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchangers {
    /// Most preferred first; never empty.
    pub hosts: Vec<Exchanger>,
    /// Whether the domain itself stands in for exchangers that it does not name (RFC 5321 §5.1).
    pub is_implicit: bool,
}

/// Where a host is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Located {
    /// Never empty in an answer.
    pub addresses: Vec<IpAddr>,
}

/// Of which families addresses are of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Families {
    V4,
    V6,
    Both,
}

impl Families {
    /// Those of `addresses`; both if there are none.
    pub fn of(addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        let (v4, v6): (Vec<IpAddr>, Vec<IpAddr>) = addresses.into_iter().partition(IpAddr::is_ipv4);
        match (v4.is_empty(), v6.is_empty()) {
            (false, true) => Self::V4,
            (true, false) => Self::V6,
            (false, false) | (true, true) => Self::Both,
        }
    }

    /// The one that is asked for first, and may be enough, and the other one.
    fn in_order(self) -> Option<[RecordType; 2]> {
        match self {
            Self::V4 => Some([RecordType::A, RecordType::AAAA]),
            Self::V6 => Some([RecordType::AAAA, RecordType::A]),
            Self::Both => None,
        }
    }
}

/// What was said of a name and a type.
pub(super) enum Asked {
    Records(Vec<Record>),
    Nothing(Nothing),
}

/// An answer without records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nothing {
    /// NXDOMAIN: the name does not exist for any type.
    pub(super) has_no_name: bool,
    /// Its zone says so.
    pub(super) is_sure: bool,
}

impl Resolver {
    /// The exchangers of `domain`; the domain itself when it has none.
    ///
    /// # Errors
    /// [`ResolveError::NullMx`] and [`ResolveError::Nowhere`] are the domain's own word; everything else may be different later.
    pub async fn exchangers(&self, domain: &Domain) -> Result<Exchangers, ResolveError> {
        let name = domain.as_str();
        let records = match self.ask(name, RecordType::MX).await? {
            Asked::Records(records) => records,
            Asked::Nothing(nothing) => return self.implicit(name, nothing).await,
        };
        let mut hosts: Vec<Exchanger> = records.iter().filter_map(exchanger).take(ANSWERS_MAX).collect();
        let is_null = hosts.iter().all(|exchanger| exchanger.host.is_empty());
        if is_null && !hosts.is_empty() {
            return Err(ResolveError::NullMx(name.to_owned()));
        }
        hosts.retain(|exchanger| !exchanger.host.is_empty());
        hosts.sort();
        hosts.dedup_by(|later, earlier| later.host == earlier.host);
        if hosts.is_empty() {
            return Err(ResolveError::Absent(name.to_owned()));
        }
        Ok(Exchangers { hosts, is_implicit: false })
    }

    /// RFC 5321 §5.1: without exchangers the domain's own address is its exchanger.
    async fn implicit(&self, name: &str, no_exchangers: Nothing) -> Result<Exchangers, ResolveError> {
        let (v4, v6) = self.both(name).await;
        let hosts = vec![Exchanger { preference: 0, host: unrooted(name) }];
        match (v4?, v6?) {
            (Asked::Nothing(no_v4), Asked::Nothing(no_v6)) => {
                let all = [no_exchangers, no_v4, no_v6];
                if !all.iter().all(|nothing| nothing.is_sure) {
                    return Err(ResolveError::Absent(name.to_owned()));
                }
                let has_no_name = all.iter().all(|nothing| nothing.has_no_name);
                let why =
                    if has_no_name { "does not exist" } else { "has neither exchangers nor an address" };
                Err(ResolveError::Nowhere(name.to_owned(), why))
            }
            (Asked::Records(_) | Asked::Nothing(_), Asked::Records(_))
            | (Asked::Records(_), Asked::Nothing(_)) => Ok(Exchangers { hosts, is_implicit: true }),
        }
    }

    /// Where the host of that name is. The family that is of no use is asked for only where the other one gives nothing, to know what to say of the host.
    ///
    /// # Errors
    /// [`ResolveError::Absent`] or [`ResolveError::Failed`].
    pub async fn locate(&self, host: &str, families: Families) -> Result<Located, ResolveError> {
        let (one, other) = match families.in_order() {
            Some([first, second]) => match self.ask(host, first).await {
                Ok(Asked::Records(records)) => (Ok(Asked::Records(records)), None),
                nothing => (nothing, Some(self.ask(host, second).await)),
            },
            None => {
                let (v4, v6) = self.both(host).await;
                (v4, Some(v6))
            }
        };
        let mut found = Vec::new();
        let mut failed = None;
        for family in [Some(one), other].into_iter().flatten() {
            match family {
                Ok(Asked::Records(records)) => found.extend(addresses(&records)),
                Ok(Asked::Nothing(_)) => {}
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            _ if !found.is_empty() => Ok(Located { addresses: found }),
            Some(error) => Err(error),
            None => Err(ResolveError::Absent(host.to_owned())),
        }
    }

    async fn both(&self, name: &str) -> (Result<Asked, ResolveError>, Result<Asked, ResolveError>) {
        tokio::join!(self.ask(name, RecordType::A), self.ask(name, RecordType::AAAA))
    }

    pub(super) async fn ask(&self, name: &str, kind: RecordType) -> Result<Asked, ResolveError> {
        match self.0.lookup(rooted(name), kind).await {
            Ok(lookup) => Ok(Asked::Records(lookup.answers().to_vec())),
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => nothing(&none)
                .map(Asked::Nothing)
                .ok_or_else(|| failed(name, &NetError::Dns(DnsError::NoRecordsFound(none)))),
            Err(error) => Err(failed(name, &error)),
        }
    }
}

/// `None` if the server did not answer at all.
fn nothing(none: &NoRecords) -> Option<Nothing> {
    let has_no_name = none.response_code == ResponseCode::NXDomain;
    let is_answer = has_no_name || none.response_code == ResponseCode::NoError;
    let is_sure = none.soa.as_ref().is_some_and(|soa| soa.name.zone_of(none.query.name()));
    is_answer.then_some(Nothing { has_no_name, is_sure })
}

fn exchanger(record: &Record) -> Option<Exchanger> {
    let RData::MX(mx) = &record.data else { return None };
    Some(Exchanger { preference: mx.preference, host: unrooted(&mx.exchange.to_ascii()) })
}

fn addresses(records: &[Record]) -> Vec<IpAddr> {
    records.iter().filter_map(|record| address(&record.data)).take(ANSWERS_MAX).collect()
}

pub(super) fn address(data: &RData) -> Option<IpAddr> {
    if let RData::A(address) = data {
        return Some(address.0.into());
    }
    let RData::AAAA(address) = data else { return None };
    Some(address.0.into())
}
