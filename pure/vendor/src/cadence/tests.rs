use super::*;

const NO: Wishes<'_> = Wishes { retry_after: None, cache_control: None };
const READ: Look = Look::Read { is_open: false };

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_790_000_000 + seconds) * 1_000_000)
}

fn waits(cadence: &mut Cadence, look: Look, wishes: Wishes<'_>) -> u64 {
    cadence.looked(look, wishes, at(0), (EVERY, 0)).since(at(0)).as_secs()
}

#[test]
fn each_outcome_has_its_wait() {
    let age = |text| Wishes { cache_control: Some(text), ..NO };
    let after = |text| Wishes { retry_after: Some(text), ..NO };
    let rows = [
        (READ, NO, 300),
        (Look::Read { is_open: true }, NO, 60),
        (Look::Unchanged, NO, 300),
        (READ, age("max-age=30"), 300),
        (READ, age("public, Max-Age=\"600\", must-revalidate"), 600),
        (READ, age("max-age=99999999999999999999999"), 900),
        (READ, age("no-cache"), 300),
        (READ, age("s-maxage=600"), 300),
        (Look::Read { is_open: true }, age("max-age=120"), 120),
        (Look::Failed, NO, 300),
        (Look::Failed, after("20"), 300),
        (Look::Failed, after("7200"), 7_200),
        (Look::Failed, after("99999999999999999999999"), 86_400),
        (Look::Failed, after("Mon, 21 Sep 2026 16:46:40 GMT"), 9_200),
        (Look::Failed, after("Mon, 21 Sep 2020 12:00:00 GMT"), 300),
        (Look::Failed, after("soon"), 300),
        // A good answer that wants us later says so by its age.
        (READ, after("7200"), 300),
    ];
    for (look, wishes, seconds) in rows {
        assert_eq!(waits(&mut Cadence::default(), look, wishes), seconds, "{look:?} {wishes:?}");
    }
}

#[test]
fn failures_double_the_wait_up_to_an_hour_and_one_good_look_ends_it() {
    let mut cadence = Cadence::default();
    let waited: Vec<u64> = (0..7).map(|_| waits(&mut cadence, Look::Failed, NO)).collect();
    assert_eq!(waited, [300, 600, 1_200, 2_400, 3_600, 3_600, 3_600]);
    assert_eq!(waits(&mut cadence, Look::Unchanged, NO), 300);
    assert_eq!(cadence.failures(), 0);
    let slow = Duration::from_secs(7_200);
    assert_eq!(cadence.looked(Look::Failed, NO, at(0), (slow, 0)).since(at(0)), slow);
}

#[test]
fn the_third_failure_makes_a_vendor_unknown_and_so_does_a_long_silence() {
    let mut cadence = Cadence::default();
    assert!(!cadence.is_known(at(0), EVERY), "nothing was read yet");
    cadence.looked(READ, NO, at(0), (EVERY, 0));
    for known in [true, true, false, false] {
        cadence.looked(Look::Failed, NO, at(10), (EVERY, 0));
        assert_eq!(cadence.is_known(at(10), EVERY), known);
    }
    cadence.looked(READ, NO, at(20), (EVERY, 0));
    assert!(cadence.is_known(at(20 + 4_500), EVERY) && !cadence.is_known(at(20 + 4_501), EVERY));
}

#[test]
fn what_the_first_look_brings_was_there_before() {
    let mut cadence = Cadence::default();
    assert_eq!(cadence.poll(at(0), EVERY), None);
    cadence.looked(Look::Failed, NO, at(0), (EVERY, 0));
    assert_eq!(cadence.poll(at(10), EVERY), None);
    cadence.looked(READ, NO, at(20), (EVERY, 0));
    assert_eq!(cadence.poll(at(350), EVERY), Some(Duration::from_secs(330)));
    // The node was away for hours: what was posted meanwhile was not seen live.
    assert_eq!(cadence.poll(at(9_000), EVERY), Some(EVERY));
}

#[test]
fn the_whole_document_is_asked_for_every_quarter_of_an_hour_while_something_goes_on() {
    let mut cadence = Cadence::default();
    assert!(cadence.wants_whole(at(0)));
    cadence.looked(Look::Read { is_open: true }, NO, at(0), (EVERY, 0));
    cadence.looked(Look::Unchanged, NO, at(600), (EVERY, 0));
    assert!(!cadence.wants_whole(at(899)) && cadence.wants_whole(at(900)));
    cadence.looked(READ, NO, at(900), (EVERY, 0));
    assert!(!cadence.wants_whole(at(80_000)) && cadence.wants_whole(at(900 + 86_400)));
}

#[test]
fn a_restart_asks_nobody_early_and_a_clock_that_was_wrong_holds_nobody_up() {
    let mut cadence = Cadence::default();
    assert_eq!(cadence.starts(at(0), 0), at(0));
    assert_eq!(cadence.starts(at(0), u32::MAX), at(30));
    cadence.looked(Look::Failed, Wishes { retry_after: Some("7200"), ..NO }, at(0), (EVERY, 0));
    assert_eq!(cadence.starts(at(100), 0), at(7_200));
    assert_eq!(cadence.starts(at(10_000), 0), at(10_000));
    assert_eq!(cadence.starts(at(-10_000_000), 0), at(-10_000_000));
    let json = serde_json::to_string(&cadence).unwrap();
    assert_eq!(serde_json::from_str::<Cadence>(&json).unwrap(), cadence);
}

#[test]
fn an_order_is_held_back_by_the_minute_alone() {
    let mut cadence = Cadence::default();
    assert_eq!(cadence.soonest(at(0)), at(0));
    cadence.looked(Look::Failed, Wishes { retry_after: Some("7200"), ..NO }, at(0), (EVERY, 0));
    assert_eq!((cadence.soonest(at(10)), cadence.soonest(at(100))), (at(60), at(100)));
    assert_eq!(cadence.soonest(at(-100)), at(-100), "a clock that was put back");
}

#[test]
fn whatever_happens_no_wait_is_shorter_than_a_minute_or_longer_than_its_bound() {
    let mut seed = 0x5eed_u64;
    let mut draw = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(seed >> 32).unwrap()
    };
    let mut cadence = Cadence::default();
    let mut now = at(0);
    for step in 0..20_000 {
        let look = match draw() % 4 {
            0 => READ,
            1 => Look::Read { is_open: true },
            2 => Look::Unchanged,
            _ => Look::Failed,
        };
        let said = (draw() % 200_000).to_string();
        let age = format!("max-age={said}");
        let wishes = Wishes { retry_after: Some(&said), cache_control: Some(&age) };
        let every = Duration::from_secs(u64::from(draw() % 100_000));
        let next = cadence.looked(look, wishes, now, (every, draw()));
        let wait = next.since(now);
        let most = match look {
            Look::Read { .. } | Look::Unchanged => EVERY_MAX.min(every.max(MAX_AGE_MAX)),
            Look::Failed => RETRY_AFTER_MAX,
        };
        assert!(wait >= EVERY_MIN && wait <= most + most / 10, "seed 0x5eed, step {step}: {look:?} {wait:?}");
        now = next;
    }
}
