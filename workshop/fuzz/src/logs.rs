//! Logs of mail servers: read to their end, each line counted, each refused recipient with one fate, every document written.

use maillog::{Claims, Collector, Offset, Options, Settings};

/// The first byte says what is given: zone and year, and a time that is claimed.
pub(crate) fn logs(data: &[u8]) {
    let [given, bytes @ ..] = data else { return };
    let zone = (given & 1 == 0).then_some(Offset::UTC);
    let year = (given & 2 == 0).then_some(2024);
    let end = (given & 4 == 0).then(|| "2024-10-20T11:27:37Z".parse().ok()).flatten();
    let claims = Claims { start: end, end, resolved: end, ..Claims::default() };
    let mut collector =
        Collector::new(Options { settings: Settings { zone, year }, our_addresses: Vec::new(), claims });
    let mut lines = 0;
    for file in bytes.split(|byte| *byte == 0) {
        collector.begin_file("log");
        for line in file.split(|byte| *byte == b'\n') {
            lines += 1;
            let read = collector.line(line);
            assert!(read.is_ok() || zone.is_none() || year.is_none(), "what is given is missing: {read:?}");
        }
        collector.end_file();
    }
    let report = collector.finish();
    assert_eq!(report.reading.lines, lines, "every line is counted once");
    assert!(report.totals.failed_ours <= report.totals.failed);
    for incident in &report.incidents {
        let fates = incident.recipients;
        let sum =
            fates.given_up + fates.delivered_later + fates.given_up_otherwise + fates.open + fates.unknown;
        assert_eq!(sum, fates.refused, "a recipient has more than one fate, or none");
        assert!(incident.began <= incident.ended, "{} to {}", incident.began, incident.ended);
    }
    assert!(!report.to_markdown().is_empty());
    assert!(report.to_html().ends_with("</html>\n") && report.to_json().ends_with("}\n"));
}
