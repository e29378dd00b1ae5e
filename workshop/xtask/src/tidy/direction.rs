//! Crates name only crates behind them, as ARCHITECTURE.md draws it.
//!
//! Only `signpost` may use the playground and the drills; tests of any shell crate may use them as well.

use super::Finding;
use super::tree::{Tree, dependencies};
use std::collections::BTreeSet;

/// From the front to the back; crates of one row never name each other, but for the arrows below.
const ROWS: [&[&str]; 7] = [
    &["signpost"],
    &["certificates", "console", "relay", "watch", "status"],
    &["sentry"],
    &["spool", "store", "bus", "net", "setup", "maillog", "dispatch"],
    &["tenant", "guard", "incident", "bounce", "arrival"],
    &["signatures", "signing", "smtp", "message", "dnsbl", "tlspolicy", "vendor"],
    &["model"],
];
/// Arrows within a row that are drawn: what stamps and what signs reads messages.
const WITHIN: [(&str, &str); 2] = [("signatures", "message"), ("signing", "message")];
const WORKSHOP: [&str; 6] = ["bench", "drill", "fuzz", "playground", "sim", "xtask"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let own: BTreeSet<&str> = tree.crates().map(|(_, name, _)| name).collect();
    let mut findings = Vec::new();
    for (shelf, name, manifest) in tree.crates() {
        if row(name).is_none() && !WORKSHOP.contains(&name) {
            findings.push(format!(
                "{shelf}/{name}: the crate has no place in the order; give it one in tidy/direction.rs"
            ));
        }
        let Ok(manifest) = manifest.parse::<toml::Table>() else { continue };
        for behind in dependencies(&manifest).iter().filter(|behind| own.contains(behind.package.as_str())) {
            if !may_name(name, &behind.package, behind.is_dev) {
                findings.push(format!(
                    "{shelf}/{name}/Cargo.toml: {name} names {}, against the order of the crates",
                    behind.package
                ));
            }
        }
    }
    findings
}

fn may_name(front: &str, behind: &str, is_dev: bool) -> bool {
    if WORKSHOP.contains(&front) {
        return true;
    }
    if behind == "playground" || behind == "drill" {
        return front == "signpost" || is_dev;
    }
    if is_dev || WITHIN.contains(&(front, behind)) {
        return true;
    }
    matches!((row(front), row(behind)), (Some(front), Some(behind)) if front < behind)
}

fn row(name: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&name))
}
