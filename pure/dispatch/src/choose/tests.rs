use super::{Claim, Excluded, best, weigh};
use model::{MessageId, Source, Timestamp};
use std::net::IpAddr;

fn sources(weights: &[u32]) -> Vec<Source> {
    let source = |(number, weight): (usize, &u32)| Source {
        name: format!("s{number}").parse().unwrap(),
        address: IpAddr::from([127, 0, 1, number as u8]),
        ehlo: "relay.example".to_owned(),
        weight: *weight,
        network: "a".to_owned(),
        notice: false,
    };
    weights.iter().enumerate().map(source).collect()
}

fn source(id: MessageId, sources: &[Source]) -> Option<&Source> {
    best(&weigh(id, sources, |_| Ok(Claim::WHOLE)))
}

fn id(number: u32) -> MessageId {
    let mut random = [0; 10];
    random[..4].copy_from_slice(&number.to_be_bytes());
    MessageId::new(Timestamp::from_micros(0), random)
}

#[test]
fn one_message_gets_the_same_source_each_time_and_many_share_by_weight() {
    let sources = sources(&[1, 3, 0]);
    let mut counts = [0; 3];
    for number in 0..10_000 {
        let chosen = source(id(number), &sources).unwrap();
        let turned: Vec<Source> = sources.iter().rev().cloned().collect();
        assert_eq!(source(id(number), &turned), Some(chosen));
        counts[sources.iter().position(|source| source == chosen).unwrap()] += 1;
    }
    assert!((2_300..2_700).contains(&counts[0]) && counts[2] == 0, "{counts:?}");
}

#[test]
fn a_source_that_goes_moves_only_its_own_messages() {
    let sources = sources(&[1, 1, 1]);
    for number in 0..1_000 {
        let before = source(id(number), &sources).unwrap();
        let after = source(id(number), &sources[..2]).unwrap();
        assert!(before == after || before == &sources[2]);
    }
}

#[test]
fn without_a_weight_there_is_none() {
    assert_eq!(source(id(1), &sources(&[0])), None);
}

#[test]
fn one_that_something_speaks_against_is_never_the_best() {
    let sources = sources(&[1, 1]);
    let against = |source: &Source| {
        if source == &sources[0] { Err(Excluded::NotOfTheTenant) } else { Ok(Claim::WHOLE) }
    };
    for number in 0..100 {
        let weighed = weigh(id(number), &sources, against);
        assert_eq!(best(&weighed), Some(&sources[1]));
        assert_eq!(weighed[0].excluded(), Some(Excluded::NotOfTheTenant));
    }
}

#[test]
fn free_goes_before_suspect_and_another_network_before_the_same() {
    let sources = sources(&[1, 1_000, 1_000]);
    let claim = |source: &Source| {
        let is_last_resort = source == &sources[1];
        Ok(Claim { is_last_resort, is_beside: source == &sources[2], ..Claim::WHOLE })
    };
    for number in 0..100 {
        assert_eq!(best(&weigh(id(number), &sources, claim)), Some(&sources[0]));
        assert_eq!(best(&weigh(id(number), &sources[1..], claim)), Some(&sources[2]));
        assert_eq!(best(&weigh(id(number), &sources[1..2], claim)), Some(&sources[1]));
    }
}

#[test]
fn a_source_that_warms_up_gets_its_share_of_its_weight() {
    let sources = sources(&[1, 1]);
    let claim = |source: &Source| {
        let share = if source == &sources[0] { 0.1 } else { 1.0 };
        Ok(Claim { share, ..Claim::WHOLE })
    };
    let first = |number: &u32| best(&weigh(id(*number), &sources, claim)) == Some(&sources[0]);
    let count = (0..10_000).filter(first).count();
    assert!((700..1_150).contains(&count), "{count}");
}
