//! Forged mail through Microsoft's own addresses and under Microsoft's own certificate, as in the year of EchoSpoofing: each way is refused,
//! counted and alarmed, and the genuine mail beside it goes through.

use crate::client::Client;
use crate::node::{ANNA, Node, Wishes};
use model::Figure;

const SECRET: &str = "a-secret-of-the-test";
const ID: &str = "7c1a2f60-0000-4000-8000-0000000acae1";
const RIVAL_ID: &str = "11111111-2222-4333-8444-555555555555";
const CONSUMERS_ID: &str = "84df9e7f-e9f6-40af-b435-aaaaaaaaaaaa";
const RIVAL_SECRET: &str = "a-secret-of-the-rival";

/// The second tenant behind the same addresses.
const RIVAL: &str = r#"
name = "rival"
domains = ["rival.example"]
region = "eu"
[connector]
kind = "m365"
m365_tenants = ["11111111-2222-4333-8444-555555555555"]
secret_header = { name = "X-Signpost-Key", values = ["env:RIVAL_KEY"] }
networks = ["127.0.0.0/8"]
require = ["network", "domain", "certificate", "from", "tenant_id", "originator_org", "secret"]
[egress]
smart_host = "127.0.0.1:9"
"#;

async fn node() -> Node {
    let all =
        "[\"network\", \"domain\", \"certificate\", \"from\", \"tenant_id\", \"originator_org\", \"secret\"]";
    let node =
        Node::start(Wishes { edits: vec![("[\"network\", \"domain\"]", all)], ..Wishes::default() }).await;
    node.publish_settings(RIVAL, RIVAL_SECRET);
    node
}

/// Header fields of one message.
#[derive(Clone)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// What Exchange Online and the transport rule of acme put in, and Anna's own.
    fn genuine() -> Self {
        Self::of("acme.example", ID, SECRET, &format!("Anna Berg <{ANNA}>"))
    }

    fn of(organisation: &str, id: &str, secret: &str, from: &str) -> Self {
        Self(vec![
            ("X-OriginatorOrg", organisation.to_owned()),
            ("X-MS-Exchange-CrossTenant-Id", id.to_owned()),
            ("X-Signpost-Key", secret.to_owned()),
            ("From", from.to_owned()),
            ("To", "kim@customer.example".to_owned()),
            ("Subject", "an invoice".to_owned()),
        ])
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        let field = self.0.iter_mut().find(|(found, _)| *found == name).unwrap();
        field.1 = value.to_owned();
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.retain(|(found, _)| *found != name);
        self
    }

    fn and(mut self, name: &'static str, value: &str) -> Self {
        self.0.push((name, value.to_owned()));
        self
    }

    fn first(mut self, name: &'static str, value: &str) -> Self {
        self.0.insert(0, (name, value.to_owned()));
        self
    }

    fn message(&self) -> String {
        let fields: String = self.0.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{fields}\r\npay here\r\n")
    }
}

/// A forgery: what it does, its MAIL FROM, its header.
type Forgery = (&'static str, &'static str, Fields);

/// Who is another organisation: it has its own id, does not know acme's secret, and writes what it likes.
fn by_another_organisation() -> Vec<Forgery> {
    let theirs =
        || Fields::genuine().with("X-MS-Exchange-CrossTenant-Id", RIVAL_ID).without("X-Signpost-Key");
    let id = "X-MS-Exchange-CrossTenant-Id";
    vec![
        ("another tenant through the same addresses", ANNA, theirs()),
        ("the same with its own secret", ANNA, theirs().and("X-Signpost-Key", RIVAL_SECRET)),
        (
            "the same with its own organisation's domain",
            ANNA,
            theirs().with("X-OriginatorOrg", "rival.example"),
        ),
        (
            "an unknown organisation of the same domain",
            ANNA,
            theirs().with(id, "99999999-2222-4333-8444-555555555555"),
        ),
        ("a consumer of Outlook.com", ANNA, theirs().with(id, CONSUMERS_ID)),
        ("acme's id in front of its own", ANNA, theirs().first(id, ID)),
        ("acme's id behind its own", ANNA, theirs().and(id, ID)),
        ("acme's organisation twice", ANNA, theirs().with(id, ID).and("X-OriginatorOrg", "acme.example")),
        ("acme's id, no secret", ANNA, theirs().with(id, ID)),
        ("acme's id and a guess", ANNA, theirs().with(id, ID).and("X-Signpost-Key", "guess")),
        ("no id", ANNA, theirs().without(id)),
        ("a null sender in acme's name", "", theirs()),
        ("a null sender with a foreign From", "", theirs().with("From", "evil@evil.example")),
        ("a null sender without From", "", theirs().without("From")),
    ]
}

/// The secret has leaked to another organisation, which still cannot shed its own id.
fn with_a_leaked_secret() -> Vec<Forgery> {
    let theirs = || Fields::genuine().with("X-MS-Exchange-CrossTenant-Id", RIVAL_ID);
    vec![
        ("acme's secret and the rival's id", ANNA, theirs()),
        (
            "acme's secret and the consumers' id",
            ANNA,
            theirs().with("X-MS-Exchange-CrossTenant-Id", CONSUMERS_ID),
        ),
        ("both secrets", ANNA, theirs().and("X-Signpost-Key", RIVAL_SECRET)),
        (
            "acme's secret in the rival's mail",
            "eve@rival.example",
            theirs().with("X-OriginatorOrg", "rival.example").with("From", "eve@rival.example"),
        ),
        (
            "acme's secret for a domain of nobody",
            "eve@evil.example",
            theirs().with("From", "eve@evil.example"),
        ),
    ]
}

/// The author is hidden, in mail that would be acme's but for its secret.
fn by_from() -> Vec<Forgery> {
    let from = |value: &str| Fields::genuine().without("X-Signpost-Key").with("From", value);
    let own = format!("Anna <{ANNA}>");
    vec![
        ("a foreign From under a MAIL FROM of ours", ANNA, from("ceo@bank.example")),
        ("two From fields, the good one first", ANNA, from(&own).and("From", "ceo@bank.example")),
        ("two From fields, the good one last", ANNA, from("ceo@bank.example").and("From", &own)),
        ("an obsolete second From", ANNA, from(&own).and("From ", "ceo@bank.example")),
        ("two people", ANNA, from("<ceo@bank.example>,<anna.berg@acme.example>")),
        ("two in brackets", ANNA, from("<ceo@bank.example> <anna.berg@acme.example>")),
        (
            "an encoded domain",
            ANNA,
            from("=?utf-8?q?ceo=40bank.example?= <anna.berg@=?utf-8?q?acme?=.example>"),
        ),
        ("an encoded address", ANNA, from("=?utf-8?b?Y2VvQGJhbmsuZXhhbXBsZQ==?=")),
        ("a group", ANNA, from("Board: ceo@bank.example, anna.berg@acme.example;")),
        ("a comment inside", ANNA, from("ceo@bank.example(anna.berg@acme.example)")),
        ("a comment instead", ANNA, from("(anna.berg@acme.example) ceo@bank.example")),
        ("a letter that looks like ours", ANNA, from("anna.berg@\u{430}cme.example")),
        ("a sender with such a letter", "anna.berg@\u{430}cme.example", from("anna.berg@\u{430}cme.example")),
        ("folded behind its name", ANNA, from("\r\n\tceo@bank.example")),
        ("folded inside", ANNA, from("Anna\r\n <ceo@bank.example>")),
        ("a route", ANNA, from("<@acme.example:ceo@bank.example>")),
        ("a subdomain of ours", ANNA, from("anna@acme.example.evil.example")),
    ]
}

/// The check that refuses is the one that the forger met, not the missing secret: From, id and organisation come first.
fn figures(node: &Node) -> [&Figure; 6] {
    let metrics = &node.metrics;
    [
        &metrics.refused_domain,
        &metrics.refused_from,
        &metrics.refused_tenant_id,
        &metrics.refused_originator_org,
        &metrics.refused_secret,
        &metrics.refused_network,
    ]
}

async fn refuse_all(forgeries: Vec<Forgery>) {
    let node = node().await;
    let count = forgeries.len() as u64;
    for (what, mail_from, fields) in forgeries {
        let before: u64 = figures(&node).iter().map(|figure| figure.get()).sum();
        let reply = Client::microsoft(&node).await.hand_over(mail_from, &fields.message()).await;
        assert!(reply.starts_with("550 5.7.1 "), "{what}: {reply}");
        let after: u64 = figures(&node).iter().map(|figure| figure.get()).sum();
        assert_eq!(after, before + 1, "{what}: counted once by its check");
    }
    assert_eq!(node.metrics.mail_refused.get(), count);
    assert!(node.metrics.alarms.get() > 0, "a person hears of it");
    assert_eq!((node.metrics.accepted.get(), node.queue().len()), (0, 0));
    let genuine = Client::microsoft(&node).await.hand_over(ANNA, &Fields::genuine().message()).await;
    assert!(genuine.starts_with("250 2.0.0 "), "{genuine}");
    node.wait(|figures| figures.arrived == 1).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_behind_the_same_addresses_is_refused_whatever_it_writes() {
    refuse_all(by_another_organisation()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_leaked_to_another_organisation_does_not_help_it() {
    refuse_all(with_a_leaked_secret()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_who_is_hidden_is_refused() {
    refuse_all(by_from()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_goes_on_behind_what_is_read_proves_nothing() {
    let node = node().await;
    let fill = "x".repeat(900);
    let mut long = Fields::genuine().without("X-Signpost-Key");
    for _ in 0..310 {
        long = long.and("X-Fill", &fill);
    }
    let long = long.and("From", "ceo@bank.example").and("X-Signpost-Key", SECRET).message();
    assert!(long.len() > 256 << 10);
    let reply = Client::microsoft(&node).await.hand_over(ANNA, &long).await;
    assert!(reply.starts_with("550 5.7.1 the header is too long to be read whole"), "{reply}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn microsofts_name_needs_a_chain_and_a_forged_one_is_none() {
    let node = node().await;
    let forged = crate::node::self_signed("mail.protection.outlook.com");
    let message = Fields::genuine().without("X-Signpost-Key").message();
    for identity in [Some(forged), None] {
        let mut client = Client::tls(node.address(), "in.eu.relay.example", identity).await;
        let reply = client.hand_over(ANNA, &message).await;
        assert!(reply.starts_with("550 5.7.1 "), "{reply}");
    }
    let reply = Client::plain(node.address()).await.hand_over(ANNA, &message).await;
    assert!(reply.starts_with("550 5.7.1 the session has no TLS"), "{reply}");
    assert_eq!(node.metrics.refused_certificate.get(), 3);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_on_behalf_of_a_colleague_is_let_in() {
    let node = node().await;
    let colleague = Fields::genuine().with("From", "Jonas Lind <jonas.lind@acme.test>").and("Sender", ANNA);
    let both = Fields::genuine()
        .with("From", "Jonas Lind <jonas.lind@acme.test>, Anna Berg <anna.berg@acme.example>")
        .and("Sender", ANNA);
    let empty = Fields::genuine().and("Auto-Submitted", "auto-replied");
    let mut client = Client::microsoft(&node).await;
    for (mail_from, fields) in [(ANNA, colleague), (ANNA, both), ("", empty)] {
        let reply = client.hand_over(mail_from, &fields.message()).await;
        assert!(reply.starts_with("250 2.0.0 "), "{reply}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_lacks_a_line_in_the_folder_comes_again_and_the_tenant_is_told() {
    let node = node().await;
    let id = "X-MS-Exchange-CrossTenant-Id";
    let bought = "anna.berg@bought.example";
    let rows: [(&str, Fields, &str, &str); 4] = [
        (bought, Fields::genuine().with("From", bought), "domain", "bought.example; add it to `domains`"),
        ("", Fields::genuine().with("From", bought), "domain", "bought.example; add it to `domains`"),
        (ANNA, Fields::genuine().with("From", bought), "from", "bought.example is none of the tenant's"),
        (
            ANNA,
            Fields::genuine().with(id, "99999999-2222-4333-8444-555555555555"),
            "tenant_id",
            "99999999-2222-4333-8444-555555555555 is none of the tenant's",
        ),
    ];
    for (mail_from, fields, word, told) in rows {
        let reply = Client::microsoft(&node).await.hand_over(mail_from, &fields.message()).await;
        assert!(reply.starts_with("451 4.7.1 "), "{word}: {reply}");
        let hints = node.relay.hints().of(Some(&"acme".parse().unwrap()));
        let is_told = |hint: &relay::Hint| hint.word == word && hint.text.contains(told);
        assert!(hints.iter().any(is_told), "{word}: {hints:#?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tenants_behind_the_same_addresses_are_told_apart() {
    let node = node().await;
    let rivals = Fields::of("rival.example", RIVAL_ID, RIVAL_SECRET, "Eve <eve@rival.example>").message();
    let mut client = Client::microsoft(&node).await;
    assert!(client.hand_over(ANNA, &Fields::genuine().message()).await.starts_with("250 2.0.0 "));
    assert!(client.hand_over("eve@rival.example", &rivals).await.starts_with("250 2.0.0 "));
    let queue = node.wait_for_queue(|queue| queue.iter().any(|one| one.tenant.as_str() == "rival")).await;
    assert!(
        queue.iter().all(|one| one
            .envelope
            .mail_from
            .to_string()
            .ends_with(&format!("@{}.example", one.tenant)))
    );
    node.stop().await;
}
