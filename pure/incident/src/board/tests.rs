use super::{Board, INCIDENTS_MAX, SEEN_MAX, SPANS_MAX, Seen, turn};
use crate::{Act, EvidenceId, Fact, Settings, State, Text, What};
use model::Timestamp;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

fn board() -> Board {
    Board::new(Settings::standard(&"eu".parse().unwrap(), "EU", &["microsoft"]), at(0))
}

fn id(number: usize) -> EvidenceId {
    format!("e/{number}").parse().unwrap()
}

fn looked(number: usize, seconds: i64, is_well: bool) -> Fact {
    Fact {
        id: id(number),
        at: at(seconds),
        region: "eu".parse().unwrap(),
        what: What::ConsoleLooked { is_well },
    }
}

#[test]
fn ids_of_facts_are_remembered_up_to_a_bound() {
    let mut seen = Seen::default();
    assert!((0..=SEEN_MAX).all(|number| seen.insert(&id(number))));
    assert!(!seen.insert(&id(SEEN_MAX)));
    assert!(seen.insert(&id(0)), "the oldest is forgotten");
    assert_eq!((seen.ids.len(), seen.order.len()), (SEEN_MAX, SEEN_MAX));
}

#[test]
fn a_fact_from_the_future_is_taken_as_of_now() {
    let mut board = board();
    assert!(!board.take(looked(1, 3600, true), at(1)).is_empty());
    let console = board.component(&"eu/console".parse().unwrap()).unwrap();
    assert_eq!((console.state, console.measured), (State::Operational, Some(at(1))));
}

#[test]
fn time_never_goes_back() {
    let mut board = board();
    assert!(board.tick(at(100)).is_empty());
    let changes = board.take(looked(1, 50, true), at(50));
    assert!(!changes.is_empty() && changes.iter().all(|change| change.at == at(100)));
}

#[test]
fn a_history_has_a_bound_and_keeps_the_newest() {
    let mut board = board();
    let component = &mut board.components[0];
    for step in 0..(SPANS_MAX as i64 + 10) {
        let state = if step % 2 == 0 { State::Operational } else { State::MajorOutage };
        turn(component, state, at(step + 1));
    }
    assert_eq!(component.history.len(), SPANS_MAX);
    assert_eq!(component.history.last().unwrap().until, at(SPANS_MAX as i64 + 10));
}

#[test]
fn of_too_many_incidents_the_oldest_that_is_over_is_forgotten() {
    let mut board = board();
    let open = |number: usize| Act::Open {
        title: Text::same(format!("Case {number}")),
        components: vec!["eu/console".parse().unwrap()],
        state: State::DegradedPerformance,
        text: Text::same("We look."),
        harm_began: None,
    };
    // Kept apart from `step`, which looks at every open one, by resolving each at once.
    for number in 0..INCIDENTS_MAX + 2 {
        let now = at(number as i64 + 1);
        let made = board.act(&open(number), "olga", id(number * 2), now).unwrap();
        let incident = made[0].what.about().unwrap().clone();
        if number > 0 {
            board.act(&Act::Resolve { incident, text: None }, "olga", id(number * 2 + 1), now).unwrap();
        }
    }
    let left = board.incidents();
    assert_eq!(left.len(), INCIDENTS_MAX);
    assert_eq!(left.last().unwrap().title.en, "Case 0", "what is open stays");
    assert!(left.iter().all(|incident| incident.title.en != "Case 1"));
}

#[test]
fn a_board_of_nothing_restores_to_nothing() {
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &["microsoft"]);
    let board = Board::restore(settings, Vec::new(), at(0), at(5));
    assert!(board.incidents().is_empty());
    assert!(board.components().iter().all(|one| one.state == State::Unknown && one.since == at(5)));
}

#[test]
fn a_new_provider_gets_a_component_and_takes_nothing_from_the_others() {
    let mut board = board();
    let _changes = board.take(looked(1, 1, true), at(1));
    let more = Settings::standard(&"eu".parse().unwrap(), "EU", &["google", "microsoft"]).components;
    let google = "eu/return-google".parse().unwrap();
    assert_eq!(board.need(&more), vec![crate::ComponentId::clone(&google)]);
    assert_eq!(board.need(&more), []);
    let ids: Vec<_> = board.components().iter().map(|one| one.id.clone()).collect();
    assert_eq!(ids, more.iter().map(|one| one.id.clone()).collect::<Vec<_>>());
    assert_eq!(board.component(&"eu/console".parse().unwrap()).unwrap().state, State::Operational);
    assert_eq!(board.component(&google).unwrap().state, State::Unknown);
    assert_eq!(board.settings().outbound(&"eu".parse().unwrap(), "google"), Some(&google));
}

#[test]
fn a_spare_component_is_shown_only_while_something_is_known_of_it() {
    let mut board = board();
    let delivery: crate::ComponentId = "eu/delivery".parse().unwrap();
    let mut needed = board.settings().components.clone();
    let spare = needed.iter_mut().find(|one| one.id == delivery).unwrap();
    spare.is_spare = true;
    assert_eq!(board.need(&needed), []);
    let is_shown = |board: &Board| board.shown_components().any(|one| one.id == delivery);
    assert!(!is_shown(&board));
    let what = What::Delivered {
        source: "eu-1".parse().unwrap(),
        provider: "others".to_owned(),
        since: at(0),
        messages: 3,
        moved: 0,
        delays: crate::Delays::default(),
    };
    let fact = Fact { id: id(7), at: at(10), region: "eu".parse().unwrap(), what };
    let _changes = board.take(fact, at(10));
    assert!(is_shown(&board));
    let _changes = board.tick(at(10_000));
    assert!(!is_shown(&board));
}
