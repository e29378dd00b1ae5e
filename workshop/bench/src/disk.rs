//! The disk's own limit: appends of 4 KiB, each group made durable by one fdatasync.

use anyhow::Result;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

const RECORD: usize = 4096;
const TIME: Duration = Duration::from_secs(2);
const SIZE: u64 = 256 << 20;

/// Records per second for each size of group.
pub(crate) fn limits(directory: &Path) -> Result<Vec<(usize, f64)>> {
    [1, 8, 20, 64].into_iter().map(|group| Ok((group, limit(directory, group)?))).collect()
}

fn limit(directory: &Path, group: usize) -> Result<f64> {
    let path = directory.join("disk-limit");
    let file = std::fs::File::create(&path)?;
    // Written once, so that syncs write data and no new length.
    for at in (0..SIZE).step_by(1 << 20) {
        file.write_all_at(&vec![0; 1 << 20], at)?;
    }
    file.sync_all()?;
    let bytes = vec![b'x'; group * RECORD];
    let (began, mut at, mut records) = (Instant::now(), 0, 0);
    while began.elapsed() < TIME {
        file.write_all_at(&bytes, at)?;
        file.sync_data()?;
        at = (at + bytes.len() as u64) % (SIZE - bytes.len() as u64);
        records += group;
    }
    let rate = records as f64 / began.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}
