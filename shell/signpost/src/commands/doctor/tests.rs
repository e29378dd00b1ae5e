//! Looks are taken at once, shown in their order, and one that hangs or breaks is unknown.

use super::look::{Look, Looked, at_once};
use super::shown;
use setup::State;

fn done(check: &'static str) -> Look {
    Look::new(check, "x", async move { vec![Looked::new(check, "x", State::Ok, "fine", "")] })
}

#[tokio::test(start_paused = true)]
async fn a_look_that_hangs_or_ends_with_nothing_is_unknown_and_the_others_stand_in_order() {
    let hangs = Look::new("hangs", "x", std::future::pending());
    let nothing = Look::new("nothing", "x", async { Vec::new() });
    let breaks = Look::new("breaks", "x", async { panic!("a look that breaks") });
    let looked = at_once(vec![done("first"), hangs, nothing, breaks, done("last")]).await;
    let states: Vec<_> = looked.iter().map(|one| (one.check, one.state)).collect();
    use State::{Ok, Unknown};
    assert_eq!(
        states,
        [("first", Ok), ("hangs", Unknown), ("nothing", Unknown), ("breaks", Unknown), ("last", Ok)]
    );
}

#[test]
fn unknown_is_counted_apart_and_every_trouble_has_its_mend() {
    let looked = [
        Looked::new("a", "x", State::Ok, "fine", "not shown"),
        Looked::new("b", "y", State::Unknown, "silent", "ask again"),
        Looked::new("c", "z", State::Fail, "broken", "mend it"),
    ];
    let text = shown(&looked);
    assert_eq!(
        text,
        "ok      a x: fine\nunknown b y: silent\n        ask again\nfail    c z: broken\n        mend it\n1 ok, 0 warn, 1 fail, 1 unknown\n"
    );
}
