use crate::{AlarmKind, State};
use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn a_group_that_is_missing_is_taken_from_the_updates() {
    let found = document(
        r#"{"page":{},"incidents":[{"id":"a","name":"x","status":"resolved","impact":"major",
        "components":[{"id":"c","name":"Server-side","status":"operational"}],
        "incident_updates":[{"id":"1","status":"resolved","body":"","display_at":"2026-09-01T10:00:00Z",
        "affected_components":[{"code":"c","name":"EU - Server-side","old_status":"major_outage","new_status":"operational"},
                               {"code":"d","name":"Other","old_status":"operational","new_status":"operational"}]}]}]}"#,
    );
    let components = &found.incidents[0].components;
    assert_eq!(components[0].path(), "EU > Server-side");
    assert_eq!(components[0].worst, Some(State::MajorOutage));
    assert_eq!((components.len(), components[1].path()), (2, "Other".to_owned()));
}

#[test]
fn the_same_name_in_two_groups_is_two_components() {
    let found = document(
        r#"{"page":{},"components":[{"id":"g1","name":"EU","group":true,"status":"operational"},{"id":"g2","name":"US",
        "group":true,"status":"operational"},
        {"id":"1","name":"SMTP","group_id":"g1","status":"operational"},{"id":"2","name":"SMTP","group_id":"g2","status":"major_outage"}],
        "incidents":[{"id":"a","name":"x","status":"investigating","impact":"major","components":[
        {"id":"1","name":"SMTP","status":"operational"},{"id":"2","name":"SMTP","status":"major_outage"},{"id":"2",
        "name":"SMTP","status":"major_outage"}]}]}"#,
    );
    let paths: Vec<String> = found.components.iter().map(crate::Component::path).collect();
    assert_eq!(paths, ["EU > SMTP", "US > SMTP"]);
    assert_eq!(found.incidents[0].components.len(), 2, "the third is a double of the second");
}

#[test]
fn the_fifth_indicator_is_read_and_a_sixth_is_unknown_with_an_alarm() {
    let of = |word: &str| {
        document(&format!(r#"{{"page":{{"id":"p"}},"status":{{"indicator":"{word}","description":"x"}}}}"#))
    };
    for (word, state) in [
        ("none", State::Operational),
        ("maintenance", State::UnderMaintenance),
        ("critical", State::MajorOutage),
    ] {
        assert_eq!(of(word).state(), state, "{word}");
        assert_eq!(of(word).alarms, []);
    }
    let strange = of("fine");
    assert_eq!((strange.state(), strange.alarms[0].kind), (State::Unknown, AlarmKind::UnknownWord));
    assert_eq!(strange.alarms[0].place, "status.indicator");
}

#[test]
fn an_alarm_anywhere_keeps_the_whole_from_being_green() {
    let found = document(
        r#"{"page":{"id":"p"},"status":{"indicator":"none"},"components":[{"id":"1","name":"SMTP","status":"operational"}],
        "incidents":[{"id":"a","name":"x","status":"resolved","impact":"minor","started_at":"whenever"}]}"#,
    );
    assert_eq!(found.state(), State::Unknown);
    assert_eq!(
        (found.alarms[0].kind, found.alarms[0].place.as_str()),
        (AlarmKind::Time, "incidents[0].started_at")
    );
}

#[test]
fn missing_and_strange_fields_cost_only_themselves() {
    let found = document(
        r#"{"page":null,"incidents":[null,7,{},{"name":["x"],"status":{},"incident_updates":{"status":5,"body":null},"components":"x"}],
        "scheduled_maintenances":{"id":1,"name":2,"status":"scheduled","scheduled_for":1788472198},
        "components":[{"status":"operational"}],"incident_updates":[]}"#,
    );
    assert!(found.incidents.len() >= 3 && !found.alarms.is_empty());
    let planned = found.incidents.iter().find(|incident| incident.title == "2").expect("the maintenance");
    assert_eq!((planned.kind, planned.native_id.as_str()), (crate::Kind::Maintenance, "1"));
    assert!(planned.clocks.scheduled_for.is_some());
}

#[test]
fn updates_are_shown_by_the_time_that_a_person_gave_them_and_edits_are_told() {
    let found = document(
        r#"{"page":{},"incidents":[{"id":"a","name":"x","status":"resolved","impact":"minor","incident_updates":[
        {"id":"3","status":"resolved","body":"c","created_at":"2026-09-01T10:20:00Z",
        "display_at":"2026-09-01T10:20:00Z","updated_at":"2026-09-01T10:20:00.5Z"},
        {"id":"2","status":"identified","body":"b","created_at":"2026-09-01T10:10:00Z",
        "display_at":"2026-09-01T09:50:00Z","updated_at":"2026-09-01T11:00:00Z"},
        {"id":"1","status":"investigating","body":"a","created_at":"2026-09-01T10:00:00Z"}]}]}"#,
    );
    let updates = &found.incidents[0].updates;
    let ids: Vec<&str> = updates.iter().filter_map(|update| update.native_id.as_deref()).collect();
    assert_eq!(ids, ["2", "1", "3"]);
    assert_eq!(
        updates.iter().map(|update| update.edited_at.is_some()).collect::<Vec<_>>(),
        [true, false, false]
    );
    assert_eq!(found.incidents[0].clocks.posted, updates[1].created_at, "the first that was written");
}
