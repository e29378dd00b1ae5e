//! The repository as paths and texts.
//!
//! What is built or kept by git is left out; the corpora of mail are data and are not read.

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
            } else {
                // A picture is there, for links to it, and has no text.
                self.0.insert(path, std::fs::read_to_string(entry.path()).unwrap_or_default());
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

/// One dependency of a manifest, from any of its sections, those of a target as well.
#[derive(Debug)]
pub(super) struct Dependency {
    /// As the sources call it.
    pub(super) name: String,
    /// As the registry calls it.
    pub(super) package: String,
    pub(super) is_dev: bool,
    /// Whether version and reason stand in the root's list.
    pub(super) is_listed: bool,
}

/// What a manifest names.
pub(super) fn dependencies(manifest: &toml::Table) -> Vec<Dependency> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = targets.into_iter().flat_map(toml::Table::values).filter_map(toml::Value::as_table);
    let mut found = Vec::new();
    for table in tables.chain([manifest]) {
        for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let entries = table.get(section).and_then(toml::Value::as_table);
            for (name, entry) in entries.into_iter().flatten() {
                let package = entry.get("package").and_then(toml::Value::as_str).unwrap_or(name);
                found.push(Dependency {
                    name: name.clone(),
                    package: package.to_owned(),
                    is_dev: section == "dev-dependencies",
                    is_listed: entry.get("workspace").and_then(toml::Value::as_bool) == Some(true),
                });
            }
        }
    }
    found
}

/// Whether the file is a test's: it may be longer and may use what the code may not.
pub(super) fn is_test(path: &str) -> bool {
    path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.contains("/examples/")
        || path.starts_with("tests/")
}
