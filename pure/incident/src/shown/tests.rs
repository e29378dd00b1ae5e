use super::Dwell;
use crate::component::State;
use crate::settings::Bounds;
use model::Timestamp;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// Shows each measurement in turn; returns the changes as (second, state).
fn play(measured: impl Iterator<Item = (i64, State)>) -> Vec<(i64, State)> {
    let (mut dwell, mut shown, mut changes) = (Dwell::default(), State::Unknown, Vec::new());
    for (second, state) in measured {
        let next = dwell.show(shown, state, at(second), &Bounds::default());
        if next != shown {
            changes.push((second, next));
            shown = next;
        }
    }
    changes
}

#[test]
fn worse_takes_ten_seconds_and_better_five_minutes() {
    let states = (0..1000).map(|second| {
        (second, if (100..200).contains(&second) { State::MajorOutage } else { State::Operational })
    });
    assert_eq!(play(states), [(0, State::Operational), (110, State::MajorOutage), (500, State::Operational)]);
}

#[test]
fn what_is_mended_at_once_is_not_shown() {
    let states = (0..1000).map(|second| {
        (second, if (100..108).contains(&second) { State::MajorOutage } else { State::Operational })
    });
    assert_eq!(play(states), [(0, State::Operational)]);
}

#[test]
fn unknown_is_shown_at_once() {
    let states =
        [(0, State::Operational), (1, State::Unknown), (2, State::PartialOutage), (3, State::Unknown)];
    assert_eq!(play(states.into_iter()).len(), 4);
}

#[test]
fn what_comes_and_goes_stays_red() {
    // Ten minutes well, two minutes down, for six hours.
    let states = (0..6 * 3600)
        .map(|second| (second, if second % 720 < 120 { State::PartialOutage } else { State::Operational }));
    let changes = play(states);
    let greens = changes.iter().filter(|(_, state)| *state == State::Operational).count();
    assert!(greens <= 2, "{changes:?}");
}
