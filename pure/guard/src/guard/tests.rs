use super::*;
use crate::order::{Order, OrderKind};
use crate::uses::Why;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const ZEN: &str = "zen.spamhaus.org";

fn name(text: &str) -> SourceName {
    text.parse().unwrap()
}

fn guard_of(names: &[&str]) -> Guard {
    let members = names.iter().map(|it| Member { name: name(it), is_notice: false }).collect();
    Guard::new(Policy::default(), members)
}

fn microsoft() -> Receiver {
    Receiver::new(Some("microsoft"), "acme.mail.protection.outlook.com")
}

fn google() -> Receiver {
    Receiver::new(Some("google"), "aspmx.l.google.com")
}

/// A refusal by a provider that proved its name.
fn by(receiver: Receiver, source: &str, list: Option<&str>) -> Said {
    Said {
        evidence: EvidenceId(7),
        source: name(source),
        receiver,
        is_verified: true,
        address: Some([192, 0, 2, 1].into()),
        list: list.map(str::to_owned),
        is_public: list.is_some(),
        names_ours: true,
    }
}

fn word(guard: &Guard, source: &str, place: &Place) -> Word {
    let rows = guard.rows.get(&name(source));
    rows.and_then(|rows| rows.get(place)).map_or(Word::Clean, |row| row.state.word())
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

fn is_free(guard: &Guard, source: &str, receiver: &Receiver, now: Timestamp) -> bool {
    matches!(guard.allows(&name(source), receiver, now), Use::Free { .. })
}

fn clean(over: u64) -> Polled {
    Polled::Clean { polls: 1 + over as usize / 5, over: minutes(over) }
}

/// Lets time bring what it brings, recorded at once.
fn pass(guard: &mut Guard, now: Timestamp) -> Vec<Change> {
    let reaction = guard.due(now);
    assert!(reaction.proposed.iter().all(|change| guard.apply(change)));
    reaction.done.into_iter().chain(reaction.proposed).collect()
}

#[test]
fn the_seeds_reply_takes_the_source_out_everywhere_at_the_first_refusal() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    let reaction = guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    assert_eq!(reaction.done.len(), 1);
    assert_eq!((reaction.done[0].from, reaction.done[0].row.state.word()), (Word::Clean, Word::Quarantined));
    for receiver in [microsoft(), google()] {
        assert!(matches!(guard.allows(&name("eu-1"), &receiver, NOW), Use::Never(_)));
        assert!(is_free(&guard, "eu-2", &receiver, NOW));
    }
}

#[test]
fn a_source_banned_by_one_provider_stays_in_use_for_the_others() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-1", None), NOW);
    assert!(matches!(guard.allows(&name("eu-1"), &microsoft(), NOW), Use::Never(_)));
    assert!(is_free(&guard, "eu-1", &google(), NOW));
}

#[test]
fn the_last_source_is_taken_out_only_where_it_is_refused() {
    let mut guard = guard_of(&["eu-1"]);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    assert!(matches!(guard.allows(&name("eu-1"), &microsoft(), NOW), Use::Never(_)));
    assert_eq!(guard.allows(&name("eu-1"), &google(), NOW), Use::LastResort);
}

#[test]
fn polls_alone_do_not_take_the_last_source_from_anybody() {
    let mut guard = guard_of(&["eu-1"]);
    guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(1), NOW);
    assert_eq!(guard.allows(&name("eu-1"), &google(), NOW), Use::LastResort);
}

#[test]
fn a_list_that_agrees_takes_the_last_source_out_where_it_was_refused_before() {
    let mut guard = guard_of(&["eu-1"]);
    let mx = Receiver::new(None, "mx.one.example");
    guard.refused(&Said { is_verified: false, ..by(mx.clone(), "eu-1", Some(ZEN)) }, NOW);
    assert_eq!(guard.allows(&name("eu-1"), &mx, NOW), Use::LastResort);
    let reaction = guard.polled(&name("eu-1"), ZEN, Polled::Suspected, EvidenceId(1), NOW + minutes(1));
    assert_eq!(reaction.done.len(), 2);
    assert!(matches!(guard.allows(&name("eu-1"), &mx, NOW), Use::Never(_)));
    assert_eq!(guard.allows(&name("eu-1"), &google(), NOW), Use::LastResort);
    let again = guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(2), NOW + minutes(2));
    assert_eq!(again.done, [], "it is out already");
    // And so does a second organisation.
    let mut guard = guard_of(&["eu-1"]);
    let other = Receiver::new(None, "mx.two.test");
    for (receiver, last) in [(&mx, 1), (&other, 2)] {
        let address = Some([192, 0, last, 1].into());
        let said = Said { is_verified: false, address, ..by(receiver.clone(), "eu-1", Some(ZEN)) };
        guard.refused(&said, NOW);
    }
    for receiver in [&mx, &other] {
        assert!(matches!(guard.allows(&name("eu-1"), receiver, NOW), Use::Never(_)), "{receiver:?}");
    }
}

#[test]
fn the_last_sources_quarantine_begins_when_another_one_is_back() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-2", Some(ZEN)), NOW);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    assert_eq!(guard.allows(&name("eu-1"), &google(), NOW), Use::LastResort);
    let order = Order {
        kind: OrderKind::In,
        by: "kim".to_owned(),
        note: String::new(),
        since: NOW,
        until: NOW + minutes(600),
    };
    let reaction = guard.order(&name("eu-2"), &Place::Everywhere, order, EvidenceId(9), NOW);
    assert!(guard.apply(&reaction.proposed[0]));
    let done = guard.due(NOW).done;
    assert_eq!(done.len(), 1);
    assert!(matches!(guard.allows(&name("eu-1"), &google(), NOW), Use::Never(_)));
    assert!(is_free(&guard, "eu-2", &google(), NOW));
}

#[test]
fn an_order_that_ends_leaves_a_way_whatever_came_meanwhile() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-2", Some(ZEN)), NOW);
    let order = Order {
        kind: OrderKind::In,
        by: "kim".to_owned(),
        note: String::new(),
        since: NOW,
        until: NOW + minutes(5),
    };
    let reaction = guard.order(&name("eu-2"), &Place::Everywhere, order, EvidenceId(9), NOW);
    assert!(guard.apply(&reaction.proposed[0]));
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW + minutes(1));
    let later = NOW + minutes(5);
    let proposed = guard.due(later).proposed;
    assert_eq!(proposed.len(), 1);
    assert!(guard.apply(&proposed[0]));
    assert_eq!(guard.allows(&name("eu-2"), &google(), later), Use::LastResort, "it was out first");
    assert!(matches!(guard.allows(&name("eu-1"), &google(), later), Use::Never(_)));
    assert_eq!(guard.due(later), Reaction::default());
}

#[test]
fn an_order_that_takes_the_last_way_out_leaves_another_one() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    guard.refused(&by(microsoft(), "eu-2", Some(ZEN)), NOW + minutes(1));
    let now = NOW + minutes(2);
    assert_eq!(guard.allows(&name("eu-2"), &google(), now), Use::LastResort);
    let (until, kind) = (now + minutes(60), OrderKind::Out);
    let order = Order { kind, by: "kim".to_owned(), note: String::new(), since: now, until };
    let reaction = guard.order(&name("eu-2"), &Place::Everywhere, order, EvidenceId(9), now);
    assert!(matches!(guard.allows(&name("eu-2"), &google(), now), Use::Never(why) if why.is_order));
    // It is given back to those who did not refuse it, and so with its record.
    assert!(matches!(guard.allows(&name("eu-1"), &google(), now), Use::Never(_)));
    assert!(!reaction.proposed.is_empty() && reaction.proposed.iter().all(|change| guard.apply(change)));
    assert_eq!(guard.allows(&name("eu-1"), &google(), now), Use::LastResort);
}

#[test]
fn the_last_source_is_in_use_and_not_probed_by_hand() {
    let mut guard = guard_of(&["eu-1"]);
    guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(1), NOW);
    assert_eq!(guard.allows(&name("eu-1"), &google(), NOW), Use::LastResort);
    assert_eq!(guard.probe_now(&name("eu-1"), &Place::Everywhere, EvidenceId(2), NOW), Reaction::default());
}

#[test]
fn behind_a_start_lists_are_heard_before_a_source_is_probed() {
    let mut before = guard_of(&["eu-1", "eu-2"]);
    let done = before.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(1), NOW).done;
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.restore(done[0].clone());
    let started = NOW + minutes(60);
    assert_eq!(guard.due(started), Reaction::default(), "what the list says now nobody knows");
    assert_eq!(guard.due(started + minutes(14)), Reaction::default());
    // A list that nobody polls is waited out.
    assert_eq!(guard.due(started + minutes(15)).proposed.len(), 1);
}

#[test]
fn records_that_overtook_each_other_are_taken_back_in_the_order_of_decisions() {
    let mut before = guard_of(&["eu-1", "eu-2"]);
    let mut records = before.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(1), NOW).done;
    let order = Order {
        kind: OrderKind::Out,
        by: "kim".to_owned(),
        note: String::new(),
        since: NOW,
        until: NOW + minutes(60),
    };
    records.extend(before.order(&name("eu-1"), &Place::Everywhere, order, EvidenceId(2), NOW).done);
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    records.into_iter().rev().for_each(|record| guard.restore(record));
    let said = guard.allows(&name("eu-1"), &google(), NOW);
    assert!(matches!(said, Use::Never(why) if why.is_order), "the order came last");
}

#[test]
fn what_was_overtaken_is_told_before_it_is_recorded() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-1", None), NOW);
    let proposed = guard.due(NOW + minutes(15)).proposed;
    assert!(guard.is_next(&proposed[0]));
    guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(2), NOW + minutes(15));
    guard.refused(&by(microsoft(), "eu-1", Some("bl.spamcop.net")), NOW + minutes(15));
    let change = Change { place: Place::Everywhere, ..proposed[0].clone() };
    assert!(!guard.is_next(&change) && !guard.apply(&change));
}

#[test]
fn two_polls_take_a_source_out_and_one_with_a_matching_reply_does_too() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.polled(&name("eu-1"), ZEN, Polled::Suspected, EvidenceId(1), NOW);
    assert!(is_free(&guard, "eu-1", &google(), NOW));
    guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(2), NOW);
    assert_eq!(word(&guard, "eu-1", &Place::Everywhere), Word::Quarantined);

    let mut guard = guard_of(&["eu-1", "eu-2"]);
    let unproven =
        Said { is_verified: false, ..by(Receiver::new(None, "mx.one.example"), "eu-1", Some(ZEN)) };
    guard.refused(&unproven, NOW);
    assert!(is_free(&guard, "eu-1", &google(), NOW));
    guard.polled(&name("eu-1"), ZEN, Polled::Suspected, EvidenceId(1), NOW + minutes(1));
    assert_eq!(word(&guard, "eu-1", &Place::Everywhere), Word::Quarantined);
}

#[test]
fn a_list_that_still_names_it_keeps_a_source_out_whatever_the_clock_says() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(1), NOW);
    for later in [20, 200, 2000] {
        let now = NOW + minutes(later);
        for says in [Polled::Listed, Polled::Suspected, Polled::Unknown, clean(10)] {
            guard.polled(&name("eu-1"), ZEN, says, EvidenceId(1), now);
            pass(&mut guard, now);
            assert_eq!(word(&guard, "eu-1", &Place::Everywhere), Word::Quarantined, "{later} {says:?}");
        }
    }
}

#[test]
fn a_source_comes_back_by_clean_polls_probes_and_growing_shares() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(1), NOW);
    let mut now = NOW + minutes(30);
    guard.polled(&name("eu-1"), ZEN, clean(15), EvidenceId(2), now);
    pass(&mut guard, now);
    assert_eq!(guard.allows(&name("eu-1"), &google(), now), Use::Probe);
    for _ in 0..3 {
        assert!(guard.take_probe(&name("eu-1"), &google(), now));
        assert!(!guard.take_probe(&name("eu-1"), &google(), now), "one at a time");
        for change in guard.accepted(&name("eu-1"), &google(), now).proposed {
            assert!(guard.apply(&change));
        }
        now = now + Policy::default().probe_every;
    }
    let mut shares = Vec::new();
    for _ in 0..5 {
        if let Use::Free { share } = guard.allows(&name("eu-1"), &google(), now) {
            shares.push(share);
        }
        now = now + minutes(10);
        pass(&mut guard, now);
    }
    assert_eq!(shares, [0.1, 0.2, 0.4, 0.8, 1.0]);
}

#[test]
fn a_refused_probe_puts_a_source_back_for_twice_as_long() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-1", None), NOW);
    let mut now = NOW;
    let mut waits = Vec::new();
    for _ in 0..5 {
        let began = now;
        while !guard.take_probe(&name("eu-1"), &microsoft(), now) {
            now = now + minutes(1);
            pass(&mut guard, now);
        }
        waits.push(now.since(began));
        guard.refused(&by(microsoft(), "eu-1", None), now);
    }
    assert_eq!(waits, [15, 30, 60, 120, 240].map(minutes));
}

#[test]
fn a_crowd_that_is_refused_at_once_waits_no_longer_than_one() {
    for (said, place) in [
        (by(microsoft(), "eu-1", Some(ZEN)), Place::Everywhere),
        (
            Said { is_verified: false, ..by(Receiver::new(None, "mx.one.example"), "eu-1", None) },
            Place::Site("mx.one.example".to_owned()),
        ),
    ] {
        let mut guard = guard_of(&["eu-1", "eu-2"]);
        guard.refused(&said, NOW);
        let once = guard.rows[&name("eu-1")][&place].clone();
        for _ in 0..20 {
            guard.refused(&said, NOW);
        }
        let crowd = &guard.rows[&name("eu-1")][&place];
        assert_eq!((crowd.state, crowd.repeats), (once.state, once.repeats), "{place}");
    }
    // What was weak and becomes strong is the same fall.
    let mut guard = guard_of(&["eu-1"]);
    let mx = Receiver::new(None, "mx.one.example");
    guard.refused(&Said { is_verified: false, ..by(mx.clone(), "eu-1", Some(ZEN)) }, NOW);
    guard.polled(&name("eu-1"), ZEN, Polled::Suspected, EvidenceId(1), NOW);
    let state = guard.rows[&name("eu-1")][&Place::Site(mx.site)].state;
    assert_eq!(state, State::Quarantined { until: NOW + minutes(15) });
    // And polls that go on naming it do not either: the wait begins again with each of them, and is no longer.
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    for minute in 0..60 {
        guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(1), NOW + minutes(minute));
    }
    let state = guard.rows[&name("eu-1")][&Place::Everywhere].state;
    assert_eq!(state, State::Quarantined { until: NOW + minutes(59 + 15) });
}

#[test]
fn a_receiver_that_has_not_heard_of_the_delisting_costs_the_source_only_itself_and_no_longer_wait() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    let now = NOW + minutes(20);
    guard.polled(&name("eu-1"), ZEN, clean(15), EvidenceId(1), now);
    pass(&mut guard, now);
    assert_eq!(word(&guard, "eu-1", &Place::Everywhere), Word::Probing);
    let here = Place::Provider("microsoft".to_owned());
    for round in 0..4 {
        let now = now + minutes(16 * round);
        guard.polled(&name("eu-1"), ZEN, clean(15 + 16 * round), EvidenceId(1), now);
        pass(&mut guard, now);
        guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), now);
        let state = guard.rows[&name("eu-1")][&here].state;
        assert_eq!(state, State::Quarantined { until: now + minutes(15) }, "round {round}");
        assert_eq!(word(&guard, "eu-1", &Place::Everywhere), Word::Probing);
    }
    assert_eq!(guard.allows(&name("eu-1"), &google(), now), Use::Probe);
    // The list names it again: that is a relapse, and holds everywhere.
    let now = now + minutes(80);
    guard.polled(&name("eu-1"), ZEN, Polled::Listed, EvidenceId(2), now);
    let state = guard.rows[&name("eu-1")][&Place::Everywhere].state;
    assert_eq!(state, State::Quarantined { until: now + minutes(30) });
}

#[test]
fn a_host_that_goes_on_naming_a_list_which_is_clean_is_suspected_no_longer_each_time() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    let host = Receiver::new(None, "mx.one.example");
    let here = Place::Site("mx.one.example".to_owned());
    for round in 0..5 {
        let now = NOW + minutes(20 * round);
        guard.polled(&name("eu-1"), ZEN, clean(20 * round + 15), EvidenceId(1), now);
        pass(&mut guard, now);
        assert_eq!(word(&guard, "eu-1", &here), Word::Clean, "round {round}");
        guard.refused(&by(host.clone(), "eu-1", Some(ZEN)), now);
        let state = guard.rows[&name("eu-1")][&here].state;
        assert_eq!(state, State::Suspect { until: now + minutes(10) }, "round {round}");
    }
    // Of a list that nobody polls nobody knows that: the second fall waits longer.
    let now = NOW + minutes(100);
    pass(&mut guard, now);
    guard.refused(&by(host, "eu-1", Some("bl.nobody.example")), now);
    let state = guard.rows[&name("eu-1")][&here].state;
    assert_eq!(state, State::Suspect { until: now + minutes(20) });
}

#[test]
fn a_first_refusal_is_believed_though_the_last_polls_were_clean() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.polled(&name("eu-1"), ZEN, clean(60), EvidenceId(1), NOW);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW + minutes(1));
    assert_eq!(word(&guard, "eu-1", &Place::Everywhere), Word::Quarantined);
}

#[test]
fn a_second_listing_within_a_day_is_a_spreading_one() {
    let mut guard = guard_of(&["eu-1", "eu-2", "eu-3"]);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    assert!(!guard.is_spreading(NOW));
    guard.refused(&by(microsoft(), "eu-2", Some(ZEN)), NOW + minutes(60));
    assert!(guard.is_spreading(NOW + minutes(60)));
    assert!(!guard.is_spreading(NOW + minutes(26 * 60)));
}

#[test]
fn an_order_goes_before_the_evidence_and_ends() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    let order = |kind| Order {
        kind,
        by: "kim".to_owned(),
        note: "maintenance".to_owned(),
        since: NOW,
        until: NOW + minutes(60),
    };
    let done = guard.order(&name("eu-1"), &Place::Everywhere, order(OrderKind::Out), EvidenceId(9), NOW).done;
    assert_eq!(done.len(), 1, "taking away needs no record first");
    assert!(matches!(guard.allows(&name("eu-1"), &google(), NOW), Use::Never(Why { is_order: true, .. })));
    assert!(is_free(&guard, "eu-1", &google(), NOW + minutes(61)));

    guard.refused(&by(microsoft(), "eu-2", None), NOW);
    let place = Place::Provider("microsoft".to_owned());
    let reaction = guard.order(&name("eu-2"), &place, order(OrderKind::In), EvidenceId(9), NOW);
    assert!(matches!(guard.allows(&name("eu-2"), &microsoft(), NOW), Use::Never(_)));
    assert!(guard.apply(&reaction.proposed[0]));
    assert!(is_free(&guard, "eu-2", &microsoft(), NOW));
    assert!(matches!(guard.allows(&name("eu-2"), &microsoft(), NOW + minutes(61)), Use::Never(_)));
}

#[test]
fn notice_sources_are_no_way_out_for_the_mail_of_tenants() {
    let members = [("eu-1", false), ("note", true)];
    let members = members.map(|(it, is_notice)| Member { name: name(it), is_notice }).to_vec();
    let mut guard = Guard::new(Policy::default(), members);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    assert_eq!(guard.allows(&name("eu-1"), &google(), NOW), Use::LastResort);
}

#[test]
fn hostile_names_without_end_do_not_fill_the_memory() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    for number in 0..5 * PLACES_MAX {
        let receiver = Receiver::new(None, &format!("mx{number}.hostile.example"));
        guard.refused(&Said { is_verified: false, ..by(receiver, "eu-1", None) }, NOW);
    }
    assert_eq!(guard.rows[&name("eu-1")].len(), PLACES_MAX);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    assert_eq!(word(&guard, "eu-1", &Place::Everywhere), Word::Quarantined);
}

mod properties;
mod records;
