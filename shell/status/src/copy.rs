//! The page as files: a complete copy for another host, signed, that tells its age.
//!
//! Every document is written under its address; a page is the `index.html` of its folder. Each file is replaced whole, `manifest.json` with the digest of
//! every file comes last, and `manifest.sig` signs it, so that a half-copied tree can be told from a whole one. A folder that holds anything that an earlier
//! copy did not write is refused: nothing of others is ever overwritten or deleted.

use crate::documents::Documents;
use crate::encode::{base64, hex};
use crate::key::{KeyError, SigningKey, verify};
use crate::render::Mode;
use crate::settings::Settings;
use crate::time::millis;
use crate::view::View;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.sig";
const PUBLIC_KEY: &str = "signpost-status.pub";
const SCHEMA: u32 = 1;

/// Why a copy could not be made or believed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{path}: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error(
        "{0} holds files that no copy of a status page wrote, such as {1}; name an empty or a new directory"
    )]
    Foreign(PathBuf, String),
    #[error("{0} is damaged: {1}; delete the directory and publish again")]
    Damaged(PathBuf, String),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What `manifest.json` holds.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    schema: u32,
    made_at: String,
    /// Later than this after `made_at`, nothing that the copy says of the present is known.
    fresh_for_seconds: u64,
    /// SHA-256 in hexadecimal of each file, by its path.
    files: BTreeMap<String, String>,
}

/// What was done, or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub files: usize,
    /// Of these, how many had to be written.
    pub written: usize,
    pub removed: usize,
    pub made_at: String,
    /// Base64 of the 32 bytes.
    pub public_key: String,
}

/// Writes the copy of what `view` says at `now` into `directory`.
///
/// # Errors
/// If the directory belongs to something else, or cannot be written.
pub fn publish(
    directory: &Path,
    view: &View,
    settings: &Settings,
    key: &SigningKey,
    now: Timestamp,
) -> Result<Copied, CopyError> {
    let known = earlier(directory)?;
    let documents = Documents::render(view, settings, now, Mode::Copy);
    let mut files: BTreeMap<String, &[u8]> =
        documents.by_path.iter().map(|(path, document)| (file_name(path), &document.bytes[..])).collect();
    files.insert("404.html".to_owned(), &documents.missing.bytes);
    let public_key = format!("{}\n", base64(key.public()));
    files.insert(PUBLIC_KEY.to_owned(), public_key.as_bytes());
    let digests: BTreeMap<String, String> =
        files.iter().map(|(name, bytes)| (name.clone(), digest(bytes))).collect();
    let mut written = 0;
    for (name, bytes) in &files {
        if known.get(name) != digests.get(name) || !directory.join(name).is_file() {
            replace(&directory.join(name), bytes)?;
            written += 1;
        }
    }
    let gone: Vec<&String> = known.keys().filter(|name| !files.contains_key(*name)).collect();
    for name in &gone {
        remove(directory, name)?;
    }
    let manifest = Manifest {
        schema: SCHEMA,
        made_at: millis(now),
        fresh_for_seconds: settings.fresh_for.as_secs(),
        files: digests,
    };
    let bytes = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| CopyError::Damaged(directory.join(MANIFEST), error.to_string()))?;
    replace(&directory.join(SIGNATURE), format!("{}\n", base64(&key.sign(&bytes))).as_bytes())?;
    replace(&directory.join(MANIFEST), &bytes)?;
    Ok(Copied {
        files: files.len(),
        written,
        removed: gone.len(),
        made_at: manifest.made_at,
        public_key: public_key.trim_end().to_owned(),
    })
}

/// Checks that a copy is whole and signed with `public_key` (base64), or with the key beside it if none is given.
///
/// # Errors
/// What is missing, changed or not signed.
pub fn check(directory: &Path, public_key: Option<&str>) -> Result<Copied, CopyError> {
    let damaged = |name: &str, what: &str| CopyError::Damaged(directory.join(name), what.to_owned());
    let bytes = read(&directory.join(MANIFEST))?;
    let text = |name: &str| {
        read(&directory.join(name)).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    let public_key = public_key.map_or_else(|| text(PUBLIC_KEY), |key| Ok(key.to_owned()))?;
    verify(&public_key, &bytes, &text(SIGNATURE)?)?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| damaged(MANIFEST, &error.to_string()))?;
    for (name, wanted) in &manifest.files {
        if !is_plain(name) {
            return Err(damaged(MANIFEST, "it names a file outside of the copy"));
        }
        if digest(&read(&directory.join(name))?) != *wanted {
            return Err(damaged(name, "it is not the file that was signed"));
        }
    }
    Ok(Copied { files: manifest.files.len(), written: 0, removed: 0, made_at: manifest.made_at, public_key })
}

/// The files of an earlier copy; none if the directory is empty or absent.
fn earlier(directory: &Path) -> Result<BTreeMap<String, String>, CopyError> {
    std::fs::create_dir_all(directory).map_err(at(directory))?;
    let present = names(directory)?;
    let manifest = directory.join(MANIFEST);
    if !manifest.is_file() {
        // A first copy that was broken off has left files and no manifest; it can be told by its key.
        return match present.into_iter().next() {
            Some(name) if !directory.join(PUBLIC_KEY).is_file() => {
                Err(CopyError::Foreign(directory.to_owned(), name))
            }
            Some(_) | None => Ok(BTreeMap::new()),
        };
    }
    let read: Manifest = serde_json::from_slice(&read(&manifest)?)
        .map_err(|error| CopyError::Damaged(manifest.clone(), error.to_string()))?;
    if let Some(name) = read.files.keys().find(|name| !is_plain(name)) {
        return Err(CopyError::Damaged(manifest, format!("it names {name}")));
    }
    Ok(read.files)
}

fn names(directory: &Path) -> Result<BTreeSet<String>, CopyError> {
    let entries = std::fs::read_dir(directory).map_err(at(directory))?;
    let name = |entry: io::Result<std::fs::DirEntry>| {
        entry.map(|entry| entry.file_name().to_string_lossy().into_owned()).map_err(at(directory))
    };
    // A copy may live in a working tree of git.
    let all: Result<BTreeSet<String>, CopyError> = entries.map(name).collect();
    Ok(all?.into_iter().filter(|name| name != ".git").collect())
}

/// Whether a path stays below its directory.
fn is_plain(name: &str) -> bool {
    Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn file_name(path: &str) -> String {
    if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
}

fn digest(bytes: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

fn at(path: &Path) -> impl Fn(io::Error) -> CopyError + '_ {
    |error| CopyError::Io { path: path.to_owned(), error }
}

fn read(path: &Path) -> Result<Vec<u8>, CopyError> {
    std::fs::read(path).map_err(at(path))
}

/// Whole or not at all: a web server may read it at any time.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), CopyError> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(at(parent))?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    std::fs::write(&beside, bytes).map_err(at(&beside))?;
    std::fs::rename(&beside, path).map_err(at(path))
}

/// The file, and folders that it leaves empty.
fn remove(directory: &Path, name: &str) -> Result<(), CopyError> {
    let path = directory.join(name);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
        Ok(()) | Err(_) => {}
    }
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| *folder != directory) {
        // One that is not empty stays, which is no failure.
        if std::fs::remove_dir(empty).is_err() {
            break;
        }
        folder = empty.parent();
    }
    Ok(())
}
