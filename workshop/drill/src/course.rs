//! One run: mail at its pace, faults at their times, looks at the node in between, and the wait for what is left.

mod happen;

use crate::Options;
use crate::beside::{Beside, Exim};
use crate::figures::{Figures, Seen, nowhere};
use crate::node::{Metrics, Node};
use crate::report::{Counted, Report};
use crate::scenario::{Event, Scenario};
use crate::traffic::Traffic;
use crate::world::World;
use anyhow::{Context as _, Result};
use playground::wall_clock;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// Between two steps: mail, faults.
const STEP: Duration = Duration::from_millis(10);
/// Between two looks at the node.
const LOOK: Duration = Duration::from_millis(250);
/// What to do where the relay of the seed cannot be shown.
const MISSING: &str = "this machine has none; `cargo run -p playground --bin install-peers` fetches it";
/// As Spamhaus' SBL answers.
const LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// What is told while a drill runs; `at` is seconds since the mail began.
#[derive(Debug, Clone)]
pub enum Moment {
    Begins {
        directory: PathBuf,
    },
    /// A fault, or an order.
    Happens {
        at: f64,
        what: String,
    },
    /// Something that anybody can see of the node is different.
    Shows {
        at: f64,
        what: String,
    },
    Flows {
        at: f64,
        of: f64,
        sent: u64,
        delivered: u64,
        refused: u64,
        parked: u64,
    },
}

struct Course<'s> {
    scenario: &'s Scenario,
    options: &'s Options,
    tell: &'s (dyn Fn(&Moment) + Sync),
    world: World,
    node: Node,
    /// The relay of the seed, where the scenario wants it.
    beside: Option<Beside>,
    began: Instant,
    events: VecDeque<Event>,
    traffic: Traffic,
    seen: Seen,
    states: BTreeMap<String, String>,
    /// Sources that the provider itself refuses now.
    refused: BTreeSet<String>,
    /// The sender whose mail lists what carries it, and how many arrivals were looked at.
    carriers: Option<(String, usize)>,
    /// The latest act of the queue.
    act: Option<String>,
    /// The space of the spool's disk, where it is bounded.
    disk_mib: Option<u64>,
}

pub(crate) async fn run(
    scenario: &Scenario,
    options: &Options,
    tell: &(dyn Fn(&Moment) + Sync),
) -> Result<Report> {
    let mut world = World::start(scenario, options.sabotage).await?;
    let directory = if options.keep { world.keep() } else { world.path().to_owned() };
    tell(&Moment::Begins { directory: directory.clone() });
    let node = Node::start(&options.signpost, &world, scenario).await?;
    if scenario.world.certificate_days.is_some() {
        world.playground.look_at_dates(scenario.world.scale);
    }
    world.playground.set_connector(Some(node.smtp));
    let beside = match scenario.traffic.exim {
        Some(share) => Beside::start(share).await?,
        None => None,
    };
    let seen = Seen { certificate_ends: world.certificate_ends.into_iter().collect(), ..Seen::default() };
    let mut course = Course {
        scenario,
        options,
        tell,
        world,
        node,
        beside,
        began: Instant::now(),
        events: scenario.timeline(options.sabotage).into(),
        traffic: Traffic::new(scenario),
        seen,
        states: BTreeMap::new(),
        refused: BTreeSet::new(),
        carriers: None,
        act: None,
        disk_mib: None,
    };
    let played = course.play().await;
    let log = directory.join("log");
    played.with_context(|| format!("the drill broke off (node's log: {})", log.display()))?;
    course.look_at_the_end().await?;
    let figures = Figures::count(scenario, &course.world.playground, &course.seen);
    let Course { world, mut node, began, beside, seen, .. } = course;
    let took = began.elapsed();
    let exim = match (scenario.traffic.exim, beside) {
        (None, _) => None,
        (Some(_), None) => Some(Exim::Missing(MISSING.to_owned())),
        (Some(_), Some(beside)) => Some(Exim::Cost(beside.end().await?)),
    };
    node.kill().await?;
    world.playground.stop().await;
    let counted = Counted { figures, timeline: seen.timeline, exim };
    Ok(Report::judge(scenario, options.sabotage, counted, took, options.keep.then_some(directory)))
}

impl Course<'_> {
    async fn play(&mut self) -> Result<()> {
        let mut look_at = self.began;
        let mut settle_until = None;
        loop {
            let elapsed = self.elapsed();
            self.traffic.send_due(elapsed, &self.world.playground, &mut self.beside).await?;
            while self.events.front().is_some_and(|event| event.at <= elapsed) {
                if let Some(event) = self.events.pop_front() {
                    self.seen.first_fault.get_or_insert_with(wall_clock);
                    self.happen(event.fault).await?;
                }
            }
            if self.world.playground.refused_count() > 0 {
                self.look_at_page().await?;
            }
            if Instant::now() >= look_at {
                look_at = Instant::now() + LOOK;
                self.look().await?;
                if self.is_at_its_end(elapsed, &mut settle_until).await? {
                    return self.look().await;
                }
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Whether nothing more has to happen, or the time for what is left is over.
    async fn is_at_its_end(&self, elapsed: f64, settle_until: &mut Option<f64>) -> Result<bool> {
        if !self.traffic.is_over(elapsed) || !self.events.is_empty() {
            return Ok(false);
        }
        let until = *settle_until.get_or_insert(elapsed + self.scenario.settle);
        Ok(elapsed >= until || self.is_settled().await?)
    }

    /// What is known inside of incidents, public or not; and, for whoever looks at the directory, how the node answered.
    async fn look_at_the_end(&mut self) -> Result<()> {
        let answers = serde_json::to_vec(&self.world.playground.put_off_by())?;
        std::fs::write(self.world.path().join("answers.json"), answers)?;
        let known = self.node.command(&["incident", "ls", "--all"]).await?;
        self.seen.incidents = known["incidents"].as_array().map_or(0, Vec::len);
        Ok(())
    }

    fn elapsed(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    fn tell_happened(&mut self, what: String) {
        self.tell(&Moment::Happens { at: self.elapsed(), what });
    }

    fn tell(&mut self, moment: &Moment) {
        if let Moment::Happens { at, what } | Moment::Shows { at, what } = moment {
            self.seen.timeline.push((*at, what.clone()));
        }
        (self.tell)(moment);
    }

    async fn is_settled(&self) -> Result<bool> {
        let is_restored =
            self.scenario.until_restored.iter().all(|source| self.seen.back.contains_key(source));
        let delivered = self.world.playground.figures().delivered;
        let has_arrived = delivered >= self.traffic.expected && nowhere(&self.world.playground) == 0;
        Ok(is_restored && has_arrived && self.node.queue_is_empty().await?)
    }

    /// What anybody can see of the node.
    async fn look(&mut self) -> Result<()> {
        anyhow::ensure!(self.node.is_alive(), "the node ended by itself");
        let at = self.elapsed();
        let metrics = self.node.metrics().await?;
        let parked = metrics.figure("signpost_queue_parked")?;
        self.see_figures(&metrics, parked)?;
        self.see_space()?;
        self.look_at_page().await?;
        self.list_carriers()?;
        let sources = self.node.command(&["source", "ls"]).await?;
        for source in sources["sources"].as_array().into_iter().flatten() {
            let name = source["name"].as_str().unwrap_or_default().to_owned();
            self.see(&name, &state_of(source), at);
        }
        let figures = self.world.playground.figures();
        self.tell(&Moment::Flows {
            at,
            of: self.scenario.traffic.seconds,
            sent: figures.submitted,
            delivered: figures.delivered,
            refused: self.world.playground.refused_count() as u64,
            parked,
        });
        Ok(())
    }

    fn see_figures(&mut self, metrics: &Metrics, parked: u64) -> Result<()> {
        let seen = &mut self.seen;
        seen.parked_max = seen.parked_max.max(parked);
        let held = metrics.figure("signpost_senders_held")?;
        if held > 0 {
            seen.held_at.get_or_insert_with(wall_clock);
        } else if seen.held_at.is_some() {
            seen.freed_at.get_or_insert_with(wall_clock);
        }
        seen.senders_held = seen.senders_held.max(held);
        seen.alarms = seen.alarms.max(metrics.figure("signpost_alarms_total")?);
        if metrics.figure("signpost_certificates_ending")? > 0 {
            let now = self.node.now();
            seen.certificate_warned.get_or_insert(now);
        }
        let doubts = metrics.figure("signpost_maybe_duplicates_total")?;
        seen.maybe_duplicates = seen.maybe_duplicates.max(doubts);
        Ok(())
    }

    /// What is left of the spool's disk, looked at from outside.
    fn see_space(&mut self) -> Result<()> {
        let Some(mib) = self.disk_mib else { return Ok(()) };
        let left = (mib << 20).saturating_sub(self.world.spool_bytes()?);
        self.seen.space_min = Some(self.seen.space_min.map_or(left, |least| least.min(left)));
        Ok(())
    }

    /// The first public word, looked for as often as can be once something was refused.
    async fn look_at_page(&mut self) -> Result<()> {
        if self.seen.public.is_some() {
            return Ok(());
        }
        let public = self.node.public("/api/v2/incidents.json").await?;
        if let Some(incident) = public["incidents"].as_array().and_then(|all| all.first()) {
            self.seen.public = Some(wall_clock());
            let what = format!("public: {}", incident["name"].as_str().unwrap_or_default());
            self.tell(&Moment::Shows { at: self.elapsed(), what });
        }
        Ok(())
    }

    /// A source's state, worst over its places.
    fn see(&mut self, name: &str, state: &str, at: f64) {
        let before = self.states.insert(name.to_owned(), state.to_owned());
        if before.as_deref() == Some(state) || (before.is_none() && state == "clean") {
            return;
        }
        let is_out = ["quarantined", "probing"].contains(&state);
        if is_out {
            self.seen.out.entry(name.to_owned()).or_insert_with(wall_clock);
            self.seen.back.remove(name);
        } else if self.seen.out.contains_key(name) {
            self.seen.back.entry(name.to_owned()).or_insert_with(wall_clock);
        }
        self.tell(&Moment::Shows { at, what: format!("{name}: {state}") });
    }

    async fn count_doubts(&mut self) {
        // A node that is being killed has no figures; those of the last look count.
        let Ok(metrics) = self.node.metrics().await else { return };
        if let Ok(count) = metrics.figure("signpost_maybe_duplicates_total") {
            self.seen.maybe_duplicates = self.seen.maybe_duplicates.max(count);
        }
    }
}

/// The state that counts: everywhere, or at the worst place.
fn state_of(source: &serde_json::Value) -> String {
    let rank = |state: &str| {
        ["clean", "warming", "suspect", "probing", "quarantined"].iter().position(|one| *one == state)
    };
    let places =
        source["places"].as_array().into_iter().flatten().filter_map(|place| place["state"].as_str());
    let own = source["state"].as_str().into_iter();
    own.chain(places).max_by_key(|state| rank(state)).unwrap_or("clean").to_owned()
}
