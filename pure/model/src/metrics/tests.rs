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
