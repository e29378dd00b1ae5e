//! What the tests need beside Rust: real mail programs and a browser, from Debian's or Ubuntu's packages.
//!
//! Nothing is done when all is there. Without root, or where apt fails, the error is the command to run by hand.

use crate::run as execute;
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use std::process::Command;

/// A program and the package that brings it.
const BROWSER: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];

/// Pinned: a newer one may find more, which is then looked at on purpose.
const AXE: &str = "axe-core@4.14.1";
const AXE_FILE: &str = "target/tools/node_modules/axe-core/axe.min.js";
/// With what its reading half imports.
const POLLER: [&str; 2] = ["statuspage-prometheus-exporter==2.6.0", "requests"];
const POLLER_FOLDER: &str = "statuspage_prometheus_exporter";

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
    readers(root)?;
    execute(root, "cargo", &["run", "--quiet", "--package", "playground", "--bin", "install-peers"], &[])
}

/// Programs that read the status page in tests, under `target/tools`: axe-core judges it, a poller of Statuspage reads its API.
fn readers(root: &Path) -> Result<()> {
    if !root.join(AXE_FILE).is_file() {
        if !is_there("npm") {
            apt(root, &["npm"])?;
        }
        execute(root, "npm", &["install", "--prefix", "target/tools", "--no-audit", "--no-fund", AXE], &[])?;
    }
    if root.join("target/tools/python").join(POLLER_FOLDER).is_dir() {
        return Ok(());
    }
    if !is_there("pip3") {
        apt(root, &["python3-pip"])?;
    }
    let target = ["install", "--quiet", "--root-user-action", "ignore", "--target", "target/tools/python"];
    let arguments: Vec<&str> = target.into_iter().chain(POLLER).collect();
    execute(root, "pip3", &arguments, &[])
}

fn is_there(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|output| output.status.success())
}
