//! Calls webhooks: one request over one connection, to an address that was looked at before.
//!
//! Strangers' URLs must not reach what stands behind our firewall. Only https, and only addresses of the public internet; the connection goes to
//! the very address that was judged, so that a name which changes its mind between the two gains nothing. A redirection is a failure. Answers are not read
//! beyond their status.

use super::hook::Call;
use super::postman::Outcome;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::http::uri::PathAndQuery;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use net::tls::{self, TlsError, Verification};
use net::{Clock, Resolver, is_public};
use rustls_pki_types::{CertificateDer, ServerName};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

/// As long as Statuspage waits.
const WAIT: Duration = Duration::from_secs(30);
const HTTPS: u16 = 443;
const HTTP: u16 = 80;
const URL_LEN_MAX: usize = 2_000;

/// Why a webhook may not be called.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    #[error("`{0}` is not an https URL such as https://hooks.customer.example/status")]
    Url(String),
    #[error("the port {0} is a service's that takes no webhooks")]
    Port(u16),
    #[error("{0} is no address of the public internet; `notices.private_webhooks = true` allows it")]
    Private(String),
    #[error("TLS for webhooks cannot be set up: {0}")]
    Tls(#[from] TlsError),
}

/// The client; clones are the same one.
#[derive(Clone)]
pub struct Courier {
    resolver: Resolver,
    connector: TlsConnector,
    clock: Clock,
    allows_private: bool,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Courier {
    /// With `allows_private` also http, and addresses of this host and network.
    ///
    /// # Errors
    /// If the roots cannot be used.
    pub fn new(
        resolver: Resolver,
        extra_roots: &[CertificateDer<'static>],
        allows_private: bool,
    ) -> Result<Self, CourierError> {
        let connector = TlsConnector::from(tls::client_config(Verification::Name, extra_roots, None)?);
        Ok(Self { resolver, connector, clock: Clock::start(1), allows_private })
    }

    /// Whether a URL may be called, as far as it shows without asking for its name.
    pub(crate) fn check(&self, url: &str) -> Result<(), CourierError> {
        let (_, host, port, _) = self.place(url)?;
        if !self.allows_private && port < 1024 && port != HTTPS && port != HTTP {
            return Err(CourierError::Port(port));
        }
        match host.parse::<IpAddr>() {
            Ok(address) if !self.allows_private && !is_public(address) => Err(CourierError::Private(host)),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The parsed URL, its host without brackets, its port, and whether it is encrypted.
    fn place(&self, url: &str) -> Result<(Uri, String, u16, bool), CourierError> {
        let wrong = || CourierError::Url(url.chars().take(60).collect());
        let parsed: Uri = url.parse().map_err(|_| wrong())?;
        let is_encrypted = match parsed.scheme_str() {
            Some("https") => true,
            Some("http") if self.allows_private => false,
            Some(_) | None => return Err(wrong()),
        };
        let authority = parsed.authority().ok_or_else(wrong)?;
        if url.len() > URL_LEN_MAX || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(wrong());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = parsed.port_u16().unwrap_or(if is_encrypted { HTTPS } else { HTTP });
        Ok((parsed, host, port, is_encrypted))
    }

    /// Calls `url`; whatever is not 2xx within half a minute is tried again.
    pub(crate) async fn send(&self, url: &str, call: &Call) -> Outcome {
        if let Err(error) = self.check(url) {
            return Outcome::Again(error.to_string());
        }
        match tokio::time::timeout(WAIT, self.ask(url, call)).await {
            Ok(Ok(status)) if status.is_success() => Outcome::Sent,
            // RFC 9110 §15.5.11: the owner says that it is gone for good.
            Ok(Ok(StatusCode::GONE)) => Outcome::Never("410 Gone".to_owned()),
            Ok(Ok(status)) => Outcome::Again(format!("answered {status}")),
            Ok(Err(error)) => Outcome::Again(error),
            Err(_elapsed) => Outcome::Again(format!("no answer within {} s", WAIT.as_secs())),
        }
    }

    async fn ask(&self, url: &str, call: &Call) -> Result<StatusCode, String> {
        let (parsed, host, port, is_encrypted) = self.place(url).map_err(|error| error.to_string())?;
        let stream = self.connect(&host, port, is_encrypted).await?;
        let path = parsed.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        let authority = parsed.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
        let request = Request::post(Uri::from(path))
            .header(HOST, authority)
            .header(USER_AGENT, concat!("Signpost/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, "application/json")
            .header("X-Signpost-Event", &call.event)
            .header("X-Signpost-Timestamp", call.timestamp)
            .header("X-Signpost-Signature", &call.signature)
            .body(Full::new(Bytes::from(call.body.clone())))
            .map_err(|error| error.to_string())?;
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(|error| error.to_string())?;
        // The connection moves the bytes; its own end is no answer, and its failure fails the request.
        let moved = async {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to a webhook broke");
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answer = sender.send_request(request) => {
                answer.map(|answer| answer.status()).map_err(|error| error.to_string())
            }
            () = moved => Err("the connection ended".to_owned()),
        }
    }

    async fn connect(&self, host: &str, port: u16, is_encrypted: bool) -> Result<Box<dyn Stream>, String> {
        let found = self.resolver.addresses(host).await.map_err(|error| error.to_string())?;
        let mut last = CourierError::Private(host.to_owned()).to_string();
        for address in found.into_iter().filter(|address| self.allows_private || is_public(*address)) {
            let from: IpAddr =
                if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            let deadline = self.clock.now() + WAIT / 3;
            let stream = net::connect(from, SocketAddr::new(address, port), &self.clock, deadline).await;
            match stream {
                Ok(stream) if !is_encrypted => return Ok(Box::new(stream)),
                Ok(stream) => {
                    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
                    let secured = self.connector.connect(name, stream).await;
                    return secured
                        .map(|stream| Box::new(stream) as Box<dyn Stream>)
                        .map_err(|error| format!("no TLS: {error}"));
                }
                Err(error) => last = error.to_string(),
            }
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests;
