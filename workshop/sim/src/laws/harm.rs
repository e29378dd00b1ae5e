//! What receivers saw of our mail, beside what the status side says of it.

use super::Law;
use crate::receiver::{Answer, Truth};
use crate::scene::HOSTS;
use incident::{Board, EvidenceId, State};
use model::{Duration, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// The node's own measurements may be so much older, with what it takes to count and to tell.
const SEEN: Duration = Duration::from_secs(450);
/// So long after the first failure something must be shown.
const SETTLED: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Seen {
    at: Timestamp,
    is_taken: bool,
    is_ours: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Harm(BTreeMap<&'static str, VecDeque<Seen>>);

impl Harm {
    pub(crate) fn answered(&mut self, host: usize, answers: &[Answer], now: Timestamp) {
        let seen = self.0.entry(HOSTS[host].component).or_default();
        for answer in answers {
            seen.push_back(Seen {
                at: now,
                is_taken: answer.said.is_ok(),
                is_ours: answer.truth == Truth::OurAddress,
            });
        }
        while seen.front().is_some_and(|first| now.since(first.at) > SEEN) {
            seen.pop_front();
        }
    }

    /// Whether an open incident has this piece of evidence.
    pub(crate) fn is_opened(&self, board: &Board, id: &EvidenceId) -> bool {
        board
            .incidents()
            .iter()
            .any(|incident| incident.is_open() && incident.is_confirmed() && incident.fact(id).is_some())
    }

    /// Whether something is shown as operational that is not, or of which nothing is known. `up`: for how long the node counts.
    pub(crate) fn look(&self, board: &Board, up: Duration, now: Timestamp) -> Option<(Law, String)> {
        for component in board.components().iter().filter(|one| one.state == State::Operational) {
            let name = component.id.to_string();
            let Some((name, seen)) = self.0.get_key_value(name.as_str()) else { continue };
            let seen: Vec<&Seen> = seen.iter().filter(|one| now.since(one.at) <= SEEN).collect();
            if seen.iter().any(|one| one.is_taken) {
                continue;
            }
            if up >= SEEN {
                return Some((
                    Law::NeverGreenInHarm,
                    format!("{name} is operational, and nothing passed for {SEEN:?}"),
                ));
            }
            let ours: Vec<&&Seen> = seen.iter().filter(|one| one.is_ours).collect();
            let is_settled = ours.first().is_some_and(|first| now.since(first.at) >= SETTLED);
            if ours.len() >= 3 && is_settled && up >= SETTLED {
                return Some((
                    Law::NeverGreenInHarm,
                    format!("{name} is operational, and refuses our addresses"),
                ));
            }
        }
        None
    }
}
