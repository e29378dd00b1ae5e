//! The life of a case.

use super::*;
use crate::zone::Extent;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn listing(text: &str) -> Listing {
    Listing {
        zone: "bl.spamcop.net".to_owned(),
        names: Vec::new(),
        addresses: Vec::new(),
        extent: Extent::Single,
        is_set_up: false,
        text: Some(text.to_owned()),
    }
}

#[test]
fn a_case_is_due_until_somebody_asked_and_again_when_nothing_came_of_it() {
    let mut case = Case::open("192.0.2.7".to_owned(), listing("one"), "https://list.example".to_owned(), NOW);
    assert!(case.is_due(NOW));
    case.asked("kim", NOW);
    assert!(!case.is_due(NOW) && case.is_due(NOW + DUE_AFTER));
    case.listed(listing("two"));
    assert!(matches!(&case.state, CaseState::Asked { by, .. } if by == "kim"));
    assert_eq!(case.listing.text.as_deref(), Some("two"));
    case.gone(NOW + DUE_AFTER);
    assert!(!case.is_due(NOW + DUE_AFTER * 2));
    case.asked("kim", NOW);
    assert!(matches!(case.state, CaseState::Closed { .. }));
    case.listed(listing("three"));
    assert_eq!((case.state.clone(), case.listed_again), (CaseState::Open, 1));
}
