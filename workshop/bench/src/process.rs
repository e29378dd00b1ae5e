//! What a relay costs, read from /proc over its whole tree of processes: processor time, memory, waits.

use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::fs;

/// Processor time is counted in these: USER_HZ is 100 on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Sums over a tree of processes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    pub(crate) cpu_seconds: f64,
    /// Times that a thread went to sleep and was woken.
    pub(crate) waits: u64,
}

/// The process and everything below it.
pub(crate) fn tree(root: u32) -> Vec<u32> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if let Some(fields) = stat(pid) {
            parents.insert(pid, fields[1] as u32);
        }
    }
    let mut found = vec![root];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(parents.iter().filter(|(_, known)| **known == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    found
}

/// The numbers behind the name in /proc/PID/stat: state (as 0), parent, ...
fn stat(pid: u32) -> Option<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, behind) = text.rsplit_once(')')?;
    Some(behind.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect())
}

pub(crate) fn used(root: u32) -> Used {
    let mut used = Used::default();
    for pid in tree(root) {
        if let Some(fields) = stat(pid) {
            // utime, stime, and both of children that have ended.
            used.cpu_seconds +=
                fields.get(11..15).unwrap_or_default().iter().sum::<u64>() as f64 / TICKS_PER_SECOND;
        }
        for task in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
            let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
            used.waits += field(&status, "voluntary_ctxt_switches:").unwrap_or(0);
        }
    }
    used
}

/// Proportional share of memory of the whole tree, in bytes.
pub(crate) fn memory(root: u32) -> u64 {
    let of = |pid| fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    tree(root).into_iter().filter_map(|pid| field(&of(pid), "Pss:")).sum::<u64>() * 1024
}

/// The most memory that one process ever held, in bytes.
pub(crate) fn high_water(pid: u32) -> Option<u64> {
    Some(field(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "VmHWM:")? * 1024)
}

fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

/// Cache flushes that the device below a directory has had.
pub(crate) fn flushes(directory: &std::path::Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let device = fs::metadata(directory)?.dev();
    let (major, minor) = ((device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00));
    let text = fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/stat"))
        .context("the directory is on no block device whose flushes are counted")?;
    text.split_whitespace().nth(15).and_then(|field| field.parse().ok()).context("no count of flushes")
}
