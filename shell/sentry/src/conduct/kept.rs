//! The file of histories: written whole beside the old one and put in its place, a header and a line for each tenant (docs/formats/conduct-v1.md).
//!
//! A line that cannot be read costs that tenant's history and an alarm in the log: it is unknown again, as on its first day. A file of a later
//! format is refused, for it would be overwritten.

use crate::JournalError;
use guard::conduct::{Conducts, TenantLife};
use model::{TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Deref;
use std::path::Path;

pub(super) const NAME: &str = "conduct-v1.jsonl";
const FORMAT: &str = "conduct-v1";

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    /// Steps that were recorded later count more than what is here.
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    tenant: &'a TenantName,
    life: &'a TenantLife,
}

#[derive(Debug, Deserialize)]
struct Kept {
    tenant: TenantName,
    life: TenantLife,
}

/// Takes back every history; gives when they were written.
pub(super) fn read(path: &Path, conducts: &mut Conducts) -> Result<Timestamp, JournalError> {
    let failed = |what, error| JournalError::Io { path: path.to_owned(), what, error };
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Timestamp::default()),
        Err(error) => return Err(failed("read", error)),
    };
    let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return Ok(Timestamp::default()) };
    let header: Header = serde_json::from_slice(first).map_err(|error| failed("read", error.into()))?;
    if header.format != FORMAT {
        let other = io::Error::other(format!("it is of the format {}, not {FORMAT}", header.format));
        return Err(failed("read", other));
    }
    for (number, line) in lines.enumerate() {
        match serde_json::from_slice::<Kept>(line) {
            Ok(kept) => conducts.put_back(kept.tenant, kept.life),
            Err(error) => {
                tracing::warn!(path = %path.display(), line = number + 2, %error, "the history of a tenant is left out");
            }
        }
    }
    Ok(header.at)
}

/// Writes every history, one tenant at a time under the lock.
pub(super) fn write<G: Deref<Target = Conducts>>(
    path: &Path,
    lock: impl Fn() -> G,
    now: Timestamp,
) -> Result<(), JournalError> {
    let failed = |error| JournalError::Io { path: path.to_owned(), what: "written", error };
    let new = path.with_extension("new");
    let tenants: Vec<TenantName> = lock().tenants().keys().cloned().collect();
    let mut file = io::BufWriter::new(File::create(&new).map_err(failed)?);
    let header = Header { format: FORMAT.to_owned(), at: now };
    let mut line = serde_json::to_vec(&header).map_err(|error| failed(error.into()))?;
    line.push(b'\n');
    file.write_all(&line).map_err(failed)?;
    for tenant in tenants {
        let text = match lock().tenants().get(&tenant) {
            Some(life) => serde_json::to_vec(&Line { tenant: &tenant, life }),
            None => continue,
        };
        let mut text = text.map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        file.write_all(&text).map_err(failed)?;
    }
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&new, path).map_err(failed)?;
    match path.parent() {
        Some(directory) => File::open(directory).and_then(|folder| folder.sync_all()).map_err(failed),
        None => Ok(()),
    }
}
