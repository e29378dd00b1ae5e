use crate::{FlagRule, Given, read};

/// Rules of a Statuspage incident with these fields; the updates as (status, time).
fn rules(fields: &str, updates: &[(&str, &str)], now: &str) -> Vec<FlagRule> {
    let updates: Vec<String> = updates
        .iter()
        .rev()
        .map(|(status, at)| format!("{{\"id\":\"{at}\",\"status\":\"{status}\",\"body\":\"x\",\"display_at\":\"2026-09-01T{at}Z\"}}"))
        .collect();
    let text = format!(
        "{{\"page\":{{}},\"incidents\":[{{\"id\":\"a\",\"name\":\"x\",{fields},\"incident_updates\":[{}]}}]}}",
        updates.join(",")
    );
    let now = format!("2026-09-01T{now}Z").parse().expect("a time");
    let document = read(text.as_bytes(), &Given::at(now)).expect("a document");
    document.incidents[0].flags.iter().map(|flag| flag.rule).collect()
}

const OVER: &str = "\"status\":\"resolved\",\"impact\":\"minor\"";
const OPEN: &str = "\"status\":\"monitoring\",\"impact\":\"minor\"";
const CALM: [(&str, &str); 2] = [("investigating", "10:00:00"), ("resolved", "10:30:00")];

#[test]
fn an_honest_incident_has_no_flag() {
    let fields =
        format!("{OVER},\"started_at\":\"2026-09-01T09:58:00Z\",\"resolved_at\":\"2026-09-01T10:30:00Z\"");
    assert_eq!(rules(&fields, &CALM, "12:00:00"), []);
}

#[test]
fn lengths_that_are_none_are_flagged() {
    let of = |resolved: &str| {
        format!("{OVER},\"started_at\":\"2026-09-01T10:00:00Z\",\"resolved_at\":\"{resolved}\"")
    };
    assert_eq!(rules(&of("2026-08-26T10:00:00Z"), &CALM, "12:00:00"), [FlagRule::NegativeLength]);
    assert_eq!(rules(&of("2026-09-01T10:00:00Z"), &CALM, "12:00:00"), [FlagRule::ZeroLength]);
}

#[test]
fn over_with_a_red_component_and_no_impact_with_one_down_are_flagged() {
    let red = "\"components\":[{\"id\":\"c\",\"name\":\"API\",\"status\":\"partial_outage\"}]";
    assert_eq!(rules(&format!("{OVER},{red}"), &CALM, "12:00:00"), [FlagRule::ResolvedRed]);
    let text = "{\"page\":{},\"incidents\":[{\"id\":\"a\",\"name\":\"x\",\"status\":\"resolved\",\"impact\":\"none\",\"incident_updates\":[\
        {\"id\":\"2\",\"status\":\"resolved\",\"display_at\":\"2026-09-01T10:20:00Z\"},\
        {\"id\":\"1\",\"status\":\"investigating\",\"display_at\":\"2026-09-01T10:00:00Z\",\
        \"affected_components\":[{\"code\":\"c\",\"name\":\"API\",\"old_status\":\"operational\",\"new_status\":\"major_outage\"}]}]}]}";
    let document = read(text.as_bytes(), &Given::at(model::Timestamp::default())).expect("a document");
    assert_eq!(document.incidents[0].flags[0].rule, FlagRule::ImpactNone);
}

#[test]
fn silence_counts_up_to_now_and_ends_with_the_end() {
    let open = [("investigating", "10:00:00"), ("monitoring", "10:30:00")];
    assert_eq!(rules(OPEN, &open, "11:29:00"), []);
    assert_eq!(rules(OPEN, &open, "11:31:00"), [FlagRule::Silence]);
    let late = [("investigating", "08:00:00"), ("resolved", "08:30:00"), ("postmortem", "11:00:00")];
    assert_eq!(rules("\"status\":\"postmortem\",\"impact\":\"minor\"", &late, "12:00:00"), []);
    let gap = [("investigating", "08:00:00"), ("resolved", "09:01:00")];
    assert_eq!(rules(OVER, &gap, "12:00:00"), [FlagRule::Silence]);
}

#[test]
fn posted_when_over_and_open_after_its_end_are_flagged() {
    assert_eq!(rules(OVER, &[("resolved", "10:00:00")], "12:00:00"), [FlagRule::PostedOver]);
    let fields = format!("{OPEN},\"resolved_at\":\"2026-09-01T10:30:00Z\"");
    assert_eq!(rules(&fields, &[("monitoring", "10:20:00")], "10:40:00"), [FlagRule::OpenAfterEnd]);
}

#[test]
fn maintenance_that_should_be_over_is_flagged() {
    let fields = "\"status\":\"in_progress\",\"impact\":\"maintenance\",\"scheduled_for\":\"2026-09-01T09:00:00Z\",\
        \"scheduled_until\":\"2026-09-01T10:00:00Z\"";
    assert_eq!(rules(fields, &[("in_progress", "09:00:00")], "09:59:00"), []);
    assert_eq!(rules(fields, &[("in_progress", "09:00:00")], "10:05:00"), [FlagRule::StillListed]);
}
