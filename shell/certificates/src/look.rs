//! A listener's certificate as a client sees it: connect, EHLO, STARTTLS, and the chain that the handshake showed.
//!
//! Nothing is verified: what is wrong with a certificate is said by who asks. Every look is a handshake of its own, never a
//! resumed session, which would show an old one. Its waits are real time whatever the node's clock does.

use model::{Duration, Stage};
use net::tls::{self, TlsError, Verification};
use net::{Clock, ConnectError};
use rustls_pki_types::{CertificateDer, ServerName};
use smtp::{ClientConfig, ClientEvent, ClientFailure, ClientSession, ClientTls};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The whole look.
const WAIT: Duration = Duration::from_secs(20);
const READ_LEN: usize = 4 << 10;

/// Why no certificate was seen.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("at {stage:?}: {failure}")]
    Refused { stage: Stage, failure: ClientFailure },
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    #[error("the handshake failed: {0}")]
    Handshake(io::Error),
    #[error("the listener showed no certificate")]
    Nothing,
    #[error("`{0}` is no name that a client could ask for")]
    Name(String),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("it took longer than {} s", WAIT.as_secs())]
    TooSlow,
}

/// The chain that a client asking for `hostname` is shown at `address`.
///
/// # Errors
/// [`LookError`] says how far the look came.
pub async fn look(address: SocketAddr, hostname: &str) -> Result<Vec<CertificateDer<'static>>, LookError> {
    let clock = Clock::start(1);
    let looked = tokio::time::timeout(WAIT, converse(reachable(address), hostname, &clock)).await;
    looked.unwrap_or(Err(LookError::TooSlow))
}

/// A listener on every address is reached by the machine's own.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn converse(
    address: SocketAddr,
    hostname: &str,
    clock: &Clock,
) -> Result<Vec<CertificateDer<'static>>, LookError> {
    let from: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let mut stream = net::connect(from, address, clock, clock.now() + WAIT).await?;
    let mut machine = ClientSession::new(ClientConfig::new(hostname, ClientTls::Required), clock.now());
    loop {
        match machine.poll_event() {
            Some(ClientEvent::StartTls) => return shake(stream, hostname).await,
            Some(ClientEvent::ConnectionFailed { stage, failure }) => {
                return Err(LookError::Refused { stage, failure });
            }
            Some(
                ClientEvent::Ready
                | ClientEvent::SendBody
                | ClientEvent::FinalDotSent
                | ClientEvent::TransactionDone { .. }
                | ClientEvent::Closed,
            ) => return Err(LookError::Nothing),
            None => exchange(&mut stream, &mut machine, clock).await?,
        }
    }
}

/// Writes what the machine wants to say, then reads what comes.
async fn exchange(stream: &mut TcpStream, machine: &mut ClientSession, clock: &Clock) -> io::Result<()> {
    let output = machine.take_output();
    if !output.is_empty() {
        return stream.write_all(&output).await;
    }
    let mut buffer = [0; READ_LEN];
    match stream.read(&mut buffer).await? {
        0 => machine.handle_end(clock.now()),
        length => machine.handle_bytes(&buffer[..length], clock.now()),
    }
    Ok(())
}

async fn shake(stream: TcpStream, hostname: &str) -> Result<Vec<CertificateDer<'static>>, LookError> {
    let name = ServerName::try_from(hostname.to_owned()).map_err(|_| LookError::Name(hostname.to_owned()))?;
    let connector = TlsConnector::from(tls::client_config(Verification::None, &[], None)?);
    let mut stream = connector.connect(name, stream).await.map_err(LookError::Handshake)?;
    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let chain: Vec<_> = chain.iter().map(|certificate| certificate.clone().into_owned()).collect();
    // A listener that demands a client certificate ends here; what it showed counts all the same.
    let goodbye = async {
        stream.write_all(b"QUIT\r\n").await?;
        stream.shutdown().await
    };
    if let Err(error) = goodbye.await {
        tracing::trace!(%error, "the listener closed first");
    }
    if chain.is_empty() { Err(LookError::Nothing) } else { Ok(chain) }
}

#[cfg(test)]
mod tests;
