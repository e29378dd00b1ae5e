use super::Measures;
use crate::component::State;
use crate::settings::Bounds;
use crate::{Delays, EvidenceId, Fact, What};
use model::{Category, Owner, Timestamp};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn fact(seconds: i64, what: What) -> Fact {
    Fact { id: format!("e/{seconds}").parse().unwrap(), at: at(seconds), region: "eu".parse().unwrap(), what }
}

fn delivered(messages: u64, moved: u64, seconds: u64) -> What {
    let mut delays = Delays::default();
    delays.add(seconds, messages);
    What::Delivered {
        source: "eu-1".parse().unwrap(),
        provider: "microsoft".to_owned(),
        since: at(0),
        messages,
        moved,
        delays,
    }
}

fn refused(owner: Owner, messages: u64) -> What {
    What::Refused {
        source: "eu-1".parse().unwrap(),
        provider: "microsoft".to_owned(),
        site: None,
        category: Category::IpListed,
        owner,
        strength: crate::Strength::Strong,
        tenant: None,
        list: None,
        messages,
        reply: None,
    }
}

fn listener(name: &str, is_well: bool) -> What {
    What::ListenerLooked { listener: name.parse().unwrap(), is_well, why: None }
}

fn check(facts: &[(i64, What)], now: i64, expected: State) {
    let (mut measures, bounds) = (Measures::default(), Bounds::default());
    for (seconds, what) in facts {
        measures.take(&fact(*seconds, what.clone()), &bounds);
    }
    measures.forget(at(now), &bounds);
    let measured = measures.measured(&bounds);
    assert_eq!(measured.state, expected, "{facts:?}");
    assert_eq!(measured.evidence.is_none(), expected == State::Unknown);
}

#[test]
fn states_by_share_of_failures() {
    let ours = Owner::OurAddress;
    check(&[(1, delivered(1000, 0, 1))], 2, State::Operational);
    check(&[(1, delivered(991, 0, 1)), (2, refused(ours, 9))], 3, State::Operational);
    check(&[(1, delivered(990, 0, 1)), (2, refused(ours, 10))], 3, State::DegradedPerformance);
    check(&[(1, delivered(950, 0, 1)), (2, refused(ours, 50))], 3, State::PartialOutage);
    check(&[(1, delivered(500, 0, 1)), (2, refused(ours, 500))], 3, State::MajorOutage);
    check(&[(1, delivered(100, 0, 1)), (2, delivered(25, 0, 61))], 3, State::DegradedPerformance);
}

#[test]
fn faults_of_others_are_not_ours() {
    check(&[(1, delivered(100, 0, 1)), (2, refused(Owner::Recipient, 500))], 3, State::Operational);
}

#[test]
fn what_was_moved_harmed_nobody() {
    check(
        &[(1, delivered(100, 0, 1)), (2, refused(Owner::OurAddress, 50)), (3, delivered(50, 50, 2))],
        4,
        State::Operational,
    );
}

#[test]
fn of_a_handful_it_counts_whether_anything_goes_through() {
    let ours = Owner::OurSetup;
    check(&[(1, refused(ours, 1))], 2, State::DegradedPerformance);
    check(&[(1, refused(ours, 3))], 2, State::PartialOutage);
    check(&[(1, refused(ours, 3)), (2, delivered(1, 0, 1))], 3, State::DegradedPerformance);
}

#[test]
fn silence_is_unknown_and_so_is_what_is_old() {
    check(&[], 0, State::Unknown);
    check(&[(0, delivered(100, 0, 1))], 300, State::Operational);
    check(&[(0, delivered(100, 0, 1))], 301, State::Unknown);
    check(&[(0, listener("in", true))], 301, State::Unknown);
    check(&[(0, delivered(0, 0, 1))], 1, State::Unknown);
}

#[test]
fn one_listener_of_two_is_a_part() {
    check(&[(0, listener("one", true)), (0, listener("two", false))], 1, State::PartialOutage);
    check(&[(0, listener("one", false)), (0, listener("two", false))], 1, State::MajorOutage);
    check(&[(0, listener("one", true)), (0, listener("two", true))], 1, State::Operational);
}

#[test]
fn an_older_look_does_not_undo_a_newer_one() {
    check(&[(9, listener("one", true)), (3, listener("one", false))], 10, State::Operational);
}

#[test]
fn good_news_cites_the_newest_and_bad_news_all() {
    let (mut measures, bounds) = (Measures::default(), Bounds::default());
    measures.take(&fact(1, delivered(50, 0, 1)), &bounds);
    measures.take(&fact(2, delivered(50, 0, 1)), &bounds);
    let ids = |measures: &Measures| -> Vec<EvidenceId> {
        measures.measured(&bounds).evidence.unwrap().ids().to_vec()
    };
    assert_eq!(ids(&measures), ["e/2".parse().unwrap()]);
    measures.take(&fact(3, refused(Owner::OurAddress, 50)), &bounds);
    measures.take(&fact(4, refused(Owner::OurAddress, 50)), &bounds);
    assert_eq!(ids(&measures), ["e/3".parse().unwrap(), "e/4".parse().unwrap()]);
}
