//! What recipients' domains publish of TLS, over real signed zones and a web host of their own: who does not meet it gets no mail.

use crate::node::{KIM, Node, Wishes, plain};
use model::Duration;
use net::tls::{ClientCertificates, Presenter, server_config};
use playground::dns::Answer;
use playground::peers::SignedZones;
use relay::{DaneConfig, MtaStsConfig, PolicyConfig};
use spool::Event;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

const DOMAIN: &str = "customer.example";
/// The name in the certificate of the fake Exchange.
const PROVEN: &str = "acme-example.mail.protection.outlook.com";
/// The same host under a name that is not.
const OTHER: &str = "other.customer.example";

/// A node that delivers in the hope of TLS, to these exchangers of the recipient's domain.
async fn node(exchangers: &[&str], policies: PolicyConfig) -> Node {
    let edits = vec![
        ("mode        = \"return\"", "mode = \"deliver\""),
        ("tls         = \"verify\"", "tls = \"opportunistic\""),
    ];
    let retry = vec![Duration::from_millis(300)];
    let node = Node::start(Wishes { edits, retry, policies, ..Wishes::default() }).await;
    let dns = node.playground.dns();
    dns.remove(DOMAIN);
    for (preference, host) in (1..).zip(exchangers) {
        dns.add(DOMAIN, Answer::Mx { preference, host: (*host).to_owned() });
    }
    dns.add(OTHER, Answer::Address(node.playground.exchange_address().ip()));
    node
}

/// What the log tells of TLS, once nothing waits any more.
async fn proofs(node: &Node) -> Vec<String> {
    node.wait_for_queue(<[_]>::is_empty).await;
    let tried = node.records().await.into_iter().filter_map(|record| {
        let Event::Tried { tried, .. } = record.event else { return None };
        tried.tls
    });
    tried.collect()
}

async fn waits_for(node: &Node, reason: &str) {
    let waits = |one: &spool::QueueEntry| one.why.as_deref().is_some_and(|why| why.contains(reason));
    node.wait_for_queue(|queue| queue.iter().any(waits)).await;
    assert_eq!((node.playground.figures().arrived, node.metrics.bounced.get()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_waits_while_a_host_is_not_the_one_that_its_signed_records_mean() {
    let zones = SignedZones::start().unwrap();
    let servers = vec![zones.resolver()];
    let dane = Some(DaneConfig { servers, timeout: Duration::from_secs(5), always: false });
    let node = node(&[PROVEN], PolicyConfig { dane, ..PolicyConfig::default() }).await;
    let (address, authority) = (node.playground.exchange_address(), node.playground.ca_certificate_der());
    let zone = |record: &str| {
        let port = address.port();
        format!("{PROVEN}. A {}\n_{port}._tcp.{PROVEN}. TLSA {record}\n", address.ip())
    };
    zones.serve(&zone(&format!("3 1 1 {}", "ab".repeat(32))), "").unwrap();
    node.send(&[KIM], &plain("pinned", "for you alone")).await;
    waits_for(&node, "certificate").await;
    zones.serve(&zone(&format!("2 0 0 {}", hex(&authority))), "").unwrap();
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = node.playground.mailbox().remove(0);
    assert_eq!(arrived.tls.as_ref().unwrap().server_name.as_deref(), Some(PROVEN));
    let proofs = proofs(&node).await;
    assert!(proofs.iter().any(|tls| tls.ends_with("dane by signed TLSA records (DANE)")), "{proofs:?}");
    node.stop().await;
}

/// The web host of the recipient's domain.
struct WebHost {
    listener: TcpListener,
    policies: PolicyConfig,
    folder: tempfile::TempDir,
}

impl WebHost {
    async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.9.9:0").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let port = listener.local_addr().unwrap().port();
        let mta_sts = Some(MtaStsConfig { folder: Some(folder.path().to_owned()), port });
        Self { listener, policies: PolicyConfig { mta_sts, ..PolicyConfig::default() }, folder }
    }

    /// Announces and serves a policy for as long as the tasks live.
    fn serve(self, node: &Node, policy: String) -> (JoinSet<()>, tempfile::TempDir) {
        let dns = node.playground.dns();
        dns.add(&format!("_mta-sts.{DOMAIN}"), Answer::Text("v=STSv1; id=20261126;".to_owned()));
        let name = format!("mta-sts.{DOMAIN}");
        dns.add(&name, Answer::Address(IpAddr::from([127, 0, 9, 9])));
        let issued = node.playground.authority().issue(&[&name]).unwrap();
        let (chain, key) = (issued.certificate_pem.as_bytes(), issued.key_pem.as_bytes());
        let presenter = Presenter::new(&net::tls::identity(chain, key, "web host").unwrap()).unwrap();
        let tls = TlsAcceptor::from(server_config(Arc::new(presenter), ClientCertificates::None).unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let (stream, _) = self.listener.accept().await.unwrap();
                let mut stream = tls.accept(stream).await.unwrap();
                let mut asked = vec![0; 4096];
                let length = stream.read(&mut asked).await.unwrap();
                let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
                assert!(asked.starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\n"), "{asked}");
                let head = format!("Content-Type: text/plain\r\nContent-Length: {}\r\n", policy.len());
                let answer = format!("HTTP/1.1 200 OK\r\n{head}Connection: close\r\n\r\n{policy}");
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        (tasks, self.folder)
    }
}

fn policy(mode: &str, hosts: &[&str]) -> String {
    let mut text = format!("version: STSv1\nmode: {mode}\nmax_age: 604800\n");
    for host in hosts {
        let _infallible = writeln!(text, "mx: {host}");
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enforced_policy_leads_past_the_host_that_cannot_prove_its_name() {
    let web = WebHost::bind().await;
    let node = node(&[OTHER, PROVEN], web.policies.clone()).await;
    let _served = web.serve(&node, policy("enforce", &[OTHER, PROVEN]));
    node.send(&[KIM], &plain("enforced", "to who proves it")).await;
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = node.playground.mailbox().remove(0);
    assert_eq!(arrived.tls.as_ref().unwrap().server_name.as_deref(), Some(PROVEN));
    let proofs = proofs(&node).await;
    let is_told = |tls: &String| tls.ends_with("verify by the domain's MTA-STS policy, which is enforced");
    assert!(proofs.iter().any(is_told), "{proofs:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_holds_over_a_restart_when_its_announcement_is_gone() {
    let web = WebHost::bind().await;
    let node = node(&[OTHER], web.policies.clone()).await;
    let (tasks, _folder) = web.serve(&node, policy("enforce", &["*.elsewhere.example"]));
    node.send(&[KIM], &plain("kept", "not to that host")).await;
    waits_for(&node, "is not named by the MTA-STS policy of customer.example").await;
    drop(tasks);
    node.playground.dns().remove(&format!("_mta-sts.{DOMAIN}"));
    let node = node.restart().await;
    node.send(&[KIM], &plain("later", "nor now")).await;
    node.wait_for_queue(|queue| queue.len() == 2 && queue.iter().all(|one| one.tries > 0)).await;
    waits_for(&node, "is not named by the MTA-STS policy").await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_in_testing_and_one_that_cannot_be_fetched_keep_nobody_waiting() {
    let web = WebHost::bind().await;
    let node = node(&[OTHER], web.policies.clone()).await;
    let (tasks, folder) = web.serve(&node, policy("testing", &["*.elsewhere.example"]));
    node.send(&[KIM], &plain("testing", "all the same")).await;
    node.wait(|figures| figures.delivered == 1).await;
    drop((tasks, folder));
    let dns = node.playground.dns();
    dns.remove(&format!("_mta-sts.{DOMAIN}"));
    dns.add(&format!("_mta-sts.{DOMAIN}"), Answer::Text("v=STSv1; id=20261127;".to_owned()));
    node.send(&[KIM], &plain("unfetched", "all the same")).await;
    node.wait(|figures| figures.delivered == 2).await;
    node.stop().await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_who_waives_tls_gets_past_a_policy_that_the_host_does_not_meet() {
    let web = WebHost::bind().await;
    let node = node(&[OTHER], web.policies.clone()).await;
    let _served = web.serve(&node, policy("enforce", &[PROVEN]));
    node.send(&[KIM], &plain("kept", "only to who proves it")).await;
    waits_for(&node, "not named by the MTA-STS policy").await;
    let waiver = [b"TLS-Required: No\r\n".as_slice(), &plain("waived", "lunch at noon")].concat();
    node.send(&[KIM], &waiver).await;
    node.wait(|figures| figures.delivered == 1).await;
    assert!(crate::node::text(&node.playground.mailbox()[0]).contains("lunch at noon"));
    node.wait_for_queue(|queue| queue.len() == 1 && !queue[0].header.waives_tls).await;
    node.stop().await;
}
