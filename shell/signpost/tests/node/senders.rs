//! Senders as an operator sees them, with the real binary: who is held, by whose word, and that it outlives a kill.

use crate::support::Place;
use playground::{Playground, PlaygroundConfig};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const NOBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9);
const ANNA: &str = "anna.berg@acme.example";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_about_a_sender_keeps_its_mail_and_outlives_a_kill() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(NOBODY, playground.dns_address());
    let node = place.up(&[]);
    let held = place.command(&["sender", "hold", "--tenant", "acme", ANNA, "--note", "compromised"]);
    assert_eq!(held.code, 0, "{}{}", held.text(), held.err);
    assert!(held.text().contains("hold by order of"), "{}", held.text());
    let mail = place.directory.path().join("mail.eml");
    std::fs::write(&mail, format!("From: {ANNA}\nTo: kim@customer.example\nSubject: kept\n\nHello\n"))
        .unwrap();
    assert_eq!(place.command(&["send", &mail.display().to_string()]).code, 0);
    place.wait("its mail was not kept", || {
        place.queue().iter().any(|entry| entry["parked"]["reason"] == "conduct" && entry["tries"] == 0)
    });
    node.kill();
    let _node = place.up(&[]);
    let listed = place.command(&["sender", "ls", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.text()).unwrap();
    assert_eq!((&listed[0]["sender"], &listed[0]["step"]), (&ANNA.into(), &"held".into()), "{listed}");
    let allowed = place.command(&["sender", "allow", "--tenant", "acme", ANNA]);
    assert_eq!(allowed.code, 0, "{}{}", allowed.text(), allowed.err);
    place.wait("its mail was not let go", || {
        place.queue().iter().all(|entry| entry["parked"]["reason"] != "conduct")
    });
    let unknown = place.command(&["sender", "show", "--tenant", "acme", "nobody@acme.example"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("signpost sender ls --all"), "{}", unknown.err);
}
