//! Which recipients of a shipment go in one transaction, and what becomes of the others.
//!
//! The bound is the site's figure, what the host says in its EHLO (RFC 9422), and how many it took before it said that the transaction is full. Whoever finds
//! no room goes in the next transaction at once, and no try is spent; but only behind one in which the host listened to somebody, so each makes fewer of
//! those who are left.

use super::Shipment;
use super::connection::Results;
use bounce::{Failure, wants_another_transaction};
use model::{Envelope, Stage};
use smtp::HostLimits;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many one transaction takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) recipients: usize,
    pub(super) domains: usize,
}

impl Room {
    /// `learnt`: how many the host took before it said that there are too many.
    pub(super) fn of(recipients: u32, offered: HostLimits, learnt: Option<usize>) -> Self {
        let most = |figure: Option<u32>| figure.map_or(usize::MAX, |figure| figure as usize);
        let recipients = most(Some(recipients)).min(most(offered.rcpt_max)).min(learnt.unwrap_or(usize::MAX));
        Self { recipients: recipients.max(1), domains: most(offered.rcpt_domain_max) }
    }

    /// The places of those that it has room for, in the envelope's order; at least the first.
    fn places(self, envelope: &Envelope) -> Vec<usize> {
        let mut domains = BTreeSet::new();
        let mut places = Vec::new();
        for (place, recipient) in envelope.recipients.iter().enumerate() {
            if places.len() == self.recipients {
                break;
            }
            let domain = recipient.address.domain();
            if domains.len() < self.domains || domains.contains(&domain) {
                domains.insert(domain);
                places.push(place);
            }
        }
        places
    }
}

/// The part of a shipment for which there is room.
pub(super) struct Portion<'a> {
    recipients: Cow<'a, [usize]>,
    envelope: Cow<'a, Envelope>,
}

impl<'a> Portion<'a> {
    pub(super) fn of(shipment: &Shipment<'a>, room: Room) -> Self {
        let (recipients, envelope) = (shipment.recipients, shipment.envelope);
        let places = room.places(envelope);
        if places.len() == recipients.len() {
            return Self { recipients: Cow::Borrowed(recipients), envelope: Cow::Borrowed(envelope) };
        }
        let to = places.iter().filter_map(|place| envelope.recipients.get(*place).cloned()).collect();
        Self {
            recipients: places.iter().filter_map(|place| recipients.get(*place).copied()).collect(),
            envelope: Cow::Owned(Envelope { recipients: to, ..envelope.clone() }),
        }
    }

    pub(super) fn shipment(&'a self, whole: &Shipment<'a>) -> Shipment<'a> {
        let (recipients, envelope) = (self.recipients.as_ref(), self.envelope.as_ref());
        Shipment { custody: whole.custody, recipients, envelope, form: whole.form }
    }
}

/// How many the host took before it said that there are too many, if it said so.
pub(super) fn learnt(results: &Results) -> Option<usize> {
    let is_full = results.iter().any(is_over);
    is_full.then(|| results.iter().filter(|result| was_let_in(result)).count()).filter(|count| *count > 0)
}

/// Takes out of `results` whoever goes in another transaction at once, and gives those with all of `recipients` that were not asked for. Where the host
/// listened to nobody, these share the fate of the others.
pub(super) fn left_over(recipients: &[usize], results: &mut Results) -> Vec<usize> {
    let asked: BTreeSet<usize> = results.iter().map(|(number, ..)| *number).collect();
    let mut over: Vec<usize> = recipients.iter().copied().filter(|number| !asked.contains(number)).collect();
    if results.iter().any(was_let_in) {
        results.retain(|result| {
            let is_over = is_over(result);
            over.extend(is_over.then_some(result.0));
            !is_over
        });
    } else if !results.iter().any(was_heard) {
        let failed =
            results.iter().find_map(|(_, stage, result)| Some((*stage, result.as_ref().err()?.clone())));
        if let Some((stage, failure)) = failed {
            // Of those who were asked for nothing is known; of these it is.
            let failure = if let Failure::Unknown(why) = failure { Failure::Lost(why) } else { failure };
            results.extend(over.drain(..).map(|number| (number, stage, Err(failure.clone()))));
        }
    }
    over
}

type OneResult = (usize, Stage, Result<model::Reply, Failure>);

fn is_over((_, stage, result): &OneResult) -> bool {
    result.as_ref().is_err_and(|failure| wants_another_transaction(failure, *stage))
}

/// Whether the host answered about this one, or was not to be asked; a transaction that is full before its first recipient is no answer.
fn was_heard(result: &OneResult) -> bool {
    match result {
        (_, _, Ok(_) | Err(Failure::Unconvertible(_))) => true,
        (_, stage, Err(Failure::Reply(_))) => {
            matches!(stage, Stage::Rcpt | Stage::Data | Stage::EndOfData) && !is_over(result)
        }
        (_, _, Err(_)) => false,
    }
}

/// Whether its RCPT was taken, whatever was said of the message.
fn was_let_in((_, stage, result): &OneResult) -> bool {
    match result {
        Ok(_) => true,
        Err(Failure::Reply(_)) => matches!(stage, Stage::Data | Stage::EndOfData),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests;
