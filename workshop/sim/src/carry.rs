//! One try of one message: who goes where, over which source, what the host says, and the one turn over another source.
//!
//! It follows `shell/relay` (`carry`, `steer`, `reroute`) with the same questions in the same order; what is left out is what no pure part decides:
//! stamping, connections, limits of providers, fallbacks.

use crate::mail::{Mail, place};
use crate::node::{Flight, Leg, Missed};
use crate::receiver::{Answer, Asked, takes};
use crate::scene::{HOSTS, Host};
use crate::spool::{End, Record};
use crate::world::{Event, World};
use bounce::{Failure, Judgement, Route, classify_failure, judge};
use dispatch::{Claim, Excluded, Rules, best, claim, is_for_our_address, weigh};
use guard::{Receiver, Said, Use};
use model::{Duration, MessageId, Scope, Source, SourceName, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::LazyLock;

/// Who is behind a host; asked all the time, so it is looked up once.
pub(crate) fn receiver(host: usize) -> &'static Receiver {
    static RECEIVERS: LazyLock<Vec<Receiver>> = LazyLock::new(|| {
        let receiver = |host: &Host| Receiver::new(bounce::provider_of(host.name), host.name);
        HOSTS.iter().map(receiver).collect()
    });
    &RECEIVERS[host]
}

impl World {
    /// Takes a message up; each host gets a leg of its own.
    pub(crate) fn carry(&mut self, id: MessageId) {
        let Some(entry) = self.disk.spool.entries.get_mut(&id) else { return };
        entry.standing = crate::spool::Standing::Delivering;
        let (mail, pending) = (Rc::clone(&entry.mail), entry.to_try());
        let began = self.clock();
        self.tally.took("message", "waiting", "due", "delivering");
        let mut hosts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for recipient in pending {
            hosts.entry(mail.recipients[recipient].host).or_default().push(recipient);
        }
        self.memory.flights.insert(id, Flight { began, legs: hosts.len(), missed: Vec::new() });
        if hosts.is_empty() {
            return self.settle(id);
        }
        for (host, members) in hosts {
            let leg = Leg {
                mail: Rc::clone(&mail),
                host,
                members,
                without: BTreeSet::new(),
                withdrawn: BTreeSet::new(),
                kept_back: BTreeSet::new(),
                source: 0,
                is_last_try: false,
                again: None,
            };
            self.go(leg);
        }
    }

    /// Chooses a source and sets out, or says why there is none.
    fn go(&mut self, mut leg: Leg) {
        match self.choose(&mut leg) {
            Ok(()) => {
                let wait = Duration::from_millis(self.dice.between(5, 800));
                self.after(wait, Event::Arrive(leg));
            }
            Err(failure) => {
                self.no_way(&leg, &failure);
                let host = place(leg.host);
                let missed = |recipient: &usize| Missed {
                    recipient: *recipient,
                    stage: Stage::Resolve,
                    host: host.clone(),
                    source: None,
                    failure: failure.clone(),
                };
                let missed = match leg.again.take() {
                    Some(again) => again,
                    None => leg.members.iter().map(missed).collect(),
                };
                self.land(&leg.mail, missed);
            }
        }
    }

    /// What stands in the way counts as a try, unless it is the guard alone.
    fn no_way(&mut self, leg: &Leg, failure: &Failure) {
        let (now, to) = (self.clock(), receiver(leg.host));
        let is_ordered = |source: &Source| matches!(self.memory.guard.allows(&source.name, to, now), Use::Never(why) if why.is_order);
        let has_no_name = matches!(failure, Failure::Resolve(_));
        if has_no_name || leg.again.is_some() || self.scene.sources.iter().all(is_ordered) {
            self.laws.books.tried(leg, now);
        }
    }

    fn choose(&mut self, leg: &mut Leg) -> Result<(), Failure> {
        if !self.receivers.resolves(leg.host) {
            return Err(Failure::Resolve("no such name".to_owned()));
        }
        let first = self.choose_by(leg, Rules::Guarded);
        let is_expired = leg.mail.expires <= self.clock();
        let is_kept_back = matches!(first, Err(Failure::Withheld(_))) || !leg.kept_back.is_empty();
        let (source, is_last_try) = match first {
            Err(_) if is_expired && is_kept_back => {
                let without = leg.without.difference(&leg.kept_back).cloned().collect();
                let last = Leg { without, ..leg.clone() };
                (self.choose_by(&last, Rules::LastTry)?, true)
            }
            first => (first?, false),
        };
        (leg.source, leg.is_last_try) = (source, is_last_try);
        Ok(())
    }

    fn choose_by(&mut self, leg: &Leg, rules: Rules) -> Result<usize, Failure> {
        let now = self.clock();
        let to = receiver(leg.host);
        let sources = &self.scene.sources;
        let uses: BTreeMap<&SourceName, Use> =
            sources.iter().map(|one| (&one.name, self.memory.guard.allows(&one.name, to, now))).collect();
        let out = sources.iter().filter(|one| leg.without.contains(&one.name));
        let networks: BTreeSet<&str> = out.map(|one| one.network.as_str()).collect();
        let weighed = weigh(leg.mail.id, sources, |source| {
            if leg.without.contains(&source.name) {
                return Err(Excluded::Failed);
            }
            let is_beside = networks.contains(source.network.as_str());
            claim(uses.get(&source.name), rules).map(|claim| Claim { is_beside, ..claim })
        });
        let probing = weighed.iter().filter(|one| one.excluded() == Some(Excluded::Probing));
        let probing: Vec<&SourceName> = probing.map(|one| &one.source.name).collect();
        let probed = probing.into_iter().find(|name| self.memory.guard.take_probe(name, to, now));
        let chosen = probed.or_else(|| best(&weighed).map(|source| &source.name));
        if let Some(name) = chosen {
            return Ok(sources.iter().position(|one| one.name == *name).unwrap_or_default());
        }
        let is_kept = |one: &Excluded| matches!(one, Excluded::Quarantined | Excluded::Probing);
        if weighed.iter().filter_map(dispatch::Weighed::excluded).any(|one| is_kept(&one)) {
            return Err(Failure::Withheld(format!("no source may be used towards {}", HOSTS[leg.host].name)));
        }
        Err(Failure::Connect("no source is left".to_owned()))
    }

    /// A connection stands: the guard is asked once more, and then it is said.
    pub(crate) fn arrive(&mut self, mut leg: Leg) {
        let now = self.clock();
        let source = self.scene.sources[leg.source].clone();
        let said = self.memory.guard.allows(&source.name, receiver(leg.host), now);
        if !leg.is_last_try && matches!(said, Use::Never(_)) {
            if !leg.withdrawn.insert(source.name.clone()) {
                leg.kept_back.insert(source.name.clone());
                leg.without.insert(source.name);
            }
            return self.go(leg);
        }
        self.laws.books.tried(&leg, now);
        let last_try = leg.is_last_try.then_some(leg.mail.expires);
        if let Some((law, what)) = self.laws.guard.used((&source.name, receiver(leg.host)), last_try, now) {
            self.broken(law, what);
        }
        self.disk.spool.note(leg.mail.id, Record::Attempt { recipients: leg.members.clone() }, now);
        let asked = Asked {
            host: leg.host,
            source: (leg.source, &source),
            mail: &leg.mail,
            recipients: &leg.members,
        };
        let answers = self.receivers.answer(&asked, &self.lists, &mut self.dice, now);
        let breach = self.laws.books.answered(&leg, &answers);
        if let Some((law, what)) = breach {
            self.broken(law, what);
        }
        self.laws.harm.answered(leg.host, &answers, self.now);
        if let Some(power) = self.dies {
            return self.goes_down(power);
        }
        let wait = takes(&answers, &mut self.dice);
        self.after(wait, Event::Answered(leg, answers));
    }

    /// The node hears the end of a conversation.
    pub(crate) fn answered(&mut self, leg: Leg, answers: Vec<Answer>) {
        let now = self.clock();
        let source = self.scene.sources[leg.source].name.clone();
        let (taken, refused): (Vec<Answer>, Vec<Answer>) =
            answers.into_iter().partition(|one| one.said.is_ok());
        if !taken.is_empty() {
            self.taken(&leg, &source, &taken);
        }
        let missed: Vec<Missed> = refused
            .into_iter()
            .filter_map(|one| {
                let failure = one.said.err()?;
                Some(Missed {
                    recipient: one.recipient,
                    stage: one.stage,
                    host: place(leg.host),
                    source: Some(source.clone()),
                    failure,
                })
            })
            .collect();
        let certain = missed.iter().filter(|one| !matches!(one.failure, Failure::Unknown(_)));
        let recipients = certain.map(|one| one.recipient).collect();
        self.disk.spool.note(leg.mail.id, Record::Undelivered { recipients }, now);
        let ours = self.tell_the_guard(&leg, &missed);
        self.turn(leg, source, missed, ours);
    }

    fn taken(&mut self, leg: &Leg, source: &SourceName, taken: &[Answer]) {
        let now = self.clock();
        let to = receiver(leg.host);
        self.guarded("accepted", |guard, _| guard.accepted(source, to, now));
        for one in taken {
            self.laws.books.met(&leg.mail, one.recipient, None, now);
            self.meet_breaker(&leg.mail, HOSTS[leg.host].name, None);
        }
        self.probe_accepted(leg.mail.id, leg.host);
        let ends: Vec<(usize, End)> = taken.iter().map(|one| (one.recipient, End::Delivered)).collect();
        self.ended(&leg.mail, ends, "accepted");
        self.delivered_told(leg, source);
        if leg.mail.sender.mailbox().is_some() && leg.mail.route(&self.scene) == Route::Return {
            self.connector_accepted(leg.mail.tenant);
        }
    }

    /// Tells the guard of every refusal; gives those who were refused for our address.
    fn tell_the_guard(&mut self, leg: &Leg, missed: &[Missed]) -> BTreeSet<usize> {
        let mut ours = BTreeSet::new();
        for one in missed {
            let context = leg.mail.context(&self.scene, &self.ours, one.recipient, (one.stage, &one.host));
            let Some(told) = classify_failure(&one.failure, context).filter(is_for_our_address) else {
                continue;
            };
            ours.insert(one.recipient);
            let now = self.clock();
            let to = receiver(leg.host);
            let is_verified = leg.mail.is_verified(&self.scene, leg.host);
            let names_ours = told.address.is_some();
            let cause = match (names_ours, is_verified && to.provider.is_some()) {
                (false, _) => "weak",
                (true, true) => "strong",
                (true, false) => "either",
            };
            let said = |evidence| Said {
                evidence,
                source: self.scene.sources[leg.source].name.clone(),
                receiver: to.clone(),
                is_verified,
                address: HOSTS[leg.host].address.parse().ok(),
                list: told.list.as_deref().map(dnsbl::list_name),
                is_public: told.scope == Scope::Source,
                names_ours,
            };
            let said = said(guard::EvidenceId(self.evidence + 1));
            self.refusal_told(leg, one, &told, cause == "strong");
            self.guarded(cause, |guard, _| guard.refused(&said, now));
        }
        ours
    }

    /// Whoever was refused for this source goes over another one, once.
    fn turn(&mut self, leg: Leg, source: SourceName, missed: Vec<Missed>, ours: BTreeSet<usize>) {
        let is_setup = ours.is_empty() && self.is_unknown_to_the_tenant(&leg, &missed);
        if leg.again.is_some() || missed.is_empty() || (ours.is_empty() && !is_setup) {
            return self.land(&leg.mail, missed);
        }
        let (again, left): (Vec<Missed>, Vec<Missed>) =
            missed.into_iter().partition(|one| is_setup || ours.contains(&one.recipient));
        if let Some(flight) = self.memory.flights.get_mut(&leg.mail.id) {
            flight.missed.extend(left);
        }
        let members = again.iter().map(|one| one.recipient).collect();
        let mut without = leg.without.clone();
        without.insert(source);
        self.go(Leg { members, without, withdrawn: BTreeSet::new(), again: Some(again), ..leg });
    }

    /// Whether all were refused because the connector does not know this source.
    fn is_unknown_to_the_tenant(&self, leg: &Leg, missed: &[Missed]) -> bool {
        let says = |one: &Missed| {
            let context = leg.mail.context(&self.scene, &self.ours, one.recipient, (one.stage, &one.host));
            let whoever = bounce::Context { recipient_is_tenants: true, ..context };
            judge(&one.failure, whoever) == Judgement::HoldTenant
        };
        leg.mail.route(&self.scene) == Route::Return
            && missed.len() == leg.members.len()
            && missed.iter().all(says)
    }

    /// A leg is over; behind the last one the message is settled.
    fn land(&mut self, mail: &Mail, missed: Vec<Missed>) {
        let Some(flight) = self.memory.flights.get_mut(&mail.id) else { return };
        flight.missed.extend(missed);
        flight.legs -= 1;
        if flight.legs == 0 {
            self.settle(mail.id);
        }
    }
}
