//! Canaries between us and a sink over loopback, without the relay between them; the whole way is gone in the tests of the binary.

use super::flight::{Flight, Passed};
use super::sink::Sink;
use super::{Aviary, CanaryConfig, always, letter, submit};
use crate::report::{CanaryOutcome, Report};
use model::{Duration, Metrics, Source, Timestamp};
use net::Clock;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn config(sink: SocketAddr) -> CanaryConfig {
    CanaryConfig {
        name: "way".parse().unwrap(),
        from: "canary@acme.example".parse().unwrap(),
        to: "canary@customer.example".parse().unwrap(),
        sink,
        every: Duration::from_secs(3600),
        late: Duration::from_secs(60),
        lost: Duration::from_secs(600),
    }
}

struct Play {
    aviary: Arc<Aviary>,
    reports: mpsc::Receiver<Report>,
    config: CanaryConfig,
    tasks: JoinSet<()>,
}

/// A sink, and canaries that are handed in there as if it were our listener, or nowhere.
async fn play(is_direct: bool, scale: u32) -> Play {
    let mut config = config(SocketAddr::from(([127, 0, 0, 1], 0)));
    let sink = Sink::open(config.sink, config.to.clone()).await.unwrap();
    config.sink = sink.address();
    let source = Source {
        name: "eu-1".parse().unwrap(),
        address: "127.0.0.1".parse().unwrap(),
        ehlo: "eu-1.relay.example".to_owned(),
        weight: 10,
        network: String::new(),
        notice: false,
    };
    let (sender, reports) = mpsc::channel(100);
    let aviary = Arc::new(Aviary {
        clock: Clock::start(scale),
        metrics: Arc::new(Metrics::default()),
        sources: vec![source],
        listener: is_direct.then_some(config.sink),
        flight: Flight::default(),
        reports: sender,
    });
    let mut tasks = JoinSet::new();
    tasks.spawn(sink.listen(Arc::clone(&aviary)));
    Play { aviary, reports, config, tasks }
}

#[tokio::test]
async fn a_canary_is_seen_with_its_source_and_whether_it_was_changed() {
    let mut play = play(true, 1).await;
    play.tasks.spawn(always(Arc::clone(&play.aviary), play.config.clone()));
    let Some(Report::Canary { source, outcome, .. }) = play.reports.recv().await else { panic!() };
    assert_eq!((source, outcome), (Some("eu-1".parse().unwrap()), CanaryOutcome::Seen { changed: false }));
    assert_eq!(play.aviary.metrics.canaries_seen.get(), 1);
    // Stamped on the way.
    let now = play.aviary.clock.now();
    let (id, letter) = letter::write(&play.config, now);
    play.aviary.flight.begins(id, play.config.name.clone(), now, letter::body(&letter).to_vec());
    let mut stamped = letter.clone();
    stamped.extend_from_slice(b"Anna Berg\r\n");
    submit::hand_in(play.config.sink, &play.config, &stamped, &play.aviary.clock).await.unwrap();
    let Some(Report::Canary { outcome, .. }) = play.reports.recv().await else { panic!() };
    assert_eq!(outcome, CanaryOutcome::Seen { changed: true });
}

#[tokio::test]
async fn a_canary_that_does_not_come_is_late_and_then_lost() {
    let mut play = play(false, 2_000).await;
    play.tasks.spawn(always(Arc::clone(&play.aviary), play.config.clone()));
    for expected in [CanaryOutcome::Late, CanaryOutcome::Lost] {
        let Some(Report::Canary { outcome, took, .. }) = play.reports.recv().await else { panic!() };
        assert_eq!(outcome, expected);
        let least = if expected == CanaryOutcome::Late { play.config.late } else { play.config.lost };
        assert!(took >= least, "{took:?}");
    }
}

#[test]
fn each_miss_is_told_once() {
    let config = config(SocketAddr::from(([127, 0, 0, 1], 0)));
    let flight = Flight::default();
    flight.begins("id".to_owned(), config.name.clone(), NOW, Vec::new());
    let passed = |seconds| -> Vec<Passed> {
        let passed = flight.passed(&config, NOW + Duration::from_secs(seconds));
        passed.into_iter().map(|(passed, _)| passed).collect()
    };
    assert_eq!(passed(59), []);
    assert_eq!(flight.next_due(&config), Some(NOW + config.late));
    assert_eq!(passed(60), [Passed::Late]);
    assert_eq!(passed(599), []);
    assert_eq!(flight.next_due(&config), Some(NOW + config.lost));
    assert_eq!(passed(600), [Passed::Lost]);
    assert_eq!((passed(601), flight.next_due(&config)), (vec![], None));
}

#[tokio::test]
async fn a_sink_takes_nothing_but_canaries() {
    let play = play(false, 1).await;
    let (_, letter) = letter::write(&play.config, NOW);
    let refused = async |config: &CanaryConfig, message: &[u8], part: &str| {
        let refused =
            submit::hand_in(play.config.sink, config, message, &play.aviary.clock).await.unwrap_err();
        assert!(refused.starts_with("550") && refused.contains(part), "{refused}");
    };
    let other = CanaryConfig { to: "kim@customer.example".parse().unwrap(), ..play.config.clone() };
    refused(&other, &letter, "this recipient is none").await;
    let plain = b"From: a@acme.example\r\nMessage-ID: <1@acme.example>\r\n\r\nHello\r\n";
    refused(&play.config, plain, "this message is none").await;
    // One that nobody waits for any more is taken all the same: a report about it would help nobody.
    submit::hand_in(play.config.sink, &play.config, &letter, &play.aviary.clock).await.unwrap();
}

#[tokio::test]
async fn a_canary_that_is_not_taken_is_told_with_the_reply() {
    let mut play = play(true, 1).await;
    let refused = CanaryConfig { to: "kim@customer.example".parse().unwrap(), ..play.config.clone() };
    play.tasks.spawn(always(Arc::clone(&play.aviary), refused));
    let Some(Report::Canary { outcome: CanaryOutcome::Refused { reply }, .. }) = play.reports.recv().await
    else {
        panic!()
    };
    assert!(reply.starts_with("550 5.1.1"), "{reply}");
}
