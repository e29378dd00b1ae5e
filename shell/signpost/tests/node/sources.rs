//! Our sources as an operator meets them, with the real binary: what a block list says moves the mail, outlives a kill, and ends by itself.

use crate::support::{Place, send};
use playground::{Playground, PlaygroundConfig};
use std::net::{IpAddr, Ipv4Addr};

/// A minute passes in the sixth of a second.
const FAST: [&str; 2] = ["--time-scale", "360"];
const EU_1: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);

fn state(place: &Place, source: &str) -> String {
    let told = place.command(&["source", "ls", "--json"]);
    assert_eq!(told.code, 0, "{}", told.err);
    let told: serde_json::Value = serde_json::from_slice(&told.out).unwrap();
    let one = told["sources"].as_array().unwrap().iter().find(|one| one["name"] == source).unwrap();
    one["state"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_source_is_out_before_a_message_meets_it_and_comes_back_by_itself() {
    let world = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(world.exchange_address(), world.dns_address());
    tokio::task::block_in_place(|| {
        let node = place.up(&FAST);
        world.dns().list(EU_1, Ipv4Addr::new(127, 0, 0, 2));
        place.wait("eu-1 is not taken out", || state(&place, "eu-1") == "quarantined");
        for number in 0..12 {
            send(&place, &format!("out {number}"));
        }
        place.wait("not all arrived", || world.figures().arrived == 12);
        let from =
            |ip: Ipv4Addr| world.mailbox().iter().filter(|one| one.peer == Some(IpAddr::from(ip))).count();
        assert_eq!(from(EU_1), 0, "a listed source was used");
        assert_eq!((node.figure("signpost_rerouted_total"), world.figures().duplicates), (0, 0));
        let told = place.command(&["source", "show", "eu-1"]).text();
        assert!(told.contains("everywhere: quarantined") && told.contains("says listed"), "{told}");

        node.kill();
        let node = place.up(&FAST);
        assert_eq!(state(&place, "eu-1"), "quarantined");
        world.dns().unlist(EU_1);
        let mut number = 0;
        place.wait("eu-1 never came back", || {
            number += 1;
            send(&place, &format!("back {number}"));
            ["warming", "clean"].contains(&state(&place, "eu-1").as_str())
        });
        place.wait("mail is left", || place.queue().is_empty());
        assert_eq!(world.figures().arrived, 12 + number);
        assert!(from(EU_1) >= 3, "it came back without a probe");
        assert_eq!(world.figures().duplicates, 0);

        let told = place.command(&["source", "quarantine", "eu-2", "--note", "new provider"]);
        assert!(told.code == 0 && told.text().contains("(new provider)"), "{}{}", told.text(), told.err);
        assert_eq!(state(&place, "eu-2"), "quarantined");
        let told = place.command(&["source", "end", "eu-2"]);
        assert_eq!((told.code, state(&place, "eu-2").as_str()), (0, "clean"), "{}", told.err);
        let told = place.command(&["source", "quarantine", "eu-9"]);
        assert!(told.code == 1 && told.err.contains("signpost source ls"), "{}", told.err);
        assert!(node.stop().success(), "{}", place.log());
    });
    world.stop().await;
}
