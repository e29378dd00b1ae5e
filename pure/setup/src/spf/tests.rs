//! Records as tables: what an address gets, and what is asked on the way.

use super::{Answer, Question, Step, Verdict, evaluate};
use std::collections::BTreeMap;

/// A world of records: `name TYPE value`, one a line.
fn world(zone: &str) -> BTreeMap<Question, Answer> {
    let mut known = BTreeMap::new();
    for line in zone.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.splitn(3, ' ');
        let (name, kind, value) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or(""));
        let name = name.to_owned();
        let list = || value.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (question, answer) = match kind {
            "TXT" => (Question::Texts(name), Answer::Texts(value.split(" | ").map(str::to_owned).collect())),
            "A" => {
                let addresses = list().iter().map(|address| address.parse().unwrap()).collect();
                (Question::Addresses(name), Answer::Addresses(addresses))
            }
            "MX" => (Question::Exchangers(name), Answer::Exchangers(list())),
            "FAIL" => (Question::Texts(name), Answer::Failed(value.to_owned())),
            other => panic!("{other}"),
        };
        known.insert(question, answer);
    }
    known
}

/// Evaluates with every other name absent.
fn judged(zone: &str, address: &str) -> (Verdict, usize) {
    let mut known = world(zone);
    loop {
        match evaluate("acme.example", address.parse().unwrap(), &known) {
            Step::Ask(question) => assert!(known.insert(question, Answer::Absent).is_none(), "asked twice"),
            Step::Done { verdict, lookups } => return (verdict, lookups),
        }
    }
}

fn check(zone: &str, address: &str, wanted: &Verdict) {
    assert_eq!(&judged(zone, address).0, wanted, "{zone}");
}

fn pass(by: &str) -> Verdict {
    Verdict::Pass { by: by.to_owned() }
}

fn not(by: &str) -> Verdict {
    Verdict::NotIncluded { by: by.to_owned() }
}

#[test]
fn addresses_networks_and_hosts_let_an_address_send() {
    let zone = "acme.example TXT v=spf1 ip4:192.0.2.1 ip4:198.51.100.0/24 ip6:2001:db8::/32 a mx:mail.example/24 a:out.example -all
        acme.example A 203.0.113.1
        mail.example MX mx1.mail.example mx2.mail.example
        mx1.mail.example A 203.0.113.129
        mx2.mail.example A 10.9.8.7";
    check(zone, "192.0.2.1", &pass("ip4:192.0.2.1"));
    check(zone, "198.51.100.77", &pass("ip4:198.51.100.0/24"));
    check(zone, "2001:db8::25", &pass("ip6:2001:db8::/32"));
    check(zone, "203.0.113.1", &pass("a"));
    check(zone, "203.0.113.200", &pass("mx:mail.example/24"));
    check(zone, "10.9.8.200", &pass("mx:mail.example/24"));
    check(zone, "192.0.2.2", &not("-all"));
}

#[test]
fn includes_and_redirects_are_followed() {
    let zone = "acme.example TXT v=spf1 include:_spf.relay.example redirect=rest.example
        _spf.relay.example TXT google-site | v=spf1 ip4:192.0.2.0/28 -all
        rest.example TXT v=spf1 ip4:203.0.113.5 ~all";
    check(zone, "192.0.2.7", &pass("include:_spf.relay.example"));
    check(zone, "203.0.113.5", &pass("ip4:203.0.113.5"));
    check(zone, "203.0.113.6", &not("~all"));
    check("acme.example TXT v=spf1 ?ip4:192.0.2.1 -all", "192.0.2.1", &not("?ip4:192.0.2.1"));
    check("acme.example TXT v=spf1", "192.0.2.1", &not("the end of the record"));
    check("acme.example TXT v=spf10 all", "192.0.2.1", &Verdict::NoRecord);
    check("", "192.0.2.1", &Verdict::NoRecord);
}

#[test]
fn what_depends_on_macros_is_unknown_unless_the_address_is_named_all_the_same() {
    let macros =
        "acme.example TXT v=spf1 exists:%{i}._spf.acme.example include:%{d}.example ip4:192.0.2.1 -all";
    check(macros, "192.0.2.1", &pass("ip4:192.0.2.1"));
    let (verdict, lookups) = judged(macros, "192.0.2.2");
    assert!(matches!(&verdict, Verdict::Unknown(why) if why.contains("exists:")), "{verdict:?}");
    assert_eq!(lookups, 2);
}

#[test]
fn records_that_receivers_cannot_use_are_broken() {
    let broken = |zone: &str, wanted: &str| {
        let (verdict, _) = judged(zone, "192.0.2.1");
        assert!(matches!(&verdict, Verdict::Broken(why) if why.contains(wanted)), "{zone}: {verdict:?}");
    };
    broken("acme.example TXT v=spf1 -all | v=spf1 +all", "more than one");
    broken("acme.example TXT v=spf1 ipv4:192.0.2.1 -all", "no mechanism");
    broken("acme.example TXT v=spf1 ip4:192.0.2.300 -all", "no address");
    broken("acme.example TXT v=spf1 include: -all", "no address");
    broken("acme.example TXT v=spf1 include:nobody.example -all", "has no record");
    broken("acme.example TXT v=spf1 redirect=a.example redirect=b.example", "twice");
    broken("acme.example TXT v=spf1 a:x1.example a:x2.example a:x3.example -all", "find nothing");
    broken("acme.example TXT v=spf1 include:acme.example -all", "look-ups");
    let eleven = (1..=11).map(|n| format!(" a:h{n}.example")).collect::<String>();
    let hosts = (1..=11).map(|n| format!("\nh{n}.example A 10.0.0.{n}")).collect::<String>();
    broken(&format!("acme.example TXT v=spf1{eleven} -all{hosts}"), "more than 10 look-ups");
    let ten = (1..=10).map(|n| format!(" a:h{n}.example")).collect::<String>();
    assert_eq!(judged(&format!("acme.example TXT v=spf1{ten} -all{hosts}"), "192.0.2.1"), (not("-all"), 10));
}

#[test]
fn a_silent_name_server_is_told_apart_from_a_missing_record() {
    check("acme.example FAIL no answer", "192.0.2.1", &Verdict::Unanswered("no answer".to_owned()));
}

/// Seed of the texts.
const SEED: u64 = 0x5bf_0001;

#[test]
fn any_text_ends_and_asks_for_each_thing_once() {
    let pieces = [
        "v=spf1",
        "a",
        "mx",
        "include:",
        "redirect=",
        "ip4:",
        "/24",
        "//",
        "%{i}",
        " ",
        " ",
        "x.example",
        "-",
        "all",
        "::",
        "\u{fc}",
        "exists:",
    ];
    let mut state = SEED;
    for round in 0..2_000 {
        let mut text = "v=spf1 ".to_owned();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        let (_, lookups) = judged(&format!("acme.example TXT {text}"), "192.0.2.1");
        assert!(lookups <= super::LOOKUPS_MAX + 1, "seed {SEED:#x}, round {round}: {text}");
    }
}
