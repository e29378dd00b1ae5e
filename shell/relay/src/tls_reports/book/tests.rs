//! What is kept over a restart, when a report is due, and when it is tried again.

use super::*;
use tlspolicy::report::{AppliedPolicy, Peer, PolicyType};

const DOMAIN: &str = "customer.example";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn counted(day: &str, sessions: usize) -> Counted {
    let (lines, mx) = (Vec::new(), Vec::new());
    let policy = AppliedPolicy { kind: PolicyType::NoPolicyFound, lines, domain: DOMAIN.to_owned(), mx };
    let mut results = Results::default();
    (0..sessions).for_each(|_| results.count(&policy, Ok(()), Peer::default()));
    Counted { day: day.parse().unwrap(), domain: DOMAIN.to_owned(), results }
}

fn returned(told: &[(&str, How)], left: Option<&str>) -> Returned {
    let told = told.iter().map(|(url, how)| PlaceShown {
        to: Rua::Web((*url).to_owned()),
        at: at("2026-11-28T05:00:00Z"),
        how: how.clone(),
    });
    Returned {
        day: "2026-11-27".parse().unwrap(),
        domain: DOMAIN.to_owned(),
        told: told.collect(),
        left: left.map(str::to_owned),
        wanted: true,
    }
}

#[tokio::test]
async fn counts_and_ends_outlast_a_restart_and_a_torn_line() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::start_at(at("2026-11-28T05:00:00Z"), 1);
    let open = || Book::open(Some(folder.path()), clock.clone()).unwrap();
    let mut book = open();
    book.add(vec![counted("2026-11-27", 2)]).await.unwrap();
    book.add(vec![counted("2026-11-27", 3), counted("2026-11-28", 1)]).await.unwrap();
    drop(book);
    let file = folder.path().join(NAME);
    let mut text = std::fs::read(&file).unwrap();
    text.extend_from_slice(b"{\"line\":\"counted\",\"day\":\"2026-11-27\",\"dom");
    std::fs::write(&file, text).unwrap();
    let mut book = open();
    let now = clock.now();
    let errand = book.take_due(now).expect("yesterday's report is due");
    assert_eq!((errand.day.to_string().as_str(), errand.results.sums()), ("2026-11-27", (5, 0)));
    assert!(book.take_due(now).is_none(), "it is out, and today is not over");
    let posted = ("https://a.example/", How::Posted);
    book.end(returned(&[posted], Some("https://b.example/: 503")), false, now).await.unwrap();
    drop(book);
    let mut book = open();
    let errand = book.take_due(now).expect("one place is left");
    assert_eq!(errand.told.len(), 1, "and only that one is told");
    book.end(returned(&[], None), false, now).await.unwrap();
    drop(book);
    let mut book = open();
    assert!(book.take_due(now).is_none());
    let shown = book.shown(Some(DOMAIN));
    let yesterday = shown.iter().find(|one| one.closed).unwrap();
    assert_eq!((yesterday.successes, yesterday.told.len(), yesterday.wanted), (5, 1, Some(true)));
}

#[tokio::test]
async fn a_report_waits_for_its_hour_and_is_tried_again_ever_later() {
    let mut book = Book::open(None, Clock::start_at(at("2026-11-28T00:00:00Z"), 1)).unwrap();
    book.add(vec![counted("2026-11-27", 1)]).await.unwrap();
    let due = Document::due("2026-11-27".parse().unwrap(), DOMAIN);
    assert!(book.take_due(due - Duration::from_micros(1)).is_none());
    let mut now = due;
    for wait in [300, 1_800, 7_200, 14_400, 14_400] {
        assert!(book.take_due(now).is_some(), "{now}");
        book.end(returned(&[], Some("503")), false, now).await.unwrap();
        now = now + Duration::from_secs(wait);
        assert!(book.take_due(now - Duration::from_secs(1)).is_none(), "{now}");
    }
    assert!(!returned(&[], None).is_too_late(now) && returned(&[], None).is_too_late(due + GIVE_UP));
    assert!(book.take_due(now).is_some());
    book.end(returned(&[], Some("503")), true, now).await.unwrap();
    assert!(book.take_due(now + GIVE_UP).is_none(), "given up");
}

#[tokio::test]
async fn what_is_too_old_is_not_begun_and_forgotten() {
    let clock = Clock::start_at(at("2026-11-28T12:00:00Z"), 1);
    let mut book = Book::open(None, clock.clone()).unwrap();
    book.add(vec![counted("2026-11-24", 1), counted("2026-11-10", 1)]).await.unwrap();
    assert!(book.take_due(clock.now()).is_none());
    assert_eq!(book.shown(None).len(), 1);
}
