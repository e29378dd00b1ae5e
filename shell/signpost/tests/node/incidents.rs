//! The seed's day with the real binary: what the page, the feeds and the export say is what the receiving end counted.

use crate::status::{base, get};
use crate::support::{Place, output, repository, send};
use playground::{Playground, PlaygroundConfig};
use serde_json::Value;
use std::net::Ipv4Addr;
use std::process::Command;

/// A minute passes in the sixth of a second.
const FAST: [&str; 2] = ["--time-scale", "360"];
const EU_1: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
/// As Spamhaus' SBL answers.
const LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The operator's view of the one incident.
fn shown(place: &Place) -> Option<Value> {
    let told = json(&place.command(&["incident", "ls", "--all", "--json"]).text());
    let ids: Vec<&str> =
        told["incidents"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.len() < 2, "one cause is one incident: {told}");
    let id = ids.first()?;
    Some(json(&place.command(&["incident", "show", id, "--json"]).text()))
}

fn count(incident: &Value, figure: &str) -> u64 {
    incident["incident"]["harm"][figure]["count"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_address_is_an_incident_that_says_what_the_receiver_counted() {
    let world = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let exchange = world.exchange_address();
    let place = Place::new(exchange, world.dns_address());
    let name = format!("acme-example.mail.protection.outlook.com:{}", exchange.port());
    place.edit("acme/tenant.toml", &exchange.to_string(), &name);
    // The list is asked too late to spare every message the refusal.
    place.edit("signpost.toml", "poll    = \"60s\"", "poll    = \"2h\" ");
    place.edit("signpost.toml", "absorbed         = \"show\"", "absorbed         = \"post\"");
    place.edit("signpost.toml", "resolved         = \"person\"", "resolved         = \"by_itself\"");
    tokio::task::block_in_place(|| {
        let node = place.up(&FAST);
        let mut sent = 0;
        let mut send = || {
            sent += 1;
            send(&place, &format!("day {sent}"));
            sent
        };
        // The first poll is over: the next one is twenty seconds of this test away.
        place.wait("the list is never asked", || {
            let told = place.command(&["dnsbl", "show", &EU_1.to_string(), "--json"]);
            told.code == 0
                && json(&told.text())["polls"]["zen.spamhaus.org"]
                    .as_array()
                    .is_some_and(|all| !all.is_empty())
        });
        world.dns().list(EU_1, LISTED);
        place.wait("nothing was ever refused", || {
            send();
            world.figures().refused_listed > 0
        });
        place.wait("no incident is public", || {
            send();
            json(&get(&place, "/api/v2/incidents.json"))["incidents"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        });
        world.dns().unlist(EU_1);
        place.wait("it is never over", || {
            send();
            shown(&place).unwrap()["incident"]["phase"] == "resolved"
        });
        place.wait("mail is left", || place.queue().is_empty());

        let incident = shown(&place).unwrap();
        let figures = world.figures();
        assert_eq!(count(&incident, "refused"), figures.refused_listed, "{incident}");
        assert_eq!(count(&incident, "moved"), node.figure("signpost_rerouted_total"), "{incident}");
        assert_eq!((count(&incident, "reported"), node.figure("signpost_ndr_ours_total")), (0, 0));
        let notices = notices(&world);
        let arrived = figures.arrived - notices.len() as u64;
        assert_eq!((arrived, figures.duplicates, figures.reports_in), (sent, 0, 0));
        let clock =
            |clock: &str| incident["incident"]["clocks"][clock]["at"].as_str().unwrap_or_default().to_owned();
        let clocks: Vec<String> =
            ["harm_began", "posted", "identified", "harm_ended", "resolved"].into_iter().map(clock).collect();
        assert!(clocks.iter().all(|at| !at.is_empty()), "{clocks:?}");
        assert!(clocks[0] <= clocks[1] && clocks[0] <= clocks[3] && clocks[3] <= clocks[4], "{clocks:?}");

        for page in
            ["/", "/de/", "/history.atom", "/history.rss", "/api/v2/incidents.json", "/api/v1/status.json"]
        {
            let text = get(&place, page);
            assert!(!text.to_lowercase().contains("acme"), "{page} names a tenant: {text}");
        }
        let public = &json(&get(&place, "/api/v2/incidents.json"))["incidents"][0];
        assert_eq!(public["status"], "resolved", "{public}");
        let id = incident["incident"]["id"].as_str().unwrap();
        verified(&place, id);
        affected(&place, id, (count(&incident, "moved"), figures.refused_listed));
        told(&place, id, &notices);
        looked_at(&place, id);
        assert!(node.stop().success(), "{}", place.log());
    });
    world.stop().await;
}

/// What the tenant's administrator sees is what the receiver counted, and the notice brought the link.
fn affected(place: &Place, id: &str, (moved, refused): (u64, u64)) {
    let ask = |form: &str| place.command(&["incident", "affected", id, "--tenant", "acme", form]);
    let told = json(&ask("--json").text());
    let told = &told["affected"];
    let lines = told["lines"].as_array().unwrap();
    let seen: u64 = lines.iter().map(|line| line["refused"].as_u64().unwrap()).sum();
    assert_eq!((told["sums"]["rerouted"].as_u64(), seen), (Some(moved), refused), "{told}");
    assert_eq!((&told["sums"]["waiting"], &told["sums"]["reported"]), (&0.into(), &0.into()), "{told}");
    assert_eq!(ask("--csv").text().lines().count(), lines.len() + 1);
    let link = ask("--link").text();
    let path = &link[link.find("/affected/").unwrap()..].trim_end();
    let page = get(place, path);
    assert!(page.contains("Acme GmbH") && page.contains("kim@customer.example"), "{page}");
    assert!(page.contains("Delivered another way") || moved == 0, "{page}");
    assert_eq!(get(place, &format!("{path}messages.csv")).lines().count(), lines.len() + 1);
    let url = format!("{}{}", base(place), path.replace("acme", "globex"));
    let shut = output(Command::new("python3").args(["-c", GET_ANY, &url]), b"");
    assert!(
        shut.text().starts_with("403") && !shut.text().contains("customer"),
        "{}{}",
        shut.text(),
        shut.err
    );
    let nobody = place.command(&["incident", "affected", id, "--tenant", "globex", "--link"]);
    assert!(nobody.code == 1 && nobody.err.contains("globex"), "{}", nobody.err);
}

/// What came for the tenant's contacts, lines joined again (RFC 2045 §6.7).
fn notices(world: &Playground) -> Vec<String> {
    let arrived = world.mailbox().into_iter();
    let to_contacts = arrived.filter(|mail| mail.rcpt_to.iter().any(|to| to == "postmaster@acme.example"));
    to_contacts.map(|mail| String::from_utf8_lossy(&mail.data).replace("=\r\n", "")).collect()
}

/// One notice if mail was late, which depends on how fast this machine is; its link opens the page.
fn told(place: &Place, id: &str, notices: &[String]) {
    let affected = place.command(&["incident", "affected", id, "--tenant", "acme", "--json"]);
    let late = json(&affected.text())["affected"]["sums"]["late"].as_u64().unwrap();
    assert_eq!(notices.len(), usize::from(late > 0), "{late} late: {notices:?}");
    for notice in notices {
        let at = notice.find(&format!("/affected/{id}.")).unwrap_or_else(|| panic!("{notice}"));
        let path = notice[at..].split_whitespace().next().unwrap();
        assert!(get(place, &format!("/de{path}")).contains("War meine E-Mail betroffen?"));
    }
}

const GET_ANY: &str = "
import sys, urllib.request, urllib.error
try:
    answer = urllib.request.urlopen(sys.argv[1])
except urllib.error.HTTPError as error:
    answer = error
sys.stdout.write(f'{answer.status} {answer.read().decode()}')";

/// A real incident's pages pass axe-core at both widths and in both schemes, without scripts of their own.
fn looked_at(place: &Place, id: &str) {
    let axe = repository("target/tools/node_modules/axe-core/axe.min.js");
    assert!(axe.is_file(), "axe-core is missing; `cargo xtask test --step install` installs it");
    let pictures = repository("target/screenshots");
    std::fs::create_dir_all(&pictures).unwrap();
    let link = place.command(&["incident", "affected", id, "--tenant", "acme", "--link"]).text();
    let path = &link[link.find("/affected/").unwrap()..].trim_end();
    let mut look = Command::new("python3");
    look.arg(repository("shell/status/tests/page/look.py")).arg(base(place)).arg(&pictures).arg(axe);
    look.args(["real-front=/", "real-front-german=/de/"]);
    look.arg(format!("real-incident=/incidents/{id}/"))
        .arg(format!("real-incident-german=/de/incidents/{id}/"));
    look.arg(format!("real-affected={path}"));
    let found = output(&mut look, b"");
    assert_eq!((found.code, found.text().trim()), (0, "[]"), "{}", found.err);
}

/// The export is believed with the page's key, and not any more once a byte is another.
fn verified(place: &Place, id: &str) {
    let file = place.directory.path().join("incident.jsonl");
    let exported = place.command(&["incident", "export", id, "--out", &file.display().to_string()]);
    assert!(
        exported.code == 0 && exported.text().contains("can be followed"),
        "{}{}",
        exported.text(),
        exported.err
    );
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("refused", "refusex", 1)).unwrap();
    let checked = place.command(&["incident", "verify", &file.display().to_string()]);
    assert!(checked.code == 1 && checked.err.contains("signature"), "{}", checked.err);
}

#[test]
fn people_open_and_end_an_incident_and_are_told_what_they_may_not_say() {
    let nobody = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    let node = place.up(&[]);
    let open = |text: &str| {
        place.command(&["incident", "open", "Slow console", "--component", "eu/console", "--text", text])
    };
    let refused = open("The mail of acme is slow.");
    assert!(refused.code == 1 && refused.err.contains("acme"), "{}", refused.err);
    let opened = open("The console answers slowly.");
    assert_eq!(opened.code, 0, "{}", opened.err);
    let id = opened.text().split(' ').next().unwrap().to_owned();
    place.wait("it is not on the page", || get(&place, "/").contains("Slow console"));
    let said =
        place.command(&["incident", "update", &id, "--phase", "monitoring", "--text", "It is quick again."]);
    assert_eq!(said.code, 0, "{}", said.err);
    let listed = place.command(&["incident", "ls"]).text();
    assert!(listed.contains(&id) && listed.contains("eu/console"), "{listed}");
    let draft = place.command(&["incident", "postmortem", &id]).text();
    assert!(draft.contains("Slow console"), "{draft}");
    node.kill();
    let node = place.up(&[]);
    let done = place.command(&["incident", "resolve", &id, "--text", "It is over."]);
    assert!(done.code == 0 && done.text().contains("resolved"), "{}{}", done.text(), done.err);
    assert!(node.stop().success(), "{}", place.log());
}
