//! The example tenant of the documentation, for tools that stamp with it.

use model::SnapshotNumber;
use tenant::{Folder, Snapshot};

const FILES: [&str; 9] = [
    "tenant.toml",
    "people.csv",
    "rules.toml",
    "images/logo.png",
    "images/banner.png",
    "signatures/standard.html",
    "signatures/standard.txt",
    "signatures/short.html",
    "signatures/sales.html",
];

/// Compiled.
pub(crate) fn snapshot() -> Snapshot {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/example/acme");
    let files = FILES.map(|file| (file.to_owned(), std::fs::read(format!("{root}/{file}")).unwrap()));
    tenant::compile(&Folder(files.into()), SnapshotNumber(1), &|_| None).unwrap()
}
