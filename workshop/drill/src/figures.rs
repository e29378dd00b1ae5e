//! What is counted, and how: from what the fake Exchange sent, refused, took and reported, and from what anybody can see of the node.

use crate::scenario::Scenario;
use crate::traffic::{FORGED, is_everybodys};
use crate::world::TENANTS;
use model::Timestamp;
use playground::{Arrived, Playground, Report, Sent};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

/// Every figure with what it says; seconds of the node are those of its clock.
pub(crate) const MEANINGS: [(&str, &str); 39] = [
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
    ("put_off", "answers with which the tenants' mail system had to keep its mail for a while"),
    ("put_off_full", "of these `452 4.3.1`: no space"),
    ("space_min_mib", "the least space that was left on the spool's disk, MiB"),
    ("slowest", "from Send to the mailbox, everybody's mail, at most, s"),
    ("seconds_to_empty", "from the last mail sent to the last delivered, s"),
    ("certificate_days", "days before a certificate's end at which its end was told"),
    ("incidents", "incidents that the node knows of"),
    ("public", "incidents that were told in public"),
    ("alarms", "alarms that ask for a person"),
    ("senders_held", "senders whose mail was kept for their conduct, at most"),
    ("seconds_to_held", "from the first mail of the offender to the hold, s"),
    (
        "beside_offender",
        "messages of other organisations over a source that the offender used, a second after the hold",
    ),
    ("forged", "messages sent in another organisation's name"),
    ("forged_taken", "of these delivered"),
    ("forged_refused", "of these refused with `550 5.7.1`"),
    ("listed", "sources that were listed"),
    (
        "least_share",
        "share of everybody's mail over the source with the least of it, before anything happened, %",
    ),
    ("notices_over_pool", "reports and notices that left over a source of people's mail"),
    ("notices", "reports and notices that arrived"),
    ("acts", "operator's acts on the queue"),
    ("waiting", "recipients whose mail had not arrived when it was counted"),
    ("acts_messages", "messages that these acts changed"),
    ("acts_uneven", "of these with other counts after than before"),
];

/// The figures of a run, by name; what does not apply is not there.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Figures(pub BTreeMap<&'static str, f64>);

/// What was seen while it ran.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// What happened and what showed, by seconds since the mail began.
    pub(crate) timeline: Vec<(f64, String)>,
    /// When a list or the provider itself began to name a source, and when that ended.
    pub(crate) listed: BTreeMap<String, Timestamp>,
    pub(crate) unlisted: BTreeMap<String, Timestamp>,
    /// When a source was first seen out, and first seen in use again.
    pub(crate) out: BTreeMap<String, Timestamp>,
    pub(crate) back: BTreeMap<String, Timestamp>,
    pub(crate) public: Option<Timestamp>,
    pub(crate) parked_max: u64,
    pub(crate) maybe_duplicates: u64,
    pub(crate) alarms: u64,
    pub(crate) senders_held: u64,
    /// When a sender was first held, and when no more.
    pub(crate) held_at: Option<Timestamp>,
    pub(crate) freed_at: Option<Timestamp>,
    /// Bytes.
    pub(crate) space_min: Option<u64>,
    /// When the listener's certificates ended or would have, by the node's clock, and when that was first told.
    pub(crate) certificate_ends: Vec<Timestamp>,
    pub(crate) certificate_warned: Option<Timestamp>,
    pub(crate) incidents: usize,
    /// What the queue said of each act.
    pub(crate) acts: Vec<serde_json::Value>,
    /// Recipients whose mail was on its way when it was counted.
    pub(crate) waiting: Option<u64>,
    /// When the first fault came.
    pub(crate) first_fault: Option<Timestamp>,
}

/// Messages of people that have not arrived. What the node writes itself arrives too, so numbers alone do not tell.
pub(crate) fn nowhere(playground: &Playground) -> usize {
    let arrived = playground.mailbox();
    let tokens: BTreeSet<&str> = arrived.iter().filter_map(|one| one.token.as_deref()).collect();
    let is_missed = |token: &str| !token.starts_with(FORGED) && !tokens.contains(token);
    playground.sent().iter().filter(|one| is_missed(&one.token)).count()
}

impl Figures {
    pub(crate) fn count(scenario: &Scenario, playground: &Playground, seen: &Seen) -> Self {
        let (counted, arrived, refused) = (playground.figures(), playground.mailbox(), playground.refused());
        let tokens: BTreeSet<&str> = arrived.iter().filter_map(|one| one.token.as_deref()).collect();
        let all = playground.sent();
        let (forged, sent): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.token.starts_with(FORGED));
        let lost = nowhere(playground);
        let reports = playground.reports();
        let victims: BTreeSet<&str> = forged
            .iter()
            .flat_map(|one| &one.recipients)
            .map(|recipient| recipient.address.as_str())
            .collect();
        let is_strangers =
            |report: &&Report| report.recipients.iter().any(|one| victims.contains(one.as_str()));
        let mut figures = Self::default();
        figures.put("sent", sent.len());
        figures.put("delivered", sent.len() - lost);
        figures.put("lost", lost);
        figures.put("duplicates", counted.duplicates as usize);
        figures.put("reports", reports.iter().filter(|report| !is_strangers(report)).count());
        figures.put("foreign", arrived.iter().filter(|one| is_foreign(one)).count());
        figures.put("unsigned", arrived.iter().filter(|one| !is_signed(one)).count());
        figures.put("refused", refused.len());
        figures.put("sources_out", seen.out.len());
        figures.put("parked_max", seen.parked_max as usize);
        figures.put("maybe_duplicates", seen.maybe_duplicates as usize);
        if !forged.is_empty() {
            let taken = forged.iter().filter(|one| tokens.contains(one.token.as_str())).count();
            figures.put("forged", forged.len());
            figures.put("forged_taken", taken);
            figures.put("forged_refused", *playground.put_off_by().get("550 5.7.1").unwrap_or(&0) as usize);
        }
        figures.around(playground, seen);
        figures.times(&sent, &arrived);
        figures.offenders(scenario, &arrived, seen);
        figures.ways(scenario, &arrived, seen);
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

    /// What the world and the node tell beside the mail.
    fn around(&mut self, playground: &Playground, seen: &Seen) {
        self.put("put_off", playground.figures().deferred as usize);
        self.put("put_off_full", *playground.put_off_by().get("452 4.3.1").unwrap_or(&0) as usize);
        if let Some(bytes) = seen.space_min {
            self.0.insert("space_min_mib", bytes as f64 / f64::from(1 << 20));
        }
        if let (Some(end), Some(warned)) = (seen.certificate_ends.first(), seen.certificate_warned) {
            self.0.insert("certificate_days", seconds(warned, *end) / 86_400.0);
        }
        self.put("incidents", seen.incidents);
        self.put("public", usize::from(seen.public.is_some()));
        self.put("alarms", seen.alarms as usize);
        self.put("senders_held", seen.senders_held as usize);
        self.put("listed", seen.listed.len());
        self.put("acts", seen.acts.len());
        let touched = seen.acts.iter().filter_map(|act| act["tally"]["touched"].as_u64()).sum::<u64>();
        self.put("acts_messages", touched as usize);
        if let Some(waiting) = seen.waiting {
            self.put("waiting", waiting as usize);
        }
        let sum = |counts: &serde_json::Value| -> u64 {
            counts
                .as_object()
                .into_iter()
                .flat_map(|all| all.values())
                .filter_map(serde_json::Value::as_u64)
                .sum()
        };
        let is_uneven = |act: &&serde_json::Value| {
            sum(&act["before"]) != sum(&act["after"]) + act["gone"].as_u64().unwrap_or(0)
        };
        self.put("acts_uneven", seen.acts.iter().filter(is_uneven).count());
    }

    /// How long everybody's mail took.
    fn times(&mut self, sent: &[Sent], arrived: &[Arc<Arrived>]) {
        let mut first: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for one in arrived {
            if let Some(token) = &one.token {
                first.entry(token).or_insert(one.received);
            }
        }
        let everybodys = sent.iter().filter(|one| one.recipients.iter().all(|it| is_everybodys(&it.address)));
        let took = everybodys.filter_map(|one| Some(seconds(one.submitted, *first.get(one.token.as_str())?)));
        if let Some(slowest) = took.reduce(f64::max) {
            self.0.insert("slowest", slowest);
        }
        let last_sent = sent.iter().map(|one| one.submitted).max();
        if let (Some(sent), Some(arrived)) = (last_sent, first.values().max()) {
            self.0.insert("seconds_to_empty", seconds(sent, *arrived).max(0.0));
        }
    }

    /// What the mail of streams did to everybody's.
    fn offenders(&mut self, scenario: &Scenario, arrived: &[Arc<Arrived>], seen: &Seen) {
        let Some(held) = seen.held_at else { return };
        let is_offenders =
            |one: &&Arc<Arrived>| scenario.streams.iter().any(|stream| stream.sender == one.mail_from);
        let (theirs, others): (Vec<_>, Vec<_>) = arrived.iter().partition(is_offenders);
        let used: BTreeSet<IpAddr> =
            theirs.iter().filter(|one| one.received < held).filter_map(|one| one.peer).collect();
        let own: BTreeSet<&str> = theirs.iter().filter_map(|one| names(one)).map(|(own, _)| own).collect();
        let is_late = |one: &&&Arc<Arrived>| {
            let is_foreign = names(one).is_some_and(|(name, _)| !own.contains(name));
            let is_beside = one.peer.is_some_and(|peer| used.contains(&peer));
            let is_over = seen.freed_at.is_some_and(|freed| one.received > freed);
            is_foreign && is_beside && !is_over && seconds(held, one.began) > 1.0
        };
        self.put("beside_offender", others.iter().filter(is_late).count());
        if let Some(first) = theirs.iter().map(|one| one.began).min() {
            self.0.insert("seconds_to_held", seconds(first, held).max(0.0));
        }
    }

    /// Over which sources mail went.
    fn ways(&mut self, scenario: &Scenario, arrived: &[Arc<Arrived>], seen: &Seen) {
        let pool: BTreeSet<IpAddr> =
            scenario.pool().filter_map(|one| scenario.address(&one)).map(IpAddr::V4).collect();
        let (ours, peoples): (Vec<_>, Vec<_>) = arrived.iter().partition(|one| one.mail_from.is_empty());
        self.put("notices", ours.len());
        let is_over_pool = |one: &&&Arc<Arrived>| one.peer.is_some_and(|peer| pool.contains(&peer));
        self.put("notices_over_pool", ours.iter().filter(is_over_pool).count());
        let Some(fault) = seen.first_fault else { return };
        let mut counts: BTreeMap<IpAddr, usize> = pool.iter().map(|address| (*address, 0)).collect();
        for one in peoples.iter().filter(|one| one.received < fault) {
            if let Some(count) = one.peer.and_then(|peer| counts.get_mut(&peer)) {
                *count += 1;
            }
        }
        let all: usize = counts.values().sum();
        let is_weighed = !scenario.world.weights.is_empty();
        if let (Some(least), true) = (counts.values().min(), is_weighed && all > 0) {
            self.0.insert("least_share", *least as f64 * 100.0 / all as f64);
        }
    }

    fn put(&mut self, name: &'static str, count: usize) {
        self.0.insert(name, count as f64);
    }

    /// What was refused at one source and delivered by another.
    fn moves(&mut self, arrived: &[Arc<Arrived>], refused: &[playground::RefusedRecipient]) {
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
