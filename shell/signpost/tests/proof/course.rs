//! The course of one run: mail flows, the address is listed at a random moment, taken off the list, and everything is waited for and counted.
//!
//! Nothing here waits for a time: each step ends when the receivers or the list have seen what it is about, or fails after a bound.

use crate::ends::{Course, End, Met, now, seconds};
use crate::figures::Figures;
use crate::seed::{self, Relay};
use crate::support::Node;
use crate::traffic::{Load, Sent, Traffic, corpus};
use crate::world::{Form, LISTED, World};
use model::Timestamp;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many addresses the node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sources {
    One,
    Two,
}

/// Between two looks at all ends.
const LOOK: Duration = Duration::from_millis(50);
/// After strong evidence the ends are watched for so long at least.
const WATCHED: f64 = 2.0;
/// Longest wait for a step that depends on mail only.
const STEP: Duration = Duration::from_secs(60);

/// How large a run is.
#[derive(Debug, Clone)]
pub(crate) struct Wishes {
    /// Messages per second.
    pub(crate) pace: f64,
    /// The listing comes within so many seconds, and not in the first one.
    pub(crate) within: f64,
    /// How fast the node's clock runs.
    pub(crate) scale: u32,
    /// `guard.clean_over`.
    pub(crate) clean_over: String,
    pub(crate) seed: u64,
}

impl Wishes {
    /// The short form, or what `cargo xtask proof` wants.
    pub(crate) fn from_environment() -> Self {
        let number = |name: &str, otherwise: f64| {
            std::env::var(name)
                .map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
        };
        let random = u64::from_be_bytes(net::random()) >> 16;
        Self {
            pace: number("SIGNPOST_PROOF_PACE", 60.0),
            within: number("SIGNPOST_PROOF_WITHIN", 3.0),
            scale: number("SIGNPOST_PROOF_SCALE", 20.0) as u32,
            clean_over: std::env::var("SIGNPOST_PROOF_CLEAN_OVER").unwrap_or_else(|_| "1m".to_owned()),
            seed: number("SIGNPOST_PROOF_SEED", random as f64) as u64,
        }
    }

    /// Evenly from one second on.
    fn moment(&self) -> Duration {
        let mixed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let dice = (mixed >> 33) as f64 / f64::from(1_u32 << 31);
        Duration::from_secs_f64(1.0 + dice * (self.within - 1.0))
    }

    /// Longest wait for what polls decide: the list is asked every minute, with a fifth of jitter.
    fn patience(&self, minutes: f64) -> Duration {
        STEP + Duration::from_secs_f64(minutes * 60.0 * 2.0 / f64::from(self.scale))
    }
}

/// What made the evidence strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    Reply,
    ReplyAndPoll,
    TwoPolls,
}

/// When what happened, by the wall clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments {
    pub(crate) listed: Timestamp,
    /// The first moment at which the evidence was strong, as far as the ends can tell.
    pub(crate) strong: Timestamp,
    pub(crate) evidence: Evidence,
    pub(crate) delisted: Timestamp,
}

pub(crate) async fn play(form: Form, sources: Sources, wishes: &Wishes) -> Figures {
    eprintln!("{} with {sources:?}: seed {}", form.name(), wishes.seed);
    let world = World::start(form).await;
    let figures = tokio::task::block_in_place(|| run(&world, form, sources, wishes));
    world.stop().await;
    figures
}

fn run(world: &World, form: Form, sources: Sources, wishes: &Wishes) -> Figures {
    let node = start(world, sources, wishes);
    let messages = corpus();
    let (address, pace, corpus) = (node.smtp, wishes.pace, Arc::clone(&messages));
    let traffic = Traffic::begin(Load { address, pace, corpus, letter: 'c', is_mixed: true });
    let seeds = Relay::begin(world.address(), wishes.pace, &messages);
    let (began, moment) = (Instant::now(), wishes.moment());
    until(world, STEP, "its time does not come", || began.elapsed() >= moment);
    let listed = now();
    world.list(&[LISTED, seed::ADDRESS]);
    let (strong, evidence) = strong(world, (form, sources), listed, wishes);
    until(world, STEP, "it is not watched long enough", || seconds(strong, now()) >= WATCHED);
    let (mut sent, mut lasted) = (Vec::new(), 0.0);
    let mut parked = 0;
    let mut traffic = Some(traffic);
    if sources == Sources::One {
        (sent, lasted) = traffic.take().unwrap().end();
        until(world, STEP, "something is neither parked nor delivered", || {
            rest_is_parked(world, &sent, &mut parked)
        });
    }
    let cost = seeds.end(|| world.met());
    let delisted = now();
    world.list(&[]);
    let patience = wishes.patience(20.0);
    until(world, patience, "the address is not used again", || used_again(world, delisted).len() >= 4);
    if let Some(traffic) = traffic.take() {
        (sent, lasted) = traffic.end();
    }
    until(world, patience, "not everything arrived", || is_all_taken(&world.met(), &sent));
    until(world, STEP, "the queue does not empty", || world.waiting().is_empty());
    let rerouted = node.figure("signpost_rerouted_total");
    assert!(node.stop().success(), "{}", world.place.log());
    let moments = Moments { listed, strong, evidence, delisted };
    let (met, reports) = (world.met(), world.reports());
    let wishes = wishes.clone();
    Figures { form, sources, wishes, moments, lasted, sent, met, reports, parked, rerouted, cost }
}

/// A node that has asked the list and found its addresses clean.
fn start(world: &World, sources: Sources, wishes: &Wishes) -> Node {
    let place = &world.place;
    place.edit("signpost.toml", "\"15m\"", &format!("\"{}\"", wishes.clean_over));
    if sources == Sources::One {
        let second = "[[source]]\nname    = \"eu-2\"\naddress = \"127.0.1.2\"\nehlo    = \"eu-2.relay.example\"\nweight  = 10\nnetwork = \"provider-b\"\n";
        place.edit("signpost.toml", second, "");
    }
    let node = place.up(&["--time-scale", &wishes.scale.to_string()]);
    place.wait("the list is not asked", || {
        let told = place.command(&["dnsbl", "ls", "--json"]).text();
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let lines = told["lines"].as_array().unwrap();
        let of_list = lines.iter().filter(|line| line["zone"] == "zen.spamhaus.org");
        let standings: Vec<_> = of_list.map(|line| line["standing"].clone()).collect();
        !standings.is_empty() && standings.iter().all(|one| one == "clean")
    });
    node
}

/// Waits for strong evidence. A provider that proved its name gives it with its first refusal; of an unknown host the refusal is weak until
/// the list, asked by the node itself, says the same. Two polls 30 seconds apart, on the node's clock, are strong without a refusal.
fn strong(
    world: &World,
    (form, sources): (Form, Sources),
    listed: Timestamp,
    wishes: &Wishes,
) -> (Timestamp, Evidence) {
    let apart = 30.0 / f64::from(wishes.scale);
    let mut found = None;
    until(world, wishes.patience(2.0), "nothing strong is said against the address", || {
        let refused = refused(&world.met()).map(|one| one.at).next();
        let polls = world.heard_by_polls(listed);
        let second = polls.iter().find(|poll| seconds(polls[0], **poll) >= apart).copied();
        let by_reply = refused.filter(|_| form == Form::Exchange).map(|at| (at, Evidence::Reply));
        let by_both =
            refused.zip(polls.first()).map(|(refused, poll)| (refused.max(*poll), Evidence::ReplyAndPoll));
        // The last address is taken out only where it is refused.
        let by_polls = second.filter(|_| sources == Sources::Two).map(|at| (at, Evidence::TwoPolls));
        found = [by_reply, by_both, by_polls].into_iter().flatten().min_by_key(|(at, _)| *at);
        found.is_some()
    });
    found.unwrap()
}

/// Recipients who were refused over the listed address of the node.
pub(crate) fn refused(met: &[Met]) -> impl Iterator<Item = &Met> {
    met.iter().filter(|one| one.from == IpAddr::from(LISTED) && one.course == Course::Refused)
}

/// What the strict receiver took over the address after it was taken off the list.
fn used_again(world: &World, delisted: Timestamp) -> Vec<Met> {
    let is_it = |one: &Met| {
        let is_taken = one.end == End::Strict && one.course == Course::Taken;
        is_taken && one.from == IpAddr::from(LISTED) && one.at > delisted
    };
    world.met().into_iter().filter(is_it).collect()
}

/// Whether everything that is not delivered is parked; the most that was parked is kept.
fn rest_is_parked(world: &World, sent: &[Sent], most: &mut usize) -> bool {
    let queue = world.waiting();
    let parked = queue.iter().filter(|one| one["phase"] == "parked").count();
    *most = parked.max(*most);
    parked == queue.len() && (parked > 0 || is_all_taken(&world.met(), sent))
}

fn is_all_taken(met: &[Met], sent: &[Sent]) -> bool {
    let taken: BTreeSet<&str> =
        met.iter().filter(|one| one.course == Course::Taken).map(|one| one.to.as_str()).collect();
    sent.iter().flatten().all(|to| taken.contains(to.as_str()))
}

/// Looks until it holds.
fn until(world: &World, most: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < most, "{what}\n{}", world.told());
        std::thread::sleep(LOOK);
    }
}
