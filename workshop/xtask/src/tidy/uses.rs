//! What a source names, as whole paths: `use a::{b, c::d}` counts as `a::b` and `a::c::d`.
//!
//! Comments are left out. It reads words, it is no parser: a path that a macro puts together is not seen.

/// Line number and the path or, outside of `use`, the whole line.
pub(super) fn named(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("//") {
            continue;
        }
        let (begin, statement) = match open.take() {
            Some((begin, before)) => (begin, before + line),
            None if is_use(line) => (number + 1, line.to_owned()),
            None => {
                found.push((number + 1, line.to_owned()));
                continue;
            }
        };
        match statement.split_once(';') {
            Some((statement, _)) => {
                let paths = statement.split_once("use ").map_or(statement, |(_, paths)| paths);
                let mut whole = Vec::new();
                expand("", paths, &mut whole);
                found.extend(whole.into_iter().map(|path| (begin, path)));
            }
            None => open = Some((begin, statement)),
        }
    }
    found
}

fn is_use(line: &str) -> bool {
    line.starts_with("use ") || (line.starts_with("pub") && line.contains(" use "))
}

/// Every path of a `use` tree, spelled out.
fn expand(prefix: &str, paths: &str, found: &mut Vec<String>) {
    let mut depth = 0_usize;
    let pieces = paths.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
        match piece.split_once('{') {
            Some((before, inner)) => {
                expand(&format!("{prefix}{before}"), inner.strip_suffix('}').unwrap_or(inner), found);
            }
            None => found.push(format!("{prefix}{piece}")),
        }
    }
}
