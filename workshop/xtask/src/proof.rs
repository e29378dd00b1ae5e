//! The proof of the guard at full length: the tests of `shell/signpost/tests/proof` with more mail and the guard's own patience, and their figures as
//! one table.
//!
//! A bar that is missed fails it as it fails the short form; the table then has the runs that held.

use crate::install;
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::path::Path;

/// The listing comes within so many seconds.
const WITHIN: &str = "20";
/// The guard's default.
const CLEAN_OVER: &str = "15m";

/// Runs it and writes the table.
pub(crate) fn run(root: &Path, pace: u32, scale: u32, only: &str) -> Result<()> {
    install::run(root)?;
    let file = root.join("target/proof.tsv");
    if file.exists() {
        std::fs::remove_file(&file).with_context(|| file.display().to_string())?;
    }
    let (pace, scale, file_name) = (pace.to_string(), scale.to_string(), file.display().to_string());
    let environment = [
        ("SIGNPOST_PROOF_PACE", pace.as_str()),
        ("SIGNPOST_PROOF_SCALE", &scale),
        ("SIGNPOST_PROOF_WITHIN", WITHIN),
        ("SIGNPOST_PROOF_CLEAN_OVER", CLEAN_OVER),
        ("SIGNPOST_PROOF_FILE", &file_name),
    ];
    let tests = [
        "test",
        "--release",
        "--package",
        "signpost",
        "--test",
        "proof",
        "--",
        "--nocapture",
        "--test-threads=1",
        only,
    ];
    let held = crate::run(root, "cargo", &tests, &environment);
    let figures = std::fs::read_to_string(&file).with_context(|| format!("no figures in {file_name}"))?;
    let table = table(&figures);
    let written = root.join("target/proof.md");
    std::fs::write(&written, &table).with_context(|| written.display().to_string())?;
    eprintln!("{table}\nwritten to {}", written.display());
    held
}

/// Lines of title, what and how much become a table with a column for each title.
fn table(figures: &str) -> String {
    let (mut titles, mut rows): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut cells = Vec::new();
    for line in figures.lines() {
        let mut parts = line.split('\t');
        let (Some(title), Some(row), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        if !titles.contains(&title) {
            titles.push(title);
        }
        if !rows.contains(&row) {
            rows.push(row);
        }
        cells.push((title, row, value));
    }
    let mut text = format!("| | {} |\n|---|{}\n", titles.join(" | "), "---|".repeat(titles.len()));
    for row in rows {
        let value = |title: &&str| {
            let cell = cells.iter().find(|(its_title, its_row, _)| its_title == title && *its_row == row);
            cell.map_or("-", |(.., value)| value)
        };
        let values: Vec<&str> = titles.iter().map(value).collect();
        let _infallible = writeln!(text, "| {row} | {} |", values.join(" | "));
    }
    text
}
