use super::*;

const BEGIN: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn facts(days: u32, serial: &str) -> Facts {
    Facts {
        names: vec!["in.example".to_owned()],
        issuer: "an authority".to_owned(),
        serial: serial.to_owned(),
        not_before: BEGIN,
        not_after: BEGIN + days * DAY,
    }
}

#[test]
fn every_step_of_three_weeks_is_reached_in_its_time() {
    let facts = facts(90, "1");
    let hour = Duration::from_secs(3_600);
    for (left, step) in [
        (22 * DAY, Nearness::Far),
        (21 * DAY + hour, Nearness::Far),
        (21 * DAY, Nearness::Days21),
        (15 * DAY, Nearness::Days21),
        (14 * DAY, Nearness::Days14),
        (7 * DAY, Nearness::Days7),
        (3 * DAY, Nearness::Days3),
        (DAY + hour, Nearness::Days3),
        (DAY, Nearness::Day1),
        (hour, Nearness::Day1),
        (Duration::ZERO, Nearness::Expired),
    ] {
        for renewal in [Renewal::Own, Renewal::Theirs] {
            assert_eq!(nearness(&facts, renewal, facts.not_after - left), step, "{left:?} {renewal:?}");
        }
    }
    assert_eq!(nearness(&facts, Renewal::Theirs, facts.not_after + 400 * DAY), Nearness::Expired);
}

#[test]
fn a_short_life_alarms_only_when_its_own_renewal_is_late() {
    for days in [1, 6, 10, 45, 47, 90, 398] {
        for serial in ["0", "1", "f3a9", "04de11"] {
            let facts = facts(days, serial);
            assert_eq!(nearness(&facts, Renewal::Own, renew_at(&facts)), Nearness::Far, "{days} days");
            let late = facts.not_after - days * DAY / 5;
            let wanted = days > 105; // a fifth of it is more than three weeks
            assert_eq!(nearness(&facts, Renewal::Own, late) == Nearness::Far, wanted, "{days} days");
        }
    }
}

#[test]
fn what_others_renew_is_told_three_weeks_ahead_however_short_its_life_is() {
    let facts = facts(30, "1");
    assert_eq!(nearness(&facts, Renewal::Theirs, BEGIN + 8 * DAY), Nearness::Far);
    assert_eq!(nearness(&facts, Renewal::Theirs, BEGIN + 9 * DAY), Nearness::Days21);
}

#[test]
fn renewal_is_at_two_thirds_with_a_spread_that_the_serial_number_decides() {
    let (first, last) = (BEGIN + 90 * DAY * 2 / 3 - 90 * DAY / 20, BEGIN + 90 * DAY * 2 / 3);
    let mut points = std::collections::BTreeSet::new();
    for number in 0..200_u32 {
        let facts = facts(90, &format!("{:x}", number.wrapping_mul(2_654_435_761)));
        let at = renew_at(&facts);
        assert!(first <= at && at <= last, "{at}");
        assert_eq!(at, renew_at(&facts));
        points.insert(at);
    }
    assert!(points.len() > 100, "only {} different points", points.len());
}

#[test]
fn days_are_whole_and_negative_after_the_end() {
    let facts = facts(90, "1");
    let hour = Duration::from_secs(3_600);
    assert_eq!(days_left(&facts, facts.not_after - (2 * DAY + hour)), 2);
    assert_eq!(days_left(&facts, facts.not_after - hour), 0);
    assert_eq!(days_left(&facts, facts.not_after + hour), -1);
}
