//! What the tests of readers share: fixtures, and a time.

use std::path::{Path, PathBuf};
use vendor::{Document, Given, ReadError, read as read_document};

/// The time at which everything is read.
pub(crate) const NOW: &str = "2026-09-05T12:00:00Z";

pub(crate) fn read(bytes: &[u8], now: &str) -> Result<Document, ReadError> {
    read_document(bytes, &Given::at(now.parse().unwrap()))
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

pub(crate) fn fixture(name: &str) -> Document {
    read_at(name, NOW)
}

pub(crate) fn read_at(name: &str, now: &str) -> Document {
    let bytes = std::fs::read(fixtures().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    read(&bytes, now).unwrap_or_else(|error| panic!("{name}: {error}"))
}
