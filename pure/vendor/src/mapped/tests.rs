use crate::{AlarmKind, Document, Format, Given, Mapping, ReadError, State, read};
use model::Timestamp;

fn problems(text: &str) -> Vec<String> {
    match Mapping::parse(text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_mapping_is_checked_when_it_is_saved() {
    let table = [
        ("{}", "names neither components nor incidents"),
        ("{\"x\":1}", "unknown field `x`"),
        ("{\"components\":{\"at\":\"a\",\"name\":\"n\"}}", "components.state: is missing"),
        ("{\"incidents\":{\"at\":\"a\"}}", "incidents.title: is missing"),
        ("{\"incidents\":{\"at\":\"a[0].b\",\"title\":\"t\"}}", "`a[0].b` is no path"),
        ("{\"incidents\":{\"at\":\"a..b\",\"title\":\"t\"}}", "has an empty name"),
        ("{\"incidents\":{\"at\":\"a\",\"title\":\"@name\"}}", "neither @key nor @value"),
        (
            "{\"incidents\":{\"at\":\"a\",\"title\":\"t\"},\"states\":{\"x\":\"greenish\"}}",
            "unknown variant `greenish`",
        ),
        (
            "{\"incidents\":{\"at\":\"a\",\"title\":\"t\",\"updates\":{\"at\":\"u\"}}}",
            "incidents.updates.text: is missing",
        ),
    ];
    for (text, part) in table {
        assert!(problems(text).iter().any(|problem| problem.contains(part)), "{text}: {:?}", problems(text));
    }
    assert_eq!(problems("{\"incidents\":{\"title\":\"t|name\"}}"), Vec::<String>::new());
}

#[test]
fn a_sample_tells_what_a_mapping_misses() {
    let mapping = Mapping::parse(
        "{\"components\":{\"at\":\"c\",\"name\":\"n\",\"state\":\"s\"},\"incidents\":{\"at\":\"i\",\"title\":\"t\",\
        \"started\":\"when\",\"url\":\"link\"}}",
    )
    .expect("a mapping");
    let sample =
        "{\"c\":[{\"n\":\"a\",\"s\":\"lila\"},{\"s\":\"up\"}],\"i\":[{\"t\":\"x\",\"when\":\"soon\"}]}";
    let found: Vec<String> =
        mapping.check_with(sample.as_bytes()).expect("JSON").iter().map(ToString::to_string).collect();
    for part in [
        "c[1] of the sample has none",
        "`lila` have no meaning",
        "incidents.started: `soon` is no time",
        "incidents.url: no entry",
    ] {
        assert!(found.iter().any(|problem| problem.contains(part)), "{part}: {found:?}");
    }
    let empty: Vec<String> =
        mapping.check_with(b"{}").expect("JSON").iter().map(ToString::to_string).collect();
    assert!(empty.iter().any(|problem| problem.contains("no list there")), "{empty:?}");
}

#[test]
fn a_list_that_is_gone_is_an_error_and_not_all_well() {
    let mapping =
        Mapping::parse("{\"incidents\":{\"at\":\"data.items\",\"title\":\"t\"}}").expect("a mapping");
    let error = mapping.try_on(b"{\"data\":{}}", Timestamp::default()).expect_err("there is none");
    assert!(
        matches!(error, ReadError::Shape { .. })
            && error.to_string().starts_with("data.items: there is no list"),
        "{error}"
    );
    assert!(mapping.try_on(b"{\"data\":{\"items\":[]}}", Timestamp::default()).is_ok());
}

fn guessed(text: &str) -> Document {
    let found = read(text.as_bytes(), &Given::at(Timestamp::default())).expect("a document");
    assert_eq!(found.format, Format::Guessed, "{text}");
    assert!(found.alarms.iter().any(|alarm| alarm.kind == AlarmKind::Guessed), "{text}");
    assert_ne!(found.state(), State::Operational, "{text}");
    found
}

#[test]
fn what_is_of_no_known_format_is_guessed_with_an_alarm() {
    let found =
        guessed("{\"systems\":[{\"name\":\"SMTP\",\"status\":\"ok\",\"category\":\"EU\"}],\"pinned\":[]}");
    assert_eq!(found.components[0].path(), "EU > SMTP");
    let found = guessed(
        "{\"data\":{\"events\":[{\"subject\":\"Slow\",\"startTime\":1788472198000,\"endTime\":null,\
        \"history\":[{\"text\":\"We look\",\"time\":1788472200000}]}]}}",
    );
    assert_eq!((found.incidents[0].title.as_str(), found.incidents[0].updates.len()), ("Slow", 1));
    assert!(found.incidents[0].clocks.started.is_some());
    let found = guessed("{\"services\":{\"mail\":\"operational\",\"web\":\"down\"}}");
    assert_eq!(found.components[1].state.ours, State::MajorOutage);
    let found = guessed(
        r#"{"incidents":[{"title":"Slow","currentStatus":"resolved","publishedDate":"2026-09-04T18:27:00Z","resolvedDate":"2026-09-04T21:12:00Z",
        "componentsAffected":[{"name":"Video","status":"operational"}],"timeline":[{"description":"We look",
        "startedAt":"2026-09-04T18:27:00Z","status":"investigating"}]}]}"#,
    );
    let incident = &found.incidents[0];
    assert_eq!(
        (incident.phase.ours, incident.components[0].name.as_str()),
        (crate::Phase::Resolved, "Video")
    );
    assert_eq!((incident.lengths.stated_seconds, incident.updates.len()), (Some(9_900), 1));
    let found = guessed(r#"{"page":{"name":"x","state":"degraded","url":"https://x.example"}}"#);
    assert_eq!(found.state(), State::DegradedPerformance);
    let found = guessed(
        r#"{"status":[{"system":"Apps","status":"green"},{"system":"Data","status":"red"}],"incidents":[],"scheduled":[]}"#,
    );
    assert_eq!(found.components[1].state.ours, State::MajorOutage);
    guessed("[]");
}
