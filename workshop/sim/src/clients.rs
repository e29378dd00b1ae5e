//! Clients: they offer mail, and offer again what was not taken. What was answered with 250 is ours from then on.

use crate::laws::Law;
use crate::mail::{Mail, Mailbox, Recipient};
use crate::scene::HOSTS;
use crate::world::{Event, World};
use dispatch::Passage;
use model::{Address, Duration, MessageId, ReversePath, Timestamp};
use std::rc::Rc;

impl World {
    /// A client writes a message; the next one comes after a while, a longer one in calm weather.
    pub(crate) fn next_mail(&mut self) {
        if self.is_late() {
            return;
        }
        let mail = self.write_mail(None);
        self.offered(Rc::new(mail));
        let wait = if self.is_calm() { self.dice.between(20, 160) } else { self.dice.between(2, 50) };
        self.after(Duration::from_secs(wait), Event::NextMail);
    }

    /// Many of different tenants to one host at once.
    pub(crate) fn rush(&mut self, host: usize, count: u64) {
        for _ in 0..count {
            let mail = self.write_mail(Some(host));
            let wait = self.dice.between(1, 100);
            self.after(Duration::from_secs(wait), Event::Offer(Rc::new(mail)));
        }
    }

    /// A message of anybody to anybody, or to one host of strangers.
    fn write_mail(&mut self, to: Option<usize>) -> Mail {
        self.mails += 1;
        let strangers = self.scene.tenants.len() as u64 - 3;
        let tenant = match to {
            Some(_) => 3 + self.dice.below(strangers) as usize,
            None => self.dice.below(self.scene.tenants.len() as u64) as usize,
        };
        let sender = format!("s{}@{}", self.dice.below(4), self.scene.tenants[tenant].domain);
        let is_null = self.dice.percent(3);
        let count = *self.dice.pick(&[1, 1, 1, 2, 3]);
        let recipients = (0..count).map(|_| self.write_recipient(tenant, to)).collect();
        Mail {
            id: MessageId::new(Timestamp::default(), [0; 10]),
            tenant,
            sender: if is_null { ReversePath::Null } else { ReversePath::Mailbox(address(&sender)) },
            wants_no_report: self.dice.percent(3),
            recipients,
            is_spam: self.dice.percent(3),
            is_unaligned: self.dice.percent(3),
            received: Timestamp::default(),
            expires: Timestamp::default(),
            about: None,
        }
    }

    fn write_recipient(&mut self, tenant: usize, to: Option<usize>) -> Recipient {
        let tenant = &self.scene.tenants[tenant];
        let is_tenants = tenant.smart_host.is_some() && self.dice.percent(40);
        let host = match (tenant.smart_host, to) {
            (Some(host), _) | (None, Some(host)) => host,
            (None, None) => 3 + self.dice.below(HOSTS.len() as u64 - 3) as usize,
        };
        let number = self.dice.below(1_000);
        let domain = if is_tenants { tenant.domain.clone() } else { format!("d{host}.example") };
        let mailbox = match (self.dice.below(100), tenant.smart_host) {
            (0..=2, None) => Mailbox::Unknown,
            (0..=2, Some(_)) if is_tenants => Mailbox::Unknown,
            (3, None) => Mailbox::Full,
            (_, _) => Mailbox::There,
        };
        Recipient { address: address(&format!("r{number}@{domain}")), host, mailbox, is_tenants }
    }

    /// A client offers a message; what is refused for now comes again.
    pub(crate) fn offered(&mut self, mail: Rc<Mail>) {
        if let Err(why) = self.take_in(&mail) {
            self.tally.took("message", "offered", why, "offered");
            let again = Duration::from_secs(self.dice.between(60, 600));
            self.after(again, Event::Offer(mail));
        }
    }

    fn take_in(&mut self, mail: &Rc<Mail>) -> Result<(), &'static str> {
        if !self.is_up {
            return Err("node is down");
        }
        let now = self.clock();
        let tenant = self.scene.tenants[mail.tenant].name.clone();
        if self.scene.tenants[mail.tenant].smart_host.is_some()
            && self.memory.holds.enter(&tenant, now) == Passage::Closed
        {
            return Err("connector held");
        }
        let id = self.new_id();
        let mail = Mail { id, received: now, expires: now + self.timeline.expires, ..mail.as_ref().clone() };
        let sick = self.sick;
        self.commit(Rc::new(mail), sick)
    }

    /// The one place that says 250.
    pub(crate) fn commit(&mut self, mail: Rc<Mail>, sick: crate::disk::Sick) -> Result<(), &'static str> {
        let now = self.clock();
        match self.disk.spool.commit(Rc::clone(&mail), sick, now) {
            Ok(()) => {
                self.tally.took("message", "offered", "synced", "waiting");
                self.laws.books.acknowledged(mail);
                Ok(())
            }
            Err(why) if why.starts_with("452") => Err("no space"),
            Err(_) => Err("sync failed"),
        }
    }

    pub(crate) fn new_id(&mut self) -> MessageId {
        self.mails += 1;
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.mails.to_be_bytes());
        random[9] = self.dice.byte();
        let id = MessageId::new(self.clock(), random);
        if self.laws.books.knows(id) {
            self.broken(Law::NothingLost, format!("{id} is given twice"));
        }
        id
    }
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("the address is one")
}
