//! What is answered about watched vendors.

use crate::board::listed;
use crate::config;
use anyhow::{Context as _, Result, bail};
use model::VendorName;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use watch::Vendors;

/// Records that are shown of a vendor, the newest; the file has all.
const RECORDS_SHOWN: usize = 100;
/// For looks that were ordered; what comes later is in the next answer.
const LOOKED_WITHIN: Duration = Duration::from_secs(45);

pub(super) fn list(vendors: &Vendors) -> Value {
    json!(vendors.lines())
}

/// Without the vendor's own records: their hashes stand for them.
pub(super) fn show(vendors: &Vendors, name: &str) -> Result<Value> {
    let mut story = vendors.story(name).with_context(|| unknown(vendors, name))?;
    let count = story.records.len();
    story.records.truncate(RECORDS_SHOWN);
    for seen in &mut story.records {
        seen.record.versions.iter_mut().for_each(|version| version.raw.clear());
    }
    Ok(json!({ "line": story.line, "said": story.said, "records": story.records, "records_count": count }))
}

pub(super) fn unknown(vendors: &Vendors, name: &str) -> String {
    let known = vendors.lines();
    let near = tenant::nearest(name, known.iter().map(|line| line.name.as_str()));
    let hint = near.map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
    format!("no vendor {name} is watched; `signpost vendor watch` lists those that are.{hint}")
}

/// Reads the operator's file again, for its vendors alone. One that was changed or taken away there is so from the next start on.
pub(super) fn take(vendors: &Vendors, file: Option<&Path>) -> Result<Value> {
    let file = file.context("the running node has no operator's file")?;
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let beside = file.parent().unwrap_or(Path::new("."));
    let (config, problems, _warnings) = config::read(&file.display().to_string(), &bytes, beside);
    let Some(config) = config else { bail!("the configuration has errors:\n{}", listed(&problems)) };
    Ok(json!({ "added": vendors.add(config.vendors) }))
}

/// Waits for the looks, within a bound.
pub(super) async fn look(vendors: &Vendors, name: Option<&VendorName>) -> Result<Value> {
    let ordered = vendors.order(name);
    if let (Some(name), true) = (name, ordered.now.is_empty() && ordered.later.is_empty()) {
        bail!("{}", unknown(vendors, name.as_str()));
    }
    let in_time = tokio::time::timeout(LOOKED_WITHIN, vendors.ordered(&ordered)).await.is_ok();
    let is_meant = |line: &watch::VendorLine| name.is_none_or(|name| line.name == *name);
    let lines: Vec<_> = vendors.lines().into_iter().filter(is_meant).collect();
    let later = ordered.later.iter().map(|(name, at)| json!({ "name": name, "at": at }));
    Ok(json!({ "vendors": lines, "later": later.collect::<Vec<_>>(), "in_time": in_time }))
}
