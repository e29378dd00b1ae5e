use super::{Current, TenantStore};
use model::{SnapshotNumber, TenantName};
use tenant::Folder;

fn acme() -> TenantName {
    "acme".parse().unwrap()
}

fn folder(text: &str) -> Folder {
    Folder([("people.csv".to_owned(), text.as_bytes().to_vec())].into())
}

fn current(number: u64) -> Current {
    Current { number: SnapshotNumber(number), imported: Some("hash".to_owned()) }
}

#[test]
fn a_publication_survives_and_older_numbers_stay_until_they_are_pruned() {
    let directory = tempfile::tempdir().unwrap();
    let store = TenantStore::open(directory.path()).unwrap();
    assert_eq!(store.current(&acme()).unwrap(), None);
    store.publish(&acme(), &current(1), &folder("one")).unwrap();
    store.publish(&acme(), &current(2), &folder("two")).unwrap();
    let store = TenantStore::open(directory.path()).unwrap();
    assert_eq!(store.names().unwrap(), [acme()]);
    assert_eq!(store.current(&acme()).unwrap(), Some(current(2)));
    assert_eq!(store.load(&acme(), SnapshotNumber(1)).unwrap(), folder("one"));
    store.prune(&acme(), |number| number == SnapshotNumber(2)).unwrap();
    assert!(store.load(&acme(), SnapshotNumber(1)).is_err());
    assert_eq!(store.load(&acme(), SnapshotNumber(2)).unwrap(), folder("two"));
}

#[test]
fn a_crash_between_the_two_files_leaves_the_one_before() {
    let directory = tempfile::tempdir().unwrap();
    let store = TenantStore::open(directory.path()).unwrap();
    store.publish(&acme(), &current(1), &folder("one")).unwrap();
    // The second snapshot is on disk and nobody named it; half of a third one too.
    std::fs::copy(
        directory.path().join("tenants/acme/00000001.snapshot"),
        directory.path().join("tenants/acme/00000002.snapshot"),
    )
    .unwrap();
    std::fs::write(directory.path().join("tenants/acme/00000003.new"), "SGNS").unwrap();
    assert_eq!(store.current(&acme()).unwrap(), Some(current(1)));
    assert_eq!(store.load(&acme(), SnapshotNumber(1)).unwrap(), folder("one"));
}

#[test]
fn a_flipped_byte_is_found_and_the_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = TenantStore::open(directory.path()).unwrap();
    store.publish(&acme(), &current(1), &folder("one")).unwrap();
    let path = directory.path().join("tenants/acme/00000001.snapshot");
    let good = std::fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, bad).unwrap();
        let error = store.load(&acme(), SnapshotNumber(1)).unwrap_err().to_string();
        assert!(error.contains("00000001.snapshot is damaged"), "{at}: {error}");
    }
}
