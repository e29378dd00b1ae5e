//! A tenant's folder: any bytes in any of its files give a snapshot or problems that name the file.

use model::SnapshotNumber;
use tenant::Folder;

const FILES: [&str; 5] =
    ["tenant.toml", "rules.toml", "people.csv", "signatures/standard.html", "signatures/standard.txt"];
const TENANT: &[u8] = include_bytes!("../../../docs/example/acme/tenant.toml");
const RULES: &[u8] = include_bytes!("../../../docs/example/acme/rules.toml");

/// The first byte says which file the bytes are; the others are the example's.
pub(crate) fn configuration(data: &[u8]) {
    let [choice, bytes @ ..] = data else { return };
    let changed = FILES[usize::from(*choice) % FILES.len()];
    let mut folder = Folder::default();
    folder.0.insert("tenant.toml".to_owned(), TENANT.to_vec());
    folder.0.insert("rules.toml".to_owned(), RULES.to_vec());
    folder.0.insert(changed.to_owned(), bytes.to_vec());
    match tenant::compile(&folder, SnapshotNumber(1), &|_| None) {
        Ok(snapshot) => assert_eq!(snapshot.number, SnapshotNumber(1)),
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            assert!(problems.iter().all(|problem| !problem.to_string().trim().is_empty()), "{problems:?}");
        }
    }
    let canonical: Vec<u8> = folder.canonical().flatten().collect();
    assert_eq!(Folder::from_canonical(&canonical).as_ref(), Some(&folder), "the canonical form is read back");
    drop(Folder::from_canonical(bytes));
}
