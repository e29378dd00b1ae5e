//! The rounds of one list: who is asked now, which name server is believed, what counts, when it is asked again.
//!
//! ```text
//!  order: trusted servers first, taking turns     a server that is not trusted: its test points first
//!  subjects -> test points (if not asked within a minute) -> wrong: the next server, or nothing counts
//!  listed, one witness -> another trusted server at once, else the same again after 30 s
//! ```
//! A receiver's reply that names the list is half a proof: the list is asked at once, unless it was asked within 30 seconds.
//! An answer's time to live is kept as the shortest wait for that subject, but for the second look: a list is asked twice before a source is
//! taken out, and what a name server has kept is still its word.

use super::ask::Ask;
use super::pool::Pool;
use super::subjects::Watched;
use crate::config::ZoneConfig;
use crate::report::{Standing, ZoneTrust};
use dnsbl::{Answer, Finding, History, Poll, Refusal, Subject, Trust, TrustState, test_points};
use model::{Duration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The second look comes so long after the first.
const LOOK_AFTER: Duration = Duration::from_secs(30);
/// A reply that names the list brings the next poll forward, to so long after the last one at the earliest.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// Test points of one zone at one name server are asked no oftener.
const TEST_EVERY: Duration = Duration::from_secs(60);
/// A longer time to live would blind us.
const TTL_MAX: Duration = Duration::from_secs(3600);
/// Subjects without an answer in a row, after which a round gives a name server up.
const FAILURES_MAX: usize = 3;
const NO_SERVER: &str = "there is no name server that may be asked: block lists refuse public resolvers. Run a resolver of your own and \
    name it in resolver.servers";
/// At a start the zones are spread over this time.
const START_SPREAD: Duration = Duration::from_secs(2);

/// What is known of one subject.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    pub(super) history: History,
    not_before: Timestamp,
}

/// Shared with those who look.
#[derive(Debug, Clone, Default)]
pub(super) struct Records(Arc<Mutex<BTreeMap<Subject, Record>>>);

impl Records {
    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<Subject, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One name server's trustworthiness about this zone.
#[derive(Debug, Default)]
struct Tested {
    trust: Trust,
    at: Option<Timestamp>,
}

/// The state of one zone.
#[derive(Debug)]
pub(super) struct Rounds {
    pub(super) config: ZoneConfig,
    every: Duration,
    tested: BTreeMap<usize, Tested>,
    pub(super) records: Records,
    doubt: Option<Timestamp>,
    turn: usize,
    pub(super) next: Timestamp,
    look: Option<Timestamp>,
    /// The last poll, and the last one in which a trusted server answered.
    pub(super) polled: Option<Timestamp>,
    pub(super) good: Option<Timestamp>,
    has_told_no_data: bool,
    /// Since when there is no name server that may be asked.
    unasked: Option<Timestamp>,
}

/// What a round brought.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// After every finding that counts.
    pub(super) standings: Vec<(Watched, Standing, Timestamp)>,
    pub(super) findings: usize,
    pub(super) listed: usize,
    pub(super) unknown: usize,
}

/// One answer about one subject.
struct Heard {
    watched: Watched,
    witness: String,
    finding: Finding,
    ttl: Duration,
    at: Timestamp,
}

impl Rounds {
    pub(super) fn new(
        config: ZoneConfig,
        poll: Duration,
        kept: BTreeMap<String, History>,
        ask: &impl Ask,
    ) -> Self {
        let every = config.zone.poll_every(config.key.is_some()).max(poll);
        let records = kept.into_iter().filter_map(|(subject, history)| {
            let subject = match subject.parse::<IpAddr>() {
                Ok(address) => Subject::Address(address),
                Err(_) => Subject::Domain(subject.parse().ok()?),
            };
            Some((subject, Record { history, not_before: Timestamp::default() }))
        });
        Self {
            every,
            tested: BTreeMap::new(),
            records: Records(Arc::new(Mutex::new(records.collect()))),
            doubt: None,
            turn: 0,
            next: ask.now() + START_SPREAD.mul_f64(ask.dice()),
            look: None,
            polled: None,
            good: None,
            has_told_no_data: false,
            unasked: (ask.servers() == 0).then(|| ask.now()),
            config,
        }
    }

    /// When it wants to be called next.
    pub(super) fn wakes(&self) -> Timestamp {
        self.look.map_or(self.next, |look| look.min(self.next))
    }

    pub(super) fn every(&self) -> Duration {
        self.every
    }

    /// Whether the list is believed, by any name server.
    pub(super) fn trust(&self) -> ZoneTrust {
        if let Some(since) = self.unasked {
            return ZoneTrust::Lost { why: NO_SERVER.to_owned(), since };
        }
        if self.is_trusted_by_any() {
            return self.doubt.map_or(ZoneTrust::Trusted, |since| ZoneTrust::Doubted { since });
        }
        let lost = self.tested.values().find_map(|tested| match tested.trust.state() {
            TrustState::Lost { why, since } => Some(ZoneTrust::Lost { why: why.clone(), since: *since }),
            TrustState::Untested | TrustState::Trusted => None,
        });
        lost.unwrap_or(ZoneTrust::Untested)
    }

    fn is_trusted_by_any(&self) -> bool {
        self.tested.values().any(|tested| tested.trust.holds())
    }

    /// Does what is due: a poll of everything, a second look, or nothing.
    pub(super) async fn turn(&mut self, ask: &impl Ask, watched: &[Watched], pool: &Pool) -> Brought {
        let now = ask.now();
        let mut brought = Brought::default();
        let is_agreed = self.doubt.is_some() && pool.agrees(self.config.zone.name, now);
        if is_agreed {
            self.doubt = None;
        }
        if let Some(soonest) = self.prompted(pool) {
            self.next = self.next.min(soonest);
        }
        if self.next <= now {
            self.poll(ask, watched, pool, &mut brought).await;
        } else if is_agreed || self.look.is_some_and(|look| look <= now) {
            let suspects = self.suspects(watched, is_agreed);
            let heard = self.round(ask, &suspects).await;
            self.take(heard, pool, ask.now(), &mut brought);
            self.look = self.next_look(watched, ask.now());
        }
        brought
    }

    /// When the list is to be asked because a reply named it after the last poll.
    fn prompted(&self, pool: &Pool) -> Option<Timestamp> {
        let named = pool.named(self.config.zone.name)?;
        match self.polled {
            Some(polled) if named <= polled => None,
            Some(polled) => Some(polled + ASK_AGAIN),
            None => Some(named),
        }
    }

    async fn poll(&mut self, ask: &impl Ask, watched: &[Watched], pool: &Pool, brought: &mut Brought) {
        let now = ask.now();
        self.polled = Some(now);
        self.next = now + self.every.mul_f64(0.8 + 0.4 * ask.dice());
        self.turn = self.turn.wrapping_add(1);
        if watched.is_empty() {
            return;
        }
        let due: Vec<Watched> = {
            let mut records = self.records.lock();
            records.retain(|subject, _| watched.iter().any(|one| one.subject == *subject));
            let is_due = |one: &&Watched| records.get(&one.subject).is_none_or(|it| it.not_before <= now);
            watched.iter().filter(is_due).cloned().collect()
        };
        let (heard, by) = self.round(ask, &due).await;
        if !self.is_trusted_by_any() {
            // A list that is not believed agrees with nobody.
            pool.says(self.config.zone.name, Vec::new());
        }
        if by.is_some() {
            self.doubt_or_not(watched, &heard, pool, now);
        }
        self.take((heard, by), pool, ask.now(), brought);
        let suspects = self.suspects(watched, false);
        if let Some(first) = by.filter(|_| !suspects.is_empty())
            && let Some(other) = self.another(ask, first).await
        {
            let heard = self.ask_all(ask, other, &suspects).await;
            self.test(ask, other).await;
            let by = Some(other).filter(|other| self.holds(*other));
            self.take((heard, by), pool, ask.now(), brought);
        }
        self.look = self.next_look(watched, ask.now());
    }

    /// Who is named by one witness only; with `all` everyone whose last finding is a listing.
    fn suspects(&self, watched: &[Watched], all: bool) -> Vec<Watched> {
        let records = self.records.lock();
        let is_suspect = |one: &&Watched| {
            let Some(record) = records.get(&one.subject) else { return false };
            match record.history.standing() {
                dnsbl::Standing::Suspected { .. } => true,
                dnsbl::Standing::Unknown | dnsbl::Standing::Clean { .. } | dnsbl::Standing::Listed { .. } => {
                    all && was_listed(&record.history, false)
                }
            }
        };
        watched.iter().filter(is_suspect).cloned().collect()
    }

    /// A further poll is a look as well; one look after each poll is enough, because a silent name server would be asked for ever.
    fn next_look(&self, watched: &[Watched], now: Timestamp) -> Option<Timestamp> {
        let records = self.records.lock();
        let looks = watched.iter().filter_map(|one| match records.get(&one.subject)?.history.standing() {
            dnsbl::Standing::Suspected { since, .. } => Some(since + LOOK_AFTER),
            dnsbl::Standing::Unknown | dnsbl::Standing::Clean { .. } | dnsbl::Standing::Listed { .. } => None,
        });
        looks.filter(|look| *look > now).min()
    }

    /// Asks one trusted name server after the other until one has answered and its test points were right; tells which one, if any.
    async fn round(&mut self, ask: &impl Ask, due: &[Watched]) -> (Vec<Heard>, Option<usize>) {
        let mut heard = Vec::new();
        for server in self.order(ask.servers()) {
            if test_points(self.config.zone).is_some() && !self.holds(server) {
                self.test(ask, server).await;
                if !self.holds(server) {
                    continue;
                }
            }
            heard = self.ask_all(ask, server, due).await;
            self.test(ask, server).await;
            let is_silent = !heard.is_empty()
                && heard.iter().all(|one| matches!(one.finding, Finding::Unknown(Refusal::Unknown(_))));
            if self.holds(server) && !is_silent {
                return (heard, Some(server));
            }
        }
        (heard, None)
    }

    /// The name servers, those that are trusted first, and each of them in its turn.
    fn order(&self, servers: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..servers).map(|place| (place + self.turn) % servers).collect();
        order.sort_by_key(|server| !self.holds(*server));
        order
    }

    /// Another name server that is trusted or becomes so.
    async fn another(&mut self, ask: &impl Ask, first: usize) -> Option<usize> {
        for other in (0..ask.servers()).filter(|server| *server != first) {
            if !self.holds(other) {
                self.test(ask, other).await;
            }
            if self.holds(other) {
                return Some(other);
            }
        }
        None
    }

    fn holds(&self, server: usize) -> bool {
        self.tested.get(&server).is_some_and(|tested| tested.trust.holds())
    }

    /// Asks the test points, unless they were asked within a minute. A zone without them stays untested.
    async fn test(&mut self, ask: &impl Ask, server: usize) {
        let Some((positive, negative)) = test_points(self.config.zone) else { return };
        let now = ask.now();
        let tested = self.tested.entry(server).or_default();
        if tested.at.is_some_and(|at| now.since(at) < TEST_EVERY) {
            return;
        }
        tested.at = Some(now);
        let positive = ask.ask(server, &self.config, &positive, false).await;
        let negative = ask.ask(server, &self.config, &negative, false).await;
        let answer = |told: Option<super::Told>| {
            told.map_or(Answer::Failed("its test points cannot be asked for".to_owned()), |told| told.answer)
        };
        let (positive, negative) = (answer(positive), answer(negative));
        if tested.trust.tested(self.config.zone, &positive, &negative, ask.now()) {
            tracing::debug!(
                zone = self.config.zone.name,
                witness = ask.witness(server),
                state = ?tested.trust.state(),
                "a list's test points"
            );
        }
    }

    async fn ask_all(&mut self, ask: &impl Ask, server: usize, due: &[Watched]) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut failures = 0;
        for watched in due {
            if failures == FAILURES_MAX {
                break;
            }
            let Some(told) = ask.ask(server, &self.config, &watched.subject, true).await else { continue };
            self.warn_of_no_data(&told.answer, watched);
            let finding = dnsbl::read(self.config.zone, &told.answer);
            let is_failure = matches!(told.answer, Answer::Failed(_));
            failures = if is_failure { failures + 1 } else { 0 };
            heard.push(Heard {
                watched: watched.clone(),
                witness: ask.witness(server),
                finding,
                ttl: told.ttl.min(TTL_MAX),
                at: ask.now(),
            });
        }
        heard
    }

    /// RFC 5782 §2.1 knows NXDOMAIN for what is not listed; a name without an address is a list that is kept carelessly.
    fn warn_of_no_data(&mut self, answer: &Answer, watched: &Watched) {
        if *answer == Answer::NoData && !self.has_told_no_data {
            self.has_told_no_data = true;
            let (zone, subject) = (self.config.zone.name, watched.subject.to_string());
            tracing::warn!(
                zone,
                subject,
                "the list has the name and no address for it; it is taken for clean"
            );
        }
    }

    /// Takes in what was heard; it counts if a trusted name server said it.
    fn take(
        &mut self,
        (heard, by): (Vec<Heard>, Option<usize>),
        pool: &Pool,
        now: Timestamp,
        brought: &mut Brought,
    ) {
        let zone = self.config.zone.name;
        let is_trusted = by.is_some();
        if is_trusted {
            self.good = Some(now);
        }
        let listed: BTreeSet<IpAddr> =
            heard.iter().filter(|one| is_listed(&one.finding)).filter_map(address).collect();
        let unlisted: BTreeSet<IpAddr> =
            heard.iter().filter(|one| one.finding == Finding::Clean).filter_map(address).collect();
        for one in heard {
            let is_bad = is_listed(&one.finding);
            let counts = is_trusted && !(is_bad && self.doubt.is_some());
            brought.findings += 1;
            brought.listed += usize::from(is_bad && counts);
            brought.unknown += usize::from(matches!(one.finding, Finding::Unknown(_)));
            let mut records = self.records.lock();
            let record = records.entry(one.watched.subject.clone()).or_default();
            record.not_before = one.at + one.ttl;
            let poll = Poll { at: one.at, witness: one.witness, finding: one.finding, counts };
            record.history.add(poll);
            if counts {
                let standing = Standing::from(record.history.standing());
                brought.standings.retain(|(watched, ..)| watched.subject != one.watched.subject);
                brought.standings.push((one.watched, standing, one.at));
            }
        }
        if is_trusted {
            // Those who were not asked keep what was said of them before.
            let before = pool.listed(zone).into_iter().filter(|address| !unlisted.contains(address));
            let all: BTreeSet<IpAddr> = before.chain(listed).collect();
            pool.says(zone, all.into_iter().collect());
        }
    }

    /// A list that names every address of the pool in one poll, and named none before, is doubted; one that clears one of them no longer.
    fn doubt_or_not(&mut self, watched: &[Watched], heard: &[Heard], pool: &Pool, now: Timestamp) {
        let of_pool: Vec<&Heard> = heard.iter().filter(|one| one.watched.is_pool).collect();
        if of_pool.iter().any(|one| one.finding == Finding::Clean) {
            self.doubt = None;
            return;
        }
        let size = watched.iter().filter(|one| one.is_pool).count();
        let records = self.records.lock();
        let is_new = |one: &&Heard| {
            let known = records.get(&one.watched.subject);
            is_listed(&one.finding) && !known.is_some_and(|record| was_listed(&record.history, true))
        };
        let is_whole = size > 1 && of_pool.len() == size && of_pool.iter().all(is_new);
        if is_whole && self.doubt.is_none() && !pool.agrees(self.config.zone.name, now) {
            self.doubt = Some(now);
            tracing::warn!(
                zone = self.config.zone.name,
                "names every address of the pool at once; it is believed when another list or a reply says so too"
            );
        }
    }
}

fn is_listed(finding: &Finding) -> bool {
    matches!(finding, Finding::Listed(_))
}

/// Whether the last answer names the subject; with `counted` only those are looked at that counted.
fn was_listed(history: &History, counted: bool) -> bool {
    let known = |poll: &&Poll| !matches!(poll.finding, Finding::Unknown(_)) && (poll.counts || !counted);
    history.polls().filter(known).last().is_some_and(|poll| is_listed(&poll.finding))
}

fn address(heard: &Heard) -> Option<IpAddr> {
    match &heard.watched.subject {
        Subject::Address(address) => Some(*address),
        Subject::Domain(_) => None,
    }
}
