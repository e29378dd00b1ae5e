//! A disk that is smaller and slower than it is: what drills put under the spool, so that nobody needs root or a disk to spoil.
//!
//! It holds back and never harms: what was written and synced is on the real disk. Its burden is asked for at every call, so that it can change while
//! the spool lives. Full means what it means to a program: no space for a new file, and less free space told. With `lies` the space that is told stays
//! the real one, as of a file system that counts wrongly. What a file system of that size does within its own code is not played here.

use super::{Disk, SegmentFile};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// What is held back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burden {
    /// Bytes that all files together may have; `None`: as many as there is space for.
    pub bytes_max: Option<u64>,
    /// How long each sync takes besides its own time.
    pub sync_wait: Duration,
    /// Free space is told as if there were no `bytes_max`.
    pub lies: bool,
}

type Ask = Arc<dyn Fn() -> Burden + Send + Sync>;

/// A disk with its burden.
pub struct Burdened<D> {
    inner: D,
    ask: Ask,
}

struct Slow {
    inner: Arc<dyn SegmentFile>,
    ask: Ask,
}

impl<D: Disk> Burdened<D> {
    /// `ask` is asked at every call and must not block.
    pub fn new(inner: D, ask: impl Fn() -> Burden + Send + Sync + 'static) -> Self {
        Self { inner, ask: Arc::new(ask) }
    }

    /// Bytes that are left of `bytes_max`.
    fn left(&self, bytes_max: u64) -> io::Result<u64> {
        let mut used = 0_u64;
        for name in self.inner.list()? {
            match self.inner.open(&name).and_then(|file| file.size()) {
                Ok(size) => used = used.saturating_add(size),
                // It was removed since the list was made.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(bytes_max.saturating_sub(used))
    }
}

impl<D: Disk> Disk for Burdened<D> {
    fn create(&self, name: &str, size: u64) -> io::Result<Arc<dyn SegmentFile>> {
        if let Some(bytes_max) = (self.ask)().bytes_max
            && self.left(bytes_max)? < size
        {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let inner = self.inner.create(name, size)?;
        Ok(Arc::new(Slow { inner, ask: Arc::clone(&self.ask) }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn SegmentFile>> {
        self.inner.open(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.inner.sync_dir()
    }

    fn free_space(&self) -> io::Result<u64> {
        let free = self.inner.free_space()?;
        match (self.ask)() {
            Burden { bytes_max: Some(bytes_max), lies: false, .. } => Ok(self.left(bytes_max)?.min(free)),
            Burden { .. } => Ok(free),
        }
    }

    fn boot(&self) -> u32 {
        self.inner.boot()
    }

    fn place(&self) -> String {
        self.inner.place()
    }
}

impl SegmentFile for Slow {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_at(offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        std::thread::sleep((self.ask)().sync_wait);
        self.inner.sync()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(offset, buffer)
    }

    fn size(&self) -> io::Result<u64> {
        self.inner.size()
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<u64>> {
        self.inner.next_data(offset)
    }
}

#[cfg(test)]
mod tests;
