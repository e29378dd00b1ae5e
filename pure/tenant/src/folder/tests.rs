//! The hash follows the files and nothing else.

use super::*;

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
}

#[test]
fn order_of_reading_does_not_change_the_hash() {
    let one = folder(&[("a", "1"), ("b/c", "2")]);
    let other = folder(&[("b/c", "2"), ("a", "1")]);
    assert_eq!(one.hash(), other.hash());
}

#[test]
fn a_moved_byte_changes_the_hash() {
    let base = folder(&[("ab", "c")]);
    assert_ne!(base.hash(), folder(&[("a", "bc")]).hash());
    assert_ne!(base.hash(), folder(&[("ab", "c"), ("d", "")]).hash());
}

#[test]
fn files_under_a_prefix_lose_it() {
    let all = folder(&[("images/logo.png", "x"), ("images.txt", "y"), ("tenant.toml", "z")]);
    let names: Vec<_> = all.under("images/").map(|(name, _)| name).collect();
    assert_eq!(names, ["logo.png"]);
}

#[test]
fn the_canonical_form_is_read_back_and_nothing_else_is() {
    let folder = Folder([("a/b".to_owned(), vec![0, 1]), ("c".to_owned(), Vec::new())].into());
    let bytes: Vec<u8> = folder.canonical().flatten().collect();
    assert_eq!(Folder::from_canonical(&bytes), Some(folder));
    for length in 1..bytes.len() {
        let read = Folder::from_canonical(&bytes[..length]);
        assert!(read.is_none_or(|read| read.0.len() == 1), "{length}");
    }
}
