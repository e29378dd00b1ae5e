use crate::State;
use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn numbers_are_states_and_another_number_is_unknown() {
    let of = |code: u32| {
        let text = format!(r#"{{"result":{{"status_overall":{{"status":"x","status_code":{code}}}}}}}"#);
        let found = document(&text);
        (found.state(), found.alarms.len())
    };
    let table = [
        (100, State::Operational),
        (200, State::UnderMaintenance),
        (300, State::DegradedPerformance),
        (400, State::PartialOutage),
        (500, State::MajorOutage),
        (600, State::MajorOutage),
    ];
    for (code, state) in table {
        assert_eq!(of(code), (state, 0), "{code}");
    }
    assert_eq!(of(700), (State::Unknown, 1));
}

#[test]
fn a_maintenance_that_says_it_is_complete_and_is_still_listed_is_flagged() {
    let found = document(
        r#"{"result":{"status_overall":{"status_code":100},"maintenance":{"upcoming":[{"_id":"1","name":"x",
        "datetime_planned_end":"2026-09-20T00:00:00Z",
        "messages":[{"details":"Scheduled maintenance is complete.","state":100,"status":200,"datetime":"2026-08-28T23:28:45Z"}]}]}}}"#,
    );
    assert_eq!(found.incidents[0].phase.ours, crate::Phase::Scheduled, "its word stays");
    assert_eq!(found.incidents[0].flags[0].rule, crate::FlagRule::StillListed);
}

#[test]
fn regions_times_components_are_bounded() {
    let names = |count: usize| {
        (0..count).map(|number| format!(r#"{{"name":"n{number}"}}"#)).collect::<Vec<_>>().join(",")
    };
    let text = format!(
        r#"{{"result":{{"status_overall":{{}},"incidents":[{{"_id":"1","name":"x","messages":[],
        "containers_affected":[{}],"components_affected":[{}]}}]}}}}"#,
        names(2_000),
        names(2_000)
    );
    assert!(document(&text).incidents[0].components.len() <= super::AFFECTED_MAX * super::AFFECTED_MAX);
}
