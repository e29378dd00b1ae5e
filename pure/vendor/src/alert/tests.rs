use super::*;
use crate::{Given, Records, read};

const SEED: &[u8] = include_bytes!("../../tests/fixtures/statuspage/seed.json");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rule(
    vendors: &[&str],
    components: &[&str],
    regions: &[&str],
    severity: Option<Severity>,
    words: &[&str],
) -> AlertRule {
    let list = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    AlertRule {
        vendors: list(vendors),
        components: list(components),
        regions: list(regions),
        severity,
        words: list(words),
    }
}

#[test]
fn everything_that_a_rule_names_must_hold() {
    let seed = read(SEED, &Given::at(at("2024-10-23T00:00:00Z"))).unwrap();
    let incident = &seed.incidents[0];
    for (wanted, rule) in [
        (true, rule(&[], &[], &[], None, &[])),
        (true, rule(&["other", "xink"], &[], &[], None, &[])),
        (false, rule(&["xin"], &[], &[], None, &[])),
        (true, rule(&["xink"], &["re-ROUTING"], &["eu"], Some(Severity::Major), &["spamhaus", "nothing"])),
        (false, rule(&["xink"], &["outlook add-in"], &["eu"], Some(Severity::Major), &["spamhaus"])),
        (false, rule(&[], &[], &["us"], None, &[])),
        (true, rule(&[], &[], &[], Some(Severity::Minor), &[])),
        (false, rule(&[], &[], &[], Some(Severity::Critical), &[])),
        (false, rule(&[], &[], &[], None, &["zebra"])),
    ] {
        assert_eq!(rule.takes("xink", incident), wanted, "{rule:?}");
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<AlertRule>(&text).unwrap(), rule);
    }
    assert!(rule(&[], &[""], &[], None, &[]).problem().is_some());
    assert!(rule(&[], &[], &[], None, &["x".repeat(101).as_str()]).problem().is_some());
    assert_eq!(rule(&["xink"], &[], &[], None, &["smtp"]).problem(), None);
}

fn page(status: &str, updates: &[(&str, &str)]) -> crate::Document {
    let updates: Vec<String> = updates
        .iter()
        .map(|(id, text)| {
            let at = format!("2026-05-01T10:00:0{}Z", id.len());
            format!(r#"{{"id":"{id}","status":"{status}","body":"{text}","created_at":"{at}","display_at":"{at}"}}"#)
        })
        .collect();
    let text = format!(
        r#"{{"page":{{"id":"p"}},"incidents":[{{"id":"a","name":"Mail","status":"{status}","impact":"minor","created_at":"2026-05-01T10:00:00Z",
        "incident_updates":[{}]}}]}}"#,
        updates.join(",")
    );
    read(text.as_bytes(), &Given::at(at("2026-05-01T10:00:10Z"))).unwrap()
}

#[test]
fn news_are_told_once_and_an_edit_is_none() {
    let minute = |minute: u64| at("2026-05-01T10:00:30Z") + Duration::from_secs(minute * 60);
    let poll = Duration::from_secs(60);
    let mut records = Records::default();
    let mut news = |status: &str, updates: &[(&str, &str)], when: u64| {
        records.take(&page(status, updates), minute(when), poll);
        alert("x", records.get("a").unwrap(), minute(when)).map(|alert| (alert.id, alert.is_first))
    };
    let first = news("investigating", &[("u", "we look")], 0).unwrap();
    assert!(first.1);
    assert_eq!(news("investigating", &[("u", "we look")], 1).unwrap(), first, "nothing is other");
    assert_eq!(news("investigating", &[("u", "we look well")], 2).unwrap().0, first.0, "an edit");
    let second = news("identified", &[("u", "we look well"), ("uu", "found")], 3).unwrap();
    assert!(second.0 != first.0 && !second.1);
    assert_eq!(news("identified", &[("u", "we look well"), ("uu", "found")], 3 + 25 * 60), None, "a day ago");
}

#[test]
fn what_was_there_before_is_told_while_it_goes_on() {
    let now = at("2026-05-03T00:00:00Z");
    let told = |status: &str| {
        let mut records = Records::default();
        records.import(&page(status, &[("u", "x")]), now);
        alert("x", records.get("a").unwrap(), now).is_some()
    };
    assert_eq!((told("investigating"), told("resolved")), (true, false));
}
