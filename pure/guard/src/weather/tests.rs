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

#[test]
fn the_quietest_way_goes_when_there_are_too_many() {
    let mut weather = Weather::default();
    for number in 0..=WAYS_MAX {
        let now = NOW + Duration::from_millis(number as u64);
        weather.met(&source(), &format!("mx{number}.example"), Met::Accepted, None, now);
    }
    let table = weather.table(Duration::from_secs(60), NOW + Duration::from_secs(3));
    assert_eq!(table.len(), WAYS_MAX);
    assert!(table.iter().all(|(_, receiver, _)| receiver != "mx0.example"));
}
