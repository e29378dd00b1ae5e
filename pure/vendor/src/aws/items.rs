//! Items of the feed put together to incidents.

use super::{is_resolved, page, without_mark};
use crate::build::{Draft, affected, incident, update};
use crate::document::Kind;
use crate::words::{Phase, Severity, Word};
use model::{Duration, Timestamp};
use std::collections::BTreeMap;

/// Within an event at most 6.8 hours lie between two items, between events hundreds (50 items of 2026).
const GAP: Duration = Duration::from_secs(24 * 3600);

/// An item as the feed has it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) guid: String,
    pub(crate) at: Option<Timestamp>,
    pub(crate) raw: String,
}

impl Item {
    /// `directconnect-eu-central-1` of `https://status.aws.amazon.com/#directconnect-eu-central-1_1787025679`.
    fn service(&self) -> String {
        let key = self.guid.rsplit('#').next().unwrap_or_default();
        let service = key.rsplit_once('_').map_or(key, |(service, _)| service);
        if service.is_empty() { "unknown".to_owned() } else { service.to_owned() }
    }

    /// The mark in front of its title.
    fn severity(&self) -> Option<Severity> {
        let mark = self.title.split(':').next().unwrap_or_default().trim().to_lowercase();
        match mark.as_str() {
            "informational message" => Some(Severity::None),
            "service degradation" | "performance issues" => Some(Severity::Minor),
            "service disruption" => Some(Severity::Critical),
            _ => None,
        }
    }
}

/// Each run of items of one service as an incident.
pub(crate) fn grouped(items: Vec<Item>, draft: &mut Draft) {
    draft.page = crate::Page { updated_at: draft.page.updated_at, ..page() };
    let mut by_service: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for item in items {
        by_service.entry(item.service()).or_default().push(item);
    }
    for (service, mut items) in by_service {
        items.sort_by_key(|item| item.at);
        let mut run: Vec<Item> = Vec::new();
        for item in items {
            let ends = run.last().is_some_and(|last| {
                let is_far = matches!((last.at, item.at), (Some(last), Some(at)) if at.since(last) > GAP);
                is_resolved(&last.title) || is_far
            });
            if ends {
                one(&service, core::mem::take(&mut run), draft);
            }
            run.push(item);
        }
        one(&service, run, draft);
    }
}

/// Items that somebody else put together, as one incident.
pub(crate) fn joined(mut items: Vec<Item>, draft: &mut Draft) {
    items.sort_by_key(|item| item.at);
    let service = items.first().map(Item::service).unwrap_or_default();
    one(&service, items, draft);
}

fn one(service: &str, run: Vec<Item>, draft: &mut Draft) {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
    let at = first.at.map(|at| at.as_micros() / 1_000_000).unwrap_or_default();
    let raw: String = run.iter().map(|item| item.raw.as_str()).collect();
    let mut found = incident(&format!("{service}_{at}"), Kind::Incident, &without_mark(&last.title), raw);
    let is_over = is_resolved(&last.title);
    found.url = Some(super::PAGE.to_owned());
    let ours = if is_over { Phase::Resolved } else { Phase::Investigating };
    let mark = |item: &Item| item.title.split_once(':').map(|(mark, _)| crate::plain::line(mark));
    found.phase = Word { ours, theirs: mark(last) };
    let severity = run.iter().filter_map(Item::severity).max();
    found.severity = Word { ours: severity.unwrap_or(Severity::Unknown), theirs: mark(first) };
    found.clocks.started = first.at;
    found.clocks.changed = last.at;
    found.clocks.resolved = last.at.filter(|_| is_over);
    found.components = vec![affected(None, service)];
    found.regions = region(service).into_iter().collect();
    for item in &run {
        let ours = if is_resolved(&item.title) { Phase::Resolved } else { Phase::Investigating };
        let mut said = update(Word { ours, theirs: mark(item) }, &item.text);
        said.native_id = Some(crate::build::id(&item.guid));
        said.display_at = item.at;
        found.updates.push(said);
    }
    draft.incident(found);
}

/// `eu-central-1` of `directconnect-eu-central-1`.
fn region(service: &str) -> Option<String> {
    let parts: Vec<&str> = service.split('-').collect();
    let number = parts.len().checked_sub(1)?;
    let is_region = parts.len() >= 4 && parts[number].bytes().all(|byte| byte.is_ascii_digit());
    let from = if parts.get(number.wrapping_sub(3)).is_some_and(|part| *part == "us")
        && parts[number - 2] == "gov"
    {
        3
    } else {
        2
    };
    is_region.then(|| parts[number - from..].join("-"))
}
