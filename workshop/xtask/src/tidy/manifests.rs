//! Dependencies have a reason beside them and are used.
//!
//! A crate counts as used when its name stands in the sources of the crate that names it.

use super::Finding;
use super::tree::{Tree, dependencies};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = reasons(tree);
    findings.extend(unused_by_workspace(tree));
    for (shelf, name, manifest) in tree.crates() {
        let Ok(manifest) = manifest.parse::<toml::Table>() else {
            findings.push(format!("{shelf}/{name}/Cargo.toml: is no TOML"));
            continue;
        };
        for dependency in dependencies(&manifest) {
            let at = |what: &str| format!("{shelf}/{name}/Cargo.toml: {} {what}", dependency.name);
            if !dependency.is_listed {
                findings.push(at("is not taken from the root's list, where its reason stands"));
            }
            if !is_used(tree, &format!("{shelf}/{name}/"), &dependency.name) {
                findings.push(at("is not used"));
            }
        }
    }
    findings
}

fn is_used(tree: &Tree, folder: &str, dependency: &str) -> bool {
    let word = dependency.replace('-', "_");
    let uses = |line: &str| {
        line.match_indices(&word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            !is_part(before) && !is_part(after)
        })
    };
    let mut code =
        tree.rust().filter(|(path, _)| path.starts_with(folder)).flat_map(|(_, text)| text.lines());
    code.any(|line| !line.trim_start().starts_with("//") && uses(line))
}

/// Every entry of the workspace's list that is not our own ends with a comment.
fn reasons(tree: &Tree) -> Vec<Finding> {
    let Some(root) = tree.0.get("Cargo.toml") else { return vec!["Cargo.toml: is missing".to_owned()] };
    let lines = root.lines().enumerate().skip_while(|(_, line)| *line != "[workspace.dependencies]").skip(1);
    lines
        .take_while(|(_, line)| !line.starts_with('['))
        .filter(|(_, line)| line.contains(" = ") && !line.starts_with('#') && !line.contains("path = "))
        .filter(|(_, line)| !line.contains(" # "))
        .map(|(number, _)| format!("Cargo.toml:{}: the dependency has no reason beside it", number + 1))
        .collect()
}

fn unused_by_workspace(tree: &Tree) -> Vec<Finding> {
    let root = tree.0.get("Cargo.toml").and_then(|text| text.parse::<toml::Table>().ok()).unwrap_or_default();
    let listed = root
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies"))
        .and_then(toml::Value::as_table);
    let is_named = |name: &str| {
        tree.crates().any(|(_, _, manifest)| {
            manifest
                .lines()
                .any(|line| line.starts_with(&format!("{name}.")) || line.starts_with(&format!("{name} ")))
        })
    };
    let unnamed = listed.into_iter().flat_map(toml::Table::keys).filter(|name| !is_named(name));
    unnamed.map(|name| format!("Cargo.toml: no crate names the dependency {name}")).collect()
}
