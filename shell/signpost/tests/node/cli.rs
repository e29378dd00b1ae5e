//! The commands as their users call them: what they print, on which stream, and with which code they end.

use crate::support::{Output, Place, SIGNPOST, output, repository};
use playground::{Playground, PlaygroundConfig};
use std::process::Command;

const PLAIN: &str =
    "From: Anna Berg <anna.berg@acme.example>\nTo: kim@customer.example\nSubject: Hi\n\nHello Kim\n";

fn signpost(arguments: &[&str], input: &str) -> Output {
    output(Command::new(SIGNPOST).args(arguments), input.as_bytes())
}

fn acme() -> String {
    repository("docs/example/acme").display().to_string()
}

#[test]
fn stamp_prints_the_signed_message_and_explains_every_change() {
    let tenant = acme();
    let received = "2026-08-01T12:00:00Z";
    let done = signpost(&["stamp", "--tenant", &tenant, "--received", received, "--explain"], PLAIN);
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(
        done.text(),
        format!("{PLAIN}\n-- \nAnna Berg\nHead of Sales\n+49 30 1234-10\nAcme GmbH\n"),
        "LF input stays LF"
    );
    let line = done.err.lines().find(|line| line.starts_with('{')).unwrap();
    let explain: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(explain["outcome"], "stamped");
    assert_eq!(explain["signature"], "standard");
    assert!(explain["micros"].is_u64(), "{explain}");
    let splices = explain["splices"].as_array().unwrap();
    let inserted: u64 = splices.iter().map(|splice| splice["inserted"].as_u64().unwrap()).sum();
    assert_eq!(PLAIN.len() as u64 + inserted, done.out.len() as u64);
}

#[test]
fn stamp_prints_what_is_passed_as_it_came() {
    let tenant = acme();
    let input = PLAIN.replace("Subject: Hi", "Subject: Hi\nAuto-Submitted: auto-replied");
    let done = signpost(&["stamp", "--tenant", &tenant, "--explain"], &input);
    assert_eq!((done.code, done.text()), (0, input));
    assert!(done.err.contains("\"reason\":\"auto_reply\""), "{}", done.err);
}

#[test]
fn recipients_with_different_results_are_listed() {
    let tenant = acme();
    let both = ["--rcpt-to", "kim@customer.example", "--rcpt-to", "jonas.lind@acme.example"];
    let arguments = ["stamp", "--tenant", &tenant, "--received", "2026-11-01T12:00:00Z"];
    let all: Vec<&str> = arguments.into_iter().chain(both).collect();
    let done = signpost(&all, PLAIN);
    assert_eq!(done.code, 1, "{}", done.text());
    assert!(
        done.err.contains("different results") && done.err.contains("jonas.lind@acme.example"),
        "{}",
        done.err
    );
}

#[test]
fn place_tells_a_byte_of_the_body_as_it_was_given() {
    let body = "<p>Gr\u{fc}\u{df}e</p><br><div class=\"gmail_quote\">On x, y wrote: <blockquote>q</blockquote></div>";
    let done = signpost(&["place"], body);
    let told: serde_json::Value = serde_json::from_str(&done.text()).unwrap();
    let wanted = body.find("<br>").unwrap();
    assert_eq!((told["offset"].as_u64().unwrap() as usize, &told["marker"]), (wanted, &"gmail_quote".into()));
    let latin: Vec<u8> = body.chars().map(|c| c as u8).collect();
    let done = output(Command::new(SIGNPOST).args(["place", "--charset", "iso-8859-1"]), &latin);
    let told: serde_json::Value = serde_json::from_slice(&done.out).unwrap();
    assert_eq!(told["offset"].as_u64().unwrap() as usize, wanted - 2, "two letters are one byte each");
    let done =
        signpost(&["place", "--type", "text/plain"], "Hello\n\nOn Monday, Kim <k@x.example> wrote:\n> q\n");
    let told: serde_json::Value = serde_json::from_str(&done.text()).unwrap();
    assert_eq!((told["offset"].as_u64(), &told["post"]), (Some(6), &"top".into()));
    assert_eq!((&told["confidence"], &told["writer_marker"]), (&"medium".into(), &false.into()));
    assert_eq!(told["reason"], "own text stands above what is quoted");
    let done = signpost(&["place", "--text", "--type", "text/plain"], "Hello\n{EMAILSIGNATURE}\nPS\n");
    assert!(done.text().starts_with("byte 6: the writer put the marker there\n"), "{}", done.text());
    let done =
        signpost(&["place", "--json", "--marker", "", "--type", "text/plain"], "Hello {EMAILSIGNATURE}\n");
    let told: serde_json::Value = serde_json::from_str(&done.text()).unwrap();
    assert_eq!((told["offset"].as_u64(), &told["marker"]), (Some(23), &"none".into()));
}

#[test]
fn config_check_is_good_for_the_example_and_tells_every_error() {
    let example = repository("docs/example/signpost.toml").display().to_string();
    let done = signpost(&["config", "check", &example], "");
    assert_eq!(done.code, 0, "{}{}", done.text(), done.err);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("signpost.toml");
    let text = std::fs::read_to_string(&example).unwrap().replace("weight  = 10", "wieght  = 10");
    std::fs::write(&file, text).unwrap();
    let done = signpost(&["config", "check", &file.display().to_string()], "");
    assert_eq!(done.code, 1);
    assert_eq!(done.text().matches("did you mean `weight`").count(), 2, "{}", done.text());
}

#[test]
fn wrong_use_is_two_and_a_missing_node_says_how_to_start_one() {
    assert_eq!(signpost(&["stamp"], "").code, 2);
    assert_eq!(signpost(&["no-such-command"], "").code, 2);
    let directory = tempfile::tempdir().unwrap();
    let done = signpost(&["queue", "ls", "--data", &directory.path().display().to_string()], "");
    assert_eq!(done.code, 1);
    assert!(done.err.contains("signpost up"), "{}", done.err);
}

#[test]
fn completions_name_the_commands() {
    let done = signpost(&["completions", "bash"], "");
    assert!(done.code == 0 && done.text().contains("config"), "{}", done.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_node_is_sent_to_asked_and_changed() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    let node = place.up(&[]);
    tokio::task::block_in_place(|| {
        let file = place.directory.path().join("mail.eml");
        std::fs::write(&file, PLAIN).unwrap();
        let sent = place.command(&["send", &file.display().to_string()]);
        assert!(
            sent.code == 0 && sent.text().contains("250 2.0.0 queued as "),
            "{}{}",
            sent.text(),
            sent.err
        );
        place.wait("the queue is not empty", || place.queue().is_empty());
        let trace = place.command(&["trace", "anna.berg@acme"]);
        assert!(
            trace.text().contains("stamped sales") && trace.text().contains("delivered 250"),
            "{}",
            trace.text()
        );
        let list = place.command(&["tenant", "list"]);
        assert!(list.text().contains("acme") && list.text().contains("Acme GmbH"), "{}", list.text());
        let copy = place.directory.path().join("copy");
        let copy_name = copy.display().to_string();
        assert_eq!(place.command(&["tenant", "export", "acme", "--out", &copy_name]).code, 0);
        place.edit("copy/tenant.toml", "Acme GmbH", "Acme SE");
        let applied = place.command(&["tenant", "apply", &copy_name]);
        assert!(
            applied.text().contains("acme: snapshot 2 is published"),
            "{}{}",
            applied.text(),
            applied.err
        );
        place.edit("copy/rules.toml", "[[rule]]", "[[ruel]]");
        let refused = place.command(&["tenant", "apply", &copy_name]);
        assert!(refused.code == 1 && refused.err.contains("acme/rules.toml:"), "{}", refused.err);
        let refused = place.command(&["send", &file.display().to_string(), "--from", "kim@customer.example"]);
        assert!(
            refused.code == 1 && refused.text().contains("550 5.7.1"),
            "{}{}",
            refused.text(),
            refused.err
        );
        assert!(node.stop().success(), "{}", place.log());
        let node = place.up(&[]);
        let list = place.command(&["tenant", "list", "--json"]);
        assert!(list.text().contains("Acme SE"), "what was applied survives a restart: {}", list.text());
        drop(node);
    });
    assert_eq!(playground.figures().delivered, 1);
    playground.stop().await;
}

#[test]
fn a_changed_folder_is_imported_on_sighup_and_a_broken_one_is_a_warning() {
    let nobody = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    let node = place.up(&[]);
    let snapshot = || place.ask("{\"request\":\"tenant_list\"}").unwrap()["done"][0]["snapshot"].as_u64();
    assert_eq!(snapshot(), Some(1));
    place.edit("acme/tenant.toml", "Acme GmbH", "Acme SE");
    node.signal("-HUP");
    place.wait("the changed folder is not imported", || snapshot() == Some(2));
    place.edit("acme/rules.toml", "[[rule]]", "[[ruel]]");
    node.signal("-HUP");
    place.wait("the broken folder is not told", || {
        place.log().contains("is not imported, the last snapshot runs")
    });
    assert_eq!(snapshot(), Some(2));
    assert!(node.stop().success());
}

#[test]
fn what_the_operator_sets_for_sites_is_shown_and_read_again_on_sighup() {
    let nobody = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    let entry = |lines: &str| format!("[[deliver.sites]]\nprovider = \"google\"\n{lines}\n[queue]");
    place.edit("signpost.toml", "[queue]", &entry("rate = \"100/min\""));
    let node = place.up(&[]);
    let show = |hosts: &[&str]| place.command(&[&["way", "show"], hosts].concat()).text();
    let google = ["aspmx.l.google.com", "alt1.aspmx.l.google.com"];
    let shown = show(&google);
    assert!(shown.starts_with("google\n") && shown.contains("at most 5; 50 messages"), "{shown}");
    assert!(shown.contains("transaction, 100/min") && shown.contains("[[deliver.sites]]"), "{shown}");
    let shown = show(&["mx.stranger.example"]);
    assert!(shown.contains("at most 20;") && shown.contains("what a stranger is met with"), "{shown}");
    let list = place.command(&["way", "ls"]);
    assert!(
        list.code == 0 && list.text().contains("takes what is set for it"),
        "{}{}",
        list.text(),
        list.err
    );
    place.edit("signpost.toml", "rate = \"100/min\"", "connections = 3");
    node.signal("-HUP");
    place.wait("what was changed is not read", || show(&google).contains("at most 3; 50 messages"));
    place.edit("signpost.toml", "connections = 3", "connections = 0");
    node.signal("-HUP");
    place.wait("what is wrong is not told", || place.log().contains("[[deliver.sites]] stays as it was"));
    assert!(show(&google).contains("at most 3;"));
    assert!(node.stop().success());
}

#[test]
fn a_data_directory_and_a_port_are_used_by_one_node_only() {
    let nobody = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    let node = place.up(&[]);
    let file = place.directory.path().join("signpost.toml").display().to_string();
    let second = place.command(&["up", "--config", &file]);
    assert!(second.code == 1 && second.err.contains("in use by another signpost"), "{}", second.err);
    let other = Place::new(nobody, nobody);
    other.edit("signpost.toml", "\"127.0.0.1:0\"", &format!("\"{}\"", node.smtp));
    let file = other.directory.path().join("signpost.toml").display().to_string();
    let second = other.command(&["up", "--config", &file]);
    assert!(second.code == 1 && second.err.contains("change `http.console`"), "{}", second.err);
    assert!(node.stop().success());
}

#[test]
fn spool_verify_names_the_damaged_byte_and_changes_nothing() {
    let nobody = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    let node = place.up(&[]);
    let file = place.directory.path().join("mail.eml");
    std::fs::write(&file, PLAIN).unwrap();
    assert_eq!(place.command(&["send", &file.display().to_string()]).code, 0);
    let good = place.command(&["spool", "verify"]);
    assert!(good.code == 0 && good.text().contains("1 messages in the queue"), "{}{}", good.text(), good.err);
    assert!(node.stop().success());
    let segment = std::fs::read_dir(place.data().join("spool")).unwrap().map(|entry| entry.unwrap().path());
    let segment = segment.into_iter().find(|path| path.extension().is_some()).unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = bytes.windows(9).position(|window| window == b"Hello Kim").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&segment, &bytes).unwrap();
    let bad = place.command(&["spool", "verify"]);
    assert!(bad.code == 1 && bad.text().contains("is damaged at byte"), "{}{}", bad.text(), bad.err);
    assert_eq!(std::fs::read(&segment).unwrap(), bytes);
}
