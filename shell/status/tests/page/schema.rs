//! The facts about Statuspage's API that its readers rely on, checked one by one.

use crate::world;
use net::Clock;
use serde_json::Value;
use std::collections::BTreeSet;

const PAGE: [&str; 5] = ["id", "name", "url", "time_zone", "updated_at"];
const COMPONENT: [&str; 13] = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "position",
    "description",
    "showcase",
    "start_date",
    "group_id",
    "page_id",
    "group",
    "only_show_if_degraded",
];
const INCIDENT: [&str; 14] = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "monitoring_at",
    "resolved_at",
    "impact",
    "shortlink",
    "started_at",
    "page_id",
    "incident_updates",
    "components",
    "reminder_intervals",
];
const UPDATE: [&str; 11] = [
    "id",
    "status",
    "body",
    "incident_id",
    "created_at",
    "updated_at",
    "display_at",
    "affected_components",
    "deliver_notifications",
    "custom_tweet",
    "tweet_id",
];

fn document(path: &str) -> Value {
    let site = world::site(&Clock::start(1));
    let bytes = site.document(path).unwrap_or_else(|| panic!("{path} is missing: {:?}", site.paths()));
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    members(&value["page"], &PAGE, &[]);
    value
}

/// Exactly these members.
fn members(value: &Value, wanted: &[&str], more: &[&str]) {
    let found: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let needed: BTreeSet<&str> = wanted.iter().copied().collect();
    let missing: Vec<&&str> = needed.difference(&found).collect();
    assert!(missing.is_empty(), "{missing:?} are missing in {value}");
    let strange: Vec<&&str> = found.difference(&needed).filter(|key| !more.contains(*key)).collect();
    assert!(strange.is_empty(), "{strange:?} are not Statuspage's in {value}");
}

fn word(value: &Value, allowed: &[&str]) {
    assert!(allowed.contains(&value.as_str().unwrap()), "{value} is none of {allowed:?}");
}

fn id(value: &Value) {
    let text = value.as_str().unwrap();
    let good = text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    assert!(good && text.len() == 12, "{text} is no id of Statuspage");
}

fn time(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(
        text.parse::<model::Timestamp>().is_ok() && text.len() == 24,
        "{text} is no time with milliseconds"
    );
}

fn components(value: &Value) {
    for component in value.as_array().unwrap() {
        members(component, &COMPONENT, &["components"]);
        id(&component["id"]);
        time(&component["created_at"]);
        time(&component["updated_at"]);
        let states =
            ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"];
        word(&component["status"], &states);
        assert_eq!(component["group"] == true, component["group_id"].is_null(), "{component}");
    }
}

fn incident(value: &Value, is_work: bool) {
    let scheduled: &[&str] = if is_work { &["scheduled_for", "scheduled_until"] } else { &[] };
    members(value, &INCIDENT, scheduled);
    id(&value["id"]);
    let (phases, impacts): (&[&str], &[&str]) = if is_work {
        (&["scheduled", "in_progress", "verifying", "completed"], &["maintenance"])
    } else {
        (
            &["investigating", "identified", "monitoring", "resolved", "postmortem"],
            &["none", "minor", "major", "critical"],
        )
    };
    word(&value["status"], phases);
    word(&value["impact"], impacts);
    for key in ["created_at", "updated_at", "started_at"].iter().chain(scheduled) {
        time(&value[*key]);
    }
    components(&value["components"]);
    let updates = value["incident_updates"].as_array().unwrap();
    for update in updates {
        members(update, &UPDATE, &[]);
        word(&update["status"], phases);
        assert_eq!(update["incident_id"], value["id"]);
        for change in update["affected_components"].as_array().into_iter().flatten() {
            members(change, &["code", "name", "old_status", "new_status"], &[]);
        }
    }
    let shown: Vec<&str> = updates.iter().map(|update| update["display_at"].as_str().unwrap()).collect();
    assert!(shown.is_sorted_by(|newer, older| newer >= older), "newest first: {shown:?}");
    if value["status"] == "postmortem" {
        assert_eq!(updates[0]["status"], "postmortem", "the extra update carries the body");
    }
}

#[tokio::test]
async fn the_summary_holds_what_is_open_and_what_is_planned() {
    let summary = document("api/v2/summary.json");
    members(&summary, &["page", "status", "components", "incidents", "scheduled_maintenances"], &[]);
    members(&summary["status"], &["indicator", "description"], &[]);
    word(&summary["status"]["indicator"], &["none", "minor", "major", "critical", "maintenance"]);
    components(&summary["components"]);
    assert_eq!(summary["components"].as_array().unwrap().len(), 14, "two groups and their parts");
    let open = summary["incidents"].as_array().unwrap();
    assert_eq!(open.len(), 1);
    incident(&open[0], false);
    incident(&summary["scheduled_maintenances"][0], true);
}

#[tokio::test]
async fn groups_name_their_parts_and_parts_their_group() {
    let list = document("api/v2/components.json");
    let list = list["components"].as_array().unwrap();
    let groups: Vec<&Value> = list.iter().filter(|component| component["group"] == true).collect();
    assert_eq!(groups.iter().map(|group| group["name"].as_str().unwrap()).collect::<Vec<_>>(), ["EU", "US"]);
    for group in groups {
        let children: Vec<&Value> =
            list.iter().filter(|part| part["group_id"] == group["id"]).map(|part| &part["id"]).collect();
        assert_eq!(children, group["components"].as_array().unwrap().iter().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn every_endpoint_has_its_shape() {
    let all = document("api/v2/incidents.json");
    let incidents = all["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 3);
    for one in incidents {
        incident(one, false);
        let alone = document(&format!("api/v2/incidents/{}.json", one["id"].as_str().unwrap()));
        assert_eq!(alone["incident"]["id"], one["id"]);
        incident(&alone["incident"], false);
    }
    assert_eq!(document("api/v2/incidents/unresolved.json")["incidents"].as_array().unwrap().len(), 1);
    members(&document("api/v2/status.json")["status"], &["indicator", "description"], &[]);
    for (path, count) in [
        ("scheduled-maintenances", 1),
        ("scheduled-maintenances/upcoming", 1),
        ("scheduled-maintenances/active", 0),
    ] {
        let works = document(&format!("api/v2/{path}.json"));
        let works = works["scheduled_maintenances"].as_array().unwrap();
        assert_eq!(works.len(), count, "{path}");
        works.iter().for_each(|work| incident(work, true));
    }
}

#[tokio::test]
async fn metrics_come_in_the_steps_of_statuspage() {
    let site = world::site(&Clock::start(1));
    let paths = site.paths();
    for (period, count, interval) in [("day", 288, 300), ("week", 336, 1800), ("month", 336, 7200)] {
        let path =
            paths.iter().find(|path| path.starts_with("metrics-display/") && path.contains(period)).unwrap();
        let value: Value = serde_json::from_slice(&site.document(path).unwrap()).unwrap();
        members(&value, &["period", "metrics", "summary"], &[]);
        assert_eq!(
            value["period"],
            serde_json::json!({ "count": count, "interval": interval, "identifier": period })
        );
        let data = value["metrics"][0]["data"].as_array().unwrap();
        assert!(!data.is_empty() && data.len() <= count, "{}", data.len());
        assert!(data.iter().all(|point| point["timestamp"].as_i64().unwrap() % interval == 0));
    }
}
