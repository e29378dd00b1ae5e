//! Every module opens with a page, and no page says what another one says.
//!
//! Tests stand in files of their own, and lints are expected with a reason, never allowed.

use super::Finding;
use super::tree::{Tree, is_test};
use std::collections::BTreeMap;

/// Shorter sentences may be said twice: they name a thing, they do not explain it.
const SENTENCE_LEN_MIN: usize = 40;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in tree.rust() {
        let page = page(text);
        if page.is_empty() && !path.ends_with("tests.rs") && !path.contains("/examples/") {
            findings.push(format!("{path}: opens without a page (//!)"));
        }
        for sentence in sentences(&page) {
            if let Some(other) = said.insert(sentence.clone(), path.to_owned()) {
                findings.push(format!("{path}: says what {other} says: \"{sentence}\""));
            }
        }
        findings.extend(inside(path, text));
    }
    findings
}

fn page(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    lines.map(|line| line.trim_start_matches("//!").trim()).collect::<Vec<_>>().join(" ")
}

fn sentences(page: &str) -> Vec<String> {
    let sentences = page.split(". ").map(|sentence| sentence.trim().trim_end_matches('.').to_lowercase());
    sentences.filter(|sentence| sentence.len() >= SENTENCE_LEN_MIN).collect()
}

fn inside(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let at = |what: &str| format!("{path}:{}: {what}", number + 1);
        let is_attribute = line.starts_with("#[") || line.starts_with("#![");
        let is_case =
            is_attribute && ["#[test]", "::test]", "::test("].iter().any(|case| line.contains(case));
        if line.starts_with("mod tests {") || (is_case && !is_test(path)) {
            findings.push(at("tests stand in a file of their own, tests.rs"));
        }
        let allows = line.match_indices("allow(").any(|(at, _)| line[..at].ends_with(['[', ' ', '(', ',']));
        if is_attribute && allows {
            findings.push(at("a lint is expected with its reason, not allowed"));
        }
    }
    findings
}
