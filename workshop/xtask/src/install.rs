//! What the tests need beside Rust: real mail programs and a browser, from Debian's or Ubuntu's packages.
//!
//! Nothing is done when all is there. Without root, or where apt fails, the error is the command to run by hand.

use crate::run as execute;
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use std::process::Command;

/// A program and the package that brings it.
const BROWSER: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];

fn apt(root: &Path, packages: &[&str]) -> Result<()> {
    let by_hand = || format!("run by hand as root: apt-get update && apt-get install {}", packages.join(" "));
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    execute(root, "apt-get", &["update", "--quiet"], &quiet).with_context(by_hand)?;
    let mut arguments = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    execute(root, "apt-get", &arguments, &quiet).with_context(by_hand)
}

/// The step.
pub(crate) fn run(root: &Path) -> Result<()> {
    let missing: Vec<&str> =
        BROWSER.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    if !missing.is_empty() {
        apt(root, &missing)?;
    }
    for (program, package) in BROWSER {
        if !is_there(program) {
            bail!("{program} is still missing; the package {package} should bring it");
        }
    }
    execute(root, "cargo", &["run", "--quiet", "--package", "playground", "--bin", "install-peers"], &[])
}

fn is_there(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|output| output.status.success())
}
