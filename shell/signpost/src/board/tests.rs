use super::Board;
use crate::folders;
use crate::store::TenantStore;
use model::{SnapshotNumber, TenantName};
use relay::Tenants;
use std::path::Path;
use std::sync::Arc;
use tenant::Folder;

fn board(directory: &Path) -> Board {
    Board::new(TenantStore::open(directory).unwrap(), Arc::new(Tenants::new()))
}

fn example() -> Folder {
    folders::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/example/acme")).unwrap()
}

/// The example with other words in one of its files.
fn edited(file: &str, from: &str, to: &str) -> Folder {
    let mut folder = example();
    let text = String::from_utf8(folder.0[file].clone()).unwrap();
    assert!(text.contains(from));
    folder.0.insert(file.to_owned(), text.replace(from, to).into_bytes());
    folder
}

fn acme() -> TenantName {
    "acme".parse().unwrap()
}

#[test]
fn a_change_gets_the_next_number_and_the_same_folder_none() {
    let directory = tempfile::tempdir().unwrap();
    let board = board(directory.path());
    assert_eq!(board.publish(&example(), None).unwrap().snapshot, SnapshotNumber(1));
    let again = board.publish(&example(), None).unwrap();
    assert!(!again.changed && again.snapshot == SnapshotNumber(1));
    let changed = edited("tenant.toml", "Acme GmbH", "Acme SE");
    assert_eq!(board.publish(&changed, None).unwrap().snapshot, SnapshotNumber(2));
    assert!(board.tenants().numbered(&acme(), SnapshotNumber(1)).is_some());
}

#[test]
fn what_does_not_compile_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let board = board(directory.path());
    board.publish(&example(), None).unwrap();
    let error = board.publish(&edited("rules.toml", "[[rule]]", "[[rul]]"), None).unwrap_err().to_string();
    assert!(error.contains("acme/rules.toml:"), "{error}");
    assert_eq!(board.tenants().current(&acme()).unwrap().number, SnapshotNumber(1));
}

#[test]
fn a_domain_of_another_tenant_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let board = board(directory.path());
    board.publish(&example(), None).unwrap();
    let mut other = edited("tenant.toml", "\"acme\"", "\"other\"");
    let error = board.publish(&other, None).unwrap_err().to_string();
    assert!(error.contains("acme.example belongs to the tenant acme"), "{error}");
    other.0.remove("tenant.toml");
    assert!(board.publish(&other, None).is_err());
}

#[test]
fn a_restart_runs_what_ran_and_what_mail_needs() {
    let directory = tempfile::tempdir().unwrap();
    let first = board(directory.path());
    first.publish(&example(), None).unwrap();
    first.publish(&edited("tenant.toml", "Acme GmbH", "Acme SE"), None).unwrap();
    let second = board(directory.path());
    second.restore().unwrap();
    assert!(second.keep(&[(acme(), SnapshotNumber(1))].into()).is_empty());
    assert_eq!(second.tenants().current(&acme()).unwrap().settings.display_name, "Acme SE");
    let older = second.tenants().numbered(&acme(), SnapshotNumber(1)).unwrap();
    assert_eq!(older.settings.display_name, "Acme GmbH");
}

#[test]
fn a_folder_is_imported_when_it_changed_and_a_broken_one_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let tenants = directory.path().join("written");
    folders::write(&example(), &tenants.join("acme")).unwrap();
    let board = board(directory.path());
    assert_eq!(board.import_all(&tenants).unwrap().len(), 1);
    assert_eq!(board.import_all(&tenants).unwrap().len(), 0);
    // Applied by hand meanwhile: an unchanged folder does not undo it.
    board.publish(&edited("tenant.toml", "Acme GmbH", "Acme SE"), None).unwrap();
    assert_eq!(board.import_all(&tenants).unwrap().len(), 0);
    std::fs::write(tenants.join("acme/rules.toml"), "nonsense").unwrap();
    assert_eq!(board.import_all(&tenants).unwrap().len(), 0);
    assert!(board.unimported()[0].contains("rules.toml:1"), "{:?}", board.unimported());
    assert_eq!(board.tenants().current(&acme()).unwrap().number, SnapshotNumber(2));
}
