//! The example of RFC 8460 Appendix B, and whatever may be counted, as Python's json and gzip read it.

use super::*;
use proptest::prelude::*;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn reporter() -> Reporter {
    Reporter {
        organization: "Company-X".to_owned(),
        contact: "sts-reporting@company-x.example".to_owned(),
        submitter: "company-x.example".to_owned(),
        host: "mta.company-x.example".to_owned(),
    }
}

/// The three failures of Appendix B.
fn appendix_b() -> Results {
    let lines = ["version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"];
    let policy = AppliedPolicy {
        kind: PolicyType::Sts,
        lines: lines.map(str::to_owned).to_vec(),
        domain: "company-y.example".to_owned(),
        mx: vec!["*.mail.company-y.example".to_owned()],
    };
    let peer = |from: &str, host: &str, address: &str| Peer {
        from: from.parse().ok(),
        host: Some(host.to_owned()).filter(|host| !host.is_empty()),
        address: address.parse().ok(),
    };
    let failures = [
        (
            ResultType::CertificateExpired,
            "",
            peer("2001:db8:abcd:12::1", "mx1.mail.company-y.example", ""),
            100,
        ),
        (
            ResultType::StartTlsNotSupported,
            "",
            peer("2001:db8:abcd:13::1", "mx2.mail.company-y.example", "203.0.113.56"),
            200,
        ),
        (
            ResultType::ValidationFailure,
            "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED",
            peer("198.51.100.62", "mx-backup.mail.company-y.example", "203.0.113.58"),
            3,
        ),
    ];
    let mut results = Results::default();
    (0..5_326).for_each(|_| results.count(&policy, Ok(()), Peer::default()));
    for (result, reason, peer, count) in failures {
        (0..count).for_each(|_| results.count(&policy, Err(Fault::new(result, reason)), peer.clone()));
    }
    results
}

#[test]
fn the_example_of_the_rfc_is_written_as_it_stands_there() {
    let (reporter, results) = (reporter(), appendix_b());
    let day = "2016-04-01".parse().unwrap();
    let document = Document { reporter: &reporter, domain: "company-y.example", day, results: &results };
    let written: serde_json::Value = serde_json::from_slice(&document.to_json()).unwrap();
    let expected = serde_json::json!({
        "organization-name": "Company-X",
        "date-range": {"start-datetime": "2016-04-01T00:00:00Z", "end-datetime": "2016-04-01T23:59:59Z"},
        "contact-info": "sts-reporting@company-x.example",
        "report-id": "2016-04-01.company-y.example@mta.company-x.example",
        "policies": [{
            "policy": {
                "policy-type": "sts",
                "policy-string":
                    ["version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"],
                "policy-domain": "company-y.example",
                "mx-host": ["*.mail.company-y.example"],
            },
            "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 303},
            "failure-details": [{
                "result-type": "starttls-not-supported",
                "sending-mta-ip": "2001:db8:abcd:13::1",
                "receiving-mx-hostname": "mx2.mail.company-y.example",
                "receiving-ip": "203.0.113.56",
                "failed-session-count": 200,
            }, {
                "result-type": "certificate-expired",
                "sending-mta-ip": "2001:db8:abcd:12::1",
                "receiving-mx-hostname": "mx1.mail.company-y.example",
                "failed-session-count": 100,
            }, {
                "result-type": "validation-failure",
                "sending-mta-ip": "198.51.100.62",
                "receiving-mx-hostname": "mx-backup.mail.company-y.example",
                "receiving-ip": "203.0.113.58",
                "failed-session-count": 3,
                "failure-reason-code": "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED",
            }],
        }],
    });
    assert_eq!(written, expected);
    let name = "company-x.example!company-y.example!1459468800!1459555199!2016-04-01.json.gz";
    assert_eq!(document.file_name(), name);
}

#[test]
fn every_kind_of_failure_has_the_word_of_the_rfc() {
    use ResultType::*;
    let all = [
        (StartTlsNotSupported, "starttls-not-supported"),
        (CertificateHostMismatch, "certificate-host-mismatch"),
        (CertificateExpired, "certificate-expired"),
        (CertificateNotTrusted, "certificate-not-trusted"),
        (ValidationFailure, "validation-failure"),
        (TlsaInvalid, "tlsa-invalid"),
        (DnssecInvalid, "dnssec-invalid"),
        (DaneRequired, "dane-required"),
        (StsPolicyFetchError, "sts-policy-fetch-error"),
        (StsPolicyInvalid, "sts-policy-invalid"),
        (StsWebpkiInvalid, "sts-webpki-invalid"),
    ];
    for (kind, word) in all {
        assert_eq!(serde_json::to_value(kind).unwrap(), word);
    }
    let kinds = [
        (PolicyType::Tlsa, "tlsa"),
        (PolicyType::Sts, "sts"),
        (PolicyType::NoPolicyFound, "no-policy-found"),
    ];
    for (kind, word) in kinds {
        assert_eq!(serde_json::to_value(kind).unwrap(), word);
    }
}

#[test]
fn reports_are_due_within_some_hours_of_their_day_and_not_all_at_once() {
    let day: Day = "2026-11-27".parse().unwrap();
    assert_eq!((day.to_string().as_str(), Day::of(day.last_second())), ("2026-11-27", day));
    assert!(Day::of(day.ends()) > day);
    let due: std::collections::BTreeSet<Timestamp> =
        (0..500).map(|number| Document::due(day, &format!("d{number}.example"))).collect();
    assert!(due.len() > 450, "{}", due.len());
    assert!(due.iter().all(|at| *at >= day.ends() + FIRST && *at < day.ends() + FIRST + SPREAD));
    assert_eq!(Document::due(day, "d1.example"), Document::due(day, "d1.example"));
}

/// What Python makes of a compressed report: all that was counted, as lines.
fn python(gzip: &[u8]) -> String {
    const SCRIPT: &str = "
import gzip, json, sys
report = json.loads(gzip.decompress(sys.stdin.buffer.read()))
for one in report['policies']:
    policy, summary = one['policy'], one['summary']
    print(json.dumps([policy['policy-type'], policy['policy-domain'], policy.get('policy-string', []), policy.get('mx-host', []),
        summary['total-successful-session-count'], summary['total-failure-session-count']]))
    for f in one.get('failure-details', []):
        print(json.dumps([f['result-type'], f.get('sending-mta-ip'), f.get('receiving-mx-hostname'), f.get('receiving-ip'),
            f['failed-session-count'], f.get('failure-reason-code', '')]))
";
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(gzip).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// The same lines from the counts.
fn lines(results: &Results) -> Vec<serde_json::Value> {
    let mut lines = Vec::new();
    for (policy, tally) in results.policies() {
        let AppliedPolicy { kind, lines: texts, domain, mx } = policy;
        lines.push(serde_json::json!([kind, domain, texts, mx, tally.successes, tally.failed()]));
        for ((fault, peer), count) in &tally.failures {
            lines.push(serde_json::json!([
                fault.result,
                peer.from,
                peer.host,
                peer.address,
                count,
                fault.reason
            ]));
        }
    }
    lines
}

fn sessions() -> impl Strategy<Value = Results> {
    let policy = (0_usize..3, "[a-z]{1,3}\\.example", proptest::collection::vec("\\PC{0,20}", 0..3));
    let met = (proptest::option::of((0_usize..4, "\\PC{0,30}")), any::<u8>());
    proptest::collection::vec((policy, met), 0..40).prop_map(|sessions| {
        let kinds = [PolicyType::Tlsa, PolicyType::Sts, PolicyType::NoPolicyFound];
        let faults = [
            ResultType::StartTlsNotSupported,
            ResultType::CertificateExpired,
            ResultType::TlsaInvalid,
            ResultType::StsPolicyFetchError,
        ];
        let mut results = Results::default();
        for ((kind, domain, lines), (fault, number)) in sessions {
            let policy = AppliedPolicy { kind: kinds[kind], domain, mx: lines.clone(), lines };
            let address = IpAddr::from([192, 0, 2, number]);
            let peer = Peer { from: Some(address), host: Some(format!("mx{number}")), address: None };
            let met = fault.map_or(Ok(()), |(kind, reason)| Err(Fault::new(faults[kind], &reason)));
            results.count(&policy, met, peer);
        }
        results
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn python_reads_everything_that_was_counted(results in sessions()) {
        let reporter = reporter();
        let day = "2026-11-27".parse().unwrap();
        let document = Document { reporter: &reporter, domain: "x.example", day, results: &results };
        let read = python(&document.to_gzip());
        let read: Vec<serde_json::Value> =
            read.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(read, lines(&results));
    }
}

#[test]
fn a_long_report_is_compressed_whole() {
    let text: Vec<u8> =
        (0..200_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    const SCRIPT: &str =
        "import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))";
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let compressed = gzip(&text);
    python.stdin.take().unwrap().write_all(&compressed).unwrap();
    assert!(python.wait_with_output().unwrap().stdout == text);
}
