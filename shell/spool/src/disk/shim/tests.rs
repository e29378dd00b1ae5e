//! The shim forgets exactly what a power cut may take, and no more.

use super::*;

fn disk_with(synced: &[u8], unsynced: &[u8]) -> MemDisk {
    let disk = MemDisk::new();
    let file = disk.create("a", 2048).unwrap();
    file.write_at(0, synced).unwrap();
    file.sync().unwrap();
    disk.sync_dir().unwrap();
    file.write_at(synced.len() as u64, unsynced).unwrap();
    disk
}

#[test]
fn synced_bytes_survive_every_crash_and_unsynced_ones_may_not() {
    let disk = disk_with(b"kept", &[1; 1500]);
    let mut seen = BTreeSet::new();
    for seed in 0..64 {
        let after = disk.crash(Crash::Chosen(seed)).bytes("a");
        assert!(after.starts_with(b"kept"));
        seen.insert(after[4..].iter().filter(|byte| **byte == 1).count());
    }
    assert!(seen.contains(&0) && seen.contains(&1500) && seen.len() > 8, "{seen:?}");
    assert_eq!(disk.crash(Crash::NothingUnsynced).bytes("a")[4], 0);
    assert_eq!(disk.crash(Crash::Everything).bytes("a")[1503], 1);
}

#[test]
fn an_entry_without_directory_sync_may_be_gone() {
    let disk = MemDisk::new();
    disk.create("a", 8).unwrap().sync().unwrap();
    assert!(disk.crash(Crash::NothingUnsynced).list().unwrap().is_empty());
    disk.sync_dir().unwrap();
    disk.remove("a").unwrap();
    assert_eq!(disk.crash(Crash::NothingUnsynced).list().unwrap(), ["a"]);
    assert!(disk.crash(Crash::Everything).list().unwrap().is_empty());
}

#[test]
fn a_second_sync_does_not_mend_a_failed_one() {
    let disk = disk_with(b"kept", b"lost");
    disk.set_faults(Faults { fail_next_sync: true, ..Faults::default() });
    let file = disk.open("a").unwrap();
    file.sync().unwrap_err();
    file.sync().unwrap();
    assert_eq!(&disk.bytes("a")[..8], b"keptlost");
    assert_eq!(&disk.crash(Crash::Everything).bytes("a")[..8], b"kept\0\0\0\0");
}

#[test]
fn a_journal_builds_the_same_disk_again() {
    let disk = disk_with(b"one", b"two");
    disk.mark(7);
    let again = MemDisk::new();
    disk.journal().iter().for_each(|op| again.replay(op));
    assert_eq!((again.bytes("a"), again.journal()), (disk.bytes("a"), disk.journal()));
}
