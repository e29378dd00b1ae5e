//! How TLS with recipients' hosts went, told once a day to the domains that ask for it (RFC 8460).
//!
//! `counts` takes what each connection met, on the way of mail and without waiting for anything. Once a minute the domains that are new are asked for
//! their record, off that way: who has none is not counted any further, and what was counted of the others goes to the `book` on disk. When a day is
//! over, each domain's report is due within some hours, by its own hour (`Document::due`); `errand` asks for the record again and takes the report
//! to every place that it names. What fails is tried again for a day and then given up, with a word in the log.
//!
//! A crash loses what was counted since the last minute, and may send one report twice with the same id. Mail waits for none of this.

mod book;
mod counts;
mod errand;

pub(crate) use counts::{Counts, Watched};

use crate::Parts;
use crate::house::TlsReportsConfig;
use crate::steer::Territory;
use crate::stop::Stop;
use book::{Book, How};
use errand::Returned;
use model::{Duration, Timestamp};
use net::http::{Client, Limits};
use net::tls::TlsError;
use net::{Clock, ResolveError, Resolver};
use rustls_pki_types::CertificateDer;
use serde::Serialize;
use std::sync::Arc;
use store::journal::JournalError;
use tlspolicy::report::{Day, Document, Results, Rua, wanted};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// Places to which reports are on their way at a time.
const ERRANDS_MAX: usize = 8;
/// Domains that are asked for their record in one round, and at a time.
const ASKED_MAX: usize = 5_000;
const ASKED_AT_ONCE: usize = 16;
/// Before an errand that failed goes again; the last repeats.
const WAITS: [Duration; 4] = [
    Duration::from_secs(300),
    Duration::from_secs(1_800),
    Duration::from_secs(7_200),
    Duration::from_secs(14_400),
];
/// §5.4: how long behind its first time a report is tried.
const GIVE_UP: Duration = Duration::from_secs(86_400);
/// An answer to a POST says little.
const ANSWER_BYTES_MAX: usize = 64 << 10;
const POST_WAIT: Duration = Duration::from_secs(30);

/// What is known of the reports to a domain.
#[derive(Debug, Clone, Serialize)]
pub struct TlsReportShown {
    pub day: Day,
    pub domain: String,
    /// Whether the domain wants reports, as far as it was asked.
    pub wanted: Option<bool>,
    /// When the report is due.
    pub due: Timestamp,
    pub successes: u64,
    pub failures: u64,
    pub policies: Results,
    /// What became of it at each place.
    pub told: Vec<PlaceShown>,
    /// Nothing more is tried.
    pub closed: bool,
}

/// One place and what became of a report to it.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceShown {
    pub to: Rua,
    pub at: Timestamp,
    #[serde(flatten)]
    pub how: How,
}

/// Counts, and what is kept of them.
pub(crate) struct TlsReports {
    pub(crate) counts: Arc<Counts>,
    config: TlsReportsConfig,
    client: Client,
    book: Mutex<Book>,
}

/// Why reports on TLS cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsReportsError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the roots beside the public ones: {0}")]
    Roots(#[from] TlsError),
}

impl TlsReports {
    /// Reads what is kept of days that are not told yet.
    pub(crate) fn open(
        config: TlsReportsConfig,
        roots: &[CertificateDer<'static>],
        (resolver, clock): (Resolver, Clock),
        territory: &Territory,
    ) -> Result<Self, TlsReportsError> {
        let limits = Limits {
            head_wait: POST_WAIT,
            body_wait: POST_WAIT,
            body_bytes_max: ANSWER_BYTES_MAX,
            redirects_max: 0,
        };
        let territory = territory.clone();
        let client =
            Client::new(roots, resolver, limits)?.only(move |address| territory.may_lead_to(address));
        let book = Mutex::new(Book::open(config.folder.as_deref(), clock.clone())?);
        Ok(Self { counts: Arc::new(Counts::new(clock)), config, client, book })
    }

    /// What is known of a domain, the latest day first; of all domains, if none is named.
    pub(crate) async fn shown(&self, domain: Option<&str>) -> Vec<TlsReportShown> {
        let mut shown = self.book.lock().await.shown(domain);
        let today = self.counts.day();
        for (name, wanted, results) in self.counts.unwritten(domain) {
            let is_it = |one: &&mut TlsReportShown| one.day == today && one.domain == name;
            match shown.iter_mut().find(is_it) {
                Some(one) => one.add(results, wanted),
                None => shown.push(TlsReportShown::begin(today, name, wanted, results)),
            }
        }
        shown.sort_by(|one, other| (other.day, &one.domain).cmp(&(one.day, &other.domain)));
        shown
    }
}

impl TlsReportShown {
    fn begin(day: Day, domain: String, wanted: Option<bool>, policies: Results) -> Self {
        let (due, (successes, failures)) = (Document::due(day, &domain), policies.sums());
        Self { day, domain, wanted, due, successes, failures, policies, told: Vec::new(), closed: false }
    }

    fn add(&mut self, results: Results, wanted: Option<bool>) {
        self.policies.add(results);
        (self.successes, self.failures) = self.policies.sums();
        self.wanted = wanted.or(self.wanted);
    }
}

/// Writes counts down and takes reports to where they are wanted, until it has to stop; then what is left is written down.
pub(crate) async fn run(parts: Arc<Parts>, mut stop: Stop) {
    let Some(reports) = parts.tls_reports.clone() else { return };
    let mut errands: JoinSet<Returned> = JoinSet::new();
    let mut flush = parts.clock.now();
    loop {
        let now = parts.clock.now();
        if now >= flush {
            tokio::select! {
                () = reports.ask(&parts) => {}
                () = stop.requested() => break,
            }
            reports.flush(false).await;
            flush = parts.clock.now() + reports.config.flush;
        }
        let mut book = reports.book.lock().await;
        while errands.len() < ERRANDS_MAX {
            let Some(errand) = book.take_due(now) else { break };
            errands.spawn(errand.run(Arc::clone(&parts), Arc::clone(&reports)));
        }
        drop(book);
        tokio::select! {
            () = parts.clock.sleep_until(flush) => {}
            Some(returned) = errands.join_next() => match returned {
                Ok(returned) => reports.end(&parts, returned).await,
                Err(error) => tracing::error!(%error, "a report on TLS failed inside; it goes with the next start"),
            },
            () = stop.requested() => break,
        }
    }
    errands.shutdown().await;
    reports.flush(true).await;
}

impl TlsReports {
    /// Asks the domains that are new whether they want reports. A question that fails is asked again.
    async fn ask(&self, parts: &Parts) {
        let unasked = self.counts.unasked(ASKED_MAX);
        let mut asked: JoinSet<(String, Result<Vec<Rua>, ResolveError>)> = JoinSet::new();
        let mut left = unasked.into_iter();
        loop {
            while asked.len() < ASKED_AT_ONCE
                && let Some(domain) = left.next()
            {
                let resolver = parts.steer.resolver().clone();
                asked.spawn(async move {
                    let places = places(&resolver, &domain).await;
                    (domain, places)
                });
            }
            match asked.join_next().await {
                Some(Ok((domain, Ok(places)))) => self.counts.note(&domain, !places.is_empty()),
                Some(Ok((domain, Err(error)))) => {
                    tracing::debug!(domain, %error, "whether a domain wants reports on TLS is asked again");
                }
                Some(Err(error)) => tracing::error!(%error, "a question for a report on TLS failed inside"),
                None => return,
            }
        }
    }

    /// Writes down what was counted; at the end also of domains that were not asked yet.
    async fn flush(&self, at_the_end: bool) {
        let mut book = self.book.lock().await;
        let counted = self.counts.take(at_the_end);
        if let Err(error) = book.add(counted).await {
            tracing::warn!(%error, "counts for reports on TLS are in memory only");
        }
    }

    /// What came of an errand.
    async fn end(&self, parts: &Parts, returned: Returned) {
        let now = parts.clock.now();
        let given_up = returned.left.as_ref().is_some_and(|_| returned.is_too_late(now));
        for told in &returned.told {
            match &told.how {
                How::Posted => parts.metrics.tls_reports_sent.add_one(),
                How::Queued { .. } | How::GivenUp { .. } => {}
            }
            tracing::info!(domain = returned.domain, day = %returned.day, to = %told.to, how = ?told.how, "a report on TLS is sent");
        }
        if let Some(why) = returned.left.as_ref().filter(|_| given_up) {
            parts.metrics.tls_reports_failed.add_one();
            tracing::warn!(domain = returned.domain, day = %returned.day, why, "a report on TLS is given up after a day");
        }
        if let Err(error) = self.book.lock().await.end(returned, given_up, now).await {
            tracing::warn!(%error, "what became of a report on TLS is in memory only");
        }
    }
}

/// Where a domain wants reports; nowhere: it wants none.
async fn places(resolver: &Resolver, domain: &str) -> Result<Vec<Rua>, ResolveError> {
    match resolver.texts(&format!("_smtp._tls.{domain}")).await {
        Ok(texts) => Ok(wanted(&texts)),
        Err(ResolveError::Absent(_)) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
