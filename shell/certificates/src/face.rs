//! A face: what one listener presents for one host name, and where that comes from.
//!
//! A listener has one face for everybody and may have further ones for host names that clients ask for. What a face presents is
//! changed in one place, `take`, together with what is told about it.

use crate::files::{Found, Last};
use crate::life::Renewal;
use crate::line::Source;
use model::{ListenerName, Timestamp};
use net::tls::{Facts, Identity, Presenter, TlsError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a face's certificate is to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// It vouches for itself.
    SelfSigned,
    /// Two PEM files that the operator, or a program of theirs, replaces.
    Files { chain: PathBuf, key: PathBuf },
    /// An authority, by ACME.
    Acme,
}

/// One face as it was configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceConfig {
    pub listener: ListenerName,
    pub hostname: String,
    /// Shown to those who ask for the host name only; otherwise to everybody without a face of their own.
    pub is_further: bool,
    pub wish: Wish,
}

#[derive(Debug)]
pub(crate) struct Face {
    pub(crate) config: FaceConfig,
    presenter: Arc<Presenter>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    source: Source,
    facts: Facts,
    last: Last,
    trouble: Option<String>,
}

/// What a face begins with.
pub(crate) struct Beginning {
    pub(crate) identity: Identity,
    pub(crate) facts: Facts,
    pub(crate) source: Source,
    pub(crate) last: Last,
    pub(crate) trouble: Option<String>,
}

impl Face {
    pub(crate) fn new(config: FaceConfig, presenter: Arc<Presenter>, beginning: Beginning) -> Self {
        let Beginning { facts, source, last, trouble, identity: _ } = beginning;
        Self { config, presenter, state: Mutex::new(State { source, facts, last, trouble }) }
    }

    /// How it is called in texts.
    pub(crate) fn name(&self) -> String {
        let FaceConfig { listener, hostname, is_further, .. } = &self.config;
        if *is_further {
            format!("listener {listener} for {hostname}")
        } else {
            format!("listener {listener}")
        }
    }

    pub(crate) fn source(&self) -> Source {
        self.state().source
    }

    pub(crate) fn facts(&self) -> Facts {
        self.state().facts.clone()
    }

    /// Who renews what is presented now.
    pub(crate) fn renewal(&self) -> Renewal {
        match self.source() {
            Source::SelfSigned | Source::Acme => Renewal::Own,
            Source::File | Source::Tenant => Renewal::Theirs,
        }
    }

    /// Why what is presented is not what was wished for, or not what could be.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    pub(crate) fn set_trouble(&self, why: String) {
        self.state().trouble = Some(why);
    }

    /// Whether a client that asks for this face's name may be shown `leaf` now.
    pub(crate) fn presents(&self, leaf: &[u8]) -> bool {
        self.presenter.leaf(self.asked()).is_some_and(|own| own.as_ref() == leaf)
    }

    /// Presents something else from the next handshake on; the trouble is over.
    pub(crate) fn take(&self, identity: &Identity, facts: Facts, source: Source) -> Result<(), TlsError> {
        self.presenter.present(self.asked(), identity)?;
        let mut state = self.state();
        (state.facts, state.source, state.trouble) = (facts, source, None);
        Ok(())
    }

    /// Looks at the operator's files. True if something changed that a person may want to know.
    pub(crate) fn reread(
        &self,
        chain: &std::path::Path,
        key: &std::path::Path,
        now: Timestamp,
        is_asked: bool,
    ) -> bool {
        let (found, source) = {
            let mut state = self.state();
            let is_good = state.source == Source::File && state.facts.not_after > now;
            let ended_by = is_good.then_some(now);
            (state.last.look(chain, key, ended_by, is_asked), state.source)
        };
        match found {
            Found::Unchanged => false,
            Found::New(identity, facts) => {
                tracing::info!(face = self.name(), until = %facts.not_after, "a new certificate is presented");
                if let Err(error) = self.take(&identity, facts, Source::File) {
                    self.set_trouble(error.to_string());
                }
                true
            }
            Found::Broken { why, tell } => {
                if tell {
                    self.set_trouble(format!("{why}; {} stays in use", in_use(source)));
                }
                tell
            }
        }
    }

    fn asked(&self) -> Option<&str> {
        self.config.is_further.then_some(self.config.hostname.as_str())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_use(source: Source) -> &'static str {
    match source {
        Source::File => "the one that was read before",
        Source::SelfSigned => "a self-signed one",
        Source::Acme => "the one that was issued before",
        Source::Tenant => "the tenant's",
    }
}
