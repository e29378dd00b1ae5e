//! A vendor posts an incident: who asked to hear of it gets a letter or a call, and changes the rule by the letter's link.

use crate::status::get;
use crate::subscribers::{decoded, link, listed, next, post, receiver, submission, web};
use crate::support::Place;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

/// Whether the vendor has its incident.
static IS_BROKEN: AtomicBool = AtomicBool::new(false);
/// A minute passes in the sixth of a second.
const FAST: [&str; 3] = ["--playground", "--time-scale", "360"];

/// The vendor's document: calm, or with an incident of its mail in the EU.
fn summary() -> Value {
    let is_broken = IS_BROKEN.load(Ordering::SeqCst);
    let state = if is_broken { "partial_outage" } else { "operational" };
    let mail = json!({ "id": "c1", "name": "Mail", "status": state, "group": false, "group_id": "g1" });
    let update = json!({
        "id": "u1", "status": "investigating", "body": "Mail to the EU is <b>late</b>; we look for the cause.",
        "created_at": "2026-01-05T09:00:00.000Z", "updated_at": "2026-01-05T09:00:00.000Z", "display_at": "2026-01-05T09:00:00.000Z",
    });
    let incident = json!({
        "id": "abcdefghij12", "name": "Delayed delivery", "status": "investigating", "impact": "major",
        "created_at": "2026-01-05T09:00:00.000Z", "updated_at": "2026-01-05T09:00:00.000Z", "started_at": "2026-01-05T09:00:00.000Z",
        "resolved_at": null, "shortlink": "https://status.hosting.example/abc", "incident_updates": [update], "components": [mail],
    });
    json!({
        "page": { "id": "p", "name": "Hosting", "url": "https://status.hosting.example" },
        "status": { "indicator": if is_broken { "major" } else { "none" }, "description": "as it is" },
        "components": [{ "id": "g1", "name": "EU", "status": "operational", "group": true }, mail],
        "incidents": if is_broken { vec![incident] } else { Vec::new() }, "scheduled_maintenances": [],
    })
}

fn vendor(mut stream: TcpStream, heard: &Sender<String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    let body = summary().to_string();
    let _nobody_counts = heard.send(head);
    let length = body.len();
    stream.write_all(
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
            .as_bytes(),
    )
}

fn place(vendor: SocketAddr, mail: SocketAddr) -> Place {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    place.edit("signpost.toml", "route = \"\"", &format!("route = \"smtp://{mail}\""));
    place.edit("signpost.toml", "private_webhooks = false", "private_webhooks = true");
    place.edit("signpost.toml", "vendors        = false", "vendors        = true");
    let entry = format!(
        "[[vendor]]\nname = \"hosting\"\nurl = \"http://{vendor}/api/v2/summary.json\"\nevery = \"1m\"\nallow_private = true\n\n[queue]"
    );
    place.edit("signpost.toml", "[queue]", &entry);
    place
}

fn add(place: &Place, arguments: &[&str]) {
    let rule = ["--vendor", "hosting", "--severity", "major", "--region", "eu", "--word", "delivery"];
    let added = place.command(&[&["subscriber", "add"], arguments, &rule].concat());
    assert_eq!(added.code, 0, "{}", added.err);
}

#[test]
fn a_vendors_incident_is_told_by_rule_over_mail_and_webhook_and_the_letter_changes_the_rule() {
    let ((vendor, looks), (mail, letters), (hook, calls)) =
        (receiver(vendor), receiver(submission), receiver(web));
    let place = place(vendor, mail);
    let node = place.up(&FAST);
    next(&looks, "a look at the vendor");
    add(&place, &["--mail", "ops@relay.example"]);
    add(&place, &["--webhook", &format!("http://{hook}/hook")]);
    let asked = decoded(&next(&letters, "the letter that asks"));
    assert!(asked.contains("Subject: [Signpost] Alerts on other vendors"), "{asked}");
    assert!(asked.contains("Severity:   Major or worse"), "{asked}");
    assert!(post(&place, link(&asked, "/subscription/c-"), "").contains("You are subscribed"));
    assert!(letters.try_recv().is_err(), "nothing is told of a vendor that is well");

    IS_BROKEN.store(true, Ordering::SeqCst);
    let letter = decoded(&next(&letters, "the letter with the incident"));
    for part in [
        "Subject: [Signpost] Hosting: Delayed delivery",
        "Impact:   Major",
        "EU > Mail",
        "Posted:   5 January 2026, 09:00",
        "Seen:",
        "Mail to the EU is late; we look for the cause.",
        "https://status.hosting.example/abc",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ] {
        assert!(letter.contains(part), "{part} is not in\n{letter}");
    }
    let call: Value = serde_json::from_str(&next(&calls, "the call with the incident")).unwrap();
    assert_eq!((&call["page"]["id"], &call["incident"]["impact"]), (&"hosting".into(), &"major".into()));
    let shown: Value = serde_json::from_str(&get(&place, "/api/v1/vendors")).unwrap();
    assert!(shown.to_string().contains("partial_outage"), "{shown}");

    let manage = link(&letter, "/subscription/m-");
    let wrong = post(&place, manage, "action=save&about=some&vendor=hostin&severity=any&language=en");
    assert!(wrong.contains("is not watched here"), "{wrong}");
    let right = "action=save&about=some&vendor=hosting&severity=critical&region=US%0D%0AEU&language=en";
    assert!(post(&place, manage, right).contains("Saved"));
    let all = listed(&place);
    let by_mail = all.iter().find(|one| one["kind"] == "mail").unwrap();
    let rule = json!({ "vendors": ["hosting"], "components": [], "regions": ["US", "EU"], "severity": "critical", "words": [] });
    assert_eq!(by_mail["vendors"], rule);
    assert!(node.stop().success());
    assert!(letters.try_recv().is_err() && calls.try_recv().is_err(), "told once");
}
