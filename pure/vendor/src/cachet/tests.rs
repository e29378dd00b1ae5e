use crate::State;
use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn numbers_of_both_versions_are_states_and_phases() {
    for (number, state) in [
        (1, State::Operational),
        (2, State::DegradedPerformance),
        (3, State::PartialOutage),
        (4, State::MajorOutage),
        (5, State::Unknown),
        (6, State::UnderMaintenance),
    ] {
        let second = document(&format!(
            r#"{{"meta":{{"pagination":{{}}}},"data":[{{"id":1,"name":"x","status":{number},"enabled":true}}]}}"#
        ));
        let third = document(&format!(
            r#"{{"data":[{{"id":"1","type":"components","attributes":{{"name":"x","status":{{"human":"h","value":{number}}}}}}}]}}"#
        ));
        assert_eq!(
            (second.components[0].state.ours, third.components[0].state.ours),
            (state, state),
            "{number}"
        );
        assert_eq!((second.alarms.len(), third.alarms.len()), (0, 0), "{number}");
    }
    let strange = document(r#"{"meta":{"pagination":{}},"data":[{"id":1,"name":"x","status":9}]}"#);
    assert_eq!((strange.components[0].state.ours, strange.alarms.len()), (State::Unknown, 1));
}

#[test]
fn groups_and_hidden_entries_are_read_as_such() {
    let groups = document(
        r#"{"meta":{"pagination":{}},"data":[{"id":1,"name":"EU","enabled_components":[{"id":2,"name":"SMTP","status":1}]}]}"#,
    );
    assert_eq!(groups.components[0].path(), "EU > SMTP");
    let hidden = document(
        r#"{"meta":{"pagination":{}},"data":[{"id":1,"component_id":0,"name":"x","status":1,"visible":0,"message":"m"}]}"#,
    );
    assert_eq!(hidden.incidents.len(), 0);
}

#[test]
fn component_zero_is_the_whole_page() {
    let found = document(
        r#"{"meta":{"pagination":{}},"data":[{"id":1,"component_id":0,"name":"x","status":1,"visible":1,"message":"m",
        "created_at":"2026-09-01 10:00:00"}]}"#,
    );
    assert_eq!(found.incidents[0].components[0].name, "the whole page");
    assert_eq!(found.alarms, [], "its times without a zone are UTC, as Cachet says");
}

#[test]
fn one_incident_of_version_three_is_read_alone() {
    let found = document(
        r#"{"data":{"id":"5","type":"incidents","attributes":{"name":"x","status":{"human":"Fixed","value":4},
        "message":"m","created":{"human":"h","string":"2026-09-01 10:00:00"}}}}"#,
    );
    assert_eq!(
        (found.incidents[0].native_id.as_str(), found.incidents[0].phase.ours),
        ("5", crate::Phase::Resolved)
    );
}

#[test]
fn a_planned_time_alone_makes_an_incident_of_version_2_no_maintenance() {
    let of = |status: u32| {
        let text = format!(
            r#"{{"data":[{{"id":2,"component_id":1,"name":"x","status":{status},"message":"m","scheduled_at":"2026-08-01 12:00:00",
            "created_at":"2026-08-01 12:00:00","human_status":"h"}}]}}"#
        );
        document(&text).incidents[0].phase.ours
    };
    assert_eq!(
        (of(1), of(4), of(0)),
        (crate::Phase::Investigating, crate::Phase::Resolved, crate::Phase::Scheduled)
    );
}
