//! A mail system that hands mail over: in clear or under TLS, with the certificate, host name and login that a test wants.

use crate::node::{KIM, Node};
use net::tls::{self, Identity, Verification};
use rustls_pki_types::ServerName;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Both directions of a connection.
trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// One session.
pub(crate) struct Client(Box<dyn Line>);

impl Client {
    /// In clear, up to the reply to EHLO.
    pub(crate) async fn plain(to: SocketAddr) -> Self {
        let mut client = Self(Box::new(TcpStream::connect(to).await.unwrap()));
        client.hear().await;
        client.say("EHLO mail.example").await;
        client
    }

    /// Under TLS, asking for the host `name`, up to the reply to EHLO.
    pub(crate) async fn tls(to: SocketAddr, name: &str, identity: Option<Identity>) -> Self {
        let mut client = Self::plain(to).await;
        client.say("STARTTLS").await;
        let config = tls::client_config(Verification::None, &[], identity).unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let stream = TlsConnector::from(config).connect(name, client.0).await.unwrap();
        let mut client = Self(Box::new(stream));
        client.say("EHLO mail.example").await;
        client
    }

    /// As Exchange Online, with a certificate of the playground's authority.
    pub(crate) async fn microsoft(node: &Node) -> Self {
        let shown = issued(node, "mail.protection.outlook.com");
        Self::tls(node.address(), "in.eu.relay.example", Some(shown)).await
    }

    /// Says a command; gives the whole reply.
    pub(crate) async fn say(&mut self, command: &str) -> String {
        self.0.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
        self.hear().await
    }

    async fn hear(&mut self) -> String {
        let mut heard = String::new();
        let mut buffer = [0; 4096];
        let is_last = |line: &str| line.len() >= 4 && line.as_bytes()[3] == b' ';
        while !(heard.ends_with("\r\n") && heard.lines().last().is_some_and(is_last)) {
            let read = self.0.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the relay closed after {heard:?}");
            heard.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        heard
    }

    /// Hands a message to Kim over; gives the reply that ended it.
    pub(crate) async fn hand_over(&mut self, mail_from: &str, message: &str) -> String {
        let utf8 = if mail_from.is_ascii() { "" } else { " SMTPUTF8" };
        for command in [&format!("MAIL FROM:<{mail_from}>{utf8}"), &format!("RCPT TO:<{KIM}>"), "DATA"] {
            let reply = self.say(command).await;
            if !reply.starts_with(['2', '3']) {
                return reply;
            }
        }
        self.say(&format!("{message}\r\n.")).await
    }
}

/// A certificate for `name` of the playground's authority, which the relay trusts.
pub(crate) fn issued(node: &Node, name: &str) -> Identity {
    let issued = node.playground.authority().issue(&[name]).unwrap();
    tls::identity(issued.certificate_pem.as_bytes(), issued.key_pem.as_bytes(), name).unwrap()
}
