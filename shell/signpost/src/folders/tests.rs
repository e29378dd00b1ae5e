use super::{read, secret, write};
use std::path::Path;

#[test]
fn what_is_written_is_read_back_and_hidden_files_are_left_out() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/example/acme");
    let folder = read(&example).unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let copy = temporary.path().join("copy");
    write(&folder, &copy).unwrap();
    std::fs::write(copy.join(".hidden"), "x").unwrap();
    assert_eq!(read(&copy).unwrap(), folder);
    assert!(write(&folder, &copy).unwrap_err().to_string().contains("exists"));
}

#[test]
fn keys_are_written_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let temporary = tempfile::tempdir().unwrap();
    let copy = temporary.path().join("copy");
    let files = ["dkim/s1.pem", "tenant.toml"].map(|name| (name.to_owned(), b"x".to_vec()));
    write(&tenant::Folder(files.into()), &copy).unwrap();
    let mode = |name: &str| copy.join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("dkim/s1.pem"), 0o600);
    assert_ne!(mode("tenant.toml") & 0o044, 0);
}

#[test]
fn a_link_out_of_the_folder_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let inside = temporary.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(temporary.path().join("secret"), "x").unwrap();
    std::os::unix::fs::symlink(temporary.path().join("secret"), inside.join("people.csv")).unwrap();
    assert!(read(&inside).unwrap_err().to_string().contains("leads out of the folder"));
}

#[test]
fn a_secret_comes_from_a_file_and_an_unset_one_is_none() {
    let temporary = tempfile::tempdir().unwrap();
    let file = temporary.path().join("key");
    std::fs::write(&file, "value").unwrap();
    assert_eq!(secret(&format!("file:{}", file.display())), Some("value".to_owned()));
    assert_eq!(secret("env:SIGNPOST_TEST_THAT_NOBODY_SETS"), None);
}
