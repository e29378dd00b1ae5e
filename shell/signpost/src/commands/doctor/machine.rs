//! The machine: space and speed of the data directory's disk, open files, and whether something sets the clock.

use super::look::{Look, Looked, View};
use setup::State;
use spool::disk::{Disk as _, RealDisk};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Below it the spool may answer 452 within hours.
const SPACE_GOOD: u64 = 10 << 30;
/// Below it nothing should be begun.
const SPACE_BAD: u64 = 1 << 30;
/// A sync stands between each message and its 250.
const SYNC_GOOD: Duration = Duration::from_millis(20);
const SYNC_BAD: Duration = Duration::from_millis(500);
const SYNCS: usize = 15;
const PROBE_BYTES: usize = 4096;
const PROBE: &str = "doctor-probe";
/// A thousand sessions, two hundred deliveries, segments and pages.
const FILES_GOOD: u64 = 8_192;
const FILES_BAD: u64 = 2_048;

pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let data = view.site.config.data_dir.clone();
    let subject = data.display().to_string();
    vec![
        Look::blocking("disk", subject, move || disk(&data)),
        Look::blocking("open_files", "this shell", || vec![open_files()]),
        Look::blocking("clock_service", "this machine", || vec![clock_service()]),
    ]
}

fn disk(data: &Path) -> Vec<Looked> {
    let subject = data.display().to_string();
    let measured = RealDisk::to_read(data).and_then(|disk| Ok((disk.free_space()?, probe(data)?)));
    let (free, sync) = match measured {
        Ok(measured) => measured,
        Err(error) => {
            let reason = format!("cannot be measured: {error}");
            let mend = "start the node once, and look as its user";
            return vec![Looked::new("disk_space", subject, State::Unknown, reason, mend)];
        }
    };
    let space = graded(free >= SPACE_GOOD, free >= SPACE_BAD);
    let speed = graded(sync <= SYNC_GOOD, sync <= SYNC_BAD);
    let mend_speed = "use a local disk with a safe write cache: each message waits for one sync, shared by those that come together";
    vec![
        Looked::new(
            "disk_space",
            subject.clone(),
            space,
            format!("{} MiB free", free >> 20),
            "make room, or move data_dir",
        ),
        Looked::new(
            "disk_sync",
            subject,
            speed,
            format!("a sync takes {} us (median of {SYNCS})", sync.as_micros()),
            mend_speed,
        ),
    ]
}

const fn graded(good: bool, bearable: bool) -> State {
    match (good, bearable) {
        (true, _) => State::Ok,
        (false, true) => State::Warn,
        (false, false) => State::Fail,
    }
}

/// The median time of small synced writes, as the spool does them, in a directory of its own.
fn probe(data: &Path) -> std::io::Result<Duration> {
    let folder: PathBuf = data.join(PROBE);
    let times = timed(&folder);
    std::fs::remove_dir_all(&folder)?;
    let mut times = times?;
    times.sort();
    Ok(times[SYNCS / 2])
}

fn timed(folder: &Path) -> std::io::Result<Vec<Duration>> {
    let disk = RealDisk::open(folder)?;
    let file = disk.create(PROBE, (SYNCS * PROBE_BYTES) as u64)?;
    let block = [b's'; PROBE_BYTES];
    let mut times = Vec::with_capacity(SYNCS);
    for place in 0..SYNCS {
        let began = Instant::now();
        file.write_at((place * PROBE_BYTES) as u64, &block)?;
        file.sync()?;
        times.push(began.elapsed());
    }
    Ok(times)
}

fn open_files() -> Looked {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let mend = "raise it where the node is started: LimitNOFILE=65536 in its unit, or `ulimit -n 65536`";
    let (state, reason) = match soft_limit(&limits) {
        Some(limit) => (
            graded(limit >= FILES_GOOD, limit >= FILES_BAD),
            format!("{limit} open files are allowed here; a node started elsewhere may have another limit"),
        ),
        None => (State::Unknown, "the limit cannot be read".to_owned()),
    };
    Looked::new("open_files", "this shell", state, reason, mend)
}

/// `Max open files  1024  524288  files`.
fn soft_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

/// systemd-timesyncd leaves a file when it has set the clock; other services cannot be seen like this.
fn clock_service() -> Looked {
    let (state, reason) = if Path::new("/run/systemd/timesync/synchronized").exists() {
        (State::Ok, "systemd-timesyncd has set the clock since the start")
    } else {
        (State::Unknown, "nothing here tells that a service sets the clock")
    };
    Looked::new("clock_service", "this machine", state, reason, "`timedatectl` or `chronyc tracking` tells")
}

#[cfg(test)]
mod tests;
