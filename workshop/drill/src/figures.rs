//! What is counted, and how: from what the fake Exchange sent, refused, took and reported, and from what anybody can see of the node.

use crate::scenario::Scenario;
use crate::world::TENANTS;
use model::Timestamp;
use playground::{Arrived, Playground};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Every figure with what it says; seconds of the node are those of its clock.
pub(crate) const MEANINGS: [(&str, &str); 16] = [
    ("sent", "messages that people sent"),
    ("delivered", "of these delivered"),
    ("lost", "of these nowhere"),
    ("duplicates", "deliveries of what had been delivered before"),
    ("reports", "non-delivery reports to senders"),
    ("foreign", "messages with bytes of another organisation"),
    ("unsigned", "messages delivered without their signature"),
    ("refused", "refusals that the provider spoke"),
    ("moved", "refused messages that another source delivered"),
    ("seconds_to_moved", "from a refusal to the delivery over another source, at most, s"),
    ("refused_late", "refusals of a source over a second after its first one, while it was refused"),
    ("sources_out", "sources that were taken out"),
    ("parked_max", "messages that waited without attempts, at most"),
    ("seconds_to_public", "from the first refusal to the first public word, s of the node"),
    ("seconds_to_restore", "from the delisting to the source's return, s of the node"),
    ("maybe_duplicates", "deliveries whose end a kill left unknown"),
];

/// The figures of a run, by name; what does not apply is not there.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Figures(pub BTreeMap<&'static str, f64>);

/// What was seen while it ran.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// When a list or the provider itself began to name a source, and when that ended.
    pub(crate) listed: BTreeMap<String, Timestamp>,
    pub(crate) unlisted: BTreeMap<String, Timestamp>,
    /// When a source was first seen out, and first seen in use again.
    pub(crate) out: BTreeMap<String, Timestamp>,
    pub(crate) back: BTreeMap<String, Timestamp>,
    pub(crate) public: Option<Timestamp>,
    pub(crate) parked_max: u64,
    pub(crate) maybe_duplicates: u64,
}

impl Figures {
    pub(crate) fn count(scenario: &Scenario, playground: &Playground, seen: &Seen) -> Self {
        let (counted, arrived, refused) = (playground.figures(), playground.mailbox(), playground.refused());
        let tokens: BTreeSet<&str> = arrived.iter().filter_map(|one| one.token.as_deref()).collect();
        let sent = playground.sent();
        let lost = sent.iter().filter(|one| !tokens.contains(one.token.as_str())).count();
        let mut figures = Self::default();
        figures.put("sent", sent.len());
        figures.put("delivered", sent.len() - lost);
        figures.put("lost", lost);
        figures.put("duplicates", counted.duplicates as usize);
        figures.put("reports", playground.reports().len());
        figures.put("foreign", arrived.iter().filter(|one| is_foreign(one)).count());
        figures.put("unsigned", arrived.iter().filter(|one| !is_signed(one)).count());
        figures.put("refused", refused.len());
        figures.put("sources_out", seen.out.len());
        figures.put("parked_max", seen.parked_max as usize);
        figures.put("maybe_duplicates", seen.maybe_duplicates as usize);
        figures.moves(&arrived, &refused);
        figures.late(scenario, &refused, seen);
        let scale = f64::from(scenario.world.scale);
        if let (Some(first), Some(public)) = (refused.first(), seen.public) {
            figures.0.insert("seconds_to_public", seconds(first.at, public) * scale);
        }
        let back =
            seen.unlisted.iter().filter_map(|(source, at)| Some(seconds(*at, *seen.back.get(source)?)));
        if let Some(longest) = back.reduce(f64::max) {
            figures.0.insert("seconds_to_restore", longest * scale);
        }
        figures
    }

    fn put(&mut self, name: &'static str, count: usize) {
        self.0.insert(name, count as f64);
    }

    /// What was refused at one source and delivered by another.
    fn moves(&mut self, arrived: &[std::sync::Arc<Arrived>], refused: &[playground::RefusedRecipient]) {
        let mut by_recipient: BTreeMap<&str, &Arrived> = BTreeMap::new();
        for one in arrived {
            for recipient in &one.rcpt_to {
                by_recipient.entry(recipient).or_insert(one);
            }
        }
        let mut first: BTreeMap<&str, &playground::RefusedRecipient> = BTreeMap::new();
        for one in refused {
            first.entry(&one.recipient).or_insert(one);
        }
        let moved = first.values().filter_map(|refusal| {
            let arrival = by_recipient.get(refusal.recipient.as_str())?;
            (arrival.peer != Some(refusal.peer)).then(|| seconds(refusal.at, arrival.received))
        });
        let times: Vec<f64> = moved.collect();
        self.put("moved", times.len());
        if let Some(longest) = times.into_iter().reduce(f64::max) {
            self.0.insert("seconds_to_moved", longest);
        }
    }

    /// A second after its first refusal a source should carry nothing but probes until it is taken again.
    fn late(&mut self, scenario: &Scenario, refused: &[playground::RefusedRecipient], seen: &Seen) {
        let mut late = 0;
        for source in seen.listed.keys() {
            let Some(address) = scenario.address(source).map(IpAddr::V4) else { continue };
            let mut of_it = refused.iter().filter(|one| one.peer == address);
            let Some(first) = of_it.next() else { continue };
            let until = seen.unlisted.get(source);
            late += of_it
                .filter(|one| seconds(first.at, one.at) > 1.0 && until.is_none_or(|until| one.at < *until))
                .count();
        }
        if !seen.listed.is_empty() {
            self.put("refused_late", late);
        }
    }
}

/// From the one to the other; negative if it came before.
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_micros() - from.as_micros()) as f64 / 1e6
}

/// The organisation of an arrived message, and the others.
fn names(arrived: &Arrived) -> Option<(&'static str, Vec<&'static str>)> {
    let (own, _) =
        TENANTS.iter().find(|(name, _)| arrived.mail_from.ends_with(&format!("@{name}.example")))?;
    Some((own, TENANTS.iter().map(|(name, _)| *name).filter(|name| name != own).collect()))
}

/// Its body in small letters, soft line breaks taken out.
fn body(arrived: &Arrived) -> String {
    let text = String::from_utf8_lossy(&arrived.data);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    body.replace("=\r\n", "").to_lowercase()
}

fn is_foreign(arrived: &Arrived) -> bool {
    let Some((_, others)) = names(arrived) else { return false };
    let body = body(arrived);
    others.iter().any(|other| body.contains(other))
}

fn is_signed(arrived: &Arrived) -> bool {
    names(arrived).is_none_or(|(own, _)| body(arrived).contains(own))
}

#[cfg(test)]
mod tests;
