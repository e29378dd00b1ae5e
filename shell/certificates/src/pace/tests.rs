use super::*;

fn refusal(is_rate_limit: bool, wish: Option<u64>) -> Refusal {
    Refusal { why: "no".to_owned(), is_rate_limit, wish: wish.map(Duration::from_secs) }
}

fn waits(refusal: &Refusal, count: usize, random: u8) -> Vec<u64> {
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let mut tries = Tries::default();
    let wait = |tries: &mut Tries| {
        tries.refuse(refusal, random, now);
        tries.not_before.unwrap().since(now).as_secs()
    };
    (0..count).map(|_| wait(&mut tries)).collect()
}

#[test]
fn waits_grow_and_an_hour_sees_at_most_four_tries() {
    let found = waits(&refusal(false, None), 8, 0);
    assert_eq!(found, [300, 900, 3_600, 10_800, 21_600, 43_200, 43_200, 43_200]);
    assert!(
        found[..3].iter().sum::<u64>() > 3_600,
        "public authorities allow five failures of a name in an hour"
    );
}

#[test]
fn the_authoritys_own_wish_counts_where_it_is_longer_and_has_a_bound() {
    assert_eq!(waits(&refusal(false, Some(7_200)), 1, 0), [7_200]);
    assert_eq!(waits(&refusal(false, Some(10)), 1, 0), [300]);
    assert_eq!(waits(&refusal(true, None), 1, 0), [10_800]);
    assert_eq!(waits(&refusal(true, Some(86_400)), 1, 0), [86_400]);
    assert_eq!(waits(&refusal(true, Some(u64::from(u32::MAX))), 1, 0), [8 * 86_400]);
}

#[test]
fn the_spread_is_at_most_a_fifth() {
    assert_eq!(waits(&refusal(false, None), 1, 255), [360]);
    let middle = waits(&refusal(false, None), 1, 128)[0];
    assert!((300..=360).contains(&middle), "{middle}");
}

#[test]
fn a_person_need_not_wait_for_our_caution_but_for_the_authority() {
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    for (refusal, waits) in
        [(refusal(false, None), false), (refusal(true, None), true), (refusal(false, Some(60)), true)]
    {
        let mut tries = Tries::default();
        tries.refuse(&refusal, 0, now);
        assert!(tries.may_be_tried(false).is_some());
        assert_eq!(tries.may_be_tried(true).is_some(), waits, "{refusal:?}");
    }
}

#[test]
fn what_was_tried_survives_as_json() {
    let mut tries = Tries::default();
    tries.refuse(&refusal(true, None), 0, Timestamp::from_micros(1_700_000_000_000_000));
    let text = serde_json::to_string(&tries).unwrap();
    assert_eq!(serde_json::from_str::<Tries>(&text).unwrap(), tries);
    assert_eq!(Tries::issued("https://ca.example/dir").refused, 0);
}
