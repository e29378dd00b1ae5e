//! How an incident comes, changes and ends.

use crate::support::*;
use incident::{
    Clock, Delays, Language, Phase, Policy, Publication, Reach, Settings, SourceState, Standing, State,
    Strength, What,
};
use model::{Category, Owner};

const START: &str = "2026-03-02T08:00:00Z";

/// A region in which mail flows.
fn well() -> World {
    let mut world = World::new(START, unattended());
    world.flow(600);
    world
}

/// A failure of our set-up at Microsoft, without a guard that could move anything.
fn setup_refused(messages: u64, site: &str) -> What {
    setup_refused_by(site, Strength::Strong, messages)
}

fn setup_refused_by(site: &str, strength: Strength, messages: u64) -> What {
    What::Refused {
        source: "eu-1".parse().unwrap(),
        provider: MICROSOFT.to_owned(),
        site: Some(site.to_owned()),
        category: Category::TlsRequired,
        owner: Owner::OurSetup,
        strength,
        tenant: None,
        list: None,
        messages,
        reply: None,
    }
}

/// For so long everything for Microsoft is refused, and Google takes mail.
fn fails(world: &mut World, seconds: u64) {
    for _ in 0..seconds / 10 {
        world.wait(10);
        world.fact(setup_refused(5, "a.example"));
        world.fact(delivered("eu-1", GOOGLE, 5));
    }
}

#[test]
fn a_region_in_which_mail_flows_has_no_incident() {
    let mut world = well();
    world.flow(3600);
    assert!(world.board.incidents().is_empty());
    assert_eq!(world.state("eu/return-microsoft"), State::Operational);
}

#[test]
fn silence_is_unknown_and_never_green() {
    let mut world = well();
    world.wait(301);
    assert_eq!(world.state("eu/return-microsoft"), State::Unknown);
    assert_eq!(world.state("eu/console"), State::Unknown, "nobody ever looked");
    assert!(world.board.incidents().is_empty());
}

#[test]
fn phases_follow_the_evidence_one_after_the_other() {
    let mut world = well();
    fails(&mut world, 900);
    assert_eq!(world.phases(), [Phase::Investigating, Phase::Identified]);
    world.flow(7200);
    assert_eq!(world.phases(), [Phase::Investigating, Phase::Identified, Phase::Monitoring, Phase::Resolved]);
    let incident = world.only();
    assert_eq!(incident.clocks.disorder(), None);
    assert!(incident.updates.iter().all(|update| is_proven(incident, update)));
    assert_eq!(incident.effects[&component("eu/return-microsoft")].state, State::Operational);
}

#[test]
fn by_default_only_a_person_says_that_it_is_over() {
    let settings = Settings { policy: Policy::default(), ..unattended() };
    let mut world = World::new(START, settings);
    world.flow(600);
    fails(&mut world, 900);
    world.flow(6 * 3600);
    assert_eq!(world.only().phase, Phase::Monitoring);
}

#[test]
fn nothing_is_resolved_while_nobody_knows() {
    let mut world = well();
    fails(&mut world, 900);
    world.wait(24 * 3600);
    let incident = world.only();
    assert!(incident.is_open() && incident.phase < Phase::Monitoring, "{:?}", incident.phase);
    assert_eq!(incident.clocks.at(Clock::Mitigated), None);
    assert_eq!(world.state("eu/return-microsoft"), State::Unknown);
}

/// Mail for Google alone.
fn flow_elsewhere(world: &mut World, seconds: u64) {
    for _ in 0..seconds / 10 {
        world.wait(10);
        world.fact(delivered("eu-1", GOOGLE, 5));
    }
}

#[test]
fn mail_that_another_provider_takes_turns_nothing_away() {
    let mut world = well();
    // Too little to be shown red, and no more mail for Microsoft afterwards.
    world.fact(delivered("eu-1", MICROSOFT, 500));
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 1));
    flow_elsewhere(&mut world, 4 * 3600);
    assert!(world.only().effects.is_empty());
    assert_eq!((world.only().clocks.at(Clock::Mitigated), world.only().is_open()), (None, true));
    world.fact(delivered("eu-1", MICROSOFT, 1));
    world.flow(7200);
    assert!(!world.only().is_open());
}

#[test]
fn one_success_before_silence_is_no_recovery() {
    let mut world = well();
    fails(&mut world, 900);
    world.wait(10);
    world.fact(delivered("eu-1", MICROSOFT, 1));
    flow_elsewhere(&mut world, 4 * 3600);
    assert_eq!(world.state("eu/return-microsoft"), State::Unknown);
    assert!(world.only().phase < Phase::Monitoring, "{:?}", world.only().clocks);
}

#[test]
fn nothing_is_resolved_while_messages_wait_because_of_it() {
    let mut world = well();
    fails(&mut world, 300);
    for _ in 0..12 {
        world.flow(600);
        world.fact(waiting(Some(MICROSOFT), 4, 60));
    }
    assert_eq!(world.only().phase, Phase::Monitoring);
    world.fact(waiting(Some(MICROSOFT), 0, 0));
    world.flow(600);
    assert_eq!(world.only().phase, Phase::Resolved);
    assert!(world.said().last().unwrap().1.contains("Most messages that waited here at one time: 4."));
}

#[test]
fn what_waits_for_two_providers_is_added_up() {
    let mut world = well();
    fails(&mut world, 300);
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 1));
    world.fact(waiting(Some(MICROSOFT), 40, 60));
    world.fact(waiting(Some(GOOGLE), 2, 60));
    let harm = world.board.incidents().iter().map(|incident| incident.harm.parked_max.count).max();
    assert_eq!(harm, Some(42));
}

#[test]
fn a_new_failure_takes_monitoring_back_in_public() {
    let mut world = well();
    fails(&mut world, 900);
    world.flow(1500);
    assert_eq!(world.only().phase, Phase::Monitoring);
    fails(&mut world, 600);
    let said = world.said();
    assert!(said.last().unwrap().1.starts_with("It has come back; the newest failure was at"), "{said:?}");
    assert_eq!(world.only().phase, Phase::Identified);
    assert_eq!(world.only().clocks.at(Clock::Mitigated), None);
}

#[test]
fn strong_evidence_soon_after_the_end_opens_the_same_incident_again() {
    let mut world = well();
    fails(&mut world, 900);
    world.flow(7200);
    let ended = world.only().clocks.at(Clock::Resolved).unwrap();
    assert!(world.now.since(ended) > seconds(1800));
    let mut world = world.as_of(ended + seconds(600));
    world.fact(setup_refused(1, "a.example"));
    let incident = world.only();
    assert_eq!((incident.phase, incident.reopened), (Phase::Investigating, 1));
    assert_eq!(incident.clocks.at(Clock::Resolved), None);
    let (phase, said) = world.said().pop().unwrap();
    assert!(phase == Phase::Investigating && said.starts_with("It has come back"), "{said}");
}

#[test]
fn a_single_unknown_host_takes_no_end_back() {
    let mut world = well();
    fails(&mut world, 900);
    world.flow(7200);
    let ended = world.only().clocks.at(Clock::Resolved).unwrap();
    let mut world = world.as_of(ended + seconds(600));
    let weak = |site: &str| setup_refused_by(site, Strength::Weak, 1);
    world.fact(weak("a.example"));
    let standings: Vec<Standing> = world.board.incidents().iter().map(|one| one.standing).collect();
    assert_eq!(standings, [Standing::Suspected, Standing::Confirmed]);
    assert!(world.board.incidents()[1].phase.is_over());
    world.fact(weak("b.example"));
    let all = world.board.incidents();
    assert_eq!((all[0].standing, all[0].merged_into.as_ref()), (Standing::Merged, Some(&all[1].id)));
    assert_eq!((all[1].reopened, all[1].is_open()), (1, true), "the second witness does");
}

#[test]
fn a_suspicion_of_which_nothing_comes_is_dropped_and_was_never_public() {
    let mut world = well();
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Weak, 1));
    assert_eq!(world.only().standing, Standing::Suspected);
    world.flow(1790);
    assert_eq!(world.only().standing, Standing::Suspected);
    world.flow(60);
    assert_eq!(world.only().standing, Standing::Dismissed);
    assert!(!world.only().is_posted());
}

#[test]
fn two_unrelated_organisations_make_a_suspicion_an_incident() {
    let mut world = well();
    world.fact(refused("eu-1", ("a.example", "a.example"), Strength::Weak, 1));
    world.wait(60);
    world.fact(refused("eu-1", ("b.example", "b.example"), Strength::Weak, 1));
    let incident = world.only();
    assert_eq!(incident.standing, Standing::Confirmed);
    assert_eq!(
        incident.clocks.at(Clock::HarmBegan),
        Some(at(START) + seconds(600)),
        "from the first failure on"
    );
}

#[test]
fn whatever_replies_name_an_incident_stays_bounded() {
    let mut world = well();
    for number in 0..500 {
        world.fact(What::Refused {
            source: "eu-1".parse().unwrap(),
            provider: format!("site-{number}.example"),
            site: Some(format!("site-{number}.example")),
            category: Category::IpListed,
            owner: Owner::OurAddress,
            strength: Strength::Strong,
            tenant: None,
            list: Some(format!("list-{number}.example")),
            messages: 1,
            reply: None,
        });
    }
    let harm = &world.only().harm;
    assert!(harm.providers.len() <= 65 && harm.lists.len() <= 64, "{}", harm.providers.len());
    let counted: u64 = harm.providers.values().map(|at| at.refused).sum();
    assert_eq!((counted, harm.refused.count), (500, 500), "what is folded is counted");
}

#[test]
fn a_first_word_without_a_cause_can_be_stopped_for_five_minutes() {
    let mut world = well();
    let lost = || What::Canary {
        path: incident::CanaryPath::Provider(MICROSOFT.to_owned()),
        source: None,
        result: incident::CanaryResult::Lost,
    };
    for _ in 0..3 {
        world.fact(lost());
        world.flow(60);
    }
    let incident = world.only();
    assert_eq!((incident.standing, incident.cause.word()), (Standing::Confirmed, "unexplained"));
    assert!(matches!(incident.updates[0].publication, Publication::Waiting { goes_out: Some(_) }));
    let id = (incident.id.clone(), incident.updates[0].id.clone());
    let mut stopped = world.restarted();
    world.wait(300);
    assert!(world.only().is_posted());
    let late = world.only().updates[0].display_at.since(world.only().updates[0].created_at);
    assert_eq!(late, seconds(300), "it is shown under the time at which it went out");

    stopped.act(incident::Act::Withdraw { incident: id.0, update: id.1 }).unwrap();
    for _ in 0..30 {
        stopped.fact(lost());
        stopped.wait(60);
    }
    assert!(!stopped.only().is_posted(), "what a person stopped is not said again by a machine");
}

#[test]
fn a_cause_that_becomes_known_replaces_a_first_word_that_waits() {
    let mut world = well();
    for _ in 0..3 {
        world.fact(waiting(Some(MICROSOFT), 0, 700));
        world.wait(10);
    }
    world.wait(30);
    assert_eq!(world.only().cause.word(), "unexplained");
    assert!(!world.only().is_posted() && !world.only().updates.is_empty());
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 3));
    assert_eq!(world.only().cause.word(), "address", "and it is the same incident");
    world.wait(30);
    let said = world.said();
    assert_eq!(said.len(), 1);
    assert!(said[0].1.contains("have refused mail from our addresses"), "{said:?}");
    world.wait(600);
    assert!(
        world.said().iter().all(|(_, text)| !text.contains("more mail than usual")),
        "{:?}",
        world.said()
    );
}

#[test]
fn what_comes_and_goes_says_little() {
    let mut world = well();
    for _ in 0..36 {
        fails(&mut world, 120);
        world.flow(480);
    }
    let said = world.said();
    assert!(said.len() <= 6 * 2 + 6, "six hours of flapping, {} words: {said:?}", said.len());
    assert!(said.iter().all(|(phase, _)| *phase != Phase::Resolved), "{said:?}");
}

#[test]
fn one_late_message_of_a_hundred_is_nothing_and_every_third_is_slow() {
    let mut world = well();
    let share = |late: u64| {
        let mut delays = Delays::default();
        delays.add(1, 100 - late);
        delays.add(200, late);
        What::Delivered {
            source: "eu-1".parse().unwrap(),
            provider: MICROSOFT.to_owned(),
            since: at(START),
            messages: 100,
            moved: 0,
            delays,
        }
    };
    for _ in 0..60 {
        world.wait(10);
        world.fact(share(1));
    }
    assert_eq!(world.state("eu/return-microsoft"), State::Operational);
    for _ in 0..60 {
        world.wait(10);
        world.fact(share(34));
    }
    assert_eq!(world.state("eu/return-microsoft"), State::DegradedPerformance);
    assert_eq!(world.only().cause.word(), "unexplained");
}

#[test]
fn a_share_of_failures_that_no_rule_knows_opens_an_incident_by_its_rate() {
    let mut world = World::new(START, unattended());
    let flow = |world: &mut World, taken: u64| {
        world.wait(10);
        let since = at(START);
        world.fact(What::Accepted { since, offered: 100, accepted: taken });
    };
    for _ in 0..360 {
        flow(&mut world, 100);
    }
    for _ in 0..12 {
        flow(&mut world, 40);
    }
    let incident = world.only();
    assert_eq!(incident.standing, Standing::Confirmed);
    assert_eq!(incident.effects.keys().map(ToString::to_string).collect::<Vec<_>>(), ["eu/intake"]);
    assert!(incident.rule == "burn-1h" || incident.rule == "component-red", "{}", incident.rule);
}

#[test]
fn a_restart_in_an_incident_claims_nothing_until_it_was_measured() {
    let mut world = well();
    fails(&mut world, 900);
    let mut world = world.restarted();
    assert_eq!(world.state("eu/return-microsoft"), State::Unknown);
    world.wait(3600);
    assert!(world.only().phase < Phase::Monitoring, "silence after a restart is no success");
    world.flow(7200);
    assert_eq!(world.only().phase, Phase::Resolved);
}

#[test]
fn a_restart_while_the_only_address_is_out_stays_red() {
    let mut world = well();
    world.fact(refused("eu-1", (MICROSOFT, "a.example"), Strength::Strong, 5));
    world.fact(source("eu-1", SourceState::Clean, SourceState::Quarantined, at_provider(MICROSOFT)));
    world.wait(60);
    let mut world = world.restarted();
    world.fact(source("eu-1", SourceState::Quarantined, SourceState::Quarantined, at_provider(MICROSOFT)));
    for _ in 0..60 {
        world.wait(10);
        world.fact(delivered("eu-1", GOOGLE, 5));
    }
    assert_eq!(world.state("eu/return-microsoft"), State::MajorOutage);
    assert_eq!(world.only().phase, Phase::Identified);
}

#[test]
fn a_node_that_tells_its_states_again_opens_nothing() {
    let mut world = well();
    world.fact(source("eu-1", SourceState::Quarantined, SourceState::Quarantined, Reach::Everywhere));
    assert!(world.board.incidents().iter().all(|incident| incident.rule != "source-out"));
}

#[test]
fn messages_that_the_books_do_not_account_for_are_looked_into_and_never_said_to_be_none() {
    let mut world = well();
    let books = |ended| What::Balanced { since: at(START), held_before: 3, accepted: 100, ended, held: 10 };
    world.fact(books(92));
    assert_eq!(world.only().standing, Standing::Suspected, "one look may be in between");
    world.wait(60);
    world.fact(books(92));
    assert_eq!(world.only().standing, Standing::Confirmed);
    assert_eq!(world.only().harm.lost.count, 1);
    world.wait(60);
    world.fact(books(93));
    assert_eq!(world.only().harm.lost.count, 0, "the newest books count");
}

#[test]
fn a_lost_message_is_said() {
    let mut world = well();
    fails(&mut world, 600);
    world.fact(What::Balanced { since: at(START), held_before: 0, accepted: 100, ended: 98, held: 0 });
    world.flow(7200);
    let said = world.board.incidents().last().unwrap().posted_updates()[0].body(Language::En);
    assert!(
        said.contains("Messages that are not accounted for: 2.") && !said.contains("No message was lost"),
        "{said}"
    );
}

#[test]
fn figures_that_nobody_counted_are_not_said_to_be_zero() {
    let mut world = well();
    fails(&mut world, 600);
    world.flow(7200);
    let said = world.said().pop().unwrap().1;
    assert!(!said.contains("lost") && !said.contains("report"), "{said}");
}
