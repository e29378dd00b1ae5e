//! A reply that nobody knows: shown with its number, labelled while the node runs, kept over a kill, and taken back.

use crate::support::{Output, Place};
use model::Stage;
use playground::{Act, Playground, PlaygroundConfig, ScriptRule, Turns};
use serde_json::Value;

const LOST: &str = "lost@acme.example";

fn good(done: &Output) -> String {
    assert_eq!(done.code, 0, "{}{}", done.text(), done.err);
    done.text()
}

fn json(place: &Place, arguments: &[&str]) -> Value {
    serde_json::from_str(&good(&place.command(&[&["classify", "--json"], arguments].concat()))).unwrap()
}

fn send(place: &Place, number: usize) {
    let file = place.directory.path().join("mail.eml");
    let mail =
        format!("From: Anna Berg <anna.berg@acme.example>\nTo: {LOST}\nSubject: Number {number}\n\nHello\n");
    std::fs::write(&file, mail).unwrap();
    good(&place.command(&["send", &file.display().to_string()]));
}

fn parked(place: &Place) -> usize {
    place.queue().iter().filter(|entry| entry["standing"] == "parked").count()
}

fn bounced(place: &Place) -> usize {
    let done = place.command(&["trace", "--json", "--recipient", LOST, "--class", "bounced"]);
    let answer: Value = serde_json::from_slice(&done.out).unwrap_or_default();
    answer["stories"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_nobody_knows_is_labelled_in_one_step() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let refusal = Act::Reply("550 5.7.1 Gnomes of mx7.customer.example say no, ticket 8812345".to_owned());
    playground.script(ScriptRule {
        recipient: Some(LOST.to_owned()),
        ..ScriptRule::new(Stage::Rcpt, Turns::Always, refusal)
    });
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    tokio::task::block_in_place(|| {
        let node = place.up(&[]);
        assert!(good(&place.command(&["classify", "--unknown"])).contains("No reply that nobody knows"));
        send(&place, 1);
        place.wait("the first does not park", || parked(&place) == 1);
        let unknown = json(&place, &["--unknown"]);
        let first = &unknown[0];
        assert_eq!(unknown.as_array().unwrap().len(), 1, "{unknown}");
        assert!(first["sample"].as_str().unwrap().contains("ticket 8812345"), "{first}");
        let number = first["number"].as_str().unwrap().to_owned();

        let told = good(&place.command(&["classify", "--label", &number, "mailbox_unknown"]));
        assert!(told.contains("is mailbox_unknown from now on"), "{told}");
        assert_eq!(json(&place, &["--unknown"]), Value::Array(Vec::new()));
        send(&place, 2);
        place.wait("the second is not reported", || bounced(&place) == 1);

        node.kill();
        let node = place.up(&[]);
        assert_eq!(json(&place, &["--labels"])[0]["number"], number);
        send(&place, 3);
        place.wait("the third is not reported after a kill", || bounced(&place) == 2);

        good(&place.command(&["classify", "--unlabel", &number]));
        send(&place, 4);
        place.wait("the fourth does not park", || parked(&place) == 2);
        let journal = std::fs::read_to_string(place.data().join("reply-rules/journal.jsonl")).unwrap();
        let acts: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&acts[0]["act"], &acts[1]["act"]), (&"label".into(), &"unlabel".into()));
        assert!(node.stop().success());
    });
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_cannot_be_says_why() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    tokio::task::block_in_place(|| {
        let node = place.up(&[]);
        let fails = |arguments: &[&str], why: &str| {
            let done = place.command(&[&["classify"], arguments].concat());
            assert!(done.code != 0 && done.err.contains(why), "{arguments:?}: {}", done.err);
        };
        fails(&["--label", "0000abcd", "policy"], "no reply with the number 0000abcd parked");
        fails(&["--label", "abcd", "policy"], "is no number of a reply");
        fails(&["--label", "0000abcd", "gnomes"], "`gnomes` is no category; there are: ip_listed");
        fails(&["--label", "0000abcd", "policy", "--owner", "me"], "`me` is no owner");
        fails(&["--unlabel", "0000abcd"], "there is no label for 0000abcd");
        fails(&["--owner", "recipient"], "--label");
        assert!(node.stop().success());
    });
    playground.stop().await;
}
