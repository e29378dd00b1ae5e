//! The last view on disk, so that a restart and a command without a running node know what was said.
//!
//! `DATA/status/view.json` holds it with a schema number; it is rewritten whole. A file that cannot be read is told and treated as none: the page then says
//! unknown, and the next view replaces it.

use crate::view::View;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

const SCHEMA: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Kept<V> {
    schema: u32,
    view: V,
}

/// The view at `path`; none if there is none that can be read.
#[must_use]
pub fn load(path: &Path) -> Option<View> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the kept status cannot be read");
            return None;
        }
    };
    match serde_json::from_slice::<Kept<View>>(&bytes) {
        Ok(kept) if kept.schema == SCHEMA => Some(kept.view),
        Ok(kept) => {
            tracing::warn!(path = %path.display(), schema = kept.schema, "the kept status is of another release");
            None
        }
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the kept status is damaged");
            None
        }
    }
}

/// Keeps `view` at `path`.
///
/// # Errors
/// If the file cannot be written.
pub fn save(path: &Path, view: &View) -> io::Result<()> {
    let bytes = serde_json::to_vec(&Kept { schema: SCHEMA, view }).map_err(io::Error::other)?;
    let beside = path.with_extension("new");
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}
