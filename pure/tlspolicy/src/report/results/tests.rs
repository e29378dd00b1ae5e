//! What is counted, and that it stays bounded.

use super::*;

fn policy(domain: &str) -> AppliedPolicy {
    AppliedPolicy { kind: PolicyType::Sts, lines: Vec::new(), domain: domain.to_owned(), mx: Vec::new() }
}

fn peer(number: u8) -> Peer {
    let address = IpAddr::from([192, 0, 2, number]);
    Peer { from: None, host: Some("mx.example".to_owned()), address: Some(address) }
}

fn expired() -> Result<(), Fault> {
    Err(Fault::new(ResultType::CertificateExpired, "it is over\r\nnow"))
}

#[test]
fn a_session_counts_once_and_like_failures_together() {
    let mut results = Results::default();
    results.count(&policy("a.example"), Ok(()), peer(1));
    results.count(&policy("a.example"), expired(), peer(1));
    results.count(&policy("a.example"), expired(), peer(1));
    results.count(&policy("a.example"), expired(), peer(2));
    assert_eq!(results.sums(), (1, 3));
    let counted = Vec::from(results.clone());
    let counts: Vec<u64> = counted[0].failures.iter().map(|one| one.count).collect();
    assert_eq!((counted.len(), counts), (1, vec![2, 1]));
    assert_eq!(counted[0].failures[0].fault.reason, "it is over  now");
    let mut twice = results.clone();
    twice.add(results);
    assert_eq!(twice.sums(), (2, 6));
}

#[test]
fn beyond_the_bound_no_session_is_lost_but_its_peer_is() {
    let mut results = Results::default();
    for number in 0..=255 {
        results.count(&policy("a.example"), expired(), peer(number));
    }
    let (_, tally) = results.policies().next().unwrap();
    assert_eq!((tally.failures.len(), tally.failed()), (FAULTS_MAX + 1, 256));
    let together = (Fault::new(ResultType::CertificateExpired, ""), Peer::default());
    assert_eq!(tally.failures[&together], 256 - FAULTS_MAX as u64);
    for number in 0..100 {
        results.count(&policy(&format!("{number}.example")), Ok(()), peer(1));
    }
    assert_eq!(
        (results.policies().count(), results.left_out),
        (POLICIES_MAX, 100 - (POLICIES_MAX as u64 - 1))
    );
    assert_eq!(Fault::new(ResultType::ValidationFailure, &"x".repeat(1_000)).reason.len(), REASON_LEN_MAX);
}

#[test]
fn what_is_kept_is_read_again() {
    let mut results = Results::default();
    results.count(&policy("a.example"), expired(), peer(1));
    results.count(&policy("b.example"), Ok(()), peer(1));
    let text = serde_json::to_string(&results).unwrap();
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results, "{text}");
    assert!(text.contains("\"result\":\"certificate-expired\""), "{text}");
}
