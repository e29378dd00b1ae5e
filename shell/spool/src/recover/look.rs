//! The segments at first sight: enough to begin a new one, however much mail lies in them.

use super::{Found, Scan};
use crate::config::SpoolError;
use crate::crypt::Crypt;
use crate::disk::Disk;
use crate::format::{HEADER_COPIES, RunStart, SegmentHeader, segment_name, segment_number};
use model::Timestamp;
use std::io;

pub(crate) struct Look {
    /// In the order in which they were written.
    pub(crate) segments: Vec<Seen>,
    /// Whether the last run ended with its machine.
    pub(crate) power_cut: bool,
}

/// A segment at first sight.
pub(crate) struct Seen {
    pub(crate) number: u64,
    pub(crate) created: Timestamp,
    /// Of a sound header.
    boot: Option<u32>,
    has_records: bool,
    starts_behind_a_cut: bool,
    /// Bytes that no sync has proven may lie here.
    pub(crate) unproven: bool,
}

impl Look {
    /// Looks at every segment's header and first record, and at the last record of all.
    pub(crate) fn at(disk: &dyn Disk, crypt: &Crypt) -> Result<Self, SpoolError> {
        let failed = |error: io::Error| SpoolError::unusable(disk.place(), &error);
        let mut numbers: Vec<u64> =
            disk.list().map_err(failed)?.iter().filter_map(|name| segment_number(name)).collect();
        numbers.sort_unstable();
        let mut segments = Vec::new();
        for number in numbers {
            let header = read_header(disk, number, crypt)?;
            segments.push(Seen::look(disk, number, header).map_err(failed)?);
        }
        let power_cut = ended_by_power_cut(disk, &segments).map_err(failed)?;
        if let Some(tail) = segments.iter_mut().rev().find(|segment| segment.has_records) {
            tail.unproven = power_cut;
        }
        // What a run had not synced when its machine ended lies in its last segment; the next run's start says so.
        let mut cut_before = false;
        for segment in segments.iter_mut().rev().filter(|segment| segment.has_records) {
            segment.unproven |= std::mem::replace(&mut cut_before, segment.starts_behind_a_cut);
        }
        Ok(Self { segments, power_cut })
    }

    /// The number of the next segment.
    pub(crate) fn next(&self) -> u64 {
        self.segments.last().map_or(1, |last| last.number + 1)
    }
}

impl Seen {
    fn look(disk: &dyn Disk, number: u64, header: Option<SegmentHeader>) -> io::Result<Self> {
        let first = Scan::new(disk.open(&segment_name(number))?, false)?.next()?;
        let starts_behind_a_cut = matches!(first, Some(Found::Start(RunStart { power_cut: true, .. })));
        // Without a sound header it counts as old: whatever lives in it is copied out soon.
        let created = header.map_or(Timestamp::default(), |header| header.created);
        let boot = header.map(|header| header.boot);
        Ok(Self { number, created, boot, has_records: first.is_some(), starts_behind_a_cut, unproven: false })
    }
}

fn read_header(disk: &dyn Disk, number: u64, crypt: &Crypt) -> Result<Option<SegmentHeader>, SpoolError> {
    let name = segment_name(number);
    let failed = |error: io::Error| SpoolError::unusable(format!("{}/{name}", disk.place()), &error);
    let file = disk.open(&name).map_err(failed)?;
    for copy in HEADER_COPIES {
        let mut bytes = [0; 64];
        let read = file.read_at(copy, &mut bytes).map_err(failed)?;
        let header = SegmentHeader::parse(&bytes[..read]).map_err(|version| {
            let detail = format!("segment {name} has version {version}, which this release does not read");
            SpoolError::unusable(disk.place(), &detail)
        })?;
        if let Some(header) = header.filter(|header| header.number == number) {
            crypt.check(header.fingerprint, &name)?;
            return Ok(Some(header));
        }
    }
    Ok(None)
}

/// Whether the last run ended with its machine. A segment with a sound header shows that a run was there, records or not.
fn ended_by_power_cut(disk: &dyn Disk, segments: &[Seen]) -> io::Result<bool> {
    let newest = segments.iter().rev().find_map(|segment| Some((segment.number, segment.boot?)));
    let Some((number, boot)) = newest else { return Ok(false) };
    let same_boot = boot != 0 && boot == disk.boot();
    Ok(!same_boot && !ends_in_order(disk, number)?)
}

/// Whether a segment's last record says that its run stopped in order.
fn ends_in_order(disk: &dyn Disk, number: u64) -> io::Result<bool> {
    let mut scan = Scan::new(disk.open(&segment_name(number))?, false)?;
    let mut last_is_end = false;
    while let Some(found) = scan.next()? {
        last_is_end = matches!(found, Found::End);
    }
    Ok(last_is_end)
}
