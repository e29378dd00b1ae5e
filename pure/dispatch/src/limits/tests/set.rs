//! What the operator sets for a site: it holds beside what is heard and learnt, and may be set anew.

use super::*;
use crate::sites::{About, Entry, Sites};

/// What the operator sets for one host.
fn set(connections: Option<u32>, rate: Option<&str>) -> Sites {
    let about = About::Hosts(vec!["mx.host.example".parse().unwrap()]);
    let rate = rate.map(|rate| rate.parse().unwrap());
    Sites::new(vec![Entry { about, connections, messages: None, recipients: None, rate }])
}

/// Way and figures of that host.
fn host(sites: &Sites) -> (Way, Shape) {
    let site = sites.site_of(["mx.host.example"]);
    let shape = sites.shape(&site, Reach::Exchanger);
    (Way { source: "eu-1".parse().unwrap(), site }, shape)
}

/// The seconds at which messages go, of which two come each second and none waits for its end.
fn goes(limits: &mut Limits, (way, shape): &(Way, Shape), seconds: u64) -> Vec<u64> {
    let mut gone = Vec::new();
    for second in 0..seconds {
        for one in 0..2 {
            let ticket = second * 2 + one;
            if ask_of(limits, way, *shape, (ticket, "acme"), at(second)) == Ask::Go {
                limits.went_well(way);
                limits.end(way);
                gone.push(second);
            }
            limits.leave(way, ticket, &tenant("acme"));
        }
    }
    gone
}

#[test]
fn a_rate_holds_however_well_it_goes_and_each_source_has_its_own() {
    let mut limits = Limits::default();
    let (way, shape) = host(&set(None, Some("6/min")));
    let gone = goes(&mut limits, &(way.clone(), shape), 120);
    assert_eq!(gone, (0..12).map(|number| number * 10).collect::<Vec<u64>>());
    let other = Way { source: "eu-2".parse().unwrap(), ..way };
    assert_eq!(ask_of(&mut limits, &other, shape, (9_000, "acme"), at(111)), Ask::Go);
}

#[test]
fn a_rate_outlasts_a_moment_without_mail_and_a_look_at_what_may_be_forgotten() {
    let mut limits = Limits::default();
    let (way, shape) = host(&set(None, Some("1/h")));
    assert_eq!(ask_of(&mut limits, &way, shape, (1, "acme"), START), Ask::Go);
    limits.end(&way);
    for number in 0..=SWEEP_AT {
        limits.was_not_reached(
            &self::way("eu-1", &format!("mx{number}.host.example")),
            exchanger(),
            "no answer",
            at(3_599),
        );
    }
    let next = at(3_600);
    assert_eq!(ask_of(&mut limits, &way, shape, (2, "acme"), at(3_599)), Ask::Wait(Some(next)));
    assert_eq!(ask_of(&mut limits, &way, shape, (2, "acme"), next), Ask::Go);
}

#[test]
fn a_busy_site_with_a_rate_is_left_alone_for_twice_as_long_and_comes_back_to_its_rate() {
    let mut limits = Limits::default();
    let (way, shape) = host(&set(None, Some("6/min")));
    limits.hear(&way, shape, Sign::Busy, START);
    let gap = |limits: &mut Limits, now| limits.shown_of(&way, now).unwrap().gap;
    assert_eq!(gap(&mut limits, START), Duration::from_secs(10), "as long as any word makes us wait");
    let fast = host(&set(None, Some("60/min")));
    let mut limits = Limits::default();
    limits.hear(&fast.0, fast.1, Sign::Busy, START);
    assert_eq!(gap(&mut limits, START), Duration::from_secs(2));
    assert_eq!(gap(&mut limits, at(30)), Duration::from_secs(1), "its rate is its floor");
    assert_eq!(gap(&mut limits, at(600)), Duration::from_secs(1));
}

#[test]
fn a_site_that_takes_one_at_once_keeps_its_pause() {
    let mut limits = Limits::default();
    let (way, shape) = host(&set(Some(1), None));
    assert_eq!(ask_of(&mut limits, &way, shape, (1, "acme"), START), Ask::Go);
    assert_eq!(ask_of(&mut limits, &way, shape, (2, "acme"), START), Ask::Wait(None), "one at once");
    limits.hear(&way, shape, Sign::Crowded, START);
    limits.leave(&way, 2, &tenant("acme"));
    limits.end(&way);
    let next = START + PAUSE_CROWDED;
    assert_eq!(ask_of(&mut limits, &way, shape, (3, "acme"), START), Ask::Wait(Some(next)));
}

#[test]
fn other_figures_count_from_the_moment_they_are_set_and_what_was_learnt_stays_within_them() {
    let mut limits = Limits::default();
    let (way, shape) = host(&set(None, Some("1/h")));
    assert_eq!(ask_of(&mut limits, &way, shape, (1, "acme"), START), Ask::Go);
    let reshape = |limits: &mut Limits, sites: &Sites, now| {
        limits.reshape(|site, reach| sites.shape(site, reach), now);
        host(sites).1
    };
    let shape = reshape(&mut limits, &set(Some(3), Some("60/min")), at(1));
    let asked = ask_of(&mut limits, &way, shape, (2, "acme"), at(1));
    assert_eq!(asked, Ask::Wait(Some(at(1) + PAUSE_BUSY)), "it does not wait for the old hour");
    for ticket in 2..4 {
        assert_eq!(ask_of(&mut limits, &way, shape, (ticket, "acme"), at(4 + ticket)), Ask::Go);
    }
    assert_eq!(ask_of(&mut limits, &way, shape, (4, "acme"), at(60)), Ask::Wait(None), "three at once");
    limits.hear(&way, shape, Sign::Crowded, at(60));
    let shape = reshape(&mut limits, &set(Some(30), None), at(60));
    let shown = limits.shown_of(&way, at(60)).unwrap();
    assert_eq!(
        (shown.at_once, shown.limits.connections, shown.heard),
        (1, 30, true),
        "what was heard is not forgotten"
    );
    assert_eq!((shape.first, shape.most), (5, 30));
}
