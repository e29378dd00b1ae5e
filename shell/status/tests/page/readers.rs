//! Programs that others wrote read our feeds and our API.

use crate::world;
use feed_rs::parser;
use net::Clock;

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
