//! A tenant folder as bytes: relative paths and contents, nothing about the disk that they came from.
//!
//! The shell reads a directory into it and writes it back for `tenant export`; two folders with the same files have the same
//! hash, whatever the order in which they were read. It never interprets a file.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Relative path with `/` to the file's bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folder(pub BTreeMap<String, Vec<u8>>);

impl Folder {
    /// One file's bytes.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// The files under `prefix`, which ends with `/`, in the order of their names; the names are without the prefix.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.0
            .iter()
            .filter_map(move |(path, bytes)| path.strip_prefix(prefix).map(|name| (name, bytes.as_slice())))
    }

    /// Reads the canonical form back; `None` if `bytes` are not one.
    #[must_use]
    pub fn from_canonical(mut bytes: &[u8]) -> Option<Self> {
        let mut files = BTreeMap::new();
        while !bytes.is_empty() {
            let path = String::from_utf8(take_framed(&mut bytes)?.to_vec()).ok()?;
            files.insert(path, take_framed(&mut bytes)?.to_vec());
        }
        Some(Self(files))
    }

    /// The canonical form: every file in the order of the paths, each as length and path, length and bytes, lengths as
    /// eight bytes, big endian. It is what the hash covers, so it must never change for the same files.
    pub fn canonical(&self) -> impl Iterator<Item = Vec<u8>> {
        self.0.iter().flat_map(|(path, bytes)| [framed(path.as_bytes()), framed(bytes)])
    }

    /// SHA-256 of the canonical form.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for piece in self.canonical() {
            hasher.update(&piece);
        }
        hasher.finalize().into()
    }
}

/// One frame from the front of `bytes`.
fn take_framed<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (content, rest) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    *bytes = rest;
    Some(content)
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut piece = (bytes.len() as u64).to_be_bytes().to_vec();
    piece.extend_from_slice(bytes);
    piece
}

#[cfg(test)]
mod tests;
