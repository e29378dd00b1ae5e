use super::*;

struct Place {
    _directory: tempfile::TempDir,
    file: PathBuf,
    new: PathBuf,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("signpost.toml");
    std::fs::write(&file, "old").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let new = beside(&file);
    Place { _directory: directory, file, new }
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn what_a_crash_left_is_taken_over_by_the_next_writer() {
    let place = place();
    std::fs::write(&place.new, "half of something that is longer than what comes").unwrap();
    replace(&place.file, b"new").unwrap();
    assert_eq!((text(&place.file).as_str(), place.new.exists()), ("new", false));
    assert_eq!(std::fs::metadata(&place.file).unwrap().mode() & 0o777, 0o640);
}

#[test]
fn what_a_crash_left_is_gone_after_a_start_and_the_file_is_as_it_was() {
    let place = place();
    assert!(!clean(&place.file).unwrap());
    std::fs::write(&place.new, "half").unwrap();
    assert!(clean(&place.file).unwrap());
    assert_eq!((text(&place.file).as_str(), place.new.exists()), ("old", false));
}

#[test]
fn a_writer_that_is_at_it_is_left_alone() {
    let place = place();
    let held = alone(&place.new).unwrap();
    (&held).write_all(b"mine").unwrap();
    assert!(replace(&place.file, b"new").unwrap_err().to_string().contains("another program"));
    assert!(clean(&place.file).is_err());
    assert_eq!((text(&place.file), text(&place.new)), ("old".to_owned(), "mine".to_owned()));
    drop(held);
    replace(&place.file, b"new").unwrap();
    assert_eq!(text(&place.file), "new");
}

#[test]
fn a_link_in_that_place_leads_nobody_elsewhere() {
    let place = place();
    let other = place.file.with_file_name("other");
    std::fs::write(&other, "other").unwrap();
    std::os::unix::fs::symlink(&other, &place.new).unwrap();
    assert!(replace(&place.file, b"new").is_err());
    assert!(!clean(&place.file).unwrap());
    assert_eq!((text(&place.file), text(&other)), ("old".to_owned(), "other".to_owned()));
}
