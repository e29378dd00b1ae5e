//! HTTPS to the authority: one connection for one request, over what deliveries use as well.
//!
//! Only https URLs are followed, answers are bounded, every request has a deadline in real time. When a refusal names a time to
//! come again, it is remembered for who paces the orders.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue, RETRY_AFTER};
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use model::Duration;
use net::tls::{self, TlsError, Verification};
use net::{Clock, ConnectError, ResolveError, Resolver};
use rustls_pki_types::{CertificateDer, ServerName};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const REQUEST_WAIT: Duration = Duration::from_secs(30);
/// A chain is a few KiB.
const ANSWER_LEN_MAX: usize = 1 << 20;
const HTTPS: u16 = 443;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Http {
    resolver: Resolver,
    connector: TlsConnector,
    /// What the newest refusal's Retry-After said.
    wish: Arc<Mutex<Option<Duration>>>,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error("`{0}` is not an https URL")]
    Url(Uri),
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("no TLS with {host}: {error}")]
    Tls { host: String, error: std::io::Error },
    #[error("no answer: {0}")]
    Exchange(#[from] hyper::Error),
    #[error("no answer that can be read: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    #[error("no answer within {} s", REQUEST_WAIT.as_secs())]
    TooSlow,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

impl Http {
    pub(super) fn new(roots: &[CertificateDer<'static>], resolver: Resolver) -> Result<Self, TlsError> {
        let connector = TlsConnector::from(tls::client_config(Verification::Name, roots, None)?);
        Ok(Self { resolver, connector, wish: Arc::default() })
    }

    /// What the newest refusal's Retry-After said, once.
    pub(super) fn take_wish(&self) -> Option<Duration> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn ask(&self, mut request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, HttpError> {
        let stream = self.connect(request.uri()).await?;
        let url = std::mem::take(request.uri_mut());
        let path = url.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        *request.uri_mut() = Uri::from(path);
        let host = url.authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
        request.headers_mut().extend(host.map(|host| (HOST, host)));
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let answered = async {
            let answer = sender.send_request(request).await?;
            self.note_wish(&answer);
            let (parts, body) = answer.into_parts();
            let body = Limited::new(body, ANSWER_LEN_MAX).collect().await.map_err(HttpError::Body)?;
            Ok(BytesResponse { parts, body: Box::new(body.to_bytes()) })
        };
        // The connection moves the bytes; its own end is no answer, and its failure fails the request.
        let moved = async {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to the authority broke");
            }
            std::future::pending().await
        };
        tokio::select! {
            answer = answered => answer,
            never = moved => never,
        }
    }

    async fn connect(&self, url: &Uri) -> Result<TlsStream<TcpStream>, HttpError> {
        let host = url.host().filter(|_| url.scheme_str() == Some("https"));
        let host = host.ok_or_else(|| HttpError::Url(url.clone()))?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(|_| HttpError::Url(url.clone()))?;
        let port = url.port_u16().unwrap_or(HTTPS);
        let clock = Clock::start(1);
        let mut last = None;
        for address in self.resolver.addresses(host).await? {
            let from: IpAddr =
                if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            let deadline = clock.now() + REQUEST_WAIT / 2;
            match net::connect(from, SocketAddr::new(address, port), &clock, deadline).await {
                Ok(stream) => {
                    let secured = self.connector.connect(name, stream).await;
                    return secured.map_err(|error| HttpError::Tls { host: host.to_owned(), error });
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(|| ResolveError::Absent(host.to_owned()).into(), HttpError::from))
    }

    fn note_wish(&self, answer: &Response<Incoming>) {
        if answer.status().is_client_error() || answer.status().is_server_error() {
            // Seconds; an authority that names a date is asked again as if it had named nothing.
            let value = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            let seconds = value.and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
            *self.wish.lock().unwrap_or_else(PoisonError::into_inner) = seconds;
        }
    }
}

impl HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let http = self.clone();
        Box::pin(async move {
            let asked = tokio::time::timeout(REQUEST_WAIT, http.ask(request)).await;
            asked.unwrap_or(Err(HttpError::TooSlow)).map_err(|error| Error::Other(Box::new(error)))
        })
    }
}

#[cfg(test)]
mod tests;
