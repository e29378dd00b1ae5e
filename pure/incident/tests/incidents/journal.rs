//! Whatever happens, in whatever order: the journal gives the same board again, and nothing is said that may not be.

use crate::support::*;
use incident::lint::Hidden;
use incident::{
    Act, CanaryPath, CanaryResult, Clock, IncidentId, Language, Phase, Reach, SourceState, Standing, State,
    Strength, Text, What,
};
use proptest::prelude::*;

/// One step of a random day.
#[derive(Debug, Clone)]
enum Step {
    Fact(u8, u8),
    Wait(u16),
    Resolve,
    Write,
}

fn what(kind: u8, value: u8) -> What {
    let provider = if value.is_multiple_of(2) { MICROSOFT } else { GOOGLE };
    let count = u64::from(value % 40);
    let states = [SourceState::Clean, SourceState::Suspected, SourceState::Quarantined, SourceState::Probing];
    let state = |value: u8| states[usize::from(value % 4)];
    let strength = if value.is_multiple_of(3) { Strength::Strong } else { Strength::Weak };
    match kind % 12 {
        0 => refused("eu-1", (provider, if value > 99 { "a.example" } else { "b.example" }), strength, count),
        1 | 2 => delivered("eu-1", provider, count),
        3 => moved("eu-2", provider, count),
        4 => source("eu-1", state(value), state(value / 4), Reach::Everywhere),
        5 => source("eu-2", state(value), state(value / 4), at_provider(provider)),
        6 => waiting((value > 99).then_some(provider), count, u64::from(value) * 8),
        7 => What::ListingOpened { list: "Spamhaus".to_owned(), source: "eu-1".parse().unwrap(), strength },
        8 => What::ListingClosed { list: "Spamhaus".to_owned(), source: "eu-1".parse().unwrap() },
        9 => {
            let result = if value > 99 { CanaryResult::Lost } else { CanaryResult::Arrived { seconds: 1 } };
            What::Canary { path: CanaryPath::Provider(provider.to_owned()), source: None, result }
        }
        10 => reported(u64::from(value > 200)),
        _ => What::ConsoleLooked { is_well: value > 60 },
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (any::<u8>(), any::<u8>()).prop_map(|(kind, value)| Step::Fact(kind, value)),
        4 => (1..900u16).prop_map(Step::Wait),
        1 => Just(Step::Resolve),
        1 => Just(Step::Write),
    ]
}

/// Acts on the newest incident; a refused act is an answer, too.
fn act(world: &mut World, act: impl Fn(IncidentId) -> Act) {
    if let Some(incident) = world.board.incidents().first().map(|one| one.id.clone()) {
        let _answer = world.act(act(incident));
    }
}

fn play(steps: &[Step]) -> World {
    let mut world = World::new("2026-03-02T08:00:00Z", unattended());
    for step in steps {
        match step {
            Step::Fact(kind, value) => drop(world.fact(what(*kind, *value))),
            Step::Wait(seconds) => {
                world.now = world.now + crate::support::seconds(u64::from(*seconds));
                let changes = world.board.tick(world.now);
                world.journal.extend(changes);
            }
            Step::Resolve => act(&mut world, |incident| Act::Resolve { incident, text: None }),
            Step::Write => act(&mut world, |incident| {
                let text = Text::same("We look.");
                Act::Update { incident, phase: None, text, display_at: None }
            }),
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_gives_the_same_incidents_again(steps in proptest::collection::vec(step(), 1..150)) {
        let world = play(&steps);
        let again = world.restarted();
        prop_assert_eq!(world.board.incidents(), again.board.incidents());
        let numbers: Vec<u64> = world.journal.iter().map(|change| change.number).collect();
        prop_assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
    }

    #[test]
    fn a_condensed_journal_gives_the_same_and_goes_on_as_the_whole_one(
        steps in proptest::collection::vec(step(), 1..150), more in any::<u8>()
    ) {
        let world = play(&steps);
        let condensed = incident::condensed(&world.settings, world.journal.clone());
        prop_assert!(condensed.len() <= world.journal.len());
        let mut whole = world.restarted();
        let mut short = world.with_journal(condensed);
        for board in [&mut whole, &mut short] {
            board.wait(2);
            let _told = board.fact(what(0, more));
            board.wait(2);
        }
        prop_assert_eq!(whole.board.incidents(), short.board.incidents());
        prop_assert_eq!(whole.board.maintenances(), short.board.maintenances());
        prop_assert_eq!(whole.board.components(), short.board.components());
    }

    #[test]
    fn no_clock_contradicts_another_and_nothing_is_over_while_red(
        steps in proptest::collection::vec(step(), 1..150)
    ) {
        let world = play(&steps);
        for incident in world.board.incidents() {
            prop_assert_eq!(incident.clocks.disorder(), None, "{:?}", &incident.clocks);
            let is_over = incident.phase == Phase::Resolved && incident.standing == Standing::Confirmed;
            if is_over {
                let red = incident.effects.values().any(|effect| effect.state.is_red());
                prop_assert!(!red, "{:?}", &incident.effects);
                prop_assert!(incident.clocks.at(Clock::Resolved).is_some());
            }
            if incident.is_posted() {
                prop_assert!(incident.clocks.at(Clock::Posted).is_some());
            }
        }
    }

    #[test]
    fn every_sentence_can_be_followed_and_names_nobody(steps in proptest::collection::vec(step(), 1..150)) {
        let world = play(&steps);
        let hidden = Hidden::new(["acme".to_owned(), "eu-1".to_owned(), "eu-2".to_owned()], world.board.components());
        for incident in world.board.incidents() {
            for update in &incident.updates {
                prop_assert!(is_proven(incident, update), "{:?}\n{:?}\n{:?}", update, incident, world.journal);
                let text = Text::new(update.body(Language::En), update.body(Language::De));
                prop_assert_eq!(hidden.find(&text), None);
            }
            let draft = world.board.draft(&incident.id).unwrap();
            let text = Text::new(draft.markdown(Language::En), draft.markdown(Language::De));
            prop_assert_eq!(hidden.find(&text), None);
        }
    }
}

#[test]
fn what_a_merged_incident_brought_stays_though_its_cause_came_again_and_ended() {
    let steps = [Step::Fact(1, 35), Step::Fact(138, 120), Step::Fact(12, 189), Step::Resolve];
    let world = play(&steps);
    let whole = world.restarted();
    let condensed = incident::condensed(&world.settings, world.journal.clone());
    assert_eq!(whole.board.incidents(), world.with_journal(condensed).board.incidents());
}

#[test]
fn a_clock_that_was_set_back_does_not_stop_the_board() {
    let mut world = World::new("2026-03-02T08:00:00Z", unattended());
    world.flow(600);
    let mut world = world.set_back(seconds(3600));
    world.flow(60);
    assert_eq!(world.state("eu/return-microsoft"), State::Operational);
    world.wait(600);
    assert_eq!(world.state("eu/return-microsoft"), State::Unknown, "what was measured last is old");
}
