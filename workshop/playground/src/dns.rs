//! The name server of the playground: addresses, MX, texts and one block list, all changeable while it runs.
//!
//! It answers over UDP and TCP for the names that it was given and says NXDOMAIN for every other name, so that nothing here
//! ever asks the outside. The block list follows RFC 5782: octets reversed below the zone, `127.0.0.2` always listed and
//! `127.0.0.1` never, a TXT beside every A. Every answer has a time to live of zero: a change is seen by the next query.
//! Each query is counted by name and type. It fails only at the start, when an address cannot be bound.

use hickory_proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, MX, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};

/// A TCP client that says nothing for so long is left.
const TCP_IDLE: Duration = Duration::from_secs(10);
/// Responses waiting per TCP connection.
const TCP_RESPONSES_MAX: usize = 64;
/// Tries to find one free port for both UDP and TCP.
const BIND_TRIES_MAX: usize = 20;

/// One record as it is given in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Address(IpAddr),
    Mx {
        preference: u16,
        host: String,
    },
    Text(String),
    /// A name of the reverse zone stands for this name.
    Pointer(String),
}

/// A cheap handle on the running name server's data.
#[derive(Debug, Clone)]
pub struct NameServer {
    zones: Arc<Mutex<Zones>>,
    address: SocketAddr,
}

#[derive(Debug, Default)]
struct Zones {
    records: BTreeMap<String, Vec<Answer>>,
    dnsbl_zone: String,
    listed: BTreeMap<Ipv4Addr, Ipv4Addr>,
    queries: BTreeMap<String, u64>,
    failing: bool,
}

impl NameServer {
    /// Binds both sockets and gives the handle and the server that its caller drives and stops.
    pub(crate) async fn start(address: SocketAddr, dnsbl_zone: &str) -> io::Result<(Self, Server<Self>)> {
        let (udp, tcp) = bind_both(address).await?;
        let zones = Zones {
            dnsbl_zone: fold(dnsbl_zone),
            listed: BTreeMap::from([(Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 2))]),
            ..Zones::default()
        };
        let handle = Self { zones: Arc::new(Mutex::new(zones)), address: udp.local_addr()? };
        let mut server = Server::new(handle.clone());
        server.register_socket(udp);
        server.register_listener(tcp, TCP_IDLE, TCP_RESPONSES_MAX);
        Ok((handle, server))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds a record to a name.
    pub fn add(&self, name: &str, answer: Answer) {
        self.lock().records.entry(fold(name)).or_default().push(answer);
    }

    /// Takes all records of a name away.
    pub fn remove(&self, name: &str) {
        self.lock().records.remove(&fold(name));
    }

    /// Lists an address with a return code such as `127.0.0.2`.
    pub fn list(&self, ip: Ipv4Addr, code: Ipv4Addr) {
        self.lock().listed.insert(ip, code);
    }

    /// Takes an address off the list; the test point stays.
    pub fn unlist(&self, ip: Ipv4Addr) {
        if ip != Ipv4Addr::new(127, 0, 0, 2) {
            self.lock().listed.remove(&ip);
        }
    }

    /// The return code of a listed address.
    #[must_use]
    pub fn listing(&self, ip: IpAddr) -> Option<Ipv4Addr> {
        match ip {
            IpAddr::V4(ip) => self.lock().listed.get(&ip).copied(),
            IpAddr::V6(_) => None,
        }
    }

    /// While set, every query gets SERVFAIL.
    pub fn set_failing(&self, failing: bool) {
        self.lock().failing = failing;
    }

    /// How often a name was asked for a type, such as `("acme.example", "MX")`.
    #[must_use]
    pub fn queries(&self, name: &str, record_type: &str) -> u64 {
        self.lock().queries.get(&format!("{} {record_type}", fold(name))).copied().unwrap_or(0)
    }

    /// All queries so far.
    #[must_use]
    pub fn queries_total(&self) -> u64 {
        self.lock().queries.values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, Zones> {
        // Nothing in here can panic half-way through a change, so a poisoned lock still guards good data.
        self.zones.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Zones {
    fn count(&mut self, name: &str, record_type: RecordType) {
        *self.queries.entry(format!("{name} {record_type}")).or_default() += 1;
    }

    /// The answers for a name, and whether the name exists at all.
    fn look_up(&self, name: &str) -> Option<Vec<Answer>> {
        let Some(below) = name.strip_suffix(&self.dnsbl_zone).filter(|_| !self.dnsbl_zone.is_empty()) else {
            return self.records.get(name).cloned();
        };
        if below.is_empty() {
            return Some(Vec::new());
        }
        let ip = reversed_octets(below.strip_suffix('.')?)?;
        let code = self.listed.get(&ip)?;
        let text = format!("https://www.spamhaus.org/query/ip/{ip}");
        Some(vec![Answer::Address(IpAddr::V4(*code)), Answer::Text(text)])
    }
}

impl RequestHandler for NameServer {
    // Written out, because the trait is made by async_trait and one method is no reason for another dependency.
    fn handle_request<'life0, 'life1, 'async_trait, R, T>(
        &'life0 self,
        request: &'life1 Request,
        mut responses: R,
    ) -> Pin<Box<dyn Future<Output = ResponseInfo> + Send + 'async_trait>>
    where
        R: ResponseHandler + 'async_trait,
        T: Time + 'async_trait,
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            let (code, records, authority) = self.answer(request);
            let mut metadata = Metadata::response_from_request(&request.metadata);
            metadata.response_code = code;
            metadata.authoritative = true;
            let response = MessageResponseBuilder::from_message_request(request).build(
                metadata,
                &records,
                [],
                &authority,
                [],
            );
            match responses.send_response(response).await {
                Ok(info) => info,
                Err(error) => {
                    tracing::debug!(%error, "the name server could not answer");
                    ResponseInfo::from(Header { metadata, counts: HeaderCounts::default() })
                }
            }
        })
    }
}

impl NameServer {
    /// Code, answers, and the SOA of a negative answer (RFC 2308 §3).
    fn answer(&self, request: &Request) -> (ResponseCode, Vec<Record>, Vec<Record>) {
        let Ok(info) = request.request_info() else {
            return (ResponseCode::FormErr, Vec::new(), Vec::new());
        };
        let owner: Name = info.query.name().into();
        let name = fold(&owner.to_string());
        let wanted = info.query.query_type();
        let mut zones = self.lock();
        zones.count(&name, wanted);
        if zones.failing {
            return (ResponseCode::ServFail, Vec::new(), Vec::new());
        }
        let found = zones.look_up(&name);
        let code = if found.is_some() { ResponseCode::NoError } else { ResponseCode::NXDomain };
        let records: Vec<_> = found
            .unwrap_or_default()
            .into_iter()
            .filter_map(|answer| to_rdata(answer, wanted))
            .map(|data| Record::from_rdata(owner.clone(), 0, data))
            .collect();
        let authority = if records.is_empty() { vec![start_of_authority(&owner)] } else { Vec::new() };
        (code, records, authority)
    }
}

fn to_rdata(answer: Answer, wanted: RecordType) -> Option<RData> {
    let data = match answer {
        Answer::Address(IpAddr::V4(ip)) => RData::A(A(ip)),
        Answer::Address(IpAddr::V6(ip)) => RData::AAAA(AAAA(ip)),
        Answer::Mx { preference, host } => {
            let mut name = Name::from_ascii(&host).ok()?;
            name.set_fqdn(true);
            RData::MX(MX::new(preference, name))
        }
        Answer::Text(text) => RData::TXT(TXT::new(vec![text])),
        Answer::Pointer(name) => {
            let mut name = Name::from_ascii(&name).ok()?;
            name.set_fqdn(true);
            RData::PTR(PTR(name))
        }
    };
    (data.record_type() == wanted).then_some(data)
}

fn start_of_authority(owner: &Name) -> Record {
    let zone = owner.base_name();
    let data = SOA::new(zone.clone(), zone.clone(), 1, 3600, 600, 86_400, 0);
    Record::from_rdata(zone, 0, RData::SOA(data))
}

/// `4.3.2.1` is 1.2.3.4.
fn reversed_octets(text: &str) -> Option<Ipv4Addr> {
    let octets: Vec<u8> = text.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [d, c, b, a] = <[u8; 4]>::try_from(octets).ok()?;
    Some(Ipv4Addr::new(a, b, c, d))
}

fn fold(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// UDP and TCP on one port; with port 0 the system's choice for UDP may be taken for TCP, then another is tried.
async fn bind_both(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let mut tries = 0;
    loop {
        let udp = UdpSocket::bind(address).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) if address.port() != 0 || tries >= BIND_TRIES_MAX => return Err(error),
            Err(_taken) => tries += 1,
        }
    }
}

#[cfg(test)]
mod tests;
