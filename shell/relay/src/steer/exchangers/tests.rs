//! Tables of zones, asked over the playground's name server with the relay's own resolver.

use super::*;
use crate::steer::{Policies, PolicyConfig};
use bounce::Failure;
use dispatch::Sites;
use model::{Duration, Metrics, Source, TlsPolicy};
use net::{Clock, Resolver};
use playground::dns::Answer;
use playground::{Playground, PlaygroundConfig};
use sentry::{Bounds, Policy, Sentry};
use std::net::Ipv6Addr;
use std::sync::{Arc, LazyLock};
use tlspolicy::{Destinations, OfSender};

const OUR_SOURCE: [u8; 4] = [8, 8, 4, 4];
const LISTENER: [u8; 4] = [9, 9, 9, 9];
const LISTENER_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25);

struct World {
    playground: Playground,
    steer: Steer,
}

impl World {
    async fn new(private: &[&str], zone: &[(&str, Answer)]) -> Self {
        let playground = Playground::start(PlaygroundConfig::example()).await.unwrap();
        for (name, answer) in zone {
            playground.dns().add(name, answer.clone());
        }
        let resolver = Resolver::new(&[playground.dns_address()], Duration::from_secs(2)).unwrap();
        let source = Source {
            name: "eu-1".parse().unwrap(),
            address: OUR_SOURCE.into(),
            ehlo: "eu-1.relay.example".to_owned(),
            weight: 1,
            network: String::new(),
            notice: false,
        };
        let (policy, metrics) = ((Policy::default(), Bounds::default()), Arc::new(Metrics::default()));
        let (sentry, _keeper) =
            Sentry::open(vec![source.clone()], policy, None, Clock::start(1), metrics).unwrap();
        let territory = Territory {
            private: private.iter().map(|network| network.parse().unwrap()).collect(),
            names: ["eu-1.relay.example".to_owned(), "in.relay.example".to_owned()].into(),
            // Of both families, so that addresses of both are of use.
            listeners: [SocketAddr::from((LISTENER, 25)), SocketAddr::from((LISTENER_V6, 25))].into(),
            sources: [source.address].into(),
        };
        let means = (resolver.clone(), Clock::start(1));
        let policies = Policies::new(PolicyConfig::default(), &[], means, &territory).unwrap();
        let steer =
            Steer::new(vec![source], resolver, (25, territory, policies, Sites::default()), (sentry, None));
        Self { playground, steer }
    }

    async fn hops(&self, domain: &str) -> Result<Vec<String>, Failure> {
        let found = self.steer.exchangers(message(1), &domain.parse().unwrap(), wish(Reach::Exchanger)).await;
        let shown = |hop: Hop| format!("{} {}", hop.name, hop.address);
        found.map(|found| found.hops.into_iter().map(shown).collect()).map_err(|no_path| no_path.told().1)
    }
}

fn wish(reach: Reach) -> Wish<'static> {
    static NOTHING: LazyLock<Destinations> = LazyLock::new(Destinations::default);
    Wish {
        reach,
        tls: TlsPolicy::Opportunistic,
        destinations: &NOTHING,
        sender: OfSender::Silent,
        published: reach == Reach::Exchanger,
        counts: None,
    }
}

fn message(number: u8) -> MessageId {
    MessageId::from_bytes([number; 16])
}

fn mx(preference: u16, host: &str) -> Answer {
    Answer::Mx { preference, host: host.to_owned() }
}

fn at(address: &str) -> Answer {
    Answer::Address(address.parse().unwrap())
}

/// The hosts of `d.example` in a zone, or the words of what there is instead.
async fn check(zone: &[(&str, Answer)], expected: &[&str]) {
    let world = World::new(&[], zone).await;
    match world.hops("d.example").await {
        Ok(hops) => assert_eq!(hops, expected, "{zone:?}"),
        Err(failure) => assert!(
            expected.len() == 1 && failure.to_string().contains(expected[0]),
            "{failure} instead of {expected:?} of {zone:?}"
        ),
    }
    world.playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_come_by_preference_with_their_addresses_of_both_families() {
    let mx1 = [("d.example", mx(20, "mx2.d.example")), ("d.example", mx(10, "MX1.d.example"))];
    let addresses = [
        ("mx1.d.example", at("1.0.0.1")),
        ("mx1.d.example", at("2606:4700::1")),
        ("mx2.d.example", at("1.0.0.2")),
    ];
    let zone: Vec<_> = mx1.into_iter().chain(addresses).collect();
    check(
        &zone,
        &["mx1.d.example 1.0.0.1:25", "mx1.d.example [2606:4700::1]:25", "mx2.d.example 1.0.0.2:25"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_without_exchangers_is_its_own() {
    check(&[("d.example", at("1.0.0.1"))], &["d.example 1.0.0.1:25"]).await;
    check(&[("d.example", at("2606:4700::1"))], &["d.example [2606:4700::1]:25"]).await;
    // An alias of a domain stands for it whole.
    let alias = ("d.example", Answer::Alias("e.example".to_owned()));
    let zone = [alias.clone(), ("e.example", mx(1, "mx.e.example")), ("mx.e.example", at("1.0.0.3"))];
    check(&zone, &["mx.e.example 1.0.0.3:25"]).await;
    check(&[alias, ("e.example", at("1.0.0.4"))], &["d.example 1.0.0.4:25"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_host_that_cannot_be_had_does_not_hide_the_others() {
    let two = |first: Answer| {
        [
            ("d.example", mx(1, "mx1.d.example")),
            ("d.example", mx(2, "mx2.d.example")),
            ("mx1.d.example", first),
            ("mx2.d.example", at("1.0.0.2")),
        ]
    };
    check(&two(Answer::Broken), &["mx2.d.example 1.0.0.2:25"]).await;
    check(&two(Answer::Text("no address".to_owned())), &["mx2.d.example 1.0.0.2:25"]).await;
    check(&two(at("10.0.0.1")), &["mx2.d.example 1.0.0.2:25"]).await;
    // Aliases that lead round in a circle end.
    check(&two(Answer::Alias("mx1.d.example".to_owned())), &["mx2.d.example 1.0.0.2:25"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_of_the_public_internet_is_not_written_to() {
    for address in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
    ] {
        let zone = [("d.example", mx(1, "mx.d.example")), ("mx.d.example", at(address))];
        check(&zone, &["outside of the public internet"]).await;
        check(&[("d.example", at(address))], &["outside of the public internet"]).await;
    }
    let zone = [("d.example", at("10.1.2.3")), ("d.example", at("192.168.0.9"))];
    let world = World::new(&["10.1.0.0/16"], &zone).await;
    assert_eq!(world.hops("d.example").await.unwrap(), ["d.example 10.1.2.3:25"]);
    assert_eq!(world.hops("[10.1.2.3]").await.unwrap(), ["[10.1.2.3] 10.1.2.3:25"]);
    assert!(world.hops("[10.2.2.3]").await.is_err());
    world.playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_list_leads_back_to_us_only_better_hosts_are_used() {
    let around = |name: &'static str, address: &str| {
        [
            ("d.example", mx(10, "best.d.example")),
            ("d.example", mx(20, name)),
            ("d.example", mx(20, "equal.d.example")),
            ("d.example", mx(30, "worse.d.example")),
            ("best.d.example", at("1.0.0.1")),
            (name, at(address)),
            ("equal.d.example", at("1.0.0.2")),
            ("worse.d.example", at("1.0.0.3")),
        ]
    };
    let best = ["best.d.example 1.0.0.1:25"];
    check(&around("in.relay.example", "1.0.0.9"), &best).await;
    check(&around("eu-1.relay.example", "1.0.0.9"), &best).await;
    // By a name that we do not know, at an address that we do.
    check(&around("other.d.example", "9.9.9.9"), &best).await;
    check(&around("other.d.example", "8.8.4.4"), &best).await;
    let alone = [("d.example", mx(5, "in.relay.example")), ("in.relay.example", at("1.0.0.9"))];
    check(&alone, &["would come back to us"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_domains_own_word_ends_a_message() {
    let status = async |domain: &str, zone: &[(&str, Answer)]| {
        let world = World::new(&[], zone).await;
        let failure = world.hops(domain).await.unwrap_err();
        world.playground.stop().await;
        if let Failure::Nowhere(status, why) = failure {
            return Some((status.to_string(), why));
        }
        assert!(matches!(failure, Failure::Resolve(_)), "{failure}");
        None
    };
    let (code, why) = status("d.example", &[("d.example", mx(0, "."))]).await.unwrap();
    assert_eq!(
        (code.as_str(), why.as_str()),
        ("5.1.10", "the domain d.example accepts no mail (null MX, RFC 7505)")
    );
    let (code, why) = status("d.example", &[]).await.unwrap();
    assert_eq!(
        (code.as_str(), why.as_str()),
        ("5.1.2", "the domain d.example takes no mail: it does not exist")
    );
    let (code, why) = status("d.example", &[("d.example", Answer::Text("a page".to_owned()))]).await.unwrap();
    assert_eq!((code.as_str(), why.ends_with("neither exchangers nor an address")), ("5.1.2", true));
    // A server that fails, one that names no zone, and hosts that are gone while their domain is not.
    assert_eq!(status("d.example", &[("d.example", Answer::Broken)]).await, None);
    assert_eq!(status("d.example", &[("d.example", Answer::Unsure)]).await, None);
    assert_eq!(status("d.example", &[("d.example", mx(1, "gone.d.example"))]).await, None);
}

#[test]
fn equal_hosts_are_drawn_anew_by_each_message_and_never_by_one() {
    let found = || Exchangers {
        hosts: ["a", "b", "c", "z"]
            .iter()
            .map(|host| Exchanger { preference: u16::from(*host == "z"), host: (*host).to_owned() })
            .collect(),
        is_implicit: false,
    };
    let order = |number: u8| -> Vec<String> {
        ordered(message(number), found()).hosts.into_iter().map(|exchanger| exchanger.host).collect()
    };
    let firsts: BTreeSet<String> = (0..100).map(|number| order(number).remove(0)).collect();
    assert_eq!(firsts.len(), 3, "{firsts:?}");
    assert!((0..100).all(|number| order(number) == order(number) && order(number)[3] == "z"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ninety_exchangers_cost_ten_look_ups() {
    let hosts: Vec<String> = (0..90).map(|number| format!("mx{number}.d.example")).collect();
    let zone: Vec<_> = hosts.iter().map(|host| ("d.example", mx(1, host))).collect();
    let world = World::new(&[], &zone).await;
    assert!(world.hops("d.example").await.is_err());
    let asked: u64 = hosts.iter().map(|host| world.playground.dns().queries(host, "A")).sum();
    assert_eq!(asked, HOSTS_MAX as u64);
    world.playground.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_own_system_may_stand_in_a_private_network() {
    let world =
        World::new(&[], &[("d.example", mx(1, "mx.d.example")), ("mx.d.example", at("10.0.0.1"))]).await;
    let domain = "d.example".parse().unwrap();
    let own = world.steer.exchangers(message(1), &domain, wish(Reach::SmartHost)).await.unwrap();
    assert_eq!(own.hops.len(), 1);
    assert!(world.steer.exchangers(message(1), &domain, wish(Reach::Exchanger)).await.is_err());
}
