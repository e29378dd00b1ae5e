//! A disk in memory that loses what was not synced, tears what was half written, and fails on demand.
//!
//! `crash` gives the disk as it could be after a power cut: each write since the last sync of its file is there, absent or torn, each
//! directory entry since the last `sync_dir` is there or not. `Faults` switches single duties off, so that a test can show that
//! it would notice. Everything done is also kept as a journal, from which any moment of the past can be built again.

mod contents;
mod journal;

pub use contents::Crash;
pub use journal::Op;

use super::{Disk, SegmentFile};
use contents::{Contents, Dice};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What the disk does wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// `sync` reports success and does nothing.
    pub sync_is_a_no_op: bool,
    /// `sync_dir` reports success and does nothing.
    pub sync_dir_is_a_no_op: bool,
    /// The next `sync` fails with EIO and drops what it should have kept.
    pub fail_next_sync: bool,
    /// The next `write_at` fails with EIO and writes nothing.
    pub fail_next_write: bool,
    /// The next `sync_dir` fails with EIO and makes nothing durable.
    pub fail_next_sync_dir: bool,
    /// `sync` does not return while this is set: a disk that is very slow.
    pub sync_waits: bool,
    /// Bytes left; `None`: as many as wanted.
    pub free_space: Option<u64>,
}

type File = Arc<Mutex<Contents>>;

#[derive(Debug, Default)]
struct Inner {
    files: BTreeMap<String, File>,
    durable_entries: BTreeMap<String, File>,
    faults: Faults,
    syncs: u64,
    /// Power cuts so far.
    cuts: u32,
    journal: Vec<Op>,
}

#[derive(Debug, Default)]
struct Device {
    inner: Mutex<Inner>,
    faults_changed: Condvar,
}

/// The disk; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct MemDisk(Arc<Device>);

struct MemFile {
    disk: MemDisk,
    name: String,
    contents: File,
}

impl MemDisk {
    /// An empty disk without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what it does wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.inner().faults = faults;
        self.0.faults_changed.notify_all();
    }

    /// How many syncs of files were asked for.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.inner().syncs
    }

    /// Flips one bit of a file; counts from its start.
    ///
    /// # Panics
    /// If there is no such byte.
    pub fn flip_bit(&self, name: &str, byte: usize, bit: u8) {
        let file = Arc::clone(&self.inner().files[name]);
        lock(&file).damage(|bytes| bytes[byte] ^= 1 << bit);
    }

    /// Cuts a file off behind `length` bytes, as a damaged file system may.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn cut(&self, name: &str, length: usize) {
        let file = Arc::clone(&self.inner().files[name]);
        lock(&file).damage(|bytes| bytes.truncate(length));
    }

    /// All bytes of a file, as a reader sees them.
    ///
    /// # Panics
    /// If there is no such file.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        lock(&self.inner().files[name]).now().to_vec()
    }

    /// Puts a file there, durable at once: for fixtures and for states on disk that are made by hand.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        let file = Arc::new(Mutex::new(Contents::durable(bytes)));
        let mut inner = self.inner();
        inner.files.insert(name.to_owned(), Arc::clone(&file));
        inner.durable_entries.insert(name.to_owned(), file);
    }

    /// The disk after a power cut, one of the many that are possible; this one goes on unharmed.
    #[must_use]
    pub fn crash(&self, kind: Crash) -> Self {
        let mut dice = Dice::new(kind);
        let inner = self.inner();
        let mut after = Inner { cuts: inner.cuts + 1, ..Inner::default() };
        let names: BTreeSet<&String> = inner.files.keys().chain(inner.durable_entries.keys()).collect();
        for name in names {
            // An entry that differs between memory and disk may be either.
            let kept = match (inner.files.get(name), inner.durable_entries.get(name)) {
                (Some(file), Some(_)) => Some(file),
                (Some(file), None) => dice.is_written().then_some(file),
                (None, Some(file)) => (!dice.is_written()).then_some(file),
                (None, None) => None,
            };
            if let Some(file) = kept {
                let file = Arc::new(Mutex::new(lock(file).after_crash(&mut dice)));
                after.files.insert(name.clone(), Arc::clone(&file));
                after.durable_entries.insert(name.clone(), file);
            }
        }
        Self(Arc::new(Device { inner: Mutex::new(after), faults_changed: Condvar::new() }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        lock(&self.0.inner)
    }
}

impl Disk for MemDisk {
    fn create(&self, name: &str, size: u64) -> io::Result<Arc<dyn SegmentFile>> {
        let mut inner = self.inner();
        if inner.files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        take_space(&mut inner, size)?;
        let length = usize::try_from(size).map_err(io::Error::other)?;
        let contents = Arc::new(Mutex::new(Contents::zeros(length)));
        inner.files.insert(name.to_owned(), Arc::clone(&contents));
        inner.journal.push(Op::Create { name: name.to_owned(), size });
        Ok(Arc::new(MemFile { disk: self.clone(), name: name.to_owned(), contents }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn SegmentFile>> {
        let contents = self.inner().files.get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(MemFile { disk: self.clone(), name: name.to_owned(), contents }))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.inner().files.keys().cloned().collect())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut inner = self.inner();
        let removed = inner.files.remove(name).ok_or(io::ErrorKind::NotFound)?;
        if let Some(free) = &mut inner.faults.free_space {
            *free += lock(&removed).now().len() as u64;
        }
        inner.journal.push(Op::Remove { name: name.to_owned() });
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut inner = self.inner();
        if std::mem::take(&mut inner.faults.fail_next_sync_dir) {
            return Err(io::Error::other("input/output error"));
        }
        if !inner.faults.sync_dir_is_a_no_op {
            inner.durable_entries = inner.files.clone();
        }
        inner.journal.push(Op::SyncDir);
        Ok(())
    }

    fn free_space(&self) -> io::Result<u64> {
        Ok(self.inner().faults.free_space.unwrap_or(u64::MAX / 2))
    }

    fn boot(&self) -> u32 {
        self.inner().cuts + 1
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}

impl SegmentFile for MemFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.disk.inner();
        if std::mem::take(&mut inner.faults.fail_next_write) {
            return Err(io::Error::other("input/output error"));
        }
        let bytes: Arc<[u8]> = bytes.into();
        lock(&self.contents).write(offset, Arc::clone(&bytes));
        inner.journal.push(Op::Write { name: self.name.clone(), offset, bytes });
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut inner = self.disk.inner();
        inner.syncs += 1;
        while inner.faults.sync_waits {
            inner = self.disk.0.faults_changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        let mut contents = lock(&self.contents);
        if std::mem::take(&mut inner.faults.fail_next_sync) {
            contents.fail_sync();
            return Err(io::Error::other("input/output error"));
        }
        if !inner.faults.sync_is_a_no_op {
            contents.sync();
        }
        inner.journal.push(Op::Sync { name: self.name.clone() });
        Ok(())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let contents = lock(&self.contents);
        let all = contents.now();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(all.len());
        let length = buffer.len().min(all.len() - start);
        buffer[..length].copy_from_slice(&all[start..start + length]);
        Ok(length)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(lock(&self.contents).now().len() as u64)
    }
}

fn take_space(inner: &mut Inner, size: u64) -> io::Result<()> {
    if let Some(free) = &mut inner.faults.free_space {
        *free = free.checked_sub(size).ok_or(io::ErrorKind::StorageFull)?;
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
