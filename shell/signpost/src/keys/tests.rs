use super::{parse, processed};
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn a_key_is_made_once_and_only_its_owner_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let key = processed(directory.path()).unwrap();
    assert_eq!(processed(directory.path()).unwrap(), key);
    let path = directory.path().join("processed.key");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(&path, "short").unwrap();
    assert!(processed(directory.path()).unwrap_err().to_string().contains("damaged"));
}

#[test]
fn a_spool_key_is_64_hexadecimal_digits() {
    assert_eq!(parse(&"0f".repeat(32)), Some([15; 32]));
    assert_eq!(parse(&"0f".repeat(31)), None);
    assert_eq!(parse(&"0g".repeat(32)), None);
    assert_eq!(parse(&"é".repeat(32)), None);
}
