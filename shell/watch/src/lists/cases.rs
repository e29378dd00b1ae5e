//! The cases: a listing with two witnesses opens one, a clean poll closes it, a person says that removal was asked for.
//!
//! A suspicion opens none, so a list's slip makes no work. Nothing here asks a list for removal.

use crate::report::{CaseChange, Report, Standing};
use dnsbl::{Case, CaseState, Subject, Tier, Zone};
use model::{Duration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// Cases that are kept; the oldest closed ones go first.
const CASES_MAX: usize = 1_000;
/// Closed cases are kept so long.
const CLOSED_KEEP: Duration = Duration::from_secs(180 * 86_400);

/// Why nothing could be noted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCase {
    #[error("{zone} has no case of {subject}; `signpost dnsbl ls` shows the cases")]
    None { subject: String, zone: String },
    #[error("the case of {subject} in {zone} is closed: the list names it no longer")]
    Closed { subject: String, zone: String },
}

/// A case for people and programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseLine {
    pub zone: String,
    #[serde(flatten)]
    pub case: Case,
    pub tier: Tier,
    /// Somebody has to look at it now.
    pub is_due: bool,
    /// In the list's words.
    pub removal_takes: &'static str,
}

/// All cases, by list and subject.
#[derive(Debug, Default)]
pub(crate) struct Cases(BTreeMap<(String, String), Case>);

impl Cases {
    pub(crate) fn of(cases: Vec<Case>) -> Self {
        let cases = cases.into_iter().map(|case| ((case.listing.zone.clone(), case.subject.clone()), case));
        Self(cases.collect())
    }

    pub(super) fn all(&self) -> Vec<Case> {
        self.0.values().cloned().collect()
    }

    /// Takes in what a list says by now; gives what changed.
    pub(super) fn take(
        &mut self,
        zone: &Zone,
        subject: &Subject,
        standing: &Standing,
        now: Timestamp,
    ) -> Option<Report> {
        let key = (zone.name.to_owned(), subject.to_string());
        let known = self.0.get_mut(&key);
        let (case, change) = match (standing, known) {
            (Standing::Listed { listing, since }, None) => {
                let link = zone.removal_link(subject);
                let case = Case::open(key.1.clone(), listing.clone(), link, *since);
                self.0.insert(key, case.clone());
                self.bound(now);
                (case, CaseChange::Opened)
            }
            (Standing::Listed { listing, .. }, Some(case)) => {
                let was_closed = matches!(case.state, CaseState::Closed { .. });
                let is_same = case.listing.names == listing.names
                    && (case.listing.text == listing.text || listing.text.is_none());
                if !was_closed && is_same {
                    return None;
                }
                case.listed(listing.clone());
                (case.clone(), if was_closed { CaseChange::Again } else { CaseChange::Reason })
            }
            (Standing::Clean { .. }, Some(case)) if !matches!(case.state, CaseState::Closed { .. }) => {
                case.gone(now);
                (case.clone(), CaseChange::Gone)
            }
            (Standing::Unknown | Standing::Clean { .. } | Standing::Suspected { .. }, _) => return None,
        };
        Some(Report::Case { case, change })
    }

    pub(crate) fn asked(
        &mut self,
        subject: &str,
        zone: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<Case, NoCase> {
        let (subject, zone) = (subject.to_ascii_lowercase(), zone.to_ascii_lowercase());
        let Some(case) = self.0.get_mut(&(zone.clone(), subject.clone())) else {
            return Err(NoCase::None { subject, zone });
        };
        match case.state {
            CaseState::Closed { .. } => Err(NoCase::Closed { subject, zone }),
            CaseState::Open | CaseState::Asked { .. } => {
                case.asked(by, now);
                Ok(case.clone())
            }
        }
    }

    pub(crate) fn lines(&self, tier: impl Fn(&str) -> Option<Tier>, now: Timestamp) -> Vec<CaseLine> {
        let line = |((zone, _), case): (&(String, String), &Case)| {
            let known = dnsbl::find(zone).ok();
            CaseLine {
                zone: zone.clone(),
                tier: tier(zone).or(known.map(|known| known.tier)).unwrap_or(Tier::B),
                is_due: case.is_due(now),
                removal_takes: known.map_or("unknown", |known| known.removal_takes),
                case: case.clone(),
            }
        };
        self.0.iter().map(line).collect()
    }

    fn bound(&mut self, now: Timestamp) {
        self.0.retain(|_, case| closed(case).is_none_or(|at| now.since(at) < CLOSED_KEEP));
        while self.0.len() > CASES_MAX {
            let oldest = self.0.iter().filter_map(|(key, case)| Some((closed(case)?, key.clone()))).min();
            // With only open ones left the work is there, whatever the number.
            let Some((_, key)) = oldest else { return };
            self.0.remove(&key);
        }
    }
}

fn closed(case: &Case) -> Option<Timestamp> {
    match case.state {
        CaseState::Closed { at } => Some(at),
        CaseState::Open | CaseState::Asked { .. } => None,
    }
}
