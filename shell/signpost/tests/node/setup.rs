//! Instructions carried out: real mail systems set up with exactly what `connector show` printed, and the doctor's looks.
//!
//! Each system's way is gone whole: submitted, to the relay, stamped, back, delivered once; then its emergency switch, and its undo.

use crate::support::{Node, Output, Place, WAIT, repository};
use playground::dns::{Answer, Mood};
use playground::peers::{Envelope, EximServer, Postfix, smtplib};
use playground::{Playground, PlaygroundConfig};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

const PLAIN: &[u8] =
    b"From: Anna Berg <anna.berg@acme.example>\r\nTo: kim@customer.example\r\nSubject: Hi\r\n\
                       Message-ID: <hi@acme.example>\r\nX-Signpost-Key: forged\r\n\r\nHello Kim\r\n";
const SIGNED: &str = "Head of Sales";
const SECRET: &str = "3f9c5be0a1d24b77";
const ANNA: Envelope<'_> = Envelope { from: "anna.berg@acme.example", to: &["kim@customer.example"] };

/// An address that was free a moment ago: a mail system must be told its port before it runs.
fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// A node whose tenant has this mail system, proves itself by the secret, and gets its mail back at `smart_host`.
fn place(kind: &str, smart_host: SocketAddr) -> Place {
    let place = Place::new(smart_host, SocketAddr::from((Ipv4Addr::LOCALHOST, 9)));
    std::fs::write(place.directory.path().join("secret"), SECRET).unwrap();
    let secret = format!("file:{}", place.directory.path().join("secret").display());
    place.edit("acme/tenant.toml", "env:ACME_KEY", &secret);
    place.edit("acme/tenant.toml", "[\"network\", \"domain\"]", "[\"network\", \"domain\", \"secret\"]");
    place.edit("acme/tenant.toml", "kind          = \"m365\"", &format!("kind          = \"{kind}\""));
    place.edit("signpost.toml", "in.eu.relay.example", "127.0.0.1");
    place
}

fn show(place: &Place, system: &str, options: &[&str]) -> Output {
    let arguments = [&["connector", "show", system, "--tenant", "acme"], options].concat();
    place.command(&arguments)
}

/// Mail goes round once, stamped once; then with the switch off it stays inside.
fn goes_round(place: &Place, node: &Node, system: &dyn System) {
    let address = system.address();
    let heard = smtplib(address, ANNA, PLAIN).unwrap();
    assert!(heard.taken, "{}", heard.text);
    let told = || format!("{}\n{}", system.log(), place.log());
    assert_eq!(system.wait_for(1), 1, "{}", told());
    place.wait("the relay keeps something", || place.queue().is_empty());
    let arrived = String::from_utf8(system.arrived().remove(0)).unwrap();
    assert_eq!(arrived.matches(SIGNED).count(), 1, "stamped once: {arrived}");
    assert_eq!(arrived.matches("X-Signpost-Processed: v1 acme-4f1c ").count(), 1, "{arrived}");
    assert!(!arrived.contains("X-Signpost-Key"), "neither the secret nor a forged one leaves: {arrived}");
    assert_eq!(node.figure("signpost_messages_accepted_total"), 1, "it went to the relay once\n{}", told());
    // What the internet sends in the tenant's name is not the tenant's: it never comes to the relay.
    let stranger = Envelope { from: "kim@customer.example", to: &["anna.berg@acme.example"] };
    let other = String::from_utf8_lossy(PLAIN).replace("anna.berg@acme.example", "kim@customer.example");
    assert!(smtplib(address, stranger, other.as_bytes()).unwrap().taken);
    assert_eq!(system.wait_for(2), 2, "{}", told());
    system.switch("off");
    assert!(smtplib(address, ANNA, PLAIN).unwrap().taken);
    assert_eq!(system.wait_for(3), 3, "{}", told());
    let signed =
        system.arrived().iter().filter(|mail| String::from_utf8_lossy(mail).contains(SIGNED)).count();
    assert_eq!(signed, 1, "off: without a signature");
    system.switch("on");
    assert!(smtplib(address, ANNA, PLAIN).unwrap().taken);
    assert_eq!(system.wait_for(4), 4, "{}", told());
    assert_eq!(node.figure("signpost_messages_accepted_total"), 2, "{}", told());
    place.wait("the relay keeps something", || place.queue().is_empty());
    assert_eq!(system.arrived().len(), 4, "nothing came twice");
}

/// A mail system that is set up by a script.
trait System {
    fn address(&self) -> SocketAddr;
    fn switch(&self, step: &str);
    fn wait_for(&self, count: usize) -> usize;
    fn arrived(&self) -> Vec<Vec<u8>>;
    fn log(&self) -> String;
}

struct WithScript<S> {
    server: S,
    script: String,
}

impl System for WithScript<Postfix> {
    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn switch(&self, step: &str) {
        self.server.administer(&self.script, step).unwrap();
    }

    fn wait_for(&self, count: usize) -> usize {
        self.server.wait_for(count, WAIT).unwrap()
    }

    fn arrived(&self) -> Vec<Vec<u8>> {
        self.server.arrived().unwrap()
    }

    fn log(&self) -> String {
        self.server.log()
    }
}

impl System for WithScript<EximServer> {
    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn switch(&self, step: &str) {
        self.server.administer(&self.script, step).unwrap();
    }

    fn wait_for(&self, count: usize) -> usize {
        self.server.wait_for(count, WAIT).unwrap()
    }

    fn arrived(&self) -> Vec<Vec<u8>> {
        self.server.arrived().unwrap()
    }

    fn log(&self) -> String {
        self.server.log()
    }
}

#[test]
fn a_real_postfix_set_up_with_the_printed_script_gets_its_mail_back_stamped_once() {
    let back = free_address();
    let place = place("postfix", back);
    let node = place.up(&[]);
    let shown = show(&place, "postfix", &["--with-secrets"]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""), "{}", shown.text());
    let server = Postfix::start().unwrap();
    let before = server.services().unwrap();
    let system = WithScript { server, script: shown.text() };
    system.switch("prepare");
    system.switch("prepare");
    system.switch("on");
    system.switch("on");
    goes_round(&place, &node, &system);
    system.switch("remove");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&system.server.services().unwrap()), words(&before), "nothing of it stays");
}

#[test]
fn a_way_back_by_port_25_is_one_restriction_that_goes_again() {
    let place = place("postfix", SocketAddr::from((Ipv4Addr::LOCALHOST, 25)));
    let file = place.directory.path().join("signpost.toml").display().to_string();
    let script = show(&place, "postfix", &["--config", &file]).text();
    let server = Postfix::start().unwrap();
    let relay = || server.administer("postconf -h smtpd_relay_restrictions", "").unwrap();
    let before = relay();
    server.administer(&script, "prepare").unwrap();
    server.administer(&script, "prepare").unwrap();
    let during = relay();
    assert!(
        during.starts_with("check_client_access cidr:") && during.trim_end().ends_with(before.trim_end()),
        "{during}"
    );
    assert_eq!(during.matches("signpost_sources").count(), 1, "once");
    server.administer(&script, "remove").unwrap();
    assert_eq!(relay(), before);
}

#[test]
fn a_real_exim_set_up_with_the_printed_script_gets_its_mail_back_stamped_once() {
    let server = EximServer::start().unwrap();
    let place = place("exim", server.address());
    let node = place.up(&[]);
    let shown = show(&place, "exim", &["--with-secrets"]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""), "{}", shown.text());
    server.administer(&shown.text(), "prepare").unwrap();
    server.administer(&shown.text(), "prepare").unwrap();
    let server = server.restart().unwrap();
    let system = WithScript { server, script: shown.text() };
    system.switch("on");
    goes_round(&place, &node, &system);
    system.switch("remove");
    let server = system.server.restart().unwrap();
    assert!(smtplib(server.address(), ANNA, PLAIN).unwrap().taken);
    assert_eq!(server.wait_for(5, WAIT).unwrap(), 5, "{}", server.log());
}

#[test]
fn instructions_need_no_running_node_and_hide_secrets() {
    let place = place("m365", SocketAddr::from((Ipv4Addr::LOCALHOST, 9)));
    let file = place.directory.path().join("signpost.toml").display().to_string();
    for system in ["m365", "google", "postfix", "exim", "exchange"] {
        let shown = show(&place, system, &["--config", &file]);
        assert!(shown.code == 0 && shown.text().contains("acme"), "{system}: {}{}", shown.text(), shown.err);
        assert!(!shown.text().contains(SECRET), "{system}");
        let shown = show(&place, system, &["--config", &file, "--with-secrets"]);
        assert!(shown.code == 0 && shown.text().contains(SECRET), "{system}: {}", shown.err);
    }
    let shown = show(&place, "m365", &["--config", &file, "--listener", "us-in"]);
    assert!(shown.code == 1 && shown.err.contains("eu-in"), "{}", shown.err);
    let shown = place.command(&["connector", "show", "m365", "--tenant", "acne", "--config", &file]);
    assert!(shown.code == 1 && shown.err.contains("did you mean acme?"), "{}", shown.err);
    let shown = show(&place, "m365", &[]);
    assert!(shown.code == 1 && shown.err.contains("--config"), "{}", shown.err);
}

#[test]
fn the_doctor_compares_a_readback_and_ends_with_what_it_found() {
    let place = place("m365", SocketAddr::from((Ipv4Addr::LOCALHOST, 9)));
    place.edit(
        "signpost.toml",
        "hostname            = \"127.0.0.1\"",
        "hostname            = \"in.eu.relay.example\"",
    );
    let file = place.directory.path().join("signpost.toml").display().to_string();
    let right = std::fs::read_to_string(repository("pure/setup/tests/readback/right.json")).unwrap();
    let ours = setup_hash(SECRET);
    let right = right
        .replace(&setup_hash("0123456789abcdef0123456789abcdef"), &ours)
        .replace("DomainValidation", "EncryptionOnly");
    let path = place.directory.path().join("readback.json");
    let doctor = |text: &str, options: &[&str]| {
        std::fs::write(&path, text).unwrap();
        let name = path.display().to_string();
        place.command(&[&["doctor", "--m365", &name, "--config", &file], options].concat())
    };
    // The example has no client certificate, so the connector has to know our addresses.
    let right =
        right.replace("\"SenderIPAddresses\": []", "\"SenderIPAddresses\": [\"127.0.1.1\", \"127.0.1.2\"]");
    let good = doctor(&right, &[]);
    assert_eq!(good.code, 0, "{}{}", good.text(), good.err);
    let bad = doctor(
        &right.replace("\"127.0.1.2\"\n  ],\n  \"IPBlockList\"", "\"127.0.1.9\"\n  ],\n  \"IPBlockList\""),
        &[],
    );
    assert_eq!(bad.code, 1, "{}", bad.text());
    let wanted = "Set-HostedConnectionFilterPolicy -Identity Default -IPAllowList @{ Add = '127.0.1.2' }";
    assert!(bad.text().contains(wanted) && bad.err.contains("1 of"), "{}{}", bad.text(), bad.err);
    let told = doctor(&right.replace("\"State\": \"Enabled\"", "\"State\": \"Disabled\""), &["--json"]);
    let findings: serde_json::Value = serde_json::from_str(&told.text()).unwrap();
    let bad = findings.as_array().unwrap().iter().filter(|one| one["state"] == "fail");
    let bad: Vec<&str> = bad.map(|one| one["check"].as_str().unwrap()).collect();
    assert_eq!(bad, ["route_rule.state", "reply_rule.state"]);
    assert!(doctor("nonsense", &[]).err.contains("it is not JSON"));
}

fn setup_hash(value: &str) -> String {
    let sums = crate::support::output(&mut std::process::Command::new("sha256sum"), value.as_bytes());
    sums.text().split(' ').next().unwrap().to_owned()
}

/// The states of one check, by subject.
fn states(told: &Output, check: &str) -> Vec<String> {
    let looked: serde_json::Value =
        serde_json::from_str(&told.text()).unwrap_or_else(|_| panic!("{}{}", told.text(), told.err));
    let of_check = looked.as_array().unwrap().iter().filter(|one| one["check"] == check);
    of_check.map(|one| one["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_at_names_ports_lists_and_records() {
    let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let dns = playground.dns();
    let address = |text: &str| Answer::Address(text.parse().unwrap());
    dns.add("eu-1.relay.example", address("127.0.1.1"));
    dns.add("eu-2.relay.example", address("127.0.1.9"));
    dns.add("eu-3.relay.example", address("192.0.2.3"));
    dns.add("eu-4.relay.example", address("192.0.2.9"));
    dns.add("in.eu.relay.example", address("127.0.0.1"));
    dns.add("3.2.0.192.in-addr.arpa", Answer::Pointer("EU-3.relay.example".to_owned()));
    dns.add("4.2.0.192.in-addr.arpa", Answer::Pointer("pool-7.provider.example".to_owned()));
    dns.remove("acme.test");
    dns.add("acme.test", Answer::Text("v=spf1 include:_spf.acme.test -all".to_owned()));
    dns.add("_spf.acme.test", Answer::Text("v=spf1 ip4:127.0.1.1 ip4:192.0.2.0/28 -all".to_owned()));
    dns.remove("acme.example");
    dns.add("acme.example", Answer::Text("v=spf1 ip4:127.0.0.0/8 ip4:192.0.2.0/24 -all".to_owned()));
    dns.list(Ipv4Addr::new(127, 0, 1, 2), Ipv4Addr::new(127, 0, 0, 3));
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    let spare = |name: &str, octet: u8| {
        format!(
            "[[source]]\nname = \"{name}\"\naddress = \"192.0.2.{octet}\"\nehlo = \"{name}.relay.example\"\n\n"
        )
    };
    place.edit("signpost.toml", "[resolver]", &format!("{}{}[resolver]", spare("eu-3", 3), spare("eu-4", 4)));
    tokio::task::block_in_place(|| {
        let node = place.up(&[]);
        let told = place.command(&["doctor", "--json"]);
        assert_eq!(told.code, 1, "{}", told.err);
        assert_eq!(states(&told, "resolver"), ["ok"]);
        assert_eq!(
            states(&told, "source_address"),
            ["ok", "ok", "fail", "fail"],
            "the last two are not this machine's"
        );
        assert_eq!(
            states(&told, "source_ehlo"),
            ["ok", "unknown", "ok", "fail"],
            "a loopback address may be translated"
        );
        assert_eq!(states(&told, "source_reverse"), ["unknown", "unknown", "ok", "warn"], "{}", told.text());
        assert_eq!(states(&told, "listener_name"), ["ok"]);
        assert_eq!(states(&told, "listener"), ["ok"]);
        assert_eq!(states(&told, "next_hop"), ["ok", "ok", "fail", "fail"]);
        assert_eq!(states(&told, "spf"), ["ok", "fail"], "{}", told.text());
        assert!(
            told.text().contains("put ip4:127.0.1.2 into the TXT record of acme.test"),
            "{}",
            told.text()
        );
        assert_eq!(states(&told, "dnsbl"), ["ok", "ok"]);
        assert_eq!(states(&told, "listing"), ["ok", "fail", "ok", "ok", "ok", "ok", "ok", "ok"]);
        assert_eq!(states(&told, "disk_space").len(), 1);
        dns.set_mood("bl.spamcop.net", Mood::Empty);
        dns.list(Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 255, 255, 254));
        let told = place.command(&["doctor"]);
        assert!(told.text().contains("it is asked through a public resolver"), "{}", told.text());
        assert!(told.text().contains("it is empty or not there"), "{}", told.text());
        dns.set_failing(true);
        let told = place.command(&["doctor", "--json"]);
        assert_eq!(states(&told, "resolver"), ["fail"]);
        for check in ["spf", "source_ehlo", "source_reverse", "dnsbl"] {
            assert!(states(&told, check).iter().all(|state| state == "unknown"), "{check}: {}", told.text());
        }
        assert!(node.stop().success(), "{}", place.log());
        let file = place.directory.path().join("signpost.toml").display().to_string();
        let told = place.command(&["doctor", "--json", "--config", &file]);
        assert_eq!(states(&told, "listener"), ["unknown"], "nobody runs");
    });
    playground.stop().await;
}

#[test]
fn the_doctor_knows_a_playground_by_its_node() {
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    let place = Place::new(nobody, nobody);
    let node = place.up(&["--playground"]);
    let told = place.command(&["doctor", "--json"]);
    for (check, wanted) in
        [("resolver", 1), ("listener_name", 1), ("listener", 1), ("source_ehlo", 2), ("spf", 2)]
    {
        assert_eq!(states(&told, check), vec!["ok"; wanted], "{check}: {}", told.text());
    }
    let shown = show(&place, "m365", &[]);
    assert!(
        shown.text().contains("'acme.relay.example'"),
        "the published tenant has a certificate: {}",
        shown.err
    );
    assert!(node.stop().success(), "{}", place.log());
}
