//! Random days: what must hold whatever comes in whatever order.

use super::*;
use proptest::prelude::*;

const SOURCES: [&str; 3] = ["eu-1", "eu-2", "eu-3"];
const LISTS: [&str; 2] = [ZEN, "bl.spamcop.net"];

/// Something that happens to a region's sources.
#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Refused { source: usize, receiver: usize, list: Option<usize>, verified: bool, named: bool },
    Accepted { source: usize, receiver: usize },
    Polled { source: usize, list: usize, says: Polled },
    Ordered { source: usize, kind: OrderKind, minutes: u64 },
}

fn receivers() -> [Receiver; 4] {
    [microsoft(), google(), Receiver::new(None, "mx.one.example"), Receiver::new(None, "mx.two.test")]
}

fn step() -> impl Strategy<Value = Step> {
    let says = prop_oneof![
        (0_u64..40).prop_map(clean),
        Just(Polled::Suspected),
        Just(Polled::Listed),
        Just(Polled::Unknown)
    ];
    let refused = (0..3_usize, 0..4_usize, proptest::option::of(0..2_usize), any::<bool>(), any::<bool>())
        .prop_map(|(source, receiver, list, verified, named)| Step::Refused {
            source,
            receiver,
            list,
            verified,
            named,
        });
    let kind = prop_oneof![Just(OrderKind::In), Just(OrderKind::Out)];
    prop_oneof![
        6 => (1_u64..3000).prop_map(Step::Wait),
        5 => refused,
        5 => (0..3_usize, 0..4_usize).prop_map(|(source, receiver)| Step::Accepted { source, receiver }),
        4 => (0..3_usize, 0..2_usize, says).prop_map(|(source, list, says)| Step::Polled { source, list, says }),
        1 => (0..3_usize, kind, 1_u64..600)
            .prop_map(|(source, kind, minutes)| Step::Ordered { source, kind, minutes }),
    ]
}

/// What the step leads to; permissive changes are recorded, and so applied, at once.
fn take(guard: &mut Guard, step: &Step, now: &mut Timestamp, number: u8) -> Vec<Change> {
    let reaction = match step {
        Step::Wait(seconds) => {
            *now = *now + Duration::from_secs(*seconds);
            guard.due(*now)
        }
        Step::Refused { source, receiver, list, verified, named } => {
            let list = list.map(|list| LISTS[list]);
            let said = Said {
                is_verified: *verified,
                names_ours: *named,
                address: Some([192, 0, number, 1].into()),
                ..by(receivers()[*receiver].clone(), SOURCES[*source], list)
            };
            guard.refused(&said, *now)
        }
        Step::Accepted { source, receiver } => {
            // Nobody accepts what was not sent.
            let (source, receiver) = (name(SOURCES[*source]), &receivers()[*receiver]);
            match guard.allows(&source, receiver, *now) {
                Use::Never(_) => Reaction::default(),
                Use::Probe if !guard.take_probe(&source, receiver, *now) => Reaction::default(),
                Use::Probe | Use::Free { .. } | Use::LastResort => guard.accepted(&source, receiver, *now),
            }
        }
        Step::Polled { source, list, says } => {
            guard.polled(&name(SOURCES[*source]), LISTS[*list], *says, EvidenceId(3), *now)
        }
        Step::Ordered { source, kind, minutes: count } => {
            let until = *now + minutes(*count);
            let order = Order { kind: *kind, by: "kim".to_owned(), note: String::new(), since: *now, until };
            guard.order(&name(SOURCES[*source]), &Place::Everywhere, order, EvidenceId(9), *now)
        }
    };
    let mut changes = reaction.done;
    for change in reaction.proposed {
        if guard.apply(&change) {
            changes.push(change);
        }
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_source_carries_nothing_where_its_records_say_quarantined(steps in prop::collection::vec(step(), 1..120)) {
        let (mut guard, mut now) = (guard_of(&SOURCES), NOW);
        // From the changes alone, as a reader of the journal sees it.
        let mut told: BTreeMap<(SourceName, Place), Row> = BTreeMap::new();
        for (number, step) in steps.iter().enumerate() {
            for change in take(&mut guard, step, &mut now, number as u8) {
                told.insert((change.source, change.place), change.row);
            }
            for source in SOURCES {
                for receiver in receivers() {
                    let is_out = told.iter().any(|((of, place), row)| {
                        of.as_str() == source && place.holds(&receiver) && row.is_out(now)
                    });
                    let is_never = matches!(guard.allows(&name(source), &receiver, now), Use::Never(_));
                    prop_assert_eq!(is_never, is_out, "{} to {:?} after {:?}", source, receiver, step);
                }
            }
        }
    }

    #[test]
    fn those_who_did_not_refuse_are_left_a_source_that_no_order_forbids(steps in prop::collection::vec(step(), 1..120)) {
        let (mut guard, mut now) = (guard_of(&SOURCES), NOW);
        let stranger = Receiver::new(None, "mx.never.met.example");
        for (number, step) in steps.iter().enumerate() {
            take(&mut guard, step, &mut now, number as u8);
            // What an order's end leaves is found by the next look, a second later.
            if matches!(step, Step::Wait(_)) {
                pass(&mut guard, now);
            }
            let uses = SOURCES.map(|source| guard.allows(&name(source), &stranger, now));
            let is_usable = uses.iter().any(|one| matches!(one, Use::Free { .. } | Use::LastResort));
            let is_forbidden = |one: &Use| matches!(one, Use::Never(Why { is_order: true, .. }));
            prop_assert!(is_usable || uses.iter().all(is_forbidden), "{:?} is left after {:?}", uses, step);
        }
    }

    #[test]
    fn a_place_is_not_quarantined_again_before_the_shortest_quarantine_is_over(
        steps in prop::collection::vec(step(), 1..200)
    ) {
        let (mut guard, mut now) = (guard_of(&SOURCES), NOW);
        let mut entered: BTreeMap<(SourceName, Place), Timestamp> = BTreeMap::new();
        let mut last: BTreeMap<(SourceName, Place), bool> = BTreeMap::new();
        for (number, step) in steps.iter().enumerate() {
            for Change { source, place, from, row, .. } in take(&mut guard, step, &mut now, number as u8) {
                let key = (source, place);
                // One that carried mail only until another was there goes back to what it was.
                let was_last = last.insert(key.clone(), row.is_last) == Some(true);
                let is_entry = row.state.word() == Word::Quarantined && from != Word::Quarantined;
                if is_entry && let Some(before) = entered.insert(key, now).filter(|_| !was_last) {
                    prop_assert!(now.since(before) >= Policy::default().clean_over, "after {:?}", step);
                }
            }
        }
    }

    #[test]
    fn one_hostile_host_takes_out_nothing_but_itself(
        claims in prop::collection::vec((0..3_usize, proptest::option::of(0..2_usize), any::<bool>(), 0_u64..900), 1..80)
    ) {
        let (mut guard, mut now) = (guard_of(&SOURCES), NOW);
        let hostile = Receiver::new(None, "mx.hostile.example");
        for (source, list, named, wait) in claims {
            now = now + Duration::from_secs(wait);
            let list = list.map(|list| LISTS[list]);
            let said = Said { is_verified: false, names_ours: named, ..by(hostile.clone(), SOURCES[source], list) };
            guard.refused(&said, now);
            pass(&mut guard, now);
            for (source, receiver) in SOURCES.iter().flat_map(|one| receivers().map(|it| (one, it))) {
                prop_assert_eq!(guard.allows(&name(source), &receiver, now), Use::Free { share: 1.0 });
            }
        }
    }

    #[test]
    fn nothing_is_given_back_while_nothing_is_recorded(steps in prop::collection::vec(step(), 1..120)) {
        let (mut guard, mut now) = (guard_of(&SOURCES), NOW);
        let rank = |guard: &Guard, now| -> Vec<bool> {
            let all = SOURCES.iter().flat_map(|one| receivers().map(|it| (one, it)));
            all.map(|(one, it)| matches!(guard.allows(&name(one), &it, now), Use::Never(_))).collect()
        };
        let mut before = rank(&guard, now);
        for (number, step) in steps.iter().enumerate().filter(|(_, step)| !matches!(step, Step::Ordered { .. })) {
            match step {
                Step::Wait(seconds) => {
                    now = now + Duration::from_secs(*seconds);
                    guard.due(now);
                }
                Step::Refused { source, receiver, list, .. } => {
                    let address = Some([192, 0, number as u8, 1].into());
                    let receiver = receivers()[*receiver].clone();
                    guard.refused(&Said { address, ..by(receiver, SOURCES[*source], list.map(|it| LISTS[it])) }, now);
                }
                Step::Accepted { source, receiver } => {
                    guard.accepted(&name(SOURCES[*source]), &receivers()[*receiver], now);
                }
                Step::Polled { source, list, says } => {
                    guard.polled(&name(SOURCES[*source]), LISTS[*list], *says, EvidenceId(3), now);
                }
                Step::Ordered { .. } => {}
            }
            let after = rank(&guard, now);
            prop_assert!(before.iter().zip(&after).all(|(before, after)| !before || *after), "after {:?}", step);
            before = after;
        }
    }

}

proptest! {
    // Each case plays two days.
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_source_comes_back_once_the_world_is_well(steps in prop::collection::vec(step(), 1..120)) {
        let (mut guard, mut now) = (guard_of(&SOURCES), NOW);
        for (number, step) in steps.iter().enumerate() {
            take(&mut guard, step, &mut now, number as u8);
        }
        // Two days on which every list is clean and everybody takes what is sent.
        for minute in (0_u64..2 * 24 * 60).step_by(5) {
            now = now + minutes(5);
            for source in SOURCES {
                for list in LISTS {
                    guard.polled(&name(source), list, clean(minute), EvidenceId(4), now);
                }
            }
            for (source, receiver) in (0..3).flat_map(|one| (0..4).map(move |it| (one, it))) {
                take(&mut guard, &Step::Accepted { source, receiver }, &mut now, 0);
            }
            pass(&mut guard, now);
        }
        for (source, receiver) in SOURCES.iter().flat_map(|one| receivers().map(|it| (one, it))) {
            prop_assert_eq!(guard.allows(&name(source), &receiver, now), Use::Free { share: 1.0 });
        }
    }
}
