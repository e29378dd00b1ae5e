//! A directory of the file system: owner-only, locked against a second process, segments preallocated.

use super::{Disk, SegmentFile};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const LOCK: &str = "lock";

/// The directory of a spool, held while this value lives.
#[derive(Debug)]
pub struct RealDisk {
    directory: PathBuf,
    /// Holding it open holds the lock; none of one who only reads.
    _lock: Option<File>,
}

impl RealDisk {
    /// Makes the directory if needed and locks it.
    ///
    /// # Errors
    /// If another process holds it, or it cannot be made.
    pub fn open(directory: &Path) -> io::Result<Self> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(directory.join(LOCK))?;
        if let Err(error) = lock.try_lock() {
            let detail = format!("{} is in use by another signpost ({error})", directory.display());
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, detail));
        }
        Ok(Self { directory: directory.to_owned(), _lock: Some(lock) })
    }
}

impl RealDisk {
    /// An existing directory, to be read beside the process that holds it.
    ///
    /// # Errors
    /// If it is not there.
    pub fn to_read(directory: &Path) -> io::Result<Self> {
        std::fs::read_dir(directory)?;
        Ok(Self { directory: directory.to_owned(), _lock: None })
    }
}

impl Disk for RealDisk {
    fn create(&self, name: &str, size: u64) -> io::Result<Arc<dyn SegmentFile>> {
        let path = self.directory.join(name);
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        let reserved = reserve(&file, size);
        if reserved.is_err() {
            let _already_failing = std::fs::remove_file(&path);
        }
        reserved?;
        Ok(Arc::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn SegmentFile>> {
        Ok(Arc::new(File::open(self.directory.join(name))?))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.directory)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| name != LOCK);
        Ok(names)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.directory.join(name))
    }

    fn sync_dir(&self) -> io::Result<()> {
        File::open(&self.directory)?.sync_all()
    }

    fn free_space(&self) -> io::Result<u64> {
        let stat = nix::sys::statvfs::statvfs(&self.directory)?;
        Ok(stat.blocks_available() * stat.fragment_size())
    }

    fn boot(&self) -> u32 {
        std::fs::read("/proc/sys/kernel/random/boot_id").map_or(0, |id| crc32c::crc32c(&id))
    }

    fn place(&self) -> String {
        self.directory.display().to_string()
    }
}

impl SegmentFile for File {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match std::os::unix::fs::FileExt::read_at(self, &mut buffer[filled..], offset + filled as u64)? {
                0 => break,
                read => filled += read,
            }
        }
        Ok(filled)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    /// File systems know which of the reserved blocks were never written; one that does not know says that all were.
    fn next_data(&self, offset: u64) -> io::Result<Option<u64>> {
        let from = i64::try_from(offset).map_err(io::Error::other)?;
        match nix::unistd::lseek(self, from, nix::unistd::Whence::SeekData) {
            Ok(at) => Ok(Some(u64::try_from(at).unwrap_or(offset))),
            Err(nix::errno::Errno::ENXIO) => Ok(None),
            Err(_) => Ok(Some(offset)),
        }
    }
}

/// A file system without fallocate gives the size alone; no space is no space.
fn reserve(file: &File, size: u64) -> io::Result<()> {
    let length = i64::try_from(size).map_err(io::Error::other)?;
    match nix::fcntl::fallocate(file, nix::fcntl::FallocateFlags::empty(), 0, length) {
        Ok(()) => Ok(()),
        Err(error @ nix::errno::Errno::ENOSPC) => Err(error.into()),
        Err(_) => file.set_len(size),
    }
}
