//! What an operator asks of a running relay about one message: why it stands where it stands and where it would go, to give it up, and to tell its tenant.
//!
//! The answers come from the stations themselves. Giving up ends in a report or a recorded discard, as with any refusal, and touches only
//! messages that nobody delivers at that moment. What cannot be done leaves the message where it was.

use crate::Parts;
use crate::house;
use crate::queue::{CARRIED_MAX, places_of};
use crate::steer::{RouteExplained, Steer};
use crate::tls_reports::TlsReportShown;
use dispatch::{Bounds, Reach, Way, WayShown};
use model::{
    ActId, Address, LastTry, MessageId, Outcome, Recipient, Redirect, SnapshotNumber, SourceName, Standing,
    TenantName, Timestamp,
};
use serde::Serialize;
use spool::{QueueEntry, Seen, Skipped, SpoolError};
use std::sync::Arc;
use tenant::Snapshot;

/// Waits that are told in advance.
const WAITS_TOLD: u32 = 4;

/// Asks a running relay; it outlives the relay without harm.
#[derive(Clone)]
pub struct Operator {
    parts: Arc<Parts>,
}

/// Why a message stands where it stands, and what comes next.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    pub id: MessageId,
    pub standing: Standing,
    /// One sentence: what it waits for.
    pub because: String,
    pub tenant: TenantName,
    /// Why all of the tenant's mail stays but for a probe now and then: what its own system said of its connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_held: Option<String>,
    /// The tenant's current snapshot; `None`: the tenant is not published, and the message waits for that.
    pub current_snapshot: Option<SnapshotNumber>,
    /// The one with which it is stamped and sent; `None` as above.
    pub snapshot: Option<SnapshotNumber>,
    pub tries: u32,
    pub due: Timestamp,
    pub expires: Timestamp,
    /// Seconds of the waits behind the next tries, each with up to a tenth more or less; the last one repeats.
    pub waits: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    pub limits: Limits,
    /// For the recipients without outcome; empty without a snapshot.
    pub routes: Vec<RouteExplained>,
    /// What the last try met and how that was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_try: Option<LastTry>,
}

/// Bounds that a message may wait for.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Limits {
    /// Messages of this tenant on their way now.
    pub tenant_delivering: usize,
    pub tenant_delivering_max: usize,
    /// Messages of all tenants on their way now.
    pub delivering: usize,
    pub delivering_max: usize,
}

/// What a site takes.
#[derive(Debug, Clone, Serialize)]
pub struct SiteShown {
    pub site: String,
    pub limits: Bounds,
    /// Whose word that is.
    pub because: String,
    /// From each source, as far as there is anything to tell.
    pub ways: Vec<WayShown>,
}

/// Recipients of one message that were given up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GivenUp {
    /// Told to the sender, all in one report.
    pub told: usize,
    pub discarded: usize,
}

impl Operator {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }

    /// Whether a message would leave by `source` at its first try.
    #[must_use]
    pub fn would_go(&self, seen: &Seen<'_>, source: &SourceName) -> bool {
        let snapshot = self.snapshot(seen.tenant(), seen.snapshot());
        snapshot.and_then(|snapshot| self.parts.steer.first_choice(&snapshot, seen.id)).as_ref()
            == Some(source)
    }

    /// Explains a message of the queue; `None` if it is not there.
    pub async fn explain(&self, id: MessageId) -> Option<Explanation> {
        let entry = self.parts.spool.show(id)?;
        let snapshot = self.snapshot(&entry.tenant, entry.snapshot);
        let mut routes = Vec::new();
        if let Some(snapshot) = &snapshot {
            routes = self.routes(snapshot, &entry).await;
        }
        let limits = self.limits(&entry.tenant);
        let held = self.parts.tenants.holds().held();
        let held = held.into_iter().find(|(name, _)| *name == entry.tenant);
        let tenant_held = held.map(|(_, held)| format!("since {}: {}", held.since, held.why));
        let stays = tenant_held.is_some() && entry.redirect.is_none() && entry.about.is_none();
        let schedule = self.parts.verdict.schedule(snapshot.as_deref());
        let tries = entry.tries..entry.tries.saturating_add(WAITS_TOLD);
        Some(Explanation {
            id,
            standing: entry.standing,
            because: self.because(&entry, (snapshot.is_some(), stays), limits) + &parked_beside(&entry),
            tenant_held,
            current_snapshot: self.parts.tenants.current(&entry.tenant).map(|current| current.number),
            snapshot: snapshot.map(|snapshot| snapshot.number),
            tenant: entry.tenant,
            tries: entry.tries,
            due: entry.due,
            expires: entry.expires,
            waits: tries.map(|tries| schedule.wait(tries).as_secs()).collect(),
            redirect: entry.redirect,
            limits,
            routes,
            last_try: entry.last_try,
        })
    }

    /// Gives up the recipients that `wanted` picks; the sender is told `text`.
    ///
    /// # Errors
    /// The outer one says why the message was passed over; the inner one why its report could not be made safe: then it stands as before.
    pub async fn give_up(
        &self,
        id: MessageId,
        still: impl Fn(&Seen<'_>) -> bool,
        wanted: impl Fn(&Address) -> bool,
        (act, text): (ActId, &str),
        now: Timestamp,
    ) -> Result<Result<GivenUp, SpoolError>, Skipped> {
        let parts = &self.parts;
        let lease = parts.spool.take(id, still)?;
        let accepted = Arc::clone(lease.accepted());
        let pending = lease.pending().into_iter();
        let recipients: Vec<usize> =
            pending.filter(|(_, recipient)| wanted(&recipient.address)).map(|(number, _)| number).collect();
        let snapshot = self.snapshot(&accepted.tenant, accepted.snapshot);
        let (Some(snapshot), false) = (snapshot, recipients.is_empty()) else {
            lease.put_back();
            return Err(Skipped::Needless);
        };
        let text = format!("{text} (act {act})");
        let ended = parts.verdict.give_up(&lease, &snapshot, &recipients, &text, now).await;
        tracing::info!(%id, %act, recipients = recipients.len(), "given up by an operator");
        // Who is left, if anybody is, waits as before.
        lease.put_back();
        Ok(ended.map(|ended| GivenUp { told: ended.told, discarded: ended.discarded }))
    }

    /// Tells a tenant's contacts something; `about` is the message that they may name. Gives the notice's id, or nothing where nobody can be told.
    ///
    /// # Errors
    /// If the notice cannot be made safe.
    pub async fn tell_tenant(
        &self,
        tenant: &TenantName,
        about: MessageId,
        occasion: bounce::Occasion<'_>,
        now: Timestamp,
    ) -> Result<Option<MessageId>, SpoolError> {
        let snapshot = self.parts.tenants.current(tenant);
        self.parts.verdict.put_notice(snapshot.as_deref(), about, occasion, now).await
    }

    /// How much every way takes now and at most, as far as it is in use or something has been learnt of it.
    #[must_use]
    pub fn ways(&self) -> Vec<WayShown> {
        self.parts.transport.ways()
    }

    /// What the site of these exchangers takes from one source, and whose word that is.
    #[must_use]
    pub fn site(&self, hosts: &[String]) -> SiteShown {
        let sites = self.parts.steer.sites();
        let site = sites.site_of(hosts.iter().map(String::as_str));
        let limits = sites.shape(&site, Reach::Exchanger).into();
        let mut ways = self.ways();
        ways.retain(|way| way.site == site.to_string());
        SiteShown { because: sites.because(&site), site: site.to_string(), limits, ways }
    }

    /// What was counted of TLS with a domain's hosts, or with all, and what was told of it; nothing if nobody is told.
    pub async fn tls_reports(&self, domain: Option<&str>) -> Option<Vec<TlsReportShown>> {
        match &self.parts.tls_reports {
            Some(reports) => Some(reports.shown(domain).await),
            None => None,
        }
    }

    /// As `carry` finds it.
    fn snapshot(&self, tenant: &TenantName, number: SnapshotNumber) -> Option<Arc<Snapshot>> {
        let tenants = &self.parts.tenants;
        tenants.numbered(tenant, number).or_else(|| tenants.current(tenant))
    }

    async fn routes(&self, snapshot: &Snapshot, entry: &QueueEntry) -> Vec<RouteExplained> {
        let all = entry.envelope.recipients.iter().cloned().enumerate();
        let is_pending =
            |(number, _): &(usize, Recipient)| entry.outcomes.get(*number) == Some(&Outcome::Pending);
        let pending: Vec<(usize, Recipient)> = all.filter(is_pending).collect();
        let mut explained = Vec::new();
        let routes = match (entry.about, &entry.redirect) {
            // What we write ourselves goes its own way.
            (Some(_), None) if house::is_it(&entry.tenant, entry.snapshot) => {
                Steer::tls_report_routes(&pending)
            }
            (Some(_), None) => Steer::notice_routes(&pending),
            (None, _) | (Some(_), Some(_)) => {
                let sender = crate::facts::of_sender(&entry.envelope, &entry.header);
                Steer::routes(snapshot, &pending, (entry.redirect.clone(), sender))
            }
        };
        for route in routes {
            let members = pending.iter().filter(|(number, _)| route.recipients.contains(number));
            let names = members.map(|(_, recipient)| recipient.address.to_string()).collect();
            let mut route = self.parts.steer.explain(snapshot, entry.id, &route, names).await;
            let way = route.chosen.clone().zip(route.site.clone()).map(|(source, site)| Way { source, site });
            route.way = way.and_then(|way| self.parts.transport.way(&way));
            explained.push(route);
        }
        explained
    }

    fn because(&self, entry: &QueueEntry, (has_snapshot, stays): (bool, bool), limits: Limits) -> String {
        match self.parts.transport.list_of(entry.id) {
            Some(way) if has_snapshot && !stays && entry.standing == Standing::Waiting => format!(
                "{} takes no more from {} now: it waits in line and goes as soon as there is room, or is tried at {}",
                way.site, way.source, entry.due
            ),
            Some(_) | None => because(entry, (has_snapshot, stays), limits, self.parts.clock.now()),
        }
    }

    fn limits(&self, tenant: &TenantName) -> Limits {
        let (mut delivering, mut of_tenant) = (0, 0);
        self.parts.spool.scan(|seen| {
            if seen.standing == Standing::Delivering {
                delivering += 1;
                of_tenant += usize::from(seen.tenant() == tenant);
            }
        });
        Limits {
            tenant_delivering: of_tenant,
            tenant_delivering_max: places_of(&self.parts, tenant),
            delivering,
            delivering_max: CARRIED_MAX,
        }
    }
}

/// What is to be said of recipients that are parked by themselves.
fn parked_beside(entry: &QueueEntry) -> String {
    let is = if entry.kept.len() == 1 { "is" } else { "are" };
    match entry.standing {
        Standing::Waiting if !entry.kept.is_empty() => {
            format!("; {} of its recipients {is} parked and not tried with the others", entry.kept.len())
        }
        Standing::Waiting | Standing::Delivering | Standing::Parked | Standing::Held => String::new(),
    }
}

fn because(
    entry: &QueueEntry,
    (has_snapshot, stays): (bool, bool),
    limits: Limits,
    now: Timestamp,
) -> String {
    let is_full = limits.tenant_delivering >= limits.tenant_delivering_max
        || limits.delivering >= limits.delivering_max;
    match entry.standing {
        Standing::Delivering => "it is being delivered right now".to_owned(),
        Standing::Held => "it is held until it is released; it does not expire meanwhile".to_owned(),
        Standing::Parked => {
            "it is parked: no retry would mend what it met; it is tried again when it is released, and once more when it expires"
                .to_owned()
        }
        Standing::Waiting if !has_snapshot => "its tenant is not published; publish the tenant's folder".to_owned(),
        Standing::Waiting if stays => {
            "its tenant is held: the tenant's connector does not take our mail, and one message is tried now and then".to_owned()
        }
        Standing::Waiting if entry.due > now => format!("its time has not come: it is due at {}", entry.due),
        Standing::Waiting if is_full => {
            format!("it is due, and {} messages of its tenant are on their way already", limits.tenant_delivering)
        }
        Standing::Waiting => "it is due and goes now".to_owned(),
    }
}
