//! What we depend on: allowed licences, the one registry, no doubled versions beyond the list. `deny.toml` says all of it, cargo-deny reads it.
//!
//! Where cargo-deny is missing it is built once into `target/tools`, which takes about a minute on two cores. Advisories are left
//! out: they need a network that may be missing.

use crate::run as execute;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// The version that is built; what is installed by hand may be another.
const VERSION: &str = "0.20.2";
const CHECKS: [&str; 4] = ["check", "bans", "licenses", "sources"];

pub(crate) fn run(root: &Path) -> Result<()> {
    let installed = Command::new("cargo").args(["deny", "--version"]).output();
    if installed.is_ok_and(|output| output.status.success()) {
        let arguments: Vec<&str> = ["deny"].into_iter().chain(CHECKS).collect();
        return execute(root, "cargo", &arguments, &[]);
    }
    let tools = root.join("target/tools/cargo-deny");
    let program = tools.join("bin/cargo-deny");
    if !program.exists() {
        let place = tools.to_string_lossy();
        let mut arguments = vec!["install", "cargo-deny", "--quiet", "--locked", "--version", VERSION];
        // Unoptimised it is there in a third of the time, and its checks take two seconds instead of one.
        arguments.extend(["--debug", "--root", &place]);
        execute(root, "cargo", &arguments, &[("CARGO_PROFILE_DEV_DEBUG", "false")])?;
    }
    execute(root, &program.to_string_lossy(), &CHECKS, &[])
}
