//! Greetings that tell the time.

use super::*;

#[test]
fn a_greeting_with_a_date_tells_how_far_our_clock_is_off() {
    let at = |seconds: i64| {
        let theirs = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
        let date = theirs.strftime("%a, %d %b %Y %H:%M:%S +0000");
        offset(&format!("220 AM1.mail.example Microsoft ESMTP MAIL Service ready at {date}")).unwrap()
    };
    assert!((at(0)..=at(0) + 1).contains(&0));
    assert!((3_600..=3_602).contains(&at(3_600)), "ahead of theirs");
    for none in ["220 mail.example ESMTP Postfix", "220 ready at once", "220 at "] {
        assert_eq!(offset(none), None, "{none}");
    }
}

#[test]
fn clocks_are_judged_by_their_difference() {
    let state = |seconds| judged(seconds, "mail.example").state;
    assert_eq!((state(3), state(-60), state(900)), (State::Ok, State::Warn, State::Fail));
}
