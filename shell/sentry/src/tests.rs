use super::*;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

fn source(name: &str, last: u8) -> Source {
    Source {
        name: name.parse().unwrap(),
        address: [127, 0, 1, last].into(),
        ehlo: format!("{name}.relay.example"),
        weight: 10,
        network: format!("net-{last}"),
        notice: false,
    }
}

pub(crate) fn sources() -> Vec<Source> {
    vec![source("eu-1", 1), source("eu-2", 2)]
}

pub(crate) fn microsoft() -> Receiver {
    Receiver::new(Some("microsoft"), "acme.mail.protection.outlook.com")
}

pub(crate) fn refusal(source: &str) -> Refusal {
    Refusal {
        source: source.parse().unwrap(),
        receiver: microsoft(),
        host: "acme.mail.protection.outlook.com [127.0.2.1:2527]".to_owned(),
        is_verified: true,
        list: Some("Spamhaus".to_owned()),
        is_public: true,
        names: Some([127, 0, 1, 1].into()),
        reply: "550 5.7.1 Service unavailable, Client host [127.0.1.1] blocked using Spamhaus".to_owned(),
        message: MessageId::from_bytes([1; 16]),
        tenant: "acme".parse().unwrap(),
    }
}

pub(crate) struct Running {
    pub(crate) sentry: Sentry,
    stop: oneshot::Sender<()>,
    keeper: JoinSet<()>,
}

impl Running {
    pub(crate) fn start(directory: &Path, scale: u32) -> Self {
        let clock = Clock::start(scale);
        let (sentry, keeper) = Sentry::open(
            sources(),
            (Policy::default(), Bounds::default()),
            Some(directory),
            clock,
            Arc::default(),
        )
        .unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let run = keeper.run(async {
            let _either_way = stopped.await.is_ok();
        });
        let mut keeper = JoinSet::new();
        keeper.spawn(run);
        Self { sentry, stop, keeper }
    }

    pub(crate) async fn stop(mut self) {
        self.stop.send(()).unwrap();
        self.keeper.join_next().await.unwrap().unwrap();
    }
}

fn state(sentry: &Sentry, source: &str) -> Word {
    sentry.table().into_iter().find(|one| one.name.as_str() == source).unwrap().state
}

#[tokio::test]
async fn a_source_that_went_out_is_out_after_a_restart_with_its_evidence() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(directory.path(), 1);
    running.sentry.refused(refusal("eu-1"));
    assert_eq!(state(&running.sentry, "eu-1"), Word::Quarantined);
    running.stop().await;

    let again = Running::start(directory.path(), 1);
    assert!(matches!(again.sentry.allows(&sources(), &microsoft())[..], [Use::Never(_), Use::Free { .. }]));
    let table = again.sentry.table();
    let Kind::Reply { reply, list, .. } = &table[0].places[0].evidence[0].kind else { panic!("{table:?}") };
    assert!(reply.contains("blocked using Spamhaus"));
    assert_eq!(list.as_deref(), Some("zen.spamhaus.org"));
    again.stop().await;
}

#[tokio::test]
async fn what_is_given_back_wakes_those_who_wait_after_its_record() {
    let directory = tempfile::tempdir().unwrap();
    // A quarter of an hour passes in nine tenths of a second.
    let running = Running::start(directory.path(), 1000);
    let mut given_back = running.sentry.given_back();
    running.sentry.refused(refusal("eu-1"));
    given_back.changed().await.unwrap();
    assert_eq!(state(&running.sentry, "eu-1"), Word::Probing);
    let journal = std::fs::read_to_string(directory.path().join("journal-v1.jsonl")).unwrap();
    assert!(journal.contains(r#""state":"probing""#), "{journal}");
    running.stop().await;
}

#[tokio::test]
async fn without_its_journal_nothing_comes_back() {
    let metrics: Arc<Metrics> = Arc::default();
    // A quarter of an hour passes in nine tenths of a second.
    let clock = Clock::start(1000);
    let (sentry, mut keeper) =
        Sentry::open(sources(), (Policy::default(), Bounds::default()), None, clock, Arc::clone(&metrics))
            .unwrap();
    keeper.journal = Some(crate::journal::Journal::on_a_full_disk().unwrap());
    sentry.refused(refusal("eu-1"));
    // One alarm for the record of going out, the rest for the records of coming back.
    let many = async {
        while metrics.alarms.get() < 5 {
            tokio::task::yield_now().await;
        }
    };
    keeper.run(many).await;
    assert_eq!(state(&sentry, "eu-1"), Word::Quarantined);
}

#[tokio::test]
async fn an_operators_order_is_evidence_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(directory.path(), 1);
    let now = running.sentry.0.clock.now();
    let order = Order {
        kind: OrderKind::Out,
        by: "kim".to_owned(),
        note: "moving".to_owned(),
        since: now,
        until: now + Duration::from_secs(3600),
    };
    let mut events = running.sentry.events();
    running.sentry.order(&"eu-2".parse().unwrap(), &Place::Everywhere, order);
    assert_eq!(state(&running.sentry, "eu-2"), Word::Quarantined);
    let Event::Evidence(evidence) = events.recv().await.unwrap() else { panic!("evidence comes first") };
    assert!(matches!(evidence.kind, Kind::Order { .. }));
    assert_eq!(running.sentry.evidence(evidence.id).unwrap(), evidence);
    running.stop().await;
}

#[tokio::test]
async fn the_weather_tells_what_each_source_met() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(directory.path(), 1);
    let one = "eu-1".parse().unwrap();
    running.sentry.accepted(&one, &microsoft(), Duration::from_millis(20));
    running.sentry.missed(&one, &microsoft(), true);
    running.sentry.refused(refusal("eu-1"));
    let weather = running.sentry.weather(Duration::from_secs(900));
    assert_eq!((weather[0].receiver.as_str(), weather[0].state), ("microsoft", Word::Quarantined));
    assert_eq!((weather[0].cell.accepted, weather[0].cell.refused), (1, 1));
    running.stop().await;
}

#[test]
fn an_address_is_read_from_every_way_to_write_a_host() {
    assert_eq!(address_of("mx.example [192.0.2.1]"), Some([192, 0, 2, 1].into()));
    assert_eq!(address_of("mx.example [192.0.2.1:25]"), Some([192, 0, 2, 1].into()));
    assert_eq!(address_of("mx.example [[2001:db8::1]:25]"), "2001:db8::1".parse().ok());
    assert_eq!(address_of("mx.example"), None);
}
