//! The repository as paths and texts.
//!
//! What is built, kept by git or not text is left out; the corpora of mail are data and are not read.

use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::path::Path;

const LEFT_OUT: [&str; 5] = [".git", "target", "signpost-data", "node_modules", "Cargo.lock"];
const DATA: [&str; 2] = ["tests/mail/", "tests/dialogs/"];

/// Relative path with `/` to text.
#[derive(Debug, Default)]
pub(super) struct Tree(pub(super) BTreeMap<String, String>);

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.directory(root, "")?;
        Ok(tree)
    }

    fn directory(&mut self, directory: &Path, prefix: &str) -> Result<()> {
        let entries =
            std::fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let is_data = DATA.iter().any(|data| path.starts_with(data)) && !path.ends_with(".md");
            if LEFT_OUT.contains(&name.as_str()) || name.starts_with("target-") || is_data {
                continue;
            }
            if entry.file_type()?.is_dir() {
                self.directory(&entry.path(), &format!("{path}/"))?;
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                self.0.insert(path, text);
            }
        }
        Ok(())
    }

    /// Rust files with these beginnings.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter(|(path, _)| path.ends_with(".rs"))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Crates as shelf, name and manifest.
    pub(super) fn crates(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.iter().filter_map(|(path, text)| {
            let mut parts = path.split('/');
            let (shelf, name, file) = (parts.next()?, parts.next()?, parts.next()?);
            (file == "Cargo.toml" && parts.next().is_none()).then_some((shelf, name, text.as_str()))
        })
    }
}

/// Whether the file is a test's: it may be longer and may use what the code may not.
pub(super) fn is_test(path: &str) -> bool {
    path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.contains("/examples/")
        || path.starts_with("tests/")
}
