//! Certificates from an authority by ACME (RFC 8555), proven over http-01.
//!
//! One account for each directory, one order at a time, one certificate for each host name. What is issued is checked as an operator's
//! file would be before anybody presents it. Everything that goes wrong becomes a refusal with its reason; how long to wait after it
//! is decided elsewhere.

mod account;
mod challenge;
mod http;
mod order;

use crate::disk::{self, DiskError};
use crate::pace::{Refusal, Tries};
use challenge::Answers;
use http::Http;
use instant_acme::Error;
use model::{Duration, Timestamp};
use net::Resolver;
use net::tls::{self, Facts, Identity, Pem, Presenter, TlsError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// One order from the directory to the chain.
const ORDER_WAIT: Duration = Duration::from_secs(300);
/// An authority that rejects nonces may reject several in a row; the order is then begun anew, which costs it nothing.
const NONCE_TRIES: u32 = 8;

/// The operator's file, section `[acme]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeConfig {
    /// The directory's URL.
    pub directory: String,
    /// URLs such as `mailto:postmaster@relay.example`.
    pub contact: Vec<String>,
    /// Where the authority's question is answered: it comes to port 80 of each host name.
    pub challenge_address: SocketAddr,
    /// A PEM file of roots that the directory may be signed by, beside the public ones.
    pub root: Option<PathBuf>,
}

/// An authority, the account there, and what it issued.
#[derive(Debug)]
pub(crate) struct Acme {
    config: AcmeConfig,
    directory: PathBuf,
    http: Http,
}

/// A failure on the way to a certificate, of whatever kind.
#[derive(Debug, thiserror::Error)]
pub(super) enum OrderError {
    #[error(transparent)]
    Acme(#[from] Error),
    #[error(
        "cannot answer the authority's question on {address}: {error}; free the port, or change `challenge_address`"
    )]
    Challenge { address: SocketAddr, error: std::io::Error },
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Acme {
    pub(crate) fn open(config: AcmeConfig, data_dir: &Path, resolver: Resolver) -> Result<Self, AcmeError> {
        let roots = match &config.root {
            None => Vec::new(),
            Some(path) => {
                let bytes =
                    std::fs::read(path).map_err(|error| DiskError::Read { path: path.clone(), error })?;
                tls::certificates(&bytes, &path.display().to_string())?
            }
        };
        let http = Http::new(&roots, resolver)?;
        Ok(Self { config, directory: data_dir.join("acme"), http })
    }

    pub(crate) fn url(&self) -> &str {
        &self.config.directory
    }

    /// What is kept for `hostname`, if it can be presented.
    pub(crate) fn kept(&self, hostname: &str) -> Result<Option<(Identity, Facts)>, OrderError> {
        let path = disk::named(&self.directory, hostname, "pem");
        let Some(bytes) = disk::read(&path)? else { return Ok(None) };
        let identity = tls::identity(&bytes, &bytes, &path.display().to_string())?;
        checked(identity, hostname).map(Some)
    }

    /// What was tried for `hostname`; a damaged file counts as none.
    pub(crate) fn tries(&self, hostname: &str) -> Tries {
        let read = disk::read(&disk::named(&self.directory, hostname, "json")).ok().flatten();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    pub(crate) fn keep_tries(&self, hostname: &str, tries: &Tries) {
        let path = disk::named(&self.directory, hostname, "json");
        let bytes = serde_json::to_vec(tries).unwrap_or_default();
        if let Err(error) = disk::replace(&path, &bytes) {
            tracing::warn!(%error, "what was tried for a certificate cannot be kept");
        }
    }

    /// Orders a certificate for `hostname`, and keeps it.
    pub(crate) async fn issue(&self, hostname: &str, now: Timestamp) -> Result<(Identity, Facts), Refusal> {
        let mut tries = 1;
        loop {
            let ordered = tokio::time::timeout(ORDER_WAIT, self.order(hostname)).await;
            let late = || OrderError::Refused(format!("it was not done within {} s", ORDER_WAIT.as_secs()));
            let error = match ordered.unwrap_or_else(|_| Err(late())) {
                Ok((identity, facts)) if facts.not_after > now => return Ok((identity, facts)),
                Ok((_, facts)) => {
                    OrderError::Refused(format!("it issued one that ended at {}", facts.not_after))
                }
                Err(error) => error,
            };
            if tries < NONCE_TRIES && is_problem(&error, "badNonce") {
                tries += 1;
                continue;
            }
            return Err(self.refusal(hostname, &error));
        }
    }

    async fn order(&self, hostname: &str) -> Result<(Identity, Facts), OrderError> {
        let address = self.config.challenge_address;
        let answers = Answers::open(address).await;
        let answers = answers.map_err(|error| OrderError::Challenge { address, error })?;
        let account = account::open(&self.config, &self.directory, &self.http).await?;
        let pem = tokio::select! {
            ordered = order::order(&account, hostname, &answers) => ordered?,
            error = answers.serve() => return Err(OrderError::Challenge { address, error }),
        };
        let taken = checked(pem.identity("what the authority issued")?, hostname)?;
        self.keep(hostname, &pem)?;
        Ok(taken)
    }

    fn keep(&self, hostname: &str, pem: &Pem) -> Result<(), DiskError> {
        disk::replace(&disk::named(&self.directory, hostname, "pem"), pem.joined().as_bytes())
    }

    fn refusal(&self, hostname: &str, error: &OrderError) -> Refusal {
        if is_problem(error, "accountDoesNotExist")
            && let Err(error) = account::forget(&self.directory)
        {
            tracing::warn!(%error, "an account that the authority does not know cannot be forgotten");
        }
        Refusal {
            why: format!("{} issues no certificate for {hostname}: {error}", self.config.directory),
            is_rate_limit: is_problem(error, "rateLimited"),
            wish: self.http.take_wish(),
        }
    }
}

/// Why there is no ACME.
#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    #[error("the root of [acme]: {0}")]
    Disk(#[from] DiskError),
    #[error("the root of [acme]: {0}")]
    Tls(#[from] TlsError),
}

/// As an operator's file: one pair, for this name.
fn checked(identity: Identity, hostname: &str) -> Result<(Identity, Facts), OrderError> {
    Presenter::new(&identity)?;
    let leaf =
        identity.chain.first().ok_or_else(|| OrderError::Refused("there is no certificate".to_owned()))?;
    let facts = Facts::of(leaf, hostname)?;
    if !facts.covers(hostname) {
        return Err(OrderError::Refused(format!("it is for {}", facts.names.join(", "))));
    }
    Ok((identity, facts))
}

/// Whether the authority named this problem (RFC 8555 §6.7).
fn is_problem(error: &OrderError, name: &str) -> bool {
    let OrderError::Acme(Error::Api(problem)) = error else { return false };
    problem.r#type.as_deref().is_some_and(|kind| kind == format!("urn:ietf:params:acme:error:{name}"))
}
