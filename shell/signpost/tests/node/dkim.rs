//! A tenant's signing keys from the command line: made, published, checked, changed, and the mail that they sign.

use crate::support::{Output, Place, send};
use playground::dns::{Answer, NameServer};
use playground::peers::dkimpy;
use playground::{Playground, PlaygroundConfig};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

const DOMAINS: [&str; 2] = ["acme.example", "acme.test"];

fn dkim(place: &Place, command: &str, options: &[&str]) -> Output {
    let file = place.directory.path().join("signpost.toml").display().to_string();
    place.command(&[&["dkim", command, "--tenant", "acme", "--config", &file], options].concat())
}

fn rows(told: &Output) -> Vec<serde_json::Value> {
    let rows: serde_json::Value =
        serde_json::from_str(&told.text()).unwrap_or_else(|_| panic!("{}{}", told.text(), told.err));
    rows.as_array().unwrap().clone()
}

/// Makes a key and writes what is printed where it says, with this `use`.
fn keygen(place: &Place, selector: &str, algorithm: &str, table: &str, used: &str) {
    let made = dkim(place, "keygen", &["--selector", selector, "--algorithm", algorithm]);
    assert_eq!(made.code, 0, "{}{}", made.text(), made.err);
    let text = made.text();
    assert!(
        !text.contains("PRIVATE KEY")
            && text.contains(&format!("{selector}._domainkey.acme.test. IN TXT ( \"v=DKIM1; "))
    );
    let key = text.split("# into the DNS").next().unwrap().replace("\"next\"", &format!("\"{used}\""));
    let path = place.directory.path().join("acme/tenant.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{settings}\n{table}{key}")).unwrap();
    let file = place.directory.path().join(format!("acme/dkim/{selector}.pem"));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

/// Publishes the record that `show` tells for a selector, at `name` of each domain.
fn publish(place: &Place, dns: &NameServer, selector: &str) {
    let shown = rows(&dkim(place, "show", &["--json"]));
    for row in shown.iter().filter(|row| row["selector"] == selector) {
        let record = Answer::Text(row["record"].as_str().unwrap().to_owned());
        dns.add(row["cname"].as_str().unwrap_or(row["name"].as_str().unwrap()), record);
    }
}

/// The states of one selector's records, and whether the command ended well.
fn checked(place: &Place, selector: &str) -> (Vec<String>, i32, String) {
    let told = dkim(place, "check", &["--json"]);
    let of_selector: Vec<_> = rows(&told).into_iter().filter(|row| row["selector"] == selector).collect();
    let states = of_selector.iter().map(|row| row["found"]["state"].as_str().unwrap().to_owned()).collect();
    (states, told.code, of_selector[0]["found"]["detail"].as_str().unwrap().to_owned())
}

/// What the doctor says of the records.
fn doctor(place: &Place) -> Vec<String> {
    let file = place.directory.path().join("signpost.toml").display().to_string();
    let looked = rows(&place.command(&["doctor", "--json", "--config", &file]));
    let of_check = looked.iter().filter(|one| one["check"] == "dkim");
    of_check.map(|one| one["state"].as_str().unwrap().to_owned()).collect()
}

fn both(state: &str) -> Vec<String> {
    vec![state.to_owned(); 2]
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_checked_changed_and_sign() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    tokio::task::block_in_place(|| {
        let dns = playground.dns();
        let none = dkim(&place, "show", &[]);
        assert!(none.code == 1 && none.err.contains("signpost dkim keygen --tenant acme"), "{}", none.err);
        keygen(&place, "s1", "rsa", "[dkim]\nsign = \"always\"\n", "next");
        let again = dkim(&place, "keygen", &["--selector", "s1"]);
        assert!(again.code == 1 && again.err.contains("choose another selector"), "{}", again.err);
        let (states, code, detail) = checked(&place, "s1");
        assert_eq!((states, code), (both("missing"), 0), "a key that does not sign yet may wait: {detail}");
        publish(&place, dns, "s1");
        let (states, code, detail) = checked(&place, "s1");
        assert_eq!(
            (states, code, detail.as_str()),
            (both("good"), 0, "published: it may sign, use = \"sign\"")
        );
        place.edit("acme/tenant.toml", "use      = \"next\"", "use      = \"sign\"");
        keygen(&place, "e1", "ed25519", "", "sign");
        let (states, code, detail) = checked(&place, "e1");
        assert_eq!((states, code), (both("missing"), 1), "{detail}");
        assert!(detail.contains("fails at receivers"), "{detail}");
        publish(&place, dns, "e1");
        assert_eq!(checked(&place, "e1").0, both("good"));
        for domain in DOMAINS {
            dns.add(&format!("e1._domainkey.{domain}"), Answer::Text("v=DKIM1; k=ed25519; p=".to_owned()));
        }
        assert_eq!(checked(&place, "e1").0, both("several"));
        DOMAINS.iter().for_each(|domain| dns.remove(&format!("e1._domainkey.{domain}")));
        publish(&place, dns, "e1");
        let shown = dkim(&place, "show", &[]).text();
        assert!(
            shown.contains(
                "; e1 in acme.test: ed25519-sha256, use = \"sign\"\ne1._domainkey.acme.test. IN TXT"
            ),
            "{shown}"
        );

        let node = place.up(&[]);
        send(&place, "signed");
        assert!(node.smtp.port() > 0);
        place.wait("the relay keeps something", || place.queue().is_empty());
        let told = node.figure("signpost_dkim_signed_total");
        assert_eq!(told, 1, "{}", place.log());
        node.stop();
    });
    let arrived = playground.wait_for(Duration::from_secs(30), |figures| figures.arrived == 1).await;
    assert!(arrived.is_ok(), "{arrived:?}");
    let message = playground.mailbox()[0].data.clone();
    tokio::task::block_in_place(|| {
        let records: Vec<(String, String)> = rows(&dkim(&place, "show", &["--json"]))
            .iter()
            .map(|row| (row["name"].as_str().unwrap().to_owned(), row["record"].as_str().unwrap().to_owned()))
            .collect();
        assert_eq!(dkimpy(&[&message], &records).unwrap(), [vec![Ok(()), Ok(())]]);
    });
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_in_our_own_zone_is_found_by_the_pointer_in_the_tenants() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    tokio::task::block_in_place(|| {
        let dns = playground.dns();
        keygen(&place, "s1", "rsa", "[dkim]\n", "sign\"\ndelegated = \"acme.dkim.relay.example");
        let shown = dkim(&place, "show", &[]).text();
        let lines = "s1._domainkey.acme.example. IN CNAME s1.acme.dkim.relay.example.\ns1.acme.dkim.relay.example. IN TXT ( \"v=DKIM1; ";
        assert!(shown.contains(lines), "{shown}");
        let (states, code, detail) = checked(&place, "s1");
        assert_eq!((states, code), (both("missing"), 1), "{detail}");
        assert!(detail.starts_with("neither s1._domainkey.acme.example nor s1.acme.dkim"), "{detail}");
        let record = rows(&dkim(&place, "show", &["--json"]))[0]["record"].as_str().unwrap().to_owned();
        dns.add("s1.acme.dkim.relay.example", Answer::Text(record));
        let detail = checked(&place, "s1").2;
        assert!(
            detail.contains("the CNAME of s1._domainkey.acme.example that points there is missing"),
            "{detail}"
        );
        for domain in DOMAINS {
            dns.add(
                &format!("s1._domainkey.{domain}"),
                Answer::Alias("s1.acme.dkim.relay.example".to_owned()),
            );
        }
        let (states, code, detail) = checked(&place, "s1");
        assert_eq!((states, code, detail.as_str()), (both("good"), 0, "signs"));
        assert_eq!(doctor(&place), both("ok"));
        dns.remove("s1.acme.dkim.relay.example");
        assert_eq!(doctor(&place), both("fail"));
        dns.set_failing(true);
        let (states, code, _) = checked(&place, "s1");
        assert_eq!((states, code), (both("unknown"), 1));
    });
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_is_held_for_want_of_a_key_is_signed_and_goes_once_it_is_there() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    tokio::task::block_in_place(|| {
        let key = place.directory.path().join("key.pem");
        let out = key.display().to_string();
        let made = dkim(&place, "keygen", &["--selector", "s1", "--out", &out]);
        assert!(
            made.code == 0 && made.text().contains(&format!("file     = \"file:{out}\"")),
            "{}",
            made.err
        );
        let table = format!(
            "\n[dkim]\nsign = \"always\"\non_failure = \"hold\"\n[[dkim.key]]\nselector = \"s1\"\nfile = \"file:{out}\"\n"
        );
        let path = place.directory.path().join("acme/tenant.toml");
        std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + &table).unwrap();
        publish(&place, playground.dns(), "s1");
        let away = key.with_extension("away");
        std::fs::rename(&key, &away).unwrap();
        let node = place.up(&[]);
        send(&place, "held");
        place.wait("it is not held", || {
            place.queue().iter().any(|entry| entry["parked"]["reason"] == "policy")
        });
        assert_eq!(node.figure("signpost_dkim_signed_total"), 0);
        let unreadable = checked(&place, "s1");
        assert_eq!((unreadable.0, unreadable.1), (both("unknown"), 1));
        assert!(node.stop().success(), "{}", place.log());
        std::fs::rename(&away, &key).unwrap();
        // Meanwhile another key has taken over; what waits is still signed with the one of its time.
        place.edit(
            "acme/tenant.toml",
            &format!("file = \"file:{out}\"\n"),
            &format!("file = \"file:{out}\"\nuse = \"old\"\n"),
        );
        keygen(&place, "e1", "ed25519", "", "sign");
        let node = place.up(&[]);
        let told = checked(&place, "s1");
        assert_eq!(
            (told.0, told.2.as_str()),
            (both("good"), "still signs waiting mail of snapshot 1: keep its record")
        );
        let released = place.command(&["queue", "release", "--tenant", "acme", "--yes"]);
        assert_eq!(released.code, 0, "{}{}", released.text(), released.err);
        place.wait("it does not go", || place.queue().is_empty());
        assert_eq!(node.figure("signpost_dkim_signed_total"), 1);
        assert!(node.stop().success(), "{}", place.log());
    });
    let arrived = playground.wait_for(Duration::from_secs(30), |figures| figures.arrived == 1).await;
    assert!(arrived.is_ok(), "{arrived:?}");
    let text = String::from_utf8_lossy(&playground.mailbox()[0].data).into_owned();
    assert!(
        text.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=acme.example; s=s1;"),
        "{text}"
    );
    playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_own_key_lies_beside_its_file_and_its_record_is_checked() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    tokio::task::block_in_place(|| {
        let file = place.directory.path().join("signpost.toml").display().to_string();
        let own = |command: &str, options: &[&str]| {
            place.command(&[&["dkim", command, "--config", &file], options].concat())
        };
        let none = own("show", &[]);
        assert!(none.code == 1 && none.err.contains("no [own.dkim]"), "{}", none.err);
        let made = own("keygen", &["--selector", "h1", "--algorithm", "ed25519"]);
        assert_eq!(made.code, 0, "{}", made.err);
        assert!(place.directory.path().join("dkim/h1.pem").is_file());
        let text = made.text();
        let key = text.split("# into the DNS").next().unwrap().replace("\"next\"", "\"sign\"");
        place.edit("signpost.toml", "[resolver]", &format!("[own.dkim]\n{key}\n[resolver]"));
        let missing = own("check", &["--json"]);
        assert_eq!(missing.code, 1, "{}{}", missing.text(), missing.err);
        for row in rows(&own("show", &["--json"])) {
            let record = Answer::Text(row["record"].as_str().unwrap().to_owned());
            playground.dns().add(row["name"].as_str().unwrap(), record);
        }
        let good = own("check", &["--json"]);
        assert_eq!(good.code, 0, "{}{}", good.text(), good.err);
        assert_eq!(doctor(&place), ["ok"]);
    });
    playground.stop().await;
}
