//! `[dnsbl]` and `[[canary]]`: what is watched outside.

use super::{DAY, MINUTE, host, optional, set};
use crate::config::{Dnsbl, DnsblZone};
use model::{Address, CanaryName, Duration};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use tenant::written::{Report, Table, Value};
use watch::CanaryConfig;

const CANARIES_MAX: usize = 100;
const EVERY: Duration = Duration::from_secs(300);
const LATE: Duration = Duration::from_secs(60);
const LOST: Duration = Duration::from_secs(3600);

pub(super) fn dnsbl(top: &mut Table<'_>, report: &mut Report) -> Dnsbl {
    let mut dnsbl = Dnsbl { poll: MINUTE, zones: Vec::new(), dqs_key: None };
    let Some(mut table) = top.table("dnsbl", report) else { return dnsbl };
    set(&mut dnsbl.poll, &mut table, "poll", Duration::from_secs(10)..=DAY, report);
    let mut names = BTreeSet::new();
    for mut zone in table.take("zones").map(|value| value.tables(report)).unwrap_or_default() {
        let name = zone.require("name", report).and_then(|value| zone_name(&value, report));
        let tier =
            zone.require("tier", report).and_then(|value| value.word(&[("a", 'a'), ("b", 'b')], report));
        let key = optional(&mut zone, "key", report);
        if let Some(name) = name.as_ref().filter(|name| !names.insert((*name).clone())) {
            report.at(zone.start(), format!("`{name}` stands twice in dnsbl.zones"));
        }
        zone.finish(report);
        dnsbl.zones.extend(name.zip(tier).map(|(name, tier)| DnsblZone { name, tier, key }));
    }
    dnsbl.dqs_key = optional(&mut table, "dqs_key", report);
    table.finish(report);
    dnsbl
}

/// A dead zone is an error: who owns its name next may list the world.
fn zone_name(value: &Value<'_>, report: &mut Report) -> Option<String> {
    let name = host(value, report)?.to_ascii_lowercase();
    match dnsbl::find(&name) {
        Ok(_) => {}
        Err(error @ dnsbl::NoZone::Dead { .. }) => value.problem(report, error),
        Err(error @ dnsbl::NoZone::Unknown(_)) => report.warn(value.start(), error.to_string()),
    }
    Some(name)
}

/// `[[canary]]`: none or more.
pub(super) fn canaries(top: &mut Table<'_>, report: &mut Report) -> Vec<CanaryConfig> {
    let Some(value) = top.take("canary") else { return Vec::new() };
    let tables = value.tables(report);
    if tables.len() > CANARIES_MAX {
        value.problem(report, format!("has more than {CANARIES_MAX} entries"));
    }
    let canaries: Vec<_> = tables.into_iter().filter_map(|table| canary(table, report)).collect();
    super::distinct(canaries.iter().map(|canary| canary.name.as_str()), "[[canary]]", report);
    canaries
}

fn canary(mut table: Table<'_>, report: &mut Report) -> Option<CanaryConfig> {
    let name = table.require("name", report).and_then(|value| value.parse::<CanaryName>(report));
    let from = table.require("from", report).and_then(|value| value.parse::<Address>(report));
    let to = table.require("to", report).and_then(|value| value.parse::<Address>(report));
    let sink = table.require("sink", report).and_then(|value| value.parse::<SocketAddr>(report));
    let (mut every, mut late, mut lost) = (EVERY, LATE, LOST);
    set(&mut every, &mut table, "every", Duration::from_secs(10)..=DAY, report);
    set(&mut late, &mut table, "late", Duration::from_secs(1)..=DAY, report);
    set(&mut lost, &mut table, "lost", Duration::from_secs(2)..=5 * DAY, report);
    if lost <= late {
        report.at(table.start(), "`lost` has to be longer than `late`");
    }
    table.finish(report);
    Some(CanaryConfig { name: name?, from: from?, to: to?, sink: sink?, every, late, lost })
}
