//! One seed, one world: what is to come stands in one queue by time, and the loop takes what is next until the world has been well for long.
//!
//! ```text
//!   trouble begins and ends (faults.rs) --+
//!   clients offer mail -------------------+--> queue --next--> World::happen --> more of it, the laws look on
//!   the node ticks, polls, tries, writes -+
//! ```
//! A world has its trouble first and then half a day of calm: what had to wait must have come through at its end. Nothing here reads a clock, and no map
//! is walked in an order that chance decides, so a seed is the same world for ever.

use crate::coverage::Tally;
use crate::dice::Dice;
use crate::disk::Sick;
use crate::faults::{Fault, Timeline};
use crate::laws::{Breach, Law, Laws};
use crate::lists::Lists;
use crate::lives::Lives;
use crate::mail::Mail;
use crate::node::{Disk, Leg, Memory, Schedules};
use crate::receiver::{Answer, Receivers};
use crate::scene::{LISTS, Scene};
use core::net::IpAddr;
use guard::Change;
use model::{Duration, Timestamp};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The moment at which every world begins.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
/// How often the node looks at what is due.
const TICK: Duration = Duration::from_secs(5);
/// The same in calm weather, where nothing is in a hurry.
const CALM_TICK: Duration = Duration::from_secs(60);
/// How long everything is well at the end: longer than any wait that doubles.
pub(crate) const CALM: Duration = Duration::from_secs(14 * 3600);

/// Something that is to come.
#[derive(Debug)]
pub(crate) enum Event {
    /// A client writes a message.
    NextMail,
    /// A client has a message.
    Offer(Rc<Mail>),
    /// A connection stands: what is said now is said.
    Arrive(Leg),
    /// The conversation is over.
    Answered(Leg, Vec<Answer>),
    Tick,
    Poll(usize),
    /// The guard's journal is written.
    Write {
        done: Vec<Change>,
        proposed: Vec<(Change, &'static str)>,
    },
    Begin(Fault),
    End(Fault),
    /// The node comes up again.
    Start,
}

/// Everything that there is.
pub(crate) struct World {
    pub(crate) now: Timestamp,
    /// The node's clock is so many microseconds ahead.
    ahead: i64,
    queue: BTreeMap<(Timestamp, u64), (u32, Event)>,
    number: u64,
    /// Starts of the node; what an earlier one had under way is gone.
    pub(crate) run: u32,
    pub(crate) is_up: bool,
    pub(crate) up_since: Timestamp,
    /// It dies at the next word of a receiver; whether with the power.
    pub(crate) dies: Option<bool>,
    pub(crate) dice: Dice,
    pub(crate) scene: Scene,
    pub(crate) ours: Vec<IpAddr>,
    pub(crate) receivers: Receivers,
    pub(crate) lists: Lists,
    pub(crate) sick: Sick,
    pub(crate) memory: Memory,
    pub(crate) disk: Disk,
    pub(crate) schedules: Schedules,
    pub(crate) timeline: Timeline,
    pub(crate) laws: Laws,
    pub(crate) lives: Lives,
    pub(crate) tally: Tally,
    pub(crate) evidence: u64,
    pub(crate) mails: u64,
    pub(crate) ticks: u64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let scene = Scene::new(&mut dice);
        let ours = scene.sources.iter().map(|source| source.address).collect();
        let timeline = Timeline::new(&mut dice, &scene);
        let disk = Disk::default();
        let memory = Memory::start(&disk, &scene.sources, START);
        let mut world = Self {
            now: START,
            ahead: 0,
            queue: BTreeMap::new(),
            number: 0,
            run: 0,
            is_up: false,
            up_since: START,
            dies: None,
            dice,
            scene,
            ours,
            receivers: Receivers::default(),
            lists: Lists::default(),
            sick: Sick::default(),
            memory,
            disk,
            schedules: Schedules::new(),
            timeline,
            laws: Laws::default(),
            lives: Lives::default(),
            tally: Tally::default(),
            evidence: 0,
            mails: 0,
            ticks: 0,
        };
        world.plan_trouble();
        world.start();
        world.after(Duration::from_secs(1), Event::NextMail);
        world
    }

    /// Lives to the end, or to the first law that is broken.
    pub(crate) fn live(mut self) -> (Tally, Option<Breach>) {
        let end = self.ends_at();
        while let Some(((at, _), (run, event))) = self.queue.pop_first() {
            if at > end || self.laws.breach.is_some() {
                break;
            }
            self.now = at;
            if run == self.run || !event.is_the_nodes() {
                self.happen(event);
            }
        }
        if self.laws.breach.is_none() {
            self.look_at_the_end();
        }
        (self.tally, self.laws.breach)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::NextMail => self.next_mail(),
            Event::Offer(mail) => self.offered(mail),
            Event::Arrive(leg) => self.arrive(leg),
            Event::Answered(leg, answers) => self.answered(leg, answers),
            Event::Tick => self.tick(),
            Event::Poll(list) => self.poll(list),
            Event::Write { done, proposed } => self.write_guard(done, proposed),
            Event::Begin(fault) => self.begin(fault),
            Event::End(fault) => self.end(fault),
            Event::Start => self.start(),
        }
    }

    /// The node comes up, or comes up again.
    pub(crate) fn start(&mut self) {
        self.run += 1;
        self.is_up = true;
        self.up_since = self.now;
        let now = self.clock();
        self.disk.spool.restart();
        self.memory = Memory::start(&self.disk, &self.scene.sources, now);
        self.lives.restart(self.disk.board.records());
        self.laws_at_start();
        self.started();
        self.after(Duration::from_secs(1), Event::Tick);
        for list in 0..LISTS.len() {
            self.after(Duration::from_secs(2 + list as u64), Event::Poll(list));
        }
    }

    fn tick(&mut self) {
        self.ticks += 1;
        let sick = self.sick;
        self.disk.spool.prove_segment(sick);
        let _stops = self.disk.spool.sync(sick);
        let now = self.clock();
        self.guarded("due", |guard, _| guard.due(now));
        self.take_what_is_due();
        self.wake();
        self.tell_the_board();
        self.stumble();
        self.look_on();
        let wait = if self.is_calm() { CALM_TICK } else { TICK };
        self.after(wait, Event::Tick);
    }

    /// What the node takes for the time.
    pub(crate) fn clock(&self) -> Timestamp {
        Timestamp::from_micros(self.now.as_micros() + self.ahead)
    }

    /// The operating system's clock is set, which a start notices.
    pub(crate) fn step_clock(&mut self, micros: i64) {
        self.ahead += micros;
    }

    fn ends_at(&self) -> Timestamp {
        START + self.timeline.trouble + CALM
    }

    /// Whether nothing new comes any more.
    pub(crate) fn is_late(&self) -> bool {
        self.ends_at().since(self.now) < Duration::from_secs(2 * 3600)
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.now >= START + self.timeline.trouble
    }

    pub(crate) fn after(&mut self, wait: Duration, event: Event) {
        self.at(self.now + wait, event);
    }

    pub(crate) fn at(&mut self, at: Timestamp, event: Event) {
        self.number += 1;
        self.queue.insert((at, self.number), (self.run, event));
    }

    pub(crate) fn broken(&mut self, law: Law, what: String) {
        let at = self.now.since(START);
        self.laws.broken(law, at, what);
    }
}

impl Event {
    /// Whether it dies with the process.
    fn is_the_nodes(&self) -> bool {
        match self {
            Self::Arrive(_) | Self::Answered(..) | Self::Tick | Self::Poll(_) | Self::Write { .. } => true,
            Self::NextMail | Self::Offer(_) | Self::Begin(_) | Self::End(_) | Self::Start => false,
        }
    }
}
