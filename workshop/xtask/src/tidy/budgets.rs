//! How long a file may be. Functions and nesting are clippy's to hold, with the bounds of `clippy.toml`.
//!
//! Tests are counted by themselves: a table may be long.

use super::Finding;
use super::tree::{Tree, is_test};

const LINES_MAX: usize = 500;
const TEST_LINES_MAX: usize = 800;
const LINE_LEN_MAX: usize = 160;

/// Clippy's names of the bounds that it holds.
const BOUNDS: [&str; 2] = ["too_many_lines", "excessive_nesting"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        let max = if is_test(path) { TEST_LINES_MAX } else { LINES_MAX };
        let lines = text.lines().count();
        if lines > max {
            findings
                .push(format!("{path}: has {lines} lines, more than {max}; split it by what it is about"));
        }
        for (number, line) in text.lines().enumerate() {
            let is_loosened = BOUNDS.iter().any(|bound| line.contains(&format!("expect(clippy::{bound}")));
            if is_loosened && !is_test(path) {
                findings
                    .push(format!("{path}:{}: a bound is not expected away; split the function", number + 1));
            }
            let length = line.chars().count();
            if length > LINE_LEN_MAX {
                findings.push(format!(
                    "{path}:{}: has {length} characters, more than {LINE_LEN_MAX}",
                    number + 1
                ));
            }
        }
    }
    for file in ["clippy.toml", "pure/clippy.toml"] {
        let table = tree.0.get(file).and_then(|text| text.parse::<toml::Table>().ok()).unwrap_or_default();
        for (key, bound) in [("too-many-lines-threshold", 70), ("excessive-nesting-threshold", 5)] {
            if table.get(key).and_then(toml::Value::as_integer) != Some(bound) {
                findings.push(format!("{file}: {key} has to be {bound}"));
            }
        }
    }
    findings
}
