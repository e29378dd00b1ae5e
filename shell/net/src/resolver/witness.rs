//! One name server asked directly, past every cache of ours: what it says itself, with its code and its time to live.
//!
//! A resolver answers for all its servers and keeps what it heard; a look at a block list has to know which server said what, and when. One
//! question by UDP, again by TCP if the answer was cut off (RFC 1035 §4.2.1), with an id and a port that nobody can guess. An answer to
//! another question is passed over.

use super::{ANSWERS_MAX, rooted};
use crate::random;
use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use model::Duration;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

/// Tries by UDP: a packet may be lost.
const TRIES: usize = 2;
/// Without EDNS an answer by UDP is no longer (RFC 1035 §2.3.4); some send more all the same.
const UDP_LEN_MAX: usize = 4_096;
/// Packets that are no answer to our question, for each try.
const STRAY_MAX: usize = 20;

/// A name server, as a witness of what a zone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    server: SocketAddr,
    timeout: Duration,
}

/// What it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said<T> {
    Found {
        values: Vec<T>,
        /// The shortest of the records.
        ttl: Duration,
    },
    /// NXDOMAIN.
    NoName,
    /// The name is there without such records.
    NoData,
    /// REFUSED.
    Refused,
    /// SERVFAIL, silence, or no answer that can be read: in words, without the name that was asked for.
    Failed(String),
}

/// The name servers of the machine's own configuration.
///
/// # Errors
/// If there is none that can be read.
pub fn system_servers() -> Result<Vec<SocketAddr>, super::ResolveError> {
    let (config, _options) = hickory_resolver::system_conf::read_system_conf().map_err(super::set_up)?;
    let servers = config.name_servers().iter().map(|server| {
        let port = server.connections.first().map_or(53, |connection| connection.port);
        SocketAddr::new(server.ip, port)
    });
    Ok(servers.collect())
}

impl Witness {
    /// `timeout` is for each try.
    #[must_use]
    pub fn new(server: SocketAddr, timeout: Duration) -> Self {
        Self { server, timeout }
    }

    #[must_use]
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// The IPv4 addresses of `name`.
    pub async fn addresses(&self, name: &str) -> Said<Ipv4Addr> {
        self.ask(name, RecordType::A, |data| {
            let RData::A(address) = data else { return None };
            Some(address.0)
        })
        .await
    }

    /// The texts of `name`, each with its strings put together.
    pub async fn texts(&self, name: &str) -> Said<String> {
        self.ask(name, RecordType::TXT, |data| {
            let RData::TXT(text) = data else { return None };
            let bytes: Vec<u8> = text.txt_data.iter().flat_map(|piece| piece.iter().copied()).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        })
        .await
    }

    async fn ask<T>(&self, name: &str, kind: RecordType, read: impl Fn(&RData) -> Option<T>) -> Said<T> {
        let Some(question) = question(name, kind) else {
            return Said::Failed("the name cannot be asked for".to_owned());
        };
        match self.answer(&question).await {
            Ok(answer) => said(&answer, read),
            Err(error) => Said::Failed(format!("the name server {}: {error}", self.server)),
        }
    }

    pub(super) async fn answer(&self, question: &Message) -> io::Result<Message> {
        let bytes = question.to_vec().map_err(io::Error::other)?;
        let mut last = silent();
        for _ in 0..TRIES {
            match tokio::time::timeout(self.timeout, self.by_udp(question, &bytes)).await {
                Ok(Ok(answer)) if answer.metadata.truncation => {
                    let whole = tokio::time::timeout(self.timeout, self.by_tcp(question, &bytes)).await;
                    return whole.map_err(|_| silent())?;
                }
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => last = error,
                Err(_elapsed) => last = silent(),
            }
        }
        Err(last)
    }

    async fn by_udp(&self, question: &Message, bytes: &[u8]) -> io::Result<Message> {
        let any: IpAddr = match self.server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(self.server).await?;
        socket.send(bytes).await?;
        let mut buffer = vec![0; UDP_LEN_MAX];
        for _ in 0..STRAY_MAX {
            let length = socket.recv(&mut buffer).await?;
            if let Ok(answer) = Message::from_vec(&buffer[..length])
                && answers(&answer, question)
            {
                return Ok(answer);
            }
        }
        Err(io::Error::other("only answers to other questions came"))
    }

    async fn by_tcp(&self, question: &Message, bytes: &[u8]) -> io::Result<Message> {
        let mut stream = TcpStream::connect(self.server).await?;
        stream.write_u16(u16::try_from(bytes.len()).map_err(io::Error::other)?).await?;
        stream.write_all(bytes).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        let answer = Message::from_vec(&answer).map_err(io::Error::other)?;
        if answers(&answer, question) {
            Ok(answer)
        } else {
            Err(io::Error::other("it answered another question"))
        }
    }
}

/// `None` if no zone can have that name.
pub(super) fn question(name: &str, kind: RecordType) -> Option<Message> {
    let mut question = Message::query();
    question.metadata.id = u16::from_be_bytes(random());
    question.metadata.recursion_desired = true;
    question.add_query(Query::query(Name::from_ascii(rooted(name)).ok()?, kind));
    Some(question)
}

fn silent() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "did not answer in time")
}

fn answers(answer: &Message, question: &Message) -> bool {
    let is_same = |(one, other): (&Query, &Query)| {
        one.query_type() == other.query_type() && one.name().to_lowercase() == other.name().to_lowercase()
    };
    // Some servers leave the question out of a refusal.
    answer.metadata.id == question.metadata.id && answer.queries.iter().zip(&question.queries).all(is_same)
}

fn said<T>(answer: &Message, read: impl Fn(&RData) -> Option<T>) -> Said<T> {
    let code = answer.metadata.response_code;
    if code == ResponseCode::Refused {
        return Said::Refused;
    }
    if code != ResponseCode::NoError && code != ResponseCode::NXDomain {
        return Said::Failed(format!("the name server answers {code}"));
    }
    let found = answer.answers.iter().filter_map(|record| Some((read(&record.data)?, record.ttl)));
    let (values, ttls): (Vec<T>, Vec<u32>) = found.take(ANSWERS_MAX).unzip();
    match ttls.into_iter().min() {
        Some(ttl) => Said::Found { values, ttl: Duration::from_secs(ttl.into()) },
        None if code == ResponseCode::NXDomain => Said::NoName,
        None => Said::NoData,
    }
}

#[cfg(test)]
mod tests;
