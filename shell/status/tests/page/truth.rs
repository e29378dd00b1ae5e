//! The page says what is known and nothing more.

use crate::http::{body, serve};
use crate::world::{self, MINUTE, PRIVATE};
use incident::State;
use net::Clock;

#[tokio::test]
async fn an_old_measurement_is_never_green() {
    let clock = Clock::start(1);
    let site = world::site(&clock);
    site.show(world::calm(clock.now() - 6 * MINUTE));
    let served = serve(&site).await;
    let page = served.get("/").await;
    assert!(
        page.contains("We cannot say at the moment") && !page.contains("data-state=\"operational\""),
        "{page}"
    );
    assert!(
        page.contains("Last measured") && page.contains(": Operational"),
        "what was known is told: {page}"
    );
    let german = served.get("/de/").await;
    assert!(german.contains("Wir können gerade nicht sagen"), "{german}");
    let summary: serde_json::Value =
        serde_json::from_str(body(&served.get("/api/v2/summary.json").await)).unwrap();
    assert_eq!(summary["status"]["indicator"], "minor");
    for component in summary["components"].as_array().unwrap() {
        assert_eq!(component["status"], "degraded_performance", "{component}");
        if component["group"] == false {
            assert!(component["description"].as_str().unwrap().starts_with("Unknown: last measured"));
        }
    }
    let own: serde_json::Value =
        serde_json::from_str(body(&served.get("/api/v1/status.json").await)).unwrap();
    assert_eq!(own["state"], "unknown");
    assert!(served.get("/badge.svg").await.contains("unknown"));
    assert!(!body(&served.get("/status.txt").await).contains("\noperational"));
}

/// Nobody shows another view: the page itself notices that time has passed.
#[tokio::test(start_paused = true)]
async fn a_page_that_is_told_nothing_any_more_turns_unknown_by_itself() {
    let clock = Clock::start(1);
    let site = world::site(&clock);
    site.show(world::calm(clock.now()));
    let text = |site: &status::Site| String::from_utf8(site.document("").unwrap().to_vec()).unwrap();
    assert!(text(&site).contains("Mail is flowing."));
    tokio::time::advance(4 * MINUTE).await;
    assert!(text(&site).contains("Mail is flowing."));
    tokio::time::advance(2 * MINUTE).await;
    assert!(text(&site).contains("We cannot say at the moment"), "{}", text(&site));
    assert!(
        site.view().components.iter().all(|part| part.state == State::Operational),
        "the view is as it was"
    );
}

#[tokio::test]
async fn a_page_that_was_never_told_anything_knows_nothing() {
    let clock = Clock::start(1);
    let served = serve(&status::Site::new(world::settings(), clock)).await;
    let page = served.get("/").await;
    assert!(
        page.contains("We cannot say at the moment") && page.contains("Nothing has been measured yet"),
        "{page}"
    );
    let summary = served.get("/api/v2/summary.json").await;
    assert!(!summary.contains("\"none\"") && !summary.contains("All Systems Operational"), "{summary}");
}

#[tokio::test]
async fn the_seed_page_tells_both_durations_and_what_contradicts_it() {
    let clock = Clock::start(1);
    let site = world::site(&clock);
    let seed = site.view().incidents.last().unwrap().id.as_str().to_owned();
    let text = |path: &str| String::from_utf8(site.document(path).unwrap().to_vec()).unwrap();
    let page = text(&format!("incidents/{seed}/"));
    for shown in
        ["19\u{a0}h 28\u{a0}min 46\u{a0}s", "3\u{a0}h 42\u{a0}min", "14 min 43 s after the end", "550 5.7.1"]
    {
        assert!(page.contains(shown), "{shown} is missing in {page}");
    }
    let harm = page.find("19\u{a0}h 28").unwrap();
    assert!(harm < page.find("3\u{a0}h 42").unwrap(), "the harm is told first");
    let own: serde_json::Value =
        serde_json::from_str(&text(&format!("api/v1/incidents/{seed}.json"))).unwrap();
    assert_eq!(
        (own["incident"]["harm_seconds"].as_u64(), own["incident"]["posted_seconds"].as_u64()),
        (Some(70_126), Some(13_320))
    );
}

#[tokio::test]
async fn nobody_is_named_in_any_document() {
    let clock = Clock::start(1);
    let site = world::site(&clock);
    for path in site.paths() {
        let text = String::from_utf8(site.document(&path).unwrap().to_vec()).unwrap();
        for word in PRIVATE {
            assert!(!text.contains(word), "{path} holds {word}");
        }
    }
}

#[tokio::test]
async fn addresses_of_sources_are_left_out_where_the_operator_wants_it() {
    let clock = Clock::start(1);
    let mut settings = world::settings();
    settings.show_addresses = false;
    settings.show_absorbed = false;
    let site = status::Site::new(settings, clock.clone());
    site.show(world::view(clock.now()));
    for path in site.paths() {
        let text = String::from_utf8(site.document(&path).unwrap().to_vec()).unwrap();
        for word in ["192.0.2.243", "198.51.100.12", "absorbed"] {
            assert!(!text.contains(word) || text.contains("\"absorbed\":false"), "{path} holds {word}");
        }
    }
}
