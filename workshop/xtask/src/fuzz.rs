//! `cargo xtask fuzz`: libFuzzer over the targets of `workshop/fuzz`, with the one toolchain.
//!
//! Coverage comes from LLVM's own pass, which the stable compiler can be asked for; nothing of nightly is used. A target ends when it has
//! found no new edge for a while. What it has learnt is merged into its committed corpus, which the tests replay.

use crate::run as execute;
use anyhow::{Context as _, Result, bail, ensure};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const MANIFEST: &str = "workshop/fuzz/driver/Cargo.toml";
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table";
/// Longest input; the promises about long ones are tests of their own.
const LENGTH_MAX: &str = "-max_len=8192";

/// How long a target runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Without a new edge.
    pub(crate) quiet: Duration,
    pub(crate) most: Duration,
}

/// What a run has to show.
#[derive(Debug, Default)]
struct Outcome {
    edges: u64,
    executions: u64,
    seconds: u64,
}

pub(crate) fn run(root: &Path, targets: &[String], patience: Patience) -> Result<()> {
    let driver = build(root)?;
    let all = names(root)?;
    let chosen = if targets.is_empty() { &all } else { targets };
    if let Some(unknown) = chosen.iter().find(|name| !all.contains(name)) {
        bail!("{unknown} is no target; there are: {}", all.join(", "));
    }
    let mut failed = Vec::new();
    for target in chosen {
        let folder = scratch(root, target);
        let corpus = folder.join("corpus");
        std::fs::create_dir_all(&corpus)?;
        let (manage, place) =
            (["run", "--quiet", "--package", "fuzz", "--bin", "corpus", "--"], corpus.display().to_string());
        execute(root, "cargo", &[&manage[..], &["unpack", target, &place]].concat(), &[])?;
        let (outcome, sound) = drive(root, &driver, target, patience)?;
        eprintln!(
            "{target}: {} executions, {} edges, {} s{}",
            outcome.executions,
            outcome.edges,
            outcome.seconds,
            if sound { "" } else { ", FAILED: the input is in target/fuzz" }
        );
        if !sound {
            failed.push(target.clone());
        }
        let least = folder.join("least");
        merge(&driver, target, &corpus, &least)?;
        execute(
            root,
            "cargo",
            &[&manage[..], &["pack", target, &least.display().to_string()]].concat(),
            &[],
        )?;
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// Where a target's inputs lie while it runs.
fn scratch(root: &Path, target: &str) -> PathBuf {
    root.join("target/fuzz").join(target)
}

fn build(root: &Path) -> Result<PathBuf> {
    let host = host()?;
    let folder = root.join("target/fuzz-build");
    let directory = folder.display().to_string();
    execute(
        root,
        "cargo",
        &["build", "--release", "--manifest-path", MANIFEST, "--target", &host, "--target-dir", &directory],
        &[("RUSTFLAGS", COVERAGE)],
    )
    .context("the driver needs a C++ compiler: apt-get install g++")?;
    Ok(folder.join(host).join("release/fuzz-driver"))
}

fn host() -> Result<String> {
    let told = Command::new("rustc").arg("-vV").output()?;
    let told = String::from_utf8(told.stdout)?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc tells no host")?.to_owned())
}

fn names(root: &Path) -> Result<Vec<String>> {
    let told = Command::new("cargo")
        .args(["run", "--quiet", "--package", "fuzz", "--bin", "corpus", "--", "list"])
        .current_dir(root)
        .output()?;
    Ok(String::from_utf8(told.stdout)?.lines().map(str::to_owned).collect())
}

/// Runs one target until it is quiet; `false` if it found something.
fn drive(root: &Path, driver: &Path, target: &str, patience: Patience) -> Result<(Outcome, bool)> {
    let folder = scratch(root, target);
    let most = format!("-max_total_time={}", patience.most.as_secs());
    let artifacts = format!("-artifact_prefix={}/", folder.display());
    let words = root.join("workshop/fuzz/dictionaries").join(format!("{target}.dict"));
    let dictionary = words.exists().then(|| format!("-dict={}", words.display()));
    let mut process = Command::new(driver)
        .args([LENGTH_MAX, &most, &artifacts, "-timeout=20", "-rss_limit_mb=3000", "-print_final_stats=1"])
        .args(dictionary)
        .arg(folder.join("corpus"))
        .env("SIGNPOST_FUZZ_TARGET", target)
        .current_dir(&folder)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let told = BufReader::new(process.stderr.take().context("no output of the driver")?);
    let (mut outcome, began) = (Outcome::default(), Instant::now());
    let (mut found_at, mut was_ended, mut last_words) = (Instant::now(), false, Vec::new());
    for line in told.lines() {
        let line = line?;
        let edges = number_behind(&line, " cov: ").unwrap_or(0);
        if edges > outcome.edges {
            (outcome.edges, found_at) = (edges, Instant::now());
        }
        let executions = line.strip_prefix('#').and_then(|rest| number_behind(rest, ""));
        outcome.executions = executions.unwrap_or(0).max(outcome.executions);
        if found_at.elapsed() > patience.quiet && !was_ended {
            was_ended = true;
            Command::new("kill").args(["-INT", &process.id().to_string()]).status()?;
        }
        last_words.push(line);
        if last_words.len() > 40 {
            last_words.remove(0);
        }
    }
    let ended_well = process.wait()?.success() || was_ended;
    outcome.seconds = began.elapsed().as_secs();
    if !ended_well {
        eprintln!("{}", last_words.join("\n"));
    }
    Ok((outcome, ended_well))
}

fn number_behind(line: &str, word: &str) -> Option<u64> {
    let at = line.find(word)? + word.len();
    let digits: String = line[at..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The fewest inputs that reach every edge.
fn merge(driver: &Path, target: &str, corpus: &Path, least: &Path) -> Result<()> {
    if least.exists() {
        std::fs::remove_dir_all(least)?;
    }
    std::fs::create_dir_all(least)?;
    let status = Command::new(driver)
        .args(["-merge=1", LENGTH_MAX])
        .args([least, corpus])
        .env("SIGNPOST_FUZZ_TARGET", target)
        .current_dir(least)
        .stderr(Stdio::null())
        .status()?;
    ensure!(status.success(), "{target}: the corpus cannot be merged");
    Ok(())
}
