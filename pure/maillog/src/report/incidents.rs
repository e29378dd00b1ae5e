//! All incidents of a log: which one a refusal belongs to, and when one is over.
//!
//! An incident goes on as long as refusals for the same cause come. It is over when one of the receivers that refused took mail again and no
//! refusal came for half an hour; a refusal after that begins another one. A quiet night without any delivery ends nothing.

use super::Incident;
use super::claims::{Claims, Sides};
use super::evidence::Spot;
use super::incident::{Cause, Growing, Refusal};
use super::open::Open;
use super::sites::{Site, SiteId, Sites};
use model::Timestamp;
use std::collections::BTreeMap;

const QUIET_MICROS: i64 = 30 * 60 * 1_000_000;
const INCIDENTS_MAX: usize = 2_000;
/// Incidents that a report lists.
const SHOWN_MAX: usize = 20;

#[derive(Debug)]
pub(super) struct Incidents {
    claims: Claims,
    all: Vec<Growing>,
    /// Refusals around the times that were named, for each incident.
    pub(super) sides: Vec<Sides>,
    /// Numbers of those that may go on.
    current: Vec<usize>,
    /// The last delivery to each site.
    delivered: BTreeMap<SiteId, Timestamp>,
    /// Refusals of incidents beyond the bound.
    uncounted: u64,
}

impl Incidents {
    pub(super) fn new(claims: Claims) -> Self {
        Self {
            claims,
            all: Vec::new(),
            sides: Vec::new(),
            current: Vec::new(),
            delivered: BTreeMap::new(),
            uncounted: 0,
        }
    }

    /// A refusal for an address of ours; the number of its incident.
    pub(super) fn refuse(&mut self, cause: Cause, refusal: &Refusal<'_>, line: &Spot) -> Option<usize> {
        let number = self.number(cause, refusal, line)?;
        self.all[number].refuse(refusal, line);
        self.sides[number].refuse(&self.claims, line);
        Some(number)
    }

    /// The incident that goes on for this cause.
    pub(super) fn current(&self, cause: &Cause) -> Option<usize> {
        self.current.iter().copied().find(|number| self.all[*number].is_for(cause))
    }

    fn number(&mut self, cause: Cause, refusal: &Refusal<'_>, line: &Spot) -> Option<usize> {
        let at = refusal.at;
        if let Some(number) = self.current(&cause) {
            let incident = &self.all[number];
            let is_over = incident.delivered_after.is_some()
                && at.as_micros() - incident.last.as_micros() >= QUIET_MICROS;
            if !is_over {
                return Some(number);
            }
            self.current.retain(|current| *current != number);
        }
        if self.all.len() >= INCIDENTS_MAX {
            self.uncounted += 1;
            return None;
        }
        let before = self.delivered.get(&refusal.site).copied();
        self.all.push(Growing::new(cause, at, before, line.clone()));
        self.sides.push(Sides::default());
        self.current.push(self.all.len() - 1);
        Some(self.all.len() - 1)
    }

    /// A receiver took something.
    pub(super) fn deliver(&mut self, at: Timestamp, site: Site) {
        for number in &self.current {
            self.all[*number].deliver(at, site.id);
        }
        self.delivered.insert(site.id, at);
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut Growing> {
        self.all.get_mut(number)
    }

    /// A message is over, or the log is.
    pub(super) fn settle(&mut self, message: &Open, is_completed: bool) {
        let mut numbers: Vec<usize> = message.refused.iter().map(|refused| refused.incident).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            if let Some(incident) = self.all.get_mut(number) {
                incident.settle(number, message, is_completed);
            }
        }
    }

    /// The number of the one with the most refused attempts.
    pub(super) fn main(&self) -> Option<usize> {
        (0..self.all.len()).max_by_key(|number| (self.all[*number].attempts.refused, usize::MAX - number))
    }

    /// Those that have the same cause.
    pub(super) fn alike(&self, number: usize) -> Vec<usize> {
        (0..self.all.len()).filter(|other| self.all[*other].cause == self.all[number].cause).collect()
    }

    pub(super) fn span(&self, number: usize) -> (Timestamp, Timestamp) {
        (self.all[number].began, self.all[number].last)
    }

    pub(super) fn delivered_around(&self, number: usize) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.all[number].delivered_before, self.all[number].delivered_after)
    }

    /// The larger ones, and how many are not among them.
    pub(super) fn end(self, log_ends: Timestamp, sites: &Sites, files: &[String]) -> (Vec<Incident>, u64) {
        let is_over = |incident: &Growing| {
            incident.delivered_after.is_some()
                && log_ends.as_micros() - incident.last.as_micros() >= QUIET_MICROS
        };
        let mut all: Vec<Incident> = Vec::new();
        for incident in self.all {
            let is_over = is_over(&incident);
            all.push(incident.end(sites, files, is_over));
        }
        all.sort_by(|one, other| {
            other.attempts.refused.cmp(&one.attempts.refused).then_with(|| one.began.cmp(&other.began))
        });
        let left_out = all.len().saturating_sub(SHOWN_MAX) as u64 + self.uncounted;
        all.truncate(SHOWN_MAX);
        (all, left_out)
    }
}
