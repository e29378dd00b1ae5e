//! Every message of the real-mail corpus, stamped as Anna: nothing panics, everything has an outcome, undoing gives the original.

use crate::support::{acme, anna, applied};
use signatures::{Decision, Outcome};
use std::path::{Path, PathBuf};

fn messages(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            messages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "eml") {
            found.push(path);
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is read from the repository")]
fn every_real_message_has_an_outcome() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mail");
    let mut found = Vec::new();
    messages(&root, &mut found);
    assert!(found.len() > 100, "the corpus is at tests/mail");
    let snapshot = acme();
    let run = anna(&snapshot);
    for path in found {
        let original = std::fs::read(&path).unwrap();
        let group = run.group(&original);
        let reason = group.explain.reason.map(|reason| reason.as_str()).unwrap_or_default();
        let outcome = match group.explain.outcome {
            Outcome::Stamped => "stamped",
            Outcome::Passed => "passed",
            Outcome::Hold => "hold",
        };
        let name = path.strip_prefix(&root).unwrap().display();
        println!(
            "{name}\t{outcome}\t{reason}\t{}",
            group.explain.trail.last().map(String::as_str).unwrap_or_default()
        );
        if let Decision::Stamped(splices) = &group.decision {
            let stamped = splices.apply(&original);
            assert_eq!(splices.undo(&stamped, &original).as_deref(), Some(original.as_slice()), "{name}");
            // A message that mixes line ends has none to keep.
            let bare = original
                .iter()
                .enumerate()
                .any(|(at, byte)| *byte == b'\n' && (at == 0 || original[at - 1] != b'\r'));
            let mixed = bare && original.contains(&b'\r');
            if !mixed {
                applied(&group, &original);
            }
        }
    }
}
