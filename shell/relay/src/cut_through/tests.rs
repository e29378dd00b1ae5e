//! What is done, by what is known.

use super::{Course, Known, course};
use tenant::settings::Otherwise;

fn check(known: (usize, usize, usize), spool: Course, later: Course) {
    let (recipients, ended, in_flight) = known;
    let known = Known { recipients, ended, in_flight, is_held: false };
    assert_eq!(course(known, Otherwise::Spool), spool, "{known:?}");
    assert_eq!(course(known, Otherwise::TryLater), later, "{known:?}");
}

#[test]
fn only_complete_success_is_handed_on() {
    check((3, 3, 0), Course::HandedOn, Course::HandedOn);
    check((3, 2, 0), Course::TakeIn, Course::TakeIn);
    check((3, 2, 1), Course::TakeIn, Course::TakeIn);
}

#[test]
fn a_sender_keeps_only_what_certainly_nobody_has() {
    check((3, 0, 0), Course::TakeIn, Course::Leave);
    check((3, 0, 3), Course::TakeIn, Course::TakeIn);
    check((3, 1, 0), Course::TakeIn, Course::TakeIn);
}

#[test]
fn what_must_not_be_sent_is_kept_here_for_a_person() {
    let known = Known { recipients: 1, ended: 0, in_flight: 0, is_held: true };
    assert_eq!(course(known, Otherwise::TryLater), Course::TakeIn);
}
