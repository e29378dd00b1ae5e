//! The pure shelf does no input or output: not by its manifests, not in its sources.
//!
//! Its tests may read the corpora. Both lists of clippy's bans say the same where they overlap.

use super::Finding;
use super::tree::{Tree, dependencies, is_test};
use super::uses;

const CRATES: [&str; 12] = [
    "tokio",
    "hickory-resolver",
    "hickory-server",
    "rustls",
    "tokio-rustls",
    "axum",
    "nix",
    "rcgen",
    "tracing",
    "net",
    "spool",
    "anyhow",
];
const WORDS: [&str; 10] = [
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::time::Instant",
    "SystemTime",
    "std::env",
    "std::thread",
    "std::process",
    "std::io",
    "tokio::",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, name, manifest) in tree.crates().filter(|(shelf, ..)| *shelf == "pure") {
        let Ok(manifest) = manifest.parse::<toml::Table>() else { continue };
        let named = dependencies(&manifest).into_iter().filter(|named| !named.is_dev);
        for banned in named.filter(|named| CRATES.contains(&named.package.as_str())) {
            findings
                .push(format!("pure/{name}/Cargo.toml: {} has no place on the pure shelf", banned.package));
        }
    }
    for (path, text) in tree.rust().filter(|(path, _)| path.starts_with("pure/") && !is_test(path)) {
        for (number, named) in uses::named(text) {
            for word in WORDS.iter().filter(|word| named.contains(**word)) {
                findings.push(format!("{path}:{number}: `{word}` has no place on the pure shelf"));
            }
        }
    }
    findings.extend(bans(tree));
    findings
}

/// Clippy reads the nearest file only: the pure one has to repeat the root's bans.
fn bans(tree: &Tree) -> Vec<Finding> {
    let paths = |file: &str| -> Vec<String> {
        let table = tree.0.get(file).and_then(|text| text.parse::<toml::Table>().ok()).unwrap_or_default();
        let lists = ["disallowed-methods", "disallowed-types"]
            .map(|key| table.get(key).and_then(toml::Value::as_array).cloned());
        let entries = lists.into_iter().flatten().flatten();
        entries
            .filter_map(|entry| entry.get("path").and_then(toml::Value::as_str).map(str::to_owned))
            .collect()
    };
    let pure = paths("pure/clippy.toml");
    let missing = paths("clippy.toml").into_iter().filter(|path| !pure.contains(path));
    missing.map(|path| format!("pure/clippy.toml: does not repeat the root's ban of {path}")).collect()
}
