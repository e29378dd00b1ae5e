//! One time in which one address of ours was refused for one reason, as it grows while the log is read.
//!
//! It keeps counts, sets of hashes and a few lines. Sets and lists of names are bounded; what no longer fits is still counted where a count
//! does not need the name.

use super::evidence::Spot;
use super::open::{Fate, Open, Refused, hash};
use super::sites::{SiteId, Sites};
use super::{Attempts, Count, Delays, Evidence, Incident, Names, ProviderShare, Recipients, Saved};
use bounce::Classified;
use core::net::IpAddr;
use model::Timestamp;
use std::collections::{BTreeMap, HashSet};

/// Names of domains that are kept for one incident.
const NAMES_MAX: usize = 50_000;
const SENDERS_MAX: usize = 1_000_000;
const DELAYS_MAX: usize = 4_000_000;
/// Names that a report lists.
const TOP_MAX: usize = 20;
/// First lines of further receivers that are kept beside the first and the last.
const FURTHER_LINES_MAX: usize = 3;
/// Two weak signs within this time are strong (law "Evidence").
const WEAK_PAIR_MICROS: i64 = 600_000_000;
const SECOND: i64 = 1_000_000;

/// What tells one incident from another: the address that is named, and the list's family or who refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) address: Option<IpAddr>,
    pub(super) family: String,
}

/// One refusal for an address of ours.
pub(super) struct Refusal<'a> {
    pub(super) at: Timestamp,
    pub(super) classified: &'a Classified,
    pub(super) site: SiteId,
    /// The host is one of a provider that we know.
    pub(super) is_known_provider: bool,
    pub(super) is_permanent: bool,
}

/// Refusals on the wrong side of a time that somebody named.
#[derive(Debug, Clone, Default)]
pub(super) struct Beyond {
    pub(super) count: u64,
    pub(super) first: Option<Spot>,
    pub(super) last: Option<Spot>,
}

#[derive(Debug, Default)]
struct At {
    refused: u64,
    /// Deliveries since the last refusal, which may lie behind the end.
    pending: u64,
    delivered: u64,
}

#[derive(Debug)]
pub(super) struct Growing {
    pub(super) cause: Cause,
    pub(super) began: Timestamp,
    pub(super) last: Timestamp,
    pub(super) delivered_before: Option<Timestamp>,
    pub(super) delivered_after: Option<Timestamp>,
    pub(super) attempts: Attempts,
    lists: BTreeMap<String, u64>,
    categories: BTreeMap<&'static str, u64>,
    sites: BTreeMap<SiteId, At>,
    messages: u64,
    recipients: Recipients,
    senders: HashSet<u64>,
    sender_domains: BTreeMap<String, u64>,
    recipient_domains: BTreeMap<String, u64>,
    reports: u64,
    delays: Vec<u32>,
    first_line: Spot,
    further_lines: Vec<Spot>,
    last_line: Spot,
    weak: Option<(Timestamp, SiteId)>,
    quarantined: Option<Timestamp>,
    attempts_after: u64,
    messages_given_up: u64,
}

impl Growing {
    pub(super) fn new(cause: Cause, at: Timestamp, delivered_before: Option<Timestamp>, line: Spot) -> Self {
        Self {
            cause,
            began: at,
            last: at,
            delivered_before,
            delivered_after: None,
            attempts: Attempts::default(),
            lists: BTreeMap::new(),
            categories: BTreeMap::new(),
            sites: BTreeMap::new(),
            messages: 0,
            recipients: Recipients::default(),
            senders: HashSet::new(),
            sender_domains: BTreeMap::new(),
            recipient_domains: BTreeMap::new(),
            reports: 0,
            delays: Vec::new(),
            first_line: line.clone(),
            further_lines: Vec::new(),
            last_line: line,
            weak: None,
            quarantined: None,
            attempts_after: 0,
            messages_given_up: 0,
        }
    }

    /// Whether it is about the same; a refusal that names no address may be about any.
    pub(super) fn is_for(&self, cause: &Cause) -> bool {
        let is_address = self.cause.address == cause.address || cause.address.is_none();
        self.cause.family == cause.family && is_address
    }

    pub(super) fn refuse(&mut self, refusal: &Refusal<'_>, line: &Spot) {
        let at = refusal.at;
        self.began = self.began.min(at);
        self.last = self.last.max(at);
        self.delivered_after = None;
        self.attempts.refused += 1;
        self.attempts.permanent += u64::from(refusal.is_permanent);
        if let Some(list) = &refusal.classified.list {
            named(&mut self.lists, list);
        }
        *self.categories.entry(refusal.classified.category.as_str()).or_default() += 1;
        let is_new_site = !self.sites.contains_key(&refusal.site);
        self.sites.entry(refusal.site).or_default().refused += 1;
        for at in self.sites.values_mut() {
            at.delivered += core::mem::take(&mut at.pending);
        }
        if is_new_site && self.attempts.refused > 1 && self.further_lines.len() < FURTHER_LINES_MAX {
            self.further_lines.push(line.clone());
        }
        self.last_line.clone_from(line);
        self.watch(refusal);
    }

    /// What the guard would have made of it: strong at once, or two weak signs of different receivers within ten minutes.
    fn watch(&mut self, refusal: &Refusal<'_>) {
        let at = refusal.at;
        if let Some(since) = self.quarantined {
            self.attempts_after += u64::from(at.as_micros() - since.as_micros() > SECOND);
            return;
        }
        let is_strong = refusal.is_known_provider && refusal.is_permanent && self.cause.address.is_some();
        let is_pair = self.weak.is_some_and(|(before, site)| {
            site != refusal.site && at.as_micros() - before.as_micros() <= WEAK_PAIR_MICROS
        });
        if is_strong || is_pair {
            self.quarantined = Some(at);
        } else {
            self.weak = Some((at, refusal.site));
        }
    }

    /// One of the receivers took something.
    pub(super) fn deliver(&mut self, at: Timestamp, site: SiteId) {
        let Some(here) = self.sites.get_mut(&site) else { return };
        here.pending += 1;
        if at > self.last && self.delivered_after.is_none() {
            self.delivered_after = Some(at);
        }
    }

    /// A message that was not refused before.
    pub(super) fn count_message(&mut self, sender: Option<&str>) {
        self.messages += 1;
        let Some(sender) = sender else { return };
        if self.senders.len() < SENDERS_MAX {
            self.senders.insert(hash(&sender.to_lowercase()));
        }
        named(&mut self.sender_domains, domain_of(sender));
    }

    /// A recipient of a message that was not refused before.
    pub(super) fn name_recipient(&mut self, recipient: Option<&str>) {
        if let Some(recipient) = recipient {
            named(&mut self.recipient_domains, domain_of(recipient));
        }
    }

    pub(super) fn count_report(&mut self) {
        self.reports += 1;
    }

    /// A message is over, or the log is.
    pub(super) fn settle(&mut self, number: usize, message: &Open, is_completed: bool) {
        let mine = message.refused.iter().filter(|refused| refused.incident == number);
        let mut is_given_up = false;
        for Refused { first, fate, .. } in mine.filter(|refused| refused.recipient != 0) {
            self.recipients.refused += 1;
            match fate {
                Fate::Delivered(at) => {
                    self.recipients.delivered_later += 1;
                    if self.delays.len() < DELAYS_MAX {
                        self.delays.push(u32::try_from(at.since(*first).as_secs()).unwrap_or(u32::MAX));
                    }
                }
                Fate::GivenUp => {
                    self.recipients.given_up += 1;
                    is_given_up = true;
                }
                Fate::Waits if !is_completed => self.recipients.open += 1,
                Fate::Waits => self.recipients.unknown += 1,
                Fate::GivenUpOtherwise => self.recipients.given_up_otherwise += 1,
            }
        }
        self.messages_given_up += u64::from(is_given_up);
    }

    pub(super) fn end(mut self, sites: &Sites, files: &[String], is_over: bool) -> Incident {
        let evidence = self.evidence(files);
        let delays = self.delays();
        let after = self.quarantined;
        Incident {
            address: self.cause.address,
            lists: counts(&self.lists).top,
            categories: counts(&self.categories).top,
            began: self.began,
            ended: self.last,
            seconds: self.last.since(self.began).as_secs(),
            is_over,
            delivered_before: self.delivered_before,
            delivered_after: self.delivered_after,
            attempts: self.attempts,
            messages: self.messages,
            recipients: self.recipients,
            senders: self.senders.len() as u64,
            sender_domains: counts(&self.sender_domains),
            recipient_domains: counts(&self.recipient_domains),
            providers: self.providers(sites),
            reports: self.reports,
            delays,
            evidence,
            guard: Saved {
                quarantined_at: after,
                after_seconds: after.map(|after| after.since(self.began).as_secs()),
                attempts: self.attempts_after,
                recipients: self.recipients.given_up,
                messages: self.messages_given_up,
                reports: self.reports,
            },
        }
    }

    fn evidence(&self, files: &[String]) -> Vec<Evidence> {
        let lines = [&self.first_line].into_iter().chain(&self.further_lines).chain([&self.last_line]);
        let mut shown: Vec<Evidence> = lines.map(|line| line.shown(files)).collect();
        shown.dedup_by(|one, other| one.id == other.id);
        shown
    }

    fn delays(&mut self) -> Option<Delays> {
        self.delays.sort_unstable();
        let longest = *self.delays.last()?;
        // The nearest rank: a delay that somebody had.
        let rank = |percent: usize| self.delays[(self.delays.len() * percent).div_ceil(100).max(1) - 1];
        Some(Delays { median: rank(50), p90: rank(90), p99: rank(99), longest })
    }

    fn providers(&self, sites: &Sites) -> Vec<ProviderShare> {
        let share = |(id, at): (&SiteId, &At)| ProviderShare {
            name: sites.name(*id).to_owned(),
            refused: at.refused,
            delivered_meanwhile: at.delivered,
        };
        let mut shares: Vec<ProviderShare> = self.sites.iter().map(share).collect();
        shares.sort_by(|one, other| other.refused.cmp(&one.refused).then_with(|| one.name.cmp(&other.name)));
        shares.truncate(TOP_MAX);
        shares
    }
}

fn named(counts: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
    } else if counts.len() < NAMES_MAX {
        counts.insert(name.to_owned(), 1);
    }
}

fn counts<K: AsRef<str>>(counted: &BTreeMap<K, u64>) -> Names {
    let mut top: Vec<Count> =
        counted.iter().map(|(name, count)| Count { name: name.as_ref().to_owned(), count: *count }).collect();
    top.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
    top.truncate(TOP_MAX);
    Names { count: counted.len() as u64, top }
}

/// In lower case; `<>` for the null sender.
fn domain_of(address: &str) -> &str {
    match address.rsplit_once('@') {
        Some((_, domain)) => domain,
        None if address.is_empty() => "<>",
        None => "(local)",
    }
}
