//! The queue as an operator works on it: looked at, explained, held, let go, sent elsewhere and given up, with the real binary.
//!
//! The tenant's smart host is a port on which nobody listens, and retries are far apart: what is sent waits until a command moves it.

use crate::support::{Node, Output, Place, SIGNPOST, output};
use playground::{Playground, PlaygroundConfig};
use serde_json::Value;
use std::net::SocketAddr;
use std::process::Command;

const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);
const KIM: &str = "kim@customer.example";
const LEE: &str = "lee@other.example";

/// A node that cannot reach its next hop, with one message for each list of recipients, all of them tried once.
fn waiting(resolver: SocketAddr, mails: &[&[&str]]) -> (Place, Node) {
    let place = Place::new(NOBODY, resolver);
    place.edit("signpost.toml", "retry_return   = [\"1s\"", "retry_return   = [\"10m\"");
    let node = place.up(&[]);
    for (number, recipients) in mails.iter().enumerate() {
        let mail = format!(
            "From: Anna Berg <anna.berg@acme.example>\nTo: {}\nSubject: Number {number}\n\nHello\n",
            recipients.join(", ")
        );
        let file = place.directory.path().join("mail.eml");
        std::fs::write(&file, mail).unwrap();
        good(&place.command(&["send", &file.display().to_string()]));
    }
    place.wait("not all messages were tried", || {
        let tried = |entry: &Value| entry["standing"] == "waiting" && entry["tries"] == 1;
        place.queue().iter().filter(|entry| tried(entry)).count() == mails.len()
    });
    (place, node)
}

fn good(done: &Output) -> String {
    assert_eq!(done.code, 0, "{}{}", done.text(), done.err);
    done.text()
}

/// Does what a dry run printed, word by word as a shell would.
fn follow(place: &Place, dry_run: &str) -> String {
    let line = dry_run.lines().find_map(|line| line.trim().strip_prefix("signpost ")).unwrap();
    let shell = format!("{SIGNPOST} {line}");
    let mut command = Command::new("sh");
    good(&output(command.args(["-c", &shell]).env("SIGNPOST_DATA", place.data()), b""))
}

/// The id of the act that was told.
fn act_of(told: &str) -> String {
    told.strip_prefix("act ").unwrap().split(':').next().unwrap().to_owned()
}

/// Where each message stands: what an undo has to bring back.
fn stands(place: &Place) -> Vec<(Value, Value, Value, Value)> {
    let queue = place.queue();
    queue
        .iter()
        .map(|entry| {
            let of = |key: &str| entry[key].clone();
            (of("id"), of("standing"), of("due"), of("redirect"))
        })
        .collect()
}

#[test]
fn a_dry_run_changes_nothing_and_prints_the_command_that_does_it() {
    let (place, node) = waiting(NOBODY, &[&[KIM], &[LEE], &[KIM, LEE]]);
    let before = stands(&place);
    let dry = good(&place.command(&[
        "queue",
        "hold",
        "--recipient-domain",
        "other.example",
        "--reason",
        "it's odd",
    ]));
    assert!(dry.contains("would hold 2 messages to 3 recipients"), "{dry}");
    assert!(dry.contains("acme    waiting  2         3"), "{dry}");
    assert_eq!(stands(&place), before);

    let told = follow(&place, &dry);
    assert!(told.contains("held 2 messages to 3 recipients"), "{told}");
    assert!(told.contains("before: 2 waiting\nafter:  2 held\n"), "{told}");
    let held = good(&place.command(&["queue", "ls", "--state", "held"]));
    assert!(held.contains("2 messages to 3 recipients") && held.contains("it's odd"), "{held}");
    let page = node.get("/queue");
    assert!(page.contains("3 messages are in the queue") && page.contains("it's odd"), "{page}");
    assert_eq!(node.figure("signpost_messages_held_total"), 2);

    // Held is held, through a crash and for everybody who only retries.
    node.kill();
    let node = place.up(&[]);
    let retried = good(&place.command(&["queue", "retry", "--state", "held", "--yes"]));
    assert!(
        retried.contains("made due 0 messages") && retried.contains("passed over: 2 already so"),
        "{retried}"
    );
    let again = good(&place.command(&["queue", "hold", "--state", "held", "--yes"]));
    assert!(again.contains("held 0 messages"), "{again}");

    let undo = good(&place.command(&["queue", "undo", &act_of(&told)]));
    assert!(undo.contains("would undo 2 messages to 3 recipients"), "{undo}");
    let undone = follow(&place, &undo);
    assert!(undone.contains("before: 2 held\nafter:  2 waiting\n"), "{undone}");
    assert_eq!(stands(&place), before, "the time of the next try is as it was");
    assert!(node.stop().success());
}

#[test]
fn acts_are_kept_with_who_why_and_what() {
    let (place, node) = waiting(NOBODY, &[&[KIM]]);
    let id = place.queue()[0]["id"].as_str().unwrap().to_owned();
    let held = good(&place.command(&["queue", "hold", &id, "--reason", "a customer asked", "--yes"]));
    let bounced = place.command(&["queue", "undo", "01h00000000000000000000000", "--yes"]);
    assert!(bounced.code == 1 && bounced.err.contains("there is no act"), "{}", bounced.err);
    assert!(node.stop().success());
    let node = place.up(&[]);
    let acts: Value = serde_json::from_str(&good(&place.command(&["queue", "acts", "--json"]))).unwrap();
    let act = &acts[0];
    assert_eq!((&act["id"], &act["kind"]), (&act_of(&held).into(), &"hold".into()), "{acts}");
    assert_eq!(
        (&act["reason"], &act["selection"][0]),
        (&"a customer asked".into(), &format!("id={id}").into())
    );
    assert_eq!(act["end"]["tally"]["touched"], 1);
    let me = output(Command::new("id").arg("-un"), b"").text();
    assert_eq!(act["by"], me.trim(), "{acts}");
    let table = good(&place.command(&["queue", "acts"]));
    assert!(table.contains("a customer asked") && table.contains("done"), "{table}");
    assert!(node.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn redirected_messages_go_to_the_other_host_and_an_undone_redirect_does_not() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let exchange = playground.exchange_address().to_string();
    let (place, node) = tokio::task::block_in_place(|| {
        let (place, node) = waiting(playground.dns_address(), &[&[KIM], &[LEE], &[KIM]]);
        let before = stands(&place);
        let redirect = ["queue", "redirect", "--all", "--to", "192.0.2.1:25", "--yes"];
        let told = good(&place.command(&redirect));
        assert!(told.contains("redirected 3 messages to 3 recipients"), "{told}");
        assert_ne!(stands(&place), before);
        good(&place.command(&["queue", "undo", &act_of(&told), "--yes"]));
        assert_eq!(stands(&place), before);

        let dry = good(&place.command(&[
            "queue",
            "redirect",
            "--recipient",
            KIM,
            "--to",
            &exchange,
            "--tls",
            "opportunistic",
        ]));
        let told = follow(&place, &dry);
        let act = act_of(&told);
        let shown = good(&place.command(&["queue", "explain", place.queue()[0]["id"].as_str().unwrap()]));
        assert!(
            shown.contains(&format!("route      redirect {exchange} for {KIM}; tls opportunistic")),
            "{shown}"
        );
        node.kill();
        let node = place.up(&[]);
        // One that is in somebody's hands at that moment is left alone, and the operator is told to ask again.
        place.wait("the redirected messages do not leave", || {
            let told = place.command(&["queue", "retry", "--act", &act, "--yes"]);
            println!("{}", String::from_utf8_lossy(&told.out));
            place.queue().len() == 1
        });
        (place, node)
    });
    assert_eq!(playground.figures().delivered, 2);
    tokio::task::block_in_place(|| {
        assert_eq!(place.queue()[0]["envelope"]["recipients"][0]["address"], LEE);
        assert!(node.stop().success());
    });
    playground.stop().await;
}

#[test]
fn a_bounce_tells_the_sender_about_the_recipients_that_were_meant_and_nobody_of_a_report() {
    let (place, node) = waiting(NOBODY, &[&[KIM, LEE], &[KIM]]);
    let bounce = ["queue", "bounce", "--recipient", LEE, "--text", "sent by mistake"];
    let dry = good(&place.command(&bounce));
    assert!(dry.contains("would bounce 1 message to 1 recipient"), "{dry}");
    let told = follow(&place, &dry);
    assert!(told.contains("1 reports to senders, 0 recipients of whom nobody may be told"), "{told}");
    // The other recipient of that message waits as before.
    let queue = place.queue();
    assert_eq!(queue.len(), 3, "two messages and a report");
    assert_eq!(queue[0]["outcomes"][0], "pending");
    assert!(queue[0]["outcomes"][1]["final"]["reply"].as_str().unwrap().starts_with("sent by mistake (act "));
    let report = queue[2]["id"].as_str().unwrap();
    assert_eq!(queue[2]["about"], queue[0]["id"]);
    let raw = good(&place.command(&["queue", "show", report, "--raw"]));
    assert!(
        raw.contains(&format!("Final-Recipient: rfc822; {LEE}")) && raw.contains("sent by mistake"),
        "{raw}"
    );
    assert_eq!(raw.matches("Final-Recipient").count(), 1, "{raw}");
    let undo = place.command(&["queue", "undo", &act_of(&told), "--yes"]);
    assert!(undo.code == 1 && undo.err.contains("it cannot be undone"), "{}", undo.err);

    place.wait("the report was not tried", || place.queue()[2]["standing"] == "waiting");
    let told = good(&place.command(&["queue", "bounce", "--sender", "<>", "--yes"]));
    assert!(told.contains("0 reports to senders, 1 recipients of whom nobody may be told"), "{told}");
    assert_eq!(place.queue().len(), 2);
    let told = good(&place.command(&["queue", "bounce", "--all", "--yes"]));
    assert!(told.contains("before: 2 waiting\nafter:  2 out of the queue\n"), "{told}");
    let trace = good(&place.command(&["trace", "kim"]));
    assert!(trace.contains("bounced"), "{trace}");
    assert!(node.stop().success());
}

#[test]
fn an_explanation_names_route_sources_and_what_was_met() {
    let (place, node) = waiting(NOBODY, &[&[KIM]]);
    let id = place.queue()[0]["id"].as_str().unwrap().to_owned();
    let shown = good(&place.command(&["queue", "show", &id, "--explain"]));
    for part in [
        "state      waiting",
        "because    its time has not come: it is due at ",
        "tenant     acme, published; snapshot 1, the current one",
        "route      smart host 127.0.0.1:9 for kim@customer.example; tls opportunistic",
        "source   eu-1 127.0.1.1 weight 10 draw ",
        "chosen: the highest draw of 2 eligible",
        "judged: retry",
        "0 of 20 places of its tenant",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    // The source that it tells is the one that was used, and selections know it.
    let told: Value =
        serde_json::from_str(&good(&place.command(&["queue", "explain", &id, "--json"]))).unwrap();
    let source = told["routes"][0]["chosen"].as_str().unwrap();
    assert_eq!(told["last_try"]["source"], source, "{told}");
    let other = if source == "eu-1" { "eu-2" } else { "eu-1" };
    let count = |arguments: &[&str]| {
        let list = place.command(&[&["queue", "ls", "--json"], arguments].concat());
        serde_json::from_str::<Value>(&good(&list)).unwrap()["messages"].as_u64().unwrap()
    };
    for (arguments, wanted) in [
        (["--source", source], 1),
        (["--source", other], 0),
        (["--site", "127.0.0.1"], 1),
        (["--class", "connect"], 1),
        (["--class", "refused"], 0),
        (["--sender-domain", "acme.example"], 1),
        (["--older-than", "1h"], 0),
        (["--younger-than", "1h"], 1),
    ] {
        assert_eq!(count(&arguments), wanted, "{arguments:?}");
    }
    let headers = good(&place.command(&["queue", "show", &id, "--headers"]));
    assert!(headers.contains("Subject: Number 0") && !headers.contains("Hello"), "{headers}");
    let summed = good(&place.command(&["queue", "ls"]));
    assert!(summed.contains("1 messages to 1 recipients") && summed.contains("no connection"), "{summed}");
    assert!(node.stop().success());
}

#[test]
fn a_selection_of_nothing_or_with_a_bad_value_is_wrong_use() {
    let run = |arguments: &[&str]| output(Command::new(SIGNPOST).arg("queue").args(arguments), b"");
    for (arguments, told) in [
        (&["hold"][..], "nothing is selected: name what is meant"),
        (&["bounce", "--all", "--tenant", "acme"], "--all means every message"),
        (&["release", "--state", "frozen"], "waiting, delivering, parked or held"),
        (&["retry", "--older-than", "2"], "a number with s, m, h or d"),
        (&["redirect", "--all", "--to", "nowhere"], "relay.example:25"),
        (&["redirect", "--all"], "--to"),
    ] {
        let done = run(arguments);
        assert!(done.code == 2 && done.err.contains(told), "{arguments:?}: {} {}", done.code, done.err);
    }
}
