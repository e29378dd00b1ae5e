use super::super::{Component, ComponentId, State};
use super::{Span, Spent};
use crate::Text;
use model::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn component(state: State, since: &str, history: &[(&str, &str, State)]) -> Component {
    let span =
        |(from, until, state): &(&str, &str, State)| Span { from: at(from), until: at(until), state: *state };
    Component {
        id: "eu/intake".parse::<ComponentId>().unwrap(),
        name: Text::same("Intake"),
        group: "EU".to_owned(),
        state,
        since: at(since),
        evidence: None,
        measured: None,
        history: history.iter().map(span).collect(),
    }
}

#[test]
fn a_day_has_its_worst_state_and_the_seconds_of_each() {
    let now = at("2026-11-02T12:00:00Z");
    let history = [("2026-11-01T00:00:00Z", "2026-11-01T23:00:00Z", State::Operational)];
    let days = component(State::MajorOutage, "2026-11-01T23:00:00Z", &history).days(now, 3);
    assert_eq!(days.len(), 3);
    assert_eq!((days[0].worst, days[0].seconds.unknown), (State::Unknown, 86_400));
    assert_eq!(
        (days[1].worst, days[1].seconds.operational, days[1].seconds.major_outage),
        (State::MajorOutage, 82_800, 3600)
    );
    assert_eq!(
        (days[2].worst, days[2].seconds.major_outage, days[2].seconds.unknown),
        (State::MajorOutage, 43_200, 0)
    );
}

#[test]
fn a_day_in_which_nothing_was_measured_is_unknown() {
    let days = component(State::Unknown, "2026-11-02T00:00:00Z", &[]).days(at("2026-11-02T01:00:00Z"), 90);
    assert_eq!(days.len(), 90);
    assert!(days.iter().all(|day| day.worst == State::Unknown && day.seconds.available_ppm().is_none()));
}

/// The figures of `reference/status.md` for the seed's day: 15:58:51 to 11:27:37 as a major outage.
#[test]
fn the_seed_day_by_the_published_formula() {
    let history = [
        ("2024-10-19T00:00:00Z", "2024-10-19T15:58:51Z", State::Operational),
        ("2024-10-19T15:58:51Z", "2024-10-20T11:27:37Z", State::MajorOutage),
    ];
    let days = component(State::Operational, "2024-10-20T11:27:37Z", &history)
        .days(at("2024-10-20T23:59:59.999999Z"), 2);
    assert_eq!(days[0].seconds.available_ppm(), Some(665_868));
    assert_eq!(days[1].seconds.available_ppm().map(|ppm| ppm / 1000), Some(522));
}

#[test]
fn a_partial_outage_weighs_three_tenths() {
    let spent = Spent { operational: 900, partial_outage: 100, ..Spent::default() };
    assert_eq!(spent.available_ppm(), Some(970_000));
}
