//! What becomes of the recipients that were not reached: a report, the schedule, a park. It follows `shell/relay/src/verdict`.

use crate::laws::Law;
use crate::mail::{Mail, Mailbox, Recipient};
use crate::node::{Flight, Missed};
use crate::scene::HOSTS;
use crate::spool::{End, Record};
use crate::world::World;
use bounce::{Answer, Failure, Judgement, Refusal, Route, Trust, classify_failure, judge, normalised};
use dispatch::{Begun, Blame, Fate, Gate, believed, in_time};
use model::{MessageId, Owner, ParkReason, ReversePath, Timestamp};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A recipient with what is done about it.
type Judged = (Judgement, Missed);

impl World {
    /// Behind the last answer.
    pub(crate) fn settle(&mut self, id: MessageId) {
        let Some(Flight { missed, began, .. }) = self.memory.flights.remove(&id) else { return };
        let Some(mail) = self.disk.spool.entries.get(&id).map(|entry| Rc::clone(&entry.mail)) else { return };
        let judged: Vec<Judged> =
            missed.into_iter().map(|one| (self.judge(&mail, &one, began), one)).collect();
        let (ends, left): (Vec<Judged>, Vec<Judged>) =
            judged.into_iter().partition(|(it, _)| matches!(it, Judgement::Report(_)));
        if !self.end_reported(&mail, &ends) {
            let due = self.clock() + model::Duration::from_secs(60);
            return self.wait(id, due, "put off");
        }
        self.leave(&mail, &left);
    }

    fn judge(&mut self, mail: &Mail, missed: &Missed, began: Timestamp) -> Judgement {
        let now = self.clock();
        let context = mail.context(&self.scene, &self.ours, missed.recipient, (missed.stage, &missed.host));
        let mut judgement = judge(&missed.failure, context);
        if let Some(told) =
            classify_failure(&missed.failure, context).filter(|_| judgement != Judgement::Retry)
        {
            let text = normalised(&missed.failure.to_string());
            let refusal = Refusal { text: &text, category: told.category };
            let is_mailbox = told.category.as_str().starts_with("mailbox_");
            self.laws.books.met(mail, missed.recipient, Some((text.clone(), is_mailbox)), now);
            let trust = self.meet_breaker(mail, &missed.host, Some(refusal));
            judgement = believed(judgement, trust);
        }
        let fate =
            Fate::new(&self.scene.tenants[mail.tenant].name, &missed.host, &missed.failure.to_string());
        let is_probe =
            matches!(judgement, Judgement::Report(_)) && self.memory.probes.is_probe(mail.id, &fate);
        let (judgement, blame) = in_time(judgement, began >= mail.expires, is_probe);
        if blame == Blame::Ours {
            self.memory.flow.reports_ours += 1;
        }
        judgement
    }

    pub(crate) fn meet_breaker(&mut self, mail: &Mail, host: &str, refusal: Option<Refusal<'_>>) -> Trust {
        let now = self.clock();
        let sender = mail.sender.to_string();
        let answer = Answer { tenant: &self.scene.tenants[mail.tenant].name, sender: &sender, refusal };
        let name = host.split_whitespace().next().unwrap_or_default().to_owned();
        self.memory.breaker.serve(self.scene.tenants.len());
        let trust = self.memory.breaker.meet(&name, &answer, now);
        if refusal.is_some() {
            let (by, to) = match trust {
                Trust::Alone => ("alone", "believed"),
                Trust::Alike { .. } => ("alike", "parked"),
                Trust::Share { .. } => ("share", "parked"),
            };
            self.tally.took("breaker", "met", by, to);
        }
        trust
    }

    /// Gives recipients up; `false` if the report could not be made safe.
    fn end_reported(&mut self, mail: &Rc<Mail>, ended: &[Judged]) -> bool {
        if ended.is_empty() {
            return true;
        }
        let recipients: Vec<usize> = ended.iter().map(|(_, missed)| missed.recipient).collect();
        if !mail.may_be_told() {
            self.ended(
                mail,
                recipients.into_iter().map(|one| (one, End::Discarded)).collect(),
                "nobody may be told",
            );
            return true;
        }
        let report = self.report(mail);
        let id = report.id;
        let sick = self.sick;
        if self.commit(report, sick).is_err() {
            return false;
        }
        let is_over = self.clock() >= mail.expires;
        let by = if is_over { "time is over" } else { "their fault" };
        self.ended(mail, recipients.into_iter().map(|one| (one, End::Reported { report: id })).collect(), by);
        true
    }

    /// The report: a message of ours with a null sender, back to the sender's own system.
    fn report(&mut self, mail: &Mail) -> Rc<Mail> {
        let now = self.clock();
        let host = self.scene.tenants[mail.tenant].smart_host.unwrap_or(HOSTS.len() - 1);
        let address = mail.sender.mailbox().cloned().expect("only who has a sender is reported");
        Rc::new(Mail {
            id: self.new_id(),
            tenant: mail.tenant,
            sender: ReversePath::Null,
            wants_no_report: true,
            recipients: vec![Recipient { address, host, mailbox: Mailbox::There, is_tenants: true }],
            is_spam: false,
            is_unaligned: false,
            received: now,
            expires: now + self.timeline.expires,
            about: Some(mail.id),
        })
    }

    /// Records final outcomes.
    pub(crate) fn ended(&mut self, mail: &Rc<Mail>, ends: Vec<(usize, End)>, by: &'static str) {
        let now = self.clock();
        for (recipient, end) in &ends {
            let to = match end {
                End::Delivered => "delivered",
                End::Reported { .. } => "reported",
                End::Discarded | End::Person => "discarded",
            };
            let from = if *end == End::Person { "held" } else { "delivering" };
            self.tally.took("message", from, by, to);
            if let Some((law, what)) = self.laws.books.ended(mail, *recipient, *end, now) {
                self.broken(law, what);
            }
        }
        self.disk.spool.note(mail.id, Record::Ended(ends), now);
    }

    /// Everybody who is left waits or is parked.
    fn leave(&mut self, mail: &Rc<Mail>, left: &[Judged]) {
        let now = self.clock();
        self.tell_of_connector(mail, left);
        let (park, wait): (Vec<&Judged>, Vec<&Judged>) =
            left.iter().partition(|(it, _)| matches!(it, Judgement::Park(_) | Judgement::HoldTenant));
        // Those who were parked before and are left alone keep the message here.
        if !park.is_empty() || wait.is_empty() {
            let kept = park.iter().map(|one| (one.1.recipient, self.keep(mail, one, now))).collect();
            self.disk.spool.note(mail.id, Record::Park(kept), now);
        }
        if wait.is_empty() {
            return;
        }
        let is_unknown = wait.iter().any(|(it, _)| *it == Judgement::RetrySameSource);
        let is_in_doubt = wait.iter().any(|(_, missed)| matches!(missed.failure, Failure::Unknown(_)));
        let tries = self.disk.spool.entries.get(&mail.id).map_or(0, |entry| entry.tries);
        let schedule = match mail.route(&self.scene) {
            Route::Return => &self.schedules.to_tenant,
            Route::Deliver => &self.schedules.to_recipients,
        };
        let due = schedule.next(tries, is_unknown, self.dice.byte(), now);
        if let Some(what) =
            self.laws.books.put_off(mail.id, tries, (is_in_doubt, mail.route(&self.scene)), due, now)
        {
            self.broken(Law::Patience, what);
        }
        self.wait(mail.id, due, if is_unknown { "end unknown" } else { "put off" });
    }

    pub(crate) fn wait(&mut self, id: MessageId, due: Timestamp, by: &'static str) {
        let now = self.clock();
        self.tally.took("message", "delivering", by, "waiting");
        self.disk.spool.note(id, Record::Wait { due }, now);
    }

    /// Why a recipient is parked.
    fn keep(&mut self, mail: &Mail, (judgement, missed): &Judged, now: Timestamp) -> ParkReason {
        let context = mail.context(&self.scene, &self.ours, missed.recipient, (missed.stage, &missed.host));
        let category = classify_failure(&missed.failure, context).map(|told| told.category);
        let (stage, host, reply) = (missed.stage, missed.host.clone(), missed.failure.to_string());
        let why = match judgement {
            Judgement::HoldTenant => ParkReason::TenantSetup { stage, host, reply },
            Judgement::Park(owner) => ParkReason::Refused {
                stage,
                host,
                reply,
                category,
                owner: Some(*owner),
                source: missed.source.clone(),
            },
            Judgement::Retry | Judgement::RetrySameSource | Judgement::Report(_) => {
                ParkReason::Refused { stage, host, reply, category, owner: None, source: None }
            }
        };
        let by = match (&why, &missed.failure) {
            (ParkReason::TenantSetup { .. }, _) => "connector",
            (_, Failure::Withheld(_)) => "withheld",
            (ParkReason::Refused { owner: Some(Owner::OurAddress), .. }, _) => "refused for our address",
            (_, _) => "not believed",
        };
        self.tally.took("message", "delivering", by, "parked");
        if let Some(fate) = Fate::of(&self.scene.tenants[mail.tenant].name, &why) {
            let before = self.gates();
            self.memory.probes.parked(mail.id, &fate, now);
            self.count_gates(&before, "refused alike");
        }
        why
    }

    fn tell_of_connector(&mut self, mail: &Mail, left: &[Judged]) {
        let held = left.iter().find(|(it, _)| *it == Judgement::HoldTenant);
        let Some((_, missed)) = held.filter(|_| mail.sender.mailbox().is_some()) else { return };
        let (now, tenant) = (self.clock(), self.scene.tenants[mail.tenant].name.clone());
        let begun = self.memory.holds.refused(&tenant, &missed.failure.to_string(), now);
        if begun != Begun::No {
            self.tally.took("hold", "free", "refused", "held");
        }
    }

    pub(crate) fn connector_accepted(&mut self, tenant: usize) {
        let now = self.clock();
        if self.memory.holds.accepted(&self.scene.tenants[tenant].name, now).is_some() {
            self.tally.took("hold", "held", "accepted", "free");
        }
    }

    pub(crate) fn probe_accepted(&mut self, id: MessageId, host: usize) {
        let now = self.clock();
        let before = self.gates();
        let _opened = self.memory.probes.accepted(id, HOSTS[host].name, now);
        self.count_gates(&before, "accepted");
    }

    pub(crate) fn gates(&self) -> BTreeMap<Fate, Gate> {
        self.memory.probes.gates().into_iter().collect()
    }

    pub(crate) fn count_gates(&mut self, before: &BTreeMap<Fate, Gate>, by: &'static str) {
        for (fate, gate) in self.gates() {
            let Some(old) = before.get(&fate).filter(|old| **old != gate) else { continue };
            if (gate_word(*old), gate_word(gate)) != ("open", "open") {
                self.tally.took("probe", gate_word(*old), by, gate_word(gate));
            }
        }
    }
}

fn gate_word(gate: Gate) -> &'static str {
    match gate {
        Gate::Closed { .. } => "closed",
        Gate::Probing { .. } => "probing",
        Gate::Open { .. } => "open",
    }
}
