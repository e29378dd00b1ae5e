//! The relay's stations stand in the order of a message's life and name only the one before them.

use super::Finding;
use super::tree::{Tree, is_test};

const ORDER: [&str; 7] = ["accept", "admit", "commit", "stamp", "steer", "transport", "verdict"];
const ROOT: &str = "shell/relay/src/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust().filter(|(path, _)| !is_test(path)) {
        let Some(own) = path.strip_prefix(ROOT).and_then(station) else { continue };
        for (number, line) in text.lines().enumerate() {
            for named in (0..ORDER.len()).filter(|named| names(line, ORDER[*named])) {
                // Stamped content is sent, so transport also names what steer was given.
                let is_before =
                    named == own || named + 1 == own || (ORDER[named], ORDER[own]) == ("stamp", "transport");
                if !is_before {
                    findings.push(format!(
                        "{path}:{}: the station {} names {}, which is not the one before it",
                        number + 1,
                        ORDER[own],
                        ORDER[named]
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

fn names(line: &str, station: &str) -> bool {
    ["crate::", "super::super::"].iter().any(|prefix| {
        let named = format!("{prefix}{station}");
        line.match_indices(&named).any(|(at, _)| {
            let next = line[at + named.len()..].chars().next();
            !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
    })
}
