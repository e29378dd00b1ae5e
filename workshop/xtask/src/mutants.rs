//! `cargo xtask mutants`: each bug of `workshop/sim/mutants.toml` is built into a copy of the pure shelf, and the simulator has to find it.
//!
//! The copy has a target folder of its own, so a mutant costs the crates that it changes and those in front of them. A mutant that survives, does not
//! compile or no longer applies fails the run; all are tried first, and the table of those that were found goes into `docs/simulation.md` by hand.

use anyhow::{Context as _, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const LIST: &str = "workshop/sim/mutants.toml";
/// What the simulator is made of.
const PARTS: [&str; 2] = ["pure", "workshop/sim"];
/// Worlds that a mutant may live through, and seconds.
const SEEDS: &str = "200";
const SECONDS: &str = "120";

/// One bug on purpose.
#[derive(Debug)]
struct Mutant {
    name: String,
    file: String,
    old: String,
    new: String,
    breaks: String,
}

pub(crate) fn run(root: &Path, only: &str) -> Result<()> {
    let mutants = read(root)?;
    let chosen: Vec<&Mutant> = mutants.iter().filter(|mutant| mutant.name.contains(only)).collect();
    ensure!(!chosen.is_empty(), "no mutant has `{only}` in its name");
    let scratch = scratch(root);
    copy(root, &scratch)?;
    ensure!(find(&scratch)?.is_none(), "without a mutant the simulator finds something; mend that first");
    let mut failed = Vec::new();
    for mutant in &chosen {
        let began = Instant::now();
        match try_one(root, &scratch, mutant) {
            Ok(found) => {
                let seconds = began.elapsed().as_secs();
                eprintln!("{}: breaks {}, found as: {found} ({seconds} s)", mutant.name, mutant.breaks);
            }
            Err(error) => {
                eprintln!("{}: NOT FOUND: {error:#}", mutant.name);
                failed.push(mutant.name.as_str());
            }
        }
    }
    eprintln!("{} of {} mutants found", chosen.len() - failed.len(), chosen.len());
    if failed.is_empty() { Ok(()) } else { bail!("not found: {}", failed.join(", ")) }
}

/// The list; every mutant in it applies.
fn read(root: &Path) -> Result<Vec<Mutant>> {
    let text = std::fs::read_to_string(root.join(LIST)).with_context(|| format!("cannot read {LIST}"))?;
    let table: toml::Table = text.parse().with_context(|| format!("{LIST} is no TOML"))?;
    let list = table.get("mutant").and_then(toml::Value::as_array).context("there is no [[mutant]]")?;
    let mutants = list.iter().map(|entry| {
        let field = |name: &str| {
            let value = entry.get(name).and_then(toml::Value::as_str);
            value.map(str::to_owned).with_context(|| format!("a mutant has no `{name}`: {entry}"))
        };
        let mutant = Mutant {
            name: field("name")?,
            file: field("file")?,
            old: field("old")?,
            new: field("new")?,
            breaks: field("breaks")?,
        };
        mutant.apply(root)?;
        Ok(mutant)
    });
    mutants.collect()
}

impl Mutant {
    /// The changed source.
    fn apply(&self, root: &Path) -> Result<String> {
        let Self { name, file, old, new, .. } = self;
        let source = std::fs::read_to_string(root.join(file))
            .with_context(|| format!("{name}: cannot read {file}"))?;
        let places = source.matches(old.as_str()).count();
        ensure!(
            places == 1,
            "{name}: `{old}` stands {places} times in {file} and must stand there once; write it anew"
        );
        Ok(source.replacen(old, new, 1))
    }
}

fn scratch(root: &Path) -> PathBuf {
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root.join("target"), PathBuf::from);
    target.join("mutants")
}

/// The parts with a workspace of their own. A file that did not change keeps its time, so that cargo builds nothing twice.
fn copy(root: &Path, scratch: &Path) -> Result<()> {
    for part in PARTS {
        copy_folder(&root.join(part), &scratch.join(part))?;
    }
    let manifest = std::fs::read_to_string(root.join("Cargo.toml"))?;
    let mut table: toml::Table = manifest.parse()?;
    let mut members: Vec<toml::Value> = Vec::new();
    for entry in std::fs::read_dir(scratch.join("pure"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").exists() {
            members.push(format!("pure/{}", entry.file_name().to_string_lossy()).into());
        }
    }
    members.push("workshop/sim".into());
    let workspace =
        table.get_mut("workspace").and_then(toml::Value::as_table_mut).context("no [workspace]")?;
    workspace.insert("members".to_owned(), members.into());
    workspace.remove("default-members");
    workspace.remove("exclude");
    write(&scratch.join("Cargo.toml"), table.to_string().as_bytes())?;
    if !scratch.join("Cargo.lock").exists() {
        std::fs::copy(root.join("Cargo.lock"), scratch.join("Cargo.lock"))?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            write(&target, &std::fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(file).is_ok_and(|before| before == bytes) {
        return Ok(());
    }
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

fn try_one(root: &Path, scratch: &Path, mutant: &Mutant) -> Result<String> {
    let file = scratch.join(&mutant.file);
    let sound = std::fs::read(root.join(&mutant.file))?;
    write(&file, mutant.apply(root)?.as_bytes())?;
    let found = find(scratch);
    write(&file, &sound)?;
    found?.context("the simulator finds nothing")
}

/// What the simulator finds in the copy, in its words.
fn find(scratch: &Path) -> Result<Option<String>> {
    let target = scratch.join("target");
    let build = Command::new("cargo")
        .args(["build", "--quiet", "--package", "sim"])
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "1")
        .current_dir(scratch)
        .output()?;
    ensure!(build.status.success(), "it does not compile:\n{}", String::from_utf8_lossy(&build.stderr));
    let lived =
        Command::new(target.join("debug/sim")).args(["--seeds", SEEDS, "--seconds", SECONDS]).output()?;
    let said = String::from_utf8_lossy(&lived.stdout).into_owned();
    if lived.status.success() {
        return Ok(None);
    }
    let panicked = String::from_utf8_lossy(&lived.stderr).into_owned();
    let line =
        said.lines().find(|line| line.contains(" is broken after ")).or_else(|| panicked.lines().next());
    Ok(Some(line.unwrap_or("it failed").chars().take(160).collect()))
}

#[cfg(test)]
mod tests;
