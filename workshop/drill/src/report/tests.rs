use super::*;

fn report(values: &[(&'static str, f64)]) -> Report {
    let figures = Figures(values.iter().copied().collect());
    let scenario = Scenario::named("spamhaus-eu").unwrap();
    Report::judge(
        &scenario,
        false,
        Counted { figures, timeline: vec![(10.0, "eu-1 is listed".to_owned())], exim: None },
        Duration::from_secs(60),
        None,
    )
}

const GOOD: [(&str, f64); 10] = [
    ("lost", 0.0),
    ("duplicates", 0.0),
    ("reports", 0.0),
    ("foreign", 0.0),
    ("unsigned", 0.0),
    ("moved", 2.0),
    ("seconds_to_moved", 0.2),
    ("refused_late", 0.0),
    ("seconds_to_public", 20.0),
    ("seconds_to_restore", 1200.0),
];

#[test]
fn a_drill_holds_if_every_bar_does() {
    assert!(report(&GOOD).held, "{}", report(&GOOD).to_markdown());
    for (missed, _) in GOOD {
        let worse = if missed == "moved" { 0.0 } else { 1e9 };
        let values: Vec<_> =
            GOOD.iter().map(|(name, value)| (*name, if *name == missed { worse } else { *value })).collect();
        assert!(!report(&values).held, "{missed}");
        assert!(report(&values).to_markdown().contains("**MISSED**"), "{missed}");
    }
}

#[test]
fn what_was_not_measured_did_not_hold() {
    let without: Vec<_> = GOOD.iter().copied().filter(|(name, _)| *name != "seconds_to_public").collect();
    let report = report(&without);
    assert!(
        !report.held && report.to_markdown().contains("| never | at most 60 **MISSED** |"),
        "{}",
        report.to_markdown()
    );
}

#[test]
fn the_course_is_beside_the_real_one() {
    // Forty times as fast: 10 s are 6 min 40 s of the node.
    let text = report(&GOOD).to_markdown();
    assert!(text.contains("- 0:06:40 eu-1 is listed") && text.contains("15:58:51"), "{text}");
}
