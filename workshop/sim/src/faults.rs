//! What goes wrong in a world, and when: drawn from the seed before anything happens, and a few things that wait for their moment.
//!
//! Every trouble ends before the calm. Some come where they hurt most: a source that is coming back is refused again (`stumble`).

use crate::dice::Dice;
use crate::disk::Sick;
use crate::lists::{Lie, Ruin, SERVERS};
use crate::receiver::Mood;
use crate::scene::{CROWDED, HOSTS, LIAR, LISTS, Scene};
use crate::spool;
use crate::spool::{End, Record};
use crate::world::{Event, START, World};
use dispatch::Gate;
use guard::{Order, OrderKind, Place, Word};
use incident::{Act, Phase, Standing, Text};
use model::{Duration, MessageId};

/// One thing that goes wrong, or that a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Listed {
        list: usize,
        source: usize,
    },
    Mood {
        host: usize,
        mood: Mood,
    },
    Ruined {
        list: usize,
        ruin: Ruin,
    },
    Lying {
        server: usize,
        lie: Lie,
    },
    DiskFull,
    SyncFails,
    /// At the next word that a receiver says, which nobody hears then.
    Killed,
    PowerCut,
    /// Killed, and the clock is set by so many seconds before it comes up again.
    ClockSet {
        seconds: i64,
    },
    /// Many at once to one host, which may say that nobody exists.
    Rush {
        host: usize,
        nobody: bool,
    },
    Ordered {
        source: usize,
        kind: OrderKind,
    },
    ProbedByHand {
        source: usize,
    },
    HeldByHand,
    RemovalAsked,
    IncidentHandled,
}

/// A person who finds the node down comes again.
const COMES_AGAIN: Duration = Duration::from_secs(150);

impl Fault {
    fn is_a_persons(&self) -> bool {
        match self {
            Self::Ordered { .. }
            | Self::ProbedByHand { .. }
            | Self::HeldByHand
            | Self::RemovalAsked
            | Self::IncidentHandled => true,
            Self::Listed { .. }
            | Self::Mood { .. }
            | Self::Ruined { .. }
            | Self::Lying { .. }
            | Self::DiskFull
            | Self::SyncFails
            | Self::Killed
            | Self::PowerCut
            | Self::ClockSet { .. }
            | Self::Rush { .. } => false,
        }
    }
}

/// What is to come.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// How long things go wrong.
    pub(crate) trouble: Duration,
    /// How long a message may wait here.
    pub(crate) expires: Duration,
    plan: Vec<(Duration, Duration, Fault)>,
}

impl Timeline {
    pub(crate) fn new(dice: &mut Dice, scene: &Scene) -> Self {
        let trouble = Duration::from_secs(dice.between(150, 240) * 60);
        let expires = Duration::from_secs(3600 * *dice.pick(&[1, 1, 48]));
        let count = dice.between(20, 40);
        // Something is wrong already when the node comes up first.
        let first = (0..dice.below(3)).map(|_| Duration::ZERO).collect::<Vec<_>>();
        let later =
            (0..count).map(|_| Duration::from_secs(dice.below(trouble.as_secs() - 1800))).collect::<Vec<_>>();
        let plan = first.into_iter().chain(later).map(|begins| {
            let left = (trouble - begins).as_secs();
            let lasts = match dice.below(10) {
                0..=3 => dice.between(20, 300),
                4..=7 => dice.between(300, 1_800),
                _ => dice.between(1_800, 5_000),
            };
            let fault = if begins.is_zero() { first_fault(dice, scene) } else { fault(dice, scene) };
            (begins, Duration::from_secs(lasts.min(left - 60)), fault)
        });
        Self { trouble, expires, plan: plan.collect() }
    }
}

fn listed(dice: &mut Dice, scene: &Scene) -> Fault {
    let source = dice.below(scene.sources.len() as u64) as usize;
    Fault::Listed { list: dice.below(LISTS.len() as u64) as usize, source }
}

fn first_fault(dice: &mut Dice, scene: &Scene) -> Fault {
    if dice.percent(50) { listed(dice, scene) } else { lying(dice) }
}

fn lying(dice: &mut Dice) -> Fault {
    let lie = *dice.pick(&[
        Lie::Silent,
        Lie::Redirects,
        Lie::IsRefused,
        Lie::Denies,
        Lie::Remembers,
        Lie::Remembers,
    ]);
    Fault::Lying { server: dice.below(SERVERS as u64) as usize, lie }
}

fn fault(dice: &mut Dice, scene: &Scene) -> Fault {
    let source = dice.below(scene.sources.len() as u64) as usize;
    let host = dice.below(HOSTS.len() as u64) as usize;
    match dice.below(36) {
        0..=6 => listed(dice, scene),
        7 | 8 => Fault::Mood { host, mood: Mood::Bans(source) },
        9..=12 => Fault::Mood { host, mood: mood(dice) },
        13 | 14 => Fault::Mood { host: dice.below(3) as usize, mood: Mood::NotTheTenants },
        15 => Fault::Mood { host: LIAR, mood: Mood::Lies },
        16 => Fault::Ruined {
            list: dice.below(LISTS.len() as u64) as usize,
            ruin: *dice.pick(&[Ruin::ListsTheWorld, Ruin::IsEmpty]),
        },
        17 | 18 => lying(dice),
        19 => dice.pick(&[Fault::DiskFull, Fault::SyncFails]).clone(),
        20 | 21 => dice.pick(&[Fault::Killed, Fault::PowerCut]).clone(),
        22 => Fault::ClockSet { seconds: dice.between(0, 7_200) as i64 - 3_600 },
        23 => Fault::Rush { host: *dice.pick(&CROWDED), nobody: true },
        24 => Fault::Rush { host: *dice.pick(&CROWDED), nobody: false },
        25 | 26 => Fault::Ordered { source, kind: *dice.pick(&[OrderKind::Out, OrderKind::In]) },
        27 => Fault::ProbedByHand { source },
        28 | 29 => Fault::RemovalAsked,
        30 | 31 => Fault::HeldByHand,
        _ => Fault::IncidentHandled,
    }
}

fn mood(dice: &mut Dice) -> Mood {
    let moods = [
        Mood::Unreachable,
        Mood::NoName,
        Mood::Busy,
        Mood::Limits,
        Mood::Greylists,
        Mood::Riddles,
        Mood::Riddles,
        Mood::CallsAllSpam,
        Mood::LosesTheEnd,
        Mood::LosesTheBegin,
        Mood::NoTls,
    ];
    *dice.pick(&moods)
}

impl World {
    pub(crate) fn plan_trouble(&mut self) {
        for (begins, lasts, fault) in std::mem::take(&mut self.timeline.plan) {
            self.at(START + begins, Event::Begin(fault.clone()));
            self.at(START + begins + lasts, Event::End(fault));
        }
    }

    pub(crate) fn begin(&mut self, fault: Fault) {
        if fault.is_a_persons() && !self.is_up {
            // What begins late is not left as it is, though its end has come by meanwhile.
            self.after(COMES_AGAIN * 2, Event::End(fault.clone()));
            return self.after(COMES_AGAIN, Event::Begin(fault));
        }
        let now = self.now;
        match fault {
            Fault::Listed { list, source } => self.lists.list(list, source, now),
            Fault::Mood { host, mood } => self.receivers.feels(host, mood),
            Fault::Ruined { list, ruin } => self.lists.ruin(list, Some(ruin), now),
            Fault::Lying { server, lie } => self.lists.lie(server, Some(lie), now),
            Fault::DiskFull => self.sick.is_full = true,
            Fault::SyncFails => self.sick.fails_sync = true,
            Fault::Killed => self.dies = Some(false),
            Fault::PowerCut => self.dies = Some(true),
            Fault::ClockSet { seconds } => {
                self.goes_down(false);
                self.step_clock(seconds * 1_000_000);
                self.laws.clock_was_set();
            }
            Fault::Rush { host, nobody } => {
                if nobody {
                    self.receivers.feels(host, Mood::NobodyExists);
                }
                self.rush(host, 50);
            }
            Fault::Ordered { source, kind } => self.ordered(source, kind),
            Fault::ProbedByHand { source } => self.probed_by_hand(source),
            Fault::HeldByHand => self.hold_some(),
            Fault::RemovalAsked => self.ask_for_removal(),
            Fault::IncidentHandled => self.handle_incidents(),
        }
    }

    pub(crate) fn end(&mut self, fault: Fault) {
        if fault.is_a_persons() && !self.is_up {
            return self.after(COMES_AGAIN, Event::End(fault));
        }
        let now = self.now;
        match fault {
            Fault::Listed { list, source } => self.lists.let_go(list, source, now),
            Fault::Mood { host, mood } => self.receivers.forgets(host, mood, now),
            Fault::Ruined { list, .. } => self.lists.ruin(list, None, now),
            Fault::Lying { server, .. } => self.lists.lie(server, None, now),
            Fault::DiskFull | Fault::SyncFails => self.sick = Sick::default(),
            Fault::Rush { host, .. } => self.receivers.forgets(host, Mood::NobodyExists, now),
            Fault::Ordered { source, .. } => self.order_ends(source),
            Fault::HeldByHand => self.let_go_all(),
            Fault::RemovalAsked => self.ask_for_removal(),
            Fault::IncidentHandled => self.handle_incidents(),
            Fault::Killed | Fault::PowerCut | Fault::ClockSet { .. } | Fault::ProbedByHand { .. } => {}
        }
    }

    /// The process is gone at once, and comes up again after a while.
    pub(crate) fn goes_down(&mut self, power: bool) {
        self.dies = None;
        if !self.is_up {
            return;
        }
        self.is_up = false;
        self.laws.guard.went_down(&self.memory.guard);
        let under_way =
            self.disk.spool.entries.values().filter(|entry| entry.standing == spool::Standing::Delivering);
        let in_flight: Vec<MessageId> = under_way.map(|entry| entry.mail.id).collect();
        for id in &in_flight {
            self.tally.took("message", "delivering", "killed", "waiting");
            self.laws.books.was_in_flight(*id);
        }
        for id in self.disk.spool.at_risk(power) {
            self.laws.books.may_be_undone(id);
        }
        self.disk.watch.restart(power);
        if power {
            self.disk.spool.cut(&mut self.dice);
            self.disk.guard.cut(&mut self.dice);
            self.disk.board.cut_tail();
        }
        self.run += 1;
        let wait = Duration::from_secs(self.dice.between(1, 120));
        self.after(wait, Event::Start);
    }

    /// What comes back is hit again: a source that is probed or warms up, a host that takes mail after a refusal.
    pub(crate) fn stumble(&mut self) {
        if self.is_calm() || self.left() < Duration::from_secs(1800) || !self.dice.percent(3) {
            return;
        }
        let lasts = Duration::from_secs(self.dice.between(30, 600));
        let found = if self.dice.percent(60) { self.hit_a_source() } else { self.hit_a_probe() };
        if let Some(fault) = found {
            self.begin(fault.clone());
            self.after(lasts, Event::End(fault));
        }
    }

    fn hit_a_source(&mut self) -> Option<Fault> {
        let rows = crate::guarded::rows(&self.memory.guard);
        let is_returning = |word| matches!(word, Word::Probing | Word::Warming);
        let returning: Vec<_> =
            rows.into_iter().filter(|(_, row)| is_returning(row.state.word())).map(|(key, _)| key).collect();
        if returning.is_empty() {
            return None;
        }
        let (name, place) = self.dice.pick(&returning).clone();
        let source = self.scene.sources.iter().position(|one| one.name == name)?;
        let is_there = |host: &usize| place.holds(crate::carry::receiver(*host));
        let hosts: Vec<usize> = (0..HOSTS.len()).filter(is_there).collect();
        Some(match (place, self.dice.percent(60)) {
            (Place::Everywhere, _) | (_, false) => {
                Fault::Listed { list: self.dice.below(2) as usize, source }
            }
            (Place::Provider(_) | Place::Site(_), true) => {
                Fault::Mood { host: *self.dice.pick(&hosts), mood: Mood::Bans(source) }
            }
        })
    }

    fn hit_a_probe(&mut self) -> Option<Fault> {
        let gates = self.memory.probes.gates().into_iter();
        let (fate, gate) = gates.filter(|(_, gate)| !matches!(gate, Gate::Closed { .. })).last()?;
        let host = HOSTS.iter().position(|host| host.name == fate.host)?;
        let mood = if matches!(gate, Gate::Open { .. }) { Mood::Riddles } else { Mood::Unreachable };
        Some(Fault::Mood { host, mood })
    }

    fn left(&self) -> Duration {
        (START + self.timeline.trouble).since(self.now)
    }

    fn ordered(&mut self, source: usize, kind: OrderKind) {
        let (now, name) = (self.clock(), self.scene.sources[source].name.clone());
        let until = now + Duration::from_secs(3 * 3600);
        self.laws.guard.handled(now);
        let order = Order { kind, by: "kim".to_owned(), note: String::new(), since: now, until };
        self.guarded("a person", |guard, id| guard.order(&name, &Place::Everywhere, order, id, now));
    }

    fn order_ends(&mut self, source: usize) {
        let (now, name) = (self.clock(), self.scene.sources[source].name.clone());
        self.laws.guard.handled(now);
        self.guarded("a person", |guard, id| guard.end_order(&name, &Place::Everywhere, id, now));
    }

    fn probed_by_hand(&mut self, source: usize) {
        let (now, name) = (self.clock(), self.scene.sources[source].name.clone());
        self.laws.guard.handled(now);
        self.guarded("a person", |guard, id| guard.probe_now(&name, &Place::Everywhere, id, now));
    }

    /// A person holds a third of what is here, or all of one tenant's.
    fn hold_some(&mut self) {
        let now = self.clock();
        let whole = self.dice.below(2 * self.scene.tenants.len() as u64) as usize;
        let may = |standing| matches!(standing, spool::Standing::Waiting | spool::Standing::Parked);
        let here = self.disk.spool.entries.values().filter(|one| may(one.standing));
        let here: Vec<(MessageId, spool::Standing, usize)> =
            here.map(|one| (one.mail.id, one.standing, one.mail.tenant)).collect();
        for (id, standing, tenant) in here {
            if tenant == whole || self.dice.percent(33) {
                let from = if standing == spool::Standing::Parked { "parked" } else { "waiting" };
                self.tally.took("message", from, "a person", "held");
                self.disk.spool.note(id, Record::Held, now);
            }
        }
    }

    /// And lets it go, or gives it up.
    pub(crate) fn let_go_all(&mut self) {
        let now = self.clock();
        let held: Vec<MessageId> = self
            .disk
            .spool
            .entries
            .values()
            .filter(|one| one.standing == spool::Standing::Held)
            .map(|one| one.mail.id)
            .collect();
        for id in held {
            let Some(entry) = self.disk.spool.entries.get(&id) else { continue };
            let mail = entry.mail.clone();
            let left: Vec<usize> =
                (0..mail.recipients.len()).filter(|one| !entry.ended.contains_key(one)).collect();
            if self.dice.percent(20) {
                self.ended(&mail, left.into_iter().map(|one| (one, End::Person)).collect(), "a person");
            } else {
                self.tally.took("message", "held", "a person", "waiting");
                self.disk.spool.note(id, Record::Released { due: now }, now);
            }
        }
        // A person hears that it is done when it is on disk, and comes again until then.
        let sick = self.sick;
        if self.disk.spool.sync(sick).is_err() {
            self.after(COMES_AGAIN, Event::End(Fault::HeldByHand));
        }
    }

    /// A person looks at the incidents: drops a suspicion, ends, writes what was learned. What does not fit is refused, and that is fine.
    fn handle_incidents(&mut self) {
        let all: Vec<_> = self
            .memory
            .board
            .incidents()
            .iter()
            .map(|one| (one.id.clone(), one.standing, one.phase))
            .collect();
        for (incident, standing, phase) in all {
            let text = Text::same("It was looked at.");
            let acts = match (standing, phase) {
                (Standing::Suspected, _) if self.dice.percent(40) => vec![Act::Dismiss { incident }],
                (Standing::Confirmed, Phase::Resolved) if self.dice.percent(40) => vec![
                    Act::WritePostmortem { incident: incident.clone(), text },
                    Act::PublishPostmortem { incident, despite_marks: true },
                ],
                (Standing::Confirmed, _) if self.dice.percent(30) => {
                    vec![Act::Resolve { incident, text: None }]
                }
                (
                    Standing::Suspected
                    | Standing::Confirmed
                    | Standing::Dismissed
                    | Standing::Absorbed
                    | Standing::Merged,
                    _,
                ) => {
                    vec![Act::Acknowledge { incident }]
                }
            };
            acts.iter().for_each(|act| self.act(act));
        }
    }

    fn act(&mut self, act: &Act) {
        let now = self.clock();
        self.memory.flow.facts += 1;
        let id = format!("act/{}/{}", self.run, self.memory.flow.facts).parse().expect("the id is one");
        if let Ok(changes) = self.memory.board.act(act, "kim", id, now) {
            self.journalled(changes, "a person");
        }
    }
}
