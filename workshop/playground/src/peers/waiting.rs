//! Waiting for another program, which can only be looked at: the one place that looks, and looks again.

use super::{PeerError, io_error};
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What `look` finds, if it finds it within that time.
pub(super) fn wait_for<T>(wait: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + wait;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// So many of what arrives, or as many as there are when the time is over.
pub(super) fn wait_for_count<E>(
    count: usize,
    wait: Duration,
    arrived: impl Fn() -> Result<usize, E>,
) -> Result<usize, E> {
    let enough = wait_for(wait, || match arrived() {
        Ok(arrived) if arrived < count => None,
        found => Some(found),
    });
    enough.unwrap_or_else(arrived)
}

/// Whether the program takes connections within that time; one that has ended never does.
pub(super) fn listens(program: &mut Child, address: SocketAddr, wait: Duration) -> bool {
    let found = wait_for(wait, || match TcpStream::connect(address) {
        Ok(_) => Some(true),
        Err(_) => matches!(program.try_wait(), Ok(Some(_ended))).then_some(false),
    });
    found.unwrap_or(false)
}

/// The messages that a mail system keeps in a maildir, in the order of their file names; none while there is no maildir.
pub(super) fn kept(maildir: &Path, tool: &'static str) -> Result<Vec<Vec<u8>>, PeerError> {
    let new = maildir.join("new");
    if !new.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(new).map_err(io_error(tool))?;
    let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).map_err(io_error(tool))).collect()
}
