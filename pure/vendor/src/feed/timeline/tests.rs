use super::{span, story};
use model::{Duration, Timestamp};

fn near(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[test]
fn updates_stand_under_their_times() {
    let text = "Type: Incident\nAffected Components: API, Web\nJun 5, 01:40:38 GMT+0\nInvestigating - We look.\nStill.\n\n\
                Jun 5, 02:00:00 GMT+0\nResolved - Done.";
    let found = story(text, near("2026-06-05T01:40:38Z"), true);
    let said: Vec<(Option<String>, &str)> =
        found.said.iter().map(|said| (said.word.clone(), said.text.as_str())).collect();
    assert_eq!(
        said,
        [(Some("Investigating".to_owned()), "We look.\nStill."), (Some("Resolved".to_owned()), "Done.")]
    );
    assert_eq!(found.components.len(), 2);
    assert_eq!(found.field(&["type"]), Some("Incident"));
}

#[test]
fn a_time_without_a_year_is_of_the_nearest_one() {
    let at = |line: &str, published: &str| {
        story(line, near(published), true).said[0].at.map(|at| at.to_string()[..10].to_owned())
    };
    assert_eq!(at("Jan 2, 00:20 UTC", "2025-12-31T23:10:00Z").as_deref(), Some("2026-01-02"));
    assert_eq!(at("Dec 20, 00:20 UTC", "2026-01-05T23:10:00Z").as_deref(), Some("2025-12-20"));
    assert_eq!(at("Dec 20, 2024, 00:20 UTC", "2026-01-05T23:10:00Z").as_deref(), Some("2024-12-20"));
}

#[test]
fn a_text_without_times_stays_whole() {
    let found = story("We saw 5 errors.\n- one\n\nNote: x", near("2026-01-05T23:10:00Z"), false);
    assert_eq!((found.said.len(), found.rest.trim()), (0, "We saw 5 errors.\n- one\n\nNote: x"));
    assert_eq!(story("Aug 3, 09:54 UTC we saw errors", near("2026-08-03T10:00:00Z"), false).said.len(), 0);
}

#[test]
fn lengths_in_words_are_read() {
    assert_eq!(span("1 hour and 30 minutes"), Some(Duration::from_secs(5_400)));
    assert_eq!(
        (span("45 minutes"), span("soon"), span("3 moons")),
        (Some(Duration::from_secs(2_700)), None, None)
    );
}
