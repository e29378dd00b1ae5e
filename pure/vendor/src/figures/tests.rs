use super::*;
use crate::{Given, Records};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn seed() -> Records {
    let mut records = Records::default();
    let now = at("2024-10-23T00:00:00Z");
    let bytes = include_bytes!("../../tests/fixtures/statuspage/seed.json");
    records.import(&crate::read(bytes, &Given::at(now)).unwrap(), now);
    records
}

#[test]
fn the_seed_was_posted_eighteen_hours_after_its_own_begin() {
    let records = seed();
    let figures = figures(records.iter(), at("2024-11-01T00:00:00Z"), |_| None);
    let posting = figures.posting.unwrap();
    assert_eq!((posting.grade, posting.of), (Grade::F, 1));
    // 2024-10-19 15:58:51 to 2024-10-20 10:28.
    assert!((66_540..66_610).contains(&posting.median_seconds), "{posting:?}");
    assert_eq!((figures.incidents, figures.over, figures.postmortems, figures.contradictory), (1, 1, 1, 1));
    assert_eq!(figures.silent, 1, "{figures:?}");
}

#[test]
fn a_begin_is_what_is_told_besides_the_posting() {
    let posted = "2024-05-01T12:00:00Z";
    // started, the text, our first refusal: the delay in minutes.
    let rows: [(&str, &str, Option<&str>, Option<u64>); 6] = [
        (posted, "It is slow.", None, None),
        ("2024-05-01T11:59:30Z", "It is slow.", None, None),
        ("2024-05-01T11:40:00Z", "It is slow.", None, Some(20)),
        (posted, "Slow between 2024-05-01 11:00:00 UTC and 2024-05-01 11:30:00 UTC.", None, Some(60)),
        (posted, "It is slow.", Some("2024-05-01T11:17:00Z"), Some(43)),
        (posted, "It is slow.", Some("2024-05-01T12:10:00Z"), Some(0)),
    ];
    for (started, text, seen, minutes) in rows {
        let document = format!(
            r#"{{"page":{{"id":"p"}},"incidents":[{{"id":"1","name":"x","status":"investigating","impact":"minor",
            "created_at":"{posted}","started_at":"{started}","incident_updates":[{{"id":"u","status":"investigating",
            "body":"{text}","created_at":"{posted}","display_at":"{posted}"}}]}}]}}"#
        );
        let document = crate::read(document.as_bytes(), &Given::at(at("2024-05-01T13:00:00Z"))).unwrap();
        let delay = document.incidents[0].posting_delay(seen.map(at));
        assert_eq!(delay.map(|delay| delay.as_secs() / 60), minutes, "{started} {text} {seen:?}");
    }
}

#[test]
fn grades_are_those_that_statusgator_prints() {
    for (minutes, grade) in [
        (0, Grade::A),
        (14, Grade::A),
        (15, Grade::B),
        (30, Grade::C),
        (120, Grade::D),
        (240, Grade::D),
        (241, Grade::F),
    ] {
        assert_eq!(Grade::of(Duration::from_secs(minutes * 60)), grade, "{minutes} min");
    }
}

#[test]
fn nothing_is_graded_where_nothing_is_known() {
    assert_eq!(figures(std::iter::empty(), at("2024-01-01T00:00:00Z"), |_| None), Figures::default());
}
