use super::{Clock, Clocks, Reading};
use crate::{Author, Refs};
use model::{Duration, Timestamp};

fn reading(seconds: i64) -> Reading {
    Reading {
        at: Timestamp::from_micros(seconds * 1_000_000),
        by: Author::Machine,
        evidence: Refs::one("e/1".parse().unwrap()),
        back_dated: false,
    }
}

#[test]
fn each_clock_is_its_own() {
    for clock in Clock::ALL {
        let mut clocks = Clocks::default();
        clocks.set(clock, Some(reading(5)));
        let shown: Vec<Clock> = Clock::ALL.into_iter().filter(|other| clocks.at(*other).is_some()).collect();
        assert_eq!(shown, [clock]);
        assert_eq!(serde_json::to_string(&clock).unwrap(), format!("\"{}\"", clock.as_str()));
    }
}

#[test]
fn a_later_beginning_than_end_is_found() {
    let mut clocks = Clocks::default();
    clocks.set(Clock::HarmBegan, Some(reading(10)));
    clocks.set(Clock::Detected, Some(reading(10)));
    clocks.set(Clock::HarmEnded, Some(reading(70)));
    clocks.set(Clock::Resolved, Some(reading(100)));
    assert_eq!(clocks.disorder(), None);
    assert_eq!(clocks.harm_duration(), Some(Duration::from_secs(60)));
    assert_eq!(clocks.posted_duration(), None);
    clocks.set(Clock::HarmEnded, Some(reading(101)));
    assert_eq!(clocks.disorder(), Some((Clock::HarmEnded, Clock::Resolved)));
}
