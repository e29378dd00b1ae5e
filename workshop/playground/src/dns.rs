//! The name server of the playground: addresses, MX, texts and block lists, all changeable while it runs.
//!
//! It answers over UDP and TCP for the names that it was given and says NXDOMAIN for every other name, so that nothing here
//! ever asks the outside. A block list follows RFC 5782: octets reversed below the zone, `127.0.0.2` always listed and
//! `127.0.0.1` never, a TXT beside every A, until it is told to go wrong; or another name server answers for it. An answer has
//! a time to live of zero: a change is seen by the next query. Each query is counted by name and type. It fails only at the start, when an
//! address cannot be bound.

mod followed;
mod lists;

pub use followed::PassedOn;
pub use lists::Mood;

use hickory_proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use lists::{List, Says};
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
/// Aliases that are followed.
const ALIASES_MAX: usize = 20;
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
    /// The name is another one's alias; whatever is asked for is looked for there.
    Alias(String),
    /// The name servers of this name are broken: SERVFAIL.
    Broken,
    /// NXDOMAIN or nothing, without the zone that would say so.
    Unsure,
}

/// A cheap handle on the running name server's data.
#[derive(Debug, Clone)]
pub struct NameServer {
    zones: Arc<Mutex<Zones>>,
    address: SocketAddr,
}

/// Code, answers, and the SOA of a negative answer (RFC 2308 §3).
type Said = (ResponseCode, Vec<Record>, Vec<Record>);

#[derive(Debug, Default)]
struct Zones {
    records: BTreeMap<String, Vec<Answer>>,
    /// The list that the fake Exchange asks.
    dnsbl_zone: String,
    lists: BTreeMap<String, List>,
    /// Zones that another name server answers for.
    followed: BTreeMap<String, SocketAddr>,
    passed_on: Vec<PassedOn>,
    queries: BTreeMap<String, u64>,
    failing: bool,
}

impl NameServer {
    /// Binds both sockets and gives the handle and the server that its caller drives and stops.
    pub(crate) async fn start(address: SocketAddr, dnsbl_zone: &str) -> io::Result<(Self, Server<Self>)> {
        let (udp, tcp) = bind_both(address).await?;
        let zones = Zones { dnsbl_zone: fold(dnsbl_zone), ..Zones::default() };
        let handle = Self { zones: Arc::new(Mutex::new(zones)), address: udp.local_addr()? };
        let mut server = Server::new(handle.clone());
        server.register_socket(udp);
        server.register_listener(tcp, TCP_IDLE, TCP_RESPONSES_MAX);
        handle.add_list(dnsbl_zone, Ipv4Addr::new(127, 0, 0, 2));
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

    /// Adds a block list with its test points; `code` is that of the domain `test`. One that is there already stays as it is.
    pub fn add_list(&self, zone: &str, code: Ipv4Addr) {
        if !zone.is_empty() {
            self.lock().lists.entry(fold(zone)).or_insert_with(|| List::new(code));
        }
    }

    /// Lists an address or a domain in a zone, or takes it off. Nothing happens if there is no such list.
    pub fn set_listed(&self, zone: &str, subject: &str, code: Option<Ipv4Addr>) {
        if let Some(list) = self.lock().lists.get_mut(&fold(zone)) {
            list.set(subject, code);
        }
    }

    /// How a list behaves from now on.
    pub fn set_mood(&self, zone: &str, mood: Mood) {
        if let Some(list) = self.lock().lists.get_mut(&fold(zone)) {
            list.mood = mood;
        }
    }

    /// The time to live of a list's answers, in seconds.
    pub fn set_ttl(&self, zone: &str, ttl: u32) {
        if let Some(list) = self.lock().lists.get_mut(&fold(zone)) {
            list.ttl = ttl;
        }
    }

    /// Lists an address with a return code such as `127.0.0.2` in the first list.
    pub fn list(&self, ip: Ipv4Addr, code: Ipv4Addr) {
        let zone = self.lock().dnsbl_zone.clone();
        self.set_listed(&zone, &ip.to_string(), Some(code));
    }

    /// Takes an address off the first list; the test point stays.
    pub fn unlist(&self, ip: Ipv4Addr) {
        if ip != Ipv4Addr::new(127, 0, 0, 2) {
            let zone = self.lock().dnsbl_zone.clone();
            self.set_listed(&zone, &ip.to_string(), None);
        }
    }

    /// The return code of an address in the first list.
    #[must_use]
    pub fn listing(&self, ip: IpAddr) -> Option<Ipv4Addr> {
        let zones = self.lock();
        zones.lists.get(&zones.dnsbl_zone)?.code(&ip.to_string())
    }

    /// Whether the first list names an address now, whoever answers for it.
    pub async fn is_listed(&self, ip: IpAddr) -> bool {
        let zone = self.lock().dnsbl_zone.clone();
        let Some(server) = self.followed(&zone) else { return self.listing(ip).is_some() };
        let name = Name::from_ascii(format!("{}.{zone}.", lists::front(&ip.to_string())));
        let Ok(name) = name else { return false };
        match followed::ask(server, name, RecordType::A).await {
            Ok(answer) => !answer.answers.is_empty(),
            Err(error) => {
                tracing::warn!(%error, %server, "a name server does not answer for its list");
                false
            }
        }
    }

    /// From now on `server` answers for this zone and everything below it.
    pub fn follow(&self, zone: &str, server: SocketAddr) {
        self.lock().followed.insert(fold(zone), server);
    }

    /// What was answered for zones of other name servers, oldest first.
    #[must_use]
    pub fn passed_on(&self) -> Vec<PassedOn> {
        self.lock().passed_on.clone()
    }

    fn followed(&self, name: &str) -> Option<SocketAddr> {
        let zones = self.lock();
        let is_below = |zone: &str| {
            name.strip_suffix(zone).is_some_and(|front| front.is_empty() || front.ends_with('.'))
        };
        zones.followed.iter().find(|(zone, _)| is_below(zone)).map(|(_, server)| *server)
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

    /// The records of a name and of those that it is an alias of.
    fn follow(&self, owner: Name, name: &str, wanted: RecordType) -> Option<(ResponseCode, Vec<Record>)> {
        let (mut owner, mut name) = (owner, name.to_owned());
        let mut records = Vec::new();
        for _ in 0..ALIASES_MAX {
            let (code, found, ttl) = self.look_up(&name)?;
            if found.contains(&Answer::Broken) {
                return Some((ResponseCode::ServFail, Vec::new()));
            }
            let alias = found.iter().find_map(|answer| {
                let Answer::Alias(to) = answer else { return None };
                Name::from_ascii(format!("{}.", fold(to))).ok()
            });
            let Some(alias) = alias.filter(|_| wanted != RecordType::CNAME) else {
                let data = found.into_iter().filter_map(|answer| to_rdata(answer, wanted));
                records.extend(data.map(|data| Record::from_rdata(owner.clone(), ttl, data)));
                return Some((code, records));
            };
            records.push(Record::from_rdata(owner, ttl, RData::CNAME(CNAME(alias.clone()))));
            name = fold(&alias.to_string());
            owner = alias;
        }
        Some((ResponseCode::ServFail, Vec::new()))
    }

    /// Code, answers and time to live for a name; nothing if there is to be no answer.
    fn look_up(&self, name: &str) -> Option<(ResponseCode, Vec<Answer>, u32)> {
        let below =
            self.lists.iter().find_map(|(zone, list)| Some((name.strip_suffix(zone.as_str())?, list)));
        let Some((front, list)) = below.filter(|(front, _)| front.is_empty() || front.ends_with('.')) else {
            let found = self.records.get(name).cloned();
            let code = if found.is_some() { ResponseCode::NoError } else { ResponseCode::NXDomain };
            return Some((code, found.unwrap_or_default(), 0));
        };
        let nothing = |code| Some((code, Vec::new(), 0));
        match front.strip_suffix('.').map(|front| list.says(front)) {
            Some(Says::Listed(code, text)) => {
                let answers = vec![Answer::Address(IpAddr::V4(code)), Answer::Text(text)];
                Some((ResponseCode::NoError, answers, list.ttl))
            }
            Some(Says::NoName) => nothing(ResponseCode::NXDomain),
            Some(Says::NoData) | None => nothing(ResponseCode::NoError),
            Some(Says::Refused) => nothing(ResponseCode::Refused),
            Some(Says::Failed) => nothing(ResponseCode::ServFail),
            Some(Says::Nothing) => None,
        }
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
            let mut metadata = Metadata::response_from_request(&request.metadata);
            let Some((code, records, authority)) = self.answer(request).await else {
                return ResponseInfo::from(Header { metadata, counts: HeaderCounts::default() });
            };
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
    async fn answer(&self, request: &Request) -> Option<Said> {
        let Ok(info) = request.request_info() else {
            return Some((ResponseCode::FormErr, Vec::new(), Vec::new()));
        };
        let owner: Name = info.query.name().into();
        let wanted = info.query.query_type();
        let name = fold(&owner.to_string());
        match self.followed(&name) {
            Some(server) => Some(self.pass_on(server, owner, wanted).await),
            None => self.answer_here(owner, &name, wanted),
        }
    }

    async fn pass_on(&self, server: SocketAddr, owner: Name, wanted: RecordType) -> Said {
        let name = fold(&owner.to_string());
        match followed::ask(server, owner, wanted).await {
            Ok(answer) => {
                let is_found = !answer.answers.is_empty();
                self.lock().passed_on.push(PassedOn { at: crate::wall_clock(), name, is_found });
                (answer.metadata.response_code, answer.answers, answer.authorities)
            }
            Err(error) => {
                tracing::warn!(%error, %server, "a name server does not answer for its zone");
                (ResponseCode::ServFail, Vec::new(), Vec::new())
            }
        }
    }

    /// The answer out of our own zones; nothing if there is to be no answer.
    fn answer_here(&self, owner: Name, name: &str, wanted: RecordType) -> Option<Said> {
        let mut zones = self.lock();
        zones.count(name, wanted);
        if zones.failing {
            return Some((ResponseCode::ServFail, Vec::new(), Vec::new()));
        }
        let is_unsure = zones.records.get(name).is_some_and(|found| found.contains(&Answer::Unsure));
        let (code, records) = zones.follow(owner.clone(), name, wanted)?;
        let is_negative = records.is_empty()
            && !is_unsure
            && matches!(code, ResponseCode::NoError | ResponseCode::NXDomain);
        let authority = if is_negative { vec![start_of_authority(&owner)] } else { Vec::new() };
        Some((code, records, authority))
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
        Answer::Text(text) => RData::TXT(TXT::new(strings(&text))),
        Answer::Pointer(name) => {
            let mut name = Name::from_ascii(&name).ok()?;
            name.set_fqdn(true);
            RData::PTR(PTR(name))
        }
        Answer::Alias(to) => RData::CNAME(CNAME(Name::from_ascii(format!("{}.", fold(&to))).ok()?)),
        Answer::Broken | Answer::Unsure => return None,
    };
    (data.record_type() == wanted).then_some(data)
}

/// RFC 1035 §3.3: no string of a text is longer than 255 bytes.
fn strings(text: &str) -> Vec<String> {
    let bytes = text.as_bytes().chunks(255);
    bytes.map(|string| String::from_utf8_lossy(string).into_owned()).collect()
}

fn start_of_authority(owner: &Name) -> Record {
    let zone = owner.base_name();
    let data = SOA::new(zone.clone(), zone.clone(), 1, 3600, 600, 86_400, 0);
    Record::from_rdata(zone, 0, RData::SOA(data))
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
