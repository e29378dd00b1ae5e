//! One run: mail at its pace, faults at their times, looks at the node in between, and the wait for what is left.

use crate::Options;
use crate::figures::{Figures, Seen};
use crate::node::Node;
use crate::report::Report;
use crate::scenario::{Event, Fault, Scenario};
use crate::traffic::Traffic;
use crate::world::World;
use anyhow::{Context as _, Result};
use model::Stage;
use playground::dns::Mood;
use playground::{Act, ScriptRule, Turns, wall_clock};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// Between two steps: mail, faults.
const STEP: Duration = Duration::from_millis(10);
/// Between two looks at the node.
const LOOK: Duration = Duration::from_millis(250);
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
    began: Instant,
    events: VecDeque<Event>,
    traffic: Traffic,
    seen: Seen,
    states: BTreeMap<String, String>,
}

pub(crate) async fn run(
    scenario: &Scenario,
    options: &Options,
    tell: &(dyn Fn(&Moment) + Sync),
) -> Result<Report> {
    let mut world = World::start(scenario).await?;
    let directory = if options.keep { world.keep() } else { world.path().to_owned() };
    tell(&Moment::Begins { directory: directory.clone() });
    let node = Node::start(&options.signpost, world.path(), scenario.world.scale).await?;
    world.playground.set_connector(Some(node.smtp));
    let sabotage = scenario.sabotage.events.iter().filter(|_| options.sabotage);
    let mut events: Vec<Event> = scenario.events.iter().chain(sabotage).cloned().collect();
    events.sort_by(|one, other| one.at.total_cmp(&other.at));
    let mut course = Course {
        scenario,
        options,
        tell,
        world,
        node,
        began: Instant::now(),
        events: events.into(),
        traffic: Traffic::new(scenario.traffic.per_second, scenario.traffic.seconds),
        seen: Seen::default(),
        states: BTreeMap::new(),
    };
    let played = course.play().await;
    let log = directory.join("log");
    played.with_context(|| format!("the drill broke off (node's log: {})", log.display()))?;
    let figures = Figures::count(scenario, &course.world.playground, &course.seen);
    let Course { world, mut node, began, .. } = course;
    let took = began.elapsed();
    node.kill().await?;
    world.playground.stop().await;
    Ok(Report::judge(scenario, options.sabotage, figures, took, options.keep.then_some(directory)))
}

impl Course<'_> {
    async fn play(&mut self) -> Result<()> {
        let mut look_at = self.began;
        let mut settle_until = None;
        loop {
            let elapsed = self.elapsed();
            self.traffic.send_due(elapsed, &self.world.playground).await?;
            while self.events.front().is_some_and(|event| event.at <= elapsed) {
                if let Some(event) = self.events.pop_front() {
                    self.happen(event.fault).await?;
                }
            }
            self.look_at_page().await?;
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

    fn elapsed(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    fn tell(&self, moment: &Moment) {
        (self.tell)(moment);
    }

    async fn is_settled(&self) -> Result<bool> {
        let is_restored =
            self.scenario.until_restored.iter().all(|source| self.seen.back.contains_key(source));
        let delivered = self.world.playground.figures().delivered;
        Ok(is_restored && delivered >= self.traffic.sent && self.node.queue_is_empty().await?)
    }

    async fn happen(&mut self, fault: Fault) -> Result<()> {
        let what = told(&fault);
        match fault {
            Fault::List { source } => {
                self.world.playground.dns().list(self.address(&source)?, LISTED);
                self.seen.listed.insert(source, wall_clock());
            }
            Fault::Unlist { source } => {
                self.world.playground.dns().unlist(self.address(&source)?);
                self.seen.unlisted.insert(source, wall_clock());
            }
            Fault::Refuse { reply, source } => {
                if let Some(source) = &source {
                    self.seen.listed.insert(source.clone(), wall_clock());
                }
                let source = source.map(|source| self.address(&source)).transpose()?.map(IpAddr::V4);
                let rule = ScriptRule::new(Stage::Rcpt, Turns::Always, Act::Reply(reply));
                self.world.playground.script(ScriptRule { source, ..rule });
            }
            Fault::Relent => {
                self.world.playground.clear_script();
                let ended = self.seen.listed.keys().map(|source| (source.clone(), wall_clock()));
                self.seen.unlisted.extend(ended);
            }
            Fault::ListWorld { zone } => {
                self.world.playground.dns().set_mood(&zone, Mood::ListsTheWorld(LISTED))
            }
            Fault::MendList { zone } => self.world.playground.dns().set_mood(&zone, Mood::Right),
            Fault::ResolverGone => self.world.playground.dns().set_failing(true),
            Fault::ResolverBack => self.world.playground.dns().set_failing(false),
            Fault::Kill => self.restart().await?,
            Fault::Order { act, source, place } => {
                let place = place.unwrap_or_else(|| "everywhere".to_owned());
                self.node.command(&["source", &act, &source, "--place", &place, "--note", "drill"]).await?;
            }
        }
        self.tell(&Moment::Happens { at: self.elapsed(), what });
        Ok(())
    }

    async fn restart(&mut self) -> Result<()> {
        self.count_doubts().await;
        let (program, scale) = (&self.options.signpost, self.scenario.world.scale);
        // A second one over the same directory is refused while the first lives: it is killed before.
        self.node.kill().await?;
        self.node = Node::start(program, self.world.path(), scale).await?;
        self.world.playground.set_connector(Some(self.node.smtp));
        Ok(())
    }

    fn address(&self, source: &str) -> Result<Ipv4Addr> {
        self.scenario.address(source).with_context(|| format!("the scenario has no source {source}"))
    }

    /// What anybody can see of the node.
    async fn look(&mut self) -> Result<()> {
        anyhow::ensure!(self.node.is_alive(), "the node ended by itself");
        let at = self.elapsed();
        let parked = self.node.figure("signpost_queue_parked").await?;
        self.seen.parked_max = self.seen.parked_max.max(parked);
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
            refused: self.world.playground.refused().len() as u64,
            parked,
        });
        self.count_doubts().await;
        Ok(())
    }

    /// The first public word, looked for as often as can be once something was refused.
    async fn look_at_page(&mut self) -> Result<()> {
        if self.seen.public.is_some() || self.world.playground.refused().is_empty() {
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
        if let Ok(count) = self.node.figure("signpost_maybe_duplicates_total").await {
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

fn told(fault: &Fault) -> String {
    match fault {
        Fault::List { source } => format!("{source} is listed"),
        Fault::Unlist { source } => format!("{source} is off the list"),
        Fault::Refuse { reply, source: Some(source) } => format!("the provider answers {source}: {reply}"),
        Fault::Refuse { reply, source: None } => format!("the provider answers: {reply}"),
        Fault::Relent => "the provider answers as ever".to_owned(),
        Fault::ListWorld { zone } => format!("{zone} lists the world"),
        Fault::MendList { zone } => format!("{zone} is mended"),
        Fault::ResolverGone => "no name server answers".to_owned(),
        Fault::ResolverBack => "name servers answer again".to_owned(),
        Fault::Kill => "the node was killed and started again".to_owned(),
        Fault::Order { act, source, place: None } => format!("an operator orders: source {act} {source}"),
        Fault::Order { act, source, place: Some(place) } => {
            format!("an operator orders: source {act} {source} at {place}")
        }
    }
}
