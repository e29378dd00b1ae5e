//! Certificates of a running node as a client sees them: issued, replaced, refused and watched, without a restart.
//!
//! The client is Python's smtplib, which shares nothing with us.

use crate::support::{Node, Place};
use model::{Duration, Timestamp};
use net::Clock;
use net::tls::{self, Facts};
use playground::dns::Answer;
use playground::peers::{Pebble, PebbleConfig};
use playground::{Playground, PlaygroundConfig};
use rustls_pki_types::CertificateDer;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const HOSTNAME: &str = "in.eu.relay.example";
const DAY: Duration = Duration::from_secs(86_400);
/// Says EHLO, STARTTLS, EHLO; tells the certificate; answers each line with the reply to NOOP.
const CLIENT: &str = "
import smtplib, ssl, sys
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
session = smtplib.SMTP(sys.argv[1], int(sys.argv[2]), timeout=60)
session._host = sys.argv[3]
session.starttls(context=context)
session.ehlo()
print(session.sock.getpeercert(True).hex(), flush=True)
for line in sys.stdin:
    print(session.noop()[0], flush=True)
";

/// One session over TLS.
struct Session {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    facts: Facts,
}

impl Session {
    fn open(address: SocketAddr, hostname: &str) -> Self {
        let mut child = Command::new("python3")
            .args(["-c", CLIENT, &address.ip().to_string(), &address.port().to_string(), hostname])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is missing: run `cargo run -p playground --bin install-peers` as root");
        let to = child.stdin.take().unwrap();
        let mut from = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        let bytes: Option<Vec<u8>> = line
            .trim()
            .as_bytes()
            .chunks(2)
            .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
            .collect();
        let facts = Facts::of(&CertificateDer::from(bytes.unwrap()), "shown").unwrap();
        Self { child, to, from, facts }
    }

    fn noop(&mut self) -> String {
        writeln!(self.to).unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _dead = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn seen(node: &Node) -> Facts {
    Session::open(node.smtp, HOSTNAME).facts.clone()
}

fn now() -> Timestamp {
    Clock::start(1).now()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A place whose listener has a certificate of the operator's, from now for `life`.
fn with_files(playground: &Playground, life: Duration) -> Place {
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    place.edit("signpost.toml", "certificate         = \"\"", "certificate         = \"in.pem\"");
    place.edit("signpost.toml", "key                 = \"\"", "key                 = \"in.key\"");
    put(&place, life);
    place
}

fn put(place: &Place, life: Duration) {
    let made = tls::self_signed(HOSTNAME, now() - DAY, now() + life).unwrap();
    std::fs::write(place.directory.path().join("in.pem"), made.chain).unwrap();
    std::fs::write(place.directory.path().join("in.key"), made.key).unwrap();
}

#[test]
fn a_certificate_is_issued_to_a_running_node_and_sessions_under_way_go_on() {
    let runtime = runtime();
    let playground = runtime.block_on(Playground::start(PlaygroundConfig::example())).unwrap();
    playground.dns().add(HOSTNAME, Answer::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let challenge = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Its answers wait for this: the first sessions are to see the self-signed one.
    playground.dns().set_failing(true);
    let config = PebbleConfig {
        name_server: playground.dns_address(),
        http_port: challenge.port(),
        nonces_rejected: 10,
        validity: 90 * DAY,
    };
    let pebble = Pebble::start(config, playground.authority()).unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    std::fs::write(place.directory.path().join("root.pem"), playground.ca_certificate_pem()).unwrap();
    place.edit("signpost.toml", "certificate         = \"\"", "certificate         = \"acme\"");
    let acme = format!(
        "[acme]\ndirectory = \"{}\"\nterms_agreed = true\nchallenge_address = \"{challenge}\"\nroot = \"root.pem\"\n\n[resolver]",
        pebble.directory()
    );
    place.edit("signpost.toml", "[resolver]", &acme);
    let node = place.up(&["--time-scale", "60"]);
    let early = Session::open(node.smtp, HOSTNAME);
    assert_eq!(early.facts.issuer, HOSTNAME, "a start waits for no authority");
    playground.dns().set_failing(false);
    let early = std::cell::RefCell::new(early);
    place.wait("no certificate was issued", || {
        let is_issued = seen(&node).issuer.starts_with("Pebble");
        assert_eq!(early.borrow_mut().noop(), "250", "a session under way is not disturbed");
        is_issued
    });
    let listed = place.command(&["certificate", "ls"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    for part in ["listener eu-in", HOSTNAME, "Pebble Intermediate CA", "acme"] {
        assert!(listed.text().contains(part), "{part} is not in\n{}", listed.text());
    }
    assert!(node.stop().success());
}

#[test]
fn an_end_that_comes_near_is_told_ahead_and_over_when_the_pair_is_replaced() {
    let playground = runtime().block_on(Playground::start(PlaygroundConfig::example())).unwrap();
    let place = with_files(&playground, 21 * DAY + Duration::from_secs(300));
    let node = place.up(&["--time-scale", "600"]);
    place.wait("the end was not told", || node.figure("signpost_certificates_ending") == 1);
    let told = "the certificate of the listener eu-in expires in 20 days";
    place.wait("no alarm", || place.log().contains(told));
    assert!(place.log().contains("the operator replaces"), "{}", place.log());
    place.wait("/readyz does not warn", || node.get("/readyz").contains(told));
    let label = "signpost_certificate_expires_timestamp_seconds{certificate=\"listener eu-in\"}";
    let first = node.figure(label);
    put(&place, 90 * DAY);
    place.wait("the new pair was not read", || node.figure("signpost_certificates_ending") == 0);
    assert!(node.figure(label) >= first + 60 * 86_400);
    assert!(!node.get("/readyz").contains("expires"));
    assert!(node.stop().success());
}

#[test]
fn a_broken_pair_is_refused_with_an_alarm_and_the_old_one_stays() {
    let playground = runtime().block_on(Playground::start(PlaygroundConfig::example())).unwrap();
    let place = with_files(&playground, 90 * DAY);
    let node = place.up(&[]);
    let first = seen(&node);
    let alarms = node.figure("signpost_alarms_total");
    let other = tls::self_signed(HOSTNAME, now(), now() + 90 * DAY).unwrap();
    std::fs::write(place.directory.path().join("in.key"), other.key).unwrap();
    node.signal("-HUP");
    let told = "do not fit together";
    // Other things may alarm meanwhile: the block lists have no name server here.
    place.wait("no alarm", || place.log().contains(told) && node.figure("signpost_alarms_total") > alarms);
    assert!(place.log().contains(told) && node.get("/readyz").contains(told), "{}", place.log());
    assert_eq!(seen(&node), first);
    let listed = place.command(&["certificate", "ls", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.text()).unwrap();
    assert_eq!((&listed[0]["source"], &listed[0]["days_left"]), (&"file".into(), &89.into()));
    assert!(listed[0]["troubles"][0].as_str().unwrap().contains("in.key"), "{listed}");
    std::fs::write(place.directory.path().join("in.pem"), other.chain).unwrap();
    node.signal("-HUP");
    place.wait("the mended pair was not read", || seen(&node) != first);
    assert!(!node.get("/readyz").contains(told));
    assert!(node.stop().success());
}

#[test]
fn clients_that_ask_for_another_name_see_its_certificate() {
    let playground = runtime().block_on(Playground::start(PlaygroundConfig::example())).unwrap();
    let place = with_files(&playground, 90 * DAY);
    let also = "[[listener.also]]\nhostname = \"second.relay.example\"\n\n[[source]] # one egress address";
    place.edit("signpost.toml", "[[source]]                        # one egress address", also);
    let node = place.up(&[]);
    let shown = |name: &str| Session::open(node.smtp, name).facts.names.clone();
    assert_eq!(shown("second.relay.example"), ["second.relay.example"]);
    assert_eq!(shown("in.eu.relay.example"), [HOSTNAME]);
    assert_eq!(shown("elsewhere.example"), [HOSTNAME]);
    assert!(place.command(&["certificate", "ls"]).text().contains("listener eu-in for second.relay.example"));
    assert!(node.stop().success());
}

#[test]
fn a_tenants_client_certificate_is_watched() {
    let playground = runtime().block_on(Playground::start(PlaygroundConfig::example())).unwrap();
    let place = Place::new(playground.exchange_address(), playground.dns_address());
    let made = tls::self_signed("acme.relay.example", now() - DAY, now() + 5 * DAY).unwrap();
    std::fs::write(place.directory.path().join("acme/relay.pem"), made.joined()).unwrap();
    place.edit("acme/tenant.toml", "certificate = \"\" ", "certificate = \"relay.pem\" ");
    // A listener that demands one of its clients is watched all the same.
    place.edit("signpost.toml", "\"request\"", "\"require\"");
    let node = place.up(&[]);
    place.wait("it was not told", || node.figure("signpost_certificates_ending") == 1);
    let told = "the certificate of the tenant acme expires in 4 days";
    assert!(node.get("/readyz").contains(told), "{}", node.get("/readyz"));
    assert!(place.log().contains("acme has to get a new client certificate"), "{}", place.log());
    for _ in 0..2 {
        let listed = place.command(&["certificate", "ls"]).text();
        assert!(listed.contains("listener eu-in") && !listed.contains("shown none"), "{listed}");
    }
    assert!(node.stop().success());
}
