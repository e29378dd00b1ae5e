//! Connections to next hops: opened from a source, owned by one tenant, reused while they last, and one transaction at a time.
//!
//! It tells for each recipient what happened and judges nothing. The record of the attempt is written before the end of the message
//! leaves; if it cannot be written the end does not leave. A connection that was idle and turns out to be dead is replaced once, since
//! nothing had been said on it.

mod connection;
mod course;
mod gate;
mod idle;
mod limits;
mod security;

use crate::custody::Custody;
use crate::stamp::Content;
use crate::steer::{Hop, Path};
use bounce::{Failure, Sign, sign};
use connection::{Connection, NotOpened, Opening, Results};
use course::Course;
use gate::Gate;
use idle::{Idle, Key};
use limits::{Provider, Way};
use model::{Duration, Envelope, Metrics, Reply, SourceName, Stage, Timestamp};
use net::Clock;
use rustls_pki_types::CertificateDer;
use security::Security;
use std::sync::Arc;

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
    pub(crate) content: &'a Content,
}

/// Under which name the attempt is recorded.
struct Attempt {
    source: SourceName,
    host: String,
}

/// How long a connection that makes room may say goodbye.
const GOODBYE_WAIT: Duration = Duration::from_secs(1);

pub(crate) struct Transport {
    clock: Clock,
    metrics: Arc<Metrics>,
    security: Security,
    idle: Idle,
    gate: Arc<Gate>,
}

impl Transport {
    pub(crate) fn new(clock: Clock, metrics: Arc<Metrics>, roots: Vec<CertificateDer<'static>>) -> Self {
        Self { clock, metrics, security: Security::new(roots), idle: Idle::default(), gate: Arc::default() }
    }

    /// Sends one transaction over the path. `still` is asked behind everything that takes a while before the first command.
    pub(crate) async fn send(
        &self,
        path: &Path,
        shipment: &Shipment<'_>,
        still: StillAllowed<'_>,
    ) -> Result<Sent, NotSent> {
        let mut failed = NotSent::Source("the path has no host".to_owned());
        for hop in &path.hops {
            match self.send_to(path, hop, shipment, still).await {
                Ok(sent) => return Ok(sent),
                // Only a host that could not be reached at all leads to the next one; an answer is an answer.
                Err(error @ NotSent::All(Stage::Connect, ..)) => failed = error,
                Err(error) => return Err(error),
            }
        }
        Err(failed)
    }

    /// Behind the gate of the way; what the host says about the way is heard there.
    async fn send_to(
        &self,
        path: &Path,
        hop: &Hop,
        shipment: &Shipment<'_>,
        still: StillAllowed<'_>,
    ) -> Result<Sent, NotSent> {
        let way = Way { source: path.source.name.clone(), provider: Provider::of(&hop.name) };
        let turn = self.gate.enter(&way, &path.tenant, &self.clock).await;
        let _turn = turn.map_err(|until| {
            self.metrics.limit_waits.add_one();
            let why = format!("{} takes no more from {} now", way.provider, way.source);
            NotSent::Wait(until, shown(hop), Failure::Connect(why))
        })?;
        match self.send_now(path, hop, &way, (shipment, still)).await {
            Ok(mut sent) => {
                let said =
                    sent.results.iter().filter_map(|(.., result)| result.as_ref().err()).find_map(sign);
                sent.is_fallback = path.login.is_some();
                sent.come_again = said.map(|said| self.hear(&way, said));
                Ok(sent)
            }
            Err(NotSent::All(stage, host, failure)) => match sign(&failure) {
                Some(said) => Err(NotSent::Wait(self.hear(&way, said), host, failure)),
                None => Err(NotSent::All(stage, host, failure)),
            },
            Err(other @ (NotSent::Source(_) | NotSent::Wait(..) | NotSent::Withdrawn)) => Err(other),
        }
    }

    fn hear(&self, way: &Way, said: Sign) -> Timestamp {
        self.metrics.limits_heard.add_one();
        tracing::info!(provider = %way.provider, source = %way.source, ?said, "a limit is reached: fewer and slower for a while");
        self.gate.hear(way, said, self.clock.now())
    }

    async fn send_now(
        &self,
        path: &Path,
        hop: &Hop,
        way: &Way,
        (shipment, still): (&Shipment<'_>, StillAllowed<'_>),
    ) -> Result<Sent, NotSent> {
        if !still(hop) {
            return Err(NotSent::Withdrawn);
        }
        let key = Key::new(path, hop, way);
        let attempt = Attempt { source: path.source.name.clone(), host: shown(hop) };
        if let Some(mut connection) = self.idle.take(&key) {
            self.metrics.connections_reused.add_one();
            let mut course = Course::reuse(self.clock.now());
            let sent = connection.transact(shipment, &attempt, &self.clock, &mut course).await;
            if !was_dead(&sent) {
                self.note(shipment, &attempt, course, &sent).await;
                return Ok(self.finish(key, connection, sent, attempt));
            }
            tracing::debug!(host = %hop.address, "an idle connection was dead");
        }
        self.make_room(way).await;
        let mut course = Course::begin(self.clock.now());
        let mut connection = match self.open(path, hop, &mut course).await {
            Ok(connection) => connection,
            Err(error) => {
                self.note(shipment, &attempt, course, &same_for_all(shipment, &error)).await;
                return Err(error);
            }
        };
        if !still(hop) {
            self.idle.put(key, connection, self.clock.now());
            return Err(NotSent::Withdrawn);
        }
        let sent = connection.transact(shipment, &attempt, &self.clock, &mut course).await;
        self.note(shipment, &attempt, course, &sent).await;
        Ok(self.finish(key, connection, sent, attempt))
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
        let mut opening = Opening { path, hop, security: &security, clock: &self.clock, in_clear: false };
        self.metrics.connections_opened.add_one();
        let mut opened = opening.open(course).await;
        if security.may_go_in_clear && matches!(opened, Err(NotOpened::Failed(Stage::Tls, _))) {
            // RFC 7435: where encryption is opportunistic, a handshake that fails is no reason to keep the mail.
            opening.in_clear = true;
            self.metrics.connections_opened.add_one();
            opened = opening.open(course).await;
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

    fn finish(&self, key: Key, connection: Connection, results: Results, attempt: Attempt) -> Sent {
        let takes_dsn = connection.takes_dsn();
        if connection.is_ready() {
            self.idle.put(key, connection, self.clock.now());
        }
        let Attempt { host, source } = attempt;
        Sent { host, source, takes_dsn, results, is_fallback: false, come_again: None }
    }

    /// An idle connection counts at the other end as one in use does: the oldest ones go before the way is crowded by them.
    async fn make_room(&self, way: &Way) {
        // One more is about to be opened for a turn that is counted already.
        let idle_max = self.gate.idle_max(way);
        while let Some(connection) = self.idle.take_above(way, idle_max) {
            let said = tokio::time::timeout(GOODBYE_WAIT, connection.quit(&self.clock)).await;
            if said.is_err() {
                tracing::debug!("a next hop did not say goodbye in time");
            }
        }
    }

    /// Closes what has been idle for long; to be called every few seconds.
    pub(crate) async fn close_idle(&self) {
        for connection in self.idle.take_old(self.clock.now()) {
            connection.quit(&self.clock).await;
        }
    }

    /// Closes everything.
    pub(crate) async fn stop(&self) {
        for connection in self.idle.take_all() {
            connection.quit(&self.clock).await;
        }
    }
}

fn shown(hop: &Hop) -> String {
    format!("{} [{}]", hop.name, hop.address)
}

/// Why nothing was sent, as the answer for each recipient.
fn same_for_all(shipment: &Shipment<'_>, error: &NotSent) -> Results {
    let (stage, failure) = match error {
        NotSent::Source(why) => (Stage::Connect, Failure::Local(why.clone())),
        NotSent::All(stage, _, failure) => (*stage, failure.clone()),
        NotSent::Wait(_, _, failure) => (Stage::Connect, failure.clone()),
        NotSent::Withdrawn => (Stage::Connect, Failure::Withheld("its source was taken out".to_owned())),
    };
    shipment.recipients.iter().map(|number| (*number, stage, Err(failure.clone()))).collect()
}

/// Whether the connection was lost, or given up by the host (421), before anything was answered on it: nothing was delivered.
fn was_dead(results: &Results) -> bool {
    results.iter().all(|(_, stage, result)| match result {
        Err(Failure::Lost(_)) => *stage == Stage::Mail,
        Err(Failure::Reply(reply)) => *stage == Stage::Mail && reply.code.0 == 421,
        Ok(_)
        | Err(
            Failure::Resolve(_)
            | Failure::Connect(_)
            | Failure::Tls(_)
            | Failure::Unknown(_)
            | Failure::Local(_)
            | Failure::Lacks(_)
            | Failure::Withheld(_),
        ) => false,
    })
}
