//! What a running node sees outside: a listing becomes a case that outlives a restart, and canaries go the whole way.

use crate::support::{Node, Place};
use playground::dns::Mood;
use playground::{Playground, PlaygroundConfig};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

const ZEN: &str = "zen.spamhaus.org";
/// A minute passes in the sixth of a second.
const FAST: [&str; 2] = ["--time-scale", "360"];

/// An address that was free a moment ago: the operator's file has to name it.
fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

fn lists(place: &Place) -> serde_json::Value {
    let told = place.command(&["dnsbl", "ls", "--json"]);
    assert_eq!(told.code, 0, "{}", told.err);
    serde_json::from_slice(&told.out).unwrap()
}

fn standing(place: &Place, subject: &str, zone: &str) -> String {
    let answer = lists(place);
    let lines = answer["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["subject"] == subject && line["zone"] == zone);
    line.map_or_else(String::new, |line| line["standing"].as_str().unwrap().to_owned())
}

fn stop(node: Node, place: &Place) {
    assert!(node.stop().success(), "{}", place.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_a_case_until_it_is_gone_and_outlives_a_restart() {
    let world = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let dns = world.dns().clone();
    let place = Place::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 9)), world.dns_address());
    tokio::task::block_in_place(|| {
        let node = place.up(&FAST);
        place.wait("clean", || standing(&place, "127.0.1.2", ZEN) == "clean");
        dns.list(Ipv4Addr::new(127, 0, 1, 2), Ipv4Addr::new(127, 0, 0, 4));
        place.wait("listed", || standing(&place, "127.0.1.2", ZEN) == "listed");
        assert_eq!(standing(&place, "127.0.1.1", ZEN), "clean");
        let told = place.command(&["dnsbl", "show", "127.0.1.2"]).text();
        for part in
            ["tier a", "listed: XBL", "query=127.0.1.2", "https://www.spamhaus.org/query/ip/127.0.1.2"]
        {
            assert!(told.contains(part), "{part} is not in\n{told}");
        }
        let told = place.command(&["dnsbl", "asked", "127.0.1.2", ZEN]);
        assert_eq!(told.code, 0, "{}", told.err);
        assert!(told.text().contains("asked for; due"), "{}", told.text());
        let none = place.command(&["dnsbl", "asked", "127.0.1.1", ZEN]);
        assert!(none.code == 1 && none.err.contains("has no case of 127.0.1.1"), "{}", none.err);
        stop(node, &place);

        let node = place.up(&FAST);
        let told = place.command(&["dnsbl", "ls"]).text();
        assert!(told.contains("case: 127.0.1.2") && told.contains("removal asked for by"), "{told}");
        dns.unlist(Ipv4Addr::new(127, 0, 1, 2));
        place.wait("clean again", || standing(&place, "127.0.1.2", ZEN) == "clean");
        place.wait("closed", || lists(&place)["cases"][0]["state"] == "closed");
        dns.set_mood(ZEN, Mood::ListsTheWorld([127, 0, 0, 2].into()));
        place.wait("lost", || lists(&place)["zones"].to_string().contains("lists the world"));
        assert_eq!(standing(&place, "127.0.1.1", ZEN), "clean");
        stop(node, &place);
    });
    world.stop().await;
}

#[test]
fn canaries_go_the_whole_way_and_are_timed() {
    let sink = free_address();
    let place = Place::new(sink, SocketAddr::from((Ipv4Addr::LOCALHOST, 9)));
    let canary = format!(
        "[[canary]]\nname = \"way\"\nfrom = \"anna.berg@acme.example\"\nto = \"kim@customer.example\"\nsink = \"{sink}\"\nevery = \"10s\"\n\n[resolver]"
    );
    place.edit("signpost.toml", "[resolver]", &canary);
    place.edit("signpost.toml", "level  = \"info\"", "level  = \"debug\"");
    let node = place.up(&[]);
    place.wait("no canary", || node.figure("signpost_canaries_seen_total") > 0);
    place.wait("the relay keeps something", || place.queue().is_empty());
    assert_eq!(node.figure("signpost_messages_stamped_total"), node.figure("signpost_canaries_seen_total"));
    assert!(node.figure("signpost_canary_microseconds{canary=\"way\"}") > 0);
    let log = place.log();
    let line = log.lines().find(|line| line.contains("a canary was seen")).unwrap();
    assert!(line.contains("changed") && line.contains("eu-"), "{line}");
    stop(node, &place);
}
