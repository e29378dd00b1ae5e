//! Hosts of recipients' domains with one peculiarity each, and a web host that gives policies and takes reports.

use crate::node::{Node, WAIT, self_signed};
use model::Duration;
use net::tls::{ClientCertificates, Identity, Presenter, identity, server_config};
use playground::dns::Answer;
use playground::{Issued, wall_clock};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What an exchanger shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// A certificate that names it.
    Good,
    Expired,
    OtherName,
    SelfSigned,
    /// No STARTTLS.
    Nothing,
    /// STARTTLS, and then nonsense.
    Nonsense,
}

/// Exchangers on one port of several addresses, each taking every message.
pub(super) struct Hosts {
    pub(super) port: u16,
    first: Option<TcpListener>,
    tasks: JoinSet<()>,
}

impl Hosts {
    pub(super) async fn begin() -> Self {
        let first = TcpListener::bind("127.0.7.1:0").await.unwrap();
        Self { port: first.local_addr().unwrap().port(), first: Some(first), tasks: JoinSet::new() }
    }

    /// The exchanger of `domain`: `mx.DOMAIN`.
    pub(super) async fn serve(&mut self, node: &Node, number: u8, domain: &str, shows: Shows) {
        let address = IpAddr::from([127, 0, 7, number]);
        let listener = match self.first.take() {
            Some(first) if number == 1 => first,
            first => {
                self.first = first;
                TcpListener::bind((address, self.port)).await.unwrap()
            }
        };
        let host = format!("mx.{domain}");
        node.playground.dns().add(domain, Answer::Mx { preference: 10, host: host.clone() });
        node.playground.dns().add(&host, Answer::Address(address));
        let tls = identity_of(node, &host, shows).map(|shown| acceptor(&shown));
        self.tasks.spawn(async move {
            let mut sessions = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                sessions.spawn(session(stream, tls.clone(), shows));
            }
        });
    }
}

fn issued(issued: &Issued) -> Identity {
    identity(issued.certificate_pem.as_bytes(), issued.key_pem.as_bytes(), "a host").unwrap()
}

fn identity_of(node: &Node, host: &str, shows: Shows) -> Option<Identity> {
    let authority = node.playground.authority();
    let by_authority = |name: &str, end| issued(&authority.issue_until(&[name], end).unwrap());
    match shows {
        Shows::Good => Some(by_authority(host, None)),
        Shows::Expired => Some(by_authority(host, Some(wall_clock() - Duration::from_secs(3_600)))),
        Shows::OtherName => Some(by_authority("elsewhere.example", None)),
        Shows::SelfSigned => Some(self_signed(host)),
        Shows::Nothing => None,
        Shows::Nonsense => Some(self_signed(host)),
    }
}

fn acceptor(shown: &Identity) -> TlsAcceptor {
    let presenter = Arc::new(Presenter::new(shown).unwrap());
    TlsAcceptor::from(server_config(presenter, ClientCertificates::None).unwrap())
}

async fn session(mut stream: TcpStream, tls: Option<TlsAcceptor>, shows: Shows) {
    let offered = if tls.is_some() { "250-mx.example\r\n250 STARTTLS\r\n" } else { "250 mx.example\r\n" };
    stream.write_all(b"220 mx.example ESMTP\r\n").await.unwrap();
    let wants_tls = talk(&mut stream, offered).await;
    let Some(tls) = tls.filter(|_| wants_tls) else { return };
    if shows == Shows::Nonsense {
        drop(stream.write_all(b"this is no handshake at all\r\n").await);
        return;
    }
    // Who does not like the certificate goes away.
    if let Ok(mut stream) = tls.accept(stream).await {
        talk(&mut stream, "250 mx.example\r\n").await;
    }
}

/// Takes everything, until STARTTLS or the end.
async fn talk(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), offered: &str) -> bool {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return false;
        }
        let answer = match line.get(..4).unwrap_or_default() {
            "EHLO" => offered,
            "STAR" => "220 go ahead\r\n",
            "DATA" => {
                stream.write_all(b"354 go ahead\r\n").await.unwrap();
                while stream.read_line(&mut line).await.unwrap_or(0) > 0 && !line.ends_with("\r\n.\r\n") {}
                "250 2.0.0 taken\r\n"
            }
            "QUIT" => "221 2.0.0 bye\r\n",
            _ => "250 2.0.0 ok\r\n",
        };
        if stream.write_all(answer.as_bytes()).await.is_err() || line.starts_with("QUIT") {
            return false;
        }
        if line.starts_with("STAR") {
            return true;
        }
    }
}

/// What was posted: path, media type, body.
pub(super) type Posted = (String, String, Vec<u8>);

/// A web host with policies by the name that is asked.
pub(super) struct Web {
    pub(super) port: u16,
    listener: Option<TcpListener>,
    policies: Arc<Mutex<BTreeMap<String, String>>>,
    posted: watch::Sender<Vec<Posted>>,
    tasks: JoinSet<()>,
}

const ADDRESS: [u8; 4] = [127, 0, 7, 250];

impl Web {
    pub(super) async fn bind() -> Self {
        let listener = TcpListener::bind((IpAddr::from(ADDRESS), 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let posted = watch::Sender::new(Vec::new());
        Self { port, listener: Some(listener), policies: Arc::default(), posted, tasks: JoinSet::new() }
    }

    /// Announces a policy of `domain`, and gives it to who asks for it.
    pub(super) fn announce(&self, node: &Node, domain: &str, policy: &str) {
        let dns = node.playground.dns();
        dns.add(&format!("_mta-sts.{domain}"), Answer::Text("v=STSv1; id=20261127;".to_owned()));
        dns.add(&format!("mta-sts.{domain}"), Answer::Address(IpAddr::from(ADDRESS)));
        self.policies.lock().unwrap().insert(format!("mta-sts.{domain}"), policy.to_owned());
    }

    /// Works with a certificate for these names.
    pub(super) fn serve(&mut self, node: &Node, names: &[&str]) {
        let listener = self.listener.take().unwrap();
        let tls = acceptor(&issued(&node.playground.authority().issue(names).unwrap()));
        let (policies, posted) = (Arc::clone(&self.policies), self.posted.clone());
        self.tasks.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = tls.accept(stream).await else { continue };
                let answer = answer(&mut stream, &policies, &posted).await;
                drop(stream.write_all(answer.as_bytes()).await);
                drop(stream.shutdown().await);
            }
        });
    }

    /// Waits for as many POSTs.
    pub(super) async fn posted(&self, count: usize) -> Vec<Posted> {
        let mut posted = self.posted.subscribe();
        let waited = tokio::time::timeout(WAIT, posted.wait_for(|posted| posted.len() >= count));
        waited.await.unwrap_or_else(|_| panic!("{:?}", self.posted.borrow())).unwrap().clone()
    }
}

async fn answer(
    stream: &mut (impl AsyncRead + Unpin),
    policies: &Mutex<BTreeMap<String, String>>,
    posted: &watch::Sender<Vec<Posted>>,
) -> String {
    let mut stream = BufReader::new(stream);
    let (mut first, mut fields) = (String::new(), BTreeMap::new());
    stream.read_line(&mut first).await.unwrap();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        fields.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    if let Some(rest) = first.strip_prefix("POST ") {
        let mut body = vec![0; fields["content-length"].parse().unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        let path = rest.split(' ').next().unwrap().to_owned();
        posted.send_modify(|posted| posted.push((path, fields["content-type"].clone(), body)));
        return "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned();
    }
    assert!(first.starts_with("GET /.well-known/mta-sts.txt HTTP/1.1"), "{first}");
    let name = fields["host"].split(':').next().unwrap().to_owned();
    let policy = policies.lock().unwrap().get(&name).cloned().unwrap_or_default();
    let head = format!("Content-Type: text/plain\r\nContent-Length: {}\r\n", policy.len());
    format!("HTTP/1.1 200 OK\r\n{head}Connection: close\r\n\r\n{policy}")
}
