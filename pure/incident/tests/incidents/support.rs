//! A board with its time and its journal, and facts in short.

use incident::component::ComponentId;
use incident::{
    Act, ActError, Board, Change, Delays, Fact, Impact, Incident, Language, Phase, Policy, Reach, Release,
    Settings, SourceState, State, Strength, Update, What,
};
use model::{Category, Duration, Owner, Timestamp};

pub(crate) const MICROSOFT: &str = "microsoft";
pub(crate) const GOOGLE: &str = "google";

/// One node's status side over a time.
pub(crate) struct World {
    pub(crate) board: Board,
    pub(crate) now: Timestamp,
    pub(crate) journal: Vec<Change>,
    pub(crate) settings: Settings,
    facts: u64,
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) fn component(text: &str) -> ComponentId {
    text.parse().unwrap()
}

/// Settings under which ends are said by themselves.
pub(crate) fn unattended() -> Settings {
    let settings = Settings::standard(&"eu".parse().unwrap(), "EU", &[MICROSOFT, GOOGLE]);
    Settings { policy: Policy { resolved: Release::ByItself, ..Policy::default() }, ..settings }
}

impl World {
    pub(crate) fn new(now: &str, settings: Settings) -> Self {
        let now = at(now);
        Self { board: Board::new(settings.clone(), now), now, journal: Vec::new(), settings, facts: 0 }
    }

    /// The same after a restart, from its journal as it would be read from disk.
    pub(crate) fn restarted(&self) -> Self {
        self.as_of(self.now)
    }

    /// The same after a restart from another journal.
    pub(crate) fn with_journal(self, journal: Vec<Change>) -> Self {
        Self { journal, ..self }.restarted()
    }

    /// The same after a restart before which the clock was set back.
    pub(crate) fn set_back(&self, by: Duration) -> Self {
        let (then, now) = (self.now, self.now - by);
        let board = Board::restore(self.settings.clone(), self.journal.clone(), then, now);
        Self { board, now, journal: self.journal.clone(), settings: self.settings.clone(), facts: self.facts }
    }

    /// As it was then, from the journal up to then.
    pub(crate) fn as_of(&self, then: Timestamp) -> Self {
        let until_then = self.journal.iter().take_while(|change| change.at <= then);
        let read = |change: &Change| serde_json::from_str(&serde_json::to_string(change).unwrap()).unwrap();
        let journal: Vec<Change> = until_then.map(read).collect();
        let board = Board::restore(self.settings.clone(), journal.clone(), then, then);
        Self { board, now: then, journal, settings: self.settings.clone(), facts: self.facts }
    }

    /// Something happens now.
    pub(crate) fn fact(&mut self, what: What) -> String {
        self.fact_at(self.now, what)
    }

    /// Something happened then, and is told now.
    pub(crate) fn fact_at(&mut self, at: Timestamp, what: What) -> String {
        self.facts += 1;
        let id = format!("t/{}", self.facts);
        let fact = Fact { id: id.parse().unwrap(), at, region: "eu".parse().unwrap(), what };
        let changes = self.board.take(fact, self.now);
        self.journal.extend(changes);
        id
    }

    /// Time passes, second by second.
    pub(crate) fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now = self.now + Duration::from_secs(1);
            let changes = self.board.tick(self.now);
            self.journal.extend(changes);
        }
    }

    /// Time passes while mail flows well to both providers.
    pub(crate) fn flow(&mut self, seconds: u64) {
        for _ in 0..seconds.div_ceil(10) {
            self.wait(10);
            self.fact(delivered("eu-1", MICROSOFT, 5));
            self.fact(delivered("eu-1", GOOGLE, 5));
        }
    }

    pub(crate) fn act(&mut self, act: Act) -> Result<(), ActError> {
        self.facts += 1;
        let id = format!("act/{}", self.facts).parse().unwrap();
        let changes = self.board.act(&act, "olga", id, self.now)?;
        self.journal.extend(changes);
        Ok(())
    }

    /// The only incident or case that there is.
    pub(crate) fn only(&self) -> &Incident {
        let all = self.board.incidents();
        assert_eq!(
            all.len(),
            1,
            "{:?}",
            all.iter().map(|one| (&one.cause, one.standing)).collect::<Vec<_>>()
        );
        all[0]
    }

    pub(crate) fn state(&self, id: &str) -> State {
        self.board.component(&component(id)).unwrap().state
    }

    /// Phase and text of what was said in public, oldest first.
    pub(crate) fn said(&self) -> Vec<(Phase, String)> {
        let mut posted = self.only().posted_updates();
        posted.reverse();
        posted.into_iter().map(|update| (update.phase, update.body(Language::En))).collect()
    }

    pub(crate) fn phases(&self) -> Vec<Phase> {
        let mut phases: Vec<Phase> = self.said().into_iter().map(|(phase, _)| phase).collect();
        phases.dedup();
        phases
    }
}

/// Whether each sentence of it can be followed to facts of its incident, or to the act that wrote it.
pub(crate) fn is_proven(incident: &Incident, update: &Update) -> bool {
    update.versions.iter().flat_map(|version| &version.sentences).all(|sentence| {
        let mut ids = sentence.evidence().ids().iter();
        ids.all(|id| incident.fact(id).is_some() || id.as_str().starts_with("act/"))
    })
}

pub(crate) fn worst(incident: &Incident) -> Impact {
    incident.derived_impact()
}

pub(crate) fn delivered_after(source: &str, provider: &str, messages: u64, after: u64) -> What {
    let mut delays = Delays::default();
    delays.add(after, messages);
    What::Delivered {
        source: source.parse().unwrap(),
        provider: provider.to_owned(),
        since: Timestamp::from_micros(0),
        messages,
        moved: 0,
        delays,
    }
}

pub(crate) fn delivered(source: &str, provider: &str, messages: u64) -> What {
    delivered_after(source, provider, messages, 1)
}

pub(crate) fn moved(source: &str, provider: &str, count: u64) -> What {
    let mut delays = Delays::default();
    delays.add(4, count);
    What::Delivered {
        source: source.parse().unwrap(),
        provider: provider.to_owned(),
        since: Timestamp::from_micros(0),
        messages: count,
        moved: count,
        delays,
    }
}

/// A refusal for our address, by a site of this provider.
pub(crate) fn refused(
    source: &str,
    (provider, site): (&str, &str),
    strength: Strength,
    messages: u64,
) -> What {
    What::Refused {
        source: source.parse().unwrap(),
        provider: provider.to_owned(),
        site: Some(site.to_owned()),
        category: Category::IpListed,
        owner: Owner::OurAddress,
        strength,
        tenant: Some("acme".parse().unwrap()),
        list: Some("Spamhaus".to_owned()),
        messages,
        reply: Some(
            "550 5.7.1 Service unavailable, Client host [198.51.100.7] blocked using Spamhaus.".to_owned(),
        ),
    }
}

pub(crate) fn waiting(provider: Option<&str>, parked: u64, oldest_seconds: u64) -> What {
    What::Waiting {
        provider: provider.map(str::to_owned),
        waiting: parked,
        parked,
        oldest_seconds,
        tenants: 1,
    }
}

pub(crate) fn source(name: &str, from: SourceState, to: SourceState, reach: Reach) -> What {
    What::SourceChanged { source: name.parse().unwrap(), from, to, reach, list: Some("Spamhaus".to_owned()) }
}

pub(crate) fn at_provider(provider: &str) -> Reach {
    Reach::Provider(provider.to_owned())
}

pub(crate) fn reported(messages: u64) -> What {
    What::Reported { provider: None, owner: Owner::OurAddress, tenant: None, messages }
}
