//! The day of the seed, 2024-10-19, on a relay that has the evidence.
//!
//! The page that it happened to first said a word after 18 h 29 min, showed 3 h 41 min for what lasted 19 h 28 min, and knew of no message what
//! became of it.

use crate::support::*;
use incident::lint::{self, Rule};
use incident::{
    Absorbed, Act, ActError, Clock, Impact, Incident, Language, Phase, Reach, Settings, SourceState,
    Standing, State, Strength, Text, What,
};
use model::{Duration, Timestamp};

const LISTED: &str = "2024-10-19T15:58:51Z";
const DELISTED: &str = "2024-10-20T11:27:37Z";
/// Messages of each ten seconds for Microsoft, and for all others.
const TO_MICROSOFT: u64 = 3;
const TO_OTHERS: u64 = 2;

/// A relay with one address: what Microsoft does not take waits.
struct Day {
    world: World,
    began: Timestamp,
    accepted: u64,
    ended: u64,
    /// When each message that waits came.
    parked: Vec<Timestamp>,
    parked_max: u64,
    /// How many ever waited.
    waited: u64,
    is_listed: bool,
}

impl Day {
    fn new() -> Self {
        let world = World::new("2024-10-19T15:00:01Z", unattended());
        let began = world.now;
        Self {
            world,
            began,
            accepted: 0,
            ended: 0,
            parked: Vec::new(),
            parked_max: 0,
            waited: 0,
            is_listed: false,
        }
    }

    /// Ten seconds of mail.
    fn ten_seconds(&mut self) {
        self.world.wait(10);
        self.accepted += TO_MICROSOFT + TO_OTHERS;
        self.ended += TO_OTHERS;
        self.world.fact(delivered("eu-1", GOOGLE, TO_OTHERS));
        if self.is_listed {
            self.parked.extend([self.world.now; TO_MICROSOFT as usize]);
            self.waited += TO_MICROSOFT;
        } else {
            self.ended += TO_MICROSOFT;
            self.world.fact(delivered("eu-1", MICROSOFT, TO_MICROSOFT));
        }
        self.look();
    }

    fn look(&mut self) {
        let oldest = self.parked.first().map_or(0, |first| self.world.now.since(*first).as_secs());
        let held = self.parked.len() as u64;
        self.parked_max = self.parked_max.max(held);
        self.world.fact(waiting(Some(MICROSOFT), held, oldest));
        let since = self.began;
        self.world.fact(What::Balanced {
            since,
            held_before: 0,
            accepted: self.accepted,
            ended: self.ended,
            held,
        });
        self.world.fact(reported(0));
    }

    fn until(&mut self, end: &str) {
        while self.world.now + seconds(10) <= at(end) {
            self.ten_seconds();
        }
    }

    /// One message is refused, and the guard takes the address out where it is refused: it is the last one.
    fn is_refused(&mut self) {
        self.world.wait(at(LISTED).since(self.world.now).as_secs());
        self.accepted += 1;
        self.parked.push(self.world.now);
        self.waited += 1;
        self.world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 1));
        let (from, to) = (SourceState::Clean, SourceState::Quarantined);
        self.world.fact(source("eu-1", from, to, at_provider(MICROSOFT)));
        self.is_listed = true;
    }

    fn list(&mut self, is_open: bool) {
        let (list, source) = ("Spamhaus ZEN".to_owned(), "eu-1".parse().unwrap());
        self.world.fact(if is_open {
            What::ListingOpened { list, source, strength: Strength::Strong }
        } else {
            What::ListingClosed { list, source }
        });
    }

    /// So many of those that waited longest are taken.
    fn drain(&mut self, count: usize) {
        let count = count.min(self.parked.len());
        let gone: Vec<Timestamp> = self.parked.drain(..count).collect();
        self.ended += gone.len() as u64;
        for came in gone {
            let after = self.world.now.since(came).as_secs();
            self.world.fact(delivered_after("eu-1", MICROSOFT, 1, after));
        }
    }

    /// The list names us no more; after a quarter of an hour of clean polls a trickle is tried, then all goes.
    fn recovers(&mut self) {
        self.until(DELISTED);
        self.list(false);
        self.until("2024-10-20T11:42:37Z");
        let reach = || at_provider(MICROSOFT);
        self.world.fact(source("eu-1", SourceState::Quarantined, SourceState::Probing, reach()));
        self.drain(3);
        self.ten_seconds();
        self.world.fact(source("eu-1", SourceState::Probing, SourceState::Clean, reach()));
        self.is_listed = false;
        while !self.parked.is_empty() {
            self.drain(200);
            self.ten_seconds();
        }
    }
}

fn play() -> Day {
    let mut day = Day::new();
    day.until("2024-10-19T15:58:45Z");
    assert!(day.world.board.incidents().is_empty());
    day.is_refused();
    day.until("2024-10-19T15:59:20Z");
    day.list(true);
    day.recovers();
    day.until("2024-10-20T13:30:00Z");
    day
}

fn is_before(incident: &Incident, first: Clock, second: Clock) -> bool {
    incident.clocks.at(first).unwrap() <= incident.clocks.at(second).unwrap()
}

#[test]
fn the_first_word_is_public_within_a_minute_of_the_first_refused_message() {
    let mut day = Day::new();
    day.until("2024-10-19T15:58:45Z");
    day.is_refused();
    let found = day.world.only();
    assert_eq!(found.standing, Standing::Confirmed);
    assert_eq!(found.clocks.at(Clock::Detected), Some(at(LISTED)));
    assert_eq!((found.cause.word(), found.rule.as_str()), ("address", "address-refused"));
    day.until("2024-10-19T15:59:51Z");
    let posted = day.world.only().clocks.time_to_post().unwrap();
    assert!(posted <= seconds(60), "{posted:?}");
    let (phase, text) = day.world.said().remove(0);
    assert_eq!(phase, Phase::Investigating);
    assert_eq!(
        text,
        "Since 2024-10-19 15:58:51 UTC some receiving systems have refused mail from our addresses in EU. \
         Messages refused so far: 1. Messages that wait here and go out by themselves: 4. \
         You need not change anything: mail that waits here is kept and goes out by itself. \
         We will say more by 2024-10-19 16:29:11 UTC."
    );
}

#[test]
fn the_right_component_of_the_right_region_is_red_and_no_other() {
    let mut day = Day::new();
    day.until("2024-10-19T15:58:45Z");
    day.is_refused();
    day.until("2024-10-19T16:10:00Z");
    assert_eq!(day.world.state("eu/return-microsoft"), State::MajorOutage);
    assert_eq!(day.world.state("eu/return-google"), State::Operational);
    let incident = day.world.only();
    assert_eq!(incident.effects.keys().map(ToString::to_string).collect::<Vec<_>>(), ["eu/return-microsoft"]);
    assert_eq!(
        (incident.impact(), worst(incident)),
        (Impact::Major, Impact::Critical),
        "more is a person's word"
    );
}

/// Played once and looked at often: it takes a while.
#[test]
fn the_whole_day_holds_what_a_reader_wants_of_it() {
    let day = play();
    clocks_timeline_and_figures_of_the_day_agree_with_what_happened(&day);
    nothing_is_said_to_be_better_before_microsoft_takes_mail_again(&day);
    each_promise_to_say_more_is_kept(&day);
    the_last_word_has_both_times_and_says_that_none_was_lost(&day);
    the_draft_has_every_clock_and_figure_and_no_name_of_ours(&day);
    the_window_that_the_real_postmortem_claimed_is_refused(&day);
    by_day_it_costs_both_days_what_it_took_from_them(&day);
}

fn clocks_timeline_and_figures_of_the_day_agree_with_what_happened(day: &Day) {
    let incident = day.world.only();
    let clocks = &incident.clocks;
    assert_eq!(clocks.disorder(), None);
    assert_eq!(clocks.at(Clock::HarmBegan), Some(at(LISTED)));
    assert!(clocks.at(Clock::Identified).is_some() && is_before(incident, Clock::Posted, Clock::Mitigated));
    let ended = clocks.at(Clock::HarmEnded).unwrap();
    assert!(ended > at("2024-10-20T11:42:37Z") && ended < at("2024-10-20T12:05:00Z"), "{ended}");
    assert!(clocks.at(Clock::Resolved).unwrap() >= ended + seconds(1800));
    let order = [Phase::Investigating, Phase::Identified, Phase::Monitoring, Phase::Resolved];
    assert_eq!(day.world.phases(), order);
    assert!(incident.updates.iter().all(|update| is_proven(incident, update)));

    let harm = &incident.harm;
    assert_eq!((harm.refused.count, harm.reported.count, harm.moved.count), (1, 0, 0));
    assert_eq!(harm.parked_max.count, day.parked_max);
    assert_eq!(harm.delayed.count, day.waited, "each message that waited was delivered, late");
    assert_eq!((harm.lost.count, harm.lost.evidence.is_some()), (0, true), "none lost, and somebody counted");
    assert_eq!(day.accepted, day.ended, "and so it was");
}

fn nothing_is_said_to_be_better_before_microsoft_takes_mail_again(day: &Day) {
    let world = day.world.as_of(at("2024-10-20T11:42:20Z"));
    assert_eq!(world.phases(), [Phase::Investigating, Phase::Identified]);
    let incident = world.only();
    assert_eq!(
        incident.clocks.at(Clock::Mitigated),
        None,
        "Google took mail all the time, which proves nothing"
    );
    assert_eq!(incident.effects[&component("eu/return-microsoft")].state, State::MajorOutage);
}

fn each_promise_to_say_more_is_kept(day: &Day) {
    let mut posted = day.world.only().posted_updates();
    posted.reverse();
    for pair in posted.windows(2) {
        assert!(pair[1].posted_at().unwrap().since(pair[0].posted_at().unwrap()) <= seconds(1800));
    }
    let marks = lint::incident(day.world.only());
    assert_eq!(marks, [], "nothing that we said contradicts the evidence");
}

fn the_last_word_has_both_times_and_says_that_none_was_lost(day: &Day) {
    let (phase, text) = day.world.said().pop().unwrap();
    assert_eq!(phase, Phase::Resolved);
    for part in [
        "This is over: it lasted from 2024-10-19 15:58:51 UTC to 2024-10-20 12:00",
        "No sender got a failure report because of it.",
        "No message was lost: each one was delivered, answered, or is still here.",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let german = day.world.only().posted_updates()[0].body(Language::De);
    assert!(german.contains("Keine Nachricht ging verloren"), "{german}");
}

fn the_draft_has_every_clock_and_figure_and_no_name_of_ours(day: &Day) {
    let id = day.world.only().id.clone();
    let draft = day.world.board.draft(&id).unwrap();
    let text = Text { en: draft.markdown(Language::En), de: draft.markdown(Language::De) };
    for part in [
        "| Harm began | 2024-10-19T15:58:51.000000Z[^1] |",
        "| From the first failure to the first public word | 20 s",
        "| Messages lost | 0[^",
        "| Failure reports to senders | 0[^",
        "Microsoft 365 refused our address 1 (a block list), messages: 1.",
        "Our address 1 is now taken out (before: in use).",
        "Spamhaus ZEN lists our address 1.",
        "Spamhaus ZEN no longer lists our address 1.",
        "Nothing waits without attempts any more.",
        "EU: Return to Microsoft 365: down, since 2024-10-19 15:59",
    ] {
        assert!(text.en.contains(part), "{part}\n{}", text.en);
    }
    assert!(
        !text.en.contains("eu-1") && !text.en.contains("acme") && !text.de.contains("eu-1"),
        "{}",
        text.en
    );
    assert_eq!(lint::postmortem(day.world.only(), &text), [], "the draft agrees with its own evidence");
    let mut world = day.world.restarted();
    world.act(Act::WritePostmortem { incident: id.clone(), text }).unwrap();
    world.act(Act::PublishPostmortem { incident: id, despite_marks: false }).unwrap();
    assert_eq!(world.only().phase, Phase::Postmortem);
}

fn the_window_that_the_real_postmortem_claimed_is_refused(day: &Day) {
    let mut world = day.world.restarted();
    let id = world.only().id.clone();
    let claim = "Due to a block list, between October 19, 2024 15:58:51 and October 20, 2024 11:27:37, some mail was late.";
    world.act(Act::WritePostmortem { incident: id.clone(), text: Text::same(claim) }).unwrap();
    let refused = world.act(Act::PublishPostmortem { incident: id.clone(), despite_marks: false });
    let Err(ActError::Marks(marks)) = refused else { panic!("{refused:?}") };
    assert!(marks.iter().any(|mark| mark.rule == Rule::EvidenceOutsideWindow), "{marks:?}");
    world.act(Act::PublishPostmortem { incident: id, despite_marks: true }).unwrap();
    let shown = world.only().postmortem.as_ref().unwrap().current();
    assert!(!shown.marks.is_empty(), "the mark stands beside it for ever");
}

fn by_day_it_costs_both_days_what_it_took_from_them(day: &Day) {
    let days = day.world.board.component(&component("eu/return-microsoft")).unwrap().days(day.world.now, 2);
    let down: Vec<u64> = days.iter().map(|day| day.seconds.major_outage).collect();
    let first = at("2024-10-20T00:00:00Z").since(at(LISTED)).as_secs();
    assert!(down[0] <= first && down[0] >= first - 60, "{down:?}");
    assert!(down[1] >= at(DELISTED).since(at("2024-10-20T00:00:00Z")).as_secs(), "{down:?}");
}

/// With a second address the guard moves the mail within seconds.
fn two_addresses(absorbed: Absorbed) -> World {
    let mut settings: Settings = unattended();
    settings.policy.absorbed = absorbed;
    let mut world = World::new("2024-10-19T15:30:01Z", settings);
    world.fact(delivered("eu-2", MICROSOFT, 1));
    world.flow(1700);
    world.wait(at(LISTED).since(world.now).as_secs());
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 2));
    world.fact(source("eu-1", SourceState::Clean, SourceState::Quarantined, Reach::Everywhere));
    world.wait(4);
    world.fact(moved("eu-2", MICROSOFT, 2));
    let flow = |world: &mut World, seconds: u64| {
        for _ in 0..seconds / 10 {
            world.wait(10);
            world.fact(delivered("eu-2", MICROSOFT, 5));
            world.fact(delivered("eu-2", GOOGLE, 5));
        }
    };
    flow(&mut world, 3600);
    world.fact(source("eu-1", SourceState::Quarantined, SourceState::Probing, Reach::Everywhere));
    world.fact(source("eu-1", SourceState::Probing, SourceState::Clean, Reach::Everywhere));
    flow(&mut world, 3600);
    world
}

#[test]
fn what_the_guard_moved_at_once_is_absorbed_and_shown_with_its_figures() {
    let world = two_addresses(Absorbed::Show);
    let incident = world.only();
    assert_eq!(incident.standing, Standing::Absorbed);
    assert!(
        !incident.is_posted() && incident.is_shown(Absorbed::Show) && !incident.is_shown(Absorbed::Record)
    );
    assert_eq!((incident.harm.refused.count, incident.harm.moved.count), (2, 2));
    assert_eq!(worst(incident), Impact::None, "no component was ever red");
    let said = incident::absorbed(incident).unwrap();
    assert!(said.text().en.starts_with("Messages refused: 2. Delivered over other addresses at once: 2."));
}

#[test]
fn an_operator_may_want_every_incident_in_public_within_a_minute() {
    let world = two_addresses(Absorbed::Post);
    assert!(world.only().clocks.time_to_post().unwrap() <= Duration::from_secs(60));
    assert_eq!(world.phases().last(), Some(&Phase::Resolved));
    assert!(world.said()[0].1.contains("Of these, delivered over other addresses: 2."), "{:?}", world.said());
}
