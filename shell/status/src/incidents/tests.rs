use super::*;
use crate::settings::Settings as PageSettings;
use incident::component::State;
use incident::{IncidentId, Standing, Strength, Text, What};
use model::{Category, Owner};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// A minute passes in a second.
const SCALE: u32 = 60;
const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    incidents: Incidents,
    site: Site,
    metrics: Arc<Metrics>,
    clock: Clock,
    stop: oneshot::Sender<()>,
    task: JoinSet<()>,
}

fn opened(directory: &Path) -> (Incidents, Clerk, Site, Arc<Metrics>, Clock) {
    let clock = Clock::start(SCALE);
    let site = Site::new(PageSettings::new("http://status.example"), clock.clone());
    let metrics: Arc<Metrics> = Arc::default();
    let means = Means {
        site: site.clone(),
        forecast: Box::new(Weather::default),
        private: Box::new(|| None),
        clock: clock.clone(),
        metrics: Arc::clone(&metrics),
    };
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &["microsoft"]);
    let never = Timestamp::from_micros(i64::MIN);
    let (incidents, clerk) = Incidents::open(directory, settings, never, means).unwrap();
    (incidents, clerk, site, metrics, clock)
}

impl Running {
    fn start(
        (incidents, clerk, site, metrics, clock): (Incidents, Clerk, Site, Arc<Metrics>, Clock),
    ) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let mut task = JoinSet::new();
        task.spawn(clerk.run(async {
            let _either_way = stopped.await.is_ok();
        }));
        Self { incidents, site, metrics, clock, stop, task }
    }

    fn tell(&self, id: &str, what: What) {
        let fact =
            Fact { id: id.parse().unwrap(), at: self.clock.now(), region: "eu".parse().unwrap(), what };
        self.incidents.tell(fact);
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let mut changes = self.incidents.changes();
        let waiting = async {
            while !is_so(self) {
                let _any = tokio::time::timeout(Duration::from_millis(50), changes.recv()).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
    }

    async fn stop(mut self) {
        self.stop.send(()).unwrap();
        while self.task.join_next().await.is_some() {}
    }
}

fn refused() -> What {
    What::Refused {
        source: "eu-1".parse().unwrap(),
        provider: "microsoft".to_owned(),
        site: None,
        category: Category::IpListed,
        owner: Owner::OurAddress,
        strength: Strength::Strong,
        tenant: Some("acme".parse().unwrap()),
        list: Some("zen.spamhaus.org".to_owned()),
        messages: 3,
        reply: Some(
            "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.".to_owned(),
        ),
    }
}

fn open() -> Act {
    let text = Text::same("Some mail waits.");
    let components = vec!["eu/intake".parse().unwrap()];
    Act::Open { title: text.clone(), components, state: State::PartialOutage, text, harm_began: None }
}

#[tokio::test]
async fn a_refusal_becomes_an_incident_on_the_page_that_outlives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(opened(directory.path()));
    running.tell("ev-1", refused());
    running.until("it is never posted", |running| !running.site.view().incidents.is_empty()).await;
    let view = running.site.view();
    assert_eq!(view.incidents[0].evidence[0].id, "ev-1");
    let shown = serde_json::to_string(&*view).unwrap();
    assert!(!shown.contains("acme"), "{shown}");
    let id: IncidentId = view.incidents[0].id.as_str().parse().unwrap();
    running.stop().await;

    let again = Running::start(opened(directory.path()));
    let standing = again.incidents.read(|board| board.incident(&id).map(|incident| incident.standing));
    assert_eq!(standing, Some(Standing::Confirmed));
    again.until("it is not shown", |again| !again.site.view().incidents.is_empty()).await;
    again.stop().await;
}

#[tokio::test]
async fn an_act_is_answered_when_it_is_on_disk_and_a_wrong_one_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(opened(directory.path()));
    let changes = running.incidents.act(open(), "kim".to_owned()).await.unwrap();
    let journal = std::fs::read_to_string(directory.path().join(NAME)).unwrap();
    assert_eq!(journal.lines().count(), changes.len());
    let nowhere = Act::Dismiss { incident: "000000000000".parse().unwrap() };
    let error = running.incidents.act(nowhere, "kim".to_owned()).await.unwrap_err();
    assert!(error.to_string().contains("signpost incident ls"), "{error}");
    running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_written_is_shown_and_alarmed() {
    let directory = tempfile::tempdir().unwrap();
    let (incidents, mut clerk, site, metrics, clock) = opened(directory.path());
    clerk.journal = Journal::on_a_full_disk().unwrap();
    let running = Running::start((incidents, clerk, site, metrics, clock));
    assert!(!running.incidents.act(open(), "kim".to_owned()).await.unwrap().is_empty());
    running.until("it is not shown", |running| !running.site.view().incidents.is_empty()).await;
    assert!(running.metrics.alarms.get() >= 1);
    running.stop().await;
}

#[tokio::test]
async fn the_last_word_before_a_stop_is_shown_whatever_the_pace() {
    let directory = tempfile::tempdir().unwrap();
    let (incidents, clerk, site, metrics, clock) = opened(directory.path());
    let running = Running::start((incidents, clerk, site, metrics, clock));
    // Two acts right behind each other, and the stop behind them: no tick comes in between.
    running.incidents.act(open(), "kim".to_owned()).await.unwrap();
    let title = Text::same("Another one");
    let components = vec!["eu/console".parse().unwrap()];
    let text = Text::same("We look.");
    let act = Act::Open { title, components, state: State::PartialOutage, text, harm_began: None };
    running.incidents.act(act, "kim".to_owned()).await.unwrap();
    let site = running.site.clone();
    running.stop().await;
    assert_eq!(site.view().incidents.len(), 2);
}

#[tokio::test]
async fn a_tenant_is_private_from_the_moment_it_is_published() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::start(SCALE);
    let site = Site::new(PageSettings::new("http://status.example"), clock.clone());
    let metrics: Arc<Metrics> = Arc::default();
    let published: Arc<Mutex<Option<BTreeSet<String>>>> = Arc::default();
    let asked = Arc::clone(&published);
    let means = Means {
        site: site.clone(),
        forecast: Box::new(Weather::default),
        private: Box::new(move || asked.lock().unwrap().take()),
        clock: clock.clone(),
        metrics: Arc::clone(&metrics),
    };
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &["microsoft"]);
    let never = Timestamp::from_micros(i64::MIN);
    let (incidents, clerk) = Incidents::open(directory.path(), settings, never, means).unwrap();
    let running = Running::start((incidents, clerk, site, metrics, clock));
    let about = |text: &str| Act::Open {
        title: Text::same("Delay"),
        components: vec!["eu/intake".parse().unwrap()],
        state: State::PartialOutage,
        text: Text::same(text),
        harm_began: None,
    };
    running.incidents.act(about("Mail of globex waits."), "kim".to_owned()).await.unwrap();
    *published.lock().unwrap() = Some(BTreeSet::from(["globex".to_owned()]));
    let refused = running.incidents.act(about("Mail of globex waits again."), "kim".to_owned()).await;
    assert!(refused.unwrap_err().to_string().contains("globex"));
    running.stop().await;
}
