use super::*;

const BEGIN: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn sight(serial: &str, now: Timestamp, unseen: Option<&str>) -> Sight {
    let facts = Facts {
        names: vec!["in.example".to_owned()],
        issuer: "an authority".to_owned(),
        serial: serial.to_owned(),
        not_before: BEGIN,
        not_after: BEGIN + 90 * DAY,
    };
    let line = Line::new("listener eu-in".to_owned(), facts, Source::File, Renewal::Theirs, now);
    Sight { line, unseen: unseen.map(str::to_owned) }
}

#[test]
fn every_step_towards_the_end_is_told_once_and_says_who_acts() {
    let mut memory = Memory::default();
    let mut told = Vec::new();
    for hour in 60 * 24..92 * 24_u32 {
        let now = BEGIN + hour * DAY / 24;
        told.extend(memory.judge(sight("1", now, None)).1);
    }
    let when = |text: &String| {
        let when = text.strip_prefix("the certificate of the listener eu-in ")?;
        when.split([',', ';']).next().map(str::to_owned)
    };
    assert_eq!(
        told.iter().filter_map(when).collect::<Vec<_>>(),
        [
            "expires in 21 days",
            "expires in 14 days",
            "expires in 7 days",
            "expires in 3 days",
            "expires in 1 day",
            "expired at 2024-02-12T22:13:20.000000Z",
        ]
    );
    assert!(told.iter().all(|text| text.contains("the operator replaces")));
}

#[test]
fn a_new_certificate_begins_anew_and_a_restart_tells_what_is_near() {
    let mut memory = Memory::default();
    assert_eq!(memory.judge(sight("1", BEGIN + 88 * DAY, None)).1.len(), 1);
    assert_eq!(memory.judge(sight("1", BEGIN + 88 * DAY, None)).1.len(), 0);
    assert_eq!(memory.judge(sight("2", BEGIN + 88 * DAY, None)).1.len(), 1);
}

#[test]
fn a_listener_that_does_not_answer_is_told_the_second_time_and_once() {
    let mut memory = Memory::default();
    let mut alarms = |unseen| memory.judge(sight("1", BEGIN, unseen)).1.len();
    assert_eq!(
        [Some("no"), None, Some("no"), Some("no"), Some("no"), None].map(&mut alarms),
        [0, 0, 0, 1, 0, 0]
    );
}

#[test]
fn a_trouble_that_comes_back_is_told_again() {
    let mut memory = Memory::default();
    let mut alarms = |trouble: &[&str]| {
        let mut sight = sight("1", BEGIN, None);
        sight.line.troubles = trouble.iter().map(|text| (*text).to_owned()).collect();
        memory.judge(sight).1.len()
    };
    assert_eq!(
        [alarms(&["a"]), alarms(&["a", "b"]), alarms(&["b"]), alarms(&[]), alarms(&["a"])],
        [1, 1, 0, 0, 1]
    );
}
