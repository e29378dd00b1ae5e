//! Mail that the guard alone keeps here: it leaves as soon as anything may carry it, and none of it ends without having been tried.

use crate::node::{KIM, Node, SOURCES, Wishes, plain};
use model::{Duration, MessageId};
use playground::dns::Answer;
use sentry::{Order, OrderKind, Place, Receiver, Refusal};
use spool::Phase;
use std::net::{IpAddr, Ipv4Addr};

const MICROSOFTS: &str = "acme-example.mail.protection.outlook.com";

/// Microsoft names an address of ours: on its own list, or on one that everybody asks.
fn refused(node: &Node, number: usize, is_public: bool) {
    let source = &node.sentry.sources()[number];
    node.sentry.refused(Refusal {
        source: source.name.clone(),
        receiver: Receiver::new(Some("microsoft"), MICROSOFTS),
        host: format!("{MICROSOFTS} [127.0.2.1:2527]"),
        is_verified: true,
        list: is_public.then(|| "Spamhaus".to_owned()),
        is_public,
        names: Some(source.address),
        reply: format!("550 5.7.606 Access denied, banned sending IP [{}]", source.address),
        message: MessageId::from_bytes([1; 16]),
        tenant: "acme".parse().unwrap(),
    });
}

fn order(node: &Node, source: &str, place: Place, kind: OrderKind) {
    let (since, until) = (node.sentry.now(), node.sentry.now() + Duration::from_secs(3600));
    let order = Order { kind, by: "operator".to_owned(), note: String::new(), since, until };
    node.sentry.order(&source.parse().unwrap(), &place, order);
}

/// Where the tenant's mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    OneHost,
    /// The first is welcome and out of reach, the second is not to be asked.
    TwoExchangers,
    /// The tenant has another way out, under a name that nobody knows, or one that nobody answers at.
    NamelessFallback,
    SilentFallback,
}

async fn node(to: To, expire: Duration) -> Node {
    let by_exchangers = ("smart_host  = ", "smart_host  = \"mx:gate.example\" # ");
    let edits = match to {
        To::TwoExchangers => vec![by_exchangers, ("\"verify\"", "\"opportunistic\"")],
        To::OneHost => Vec::new(),
        To::NamelessFallback => {
            vec![("fallback    = \"\"", "fallback = \"smtp://relay:env:FALLBACK@nobody.example:25\"")]
        }
        To::SilentFallback => {
            vec![("fallback    = \"\"", "fallback = \"smtp://relay:env:FALLBACK@silent.example:9\"")]
        }
    };
    let node = Node::start(Wishes { edits, expire, ..Wishes::default() }).await;
    let (dns, here) = (node.playground.dns(), node.playground.exchange_address().ip());
    let nobody: IpAddr = Ipv4Addr::new(127, 0, 9, 9).into();
    dns.add("silent.example", Answer::Address(nobody));
    for (preference, host, address) in
        [(5, "one.gate.example", nobody), (10, "two.mail.protection.outlook.com", here)]
    {
        dns.add("gate.example", Answer::Mx { preference, host: host.to_owned() });
        dns.add(host, Answer::Address(address));
    }
    node
}

#[tokio::test(flavor = "multi_thread")]
async fn at_its_end_mail_that_only_the_guard_kept_goes_over_any_source() {
    for to in [To::OneHost, To::TwoExchangers, To::NamelessFallback, To::SilentFallback] {
        let node = node(to, Duration::from_secs(3)).await;
        (0..SOURCES.len()).for_each(|number| refused(&node, number, false));
        node.send(&[KIM], &plain("kept", "until its time is over")).await;
        node.wait_for_queue(<[_]>::is_empty).await;
        let figures = node.wait(|figures| figures.delivered + figures.reports_in > 0).await;
        assert_eq!((figures.delivered, figures.reports_in, figures.duplicates), (1, 0, 0), "{to:?}");
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_its_end_too_an_order_binds() {
    let node = node(To::TwoExchangers, Duration::from_secs(2)).await;
    for source in ["eu-1", "eu-2"] {
        order(&node, source, Place::Provider("microsoft".to_owned()), OrderKind::Out);
    }
    node.send(&[KIM], &plain("ordered", "not to be sent")).await;
    // The report waits for the same sources.
    node.wait_for_queue(|_| node.metrics.reports_failed.get() == 1).await;
    assert_eq!(node.playground.figures().arrived, 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_no_host_has_refused_leaves_by_a_last_resort() {
    let node = node(To::OneHost, Duration::from_secs(600)).await;
    // The second one is listed, and an operator takes out both.
    refused(&node, 1, true);
    for source in ["eu-1", "eu-2"] {
        order(&node, source, Place::Everywhere, OrderKind::Out);
    }
    node.send(&[KIM], &plain("waits", "for any way")).await;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.phase == Phase::Parked)).await;
    // What the evidence leaves of the second one is a last resort: there is nothing else.
    node.sentry.end_order(&"eu-2".parse().unwrap(), &Place::Everywhere, "operator".to_owned());
    let figures = node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((figures.arrived, figures.duplicates), (1, 0));
    assert_eq!(node.playground.mailbox()[0].peer, Some(IpAddr::from(SOURCES[1])));
    node.stop().await;
}
