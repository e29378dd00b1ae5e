use super::{Flow, indicator};
use crate::view::{Component, PublicId, View};
use State::{DegradedPerformance, MajorOutage, Operational, PartialOutage, UnderMaintenance, Unknown};
use incident::{State, Text};
use model::Timestamp;

fn parts(states: &[(State, bool)]) -> Vec<Component> {
    let part = |(index, (state, carries_mail)): (usize, &(State, bool))| Component {
        id: PublicId::of(&index.to_string()),
        region: "EU".to_owned(),
        name: Text::same("part"),
        description: None,
        carries_mail: *carries_mail,
        state: *state,
        since: Timestamp::default(),
        last_known: None,
        measured_at: None,
        days: Vec::new(),
        created_at: Timestamp::default(),
    };
    states.iter().enumerate().map(part).collect()
}

#[test]
fn the_answer_looks_at_parts_that_carry_mail_and_unknown_is_never_good() {
    let cases: [(&[(State, bool)], Flow); 10] = [
        (&[], Flow::Unknown),
        (&[(Operational, false)], Flow::Unknown),
        (&[(Operational, true)], Flow::Flowing),
        (&[(Operational, true), (MajorOutage, false)], Flow::FlowingBut),
        (&[(Operational, true), (Unknown, false)], Flow::FlowingBut),
        (&[(Operational, true), (Unknown, true)], Flow::Unknown),
        (&[(DegradedPerformance, true), (Unknown, true)], Flow::Unknown),
        (&[(DegradedPerformance, true), (Operational, true)], Flow::Slow),
        (&[(MajorOutage, true), (Operational, true)], Flow::Partly),
        (&[(MajorOutage, true), (Operational, false)], Flow::Stopped),
    ];
    for (states, expected) in cases {
        let view = View { components: parts(states), ..View::default() };
        assert_eq!(Flow::of(&view), expected, "{states:?}");
    }
}

#[test]
fn the_indicator_follows_statuspages_rules() {
    let cases: [(&[State], &str, &str); 10] = [
        (&[], "minor", "Status Unknown"),
        (&[Operational, Operational], "none", "All Systems Operational"),
        (&[MajorOutage, MajorOutage], "critical", "Major System Outage"),
        (&[MajorOutage, Operational], "major", "Partial System Outage"),
        (&[PartialOutage, PartialOutage], "major", "Partial System Outage"),
        (&[PartialOutage, Operational], "minor", "Minor Service Outage"),
        (&[DegradedPerformance, Operational], "minor", "Partially Degraded Service"),
        (&[DegradedPerformance], "minor", "Degraded System Service"),
        (&[UnderMaintenance, Operational], "maintenance", "Service Under Maintenance"),
        (&[Unknown, Operational], "minor", "Status Unknown"),
    ];
    for (states, sign, sentence) in cases {
        let states: Vec<(State, bool)> = states.iter().map(|state| (*state, true)).collect();
        assert_eq!(indicator(&parts(&states)), (sign, sentence), "{states:?}");
    }
}
