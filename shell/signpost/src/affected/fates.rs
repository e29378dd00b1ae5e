//! One message's story, read as what became of it for each recipient, and whether an incident met it.
//!
//! An incident met a message if, in its time, the message was refused, put off or kept for what the incident is: a fault of ours, the tenant's own
//! connector, a provider. It also met one that came late without anybody having put it off. What receivers refuse for reasons of their own is told and
//! not counted. Events that a later release wrote are passed over.

use incident::is_ours;
use model::{Category, Duration, Final, Owner, ParkReason, Stage, TenantName, Timestamp};
use spool::{Accepted, Change, Event, Progress, TriedResult};
use status::affected::{Fate, Line, REFUSALS_MAX, Refusal};
use std::collections::BTreeSet;
use store::ledger::{Story, StoryEvent};

/// What an incident is to blame for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Blame {
    Ours,
    /// The tenant's own.
    Connector,
    Provider(String),
    Signatures,
}

/// When and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) blame: Blame,
    pub(super) began: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) late_seconds: u64,
    pub(super) grace: Duration,
}

impl Scope {
    /// Whether this was while it lasted.
    pub(super) fn holds(&self, at: Timestamp) -> bool {
        at >= self.began - self.grace && self.ended.is_none_or(|ended| at <= ended + self.grace)
    }

    fn is_to_blame(&self, owner: Option<Owner>, host: &str) -> bool {
        match (&self.blame, owner) {
            (Blame::Ours, Some(owner)) => is_ours(owner),
            (Blame::Connector, Some(owner)) => owner == Owner::TenantSetup,
            (Blame::Provider(provider), Some(Owner::Receiver)) => {
                bounce::provider_of(name_of(host)) == Some(provider.as_str())
            }
            (Blame::Provider(_) | Blame::Signatures, Some(_)) | (_, None) => false,
        }
    }
}

/// One recipient's way so far.
#[derive(Debug, Default)]
struct Way {
    end: Option<Fate>,
    refusals: Vec<Refusal>,
    refused: u64,
    /// Sources that were refused for what the incident is.
    refused_sources: BTreeSet<String>,
    put_off: u64,
    parked_at: Option<Timestamp>,
    /// Why it is kept now.
    parked: Option<String>,
    released_at: Option<Timestamp>,
    unsigned: bool,
    /// A try without an end that anybody saw.
    in_flight: bool,
    maybe_twice: bool,
    /// Somebody else put it off.
    theirs: bool,
    met: bool,
}

struct Reading<'s> {
    scope: &'s Scope,
    message: Option<Box<Accepted>>,
    ways: Vec<Way>,
}

/// The lines of this message, if it is one of this tenant's and not written by us.
pub(super) fn of(story: &Story, tenant: &TenantName, scope: &Scope) -> Option<Vec<Line>> {
    let mut reading = Reading { scope, message: None, ways: Vec::new() };
    for event in &story.events {
        if let Some(known) = read(event) {
            reading.take(known, event.at);
        }
    }
    let message = reading.message.filter(|message| message.tenant == *tenant && message.about.is_none())?;
    let sender = message.envelope.mail_from.mailbox().map_or_else(|| "<>".to_owned(), ToString::to_string);
    let recipients = message.envelope.recipients.iter().zip(reading.ways);
    let line = |(recipient, way): (&model::Recipient, Way)| {
        let mut line = Line {
            id: story.id,
            message_id: message.header.message_id.clone(),
            received: message.received,
            sender: sender.clone(),
            recipient: recipient.address.to_string(),
            rerouted: is_rerouted(&way),
            affected: false,
            fate: way.end.clone().unwrap_or_else(|| match &way.parked {
                Some(reply) => Fate::Parked { reply: reply.clone() },
                None => Fate::Waiting,
            }),
            refusals: way.refusals.clone(),
            refused: way.refused,
            put_off: way.put_off,
            parked_at: way.parked_at,
            released_at: way.released_at,
            unsigned: way.unsigned,
            maybe_twice: way.maybe_twice,
        };
        line.affected = way.met || is_late(&line, &way, scope);
        line
    };
    Some(recipients.map(line).collect())
}

fn is_rerouted(way: &Way) -> bool {
    let Some(Fate::Delivered { source, .. }) = &way.end else { return false };
    !way.refused_sources.is_empty() && !way.refused_sources.contains(source)
}

/// Late, and nobody but us can have been the cause.
fn is_late(line: &Line, way: &Way, scope: &Scope) -> bool {
    let Fate::Delivered { seconds, .. } = line.fate else { return false };
    scope.blame == Blame::Ours && !way.theirs && seconds > scope.late_seconds && scope.holds(line.received)
}

fn read(event: &StoryEvent) -> Option<Event> {
    let mut fields = event.detail.clone();
    fields.as_object_mut()?.insert("event".to_owned(), event.kind.clone().into());
    serde_json::from_value(fields).ok()
}

impl Reading<'_> {
    fn take(&mut self, event: Event, at: Timestamp) {
        match event {
            Event::Accepted { message, .. } => self.begin(message),
            Event::Moved { message, state, .. } => {
                // Of a message that is known already it is a copy.
                if self.message.is_none() {
                    self.begin(message);
                    self.copied(&state, at);
                }
            }
            Event::Stamped { groups, .. } => {
                for group in groups.iter().filter(|group| group.reason.as_deref() == Some("template_failed"))
                {
                    let is_theirs = self.scope.blame == Blame::Signatures && self.scope.holds(at);
                    self.each(&group.recipients, |way| {
                        way.unsigned = true;
                        way.met |= is_theirs;
                    });
                }
            }
            Event::Attempt { recipients, .. } => self.each(&recipients, |way| {
                way.maybe_twice |= way.in_flight;
                way.in_flight = true;
            }),
            Event::Tried { tried } => {
                for result in &tried.results {
                    self.tried(&tried, result, at);
                }
            }
            Event::Outcomes { outcomes } => {
                for (number, outcome) in outcomes {
                    self.ended(number, outcome, at);
                }
            }
            Event::Rescheduled { unknown, limit, kept, last_try, .. } => {
                let met = last_try.as_ref().and_then(|tried| tried.met.as_ref());
                let host = last_try.as_ref().and_then(|tried| tried.host.clone()).unwrap_or_default();
                let owner = met.and_then(|met| met.owner);
                self.put_off((owner, &host), limit, at);
                for one in kept {
                    self.park(&[one.recipient], &one.why, at);
                }
                self.unknown(&unknown);
            }
            Event::Parked { reason, unknown, kept, .. } => {
                let all: Vec<usize> = (0..self.ways.len()).collect();
                self.park(&all, &reason, at);
                for one in kept {
                    self.park(&[one.recipient], &one.why, at);
                }
                self.unknown(&unknown);
            }
            Event::Released { .. } => self.released(at),
            Event::Acted { change, .. } => match change {
                Change::Held { .. } => {
                    let all: Vec<usize> = (0..self.ways.len()).collect();
                    self.pending(&all, |way| way.parked = Some(String::new()));
                }
                Change::Released { .. } | Change::Retried { .. } | Change::Redirected { .. } => {
                    self.released(at)
                }
                Change::Undone { .. } => {}
            },
            Event::Told { .. } | Event::Act { .. } | Event::Dropped => {}
        }
    }

    fn begin(&mut self, message: Box<Accepted>) {
        self.ways = message.envelope.recipients.iter().map(|_| Way::default()).collect();
        self.message = Some(message);
    }

    /// All that a copy knows of what was before.
    fn copied(&mut self, state: &Progress, at: Timestamp) {
        for (number, outcome) in state.outcomes.iter().enumerate() {
            if let model::Outcome::Final(end) = outcome {
                self.ended(number, end.clone(), at);
            }
        }
        if let Some(since) = state.parked_since {
            for way in self.ways.iter_mut().filter(|way| way.end.is_none()) {
                way.parked_at = Some(since);
            }
        }
        if let Some(reason) = &state.parked {
            let all: Vec<usize> = (0..self.ways.len()).collect();
            self.park(&all, reason, state.parked_since.unwrap_or(at));
        }
    }

    fn each(&mut self, numbers: &[usize], change: impl Fn(&mut Way)) {
        for number in numbers {
            if let Some(way) = self.ways.get_mut(*number) {
                change(way);
            }
        }
    }

    fn pending(&mut self, numbers: &[usize], change: impl Fn(&mut Way)) {
        self.each(numbers, |way| {
            if way.end.is_none() {
                change(way);
            }
        });
    }

    fn tried(&mut self, tried: &spool::Tried, result: &TriedResult, at: Timestamp) {
        let owner = (!result.taken).then(|| owner(result, &tried.host)).flatten();
        let is_it = self.scope.is_to_blame(owner, &tried.host);
        let is_met = is_it && self.scope.holds(at);
        self.each(&result.recipients, |way| {
            way.in_flight = false;
            if result.taken {
                return;
            }
            if is_it {
                way.refused_sources.insert(tried.source.to_string());
            }
            way.theirs |= !is_it;
            way.met |= is_met;
            way.refused += 1;
            if way.refusals.len() < REFUSALS_MAX {
                let (host, source, reply) =
                    (tried.host.clone(), tried.source.to_string(), result.reply.clone());
                way.refusals.push(Refusal { at, host, source, reply });
            }
        });
    }

    fn ended(&mut self, number: usize, outcome: Final, at: Timestamp) {
        let seconds = self.message.as_ref().map_or(0, |message| at.since(message.received).as_secs());
        let Some(way) = self.ways.get_mut(number) else { return };
        way.end = Some(match outcome {
            Final::Delivered { host, source, reply } => {
                Fate::Delivered { at, seconds, host, source: source.to_string(), reply }
            }
            Final::Bounced { reply, .. } => Fate::Reported { at, reply },
            Final::Discarded { reply, .. } => Fate::Discarded { at, reply },
            Final::Operator { .. } => Fate::Ended { at },
        });
        way.in_flight = false;
    }

    fn put_off(&mut self, (owner, host): (Option<Owner>, &str), limit: bool, at: Timestamp) {
        let is_it = !limit && self.scope.is_to_blame(owner, host);
        let is_met = is_it && self.scope.holds(at);
        let all: Vec<usize> = (0..self.ways.len()).collect();
        self.pending(&all, |way| {
            way.put_off += 1;
            way.theirs |= !is_it;
            way.met |= is_met;
            way.parked = None;
        });
    }

    fn park(&mut self, numbers: &[usize], reason: &ParkReason, at: Timestamp) {
        let (owner, host, reply) = match reason {
            ParkReason::Refused { owner, host, reply, category, .. } => {
                let is_listed = *category == Some(Category::IpListed);
                (if is_listed { Some(Owner::OurAddress) } else { *owner }, host.as_str(), reply.clone())
            }
            ParkReason::TenantSetup { host, reply, .. } => {
                (Some(Owner::TenantSetup), host.as_str(), reply.clone())
            }
            ParkReason::Damaged { .. } => (Some(Owner::OurSetup), "", String::new()),
            // What was decided here in the house is not told to others.
            ParkReason::Loop { .. }
            | ParkReason::Policy { .. }
            | ParkReason::Conduct { .. }
            | ParkReason::Operator { .. } => (None, "", String::new()),
        };
        let is_it = self.scope.is_to_blame(owner, host);
        let is_met = is_it && self.scope.holds(at);
        self.pending(numbers, |way| {
            way.parked_at.get_or_insert(at);
            way.parked = Some(reply.clone());
            way.theirs |= !is_it;
            way.met |= is_met;
        });
    }

    fn unknown(&mut self, numbers: &[usize]) {
        self.pending(numbers, |way| way.in_flight = true);
    }

    fn released(&mut self, at: Timestamp) {
        let all: Vec<usize> = (0..self.ways.len()).collect();
        self.pending(&all, |way| {
            if way.parked.take().is_some() {
                way.released_at = Some(at);
            }
        });
    }
}

/// Whose fault an answer was; nothing where nobody answered.
fn owner(result: &TriedResult, host: &str) -> Option<Owner> {
    let is_answer = result.reply.len() >= 3 && result.reply.as_bytes()[..3].iter().all(u8::is_ascii_digit);
    if !is_answer || matches!(result.stage, Stage::Resolve | Stage::Connect) {
        return None;
    }
    let provider = bounce::provider_of(name_of(host));
    let context =
        bounce::ReplyContext { stage: Some(result.stage), provider, ..bounce::ReplyContext::default() };
    Some(bounce::classify(&result.reply, &context).owner)
}

fn name_of(host: &str) -> &str {
    host.split_whitespace().next().unwrap_or(host)
}

#[cfg(test)]
pub(super) mod tests;
