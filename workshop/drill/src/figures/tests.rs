use super::*;

#[test]
fn seconds_are_signed() {
    let at = Timestamp::from_micros;
    assert!((seconds(at(1_000_000), at(3_500_000)) - 2.5).abs() < 1e-9);
    assert!((seconds(at(3_500_000), at(1_000_000)) + 2.5).abs() < 1e-9);
}

#[test]
fn every_figure_has_one_meaning() {
    let names: BTreeSet<&str> = MEANINGS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), MEANINGS.len());
}
