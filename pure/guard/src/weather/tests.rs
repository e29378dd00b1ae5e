use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn source() -> SourceName {
    "eu-1".parse().unwrap()
}

#[test]
fn counts_are_those_of_the_time_that_is_asked_for() {
    let mut weather = Weather::default();
    let minute = Duration::from_secs(60);
    for ago in [200, 61, 59, 30, 10, 1, 0] {
        weather.met(&source(), "microsoft", Met::Refused, None, NOW - minute * ago);
    }
    let refused = |over: u32| weather.table(minute * over, NOW)[0].2.refused;
    assert_eq!((refused(1), refused(15), refused(60)), (1, 3, 5));
}

#[test]
fn outcomes_are_counted_apart() {
    let mut weather = Weather::default();
    for met in [Met::Accepted, Met::Accepted, Met::Deferred, Met::Refused] {
        weather.met(&source(), "google", met, Some(Duration::from_millis(30)), NOW);
    }
    let (_, receiver, cell) = weather.table(Duration::from_secs(900), NOW).remove(0);
    assert_eq!((receiver.as_str(), cell.accepted, cell.deferred, cell.refused), ("google", 2, 1, 1));
    assert_eq!((cell.p50_ms, cell.last), (32, NOW));
}

#[test]
fn a_quantile_is_never_below_the_true_one_and_at_most_twice_it() {
    let mut weather = Weather::default();
    for ms in 1..=100 {
        weather.met(&source(), "google", Met::Accepted, Some(Duration::from_millis(ms)), NOW);
    }
    let cell = weather.table(Duration::from_secs(60), NOW)[0].2;
    assert!((50..=100).contains(&cell.p50_ms), "{cell:?}");
    assert!((99..=198).contains(&cell.p99_ms), "{cell:?}");
}

/// Ways that are left of so many that were met one after another, so far apart.
fn left_of(count: usize, apart: Duration) -> Vec<String> {
    let mut weather = Weather::default();
    for number in 0..count {
        let now = NOW + apart * number as u32;
        weather.met(&source(), &format!("mx{number:05}.example"), Met::Accepted, None, now);
    }
    let table = weather.table(Duration::from_secs(60), NOW + apart * count as u32);
    table.into_iter().map(|(_, receiver, _)| receiver).collect()
}

#[test]
fn the_quietest_ways_go_when_there_are_too_many() {
    let left = left_of(WAYS_MAX + 1, Duration::from_millis(1));
    assert_eq!(left.len(), WAYS_MAX + 1 - FORGOTTEN_AT_ONCE);
    assert_eq!(left.first(), Some(&format!("mx{FORGOTTEN_AT_ONCE:05}.example")));
}

#[test]
fn of_ways_that_were_met_at_one_moment_no_more_go_than_have_to() {
    let left = left_of(WAYS_MAX + 1, Duration::ZERO);
    assert_eq!(left.len(), WAYS_MAX + 1 - FORGOTTEN_AT_ONCE);
    assert_eq!(left.last(), Some(&format!("mx{WAYS_MAX:05}.example")), "the new one is there");
}

#[test]
fn names_without_end_do_not_fill_the_memory() {
    assert!(left_of(WAYS_MAX * 5, Duration::from_micros(1)).len() <= WAYS_MAX);
}
