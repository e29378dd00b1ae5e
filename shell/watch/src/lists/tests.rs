//! Rounds over simulated time: every question is counted, every answer scripted, no socket is opened.

use super::cases::Cases;
use super::pool::Pool;
use super::public::is_public;
use super::round::{Brought, Rounds};
use super::subjects::{self, Watched};
use super::{Ask, NoCase, Told};
use crate::config::{TenantDomain, ZoneConfig};
use crate::report::{CaseChange, Report, Standing, ZoneTrust};
use dnsbl::{Answer, Extent, Subject, Tier};
use model::{Duration, Source, Timestamp};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Mutex;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const SEED: u64 = 0x5167_6e70;
const HOUR: Duration = Duration::from_secs(3600);

/// Name servers that say what they are told to.
struct World(Mutex<State>);

struct State {
    now: Timestamp,
    servers: usize,
    random: u64,
    ttl: Duration,
    /// By server and subject; what is not there does not exist.
    says: BTreeMap<(usize, String), Answer>,
    /// Said by every server to everything, instead.
    always: BTreeMap<usize, Answer>,
    asked: Vec<(Timestamp, usize, String)>,
}

impl World {
    fn new(servers: usize) -> Self {
        println!("seed {SEED:#x}");
        let mut says = BTreeMap::new();
        for server in 0..servers {
            says.insert((server, "127.0.0.2".to_owned()), code([127, 0, 0, 2]));
            says.insert((server, "test".to_owned()), code([127, 0, 1, 2]));
        }
        let (always, asked, ttl) = (BTreeMap::new(), Vec::new(), Duration::ZERO);
        Self(Mutex::new(State { now: START, servers, random: SEED, ttl, says, always, asked }))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    fn list(&self, subject: &str, octets: [u8; 4]) {
        self.with(|state| {
            for server in 0..state.servers {
                state.says.insert((server, subject.to_owned()), code(octets));
            }
        });
    }

    fn unlist(&self, subject: &str) {
        self.with(|state| state.says.retain(|(_, known), _| known != subject));
    }

    fn always(&self, server: usize, answer: Option<Answer>) {
        self.with(|state| match answer {
            Some(answer) => drop(state.always.insert(server, answer)),
            None => drop(state.always.remove(&server)),
        });
    }

    fn asked(&self, subject: &str) -> Vec<(Timestamp, usize)> {
        self.with(|state| {
            let of = state.asked.iter().filter(|(_, _, asked)| asked == subject);
            of.map(|(at, server, _)| (*at, *server)).collect()
        })
    }
}

impl Ask for World {
    fn now(&self) -> Timestamp {
        self.with(|state| state.now)
    }

    fn dice(&self) -> f64 {
        self.with(|state| {
            // Xorshift: the same row for each run.
            state.random ^= state.random << 13;
            state.random ^= state.random >> 7;
            state.random ^= state.random << 17;
            f64::from(u32::try_from(state.random >> 32).unwrap()) / f64::from(u32::MAX)
        })
    }

    fn servers(&self) -> usize {
        self.with(|state| state.servers)
    }

    fn witness(&self, server: usize) -> String {
        format!("server {server}")
    }

    async fn ask(&self, server: usize, _: &ZoneConfig, subject: &Subject, _: bool) -> Option<Told> {
        self.with(|state| {
            let subject = subject.to_string();
            state.asked.push((state.now, server, subject.clone()));
            let scripted = state.always.get(&server).or_else(|| state.says.get(&(server, subject)));
            let answer = scripted.cloned().unwrap_or(Answer::NoName);
            let ttl = if matches!(answer, Answer::Found { .. }) { state.ttl } else { Duration::ZERO };
            Some(Told { answer, ttl })
        })
    }
}

fn code(octets: [u8; 4]) -> Answer {
    Answer::Found { addresses: vec![Ipv4Addr::from(octets)], text: Some("why".to_owned()) }
}

fn config(zone: &str, tier: Tier) -> ZoneConfig {
    ZoneConfig { zone: dnsbl::find(zone).unwrap(), tier, key: None }
}

fn source(name: &str, address: &str) -> Source {
    Source {
        name: name.parse().unwrap(),
        address: address.parse().unwrap(),
        ehlo: format!("{name}.relay.example"),
        weight: 10,
        network: String::new(),
        notice: false,
    }
}

/// One zone, its world and its pool.
struct Play {
    world: World,
    rounds: Rounds,
    watched: Vec<Watched>,
    standings: BTreeMap<String, Standing>,
    /// When each standing was first another word.
    turned: Vec<(Timestamp, String, &'static str)>,
}

impl Play {
    fn new(world: World, config: ZoneConfig, poll: u64, addresses: &[&str]) -> Self {
        let named = addresses.iter().enumerate();
        let sources: Vec<Source> = named.map(|(n, address)| source(&format!("eu-{n}"), address)).collect();
        let watched = subjects::of(config.zone, &sources, &[]);
        let rounds = Rounds::new(config, Duration::from_secs(poll), BTreeMap::new(), &world);
        Self { world, rounds, watched, standings: BTreeMap::new(), turned: Vec::new() }
    }

    /// As `new`, in a zone of tier A at the list's own pace.
    fn spamcop(servers: usize, addresses: &[&str]) -> (Self, Pool) {
        let config = config("bl.spamcop.net", Tier::A);
        let pool = Pool::new(&[config.clone(), self::config("zen.spamhaus.org", Tier::A)]);
        (Self::new(World::new(servers), config, 10, addresses), pool)
    }

    async fn run(&mut self, pool: &Pool, span: Duration) {
        let until = self.world.now() + span;
        while self.rounds.wakes() <= until {
            self.world.with(|state| state.now = state.now.max(self.rounds.wakes()));
            self.turn(pool).await;
        }
        self.world.with(|state| state.now = until);
    }

    async fn turn(&mut self, pool: &Pool) {
        let Brought { standings, .. } = self.rounds.turn(&self.world, &self.watched, pool).await;
        for (watched, standing, at) in standings {
            let (subject, word) = (watched.subject.to_string(), standing.word());
            if self.standings.get(&subject).map(Standing::word) != Some(word) {
                self.turned.push((at, subject.clone(), word));
            }
            self.standings.insert(subject, standing);
        }
    }

    fn word(&self, subject: &str) -> &'static str {
        self.standings.get(subject).map_or("nothing", Standing::word)
    }

    fn turned(&self, subject: &str, word: &str) -> Timestamp {
        let found = self.turned.iter().find(|(_, of, to)| of == subject && *to == word);
        found.unwrap_or_else(|| panic!("{subject} never became {word}: {:?}", self.turned)).0
    }
}

#[tokio::test]
async fn one_name_server_needs_a_second_look_and_gets_it_within_35_seconds() {
    let (mut play, pool) = Play::spamcop(1, &["192.0.2.1", "192.0.2.2"]);
    play.run(&pool, HOUR).await;
    assert_eq!((play.word("192.0.2.1"), play.rounds.trust()), ("clean", ZoneTrust::Trusted));
    play.world.list("192.0.2.1", [127, 0, 0, 2]);
    let began = play.world.now();
    play.run(&pool, HOUR).await;
    let suspected = play.turned("192.0.2.1", "suspected");
    let listed = play.turned("192.0.2.1", "listed");
    // One poll: five minutes and a fifth.
    assert!(suspected.since(began) <= Duration::from_secs(360), "{suspected} {began}");
    assert_eq!(listed.since(suspected), Duration::from_secs(30));
    assert_eq!(play.word("192.0.2.2"), "clean", "one source among several");
    play.world.unlist("192.0.2.1");
    play.run(&pool, HOUR).await;
    assert_eq!(play.word("192.0.2.1"), "clean");
}

#[tokio::test]
async fn a_reply_that_names_the_list_brings_its_poll_forward_and_not_oftener_than_every_30_seconds() {
    let (mut play, pool) = Play::spamcop(1, &["192.0.2.1", "192.0.2.2"]);
    play.run(&pool, HOUR).await;
    let last = play.rounds.wakes();
    play.run(&pool, last.since(play.world.now())).await;
    play.world.list("192.0.2.1", [127, 0, 0, 2]);
    let soonest = last + Duration::from_secs(30);
    for after in [1, 2, 29] {
        let at = last + Duration::from_secs(after);
        play.world.with(|state| state.now = at);
        pool.replied("bl.spamcop.net", at);
        play.turn(&pool).await;
        assert_eq!((play.word("192.0.2.1"), play.rounds.wakes()), ("clean", soonest));
    }
    play.run(&pool, Duration::from_secs(1)).await;
    assert_eq!(play.turned("192.0.2.1", "suspected"), soonest);
    // Who was not named again since is asked at the list's own pace.
    let polls = play.world.asked("192.0.2.2").len();
    play.run(&pool, HOUR).await;
    assert!(play.world.asked("192.0.2.2").len() - polls <= 15, "twelve polls an hour and a fifth");
}

#[tokio::test]
async fn two_name_servers_are_two_witnesses_at_once() {
    let (mut play, pool) = Play::spamcop(2, &["192.0.2.1", "192.0.2.2"]);
    play.run(&pool, HOUR).await;
    play.world.list("192.0.2.1", [127, 0, 0, 2]);
    play.run(&pool, Duration::from_secs(360)).await;
    let asked = play.world.asked("192.0.2.1");
    let last = asked.last().unwrap();
    assert!(asked.iter().any(|(at, server)| *at == last.0 && *server != last.1), "{asked:?}");
    assert_eq!(play.word("192.0.2.1"), "listed");
    // One of them is behind: that is a contradiction until the second look.
    let (mut play, pool) = Play::spamcop(2, &["192.0.2.1", "192.0.2.2"]);
    play.run(&pool, HOUR).await;
    play.world.with(|state| state.says.insert((0, "192.0.2.1".to_owned()), code([127, 0, 0, 2])));
    play.run(&pool, HOUR).await;
    assert!(!play.turned.iter().any(|(_, _, word)| *word == "listed"), "{:?}", play.turned);
}

#[tokio::test]
async fn a_list_with_wrong_test_points_counts_for_nothing() {
    let parked = code([127, 0, 0, 2]);
    let sold = code([91, 195, 240, 87]);
    let silent = Answer::Failed("time-out".to_owned());
    for wrong in [parked, sold, Answer::NoName, Answer::NoData, Answer::Refused, silent] {
        let (mut play, pool) = Play::spamcop(1, &["192.0.2.1", "192.0.2.2"]);
        play.world.list("192.0.2.1", [127, 0, 0, 2]);
        play.run(&pool, HOUR).await;
        assert_eq!((play.word("192.0.2.1"), play.word("192.0.2.2")), ("listed", "clean"));
        let turned = play.turned.len();
        play.world.always(0, Some(wrong.clone()));
        play.run(&pool, HOUR * 2).await;
        assert!(matches!(play.rounds.trust(), ZoneTrust::Lost { .. }), "{wrong:?}");
        assert_eq!(
            play.turned.len(),
            turned,
            "neither restored nor listed by it: {wrong:?} {:?}",
            play.turned
        );
        play.world.always(0, None);
        play.run(&pool, HOUR).await;
        assert_eq!(play.rounds.trust(), ZoneTrust::Trusted, "{wrong:?}");
        assert_eq!((play.word("192.0.2.1"), play.word("192.0.2.2")), ("listed", "clean"), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_name_server_that_refuses_is_passed_over_for_one_that_answers() {
    let (mut play, pool) = Play::spamcop(2, &["192.0.2.1", "192.0.2.2"]);
    play.world.always(0, Some(code([127, 255, 255, 254])));
    play.world.list("192.0.2.1", [127, 0, 0, 2]);
    play.run(&pool, HOUR).await;
    assert_eq!(play.rounds.trust(), ZoneTrust::Trusted);
    assert_eq!((play.word("192.0.2.1"), play.word("192.0.2.2")), ("listed", "clean"));
    assert_eq!(play.turned("192.0.2.1", "listed").since(play.turned("192.0.2.1", "suspected")).as_secs(), 30);
}

#[tokio::test]
async fn a_zone_that_names_the_whole_pool_at_once_waits_for_another_to_agree() {
    let both = ["192.0.2.1", "192.0.2.2"];
    let listed_at_once = async || {
        let (mut play, pool) = Play::spamcop(1, &both);
        play.run(&pool, HOUR).await;
        both.iter().for_each(|address| play.world.list(address, [127, 0, 0, 2]));
        play.run(&pool, HOUR).await;
        assert!(matches!(play.rounds.trust(), ZoneTrust::Doubted { .. }), "{:?}", play.rounds.trust());
        assert_eq!(both.map(|address| play.word(address)), ["clean"; 2]);
        (play, pool)
    };
    // A list of tier A of another operator.
    let (mut play, pool) = listed_at_once().await;
    pool.says("zen.spamhaus.org", vec!["192.0.2.2".parse().unwrap()]);
    play.turn(&pool).await;
    play.run(&pool, Duration::from_secs(31)).await;
    assert_eq!(both.map(|address| play.word(address)), ["listed"; 2]);
    // A reply.
    let (mut play, pool) = listed_at_once().await;
    pool.replied("bl.spamcop.net", play.world.now());
    play.run(&pool, HOUR).await;
    assert_eq!(
        (both.map(|address| play.word(address)), play.rounds.trust()),
        (["listed"; 2], ZoneTrust::Trusted)
    );
    // One of them is cleared: it was no fault of the zone.
    let (mut play, pool) = listed_at_once().await;
    play.world.unlist("192.0.2.2");
    play.run(&pool, HOUR).await;
    assert_eq!(both.map(|address| play.word(address)), ["listed", "clean"]);
    // One after the other is no fault of the zone either.
    let (mut play, pool) = Play::spamcop(1, &both);
    for address in both {
        play.run(&pool, HOUR).await;
        play.world.list(address, [127, 0, 0, 2]);
    }
    play.run(&pool, HOUR).await;
    assert_eq!(both.map(|address| play.word(address)), ["listed"; 2]);
}

#[tokio::test]
async fn an_only_source_is_believed_listed_without_another_list() {
    let (mut play, pool) = Play::spamcop(1, &["192.0.2.1"]);
    play.world.list("192.0.2.1", [127, 0, 0, 2]);
    play.run(&pool, HOUR).await;
    assert_eq!(play.word("192.0.2.1"), "listed");
}

#[tokio::test]
async fn nobody_is_asked_oftener_than_allowed() {
    let addresses: Vec<String> = (1..=20).map(|last| format!("192.0.2.{last}")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    // Zone, its key, the operator's wish, seconds between two polls.
    for (zone, key, wish, pace) in [
        ("zen.spamhaus.org", None, 60, 300),
        ("zen.spamhaus.org", Some("abc"), 10, 60),
        ("zen.spamhaus.org", Some("abc"), 600, 600),
        ("psbl.surriel.com", None, 60, 1_800),
        ("psbl.surriel.com", None, 7_200, 7_200),
        ("dbl.spamhaus.org", Some("abc"), 60, 900),
    ] {
        let config = ZoneConfig { key: key.map(str::to_owned), ..config(zone, Tier::A) };
        let pool = Pool::new(std::slice::from_ref(&config));
        let mut play = Play::new(World::new(2), config, wish, &addresses);
        play.world.list("192.0.2.3", [127, 0, 0, 2]);
        play.run(&pool, HOUR * 24).await;
        let polls = f64::from(86_400 / pace);
        let subjects = f64::from(u32::try_from(play.watched.len()).unwrap());
        let asked = f64::from(u32::try_from(play.world.with(|state| state.asked.len())).unwrap());
        // Two test points with each poll, and some second looks for the one that is listed.
        let most = polls * 1.05 * (subjects + 2.0) + 50.0;
        assert!(asked <= most && asked >= polls * 0.9 * subjects, "{zone} {key:?} {wish}: {asked} of {most}");
        for point in ["127.0.0.2", "test"] {
            for server in 0..2 {
                let of: Vec<_> =
                    play.world.asked(point).into_iter().filter(|(_, at)| *at == server).collect();
                assert!(
                    of.windows(2).all(|two| two[1].0.since(two[0].0) >= Duration::from_secs(60)),
                    "{zone}"
                );
            }
        }
        let clean = play.world.asked(&play.watched.last().unwrap().subject.to_string());
        let waits: Vec<f64> = clean.windows(2).map(|two| two[1].0.since(two[0].0).as_secs_f64()).collect();
        let (least, longest) = (f64::from(pace) * 0.8, f64::from(pace) * 1.2);
        assert!(waits.iter().all(|wait| (least..=longest).contains(wait)), "{zone}: {waits:?}");
        let spread = waits.iter().fold(0.0_f64, |most, wait| most.max((wait - f64::from(pace)).abs()));
        assert!(spread > f64::from(pace) * 0.05, "{zone}: it jitters by {spread}");
    }
}

#[tokio::test]
async fn an_answer_is_not_asked_for_again_before_its_time_but_for_the_second_look() {
    let (mut play, pool) = Play::spamcop(1, &["192.0.2.1", "192.0.2.2"]);
    play.world.with(|state| state.ttl = Duration::from_secs(1_500));
    play.world.list("192.0.2.1", [127, 0, 0, 2]);
    play.run(&pool, HOUR).await;
    let asked = play.world.asked("192.0.2.1");
    let waits: Vec<u64> = asked.windows(2).map(|two| two[1].0.since(two[0].0).as_secs()).collect();
    assert_eq!(waits[0], 30, "{waits:?}");
    assert!(waits[1..].iter().all(|wait| *wait >= 1_500) && !waits[1..].is_empty(), "{waits:?}");
    assert!(play.world.asked("192.0.2.2").len() > 9, "what is clean is asked at every poll");
}

#[tokio::test]
async fn a_silent_name_server_costs_a_round_few_questions() {
    let addresses: Vec<String> = (1..=20).map(|last| format!("192.0.2.{last}")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let (mut play, pool) = Play::spamcop(1, &addresses);
    play.run(&pool, HOUR).await;
    play.world.always(0, Some(Answer::Failed("time-out".to_owned())));
    let before = play.world.with(|state| state.asked.len());
    play.run(&pool, Duration::from_secs(359)).await;
    let asked = play.world.with(|state| state.asked.len()) - before;
    assert!((1..=10).contains(&asked), "{asked}");
    assert_eq!(play.word("192.0.2.1"), "clean", "unknown ends nothing");
}

#[tokio::test]
async fn nothing_is_asked_where_only_public_resolvers_are_configured() {
    for public in ["8.8.8.8", "1.1.1.1", "9.9.9.9", "2606:4700:4700::1111"] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
    assert!(!is_public("127.0.0.1".parse().unwrap()));
    let servers = ["8.8.8.8:53".parse().unwrap()];
    let clock = net::Clock::start(1);
    let ask = super::Witnesses::new(&servers, Duration::from_secs(1), clock).unwrap();
    assert_eq!((ask.servers(), ask.refused()), (0, &servers[..]));
    let rounds =
        Rounds::new(config("zen.spamhaus.org", Tier::A), Duration::from_secs(60), BTreeMap::new(), &ask);
    let ZoneTrust::Lost { why, .. } = rounds.trust() else { panic!("{:?}", rounds.trust()) };
    assert!(why.contains("resolver.servers"), "{why}");
}

#[tokio::test]
async fn ranges_and_single_listings_and_both_kinds_of_addresses_are_told_apart() {
    let config = config("zen.spamhaus.org", Tier::A);
    let pool = Pool::new(std::slice::from_ref(&config));
    let addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::25", "192.0.2.4"];
    let mut play = Play::new(World::new(1), config, 60, &addresses);
    play.world.list("192.0.2.1", [127, 0, 0, 9]);
    play.world.list("192.0.2.2", [127, 0, 0, 3]);
    play.world.list("2001:db8::25", [127, 0, 0, 4]);
    play.run(&pool, HOUR).await;
    let extent = |subject: &str| play.standings[subject].listing().map(|listing| listing.extent);
    let found = addresses.map(extent);
    assert_eq!(found, [Some(Extent::Range), Some(Extent::Single), Some(Extent::Single), None]);
}

#[test]
fn names_are_asked_with_what_stands_above_them() {
    let sources = [source("eu-1", "192.0.2.1"), source("eu-2", "192.0.2.2")];
    let tenant =
        |domain: &str| TenantDomain { domain: domain.parse().unwrap(), tenant: "acme".parse().unwrap() };
    let tenants = [tenant("www.acme.example"), tenant("relay.example")];
    let watched = subjects::of(dnsbl::find("dbl.spamhaus.org").unwrap(), &sources, &tenants);
    let shown: Vec<String> = watched
        .iter()
        .map(|one| {
            let sources: Vec<&str> = one.sources.iter().map(model::SourceName::as_str).collect();
            format!(
                "{} {} {}",
                one.subject,
                sources.join(","),
                one.tenant.as_ref().map_or("", |it| it.as_str())
            )
        })
        .collect();
    let expected = [
        "acme.example  acme",
        "eu-1.relay.example eu-1 ",
        "eu-2.relay.example eu-2 ",
        "relay.example  ",
        "www.acme.example  acme",
    ];
    assert_eq!(shown, expected);
    // Lists of addresses are asked for addresses of their kind only.
    let v6 = subjects::of(dnsbl::find("bl.ipv6.spameatingmonkey.net").unwrap(), &sources, &tenants);
    assert_eq!(v6, []);
}

#[test]
fn a_case_is_opened_by_two_witnesses_and_remembers_who_asked() {
    let zone = dnsbl::find("bl.spamcop.net").unwrap();
    let subject = Subject::Address("192.0.2.1".parse().unwrap());
    let dnsbl::Finding::Listed(listing) = dnsbl::read(zone, &code([127, 0, 0, 2])) else { panic!() };
    let suspected = Standing::Suspected { listing: listing.clone(), since: START };
    let listed = Standing::Listed { listing, since: START };
    let clean = Standing::Clean { since: START, polls: 1 };
    let mut cases = Cases::default();
    let mut change = |standing: &Standing| match cases.take(zone, &subject, standing, START) {
        Some(Report::Case { change, .. }) => Some(change),
        _ => None,
    };
    assert_eq!(change(&suspected), None);
    assert_eq!(change(&listed), Some(CaseChange::Opened));
    assert_eq!(change(&listed), None);
    assert_eq!(change(&clean), Some(CaseChange::Gone));
    assert_eq!(change(&listed), Some(CaseChange::Again));
    let case = cases.asked("192.0.2.1", "BL.spamcop.net", "kim", START).unwrap();
    assert_eq!((case.listed_again, case.removal_link.contains("192.0.2.1")), (1, true));
    let lines = cases.lines(|_| None, START);
    assert!(!lines[0].is_due && !cases.lines(|_| None, START + HOUR * 25).is_empty());
    let none = cases.asked("192.0.2.9", "bl.spamcop.net", "kim", START);
    assert!(matches!(none, Err(NoCase::None { .. })));
    cases.take(zone, &subject, &clean, START);
    let closed = cases.asked("192.0.2.1", "bl.spamcop.net", "kim", START);
    assert!(matches!(closed, Err(NoCase::Closed { .. })));
}
