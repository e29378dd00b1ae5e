use super::*;
use guard::{Place, Word};
use model::Timestamp;

fn never(is_order: bool) -> Use {
    let since = Timestamp::from_micros(0);
    Use::Never(Why { place: Place::Everywhere, state: Word::Quarantined, since, is_order })
}

#[test]
fn the_last_try_is_bound_by_orders_only() {
    for (said, guarded, last) in [
        (Use::Free { share: 0.2 }, true, true),
        (Use::LastResort, true, true),
        (Use::Probe, false, true),
        (never(false), false, true),
        (never(true), false, false),
    ] {
        assert_eq!(claim(Some(&said), Rules::Guarded).is_ok(), guarded, "{said:?}");
        assert_eq!(claim(Some(&said), Rules::LastTry).is_ok(), last, "{said:?}");
    }
}

#[test]
fn kept_mail_goes_with_a_free_source_and_asks_with_a_probed_one() {
    for was_asked in [true, false] {
        assert_eq!(opening(&[Use::Probe, Use::Free { share: 0.1 }], was_asked), Some(Opening::Free));
        assert_eq!(opening(&[never(false), Use::Probe], was_asked), Some(Opening::Probe));
        assert_eq!(opening(&[never(false), never(true)], was_asked), None);
    }
}

#[test]
fn a_last_resort_is_good_enough_for_what_no_host_has_refused() {
    assert_eq!(opening(&[never(false), Use::LastResort], false), Some(Opening::Free));
    assert_eq!(opening(&[never(false), Use::LastResort], true), None);
    assert_eq!(opening(&[Use::Probe, Use::LastResort], true), Some(Opening::Probe));
}
