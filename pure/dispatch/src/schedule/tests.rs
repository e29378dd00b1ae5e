use super::Schedule;
use model::{Duration, Timestamp};

const NOW: Timestamp = Timestamp::from_micros(0);

#[test]
fn waits_follow_the_list_within_a_tenth_and_the_last_repeats() {
    let schedule = Schedule::new([5, 15, 300].map(Duration::from_secs).to_vec());
    for (tries, seconds) in [(0, 5.0), (1, 15.0), (2, 300.0), (9, 300.0)] {
        for chance in 0..=255 {
            let wait = schedule.next(tries, false, chance, NOW).since(NOW).as_secs_f64();
            assert!((seconds * 0.9..=seconds * 1.1).contains(&wait), "{tries}: {wait}");
        }
    }
}

#[test]
fn an_unknown_end_waits_five_minutes_at_least() {
    let schedule = Schedule::new(vec![Duration::from_secs(5)]);
    for chance in 0..=255 {
        assert!(schedule.next(0, true, chance, NOW).since(NOW) >= Duration::from_secs(300));
    }
}
