//! The installation's keys: made at first start, kept in the data directory, readable by its owner only.
//!
//! The key of bodies at rest is the operator's: it comes from the environment, as itself or as the name of a file, and is never
//! written here.

use crate::store::replace;
use anyhow::{Context as _, Result, bail};
use std::path::Path;

const SPOOL_KEY: &str = "SIGNPOST_SPOOL_KEY";
const SPOOL_KEY_FILE: &str = "SIGNPOST_SPOOL_KEY_FILE";

/// The key of `X-Signpost-Processed`.
pub(crate) fn processed(data_dir: &Path) -> Result<[u8; 32]> {
    kept(&data_dir.join("processed.key"))
}

/// A key of 32 bytes at `path`, made if there is none.
pub(crate) fn kept(path: &Path) -> Result<[u8; 32]> {
    match std::fs::read(path) {
        Ok(bytes) => match <[u8; 32]>::try_from(bytes) {
            Ok(key) => Ok(key),
            Err(_) => bail!("{} is damaged: it must hold 32 bytes; restore it from a backup", path.display()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = net::random::<32>();
            replace(path, &key)?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The key of bodies at rest, if the operator wants them encrypted.
pub(crate) fn spool() -> Result<Option<[u8; 32]>> {
    let given = match (std::env::var(SPOOL_KEY), std::env::var(SPOOL_KEY_FILE)) {
        (Ok(_), Ok(_)) => bail!("both {SPOOL_KEY} and {SPOOL_KEY_FILE} are set; unset one"),
        (Ok(key), Err(_)) => key,
        (Err(_), Ok(file)) => std::fs::read_to_string(&file)
            .with_context(|| format!("cannot read {file} ({SPOOL_KEY_FILE})"))?,
        (Err(_), Err(_)) => return Ok(None),
    };
    let key = parse(given.trim());
    key.map(Some).with_context(|| {
        format!("the key of {SPOOL_KEY} is not 64 hexadecimal digits; `openssl rand -hex 32` makes one")
    })
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests;
