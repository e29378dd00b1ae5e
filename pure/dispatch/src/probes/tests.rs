//! Probes over a life of hours, with times of our own.

use super::*;
use model::Stage;

const START: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

fn minutes(minutes: u64) -> Timestamp {
    START + Duration::from_secs(60 * minutes)
}

fn acme() -> TenantName {
    "acme".parse().unwrap()
}

fn id(number: u8) -> MessageId {
    MessageId::new(START, [number; 10])
}

fn fate() -> Fate {
    Fate::new(&acme(), "mx.example [192.0.2.1:25]", "550 5.9.9 we do not like you")
}

fn parked(numbers: &[u8]) -> BTreeMap<Fate, Parked> {
    let messages = numbers.iter().map(|number| id(*number)).collect();
    [(fate(), Parked { messages, since: Some(START) })].into()
}

#[test]
fn probes_go_one_at_a_time_each_with_another_message_at_growing_intervals() {
    let probes = Probes::default();
    let mut sent = Vec::new();
    for minute in 0..1_000 {
        for step in probes.plan(&parked(&[1, 2, 3]), minutes(minute)) {
            let Step::Probe(probe) = step else { panic!("{step:?}") };
            assert!(probes.is_probe(probe, &fate()));
            sent.push((minute, probe));
            probes.parked(probe, &fate(), minutes(minute));
        }
    }
    let expected = [(15, 1), (45, 2), (105, 3), (225, 1), (465, 2), (705, 3), (945, 1)];
    assert_eq!(sent, expected.map(|(minute, number)| (minute, id(number))));
}

#[test]
fn an_accepted_probe_opens_in_steps_and_one_refused_alike_closes_again() {
    let probes = Probes::default();
    let all: Vec<u8> = (1..=15).collect();
    let _first_look = probes.plan(&parked(&all), START);
    assert_eq!(probes.plan(&parked(&all), minutes(15)), [Step::Probe(id(1))]);
    probes.accepted(id(2), "mx.example [192.0.2.1:25]", minutes(15));
    probes.accepted(id(1), "other.example [192.0.2.9:25]", minutes(15));
    assert!(probes.plan(&parked(&all), minutes(16)).is_empty(), "neither says anything of it");
    probes.accepted(id(1), "mx.example [192.0.2.7:25]", minutes(16));
    assert!(probes.is_due(minutes(16)) && !probes.is_probe(id(1), &fate()));
    for (seconds, step) in [(0, Some(10)), (5, None), (10, Some(20)), (20, Some(40))] {
        let now = minutes(16) + Duration::from_secs(seconds);
        let expected: Vec<Step> = step.map(|step| Step::Some(fate(), step)).into_iter().collect();
        assert_eq!(probes.plan(&parked(&all), now), expected, "after {seconds} s");
    }
    probes.parked(id(9), &fate(), minutes(17));
    assert!(probes.plan(&parked(&all), minutes(31)).is_empty());
    assert_eq!(probes.plan(&parked(&all), minutes(32)).len(), 1);
}

#[test]
fn a_probe_without_an_answer_is_followed_by_another_one() {
    let probes = Probes::default();
    let _first_look = probes.plan(&parked(&[1, 2]), START);
    assert_eq!(probes.plan(&parked(&[1, 2]), minutes(15)), [Step::Probe(id(1))]);
    // The only message is out: its fate is not forgotten.
    assert!(probes.plan(&BTreeMap::new(), minutes(20)).is_empty());
    assert!(probes.is_probe(id(1), &fate()));
    assert_eq!(probes.plan(&parked(&[2]), minutes(45)), [Step::Probe(id(2))]);
    assert!(probes.plan(&BTreeMap::new(), minutes(200)).is_empty());
    assert!(!probes.is_probe(id(1), &fate()), "nothing is parked for it any more");
}

#[test]
fn a_listed_address_is_left_to_the_guard() {
    let refused = |owner| ParkReason::Refused {
        stage: Stage::Rcpt,
        host: "mx.example [192.0.2.1:25]".to_owned(),
        reply: "550 5.9.9 we do not like you".to_owned(),
        category: None,
        owner,
        source: None,
    };
    assert_eq!(Fate::of(&acme(), &refused(Some(Owner::OurAddress))), None);
    for owner in [None, Some(Owner::Receiver), Some(Owner::OurSetup)] {
        assert_eq!(Fate::of(&acme(), &refused(owner)), Some(fate()), "{owner:?}");
    }
    assert_eq!(Fate::of(&acme(), &ParkReason::Damaged { detail: String::new() }), None);
}
