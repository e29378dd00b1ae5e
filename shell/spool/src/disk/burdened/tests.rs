use super::*;
use crate::disk::RealDisk;
use std::sync::Mutex;
use std::time::Instant;

const SIZE: u64 = 1 << 20;

fn disk(burden: Burden) -> (tempfile::TempDir, Burdened<RealDisk>, Arc<Mutex<Burden>>) {
    let directory = tempfile::tempdir().unwrap();
    let burden = Arc::new(Mutex::new(burden));
    let asked = Arc::clone(&burden);
    let inner = RealDisk::open(directory.path()).unwrap();
    (directory, Burdened::new(inner, move || *asked.lock().unwrap()), burden)
}

#[test]
fn a_full_disk_tells_it_and_takes_no_file() {
    let (_directory, disk, burden) = disk(Burden { bytes_max: Some(2 * SIZE), ..Burden::default() });
    assert_eq!(disk.free_space().unwrap(), 2 * SIZE);
    disk.create("one", SIZE).unwrap();
    disk.create("two", SIZE).unwrap();
    assert_eq!(disk.free_space().unwrap(), 0);
    let Err(error) = disk.create("three", SIZE) else { panic!("a full disk took a file") };
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    disk.remove("one").unwrap();
    assert_eq!(disk.free_space().unwrap(), SIZE);
    burden.lock().unwrap().bytes_max = None;
    assert!(disk.free_space().unwrap() > SIZE);
}

#[test]
fn a_disk_that_lies_is_full_all_the_same() {
    let (_directory, disk, _burden) = disk(Burden { bytes_max: Some(SIZE), lies: true, ..Burden::default() });
    disk.create("one", SIZE).unwrap();
    assert!(disk.free_space().unwrap() > SIZE);
    assert!(disk.create("two", SIZE).is_err());
}

#[test]
fn a_sync_takes_as_long_as_the_burden_says_now() {
    let (_directory, disk, burden) = disk(Burden::default());
    let file = disk.create("one", SIZE).unwrap();
    let wait = Duration::from_millis(40);
    burden.lock().unwrap().sync_wait = wait;
    let began = Instant::now();
    file.write_at(0, b"kept").unwrap();
    file.sync().unwrap();
    assert!(began.elapsed() >= wait);
    let mut read = [0; 4];
    file.read_at(0, &mut read).unwrap();
    assert_eq!(&read, b"kept");
}
