//! A document fetched from the web, or posted to it: one request, bounded in time, bytes and redirects.
//!
//! One connection for one request, over the resolver and TLS that deliveries use. It keeps no cookies, asks for no compression and follows only
//! redirects that do not go from https to http. What an answer means, a refusal too, is for who asked.

mod url;

use crate::tls::{self, TlsError, Verification};
use crate::{Clock, ConnectError, ResolveError, Resolver, is_public};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderName};
use hyper::http::request::Builder;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use model::Duration;
use rustls_pki_types::{CertificateDer, ServerName};
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// What a request may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the look-up of the name to the head of the answer, of each redirect anew.
    pub head_wait: Duration,
    /// For the body.
    pub body_wait: Duration,
    pub body_bytes_max: usize,
    pub redirects_max: usize,
}

impl Limits {
    /// What a status document takes: half a minute each for head and body.
    #[must_use]
    pub const fn document() -> Self {
        Self {
            head_wait: Duration::from_secs(30),
            body_wait: Duration::from_secs(30),
            body_bytes_max: 8 << 20,
            redirects_max: 5,
        }
    }
}

/// What the asker has already.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// Shown to the host of the URL only, and never in clear beyond this machine.
    pub bearer: Option<Bearer>,
}

/// A token that opens a document (RFC 6750). Never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Bearer(String);

impl Bearer {
    /// What a file with a token holds; `None` if that can be no token.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let token = text.trim();
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Self(token.to_owned()))
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(..)")
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    /// Where it came from in the end.
    pub url: String,
    pub content_type: Option<String>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub retry_after: Option<String>,
    pub cache_control: Option<String>,
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("`{0}` is no http or https URL")]
    Url(String),
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("no TLS with {host}: {error}")]
    Tls { host: String, error: std::io::Error },
    #[error("no answer from {host}: {error}")]
    Exchange { host: String, error: hyper::Error },
    #[error("the body from {host} cannot be read: {error}")]
    Body { host: String, error: Box<dyn std::error::Error + Send + Sync> },
    #[error("the body from {host} is longer than {max} bytes")]
    TooLong { host: String, max: usize },
    #[error("{host} did not begin its answer within {} s", .wait.as_secs())]
    SlowHead { host: String, wait: Duration },
    #[error("{host} did not end its answer within {} s", .wait.as_secs())]
    SlowBody { host: String, wait: Duration },
    #[error("{url} leads on more than {max} times")]
    Redirects { url: String, max: usize },
    #[error("{from} leads to {to}, which is not followed: it is no https URL")]
    Downgrade { from: String, to: String },
    #[error(
        "{0} has only addresses from which this document may not come: they are not of the public internet"
    )]
    Private(String),
}

/// Fetches documents. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    resolver: Resolver,
    connector: TlsConnector,
    limits: Limits,
    /// Where it may connect to; everywhere, if nothing is said.
    may_reach: Option<Arc<dyn Fn(IpAddr) -> bool + Send + Sync>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that trusts the public authorities and `roots`.
    ///
    /// # Errors
    /// If a root is no certificate.
    pub fn new(
        roots: &[CertificateDer<'static>],
        resolver: Resolver,
        limits: Limits,
    ) -> Result<Self, TlsError> {
        let connector = TlsConnector::from(tls::client_config(Verification::Name, roots, None)?);
        Ok(Self { resolver, connector, limits, may_reach: None })
    }

    /// The same client, which connects to nothing but addresses of the public internet, after redirects too.
    #[must_use]
    pub fn only_public(self) -> Self {
        self.only(is_public)
    }

    /// The same client, which connects to nothing but these addresses, after redirects too.
    #[must_use]
    pub fn only(self, may_reach: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self { may_reach: Some(Arc::new(may_reach)), ..self }
    }

    /// The document at `url`, or the answer that it has not changed.
    ///
    /// # Errors
    /// If nothing came back within the limits. A refusal of the server is an answer.
    pub async fn get(&self, url: &str, known: &Known) -> Result<Answer, HttpError> {
        let mut current = url.to_owned();
        let mut known = known.clone();
        for _ in 0..=self.limits.redirects_max {
            let uri = url::checked(&current)?;
            known.bearer = known.bearer.filter(|_| may_see_token(&uri, url));
            let host = uri.host().unwrap_or_default().to_owned();
            let wait = self.limits.head_wait;
            let slow = |_| HttpError::SlowHead { host: host.clone(), wait };
            // One level less for who awaits this.
            let asked = async { self.ask(&uri, request(&uri, &known)?).await };
            let asked = Box::pin(tokio::time::timeout(wait, asked)).await;
            let (head, connection) = asked.map_err(slow)??;
            let location = head.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            match location
                .filter(|_| head.status().is_redirection() && head.status() != StatusCode::NOT_MODIFIED)
            {
                Some(location) => current = url::redirected(&current, location)?,
                None => return self.answer(current, &host, head, connection).await,
            }
        }
        Err(HttpError::Redirects { url: url.to_owned(), max: self.limits.redirects_max })
    }

    /// What the server at an https `url` answers to `body`. A redirection is an answer, and not followed.
    ///
    /// # Errors
    /// If nothing came back within the limits, or it is no https URL.
    pub async fn post(&self, url: &str, media_type: &str, body: Vec<u8>) -> Result<Answer, HttpError> {
        let uri = url::checked(url)?;
        if uri.scheme_str() != Some("https") {
            return Err(HttpError::Url(url.to_owned()));
        }
        let host = uri.host().unwrap_or_default().to_owned();
        let request = head(&uri)
            .method(Method::POST)
            .header(header::CONTENT_TYPE, media_type)
            .header(header::CONTENT_LENGTH, body.len())
            .body(Full::new(Bytes::from(body)));
        let request = request.map_err(|_| HttpError::Url(url.to_owned()))?;
        let wait = self.limits.head_wait;
        let asked = Box::pin(tokio::time::timeout(wait, self.ask(&uri, request))).await;
        let slow = |_| HttpError::SlowHead { host: host.clone(), wait };
        let (head, connection) = asked.map_err(slow)??;
        self.answer(url.to_owned(), &host, head, connection).await
    }

    async fn ask(
        &self,
        uri: &Uri,
        request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Connection), HttpError> {
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let stream = self.connect(&host, port).await?;
        if !is_tls {
            return exchange(stream, request, host).await;
        }
        let name = ServerName::try_from(host.clone()).map_err(|_| HttpError::Url(uri.to_string()))?;
        match self.connector.connect(name, stream).await {
            Ok(stream) => exchange(stream, request, host).await,
            Err(error) => Err(HttpError::Tls { host, error }),
        }
    }

    async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, HttpError> {
        let clock = Clock::start(1);
        let deadline = clock.now() + self.limits.head_wait / 2;
        let mut last = None;
        for address in self.resolver.addresses(host).await? {
            if self.may_reach.as_ref().is_some_and(|may_reach| !may_reach(address)) {
                last = last.or_else(|| Some(HttpError::Private(host.to_owned())));
                continue;
            }
            let from: IpAddr =
                if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            match crate::connect(from, SocketAddr::new(address, port), &clock, deadline).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error.into()),
            }
        }
        Err(last.unwrap_or_else(|| ResolveError::Absent(host.to_owned()).into()))
    }

    async fn answer(
        &self,
        url: String,
        host: &str,
        head: Response<Incoming>,
        connection: Connection,
    ) -> Result<Answer, HttpError> {
        let (parts, body) = head.into_parts();
        let text = |name: HeaderName| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
        let limited = Limited::new(body, self.limits.body_bytes_max).collect();
        let read = async {
            tokio::select! {
                body = limited => body,
                never = connection => match never {},
            }
        };
        let wait = self.limits.body_wait;
        let read = tokio::time::timeout(wait, read).await;
        let body = read
            .map_err(|_| HttpError::SlowBody { host: host.to_owned(), wait })?
            .map_err(|error| self.broken(host, error))?;
        Ok(Answer {
            status: parts.status,
            url,
            content_type: text(header::CONTENT_TYPE),
            etag: text(header::ETAG),
            last_modified: text(header::LAST_MODIFIED),
            retry_after: text(header::RETRY_AFTER),
            cache_control: text(header::CACHE_CONTROL),
            body: body.to_bytes().to_vec(),
        })
    }
}

impl Client {
    fn broken(&self, host: &str, error: Box<dyn std::error::Error + Send + Sync>) -> HttpError {
        let host = host.to_owned();
        if error.is::<LengthLimitError>() {
            HttpError::TooLong { host, max: self.limits.body_bytes_max }
        } else {
            HttpError::Body { host, error }
        }
    }
}

/// A token goes to the very place that it was given for, encrypted or within this machine.
fn may_see_token(uri: &Uri, asked: &str) -> bool {
    let is_same = url::checked(asked).is_ok_and(|asked| asked.authority() == uri.authority());
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_same && (uri.scheme_str() == Some("https") || is_here)
}

/// The host of a URL that can be asked, in lower case.
///
/// # Errors
/// If it is no URL of the web.
pub fn host_of(url: &str) -> Result<String, HttpError> {
    url::checked(url).map(|uri| uri.host().unwrap_or_default().to_ascii_lowercase())
}

/// Moves the bytes while somebody waits for an answer; it ends never, because its end is no answer.
type Connection = Pin<Box<dyn Future<Output = Infallible> + Send>>;

/// What every request says.
fn head(uri: &Uri) -> Builder {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    // Who has a name and a password in his URL does not want them in a header.
    let host = host.rsplit('@').next().unwrap_or_default();
    Request::builder()
        .uri(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, concat!("signpost/", env!("CARGO_PKG_VERSION")))
}

fn request(uri: &Uri, known: &Known) -> Result<Request<Full<Bytes>>, HttpError> {
    let mut request = head(uri)
        .header(header::ACCEPT, "application/json, application/atom+xml, application/rss+xml, application/xml, text/xml, */*;q=0.5")
        .header(header::ACCEPT_ENCODING, "identity");
    if let Some(etag) = &known.etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(at) = &known.last_modified {
        request = request.header(header::IF_MODIFIED_SINCE, at);
    }
    if let Some(Bearer(token)) = &known.bearer {
        let mut value = header::HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| HttpError::Url(uri.to_string()))?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    request.body(Full::default()).map_err(|_| HttpError::Url(uri.to_string()))
}

async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    host: String,
) -> Result<(Response<Incoming>, Connection), HttpError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error| HttpError::Exchange { host: host.clone(), error };
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let mut connection: Connection = Box::pin(async move {
        // A broken connection fails what is read of the body.
        let _ended = connection.await;
        std::future::pending().await
    });
    let head = tokio::select! {
        head = sender.send_request(request) => head.map_err(failed)?,
        never = &mut connection => match never {},
    };
    Ok((head, connection))
}

#[cfg(test)]
mod tests;
