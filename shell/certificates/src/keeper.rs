//! Who keeps every face presentable: begins with what there is, reads files again, renews what is ours to renew.
//!
//! `open` gives every listener something to present without asking anybody. `run` then goes on until it is dropped: every minute of
//! the node's clock it looks at the operator's files, it orders what is due, and it watches.

use crate::acme::{Acme, AcmeConfig, AcmeError};
use crate::disk::{self, DiskError};
use crate::face::{Beginning, Face, FaceConfig, Wish};
use crate::files::{Found, Last};
use crate::life::renew_at;
use crate::line::{Line, Source};
use crate::watch::Memory;
use model::{Duration, ListenerName, Metrics, TenantName, Timestamp};
use net::tls::{self, Facts, Identity, Presenter, TlsError};
use net::{Clock, Resolver};
use rustls_pki_types::CertificateDer;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, Notify};

/// How often the operator's files are looked at.
const TEND: Duration = Duration::from_secs(60);
/// The shortest pause between two looks, in real time.
const BREATH: Duration = Duration::from_millis(200);
/// How long a self-signed certificate is good for; it is renewed after two thirds of that.
const OWN_LIFE: Duration = Duration::from_secs(365 * 86_400);
/// A peer's clock may be behind ours.
const OWN_EARLIER: Duration = Duration::from_secs(86_400);

/// What there is to keep.
#[derive(Debug)]
pub struct KeeperConfig {
    pub data_dir: PathBuf,
    /// Each listener has one that is not further, and it stands before its further ones.
    pub faces: Vec<FaceConfig>,
    pub acme: Option<AcmeConfig>,
}

/// What the keeper works with.
pub struct Means {
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
    pub resolver: Resolver,
}

/// What is known once the listeners listen.
pub struct Surroundings {
    pub listeners: Vec<(ListenerName, SocketAddr)>,
    /// Asked at each round: tenants come and go.
    pub tenants: Box<dyn Fn() -> Vec<TenantCertificate> + Send + Sync>,
}

/// A tenant's client certificate.
#[derive(Debug)]
pub struct TenantCertificate {
    pub tenant: TenantName,
    pub chain: Result<Vec<CertificateDer<'static>>, TlsError>,
}

/// Why nothing can be presented.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Acme(#[from] AcmeError),
}

/// Keeps the certificates of one node.
pub struct Keeper {
    pub(crate) faces: Vec<Face>,
    presenters: BTreeMap<ListenerName, Arc<Presenter>>,
    pub(crate) acme: Option<Acme>,
    pub(crate) means: Means,
    pub(crate) around: OnceLock<Surroundings>,
    pub(crate) memory: Mutex<Memory>,
    pub(crate) warnings: std::sync::Mutex<Vec<String>>,
    data_dir: PathBuf,
    asked: Notify,
    pub(crate) order_asked: Notify,
    /// Something is presented, or wrong, since the last round of the watch.
    pub(crate) changed: Notify,
}

impl Keeper {
    /// Finds or makes something to present for every face.
    ///
    /// # Errors
    /// If the data directory cannot be used, or the root of `[acme]` cannot be read. A broken pair of the operator's is no error.
    pub fn open(config: KeeperConfig, means: Means) -> Result<Self, KeeperError> {
        let KeeperConfig { data_dir, faces: configs, acme } = config;
        let acme = acme.map(|acme| Acme::open(acme, &data_dir, means.resolver.clone())).transpose()?;
        let now = means.clock.now();
        let mut presenters: BTreeMap<ListenerName, Arc<Presenter>> = BTreeMap::new();
        let mut faces = Vec::new();
        for config in configs {
            let beginning = begin(&config, acme.as_ref(), &data_dir, now)?;
            let presenter = match presenters.get(&config.listener) {
                None => Arc::new(Presenter::new(&beginning.identity)?),
                Some(known) => {
                    known.present(
                        config.is_further.then_some(config.hostname.as_str()),
                        &beginning.identity,
                    )?;
                    Arc::clone(known)
                }
            };
            presenters.insert(config.listener.clone(), Arc::clone(&presenter));
            faces.push(Face::new(config, presenter, beginning));
        }
        Ok(Self {
            faces,
            presenters,
            acme,
            means,
            around: OnceLock::new(),
            memory: Mutex::default(),
            warnings: std::sync::Mutex::default(),
            data_dir,
            asked: Notify::new(),
            order_asked: Notify::new(),
            changed: Notify::new(),
        })
    }

    /// What the listener presents, now and later.
    #[must_use]
    pub fn presenter(&self, listener: &ListenerName) -> Option<Arc<Presenter>> {
        self.presenters.get(listener).cloned()
    }

    /// Keeps and watches for ever; ends when it is dropped.
    pub async fn run(self: Arc<Self>, around: Surroundings) {
        if self.around.set(around).is_err() {
            tracing::debug!("the certificates are kept already");
            return;
        }
        tokio::join!(self.tend_always(), self.renew_always(), self.watch_always());
    }

    /// Somebody may have mended something: reads the operator's files now and orders what was refused; for SIGHUP.
    pub fn look_again(&self) {
        self.asked.notify_one();
        self.order_asked.notify_one();
    }

    /// Every certificate of this node, looked at now.
    pub async fn list(&self) -> Vec<Line> {
        self.round(self.means.clock.now()).await
    }

    /// Looks at the operator's files, and makes self-signed certificates anew when they are due. `is_asked`: a person wants what
    /// is broken told at once.
    pub fn tend(&self, now: Timestamp, is_asked: bool) {
        let mut changed = false;
        for face in &self.faces {
            if let Wish::Files { chain, key } = &face.config.wish {
                changed |= face.reread(chain, key, now, is_asked);
            }
            if face.source() == Source::SelfSigned && renew_at(&face.facts()) <= now {
                changed = true;
                if let Err(error) = self.renew_own(face, now) {
                    face.set_trouble(format!("it cannot be made anew: {error}"));
                }
            }
        }
        if changed {
            self.changed.notify_one();
        }
    }

    fn renew_own(&self, face: &Face, now: Timestamp) -> Result<(), KeeperError> {
        let trouble = face.trouble();
        let (identity, facts) = own(&self.data_dir, &face.config.hostname, now)?;
        tracing::info!(face = face.name(), until = %facts.not_after, "a self-signed certificate was made anew");
        face.take(&identity, facts, Source::SelfSigned)?;
        // What keeps the wished one away is not mended by this.
        trouble.into_iter().for_each(|why| face.set_trouble(why));
        Ok(())
    }

    /// A span of the node's clock, and never less than a breath of real time: a drill that lives through a month in a minute must not
    /// be kept busy by looks.
    pub(crate) async fn pause(&self, span: Duration) {
        tokio::join!(self.means.clock.sleep(span), tokio::time::sleep(BREATH));
    }

    async fn tend_always(&self) {
        loop {
            let is_asked = tokio::select! {
                () = self.asked.notified() => true,
                () = self.pause(TEND) => false,
            };
            self.tend(self.means.clock.now(), is_asked);
        }
    }
}

/// What a face presents at a start: as wished if it is there, else self-signed.
fn begin(
    config: &FaceConfig,
    acme: Option<&Acme>,
    data_dir: &Path,
    now: Timestamp,
) -> Result<Beginning, KeeperError> {
    let mut last = Last::default();
    let mut trouble = None;
    match (&config.wish, acme) {
        (Wish::Files { chain, key }, _) => match last.look(chain, key, None, true) {
            Found::New(identity, facts) => {
                return Ok(Beginning { identity: *identity, facts, source: Source::File, last, trouble });
            }
            Found::Broken { why, .. } => trouble = Some(format!("{why}; a self-signed one is presented")),
            Found::Unchanged => {}
        },
        (Wish::Acme, Some(acme)) => match acme.kept(&config.hostname) {
            Ok(Some((identity, facts))) => {
                return Ok(Beginning { identity, facts, source: Source::Acme, last, trouble });
            }
            Ok(None) => {}
            Err(error) => trouble = Some(format!("what was issued before cannot be used: {error}")),
        },
        (Wish::Acme, None) => trouble = Some("there is no [acme] to ask".to_owned()),
        (Wish::SelfSigned, _) => {}
    }
    let (identity, facts) = own(data_dir, &config.hostname, now)?;
    Ok(Beginning { identity, facts, source: Source::SelfSigned, last, trouble })
}

/// The kept self-signed certificate for `hostname`, made anew if it is due.
fn own(data_dir: &Path, hostname: &str, now: Timestamp) -> Result<(Identity, Facts), KeeperError> {
    let path = disk::named(&data_dir.join("certificates"), hostname, "pem");
    if let Some(kept) = disk::read(&path)?.and_then(|bytes| usable(&bytes, hostname))
        && renew_at(&kept.1) > now
    {
        return Ok(kept);
    }
    let from = now - OWN_EARLIER;
    let made = tls::self_signed(hostname, from, from + OWN_LIFE)?;
    disk::replace(&path, made.joined().as_bytes())?;
    let identity = made.identity(hostname)?;
    let leaf = identity.chain.first().ok_or_else(|| TlsError::NoCertificate(hostname.to_owned()))?;
    let facts = Facts::of(leaf, hostname)?;
    Ok((identity, facts))
}

/// A pair that can be presented for this name; a damaged file of our own is made anew, like a missing one.
fn usable(bytes: &[u8], hostname: &str) -> Option<(Identity, Facts)> {
    let identity = tls::identity(bytes, bytes, hostname).ok()?;
    Presenter::new(&identity).ok()?;
    let facts = Facts::of(identity.chain.first()?, hostname).ok()?;
    facts.covers(hostname).then_some((identity, facts))
}

#[cfg(test)]
mod tests;
