//! What is answered about watched vendors.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use watch::Vendors;

/// Records that are shown of a vendor, the newest; the file has all.
const RECORDS_SHOWN: usize = 100;

pub(super) fn list(vendors: &Vendors) -> Value {
    json!(vendors.lines())
}

/// Without the vendor's own records: their hashes stand for them.
pub(super) fn show(vendors: &Vendors, name: &str) -> Result<Value> {
    let known = vendors.lines();
    let mut story = vendors.story(name).with_context(|| {
        let near = tenant::nearest(name, known.iter().map(|line| line.name.as_str()));
        let hint = near.map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
        format!("no vendor {name} is watched; `signpost vendor watch` lists those that are.{hint}")
    })?;
    let count = story.records.len();
    story.records.truncate(RECORDS_SHOWN);
    for seen in &mut story.records {
        seen.record.versions.iter_mut().for_each(|version| version.raw.clear());
    }
    Ok(json!({ "line": story.line, "said": story.said, "records": story.records, "records_count": count }))
}
