//! A provider that asks us to come slower, beside one that always does.

use super::*;

/// What is compared: its name, what was before, what it meets, how much of how many, and whether that is trouble.
type Row<'a> = (&'a str, Early, Met<'a>, (u64, u64), bool);

/// Two hours of answers, one every three seconds, of which one in `of` is `met` and the others are taken.
fn usual(met: Met<'_>, of: u64) -> Early {
    let mut early = Early::default();
    for number in 0..2_400 {
        let met = if of > 0 && number % of == 0 { met } else { Met::Taken };
        meet(&mut early, "microsoft", number, met, number * 3);
    }
    early
}

/// Five minutes at `apart` seconds from then on, with every answer `met` but one in `taken_of`; whether a trouble begins.
fn begins(early: &mut Early, source: &str, met: Met<'_>, (apart, taken_of): (u64, u64)) -> bool {
    let mut begun = false;
    for number in 0..300 / apart {
        let met = if taken_of > 0 && number % taken_of == 0 { Met::Taken } else { met };
        let (number, seconds) = (10_000 + 2 * number + u64::from(source == "eu-2"), 7_200 + number * apart);
        begun |= over(early, source, "microsoft", (number, met, seconds)).is_some();
    }
    begun
}

#[test]
fn being_told_to_come_slower_counts_against_the_usual_only() {
    let rows: [Row<'_>; 7] = [
        ("never before, at our usual pace", usual(Met::Taken, 0), SLOWER, (3, 0), true),
        ("half of it", usual(Met::Taken, 0), SLOWER, (3, 2), true),
        ("a fifth of all is usual there, and now it is two", usual(SLOWER, 5), SLOWER, (3, 2), false),
        ("a fifth of all is usual there, and now it is all", usual(SLOWER, 5), SLOWER, (3, 0), true),
        ("nothing is known yet", Early::default(), SLOWER, (3, 0), false),
        ("we come ten times as fast", usual(Met::Taken, 0), SLOWER, (1, 0), true),
        ("for the address of our only source", usual(Met::Taken, 0), SLOWER_BY_NAME, (3, 0), false),
    ];
    for (what, mut early, met, pace, wanted) in rows {
        assert_eq!(begins(&mut early, "eu-1", met, pace), wanted, "{what}");
    }
}

#[test]
fn a_crowd_of_ours_that_is_slowed_down_is_no_trouble_of_theirs() {
    let mut early = usual(Met::Taken, 0);
    let mut begun = false;
    for number in 0..3_000 {
        begun |= meet(
            &mut early,
            "microsoft",
            10_000 + number,
            if number < 2_000 { Met::Taken } else { SLOWER },
            7_200 + number / 20,
        )
        .is_some();
    }
    assert!(!begun);
}

#[test]
fn all_sources_that_are_slowed_down_by_name_are_a_trouble_and_one_of_two_is_none() {
    for (second, wanted) in [(SLOWER_BY_NAME, true), (Met::Taken, false)] {
        let mut early = usual(Met::Taken, 0);
        let mut begun = false;
        for number in 0..80 {
            let (source, met) = if number % 2 == 0 { ("eu-1", SLOWER_BY_NAME) } else { ("eu-2", second) };
            begun |=
                over(&mut early, source, "microsoft", (10_000 + number, met, 7_600 + number * 3)).is_some();
        }
        assert_eq!(begun, wanted, "{second:?}");
    }
}

#[test]
fn who_always_puts_off_a_share_is_not_in_trouble_for_it_and_a_trouble_ends_with_the_usual() {
    let missed = Met::Missed("451 4.3.2 busy");
    // One in fifty, for hours: never.
    assert_eq!(usual(missed, 50).troubles("microsoft").count(), 0);
    // A third of all is usual: two of five are not a trouble, all are.
    let mut early = usual(Met::Taken, 0);
    assert!(begins(&mut early, "eu-1", missed, (3, 2)));
    // It is over while one in fifty is still put off.
    for number in 0..1_000 {
        let met = if number % 50 == 0 { missed } else { Met::Taken };
        meet(&mut early, "microsoft", 20_000 + number, met, 7_500 + number * 3);
        early.quiet(at(7_500 + number * 3));
    }
    assert_eq!(early.open().count(), 0);
}
