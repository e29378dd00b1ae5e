use super::*;
use crate::tests::{microsoft, refusal, sources};
use crate::{Bounds, Order, OrderKind, Place, Policy, Refusal, Use};
use net::Clock;
use std::path::Path;
use std::sync::Arc;

fn open(directory: &Path) -> (Sentry, Keeper) {
    let rules = (Policy::default(), Bounds::default());
    Sentry::open(sources(), rules, Some(directory), Clock::start(1), Arc::default()).unwrap()
}

/// A quarantine that is decided while the disk is full; gives the journal that works again.
async fn decide_on_a_full_disk(sentry: &Sentry, keeper: &mut Keeper) -> Option<Journal> {
    let healed = keeper.journal.replace(Journal::on_a_full_disk().unwrap());
    sentry.refused(refusal("eu-1"));
    let entry = keeper.entries.recv().await.unwrap();
    keeper.write(entry).await;
    assert_eq!(sentry.0.metrics.alarms.get(), 1, "the record was lost");
    healed
}

fn is_out(sentry: &Sentry) -> bool {
    matches!(sentry.allows(&sources(), &microsoft())[..], [Use::Never(_), Use::Free { .. }])
}

#[tokio::test]
async fn what_was_decided_on_a_full_disk_is_written_once_there_is_space() {
    let directory = tempfile::tempdir().unwrap();
    let (sentry, mut keeper) = open(directory.path());
    keeper.journal = decide_on_a_full_disk(&sentry, &mut keeper).await;
    assert!(is_out(&sentry), "it holds before its record");
    keeper.tick(sentry.now()).await;
    assert!(keeper.unwritten.is_empty());
    // The old one is never stopped: what a killed process knew is what it wrote.
    let (again, _keeper) = open(directory.path());
    assert!(is_out(&again));
    assert_eq!(again.table()[0].places[0].evidence.len(), 1, "with its evidence");
}

#[tokio::test]
async fn what_was_decided_on_a_full_disk_is_written_at_the_latest_by_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let (sentry, mut keeper) = open(directory.path());
    keeper.journal = decide_on_a_full_disk(&sentry, &mut keeper).await;
    keeper.run(std::future::ready(())).await;
    let (again, _keeper) = open(directory.path());
    assert!(is_out(&again));
}

#[tokio::test]
async fn a_long_time_without_a_journal_forgets_no_state() {
    let directory = tempfile::tempdir().unwrap();
    let (sentry, mut keeper) = open(directory.path());
    let healed = decide_on_a_full_disk(&sentry, &mut keeper).await;
    let evidence = keeper.unwritten.iter().find(|one| matches!(one, Record::Evidence(_))).cloned().unwrap();
    keeper.unwritten.extend(vec![evidence; UNWRITTEN_MAX]);
    keeper.tick(sentry.now()).await;
    assert!(keeper.unwritten.len() <= UNWRITTEN_MAX, "{} wait", keeper.unwritten.len());
    keeper.journal = healed;
    keeper.tick(sentry.now()).await;
    let (again, _keeper) = open(directory.path());
    assert!(is_out(&again));
}

#[tokio::test]
async fn a_suspicion_ends_also_while_changes_never_do() {
    let policy = Policy { suspect_for: Duration::from_millis(10), ..Policy::default() };
    let rules = (policy, Bounds::default());
    let (sentry, keeper) = Sentry::open(sources(), rules, None, Clock::start(1), Arc::default()).unwrap();
    let mut keeping = tokio::task::JoinSet::new();
    keeping.spawn(keeper.run(std::future::pending()));
    sentry.refused(Refusal { is_verified: false, names: None, ..refusal("eu-1") });
    let is_suspect = || matches!(sentry.allows(&sources(), &microsoft())[0], Use::LastResort);
    assert!(is_suspect());
    let ends = async {
        while is_suspect() {
            let (kind, since) = (OrderKind::Out, sentry.now());
            let until = since + Duration::from_secs(60);
            let order = Order { kind, by: "kim".to_owned(), note: String::new(), since, until };
            sentry.order(&"eu-2".parse().unwrap(), &Place::Everywhere, order);
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ends).await.expect("it never ends");
}
