//! The exposition format.

use super::*;

#[test]
fn every_figure_is_rendered_with_help_and_type() {
    let metrics = Metrics::default();
    metrics.accepted.add(3);
    let text = metrics.render();
    assert!(
        text.contains(
            "# TYPE signpost_messages_accepted_total counter\nsignpost_messages_accepted_total 3\n"
        )
    );
    assert_eq!(text.matches("# HELP").count(), text.matches("# TYPE").count());
}

#[test]
fn a_family_shows_what_it_was_given_last_with_its_label_escaped() {
    let metrics = Metrics::default();
    metrics.certificates_expire.replace([("of-another-day".to_owned(), 1)]);
    metrics.certificates_expire.replace([("listener \"a\\b\"".to_owned(), 7)]);
    let text = metrics.render();
    let wanted =
        "signpost_certificate_expires_timestamp_seconds{certificate=\"listener \\\"a\\\\b\\\"\"} 7\n";
    assert!(text.contains(wanted), "{text}");
    assert!(!text.contains("of-another-day"));
}
