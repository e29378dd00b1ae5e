use super::*;

const START: Timestamp = Timestamp::from_micros(1_699_999_200_000_000);

fn source() -> SourceName {
    "eu-2".parse().unwrap()
}

/// A day with so many an hour, evenly.
fn a_day_of(count: u32) -> (Warmth, Timestamp) {
    let mut warmth = Warmth::new(START);
    for hour in 0..24 {
        for one in 0..count {
            warmth.sent(&source(), "google", START + HOUR * hour + HOUR / count * one);
        }
    }
    (warmth, START + HOUR * 24)
}

/// How many go in one hour if a minute's tries never end.
fn taken_over(warmth: &mut Warmth, from: Timestamp) -> u32 {
    let mut count = 0;
    for minute in 0..60 {
        let now = from + Duration::from_secs(60) * minute;
        while warmth.may_take_over(&source(), "google", now).is_ok() && count < 100_000 {
            warmth.sent(&source(), "google", now);
            count += 1;
        }
    }
    count
}

#[test]
fn a_survivor_at_most_doubles_within_an_hour_and_again_in_the_next() {
    let (mut warmth, now) = a_day_of(1000);
    assert_eq!(taken_over(&mut warmth, now), 2000);
    assert_eq!(taken_over(&mut warmth, now + HOUR), 4000);
}

#[test]
fn one_that_waits_is_told_the_next_part_of_the_hour() {
    let (mut warmth, now) = a_day_of(1200);
    while warmth.may_take_over(&source(), "google", now).is_ok() {
        warmth.sent(&source(), "google", now);
    }
    assert_eq!(warmth.may_take_over(&source(), "google", now), Err(now + PART));
    assert_eq!(warmth.may_take_over(&source(), "google", now + PART), Ok(()));
}

#[test]
fn little_mail_is_never_held_up() {
    let (mut warmth, now) = a_day_of(1);
    assert_eq!(taken_over(&mut warmth, now), 200);
}

#[test]
fn what_is_not_known_is_not_limited() {
    let mut warmth = Warmth::new(START);
    for _ in 0..10_000 {
        warmth.sent(&source(), "google", START + HOUR);
    }
    assert_eq!(warmth.may_take_over(&source(), "google", START + HOUR), Ok(()));
    assert_eq!(warmth.may_take_over(&source(), "never.met.example", START + HOUR * 5), Ok(()));
}

#[test]
fn names_without_end_do_not_fill_the_memory() {
    let mut warmth = Warmth::new(START);
    for number in 0..4 * WAYS_MAX {
        warmth.sent(&source(), &format!("mx{number}.example"), START);
    }
    assert!(warmth.ways.len() <= WAYS_MAX, "{}", warmth.ways.len());
}

#[test]
fn what_is_sent_to_many_is_remembered_when_names_without_end_come() {
    let (mut warmth, now) = a_day_of(1000);
    for number in 0..4 * WAYS_MAX {
        warmth.sent(&source(), &format!("a{number}.example"), now);
    }
    assert_eq!(taken_over(&mut warmth, now), 2000);
}
