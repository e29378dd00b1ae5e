//! What no text of the repository holds: paths of one machine, blanks at line ends; and links of documents lead somewhere.

use super::Finding;
use super::tree::Tree;

/// Beginnings of paths that are somebody's machine. Written in pieces, so that this file does not hold them.
const MACHINE: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &tree.0 {
        for (number, line) in text.lines().enumerate() {
            let at = |what: String| format!("{path}:{}: {what}", number + 1);
            if let Some(found) = MACHINE.iter().find(|found| line.contains(**found)) {
                findings.push(at(format!("`{found}` is a path of one machine")));
            }
            if line.ends_with([' ', '\t']) && !path.ends_with(".txt") {
                findings.push(at("ends with a blank".to_owned()));
            }
        }
        if path.ends_with(".md") {
            findings.extend(dead_links(tree, path, text));
        }
    }
    findings
}

fn dead_links(tree: &Tree, path: &str, text: &str) -> Vec<Finding> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    for (at, _) in text.match_indices("](") {
        let target = text[at + 2..].split([')', '#', ' ']).next().unwrap_or_default();
        if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let resolved = resolve(folder, target);
        let is_file = tree.0.contains_key(&resolved);
        let is_folder = tree.0.keys().any(|file| file.starts_with(&format!("{resolved}/")));
        if !is_file && !is_folder {
            findings.push(format!("{path}: the link {target} leads nowhere"));
        }
    }
    findings
}

fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}
