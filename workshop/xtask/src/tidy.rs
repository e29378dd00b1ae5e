//! The rules of the house that a machine can hold. Each rule is a file; a tree of files goes in and findings come out.
//!
//! There are no exceptions: a rule that makes a place worse is changed, with the reason. Every rule has a test that breaks it.

mod budgets;
mod direction;
mod manifests;
mod pages;
mod shelf;
mod stations;
mod text;
mod tree;
mod uses;

use anyhow::{Result, bail};
use std::path::Path;
use tree::Tree;

/// One breach: where, and what to do.
type Finding = String;

/// Every rule.
const RULES: [fn(&Tree) -> Vec<Finding>; 7] = [
    direction::check,
    shelf::check,
    stations::check,
    budgets::check,
    pages::check,
    manifests::check,
    text::check,
];

pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{}\n{} findings; STYLE.md has the rules", findings.join("\n"), findings.len())
}

#[cfg(test)]
mod tests;
