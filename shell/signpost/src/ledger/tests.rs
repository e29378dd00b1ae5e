//! The ledger beside a spool on a disk in memory: it lags, it never stops acceptance, and it holds every event once.

use super::{LedgerConfig, start};
use crate::control::TraceWish;
use crate::facts::Flow;
use model::{Address, Duration, Envelope, Final, MessageId, Metrics, ReversePath, SnapshotNumber};
use net::Clock;
use relay::{RefusedAt, RefusedSession};
use spool::disk::shim::MemDisk;
use spool::{Accepted, HeaderFacts, Spool, SpoolConfig, TraceInfo};
use std::path::Path;
use std::sync::Arc;
use store::ledger::{Ledger, LedgerReader, Query, Story};
use tokio::sync::mpsc;

const KEEP: Duration = Duration::from_secs(30 * 86_400);

struct Node {
    spool: Spool,
    clock: Clock,
    metrics: Arc<Metrics>,
}

fn node(disk: &MemDisk) -> Node {
    let (clock, metrics) = (Clock::start(1), Arc::new(Metrics::default()));
    let config = SpoolConfig {
        segment_size: model::ByteCount(64 << 10),
        reserve: model::ByteCount(0),
        unread_bytes_max: Some(model::ByteCount(1 << 30)),
        ..SpoolConfig::default()
    };
    let disk = Arc::new(disk.clone());
    let (spool, unread) = Spool::open(config, disk, Arc::clone(&metrics), clock.now()).unwrap();
    unread.read().unwrap().join();
    Node { spool, clock, metrics }
}

impl Node {
    /// Takes in and delivers one message, three records; gives its id.
    async fn live(&self, number: u64) -> MessageId {
        let now = self.clock.now();
        let address = |text: String| text.parse::<Address>().unwrap();
        let sender = ReversePath::Mailbox(address("anna.berg@acme.example".to_owned()));
        let id = MessageId::new(now, net::random());
        let mut incoming = self.spool.begin(id).unwrap();
        incoming.append(b"Subject: x\r\n\r\nbody\r\n").await.unwrap();
        let message = Accepted {
            tenant: "acme".parse().unwrap(),
            snapshot: SnapshotNumber(1),
            envelope: Envelope::new(sender, [address(format!("c{number}@customer.example"))]),
            received: now,
            due: now,
            expires: now + KEEP,
            trace: TraceInfo {
                peer: [127, 0, 0, 1].into(),
                helo: "client.example".to_owned(),
                tls: None,
                listener: "in".parse().unwrap(),
                by: "relay.example".to_owned(),
                esmtp: true,
            },
            header: HeaderFacts {
                message_id: Some(format!("{number}@acme.example")),
                ..HeaderFacts::default()
            },
            about: None,
            avoid: None,
        };
        incoming.commit(message).await.unwrap();
        let lease = self.spool.take_due(self.clock.now(), |_| true).unwrap();
        let source = "one".parse().unwrap();
        lease.record_attempt(&[0], &source, "mx.example [192.0.2.1]", self.clock.now()).await.unwrap();
        let end =
            Final::Delivered { host: "mx.example".to_owned(), source, reply: "250 2.0.0 ok".to_owned() };
        lease.record_outcomes(vec![(0, end)], self.clock.now()).await.unwrap();
        id
    }

    /// Runs a ledger over the spool until it holds everything, and stops it.
    async fn record(&self, path: &Path, refused: mpsc::Receiver<RefusedSession>) {
        let config = LedgerConfig { path: path.to_owned(), keep: KEEP };
        let (recorder, searcher) = start(
            config,
            self.spool.clone(),
            refused,
            Flow::default(),
            (self.clock.clone(), Arc::clone(&self.metrics)),
        );
        let mut read_to = searcher.read_to.clone();
        read_to.wait_for(|place| place.is_some() && self.spool.unread_records(*place) == 0).await.unwrap();
        recorder.stop().await;
    }
}

fn stories(path: &Path) -> Vec<Story> {
    let query = Query { limit: 10_000, ..Query::default() };
    LedgerReader::open(path).unwrap().search(&query).unwrap().stories
}

fn nobody() -> mpsc::Receiver<RefusedSession> {
    mpsc::channel(1).1
}

fn kinds(story: &Story) -> Vec<&str> {
    story.events.iter().map(|event| event.kind.as_str()).collect()
}

#[tokio::test]
async fn a_locked_ledger_stops_no_message_and_catches_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.sqlite");
    drop(Ledger::open(&path).unwrap());
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let node = node(&MemDisk::new());
    let config = LedgerConfig { path: path.clone(), keep: KEEP };
    let (recorder, searcher) = start(
        config,
        node.spool.clone(),
        nobody(),
        Flow::default(),
        (node.clock.clone(), Arc::clone(&node.metrics)),
    );
    // If anything waited for the ledger this would not end: nobody but this task gives the lock back.
    let mut ids = Vec::new();
    for number in 0..60 {
        ids.push(node.live(number).await);
    }
    let place = *searcher.read_to.borrow();
    assert!(place.is_none() && node.spool.unread_records(place) >= 60, "{place:?}");
    assert!(stories(&path).is_empty());
    lock.execute_batch("ROLLBACK").unwrap();
    node.spool.stop().await;
    let mut read_to = searcher.read_to.clone();
    read_to.wait_for(|place| place.is_some() && node.spool.unread_records(*place) == 0).await.unwrap();
    recorder.stop().await;
    let told = stories(&path);
    assert_eq!(told.iter().map(|story| story.id).collect::<Vec<_>>().len(), ids.len());
    for story in &told {
        assert!(ids.contains(&story.id));
        assert_eq!(kinds(story), ["accepted", "attempt", "outcomes"]);
    }
    assert_eq!(node.metrics.ledger_unread.get(), 0);
}

#[tokio::test]
async fn a_ledger_that_is_thrown_away_or_behind_is_filled_from_the_spool_without_repetition() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (directory.path().join("ledger.sqlite"), directory.path().join("copy.sqlite"));
    let disk = MemDisk::new();
    let first = node(&disk);
    first.live(1).await;
    first.record(&path, nobody()).await;
    first.spool.stop().await;
    // What a power cut leaves: rows and place of before.
    std::fs::copy(&path, &copy).unwrap();
    let second = node(&disk);
    second.live(2).await;
    second.spool.stop().await;
    second.record(&path, nobody()).await;
    second.record(&copy, nobody()).await;
    second.record(&directory.path().join("new.sqlite"), nobody()).await;
    let whole = stories(&path);
    assert_eq!(whole.iter().map(|story| story.events.len()).collect::<Vec<_>>(), [3, 3]);
    assert_eq!(stories(&copy), whole);
    assert_eq!(stories(&directory.path().join("new.sqlite")), whole);
}

#[tokio::test]
async fn refused_sessions_are_found_like_messages() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.sqlite");
    let node = node(&MemDisk::new());
    let (tell, refused) = mpsc::channel(4);
    let session = RefusedSession {
        at: node.clock.now(),
        stage: RefusedAt::Mail,
        peer: [192, 0, 2, 9].into(),
        listener: "in".parse().unwrap(),
        helo: "spammer.example".to_owned(),
        tls: None,
        mail_from: Some("eve@evil.example".to_owned()),
        recipients: Vec::new(),
        reply: "550 5.7.1 192.0.2.9 is in no tenant's networks".to_owned(),
    };
    tell.send(session).await.unwrap();
    node.live(1).await;
    node.record(&path, refused).await;
    let mut reader = LedgerReader::open(&path).unwrap();
    for wish in [
        TraceWish { class: Some("refused".to_owned()), ..TraceWish::default() },
        TraceWish { class: Some("5.7.1".to_owned()), ..TraceWish::default() },
        TraceWish { query: Some("eve@".to_owned()), ..TraceWish::default() },
    ] {
        let found = reader.search(&super::query(&TraceWish { limit: 9, ..wish })).unwrap();
        assert_eq!(found.stories.iter().map(kinds).collect::<Vec<_>>(), [["refused"]]);
    }
}

#[tokio::test]
async fn old_messages_are_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.sqlite");
    let node = node(&MemDisk::new());
    node.live(1).await;
    node.spool.stop().await;
    let (_told, refused) = mpsc::channel(1);
    let config = LedgerConfig { path: path.clone(), keep: Duration::from_secs(60) };
    let told = tokio::sync::watch::channel(None).0;
    let now = node.clock.now();
    let mut worker = super::Worker::new(
        config,
        node.spool.clone(),
        (refused, Flow::default()),
        Arc::clone(&node.metrics),
        told,
        now,
    );
    tokio::task::spawn_blocking(move || {
        while worker.step(now).unwrap() {}
        assert_eq!(stories(&path).len(), 1);
        while worker.step(now + Duration::from_secs(3_600)).unwrap() {}
        assert!(stories(&path).is_empty());
    })
    .await
    .unwrap();
}
