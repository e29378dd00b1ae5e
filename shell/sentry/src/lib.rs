//! The running guard: every reply and poll goes in, and whoever sends asks it first which source may be used.
//!
//! ```text
//!   relay --refused, accepted--> Sentry (pure/guard behind a lock) --Change--> journal (DATA/guard) --recorded--> what is given back holds
//!   watch --polled-------------->   |                                             |
//!   relay <--allows, probe----------+                                             +--> Event: incidents, the console, the log
//! ```
//! It needs no database: states and their evidence come back from its own journal at a start. A decision to stop using a source holds before
//! anything is written; one to use it again only after its record. If the journal cannot be written, sources go out and none comes back, and
//! that is alarmed.

mod conduct;
mod journal;
mod keeper;
mod record;
mod table;

pub use conduct::{Conduct, PermitShown, SenderShown, SuspectShown, hold_reason};
pub use dnsbl::list_name;
pub use guard::conduct::{Bounds, Finding, Held, May, Moved, Permit, PermitKind, Standing, Step, Subject};
pub use guard::{
    Cell, Change, EvidenceId, NoEvidenceId, NoPlace, Order, OrderKind, Place, Policy, Polled, Receiver, Row,
    State, Use, Why, Word,
};
pub use keeper::Keeper;
pub use record::{Evidence, Kind, Record};
pub use store::journal::JournalError;
pub use table::{PlaceShown, SourceShown, WeatherShown};

use conduct::Conducting;
use guard::{Guard, Member, Met, Reaction, Said, Warmth, Weather};
use model::{Duration, MessageId, Metrics, Source, SourceName, TenantName, Timestamp};
use net::Clock;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, mpsc, watch};

/// Evidence that is kept in memory for questions.
const EVIDENCE_MAX: usize = 2000;
/// Events that a slow listener may fall behind.
const EVENTS_MAX: usize = 4096;

/// A complete refusal for who we are.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub source: SourceName,
    pub receiver: Receiver,
    /// `host [address]`.
    pub host: String,
    /// Whether the host proved its name in TLS.
    pub is_verified: bool,
    /// The list as the reply names it.
    pub list: Option<String>,
    /// Whether many receivers ask that list.
    pub is_public: bool,
    /// The address of ours that the reply names.
    pub names: Option<IpAddr>,
    /// The reply, as one line.
    pub reply: String,
    pub message: MessageId,
    pub tenant: TenantName,
}

/// What one list said of one source.
#[derive(Debug, Clone)]
pub struct Poll {
    pub source: SourceName,
    pub list: String,
    pub says: Polled,
    /// The list's reason, or what went wrong.
    pub text: Option<String>,
}

/// What the world may want to know.
#[derive(Debug, Clone)]
pub enum Event {
    Evidence(Evidence),
    Changed(Change),
    /// A tenant or a sender went up or down, or a word was said about it.
    Conduct(Moved),
}

/// What has to be written, in this order.
#[derive(Default)]
struct Entry {
    evidence: Vec<Evidence>,
    reaction: Reaction,
    moved: Vec<Moved>,
    /// Holds once it is recorded.
    permit: Option<(Subject, Option<Permit>)>,
}

struct Inner {
    guard: Guard,
    warmth: Warmth,
    weather: Weather,
    evidence: VecDeque<Evidence>,
    last_id: u64,
}

/// A shared guard; clones are the same one.
#[derive(Clone)]
pub struct Sentry(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    conduct: Conducting,
    sources: Vec<Source>,
    policy: Policy,
    metrics: Arc<Metrics>,
    clock: Clock,
    entries: mpsc::UnboundedSender<Entry>,
    events: broadcast::Sender<Event>,
    /// Counts what was given back: whoever keeps parked mail looks again.
    given_back: watch::Sender<u64>,
}

impl std::fmt::Debug for Sentry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sentry").finish_non_exhaustive()
    }
}

impl Sentry {
    /// Opens the guard over `sources` with the states that its journal in `directory` tells; without a directory nothing is kept.
    ///
    /// # Errors
    /// If the journal cannot be read or made: then nobody knows which sources must not be used.
    pub fn open(
        sources: Vec<Source>,
        (policy, bounds): (Policy, Bounds),
        directory: Option<&Path>,
        clock: Clock,
        metrics: Arc<Metrics>,
    ) -> Result<(Self, Keeper), JournalError> {
        let member = |source: &Source| Member { name: source.name.clone(), is_notice: source.notice };
        let members = sources.iter().filter(|source| source.weight > 0).map(member).collect();
        let mut guard = Guard::new(policy.clone(), members);
        let (journal, records) = match directory {
            Some(directory) => journal::open(directory).map(|(journal, records)| (Some(journal), records))?,
            None => (None, Vec::new()),
        };
        let (mut evidence, mut moved) = (VecDeque::new(), Vec::new());
        for record in records {
            match record {
                Record::Evidence(one) => push(&mut evidence, one),
                Record::Change(change) => guard.restore(change),
                Record::Conduct(one) => moved.push(one),
            }
        }
        let conduct = Conducting::open(bounds, directory, moved)?;
        let last_id = evidence.iter().map(|one: &Evidence| one.id.0).max().unwrap_or(0);
        let warmth = Warmth::new(clock.now());
        let inner = Mutex::new(Inner { guard, warmth, weather: Weather::default(), evidence, last_id });
        let (entries, to_write) = mpsc::unbounded_channel();
        let (events, _) = broadcast::channel(EVENTS_MAX);
        let (given_back, _) = watch::channel(0);
        let shared = Shared { inner, conduct, sources, policy, metrics, clock, entries, events, given_back };
        let sentry = Self(Arc::new(shared));
        sentry.show();
        let keeper = Keeper { sentry: sentry.clone(), journal, entries: to_write, unwritten: Vec::new() };
        Ok((sentry, keeper))
    }

    /// A receiver refused for who we are.
    pub fn refused(&self, refusal: Refusal) {
        let now = self.0.clock.now();
        let mut inner = self.lock();
        let id = inner.next_id(now);
        let said = Said {
            evidence: id,
            source: refusal.source.clone(),
            receiver: refusal.receiver.clone(),
            is_verified: refusal.is_verified,
            address: address_of(&refusal.host),
            list: refusal.list.as_deref().map(list_name),
            is_public: refusal.is_public,
            names_ours: refusal.names.is_some(),
        };
        let reaction = inner.guard.refused(&said, now);
        let evidence =
            Evidence { id, at: now, source: refusal.source.clone(), kind: Kind::reply(refusal, said.list) };
        self.take(inner, evidence, reaction);
    }

    /// A list of tier A was asked about a source.
    pub fn polled(&self, poll: Poll) {
        let now = self.0.clock.now();
        let mut inner = self.lock();
        let id = inner.next_id(now);
        let list = list_name(&poll.list);
        let reaction = inner.guard.polled(&poll.source, &list, poll.says, id, now);
        let Poll { source, says, text, .. } = poll;
        match says {
            Polled::Listed | Polled::Suspected => {
                let evidence = Evidence { id, at: now, source, kind: Kind::poll(list, says, text) };
                self.take(inner, evidence, reaction);
            }
            Polled::Clean { .. } | Polled::Unknown => {}
        }
    }

    /// A receiver took a message.
    pub fn accepted(&self, source: &SourceName, receiver: &Receiver, took: Duration) {
        let now = self.0.clock.now();
        let mut inner = self.lock();
        inner.weather.met(source, receiver.name(), Met::Accepted, Some(took), now);
        inner.warmth.sent(source, receiver.name(), now);
        let reaction = inner.guard.accepted(source, receiver, now);
        drop(inner);
        if !reaction.proposed.is_empty() {
            self.enter(Vec::new(), reaction);
        }
    }

    /// A receiver took a message not, or not now, for whatever reason; only the weather hears of it.
    pub fn missed(&self, source: &SourceName, receiver: &Receiver, is_final: bool) {
        let met = if is_final { Met::Refused } else { Met::Deferred };
        self.lock().weather.met(source, receiver.name(), met, None, self.0.clock.now());
    }

    /// What each of `sources` may do towards a receiver, in their order.
    #[must_use]
    pub fn allows(&self, sources: &[Source], receiver: &Receiver) -> Vec<Use> {
        let (now, inner) = (self.0.clock.now(), self.lock());
        sources.iter().map(|source| inner.guard.allows(&source.name, receiver, now)).collect()
    }

    /// Whether this message may be the probe of a source that is probed.
    #[must_use]
    pub fn take_probe(&self, source: &SourceName, receiver: &Receiver) -> bool {
        let now = self.0.clock.now();
        self.lock().guard.take_probe(source, receiver, now)
    }

    /// Whether one more message may leave by a source that carries others' mail too; if not, when to ask again.
    ///
    /// # Errors
    /// The time at which more may go.
    pub fn may_take_over(&self, source: &SourceName, receiver: &Receiver) -> Result<(), Timestamp> {
        let now = self.0.clock.now();
        self.lock().warmth.may_take_over(source, receiver.name(), now)
    }

    /// Whether two sources were taken out within a day.
    #[must_use]
    pub fn is_spreading(&self) -> bool {
        self.lock().guard.is_spreading(self.0.clock.now())
    }

    /// An operator's order. What takes something away holds at once, the rest as soon as it is recorded.
    pub fn order(&self, source: &SourceName, place: &Place, order: Order) {
        let (by, note) = (order.by.clone(), order.note.clone());
        let act = match order.kind {
            OrderKind::Out => "quarantine",
            OrderKind::In => "release",
        };
        self.ordered(source, (act, by, note), |guard, id, now| guard.order(source, place, order, id, now));
    }

    /// Ends an order before its time.
    pub fn end_order(&self, source: &SourceName, place: &Place, by: String) {
        self.ordered(source, ("end_order", by, String::new()), |guard, id, now| {
            guard.end_order(source, place, id, now)
        });
    }

    /// Probes now what was taken out, without waiting for its lists.
    pub fn probe_now(&self, source: &SourceName, place: &Place, by: String) {
        self.ordered(source, ("probe", by, String::new()), |guard, id, now| {
            guard.probe_now(source, place, id, now)
        });
    }

    fn ordered(
        &self,
        source: &SourceName,
        (act, by, note): (&str, String, String),
        order: impl FnOnce(&mut Guard, EvidenceId, Timestamp) -> Reaction,
    ) {
        let now = self.0.clock.now();
        let mut inner = self.lock();
        let id = inner.next_id(now);
        let reaction = order(&mut inner.guard, id, now);
        let kind = Kind::Order { act: act.to_owned(), by, note };
        self.take(inner, Evidence { id, at: now, source: source.clone(), kind }, reaction);
    }

    /// Wakes whenever something was given back.
    #[must_use]
    pub fn given_back(&self) -> watch::Receiver<u64> {
        self.0.given_back.subscribe()
    }

    /// Evidence and changes from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// Evidence by its id, if it is not too old.
    #[must_use]
    pub fn evidence(&self, id: EvidenceId) -> Option<Evidence> {
        self.lock().evidence.iter().find(|one| one.id == id).cloned()
    }

    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.0.sources
    }

    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// The guard's own time, for orders.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn take(&self, mut inner: MutexGuard<'_, Inner>, evidence: Evidence, reaction: Reaction) {
        push(&mut inner.evidence, evidence.clone());
        drop(inner);
        let leads_somewhere = !reaction.done.is_empty() || !reaction.proposed.is_empty();
        self.tell(Event::Evidence(evidence.clone()));
        if leads_somewhere {
            self.blame(&reaction);
            self.enter(vec![evidence], reaction);
        }
    }

    /// Announces what holds already and gives everything to the journal.
    fn enter(&self, evidence: Vec<Evidence>, reaction: Reaction) {
        for change in &reaction.done {
            self.announce(change);
        }
        self.enter_all(Entry { evidence, reaction, ..Entry::default() });
    }

    fn enter_all(&self, entry: Entry) {
        if self.0.entries.send(entry).is_err() {
            tracing::error!("the guard's journal is closed: what was decided is not recorded");
        }
    }

    fn announce(&self, change: &Change) {
        let (from, to) = (change.from, change.row.state.word());
        let because: Vec<String> = change.row.because.iter().map(ToString::to_string).collect();
        tracing::warn!(
            source = %change.source, place = %change.place, %from, %to, because = because.join(" "),
            "a source changed its state"
        );
        self.show();
        self.tell(Event::Changed(change.clone()));
    }

    /// Nobody has to listen.
    fn tell(&self, event: Event) {
        let _nobody_listens = self.0.events.send(event).is_err();
    }

    fn show(&self) {
        let now = self.0.clock.now();
        let inner = self.lock();
        let out = inner.guard.rows().filter(|(.., row)| row.is_out(now)).count();
        self.0.metrics.sources_out.set(out as u64);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Rows are replaced whole: a panic while it was held left none half done.
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Times make ids unique across restarts.
    fn next_id(&mut self, now: Timestamp) -> EvidenceId {
        let time = u64::try_from(now.as_micros()).unwrap_or(0);
        self.last_id = time.max(self.last_id + 1);
        EvidenceId(self.last_id)
    }
}

fn push(evidence: &mut VecDeque<Evidence>, one: Evidence) {
    if evidence.len() == EVIDENCE_MAX {
        evidence.pop_front();
    }
    evidence.push_back(one);
}

/// The address in `host [address]` or `host [address:port]`.
fn address_of(host: &str) -> Option<IpAddr> {
    let (_, rest) = host.split_once('[')?;
    let inside = rest.strip_suffix(']').unwrap_or(rest);
    let socket = inside.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    socket.or_else(|| inside.trim_matches(['[', ']']).parse().ok())
}

#[cfg(test)]
mod tests;
