//! Programs that others wrote read our feeds and our API.

use crate::http::serve;
use crate::world;
use feed_rs::parser;
use net::Clock;
use std::path::Path;
use std::process::Command;

#[tokio::test]
async fn a_feed_reader_finds_the_same_in_atom_and_rss() {
    let site = world::site(&Clock::start(1));
    let atom = parser::parse(&site.document("history.atom").unwrap()[..]).unwrap();
    let rss = parser::parse(&site.document("history.rss").unwrap()[..]).unwrap();
    let titles = |feed: &feed_rs::model::Feed| -> Vec<String> {
        feed.entries.iter().map(|entry| entry.title.as_ref().unwrap().content.clone()).collect()
    };
    assert_eq!(titles(&atom), titles(&rss));
    assert_eq!(atom.entries.len(), 4, "three incidents and a maintenance");
    assert_eq!(atom.id, "tag:status.relay.example,2005:/history");
    let newest = atom.entries.iter().filter_map(|entry| entry.updated).max();
    assert_eq!(atom.updated, newest, "the feed's time is that of its newest entry");
    let seed = atom.entries.last().unwrap();
    let text = seed.content.as_ref().unwrap().body.as_ref().unwrap();
    assert!(text.contains("issues in &lt;email&gt; delivery") && text.contains("Postmortem"), "{text}");
    assert!(seed.links[0].href.starts_with("https://status.relay.example/incidents/"));
}

#[tokio::test]
async fn a_components_feed_holds_its_own_incidents_only() {
    let site = world::site(&Clock::start(1));
    let view = site.view();
    let count = |index: usize| {
        let path = format!("components/{}.atom", view.components[index].id.as_str());
        parser::parse(&site.document(&path).unwrap()[..]).unwrap().entries.len()
    };
    assert_eq!((count(0), count(2), count(6), count(9)), (1, 2, 1, 0));
}

/// `statuspage-prometheus-exporter` from PyPI polls `summary.json` as thousands of pages are polled.
#[tokio::test(flavor = "multi_thread")]
async fn a_poller_of_statuspage_finds_incident_maintenance_and_states() {
    let served = serve(&world::site(&Clock::start(1))).await;
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/python");
    assert!(tools.is_dir(), "the poller is missing; `cargo xtask test --step install` installs it");
    let place = tempfile::tempdir().unwrap();
    let url = format!("http://{}/api/v2/summary.json", served.address);
    let services = serde_json::json!({ "relay": { "name": "Relay", "url": url } });
    std::fs::write(place.path().join("services.json"), services.to_string()).unwrap();
    let mut command = Command::new("python3");
    command.args(["-c", POLL]).current_dir(place.path()).env("PYTHONPATH", tools.canonicalize().unwrap());
    let done = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let found: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&found["success"], &found["status"]), (&true.into(), &0.into()), "{found}");
    assert_eq!(
        found["incident_metadata"][0]["name"], "Microsoft 365 refuses mail from an EU address",
        "{found}"
    );
    assert_eq!(found["maintenance_metadata"][0]["name"], "Storage maintenance, US", "{found}");
    let components = found["component_metadata"].as_array().unwrap();
    let hit = components.iter().find(|component| component["status"] == "partial_outage").unwrap();
    assert_eq!(hit["status_value"], 0, "{found}");
}

const POLL: &str = "import json\nfrom statuspage_prometheus_exporter import service_checker as s\n\
                    print(json.dumps(s.check_service_status('relay', s.SERVICES['relay']), default=str))";
