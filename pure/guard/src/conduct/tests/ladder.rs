//! Who goes up, who stays, who comes down.

use super::*;

const SENDERS: [&str; 5] =
    ["ann@acme.example", "ben@acme.example", "cy@acme.example", "dee@acme.example", "eve@acme.example"];

#[test]
fn a_runaway_sender_is_slowed_then_held_within_its_floor_and_others_are_not() {
    let mut conducts = Conducts::default();
    let now = routine(&mut conducts, &SENDERS, 2);
    let (mut slowed, mut held) = (None, None);
    for number in 0..600 {
        message(&mut conducts, SENDERS[0], 10_000 + number, 1, now);
        match step(&conducts, SENDERS[0], now) {
            Step::Slowed if slowed.is_none() => slowed = Some(number + 1),
            Step::Held if held.is_none() => held = Some(number + 1),
            Step::Free | Step::Tagged | Step::Slowed | Step::Held => {}
        }
    }
    assert_eq!((slowed, held), (Some(100), Some(500)));
    assert!(
        matches!(conducts.may(&acme(), SENDERS[0], 1, now), May::Hold(held) if held.subject.sender.is_some())
    );
    assert_eq!(conducts.may(&acme(), SENDERS[1], 1, now), May::Go);
    assert_eq!(tenant_step(&conducts, now), Step::Free);
    let because = &conducts.tenants()[&acme()].senders[SENDERS[0]].standing.because;
    assert_eq!(because[0].to_string(), "500 recipients in this hour (usual 0, limit 500)");
    assert!(because.iter().any(|finding| finding.aspect == Aspect::New), "{because:?}");
}

#[test]
fn three_held_senders_hold_their_tenant_and_two_do_not() {
    let mut conducts = Conducts::default();
    let now = routine(&mut conducts, &SENDERS, 2);
    for (number, sender) in SENDERS.iter().take(3).enumerate() {
        assert!(tenant_step(&conducts, now) < Step::Slowed, "{number} held");
        message(&mut conducts, sender, 10_000, 500, now);
        assert_eq!(step(&conducts, sender, now), Step::Held);
    }
    assert_eq!(tenant_step(&conducts, now), Step::Held);
    assert!(
        matches!(conducts.may(&acme(), SENDERS[4], 1, now), May::Hold(held) if held.subject.sender.is_none())
    );
}

#[test]
fn a_newsletter_goes_out_at_its_hour_every_week_and_an_hour_late() {
    let mut conducts = Conducts::default();
    routine(&mut conducts, &SENDERS, 1);
    let news = "news@acme.example";
    for week in 1..6_u64 {
        let now = start() + Duration::from_secs(3600 * (168 * week + 34 + week % 2));
        message(&mut conducts, news, 0, 300, now);
        if week > 1 {
            // Three times as many readers as ever: growth, not an offence.
            message(&mut conducts, news, 0, 600, now);
        }
        assert_eq!(step(&conducts, news, now), Step::Free, "week {week}");
    }
}

#[test]
fn the_first_days_of_a_tenant_say_nothing_of_volume() {
    let mut conducts = Conducts::default();
    message(&mut conducts, SENDERS[0], 0, 50_000, start());
    message(&mut conducts, SENDERS[0], 0, 50_000, start() + 6 * 24 * HOUR);
    assert_eq!(step(&conducts, SENDERS[0], start() + 6 * 24 * HOUR), Step::Free);
}

#[test]
fn what_receivers_say_moves_even_a_new_tenant() {
    let cases = [
        (Sign::Unknown, 4, Step::Free),
        (Sign::Unknown, 7, Step::Slowed),
        (Sign::Unknown, 20, Step::Held),
        (Sign::Spam, 2, Step::Free),
        (Sign::Spam, 4, Step::Slowed),
        (Sign::Spam, 10, Step::Held),
        (Sign::Trap, 1, Step::Tagged),
        (Sign::Trap, 3, Step::Slowed),
        (Sign::Trap, 10, Step::Held),
        (Sign::Complaint, 5, Step::Held),
        (Sign::Refused, 100, Step::Free),
    ];
    for (sign, count, expected) in cases {
        let mut conducts = Conducts::default();
        message(&mut conducts, SENDERS[0], 0, 200, start());
        answers(&mut conducts, SENDERS[0], Sign::Accepted, 120, start());
        answers(&mut conducts, SENDERS[0], sign, count, start());
        let got = step(&conducts, SENDERS[0], start());
        assert_eq!(got, expected, "{count} times {sign:?} of {}", 120 + count);
    }
}

#[test]
fn a_share_of_few_is_chance() {
    let mut conducts = Conducts::default();
    message(&mut conducts, SENDERS[0], 0, 90, start());
    answers(&mut conducts, SENDERS[0], Sign::Unknown, 90, start());
    assert_eq!(step(&conducts, SENDERS[0], start()), Step::Free);
}

#[test]
fn an_old_list_with_its_usual_share_of_dead_addresses_is_a_tag() {
    let mut conducts = Conducts::default();
    let mut now = start();
    for _ in 0..20 {
        message(&mut conducts, SENDERS[0], 0, 100, now);
        answers(&mut conducts, SENDERS[0], Sign::Accepted, 96, now);
        answers(&mut conducts, SENDERS[0], Sign::Unknown, 4, now);
        now = now + 24 * HOUR;
    }
    answers(&mut conducts, SENDERS[0], Sign::Accepted, 190, now);
    answers(&mut conducts, SENDERS[0], Sign::Unknown, 12, now);
    assert_eq!(step(&conducts, SENDERS[0], now), Step::Tagged);
}

#[test]
fn a_hold_ends_by_its_time_and_by_an_operators_word() {
    let mut conducts = Conducts::default();
    let now = routine(&mut conducts, &SENDERS, 2);
    message(&mut conducts, SENDERS[0], 10_000, 500, now);
    let subject = Subject { tenant: acme(), sender: Some(SENDERS[0].to_owned()) };
    let permit = Permit {
        kind: PermitKind::Allow,
        by: "kim".to_owned(),
        note: String::new(),
        since: now,
        until: now + 2 * HOUR,
    };
    let mut by_time = conducts.clone();
    assert!(by_time.due(now + 23 * HOUR).is_empty());
    assert_eq!(by_time.due(now + 24 * HOUR)[0].from, Step::Held);
    assert_eq!(by_time.may(&acme(), SENDERS[0], 1, now + 24 * HOUR), May::Go);

    conducts.permit(&subject, Some(permit), now);
    message(&mut conducts, SENDERS[0], 10_000, 900, now);
    assert_eq!(conducts.may(&acme(), SENDERS[0], 1, now), May::Go);
    assert!(!conducts.due(now + 2 * HOUR).is_empty(), "the permit ends");
}

#[test]
fn a_slowed_sender_gets_its_turns_and_never_more() {
    let mut conducts = Conducts::default();
    let mut now = routine(&mut conducts, &SENDERS, 2);
    message(&mut conducts, SENDERS[0], 10_000, 150, now);
    let (begin, mut went) = (now, 0);
    while now.since(begin) < HOUR {
        match conducts.may(&acme(), SENDERS[0], 1, now) {
            May::Go => went += 1,
            May::Wait(until) => now = until,
            May::Hold(held) => panic!("{held:?}"),
        }
    }
    // An hour's worth, and what was saved up at its beginning.
    assert!((90..=110).contains(&went), "{went}");
}

#[test]
fn many_senders_that_nobody_knew_slow_the_tenant_and_its_volume_then_holds_it() {
    let mut conducts = Conducts::default();
    let now = routine(&mut conducts, &SENDERS, 2);
    for number in 0..60 {
        message(&mut conducts, &format!("s{number}@acme.example"), 0, 1, now);
    }
    assert_eq!(tenant_step(&conducts, now), Step::Slowed);
    for number in 0..5000 {
        message(&mut conducts, &format!("s{number}@acme.example"), 0, 1, now);
    }
    assert_eq!(tenant_step(&conducts, now), Step::Held);
}

#[test]
fn memory_is_bounded_whatever_sender_names_come_and_history_is_kept() {
    let mut conducts = Conducts::default();
    let now = routine(&mut conducts, &SENDERS, 2);
    for number in 0..100_000 {
        message(&mut conducts, &format!("s{number}@acme.example"), 0, 1, now);
    }
    let senders = &conducts.tenants()[&acme()].senders;
    assert!(senders.len() <= 4096, "{}", senders.len());
    assert!(SENDERS.iter().all(|sender| senders.contains_key(*sender)), "those with a history stay");
    for number in 0..5000 {
        let tenant: TenantName = format!("t{number}").parse().unwrap();
        for sender in 0..20 {
            conducts.came(&tenant, &format!("s{sender}@acme.example"), ["r@partner.example"], now);
        }
    }
    assert!(conducts.tenants().len() <= TENANTS_MAX);
    let all: usize = conducts.tenants().values().map(|life| life.senders.len()).sum();
    assert_eq!(all, conducts.senders);
    assert!(all <= SENDERS_MAX);
}

#[test]
fn what_is_kept_comes_back_as_it_was() {
    let mut conducts = Conducts::default();
    let now = routine(&mut conducts, &SENDERS, 2);
    message(&mut conducts, SENDERS[0], 10_000, 500, now);
    let mut again = Conducts::default();
    for (tenant, life) in conducts.tenants() {
        let text = serde_json::to_string(life).unwrap();
        again.put_back(tenant.clone(), serde_json::from_str(&text).unwrap());
    }
    assert_eq!(step(&again, SENDERS[0], now), Step::Held);
    assert_eq!(again.senders, conducts.senders);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whoever_behaves_as_in_its_history_is_never_slowed(
        usual in proptest::collection::vec(0_u32..3000, 168),
        jitter in proptest::collection::vec(60_u32..140, 168 * 4),
    ) {
        let mut conducts = Conducts::default();
        for (hour, jitter) in jitter.into_iter().enumerate() {
            let now = start() + Duration::from_secs(3600 * hour as u64);
            let count = usual[hour % 168] * jitter / 100;
            message(&mut conducts, SENDERS[0], 0, count.min(20), now);
            conducts.came(&acme(), SENDERS[0], (20..count).map(|_| "r0@partner.example"), now);
            prop_assert!(step(&conducts, SENDERS[0], now) < Step::Slowed, "hour {hour}, {count}");
            prop_assert!(tenant_step(&conducts, now) < Step::Slowed, "hour {hour}, {count}");
        }
    }

    #[test]
    fn a_runaway_is_held_within_ten_times_what_it_ever_sent(usual in 1_u32..400, each in 1_u32..20) {
        let mut conducts = Conducts::default();
        for hour in 0..168 * 2 {
            let now = start() + Duration::from_secs(3600 * hour);
            conducts.came(&acme(), SENDERS[0], (0..usual).map(|_| "r0@partner.example"), now);
        }
        let now = start() + Duration::from_secs(3600 * 168 * 2);
        let bound = (10 * usual).max(500) + each;
        let mut sent = 0;
        while step(&conducts, SENDERS[0], now) < Step::Held {
            message(&mut conducts, SENDERS[0], sent, each, now);
            sent += each;
            prop_assert!(sent <= bound, "{sent} of {bound}");
        }
    }
}
