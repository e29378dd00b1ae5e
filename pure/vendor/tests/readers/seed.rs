//! The page that began this house, written down as the document from which it was made.

use crate::support::{NOW, fixture};
use vendor::{FlagRule, Format, Incident, Phase, Severity, State};

fn seed() -> Incident {
    let document = fixture("statuspage/seed.json");
    assert_eq!((document.format, document.alarms.len()), (Format::Statuspage, 0));
    document.incidents.into_iter().next().unwrap()
}

#[test]
fn the_seeds_page_says_what_it_says() {
    let incident = seed();
    assert_eq!(incident.title, "Server-side Mail delivery issue - EU Server");
    assert_eq!((incident.severity.ours, incident.phase.ours), (Severity::Major, Phase::Postmortem));
    let minute = |at: Option<model::Timestamp>| at.unwrap().to_string()[..16].to_owned();
    assert_eq!(minute(incident.clocks.started), "2024-10-20T10:28");
    assert_eq!(minute(incident.clocks.posted), "2024-10-20T10:28");
    assert_eq!(minute(incident.clocks.resolved), "2024-10-20T14:10");
    let minutes = incident.lengths.stated_seconds.map(|seconds| seconds / 60);
    assert_eq!(minutes, Some(3 * 60 + 41), "3h 41m, as the page shows it");
    let components: Vec<String> = incident.components.iter().map(vendor::Affected::path).collect();
    assert_eq!(components, ["EU > Server-side (Re-routing)"], "the group is kept");
    assert_eq!(incident.components[0].worst, Some(State::MajorOutage));
    let phases: Vec<&str> = incident.updates.iter().map(|update| update.phase.ours.as_str()).collect();
    assert_eq!(phases, ["investigating", "identified", "monitoring", "resolved", "postmortem"]);
    let times: Vec<String> = incident.updates.iter().map(|update| minute(update.display_at)).collect();
    let shown =
        ["2024-10-20T10:28", "2024-10-20T13:21", "2024-10-20T13:25", "2024-10-20T14:10", "2024-10-22T00:38"];
    assert_eq!(times, shown);
}

#[test]
fn the_seeds_page_contradicts_itself_twice_and_was_silent() {
    let incident = seed();
    assert_eq!(incident.lengths.told_seconds, Some(19 * 3600 + 28 * 60 + 46), "what its postmortem says");
    let text = |rule: FlagRule| {
        incident
            .flags
            .iter()
            .find(|flag| flag.rule == rule)
            .map(|flag| flag.text.as_str())
            .unwrap_or_default()
    };
    assert!(
        text(FlagRule::ToldOtherwise).contains("19 h 28 min 46 s; its clocks say 3 h 41 min"),
        "{:?}",
        incident.flags
    );
    assert!(text(FlagRule::EvidenceAfterEnd).contains("2024-10-20 11:42:20 UTC, 14 min 43 s after"));
    assert!(text(FlagRule::Silence).contains("2 h 52 min 53 s"));
    assert_eq!(incident.flags.len(), 3, "{:?}", incident.flags);
}

#[test]
fn the_seeds_log_line_is_text_and_names_nobody() {
    let incident = seed();
    let text = &incident.postmortem().unwrap().text;
    assert!(text.contains("1t2UKC-0000000738v-1Zz9 ** ***@domain.com R=dnslookup T=remote_smtp"), "{text}");
    assert!(text.contains("blocked using Spamhaus"), "{text}");
    assert!(text.contains("see https://www.spamhaus.org/query/ip/40.68.36.243 AS(1440)"), "{text}");
    assert!(!text.contains("hcs-nl") && !text.contains("mailto:") && !text.contains('\\'), "{text}");
}

#[test]
fn an_import_is_no_detection() {
    let document = fixture("statuspage/seed.json");
    let mut records = vendor::Records::default();
    records.take(&document, NOW.parse().unwrap(), std::time::Duration::from_secs(300));
    let record = records.get("hyqqclffhz4k").unwrap();
    assert_eq!(record.sighting, vendor::Sighting::Imported);
    assert!(Some(record.first_seen) > record.incident.clocks.posted);
}
