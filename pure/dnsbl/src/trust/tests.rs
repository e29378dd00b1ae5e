//! Lists that answer rightly, and the ways in which lists have ended.

use super::*;
use crate::find;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn listed(last: u8) -> Answer {
    Answer::Found { addresses: vec![Ipv4Addr::new(127, 0, 0, last)], text: None }
}

#[test]
fn a_list_is_believed_only_while_both_test_points_are_right() {
    let zone = find("bl.spamcop.net").unwrap();
    let parked = Answer::Found { addresses: vec![Ipv4Addr::new(91, 195, 240, 87)], text: None };
    let check = |positive: &Answer, negative: &Answer, holds: bool| {
        let mut trust = Trust::default();
        assert!(!trust.holds(), "untested");
        assert!(trust.tested(zone, positive, negative, NOW));
        assert_eq!(trust.holds(), holds, "{positive:?} {negative:?}");
    };
    check(&listed(2), &Answer::NoName, true);
    check(&listed(2), &listed(2), false);
    check(&Answer::NoName, &Answer::NoName, false);
    check(&parked, &parked, false);
    check(&listed(2), &Answer::Failed("time-out".to_owned()), false);
    check(&Answer::Refused, &Answer::Refused, false);
}

#[test]
fn lost_trust_keeps_its_beginning_and_comes_back_by_a_right_answer() {
    let zone = find("zen.spamhaus.org").unwrap();
    let mut trust = Trust::default();
    let later = NOW + model::Duration::from_secs(60);
    assert!(trust.tested(zone, &Answer::NoName, &Answer::NoName, NOW));
    assert!(!trust.tested(zone, &Answer::Refused, &Answer::Refused, later));
    let TrustState::Lost { since, why } = trust.state() else { panic!("{trust:?}") };
    assert!(*since == NOW && why.contains("does not answer"), "{trust:?}");
    assert!(trust.tested(zone, &listed(2), &Answer::NoName, later));
    assert!(trust.holds());
}

#[test]
fn test_points_are_such_as_the_list_holds() {
    for zone in crate::known() {
        let Some((positive, negative)) = test_points(zone) else { continue };
        assert_ne!(positive, negative);
        assert!(crate::query_name(zone, None, &positive).is_ok(), "{}", zone.name);
    }
}
