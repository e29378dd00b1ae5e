//! The message trace of a real node that is stopped and killed: every event once, whatever was refused or failed too.

use crate::crash::{Known, round};
use crate::support::Place;
use model::Stage;
use playground::{Act, Playground, PlaygroundConfig, ScriptRule, Turns};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::Arc;
use std::time::Duration;

/// The stories that `signpost trace` gives with these arguments.
fn trace(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let output = place.command(&[&["trace", "--json", "--limit", "5000"], arguments].concat());
    assert_eq!(output.code, 0, "{}", output.err);
    let answer: Value = serde_json::from_slice(&output.out).unwrap();
    assert_eq!((&answer["unread_records"], &answer["gaps"]), (&0.into(), &Vec::<Value>::new().into()));
    answer["stories"].as_array().unwrap().clone()
}

fn count(story: &Value, kind: &str) -> usize {
    story["events"].as_array().unwrap().iter().filter(|event| event["kind"] == kind).count()
}

/// A session that is refused at MAIL.
fn strange(to: std::net::SocketAddr) {
    let stream = std::net::TcpStream::connect(to).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    let mut replies = String::new();
    for command in ["HELO stranger.example", "MAIL FROM:<eve@evil.example>", "QUIT"] {
        reader.read_line(&mut replies).unwrap();
        writer.write_all(format!("{command}\r\n").as_bytes()).unwrap();
    }
    while reader.read_line(&mut replies).unwrap() > 0 {}
    assert!(replies.contains("\n550 5.7.1"), "{replies}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_has_every_event_once_after_stops_and_kills() {
    let everything = PlaygroundConfig {
        mailbox_messages_max: usize::MAX,
        mailbox_bytes_max: usize::MAX,
        ..PlaygroundConfig::example()
    };
    let playground = Playground::start(everything).await.unwrap();
    playground.script(ScriptRule::new(
        Stage::EndOfData,
        Turns::Chance(0.3),
        Act::Wait(Duration::from_millis(40)),
    ));
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    let known = Arc::new(Known::default());
    tokio::task::block_in_place(|| {
        for acknowledgements in [7, 1, 23, 12, 30] {
            round(&place, &known, acknowledgements);
        }
        let node = place.up(&[]);
        strange(node.smtp);
        assert!(node.stop().success());
        playground.clear_script();
        let last = place.up(&[]);
        place.wait("the queue does not empty", || {
            for entry in place.queue() {
                place.ask(&format!("{{\"request\":\"queue_release\",\"id\":{}}}", entry["id"]));
            }
            place.queue().is_empty()
        });
        place.wait("the refusal is not there", || place.command(&["trace", "--class", "refused"]).code == 0);
        let stories = trace(&place, &["--sender", "anna.berg@acme.example"]);
        let acknowledged = known.acknowledged.lock().unwrap().clone();
        for number in &acknowledged {
            let address = format!("c{number}@customer.example");
            let of_it = |story: &&Value| {
                story["events"][0]["detail"]["message"]["envelope"]["recipients"][0]["address"] == address
            };
            let found: Vec<_> = stories.iter().filter(of_it).collect();
            assert_eq!(found.len(), 1, "{address}");
            let (accepted, ended) = (count(found[0], "accepted"), count(found[0], "outcomes"));
            assert_eq!((accepted, ended), (1, 1), "{:#}", found[0]);
            assert!(count(found[0], "tried") >= 1 && count(found[0], "attempt") >= 1, "{:#}", found[0]);
        }
        for story in &stories {
            let events = story["events"].as_array().unwrap();
            let different: std::collections::BTreeSet<String> =
                events.iter().map(ToString::to_string).collect();
            assert_eq!(different.len(), events.len(), "an event is there twice: {story:#}");
        }
        let refused = trace(&place, &["--class", "refused"]);
        assert_eq!(refused.iter().map(|story| count(story, "refused")).collect::<Vec<_>>(), [1]);
        assert_eq!(refused[0]["events"][0]["detail"]["mail_from"], "eve@evil.example");
        assert_eq!((last.figure("signpost_ledger_gaps"), last.figure("signpost_ledger_lag_records")), (0, 0));
        println!("{} messages acknowledged, {} stories", acknowledged.len(), stories.len());
    });
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_is_told_with_the_conversation() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let refusal = Act::Reply("550 5.1.1 User unknown".to_owned());
    playground.script(ScriptRule::new(Stage::Rcpt, Turns::Always, refusal));
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    tokio::task::block_in_place(|| {
        let node = place.up(&[]);
        let letter = place.directory.path().join("letter.eml");
        let text = "From: anna.berg@acme.example\r\nTo: x@acme.example\r\nMessage-ID: <Letter.1@acme.example>\r\nSubject: secret plan\r\n\r\nthe body\r\n";
        std::fs::write(&letter, text).unwrap();
        let sent = place.command(&["send", letter.to_str().unwrap()]);
        assert_eq!(sent.code, 0, "{}", sent.err);
        place.wait("it is not tried", || place.command(&["trace", "--class", "5.1.1"]).code == 0);
        let told = place.command(&["trace", "--message-id", "<letter.1@acme.example>"]).text();
        for part in [
            "> RCPT TO:<x@acme.example>",
            "< 550 5.1.1 User unknown",
            "not taken at rcpt: 550 5.1.1",
            "connect ",
            " TLSv1",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert!(!told.contains("the body") && !told.contains("secret plan"), "{told}");
        drop(node);
    });
    playground.stop().await;
}
