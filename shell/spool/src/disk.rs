//! What the spool needs of a disk, so that tests can put one in its place that forgets, tears and fails.
//!
//! Files are written at offsets and synced one by one; a directory entry is durable only after `sync_dir`. All calls block and are made
//! from threads that may.

mod burdened;
mod real;
pub mod shim;

pub use burdened::{Burden, Burdened};
pub use real::RealDisk;

use std::io;
use std::sync::Arc;

/// A flat directory of segment files.
pub trait Disk: Send + Sync + 'static {
    /// A new file with `size` bytes of zeros reserved.
    ///
    /// # Errors
    /// If it exists or there is no space.
    fn create(&self, name: &str, size: u64) -> io::Result<Arc<dyn SegmentFile>>;
    /// An existing file.
    ///
    /// # Errors
    /// If it cannot be opened.
    fn open(&self, name: &str) -> io::Result<Arc<dyn SegmentFile>>;
    /// The names of all files.
    ///
    /// # Errors
    /// If the directory cannot be read.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Takes a file away.
    ///
    /// # Errors
    /// If it cannot be removed.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes created and removed entries durable.
    ///
    /// # Errors
    /// If the device fails.
    fn sync_dir(&self) -> io::Result<()>;
    /// Bytes that may still be written.
    ///
    /// # Errors
    /// If the file system does not say.
    fn free_space(&self) -> io::Result<u64>;
    /// Which run of the operating system this is, so that a power cut is told from a process that was killed; 0 if unknown.
    fn boot(&self) -> u32;
    /// Where it is, for messages.
    fn place(&self) -> String;
}

/// One segment's file.
pub trait SegmentFile: Send + Sync {
    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// If the device fails or is full.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything written durable.
    ///
    /// # Errors
    /// If the device fails; what was written since the last sync is then unknown.
    fn sync(&self) -> io::Result<()>;
    /// Reads up to `buffer.len()` bytes; fewer at the end of the file.
    ///
    /// # Errors
    /// If the device fails.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
    /// The length of the file.
    ///
    /// # Errors
    /// If the device fails.
    fn size(&self) -> io::Result<u64>;
    /// Where bytes that were written begin again, from `offset` on; what lies between reads as zeros. `None`: nowhere.
    ///
    /// # Errors
    /// If the device fails.
    fn next_data(&self, offset: u64) -> io::Result<Option<u64>> {
        Ok(Some(offset))
    }
}
