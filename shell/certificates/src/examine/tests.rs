use super::*;
use model::Duration;

const BEGIN: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn found(hostname: &str, now: Timestamp) -> Vec<(Gravity, String)> {
    let facts = Facts {
        names: vec!["in.example".to_owned()],
        issuer: "an authority".to_owned(),
        serial: "1".to_owned(),
        not_before: BEGIN,
        not_after: BEGIN + 90 * DAY,
    };
    judge(&facts, hostname, now).into_iter().map(|finding| (finding.gravity, finding.what)).collect()
}

#[test]
fn a_good_certificate_has_one_good_finding() {
    let found = found("in.example", BEGIN + DAY);
    assert_eq!(found, [(Gravity::Good, "in.example from an authority, 89 days left".to_owned())]);
}

#[test]
fn the_wrong_name_the_wrong_time_and_the_end_are_findings() {
    let worst = |hostname: &str, now| found(hostname, now).into_iter().map(|(gravity, _)| gravity).max();
    assert_eq!(worst("other.example", BEGIN + DAY), Some(Gravity::Problem));
    assert_eq!(worst("in.example", BEGIN - DAY), Some(Gravity::Problem));
    assert_eq!(worst("in.example", BEGIN + 70 * DAY), Some(Gravity::Warning));
    assert_eq!(worst("in.example", BEGIN + 90 * DAY), Some(Gravity::Problem));
    assert_eq!(found("other.example", BEGIN + 80 * DAY).len(), 2);
}
