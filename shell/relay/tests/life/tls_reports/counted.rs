//! Every kind of result that can be produced on loopback is in the counts of the day.

use super::hosts::{Hosts, Shows, Web};
use super::wishes;
use crate::node::{KIM, Node, WAIT, Wishes, plain};
use model::Duration;
use playground::dns::Answer;
use playground::peers::SignedZones;
use relay::{DaneConfig, MtaStsConfig, PolicyConfig};
use std::fmt::Write as _;

/// Domains want reports; who wants none is forgotten.
fn ask_for_reports(node: &Node, domain: &str) {
    let record = Answer::Text("v=TLSRPTv1; rua=mailto:reports@customer.example".to_owned());
    node.playground.dns().add(&format!("_smtp._tls.{domain}"), record);
}

/// What was counted of a domain, as `type [lines] well/failed result...`.
async fn counted(node: &Node, domain: &str) -> Vec<String> {
    let shown = node.relay.operator().tls_reports(Some(domain)).await.unwrap();
    let mut lines = Vec::new();
    for (policy, tally) in shown.iter().flat_map(|one| one.policies.policies()) {
        let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let kind = word(serde_json::to_value(policy.kind).unwrap());
        let mut line = format!("{kind} {}/{}", tally.successes, tally.failed());
        for (fault, _) in tally.failures.keys() {
            let _infallible = write!(line, " {}", word(serde_json::to_value(fault.result).unwrap()));
        }
        lines.push(line);
    }
    lines
}

async fn waits_for(node: &Node, domain: &str, line: &str) {
    let waited = tokio::time::timeout(WAIT, async {
        while counted(node, domain).await != [line] {
            tokio::task::yield_now().await;
        }
    });
    if waited.await.is_err() {
        panic!("{domain}: {line} is not {:?}\n{:#?}", counted(node, domain).await, node.queue());
    }
}

fn testing(host: &str) -> String {
    format!("version: STSv1\nmode: testing\nmax_age: 604800\nmx: {host}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_in_testing_refuses_nothing_and_every_failure_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut hosts, mut web) = (Hosts::begin().await, Web::bind().await);
    let mta_sts = Some(MtaStsConfig { folder: None, port: web.port });
    let policies = PolicyConfig { mta_sts, ..PolicyConfig::default() };
    let node =
        Node::start(Wishes { exchanger_port: Some(hosts.port), policies, ..wishes(folder.path()) }).await;
    let rows = [
        ("good.example", Shows::Good, "sts 1/0"),
        ("expired.example", Shows::Expired, "sts 0/1 certificate-expired"),
        ("name.example", Shows::OtherName, "sts 0/1 certificate-host-mismatch"),
        ("self.example", Shows::SelfSigned, "sts 0/1 certificate-not-trusted"),
        ("plain.example", Shows::Nothing, "sts 0/1 starttls-not-supported"),
        ("nonsense.example", Shows::Nonsense, "sts 0/1 validation-failure"),
        ("unnamed.example", Shows::Good, "sts 0/1 validation-failure"),
        ("nopolicy.example", Shows::SelfSigned, "no-policy-found 1/0"),
        ("unfetched.example", Shows::Good, "sts 0/1 sts-policy-fetch-error"),
        ("invalid.example", Shows::Good, "sts 0/1 sts-policy-invalid"),
        ("webpki.example", Shows::Good, "sts 0/1 sts-webpki-invalid"),
    ];
    let mut names = Vec::new();
    for (number, (domain, shows, _)) in (1..).zip(rows) {
        ask_for_reports(&node, domain);
        hosts.serve(&node, number, domain, shows).await;
        match domain {
            "nopolicy.example" => {}
            "unnamed.example" => web.announce(&node, domain, &testing("mx.elsewhere.example")),
            "invalid.example" => web.announce(&node, domain, "version: STSv1\nmode: perhaps\n"),
            _ => web.announce(&node, domain, &testing(&format!("mx.{domain}"))),
        }
        if domain != "webpki.example" {
            names.push(format!("mta-sts.{domain}"));
        }
    }
    node.playground.dns().remove("mta-sts.unfetched.example");
    web.serve(&node, &names.iter().map(String::as_str).collect::<Vec<_>>());
    // One more that wants no reports.
    hosts.serve(&node, 200, "silent.example", Shows::Good).await;
    for (domain, ..) in rows.into_iter().chain([("silent.example", Shows::Good, "")]) {
        node.send(&[&format!("kim@{domain}")], &plain(domain, "to whoever answers")).await;
    }
    let delivered = async || {
        while node.metrics.delivered.get() < rows.len() as u64 + 1 {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(WAIT, delivered()).await;
    assert!(waited.is_ok(), "nobody is kept waiting: {:#?}", node.queue());
    for (domain, _, line) in rows {
        waits_for(&node, domain, line).await;
    }
    let silent = async || node.relay.operator().tls_reports(Some("silent.example")).await.unwrap();
    let forgotten = tokio::time::timeout(WAIT, async {
        while silent().await.iter().any(|one| one.wanted != Some(false) || one.successes > 0) {
            tokio::task::yield_now().await;
        }
    });
    assert!(forgotten.await.is_ok(), "{:?}", silent().await);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_enforced_counts_for_mail_that_waits_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let (mut hosts, mut web) = (Hosts::begin().await, Web::bind().await);
    let mta_sts = Some(MtaStsConfig { folder: None, port: web.port });
    let policies = PolicyConfig { mta_sts, ..PolicyConfig::default() };
    let retry = vec![Duration::from_secs(3_600)];
    let wishes = Wishes { exchanger_port: Some(hosts.port), policies, retry, ..wishes(folder.path()) };
    let node = Node::start(wishes).await;
    let rows = [
        ("good.example", Shows::Good, "sts 1/0"),
        ("plain.example", Shows::Nothing, "sts 0/1 starttls-not-supported"),
        ("expired.example", Shows::Expired, "sts 0/1 certificate-expired"),
        ("unnamed.example", Shows::Good, "sts 0/1 validation-failure"),
    ];
    let names = rows.map(|(domain, ..)| format!("mta-sts.{domain}"));
    for (number, (domain, shows, _)) in (1..).zip(rows) {
        ask_for_reports(&node, domain);
        hosts.serve(&node, number, domain, shows).await;
        let host = if domain == "unnamed.example" { "mx.elsewhere.example" } else { &format!("mx.{domain}") };
        web.announce(&node, domain, &testing(host).replace("testing", "enforce"));
    }
    web.serve(&node, &names.each_ref().map(String::as_str));
    for (domain, ..) in rows {
        node.send(&[&format!("kim@{domain}")], &plain(domain, "to who proves it")).await;
    }
    for (domain, _, line) in rows {
        waits_for(&node, domain, line).await;
    }
    node.wait_for_queue(|queue| queue.len() == 3).await;
    assert_eq!(node.metrics.delivered.get(), 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dane_is_counted_by_its_records() {
    const DOMAIN: &str = "customer.example";
    const PROVEN: &str = "acme-example.mail.protection.outlook.com";
    let folder = tempfile::tempdir().unwrap();
    let zones = SignedZones::start().unwrap();
    let dane =
        Some(DaneConfig { servers: vec![zones.resolver()], timeout: Duration::from_secs(5), always: false });
    let retry = vec![Duration::from_millis(300)];
    let policies = PolicyConfig { dane, ..PolicyConfig::default() };
    let node = Node::start(Wishes { policies, retry, ..wishes(folder.path()) }).await;
    ask_for_reports(&node, DOMAIN);
    let dns = node.playground.dns();
    dns.remove(DOMAIN);
    dns.add(DOMAIN, Answer::Mx { preference: 10, host: PROVEN.to_owned() });
    let address = node.playground.exchange_address();
    let zone = |record: &str| {
        let port = address.port();
        format!("{PROVEN}. A {}\n_{port}._tcp.{PROVEN}. TLSA {record}\n", address.ip())
    };
    let has = async |line: &str| {
        let waited = tokio::time::timeout(WAIT, async {
            while !counted(&node, DOMAIN).await.iter().any(|counted| counted.ends_with(line)) {
                tokio::task::yield_now().await;
            }
        });
        assert!(waited.await.is_ok(), "{line}: {:?}", counted(&node, DOMAIN).await);
    };
    zones.serve(&zone(&format!("3 1 1 {}", "ab".repeat(32))), "").unwrap();
    node.send(&[KIM], &plain("pinned", "for you alone")).await;
    has("certificate-not-trusted").await;
    let authority = node.playground.ca_certificate_der().iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    });
    zones.serve(&zone(&format!("2 0 0 {authority}")), "").unwrap();
    node.wait(|figures| figures.delivered == 1).await;
    has("tlsa 1/0").await;
    node.wait_for_queue(<[_]>::is_empty).await;
    zones.serve(&zone(&format!("1 1 1 {}", "ab".repeat(32))), "").unwrap();
    let node = node.restart().await;
    node.send(&[KIM], &plain("unusable", "encrypted at least")).await;
    node.wait(|figures| figures.delivered == 2).await;
    let counted = async || counted(&node, DOMAIN).await;
    let waited = tokio::time::timeout(WAIT, async {
        while !counted().await.iter().any(|line| line == "tlsa 0/1 tlsa-invalid") {
            tokio::task::yield_now().await;
        }
    });
    assert!(waited.await.is_ok(), "{:?}", counted().await);
    assert!(
        counted().await.iter().any(|line| line == "tlsa 1/0"),
        "kept over the restart: {:?}",
        counted().await
    );
    node.stop().await;
}
