//! The steps of `cargo xtask test`, in order, each with its time; all of them run, and those that failed are named at the end.

use crate::{deny, install, run, tidy};
use anyhow::{Result, bail};
use std::path::Path;
use std::time::Instant;

type Step = (&'static str, fn(&Path) -> Result<()>);

const STEPS: [Step; 7] = [
    ("install", install::run),
    ("format", format),
    ("tidy", tidy::run),
    ("deny", deny::run),
    ("clippy", clippy),
    ("doc", doc),
    ("tests", tests),
];
pub(crate) const NAMES: [&str; 7] = ["install", "format", "tidy", "deny", "clippy", "doc", "tests"];

/// All steps, or the one that is named.
pub(crate) fn test(root: &Path, only: Option<&str>) -> Result<()> {
    let began = Instant::now();
    let mut failed = Vec::new();
    for (name, step) in STEPS.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        eprintln!("== {name}");
        let began = Instant::now();
        let done = step(root);
        eprintln!(
            "== {name}: {} in {} s",
            if done.is_ok() { "good" } else { "FAILED" },
            began.elapsed().as_secs()
        );
        if let Err(error) = done {
            eprintln!("{error:#}");
            failed.push(*name);
        }
    }
    eprintln!("== all in {} s", began.elapsed().as_secs());
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

fn format(root: &Path) -> Result<()> {
    run(root, "cargo", &["fmt", "--all", "--check"], &[])
}

fn clippy(root: &Path) -> Result<()> {
    run(root, "cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])
}

fn doc(root: &Path) -> Result<()> {
    run(
        root,
        "cargo",
        &["doc", "--workspace", "--no-deps", "--document-private-items"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

/// With cargo-nextest where it is installed: it runs tests side by side and tells slow ones.
fn tests(root: &Path) -> Result<()> {
    let has_nextest = std::process::Command::new("cargo").args(["nextest", "--version"]).output();
    if has_nextest.is_ok_and(|output| output.status.success()) {
        return run(root, "cargo", &["nextest", "run", "--workspace", "--no-fail-fast"], &[]);
    }
    run(root, "cargo", &["test", "--workspace", "--no-fail-fast"], &[])
}

/// Builds what is measured and measures it.
pub(crate) fn bench(root: &Path, words: &[String]) -> Result<()> {
    install::run(root)?;
    run(root, "cargo", &["build", "--release", "--package", "signpost", "--package", "bench"], &[])?;
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let signpost = format!("{target}/release/signpost");
    let mut arguments = vec!["--signpost", &signpost];
    arguments.extend(words.iter().map(String::as_str));
    run(root, &format!("{target}/release/bench"), &arguments, &[])
}

/// The kill rounds of the tests, many more of them; the counts are printed.
pub(crate) fn soak(root: &Path, rounds: u32) -> Result<()> {
    let test = ["test", "--package", "signpost", "--test", "node", "--", "--nocapture", "however_often"];
    run(root, "cargo", &test, &[("SIGNPOST_KILL_ROUNDS", &rounds.to_string())])
}

/// Simulated worlds with every transition counted; the first that breaks a law is named with the line that shows it again.
pub(crate) fn sim(root: &Path, seeds: u64, seconds: u64) -> Result<()> {
    let (seeds, seconds) = (seeds.to_string(), seconds.to_string());
    let worlds = ["run", "--quiet", "--package", "sim", "--", "--table", "--least", "100"];
    let worlds = [&worlds[..], &["--seeds", &seeds, "--seconds", &seconds]].concat();
    run(root, "cargo", &worlds, &[])
}
