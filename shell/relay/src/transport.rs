//! Connections to next hops: opened from a source, owned by one tenant, reused while they last, and one transaction at a time.
//!
//! It tells for each recipient what happened and judges nothing. The record of the attempt is written before the end of the message
//! leaves; if it cannot be written the end does not leave. A connection that was idle and turns out to be dead is replaced once, since
//! nothing had been said on it.

mod connection;
mod course;
mod gate;
mod idle;
mod portion;
mod security;
mod sizes;
mod unchunked;

use crate::custody::Custody;
use crate::form::Form;
use crate::steer::{Hop, Path};
use crate::tls_reports::Counts;
use bounce::{Failure, Sign, sign};
use connection::{Connection, NotOpened, Opening, Results};
use course::Course;
use dispatch::{Rules, Shown, Sites, Way, WayShown};
pub(crate) use gate::{CalledUp, Shaped};
use gate::{Closed, Gate, Wanting};
use idle::{Idle, Key};
use model::{
    ByteCount, Domain, Duration, Envelope, MessageId, Metrics, Reply, SourceName, Stage, TenantName,
    Timestamp,
};
use net::Clock;
use rustls_pki_types::CertificateDer;
use security::Security;
use sizes::Sizes;
use std::sync::Arc;
use tenant::settings::Egress;
use tokio::task::JoinSet;
use unchunked::Unchunked;

/// What one transaction brought.
#[derive(Debug)]
pub(crate) struct Sent {
    /// `host [address]`.
    pub(crate) host: String,
    pub(crate) source: SourceName,
    /// Whether the host offers DSN, so that what the sender asked for was passed on (RFC 3461 §5.2.1).
    pub(crate) takes_dsn: bool,
    /// By number in the envelope of the message.
    pub(crate) results: Vec<(usize, Stage, Result<Reply, Failure>)>,
    /// For whom there was no room in the transaction: they go in the next one. Fewer than were to be sent.
    pub(crate) over: Vec<usize>,
    /// Whether it went the tenant's other way, past its connector.
    pub(crate) is_fallback: bool,
    /// When those may come again who were refused for a limit.
    pub(crate) come_again: Option<Timestamp>,
}

/// Why nothing was sent.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// This source cannot be used; another one may.
    Source(String),
    /// The same for every recipient: where, with whom, what.
    All(Stage, String, Failure),
    /// A limit keeps everybody waiting until then: with whom, what.
    Wait(Timestamp, String, Failure),
    /// The line in front of the way is long: until then, or until called up from its list.
    Away(Timestamp, String, Failure, Box<Shaped>),
    /// The source was taken out while the message was on its way to the host; nothing was said there.
    Withdrawn,
}

/// Whether a host may still be written to over the path.
pub(crate) type StillAllowed<'a> = &'a (dyn Fn(&Hop) -> bool + Sync);

/// One message on its way out.
pub(crate) struct Shipment<'a> {
    pub(crate) custody: Custody<'a>,
    /// Numbers in the envelope of the message.
    pub(crate) recipients: &'a [usize],
    /// The envelope of these recipients only.
    pub(crate) envelope: &'a Envelope,
    pub(crate) form: &'a Form<'a>,
}

/// Under which name the attempt is recorded.
struct Attempt {
    source: SourceName,
    host: String,
}

/// How long the end of a connection may take.
const GOODBYE_WAIT: Duration = Duration::from_secs(1);

pub(crate) struct Transport {
    clock: Clock,
    metrics: Arc<Metrics>,
    security: Security,
    idle: Idle,
    gate: Arc<Gate>,
    sizes: Sizes,
    unchunked: Unchunked,
    /// How TLS goes, for reports; none: nobody is told.
    counts: Option<Arc<Counts>>,
}

impl Transport {
    pub(crate) fn new(
        clock: Clock,
        metrics: Arc<Metrics>,
        roots: Vec<CertificateDer<'static>>,
        counts: Option<Arc<Counts>>,
    ) -> Self {
        Self {
            clock,
            metrics,
            security: Security::new(roots),
            idle: Idle::default(),
            gate: Arc::default(),
            sizes: Sizes::default(),
            unchunked: Unchunked::default(),
            counts,
        }
    }

    /// The largest message that the tenant's own system takes, as its hosts said last.
    pub(crate) fn size_max(&self, egress: &Egress) -> Option<ByteCount> {
        self.sizes.of(egress)
    }

    /// Sends one transaction over the path. `still` is asked behind everything that takes a while before the first command.
    pub(crate) async fn send(
        &self,
        path: &Path,
        shipment: &Shipment<'_>,
        still: StillAllowed<'_>,
    ) -> Result<Sent, NotSent> {
        let way = Way { source: path.source.name.clone(), site: path.site.clone() };
        let shaped = Shaped { shape: path.shape, way };
        let (message, is_last_try) = (shipment.custody.called_by(), path.rules == Rules::LastTry);
        let wanting = Wanting { tenant: &path.tenant, message, is_last_try };
        let turn = self.gate.enter(&shaped, wanting, &self.clock).await;
        let _turn = turn.map_err(|closed| {
            let host = path.hops.first().map_or_else(|| shaped.way.site.to_string(), shown);
            self.not_now(host, &shaped, closed)
        })?;
        match self.send_over(path, &shaped, shipment, still).await {
            Ok(mut sent) => {
                let said =
                    sent.results.iter().filter_map(|(.., result)| result.as_ref().err()).find_map(sign);
                sent.is_fallback = path.login.is_some();
                sent.come_again = said.map(|said| self.hear(&shaped, said));
                if said.is_none() {
                    self.gate.went_well(&shaped.way);
                }
                Ok(sent)
            }
            Err(NotSent::All(stage, host, failure)) => match sign(&failure) {
                Some(said) => Err(NotSent::Wait(self.hear(&shaped, said), host, failure)),
                None => {
                    self.was_not_taken(&shaped, stage, &failure);
                    Err(NotSent::All(stage, host, failure))
                }
            },
            Err(
                other @ (NotSent::Source(_) | NotSent::Wait(..) | NotSent::Away(..) | NotSent::Withdrawn),
            ) => Err(other),
        }
    }

    /// Over the hosts of the path, in their order.
    async fn send_over(
        &self,
        path: &Path,
        shaped: &Shaped,
        shipment: &Shipment<'_>,
        still: StillAllowed<'_>,
    ) -> Result<Sent, NotSent> {
        let mut failed = NotSent::Source("the path has no host".to_owned());
        for hop in &path.hops {
            match self.send_to(path, hop, shaped, (shipment, still)).await {
                Ok(sent) => return Ok(sent),
                // A host that could not be reached, or did not prove what is demanded of it, leads to the next one; an answer is an answer.
                Err(error @ NotSent::All(Stage::Connect, ..)) => failed = error,
                Err(error @ NotSent::All(Stage::Tls, _, Failure::Tls(_) | Failure::Unsecured(_))) => {
                    failed = error
                }
                Err(error) => return Err(error),
            }
        }
        Err(failed)
    }

    /// The gate is closed.
    fn not_now(&self, host: String, shaped: &Shaped, closed: Closed) -> NotSent {
        let way = &shaped.way;
        match closed {
            Closed::Until(until) => {
                self.metrics.limit_waits.add_one();
                let why = format!("{} takes no more from {} now", way.site, way.source);
                NotSent::Away(until, host, Failure::Connect(why), Box::new(shaped.clone()))
            }
            Closed::Rests(why) => {
                let why = format!("not tried again yet, after several failures in a row: {why}");
                NotSent::All(Stage::Connect, host, Failure::Connect(why))
            }
        }
    }

    /// What a failure for everybody says about the site: whether it can be reached.
    fn was_not_taken(&self, shaped: &Shaped, stage: Stage, failure: &Failure) {
        if let (Stage::Connect, Failure::Connect(why)) = (stage, failure) {
            self.gate.was_not_reached(shaped, why, self.clock.now());
        } else if matches!(failure, Failure::Reply(_)) {
            self.gate.went_well(&shaped.way);
        }
    }

    fn hear(&self, shaped: &Shaped, said: Sign) -> Timestamp {
        self.metrics.limits_heard.add_one();
        let way = &shaped.way;
        tracing::info!(site = %way.site, source = %way.source, ?said, "a limit is reached: fewer and slower for a while");
        self.gate.hear(shaped, said, self.clock.now())
    }

    async fn send_to(
        &self,
        path: &Path,
        hop: &Hop,
        shaped: &Shaped,
        (shipment, still): (&Shipment<'_>, StillAllowed<'_>),
    ) -> Result<Sent, NotSent> {
        if !still(hop) {
            return Err(NotSent::Withdrawn);
        }
        let key = Key::new(path, hop, &shaped.way);
        let attempt = Attempt { source: path.source.name.clone(), host: shown(hop) };
        let must_be_kept = shipment.envelope.must_keep_tls();
        let idle = self.idle.take(&key).filter(|idle| !must_be_kept || idle.keeps_tls());
        if let Some(mut connection) = idle {
            self.metrics.connections_reused.add_one();
            let mut course = Course::reuse(self.clock.now());
            let asked = (shipment, &shaped.shape);
            let sent = connection.transact(asked, &attempt, &self.clock, &mut course).await;
            if !was_dead(&sent) {
                self.note(shipment, &attempt, course, &sent).await;
                if !connection.has_refused_chunking() {
                    return Ok(self.finish((key, shaped), shipment, connection, sent, attempt));
                }
                self.write_by_data(hop, shipment);
            }
            tracing::debug!(host = %hop.address, "an idle connection was of no use");
        }
        // A second time only where BDAT turned out not to be known.
        loop {
            self.make_room(shaped).await;
            let mut course = Course::begin(self.clock.now());
            let mut connection = match self.open(path, hop, &mut course).await {
                Ok(connection) => connection,
                Err(error) => {
                    self.note(shipment, &attempt, course, &same_for_all(shipment, &error)).await;
                    return Err(error);
                }
            };
            let refused = if !still(hop) {
                Some(NotSent::Withdrawn)
            } else if must_be_kept && !connection.keeps_tls() {
                Some(NotSent::All(Stage::Tls, attempt.host.clone(), unsecured()))
            } else {
                None
            };
            if let Some(refused) = refused {
                self.idle.put(key, connection, false, self.clock.now());
                return Err(refused);
            }
            let asked = (shipment, &shaped.shape);
            let sent = connection.transact(asked, &attempt, &self.clock, &mut course).await;
            self.note(shipment, &attempt, course, &sent).await;
            if !connection.has_refused_chunking() {
                return Ok(self.finish((key, shaped), shipment, connection, sent, attempt));
            }
            self.write_by_data(hop, shipment);
        }
    }

    /// What the host said was about BDAT and not about the message: nobody has it.
    fn write_by_data(&self, hop: &Hop, shipment: &Shipment<'_>) {
        shipment.custody.land(shipment.recipients);
        if self.unchunked.note(hop.address) {
            tracing::info!(host = %hop.address, "a next hop offers CHUNKING and does not know BDAT: it is written to by DATA");
        }
    }

    /// How it went, for the trace. Without this record only the trace lacks something.
    async fn note(&self, shipment: &Shipment<'_>, attempt: &Attempt, course: Course, results: &Results) {
        let tried = course.told(attempt.source.clone(), attempt.host.clone(), results);
        if let Err(error) = shipment.custody.record_tried(tried, self.clock.now()).await {
            tracing::warn!(id = %shipment.custody.id(), %error, "how a try went is not recorded yet");
        }
    }

    async fn open(&self, path: &Path, hop: &Hop, course: &mut Course) -> Result<Connection, NotSent> {
        let all = |stage, failure| NotSent::All(stage, shown(hop), failure);
        let security = self.security.of(path, hop).map_err(|error| all(Stage::Tls, Failure::Local(error)))?;
        let chunking = !self.unchunked.has(hop.address);
        let mut opening =
            Opening { path, hop, security: &security, clock: &self.clock, in_clear: false, chunking };
        self.metrics.connections_opened.add_one();
        let mut opened = opening.open(course).await;
        self.count(path, hop, course);
        if security.may_go_in_clear && matches!(opened, Err(NotOpened::Failed(Stage::Tls, _))) {
            // RFC 7435: where encryption is opportunistic, a handshake that fails is no reason to keep the mail.
            opening.in_clear = true;
            self.metrics.connections_opened.add_one();
            opened = opening.open(course).await;
        }
        if let Ok(connection) = &opened {
            self.sizes.hear(path, hop, connection.size_max());
        }
        opened.map_err(|error| match error {
            NotOpened::Connect(error) if error.is_ours() => NotSent::Source(error.to_string()),
            NotOpened::Connect(error) if error.has_no_way() => {
                all(Stage::Connect, Failure::Local(error.to_string()))
            }
            NotOpened::Connect(error) => all(Stage::Connect, Failure::Connect(error.to_string())),
            NotOpened::Failed(stage, failure) => all(stage, failure),
        })
    }

    /// A connection counts once, however many messages it carries and whether or not it goes on in clear.
    fn count(&self, path: &Path, hop: &Hop, course: &mut Course) {
        let Some(met) = course.tls_met.take() else { return };
        if let (Some(counts), Some(watched)) = (&self.counts, &path.watched) {
            counts.session(watched, (&hop.name, &hop.policy), (path.source.address, hop.address.ip()), met);
        }
    }

    fn finish(
        &self,
        (key, shaped): (Key, &Shaped),
        shipment: &Shipment<'_>,
        connection: Connection,
        mut results: Results,
        attempt: Attempt,
    ) -> Sent {
        let takes_dsn = connection.takes_dsn();
        if connection.is_ready() {
            let is_spent = connection.is_spent(&shaped.shape);
            self.idle.put(key, connection, is_spent, self.clock.now());
        }
        let over = portion::left_over(shipment.recipients, &mut results);
        shipment.custody.land(&over);
        let Attempt { host, source } = attempt;
        Sent { host, source, takes_dsn, results, over, is_fallback: false, come_again: None }
    }

    /// An idle connection counts at the other end as one in use does: the oldest ones go before the way is crowded by them.
    async fn make_room(&self, shaped: &Shaped) {
        // One more is about to be opened for a turn that is counted already.
        let idle_max = self.gate.idle_max(shaped);
        while let Some(connection) = self.idle.take_above(&shaped.way, idle_max) {
            part(connection, &self.clock).await;
        }
    }

    /// A message that was sent away, and has gone back to the queue until `due`, is called up as soon as the way has room.
    pub(crate) fn list(
        &self,
        shaped: &Shaped,
        message: (MessageId, &TenantName),
        domain: Option<Domain>,
        due: Timestamp,
    ) {
        self.gate.list(shaped, message, domain, due, self.clock.now());
    }

    /// Whether any message waits to be called up.
    pub(crate) fn has_lists(&self) -> bool {
        self.gate.has_lists()
    }

    /// Why a message for the domain would be sent away if it went over the source, as far as that is known without a look at its hosts.
    pub(crate) fn is_behind(
        &self,
        message: (MessageId, &TenantName),
        way: (&Domain, &SourceName),
    ) -> Option<NotSent> {
        let (shaped, until) = self.gate.is_behind(message, way, self.clock.now())?;
        Some(self.not_now(shaped.way.site.to_string(), &shaped, Closed::Until(until)))
    }

    /// The next one that is called up, of a tenant that `may` have one more under way beside so many that were.
    pub(crate) fn call(&self, may: impl Fn(&TenantName, usize) -> bool) -> Option<CalledUp> {
        self.gate.call(may, self.clock.now())
    }

    /// Returns when there may be one to call. For one caller.
    pub(crate) async fn calls(&self) {
        self.gate.calls().await;
    }

    /// For which way the message waits to be called up.
    pub(crate) fn list_of(&self, message: MessageId) -> Option<Way> {
        self.gate.list_of(message)
    }

    /// What sites take has changed.
    pub(crate) fn reshape(&self, sites: &Sites) {
        self.gate.reshape(sites, self.clock.now());
    }

    /// How every way stands that is in use, or of which something has been learnt.
    pub(crate) fn ways(&self) -> Vec<WayShown> {
        self.gate.shown(self.clock.now())
    }

    /// How that way stands, if anything is known of it.
    pub(crate) fn way(&self, way: &Way) -> Option<Shown> {
        self.gate.shown_of(way, self.clock.now())
    }

    /// Closes what has been idle for long; to be called every few seconds.
    pub(crate) async fn close_idle(&self) {
        self.part_from(self.idle.take_old(self.clock.now())).await;
    }

    /// Closes everything.
    pub(crate) async fn stop(&self) {
        self.part_from(self.idle.take_all()).await;
    }

    /// From all at once: there may be thousands, and one that does not answer keeps the others open no longer.
    async fn part_from(&self, connections: Vec<Connection>) {
        let mut goodbyes = JoinSet::new();
        for connection in connections {
            let clock = self.clock.clone();
            goodbyes.spawn(async move { part(connection, &clock).await });
        }
        while goodbyes.join_next().await.is_some() {}
    }
}

async fn part(connection: Connection, clock: &Clock) {
    if tokio::time::timeout(GOODBYE_WAIT, connection.quit(clock)).await.is_err() {
        tracing::debug!("a next hop did not say goodbye in time");
    }
}

fn unsecured() -> Failure {
    Failure::Unsecured(
        "its sender requires TLS the whole way, and the next hop does not prove its name and offer REQUIRETLS".to_owned(),
    )
}

fn shown(hop: &Hop) -> String {
    format!("{} [{}]", hop.name, hop.address)
}

/// Why nothing was sent, as the answer for each recipient.
fn same_for_all(shipment: &Shipment<'_>, error: &NotSent) -> Results {
    let (stage, failure) = match error {
        NotSent::Source(why) => (Stage::Connect, Failure::Local(why.clone())),
        NotSent::All(stage, _, failure) => (*stage, failure.clone()),
        NotSent::Wait(_, _, failure) | NotSent::Away(_, _, failure, _) => (Stage::Connect, failure.clone()),
        NotSent::Withdrawn => (Stage::Connect, Failure::Withheld("its source was taken out".to_owned())),
    };
    shipment.recipients.iter().map(|number| (*number, stage, Err(failure.clone()))).collect()
}

/// Whether the connection was lost, or given up by the host (421), before anything was answered on it: nothing was delivered.
fn was_dead(results: &Results) -> bool {
    let is_said = |result: &Result<Reply, Failure>| !matches!(result, Err(Failure::Unconvertible(_)));
    let mut said = results.iter().filter(|(.., result)| is_said(result)).peekable();
    said.peek().is_some()
        && said.all(|(_, stage, result)| match result {
            Err(Failure::Lost(_)) => *stage == Stage::Mail,
            Err(Failure::Reply(reply)) => *stage == Stage::Mail && reply.code.0 == 421,
            Ok(_)
            | Err(
                Failure::Resolve(_)
                | Failure::Nowhere(..)
                | Failure::Connect(_)
                | Failure::Tls(_)
                | Failure::Unknown(_)
                | Failure::Local(_)
                | Failure::Lacks(_)
                | Failure::Unsecured(_)
                | Failure::Unconvertible(_)
                | Failure::Withheld(_),
            ) => false,
        })
}
