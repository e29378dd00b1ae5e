//! What is counted, what is forgotten, and what happens at midnight.

use super::*;
use model::{Duration, TlsPolicy};
use tlspolicy::HostPolicy;
use tlspolicy::report::ResultType;

fn noon() -> Timestamp {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

fn watched(domain: &str) -> Watched {
    Watched { domain: domain.to_owned(), sts: None, sts_failed: None }
}

fn count(counts: &Counts, domain: &str, met: Result<(), Fault>) {
    let policy = HostPolicy::unpublished(TlsPolicy::Opportunistic, tlspolicy::OfSender::Silent);
    let ip = IpAddr::from([127, 0, 0, 1]);
    counts.session(&watched(domain), ("mx.example", &policy), (ip, ip), met);
}

fn sums(counted: &[Counted]) -> Vec<(&str, u64, u64)> {
    let sums = counted.iter().map(|one| (one.domain.as_str(), one.results.sums()));
    sums.map(|(domain, (well, failed))| (domain, well, failed)).collect()
}

#[tokio::test]
async fn only_who_wants_reports_is_counted_once_that_is_known() {
    let counts = Counts::new(Clock::start_at(noon(), 1));
    for domain in ["a.example", "b.example", "c.example"] {
        count(&counts, domain, Ok(()));
    }
    assert_eq!(counts.unasked(2), ["a.example", "b.example"]);
    counts.note("a.example", true);
    counts.note("b.example", false);
    count(&counts, "a.example", Err(Fault::new(ResultType::StartTlsNotSupported, "")));
    count(&counts, "b.example", Ok(()));
    assert_eq!(counts.unasked(9), ["c.example"]);
    assert_eq!(sums(&counts.take(false)), [("a.example", 1, 1)]);
    assert_eq!(sums(&counts.take(false)), []);
    assert_eq!(
        counts.unwritten(Some("b.example")),
        [("b.example".to_owned(), Some(false), Results::default())]
    );
    let missing = NotAllowed::NoDane { host: "mx".to_owned(), domain: "c.example".to_owned() };
    counts.refused(&watched("c.example"), "mx.c.example", &missing);
    assert_eq!(sums(&counts.take(true)), [("c.example", 1, 1)]);
}

#[tokio::test(start_paused = true)]
async fn at_midnight_a_day_is_over_and_nothing_of_it_is_lost() {
    let counts = Counts::new(Clock::start_at(noon(), 1));
    count(&counts, "a.example", Ok(()));
    count(&counts, "b.example", Ok(()));
    counts.note("b.example", false);
    tokio::time::advance(Duration::from_secs(13 * 3_600)).await;
    count(&counts, "a.example", Ok(()));
    count(&counts, "b.example", Ok(()));
    let (today, taken) = (counts.day(), counts.take(false));
    assert_eq!(
        (today.to_string().as_str(), sums(&taken).as_slice()),
        ("2026-11-28", [("a.example", 1, 0)].as_slice())
    );
    assert!(taken[0].day < today);
    assert_eq!(counts.unasked(9), ["a.example", "b.example"], "the next day everybody is asked again");
}

#[tokio::test]
async fn beyond_the_bound_new_domains_are_not_counted() {
    let counts = Counts::new(Clock::start_at(noon(), 1));
    for number in 0..DOMAINS_MAX + 10 {
        count(&counts, &format!("d{number}.example"), Ok(()));
    }
    count(&counts, "d0.example", Ok(()));
    let taken = counts.take(true);
    assert_eq!((taken.len(), taken[0].results.sums()), (DOMAINS_MAX, (2, 0)));
}
