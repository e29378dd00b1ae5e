//! Where the public page keeps what it needs: `DATA/status`, with its keys and the view that was shown last.

use crate::keys;
use anyhow::{Context as _, Result};
use status::SigningKey;
use status::affected::LinkKey;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// `DATA/status`.
#[derive(Debug, Clone)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// The folder, made if it is missing.
    pub(crate) fn open(data_dir: &Path) -> Result<Self> {
        let folder = data_dir.join("status");
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// The view that was shown last.
    pub(crate) fn view(&self) -> PathBuf {
        self.0.join("view.json")
    }

    /// The key of links that show a tenant what an incident did to its mail, made at the first call.
    pub(crate) fn links(&self) -> Result<LinkKey> {
        Ok(LinkKey::new(&keys::kept(&self.0.join("links.key"))?))
    }

    /// The key of copies, made at the first call.
    pub(crate) fn key(&self) -> Result<SigningKey> {
        Ok(SigningKey::open(&self.0.join("page.key"))?)
    }
}
