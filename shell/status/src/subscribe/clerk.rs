//! The task that owns the journal of subscribers: it takes wishes and news in their order and sends letters.
//!
//! A subscriber has one letter on its way at a time, so that news arrive in their order unless one fails. A letter that fails is tried again after
//! longer and longer times; after a bound it is given up and told to the operator. If the journal cannot be written, that is alarmed, what changed holds
//! nevertheless, and it is written later.

use super::book::Book;
use super::courier::Courier;
use super::letters::{self, Mail};
use super::limits::{may_write, still_counted};
use super::postman::{Outcome, Postman};
use super::record::{Job, JobId, Letter, Record, Standing, Subscriber, SubscriberId, Wanted, Way};
use super::vendors::{self, VendorNews};
use super::{SUBSCRIBERS_MAX, Subscriptions, Wish, hook, masked, news};
use crate::Site;
use incident::Language;
use model::{Duration, Metrics, Timestamp};
use net::Clock;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::journal::Journal;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// After each failure, the last one again and again.
const WAITS: [Duration; 7] = [
    MINUTE,
    Duration::from_secs(300),
    Duration::from_secs(1_800),
    HOUR,
    Duration::from_secs(10_800),
    Duration::from_secs(43_200),
    DAY,
];
/// News of a day ago help nobody who reads mail; what asks for an answer is worth as long as its link.
const MAIL_FOR: Duration = DAY;
const HOOK_FOR: Duration = Duration::from_secs(3 * 86_400);
/// A webhook without a good answer for so long is left alone.
const DEAD_AFTER: Duration = Duration::from_secs(3 * 86_400);
/// Letters on their way at once.
const FLIGHTS_MAX: usize = 32;
/// How often waiting letters and old wishes are looked for when nothing else happens.
const LOOK: Duration = Duration::from_secs(60);
/// How long a stop waits for letters that are on their way.
const LANDING: std::time::Duration = std::time::Duration::from_secs(10);
/// Records that may wait for a journal that cannot be written.
const UNWRITTEN_MAX: usize = 100_000;
const WISHES_AT_ONCE: usize = 64;

/// Tells whoever wished, once it is written.
type Reply = Box<dyn FnOnce() + Send>;

/// What subscriptions work with.
pub struct Means {
    pub site: Site,
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
    /// None: no mail leaves, and the page offers none.
    pub postman: Option<Postman>,
    pub courier: Courier,
}

/// Runs for as long as subscribers are told.
pub struct Clerk {
    subscriptions: Subscriptions,
    journal: Journal<Record>,
    wishes: mpsc::Receiver<Wish>,
    means: Means,
    unwritten: Vec<Record>,
    flights: JoinSet<(JobId, Outcome)>,
    flying: BTreeSet<JobId>,
}

impl Clerk {
    pub(super) fn new(
        subscriptions: Subscriptions,
        journal: Journal<Record>,
        wishes: mpsc::Receiver<Wish>,
        means: Means,
    ) -> Self {
        let (flights, flying) = (JoinSet::new(), BTreeSet::new());
        Self { subscriptions, journal, wishes, means, unwritten: Vec::new(), flights, flying }
    }

    /// Works until `stop` is ready; then letters that are on their way come to their end.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut changes = self.means.site.changes();
        self.look().await;
        loop {
            self.depart();
            let clock = self.means.clock.clone();
            let next = self.next_at();
            tokio::select! {
                wish = self.wishes.recv() => match wish {
                    Some(wish) => self.take(wish).await,
                    None => break,
                },
                changed = changes.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    self.look().await;
                }
                Some(landed) = self.flights.join_next() => self.landed(landed).await,
                () = clock.sleep_until(next) => self.tidy().await,
                () = &mut stop => break,
            }
        }
        let landing = async {
            while let Some(landed) = self.flights.join_next().await {
                self.landed(landed).await;
            }
        };
        if tokio::time::timeout(LANDING, landing).await.is_err() {
            tracing::warn!("letters to subscribers are still on their way at the stop; they are sent again");
        }
    }

    /// When a letter is due that is not on its way, or it is time to look.
    fn next_at(&self) -> Timestamp {
        let look = self.means.clock.now() + LOOK;
        let book = self.subscriptions.book();
        let busy = self.busy(&book);
        let waiting = book.jobs.values().filter(|job| !busy.contains(&job.to) && self.may_leave(&book, job));
        let due = waiting.map(|job| job.next_at).min();
        if self.flying.len() >= FLIGHTS_MAX { look } else { due.map_or(look, |due| due.min(look)) }
    }

    fn busy(&self, book: &Book) -> BTreeSet<SubscriberId> {
        self.flying.iter().filter_map(|id| book.jobs.get(id)).map(|job| job.to.clone()).collect()
    }

    /// Mail waits while there is no route: a start with one sends it.
    fn may_leave(&self, book: &Book, job: &Job) -> bool {
        let is_call = book.subscribers.get(&job.to).is_some_and(|one| match one.way {
            Way::Hook { .. } => job.letter != Letter::HookDead,
            Way::Mail { .. } => false,
        });
        is_call || self.means.postman.is_some()
    }

    async fn take(&mut self, first: Wish) {
        let (mut records, mut answers) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        for _ in 0..WISHES_AT_ONCE {
            let Some(wish) = next.take().or_else(|| self.wishes.try_recv().ok()) else { break };
            // Each wish is seen by the one behind it.
            let (made, answer) = self.decide(wish);
            made.iter().cloned().for_each(|record| self.subscriptions.book().apply(record));
            records.extend(made);
            answers.extend(answer);
        }
        self.write(records).await;
        answers.into_iter().for_each(|answer| answer());
    }

    /// The records of a wish, and how it is answered once they are written.
    fn decide(&self, wish: Wish) -> (Vec<Record>, Option<Reply>) {
        let now = self.means.clock.now();
        let (records, answer, done) = match wish {
            Wish::Mail { address, language, wanted } => {
                return (self.ask(address, language, wanted, now), None);
            }
            Wish::Hook { way, wanted, answer } => {
                let is_full = self.subscriptions.book().subscribers.len() >= SUBSCRIBERS_MAX;
                let added = (!is_full).then(|| subscriber(way, wanted, Standing::Active { since: now }, now));
                let records = added.iter().map(|one| Record::Subscriber(Box::new(one.clone()))).collect();
                return (records, Some(Box::new(move || reply(answer, added))));
            }
            Wish::Vendor(told) => return (self.told_by_vendor(&told, now), None),
            Wish::Confirm { id, answer } => {
                let (records, done) = self.change(&id, |one| {
                    let is_pending = one.standing == Standing::Pending;
                    if is_pending {
                        one.standing = Standing::Active { since: now };
                    }
                    is_pending
                });
                (records, answer, done)
            }
            Wish::Change { id, language, wanted, answer } => {
                let (records, done) = self.change(&id, |one| {
                    one.wanted = wanted;
                    match (&mut one.way, language) {
                        (Way::Mail { language: known, .. }, Some(new)) => *known = new,
                        (Way::Mail { .. } | Way::Hook { .. }, _) => {}
                    }
                    true
                });
                (records, answer, done)
            }
            Wish::Leave { id, answer } => {
                let is_known = self.subscriptions.book().subscribers.contains_key(&id);
                let records = if is_known { vec![Record::Gone(id)] } else { Vec::new() };
                (records, answer, is_known)
            }
        };
        (records, Some(Box::new(move || reply(answer, done))))
    }

    /// The changed subscriber, if there is one and it is to be changed.
    fn change(&self, id: &SubscriberId, change: impl FnOnce(&mut Subscriber) -> bool) -> (Vec<Record>, bool) {
        let Some(mut one) = self.subscriptions.subscriber(id) else { return (Vec::new(), false) };
        let done = change(&mut one);
        (if done { vec![Record::Subscriber(Box::new(one))] } else { Vec::new() }, done)
    }

    /// Somebody filled in the form: one letter to the address, unless it had too many.
    fn ask(&self, address: String, language: Language, wanted: Wanted, now: Timestamp) -> Vec<Record> {
        let book = self.subscriptions.book();
        let known = book.by_address(&address, &wanted).cloned();
        if known.is_none() && book.subscribers.len() >= SUBSCRIBERS_MAX {
            tracing::warn!(subscribers = SUBSCRIBERS_MAX, "nobody more can subscribe");
            return Vec::new();
        }
        if !may_write(&book.asked_of_mailbox(&address, &wanted), now) {
            return Vec::new();
        }
        let way = Way::Mail { address, language };
        let mut one =
            known.unwrap_or_else(|| subscriber(way.clone(), wanted.clone(), Standing::Pending, now));
        one.asked = still_counted(&one.asked, now);
        one.asked.push(now);
        let letter = match one.standing {
            // A mailbox that did not exist may exist by now.
            Standing::Pending | Standing::Quarantined { .. } => {
                // The newest wish is the one that is confirmed.
                (one.way, one.wanted, one.standing) = (way, wanted, Standing::Pending);
                Letter::Confirm
            }
            Standing::Active { .. } => Letter::Known,
        };
        let job =
            Job { id: book.next_job(), to: one.id.clone(), letter, made_at: now, tries: 0, next_at: now };
        vec![Record::Subscriber(Box::new(one)), Record::Queued(job)]
    }

    /// Looks for news on the page and queues their letters.
    async fn look(&mut self) {
        let now = self.means.clock.now();
        let (view, site) = (self.means.site.view(), self.means.site.clone());
        let records = {
            let book = self.subscriptions.book();
            let mut next = book.next_job();
            let sights = news::unseen(&view, site.settings(), &book, now);
            let seen = sights.into_iter().map(|sight| {
                let jobs = sight.news.as_ref().map(|news| {
                    let takes = |wanted: &Wanted| wanted.includes(news.parts.iter().map(|part| &part.id));
                    letters_on(&book, (news, sight.public_at), takes, (&mut next, now))
                });
                let (jobs, news) = (jobs.unwrap_or_default(), sight.news.map(Box::new));
                Record::Seen {
                    id: sight.id,
                    state: sight.state,
                    news: news.filter(|_| !jobs.is_empty()),
                    jobs,
                }
            });
            seen.collect()
        };
        self.keep(records).await;
    }

    /// Letters on what a vendor says, if anybody wishes to hear of it and was not told.
    fn told_by_vendor(&self, told: &VendorNews, now: Timestamp) -> Vec<Record> {
        let book = self.subscriptions.book();
        if book.has_seen(&told.id) {
            return Vec::new();
        }
        let (news, mut next) = (vendors::news(told), book.next_job());
        let takes = |wanted: &Wanted| wanted.takes(&told.vendor, &told.incident);
        let jobs = letters_on(&book, (&news, told.at), takes, (&mut next, now));
        if jobs.is_empty() {
            return Vec::new();
        }
        vec![Record::Seen { id: told.id.clone(), state: None, news: Some(Box::new(news)), jobs }]
    }

    /// Who never confirmed is forgotten; what was left unwritten is written.
    async fn tidy(&mut self) {
        let stale = self.subscriptions.book().stale(self.means.clock.now());
        self.keep(stale.into_iter().map(Record::Gone).collect()).await;
    }

    /// Sends what is due.
    fn depart(&mut self) {
        let now = self.means.clock.now();
        let due: Vec<(Job, Subscriber)> = {
            let book = self.subscriptions.book();
            let mut busy = self.busy(&book);
            let room = FLIGHTS_MAX.saturating_sub(self.flying.len());
            let is_due = |job: &&Job| job.next_at <= now && self.may_leave(&book, job);
            let free = book.jobs.values().filter(is_due).filter(|job| busy.insert(job.to.clone()));
            let known = |job: &Job| Some((job.clone(), book.subscribers.get(&job.to)?.clone()));
            free.filter_map(known).take(room).collect()
        };
        for (job, subscriber) in due {
            let id = job.id;
            self.flying.insert(id);
            match self.flight(&job, &subscriber, now) {
                Some(flight) => drop(self.flights.spawn(async move { (id, flight.await) })),
                None => drop(self.flights.spawn(std::future::ready((id, Outcome::Moot)))),
            }
        }
    }

    /// The sending of a letter; none if there is nothing to send any more.
    fn flight(
        &self,
        job: &Job,
        subscriber: &Subscriber,
        now: Timestamp,
    ) -> Option<std::pin::Pin<Box<dyn Future<Output = Outcome> + Send>>> {
        let news = job.letter.news().and_then(|id| self.subscriptions.book().news.get(id).cloned());
        match (&subscriber.way, &job.letter) {
            (Way::Hook { url, kind, secret, .. }, Letter::News(_)) => {
                let call = hook::call(&self.subscriptions, job, (subscriber, *kind, secret), &news?, now);
                let (courier, url) = (self.means.courier.clone(), url.clone());
                Some(Box::pin(async move { courier.send(&url, &call).await }))
            }
            (Way::Mail { .. }, _) | (Way::Hook { .. }, Letter::HookDead) => {
                let mail: Mail = letters::mail(&self.subscriptions, job, subscriber, news.as_ref())?;
                let postman = self.means.postman.clone()?;
                Some(Box::pin(async move { postman.send(&mail).await }))
            }
            (Way::Hook { .. }, Letter::Confirm | Letter::Known) => None,
        }
    }

    async fn landed(&mut self, landed: Result<(JobId, Outcome), tokio::task::JoinError>) {
        let (id, outcome) = match landed {
            Ok(landed) => landed,
            Err(error) => {
                // Which one it was is not known: all are free again, and at worst one is sent twice.
                tracing::error!(%error, "a letter to a subscriber broke off");
                self.flying.clear();
                return;
            }
        };
        self.flying.remove(&id);
        let found = {
            let book = self.subscriptions.book();
            let job = book.jobs.get(&id).cloned();
            job.and_then(|job| Some((book.subscribers.get(&job.to)?.clone(), job)))
        };
        // Who left meanwhile took the letter along.
        let Some((subscriber, job)) = found else { return };
        let records = self.judged(subscriber, &job, outcome);
        self.keep(records).await;
    }

    /// What follows from the outcome of a letter.
    fn judged(&self, mut subscriber: Subscriber, job: &Job, outcome: Outcome) -> Vec<Record> {
        let now = self.means.clock.now();
        let whom = shown(&subscriber);
        let done = Record::Done { job: job.id };
        let (why, is_final) = match outcome {
            Outcome::Sent => {
                self.means.metrics.subscribers_told.add_one();
                tracing::debug!(subscriber = %subscriber.id, letter = job.id, "a subscriber was told");
                let was_failing = subscriber.failing_since.take().is_some();
                let mended = was_failing.then(|| Record::Subscriber(Box::new(subscriber)));
                return mended.into_iter().chain([done]).collect();
            }
            Outcome::Moot => return vec![done],
            Outcome::Again(why) => (why, false),
            Outcome::Never(why) => (why, true),
        };
        let failing_since = *subscriber.failing_since.get_or_insert(now);
        let (is_hook, lasts) = match subscriber.way {
            Way::Mail { .. } => (false, MAIL_FOR),
            Way::Hook { .. } => (job.letter != Letter::HookDead, HOOK_FOR),
        };
        let is_dead = is_final || (is_hook && now.since(failing_since) >= DEAD_AFTER);
        if is_dead && job.letter != Letter::HookDead {
            tracing::warn!(subscriber = %subscriber.id, %whom, why, "a subscriber cannot be reached and is told nothing more");
            return self.quarantine(subscriber, job, why, now);
        }
        let changed = Record::Subscriber(Box::new(subscriber));
        if is_dead || now.since(job.made_at) >= lasts {
            self.means.metrics.subscribers_given_up.add_one();
            tracing::warn!(%whom, letter = job.id, why, "a letter to a subscriber is given up");
            return vec![changed, done];
        }
        let place = usize::try_from(job.tries).unwrap_or(usize::MAX).min(WAITS.len() - 1);
        tracing::info!(%whom, letter = job.id, why, "a letter to a subscriber failed and is tried again");
        vec![changed, Record::Tried { job: job.id, next_at: now + WAITS[place], why }]
    }

    /// Takes a subscriber out of the round: a mailbox that does not exist, a webhook that is dead. Its letters end.
    fn quarantine(&self, mut subscriber: Subscriber, job: &Job, why: String, now: Timestamp) -> Vec<Record> {
        self.means.metrics.subscribers_given_up.add_one();
        let id = subscriber.id.clone();
        let book = self.subscriptions.book();
        let mut records: Vec<Record> = Vec::new();
        if subscriber.standing == Standing::Pending {
            // It never said yes; there is nothing to keep.
            return vec![Record::Gone(id)];
        }
        let why = why.chars().take(500).collect();
        let has_contact = matches!(&subscriber.way, Way::Hook { contact: Some(_), .. });
        subscriber.standing = Standing::Quarantined { since: now, why };
        records.push(Record::Subscriber(Box::new(subscriber)));
        let open = book.jobs.values().filter(|other| other.to == id || other.id == job.id);
        records.extend(open.map(|job| Record::Done { job: job.id }));
        if has_contact {
            let letter = Letter::HookDead;
            records.push(Record::Queued(Job {
                id: book.next_job(),
                to: id,
                letter,
                made_at: now,
                tries: 0,
                next_at: now,
            }));
        }
        records
    }

    /// Applies and writes.
    async fn keep(&mut self, records: Vec<Record>) {
        records.iter().cloned().for_each(|record| self.subscriptions.book().apply(record));
        self.write(records).await;
    }

    async fn write(&mut self, records: Vec<Record>) {
        self.unwritten.extend(records);
        self.means.metrics.subscribers_waiting.set(self.subscriptions.waiting() as u64);
        if self.unwritten.is_empty() {
            return;
        }
        match self.journal.append(self.unwritten.clone()).await {
            Ok(()) => self.unwritten.clear(),
            Err(error) => {
                self.means.metrics.alarms.add_one();
                tracing::error!(%error, "what subscribers asked and were told is not kept; it is tried again");
                let surplus = self.unwritten.len().saturating_sub(UNWRITTEN_MAX);
                self.unwritten.drain(..surplus);
            }
        }
    }
}

/// A letter for everybody who wants these news.
fn letters_on(
    book: &Book,
    (news, public_at): (&super::record::News, Timestamp),
    takes: impl Fn(&Wanted) -> bool,
    (next, now): (&mut JobId, Timestamp),
) -> Vec<Job> {
    let wants = |one: &&Subscriber| {
        let is_in_time = match one.standing {
            Standing::Active { since } => since <= public_at,
            Standing::Pending | Standing::Quarantined { .. } => false,
        };
        let understands = match one.way {
            Way::Mail { .. } => !news.for_machines,
            Way::Hook { kind, .. } => !news.for_machines || kind == super::HookKind::Statuspage,
        };
        is_in_time && understands && takes(&one.wanted)
    };
    let mut letter = |one: &Subscriber| {
        let letter = Letter::News(news.id.clone());
        let job = Job { id: *next, to: one.id.clone(), letter, made_at: now, tries: 0, next_at: now };
        *next += 1;
        job
    };
    book.subscribers.values().filter(wants).map(&mut letter).collect()
}

fn subscriber(way: Way, wanted: Wanted, standing: Standing, now: Timestamp) -> Subscriber {
    let id = SubscriberId::new();
    Subscriber { id, way, wanted, standing, created_at: now, asked: Vec::new(), failing_since: None }
}

/// As logs may carry it.
fn shown(subscriber: &Subscriber) -> String {
    match &subscriber.way {
        Way::Mail { address, .. } => masked(address),
        // The path of a webhook is often its password.
        Way::Hook { url, .. } => url.split('/').nth(2).unwrap_or_default().to_owned(),
    }
}

fn reply<T>(answer: oneshot::Sender<T>, value: T) {
    let _gone_away = answer.send(value).is_err();
}
