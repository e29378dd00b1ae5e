//! The relay's stations stand in the order of a message's life and name only the one before them.

use super::Finding;
use super::tree::{Tree, is_test};
use super::uses;

const ORDER: [&str; 7] = ["accept", "admit", "commit", "stamp", "steer", "transport", "verdict"];
const ROOT: &str = "shell/relay/src/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust().filter(|(path, _)| !is_test(path)) {
        let Some(own) = path.strip_prefix(ROOT).and_then(station) else { continue };
        let root = root(path);
        for (number, line) in uses::named(text) {
            for named in (0..ORDER.len()).filter(|named| names(&line, &root, ORDER[*named])) {
                // Stamped content is sent, so transport also names what steer was given.
                let is_before =
                    named == own || named + 1 == own || (ORDER[named], ORDER[own]) == ("stamp", "transport");
                if !is_before {
                    findings.push(format!(
                        "{path}:{number}: the station {} names {}, which is not the one before it",
                        ORDER[own], ORDER[named]
                    ));
                }
            }
        }
    }
    findings
}

fn station(path: &str) -> Option<usize> {
    let name = path.split(['/', '.']).next()?;
    ORDER.iter().position(|station| *station == name)
}

/// The words by which this file reaches the crate's root: `super::` as often as it is deep.
fn root(path: &str) -> String {
    let module = path.strip_prefix(ROOT).unwrap_or(path).trim_end_matches(".rs").trim_end_matches("/mod");
    "super::".repeat(module.split('/').count())
}

fn names(line: &str, root: &str, station: &str) -> bool {
    ["crate::", root].iter().any(|prefix| {
        let named = format!("{prefix}{station}");
        line.match_indices(&named).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let next = line[at + named.len()..].chars().next();
            let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
            !is_part(before) && !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
    })
}
