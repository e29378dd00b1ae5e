use super::*;
use model::Duration;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// One state of each word, its own time over at `NOW`.
fn states() -> [State; 5] {
    [
        State::Clean,
        State::Suspect { until: NOW },
        State::Quarantined { until: NOW },
        State::Probing { taken: 0 },
        State::Warming { step: 0, until: NOW },
    ]
}

#[test]
fn the_table_on_the_page_is_the_table_in_force() {
    let page = include_str!("../state.rs");
    for state in states() {
        let head = format!("//! {} ", state.word());
        let line = page.lines().find(|line| line.starts_with(&head) && line.contains("  ")).unwrap();
        let cells: Vec<Vec<&str>> = line[head.len()..]
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .map(|cell| cell.split(", ").collect())
            .collect();
        assert_eq!(cells.len(), Event::ALL.len(), "{line}");
        for (event, cell) in Event::ALL.into_iter().zip(cells) {
            let mut met: Vec<&str> = Vec::new();
            let mut at = state;
            // As often as it takes to see every outcome of this event in this state.
            for _ in 0..8 {
                let new = next(at, event, 0, &Policy::default(), NOW + minutes(600));
                let word = if new == at { "." } else { new.word().as_str() };
                if !met.contains(&word) {
                    met.push(word);
                }
                if new.word() != state.word() {
                    break;
                }
                at = if let State::Warming { step, .. } = new {
                    State::Warming { step, until: NOW }
                } else {
                    new
                };
            }
            let is_lasting = cell == [state.word().as_str()];
            if is_lasting {
                // The same evidence again changes nothing but the time.
                assert!(
                    met.iter().all(|word| *word == "." || *word == state.word().as_str()),
                    "{line} {event:?} {met:?}"
                );
            } else {
                assert_eq!(met, cell, "{line} {event:?}");
            }
        }
    }
}

#[test]
fn evidence_never_shortens_a_quarantine_or_a_suspicion() {
    let policy = Policy::default();
    for event in [Event::Weak, Event::Strong] {
        let far = State::Quarantined { until: NOW + minutes(900) };
        assert_eq!(next(far, event, 0, &policy, NOW), far);
    }
    let far = State::Suspect { until: NOW + minutes(900) };
    assert_eq!(next(far, Event::Weak, 0, &policy, NOW), far);
}

#[test]
fn a_quarantine_is_not_left_before_its_time() {
    let state = State::Quarantined { until: NOW + minutes(1) };
    assert_eq!(next(state, Event::Cleared, 0, &Policy::default(), NOW), state);
}

#[test]
fn waits_double_and_end_at_the_longest() {
    let policy = Policy::default();
    let wait = |repeats| {
        let state = next(State::Clean, Event::Strong, repeats, &policy, NOW);
        let State::Quarantined { until } = state else { panic!("{state:?}") };
        until.since(NOW)
    };
    assert_eq!([0, 1, 2, 3, 4, 40].map(wait), [15, 30, 60, 120, 240, 240].map(minutes));
}

#[test]
fn warming_up_doubles_the_share_until_it_is_whole() {
    let policy = Policy::default();
    let mut state = State::Probing { taken: policy.probes - 1 };
    let mut shares = Vec::new();
    let mut now = NOW;
    state = next(state, Event::Accepted, 0, &policy, now);
    while let State::Warming { step, until } = state {
        shares.push(SHARES[step as usize]);
        now = until;
        state = next(state, Event::Due, 0, &policy, now);
    }
    assert_eq!((shares, state), (vec![0.1, 0.2, 0.4, 0.8], State::Clean));
}
