//! Names to addresses: mail exchangers of a domain, addresses of a host.
//!
//! A stub over the configured name servers, or the system's. Answers are bounded (RFC 5321 §5.1 lets a domain have many
//! exchangers; an attacker would have thousands) and an absent name is told apart from a name server that does not
//! answer, because the first is a fact about the recipient and the second is nobody's fault yet.

mod mail;
mod records;
mod vouched;
mod witness;

pub use mail::{Exchangers, Families, Located};
pub use vouched::{Vouched, Voucher};
pub use witness::{Said, Witness, system_servers};

use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, RecordType};
use model::Duration;
use std::net::{IpAddr, SocketAddr};

/// Exchangers and addresses considered of one answer.
const ANSWERS_MAX: usize = 100;
/// Tries per look-up, each with the configured timeout.
const ATTEMPTS: usize = 2;
const CACHE_ENTRIES: u64 = 8192;

/// A shared resolver; clones share its cache.
#[derive(Debug, Clone)]
pub struct Resolver(hickory_resolver::TokioResolver);

/// One MX record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exchanger {
    pub preference: u16,
    pub host: String,
}

/// Why a name gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("the name {0} does not exist or has no address")]
    Absent(String),
    #[error("the domain {0} accepts no mail (null MX, RFC 7505)")]
    NullMx(String),
    /// Name servers of its own zone, or of the one above, say so.
    #[error("the domain {0} takes no mail: it {1}")]
    Nowhere(String, &'static str),
    #[error("no name server answered for {name}: {why}")]
    Failed { name: String, why: String },
    #[error("the resolver cannot be set up: {0}")]
    SetUp(String),
}

impl Resolver {
    /// A resolver over `servers`, or over the system's when there are none.
    ///
    /// # Errors
    /// [`ResolveError::SetUp`] if the system's configuration cannot be read.
    pub fn new(servers: &[SocketAddr], timeout: Duration) -> Result<Self, ResolveError> {
        let mut builder = if servers.is_empty() {
            hickory_resolver::Resolver::builder_tokio().map_err(set_up)?
        } else {
            let servers = servers.iter().map(|server| at_port(*server)).collect();
            let config = ResolverConfig::from_parts(None, vec![], servers);
            hickory_resolver::Resolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let options = builder.options_mut();
        options.timeout = timeout;
        options.attempts = ATTEMPTS;
        options.cache_size = CACHE_ENTRIES;
        builder.build().map(Self).map_err(set_up)
    }

    /// The texts of `name`, each with its strings put together (RFC 7208 §3.3 does the same).
    ///
    /// # Errors
    /// [`ResolveError::Absent`] if there are none, or [`ResolveError::Failed`].
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, ResolveError> {
        let lookup = match self.0.lookup(rooted(name), RecordType::TXT).await {
            Ok(lookup) => lookup,
            Err(error) if is_absent(&error) => return Err(ResolveError::Absent(name.to_owned())),
            Err(error) => return Err(failed(name, &error)),
        };
        let texts = lookup.answers().iter().filter_map(|record| {
            let RData::TXT(text) = &record.data else { return None };
            let bytes: Vec<u8> = text.txt_data.iter().flat_map(|piece| piece.iter().copied()).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        });
        Ok(texts.take(ANSWERS_MAX).collect())
    }

    /// The addresses of `host`, which may be an address itself, with or without brackets.
    ///
    /// # Errors
    /// [`ResolveError::Absent`] or [`ResolveError::Failed`].
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        let literal =
            literal.get(5..).filter(|_| literal.to_ascii_lowercase().starts_with("ipv6:")).unwrap_or(literal);
        if let Ok(address) = literal.parse() {
            return Ok(vec![address]);
        }
        match self.0.lookup_ip(rooted(host)).await {
            Ok(lookup) => Ok(lookup.iter().take(ANSWERS_MAX).collect()),
            Err(error) if is_absent(&error) => Err(ResolveError::Absent(host.to_owned())),
            Err(error) => Err(failed(host, &error)),
        }
    }
}

fn set_up(error: NetError) -> ResolveError {
    ResolveError::SetUp(error.to_string())
}

/// A name with its final dot, so that no search domain of the machine is tried.
fn rooted(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

fn unrooted(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn failed(name: &str, error: &NetError) -> ResolveError {
    ResolveError::Failed { name: name.to_owned(), why: error.to_string() }
}

fn is_absent(error: &NetError) -> bool {
    let NetError::Dns(DnsError::NoRecordsFound(none)) = error else { return false };
    matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError)
}

fn at_port(server: SocketAddr) -> NameServerConfig {
    let mut config = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut config.connections {
        connection.port = server.port();
    }
    config
}

#[cfg(test)]
mod tests;
