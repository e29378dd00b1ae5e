//! Policies on the disk: a file for each domain, so that a restart does not forget whom mail may go to.
//!
//! A file is the policy as it was fetched, behind two lines of ours (`docs/formats/mta-sts-v1.md`). It is a cache: what cannot be read is as
//! good as not there, what cannot be written is told and fetched again after the next start. Files are few, small, and replaced whole.

use model::Timestamp;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use tlspolicy::sts::{Kept, POLICY_BYTES_MAX, Policy};

/// Files that are kept; beyond that a policy lives as long as the process.
const FILES_MAX: usize = 50_000;
const ID: &str = "signpost-id: ";
const FETCHED: &str = "signpost-fetched: ";

pub(super) struct Folder {
    path: Option<PathBuf>,
    files: AtomicUsize,
}

impl Folder {
    /// Throws away what holds no longer.
    pub(super) fn open(path: Option<PathBuf>, now: Timestamp) -> Self {
        let folder = Self { path, files: AtomicUsize::new(0) };
        if let Some(path) = &folder.path
            && let Err(error) = fs::create_dir_all(path).and_then(|()| folder.sweep(path, now))
        {
            tracing::warn!(%error, folder = %path.display(), "MTA-STS policies cannot be kept");
        }
        folder
    }

    fn sweep(&self, path: &Path, now: Timestamp) -> io::Result<()> {
        for entry in fs::read_dir(path)? {
            let file = entry?.path();
            if read(&file).is_some_and(|kept| kept.holds(now)) {
                self.files.fetch_add(1, Ordering::Relaxed);
            } else {
                fs::remove_file(file)?;
            }
        }
        Ok(())
    }

    pub(super) fn read(&self, domain: &str) -> Option<Kept> {
        read(&self.path.as_ref()?.join(domain))
    }

    pub(super) fn write(&self, domain: &str, kept: &Kept, text: &[u8]) {
        let Some(path) = &self.path else { return };
        let file = path.join(domain);
        if !file.exists() && self.files.fetch_add(1, Ordering::Relaxed) >= FILES_MAX {
            return;
        }
        let head = format!("{ID}{}\n{FETCHED}{}\n", kept.id, kept.fetched.as_micros());
        let new = path.join(format!("{domain}.new"));
        let written =
            fs::write(&new, [head.as_bytes(), text].concat()).and_then(|()| fs::rename(&new, &file));
        if let Err(error) = written {
            tracing::warn!(%error, file = %file.display(), "an MTA-STS policy is not kept");
        }
    }
}

fn read(file: &Path) -> Option<Kept> {
    let bytes = fs::read(file).ok()?;
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut line = |key: &str| {
        let line = core::str::from_utf8(parts.next()?).ok()?;
        line.strip_prefix(key).map(str::to_owned)
    };
    let (id, fetched) = (line(ID)?, line(FETCHED)?.parse().ok()?);
    let text = parts.next().filter(|text| text.len() <= POLICY_BYTES_MAX)?;
    Some(Kept { id, policy: Policy::read(text).ok()?, fetched: Timestamp::from_micros(fetched) })
}
