//! `config check`: an operator's file with the tenants beside it, or one tenant's folder.

use super::{print, print_json};
use crate::cli::ConfigCommand;
use crate::config;
use crate::folders;
use anyhow::{Context as _, Result, bail};
use model::SnapshotNumber;
use serde_json::json;
use std::path::Path;
use tenant::Problem;

pub(crate) fn config(command: ConfigCommand) -> Result<()> {
    let ConfigCommand::Check { path, json } = command;
    let (problems, warnings) = if path.is_dir() { folder(&path)? } else { file(&path)? };
    if json {
        print_json(&json!({ "good": problems.is_empty(), "problems": problems, "warnings": warnings }))?;
    } else {
        let lines = |what: &str, found: &[Problem]| {
            found.iter().map(|one| format!("{what}: {one}\n")).collect::<String>()
        };
        print(&(lines("error", &problems) + &lines("warning", &warnings)))?;
    }
    match problems.len() {
        0 if !json => print(&format!("{} is good\n", path.display())),
        0 => Ok(()),
        count => bail!("{} has {count} errors", path.display()),
    }
}

fn folder(path: &Path) -> Result<(Vec<Problem>, Vec<Problem>)> {
    let folder = folders::read(path)?;
    Ok(match tenant::compile(&folder, SnapshotNumber(1), &folders::secret) {
        Ok(snapshot) => (Vec::new(), snapshot.warnings),
        Err(problems) => (problems, Vec::new()),
    })
}

fn file(path: &Path) -> Result<(Vec<Problem>, Vec<Problem>)> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let beside = path.parent().unwrap_or(Path::new("."));
    let (config, mut problems, mut warnings) = config::read(&path.display().to_string(), &bytes, beside);
    let Some(config) = config else { return Ok((problems, warnings)) };
    for listener in &config.listeners {
        let further = listener.further.iter().map(|further| &further.certificate);
        for wish in further.chain([&listener.certificate]) {
            // The node begins with a self-signed one then, and alarms.
            if let certificates::Wish::Files { chain, key } = wish
                && let Err(why) = certificates::read_pair(chain, key)
            {
                warnings.push(Problem::of(
                    &path.display().to_string(),
                    format!("listener {}: {why}", listener.name),
                ));
            }
        }
    }
    let entries = std::fs::read_dir(&config.tenants_dir);
    let entries =
        entries.with_context(|| format!("cannot read tenants_dir {}", config.tenants_dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.join("tenant.toml").is_file() {
            let (of_folder, odd) = folder(&path)?;
            problems.extend(of_folder);
            warnings.extend(odd);
        }
    }
    Ok((problems, warnings))
}
