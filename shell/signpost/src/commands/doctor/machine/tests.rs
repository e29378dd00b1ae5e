//! What the kernel prints, and the probe's own traces.

use super::*;

#[test]
fn the_soft_limit_is_read_from_the_kernels_table() {
    let table = "Limit                     Soft Limit           Hard Limit           Units\n\
                 Max processes             96218                96218                processes\n\
                 Max open files            1024                 524288               files\n";
    assert_eq!(soft_limit(table), Some(1024));
    assert_eq!(soft_limit(&table.replace("1024 ", "unlimited ")), Some(u64::MAX));
    assert_eq!(soft_limit("nonsense"), None);
    assert!(soft_limit(&std::fs::read_to_string("/proc/self/limits").unwrap()).is_some());
}

#[test]
fn a_disk_is_measured_and_nothing_stays() {
    let directory = tempfile::tempdir().unwrap();
    let looked = disk(directory.path());
    assert_eq!(looked.iter().map(|one| one.check).collect::<Vec<_>>(), ["disk_space", "disk_sync"]);
    assert!(looked.iter().all(|one| one.state != State::Unknown));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    let gone = disk(&directory.path().join("nothing"));
    assert_eq!((gone[0].check, gone[0].state), ("disk_space", State::Unknown));
}
