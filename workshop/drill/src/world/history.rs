//! The past of senders, as a node keeps it (docs/formats/conduct-v1.md): without one nobody is known, and volume says nothing.
//!
//! Written before the node starts: two months in which each sender sent the same in every hour.

use super::TENANTS;
use anyhow::Result;
use model::Timestamp;
use playground::wall_clock;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const HOUR: i64 = 3_600_000_000;
const HALF_DAY: i64 = 12 * HOUR;
/// Hours of two months.
const KNOWN: i64 = 60 * 24;
/// Hours of a week.
const SLOTS: i64 = 168;
/// Below it an hour makes no habit.
const QUIET: u32 = 25;

/// `usual`: recipients an hour, by sender.
pub(super) fn write(directory: &Path, usual: &BTreeMap<String, u32>) -> Result<()> {
    if usual.is_empty() {
        return Ok(());
    }
    let now = wall_clock().as_micros();
    let mut lines = vec![json!({"format": "conduct-v1", "at": Timestamp::from_micros(now)})];
    for (tenant, _) in TENANTS {
        let own: BTreeMap<&String, &u32> =
            usual.iter().filter(|(sender, _)| sender.ends_with(&format!("@{tenant}.example"))).collect();
        let senders: Map<String, Value> =
            own.iter().map(|(sender, usual)| ((*sender).clone(), life(**usual, now))).collect();
        let all = own.values().map(|usual| **usual).sum();
        let distinct = u32::try_from(own.len()).unwrap_or(u32::MAX);
        let seen = json!({"filling": {"count": 0, "words": ""}, "before": {"count": 0, "words": ""}});
        lines.push(json!({"tenant": tenant, "life": {
            "whole": life(all, now), "senders": senders, "seen": seen,
            "hour": now.div_euclid(HOUR), "distinct": 0, "usual_distinct": distinct,
        }}));
    }
    let guard = directory.join("signpost-data/guard");
    std::fs::create_dir_all(&guard)?;
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    Ok(std::fs::write(guard.join("conduct-v1.jsonl"), text)?)
}

fn life(usual: u32, now: i64) -> Value {
    let hour = now.div_euclid(HOUR);
    let at = Timestamp::from_micros;
    let slots: Vec<(i64, u32)> = (0..SLOTS).map(|slot| (slot, usual)).collect();
    let habit = json!({"first": hour - KNOWN, "next": hour, "loudest": usual, "slots": slots});
    let counts = json!({"answered": 0, "unknown": 0, "spam": 0, "traps": 0, "complaints": 0});
    let mut life = json!({
        "since": at(now - KNOWN * HOUR), "last": at(now - HOUR / 60), "hour": hour, "count": 0, "new": 0, "usual_new": 0.9,
        "profile": {"half": now.div_euclid(HALF_DAY), "now": counts, "before": counts, "usual_unknown": 0.0},
        "standing": {"step": "free", "since": at(0), "until": at(0)},
        "bucket": {"left": 0.0, "at": at(0)},
        "shares": [],
    });
    if usual >= QUIET {
        life["habit"] = habit;
    }
    life
}
