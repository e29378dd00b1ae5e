use super::{Burn, Class};
use crate::settings::Bounds;
use model::Timestamp;

const MINUTE: i64 = 60 * 1_000_000;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_micros(1_000 * 300_000_000 + minute * MINUTE)
}

/// `good` and `bad` messages a minute over a span of minutes.
fn run(burn: &mut Burn, minutes: core::ops::Range<i64>, good: u64, bad: u64) {
    for minute in minutes {
        burn.count(at(minute), good, bad, 0, &format!("e/{minute}").parse().unwrap());
    }
}

fn rule(burn: &Burn, minute: i64) -> Option<(&'static str, Class)> {
    burn.burning(at(minute), &Bounds::default()).map(|burning| (burning.rule, burning.class))
}

#[test]
fn a_block_of_most_traffic_pages_within_two_minutes() {
    let mut burn = Burn::default();
    run(&mut burn, 0..600, 100, 0);
    assert_eq!(rule(&burn, 599), None);
    run(&mut burn, 600..602, 40, 60);
    assert_eq!(rule(&burn, 601), Some(("burn-1h", Class::Page)));
}

#[test]
fn one_failure_of_two_is_no_rate() {
    let mut burn = Burn::default();
    run(&mut burn, 0..1, 1, 1);
    assert_eq!(rule(&burn, 0), None);
}

#[test]
fn the_short_window_resets_quickly() {
    let mut burn = Burn::default();
    run(&mut burn, 0..600, 100, 0);
    run(&mut burn, 600..610, 0, 100);
    assert!(rule(&burn, 609).is_some());
    run(&mut burn, 610..622, 100, 0);
    assert_ne!(rule(&burn, 621).map(|(rule, _)| rule), Some("burn-1h"));
}

#[test]
fn slow_burns_are_tickets_after_a_whole_window_of_history() {
    let mut burn = Burn::default();
    run(&mut burn, 0..1441, 996, 4);
    assert_eq!(rule(&burn, 600), None, "0.4 % is below the factors of the fast windows");
    assert_eq!(rule(&burn, 1440), Some(("burn-1d", Class::Ticket)));
}

#[test]
fn what_was_moved_was_no_failure() {
    let mut burn = Burn::default();
    run(&mut burn, 0..10, 100, 0);
    burn.count(at(10), 0, 50, 0, &"e/refused".parse().unwrap());
    burn.count(at(11), 50, 0, 50, &"e/moved".parse().unwrap());
    assert_eq!(rule(&burn, 11), None);
}

#[test]
fn memory_is_three_days() {
    let mut burn = Burn::default();
    for day in 0..10 {
        run(&mut burn, day * 1440..day * 1440 + 1440, 1, 0);
    }
    assert!(burn.buckets.len() <= super::BUCKETS_MAX);
}
