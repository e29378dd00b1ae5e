use super::*;

#[test]
fn what_we_could_not_take_was_offered_and_what_nobody_may_hand_in_was_not() {
    let flow = Flow::default();
    let at = Timestamp::from_micros(1_790_000_000_000_000);
    for reply in [
        "452 4.3.1 not enough space, try again later",
        "451 4.3.0 the disk failed, try again later",
        "550 5.7.1 no tenant of ours",
        "451 4.7.1 not now",
        "421 4.3.2 shutting down, try again later",
    ] {
        flow.note_refused(reply, at);
    }
    let window = flow.lock();
    assert_eq!((window.refused, window.accepted), (2, 0));
}
