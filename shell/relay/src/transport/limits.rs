//! How much may go from one source to one provider: so many transactions at once, so far apart, tenants in turn.
//!
//! All smart hosts of one provider share its budget for our address, so they are counted together. A limit that a provider names makes us
//! fewer or slower at once; we come back step by step while it is quiet. Nothing here knows a clock or a socket: the same questions at
//! the same times have the same answers, which is what the table of its tests is about.

use bounce::Sign;
use model::{Duration, SourceName, TenantName, Timestamp};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Transactions at once from one source to one provider while nothing was said.
const CEILING: u32 = 60;
/// Further signs of one moment are about the same crowd.
const SAME_CROWD: Duration = Duration::from_secs(1);
/// How long nothing goes after a sign.
const PAUSE_CROWDED: Duration = Duration::from_secs(1);
const PAUSE_BUSY: Duration = Duration::from_secs(5);
const GAP_MIN: Duration = Duration::from_millis(250);
const GAP_MAX: Duration = Duration::from_secs(10);
/// One step back to where we were, for each such time without a sign.
const RECOVER_STEP: Duration = Duration::from_secs(30);
/// When to ask again where many wait.
const COME_AGAIN_MIN: Duration = Duration::from_secs(2);
const COME_AGAIN_MAX: Duration = Duration::from_secs(30);

/// Who counts what comes from us.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Provider {
    Microsoft,
    Google,
    /// Nobody who is known by its name.
    Host(String),
}

const MICROSOFT: [&str; 2] = ["protection.outlook.com", "mx.microsoft"];
const GOOGLE: [&str; 2] = ["google.com", "smtp-relay.gmail.com"];

impl Provider {
    /// By the name of the host.
    pub(super) fn of(host: &str) -> Self {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_at_or_below = |suffix: &&str| {
            host.strip_suffix(*suffix).is_some_and(|left| left.is_empty() || left.ends_with('.'))
        };
        if MICROSOFT.iter().any(&is_at_or_below) {
            Self::Microsoft
        } else if GOOGLE.iter().any(is_at_or_below) {
            Self::Google
        } else {
            Self::Host(host)
        }
    }
}

impl std::fmt::Display for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Microsoft => "Microsoft",
            Self::Google => "Google",
            Self::Host(host) => host,
        })
    }
}

/// What a budget is counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Way {
    pub(super) source: SourceName,
    pub(super) provider: Provider,
}

/// Who waits: one transaction.
pub(super) type Ticket = u64;

/// The answer to one who wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Go,
    /// Until somebody ends, or until then if a time is given.
    Wait(Option<Timestamp>),
}

/// One way's budget.
#[derive(Debug)]
struct Limit {
    /// Transactions at once, now.
    most: u32,
    active: u32,
    /// Between two transactions.
    gap: Duration,
    /// The earliest time of the next one.
    next: Timestamp,
    /// Of the last sign, or the last step back.
    changed: Timestamp,
    /// When a sign last made us fewer or slower.
    cut: Option<Timestamp>,
    waiting: BTreeMap<TenantName, VecDeque<Ticket>>,
    /// The tenant that went last.
    last: Option<TenantName>,
}

impl Limit {
    fn new(now: Timestamp) -> Self {
        Self {
            most: CEILING,
            active: 0,
            gap: Duration::ZERO,
            next: now,
            changed: now,
            cut: None,
            waiting: BTreeMap::new(),
            last: None,
        }
    }

    /// Whether nothing would be forgotten with it.
    fn is_fresh(&self) -> bool {
        self.active == 0 && self.waiting.is_empty() && self.most == CEILING && self.gap.is_zero()
    }

    fn recover(&mut self, now: Timestamp) {
        while now.since(self.changed) >= RECOVER_STEP && (self.most < CEILING || !self.gap.is_zero()) {
            self.changed = self.changed + RECOVER_STEP;
            self.most = (self.most + (self.most / 4).max(1)).min(CEILING);
            let gap = self.gap / 2;
            self.gap = if gap < GAP_MIN { Duration::ZERO } else { gap };
        }
    }

    /// The first of the tenant whose turn it is: the next one by name behind the one that went last.
    fn first_in_turn(&self) -> Option<(&TenantName, Ticket)> {
        let behind = self.last.as_ref().and_then(|last| self.waiting.iter().find(|(name, _)| *name > last));
        let (tenant, tickets) = behind.or_else(|| self.waiting.iter().next())?;
        tickets.front().map(|ticket| (tenant, *ticket))
    }

    fn leave(&mut self, ticket: Ticket, tenant: &TenantName) {
        if let Some(tickets) = self.waiting.get_mut(tenant) {
            tickets.retain(|waiting| *waiting != ticket);
            if tickets.is_empty() {
                self.waiting.remove(tenant);
            }
        }
    }

    fn ask(&mut self, ticket: Ticket, tenant: &TenantName, now: Timestamp) -> Ask {
        self.recover(now);
        let own = self.waiting.entry(tenant.clone()).or_default();
        if !own.contains(&ticket) {
            own.push_back(ticket);
        }
        if self.active >= self.most || self.first_in_turn().is_none_or(|(_, first)| first != ticket) {
            return Ask::Wait(None);
        }
        if now < self.next {
            return Ask::Wait(Some(self.next));
        }
        self.leave(ticket, tenant);
        self.last = Some(tenant.clone());
        self.active += 1;
        self.next = now + self.gap;
        Ask::Go
    }

    fn hear(&mut self, sign: Sign, now: Timestamp) {
        let is_new = self.cut.is_none_or(|cut| now.since(cut) >= SAME_CROWD);
        let pause = match sign {
            Sign::Crowded => {
                if is_new {
                    self.most = (self.most.min(self.active.max(1)) / 2).max(1);
                }
                PAUSE_CROWDED
            }
            Sign::Busy => {
                if is_new {
                    self.most = (self.most / 2).max(1);
                    self.gap = (self.gap * 2).clamp(GAP_MIN, GAP_MAX);
                }
                PAUSE_BUSY
            }
        };
        self.changed = now;
        self.cut = if is_new { Some(now) } else { self.cut };
        self.next = self.next.max(now + pause);
    }

    fn come_again(&self, now: Timestamp) -> Timestamp {
        let waiting: usize = self.waiting.values().map(VecDeque::len).sum();
        let pace = self.gap * u32::try_from(waiting).unwrap_or(u32::MAX).max(1);
        let wait = self.next.since(now) + pace;
        now + wait.clamp(COME_AGAIN_MIN, COME_AGAIN_MAX)
    }
}

/// All budgets of one node.
#[derive(Debug, Default)]
pub(super) struct Limits(HashMap<Way, Limit>);

impl Limits {
    /// May this transaction go? Until it goes or leaves it keeps its place.
    pub(super) fn ask(&mut self, way: &Way, ticket: Ticket, tenant: &TenantName, now: Timestamp) -> Ask {
        self.0.entry(way.clone()).or_insert_with(|| Limit::new(now)).ask(ticket, tenant, now)
    }

    /// It waits no longer.
    pub(super) fn leave(&mut self, way: &Way, ticket: Ticket, tenant: &TenantName) {
        if let Some(limit) = self.0.get_mut(way) {
            limit.leave(ticket, tenant);
        }
    }

    /// A transaction that went has ended.
    pub(super) fn end(&mut self, way: &Way) {
        let Some(limit) = self.0.get_mut(way) else { return };
        limit.active = limit.active.saturating_sub(1);
        if limit.is_fresh() {
            self.0.remove(way);
        }
    }

    /// The provider said something about the way.
    pub(super) fn hear(&mut self, way: &Way, sign: Sign, now: Timestamp) {
        self.0.entry(way.clone()).or_insert_with(|| Limit::new(now)).hear(sign, now);
    }

    /// When one that waited long enough asks again.
    pub(super) fn come_again(&self, way: &Way, now: Timestamp) -> Timestamp {
        self.0.get(way).map_or(now + COME_AGAIN_MIN, |limit| limit.come_again(now))
    }

    /// How many more connections than transactions under way may be open.
    pub(super) fn idle_max(&self, way: &Way) -> usize {
        let limit = self.0.get(way);
        limit.map_or(CEILING as usize, |limit| limit.most.saturating_sub(limit.active) as usize)
    }
}

#[cfg(test)]
mod tests;
