//! The books of mail: what was acknowledged, what receivers took, and how each recipient's story ended.

use super::Law;
use crate::mail::{Mail, place};
use crate::node::Leg;
use crate::receiver::{Answer, Truth};
use crate::spool::{End, Entry};
use bounce::{Failure, Route};
use model::{Duration, MessageId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

/// Answers of one host that count for each other.
const WINDOW: Duration = Duration::from_secs(300);
/// An end that nobody knows is asked again no sooner.
const UNKNOWN_WAIT: Duration = Duration::from_secs(300);

/// A try that was under way when the time ran out is the last one.
const UNDER_WAY: Duration = Duration::from_secs(120);

type Finding = Option<(Law, String)>;

/// What is known from outside of one recipient.
#[derive(Debug, Clone, Default)]
struct Tale {
    /// How often a receiver took it.
    taken: u32,
    /// How often nobody could know whether it did.
    doubts: u32,
    truth: Option<Truth>,
    /// When it was tried last, whatever came of it.
    tried: Option<Timestamp>,
    /// So many met the same that its sender may not be told.
    is_crowd: bool,
    ended: Option<End>,
    /// It had ended, and the record may be gone.
    had_ended: Option<End>,
}

#[derive(Debug, Clone)]
struct Account {
    mail: Rc<Mail>,
    tales: Vec<Tale>,
}

/// One answer of a host, as far as it says something about others.
#[derive(Debug)]
struct Met {
    at: Timestamp,
    tenant: usize,
    /// What a refusal said, and whether that is about a mailbox.
    refused: Option<(String, bool)>,
}

#[derive(Debug, Default)]
pub(crate) struct Books {
    accounts: BTreeMap<MessageId, Account>,
    met: BTreeMap<usize, VecDeque<Met>>,
}

impl Books {
    pub(crate) fn knows(&self, id: MessageId) -> bool {
        self.accounts.contains_key(&id)
    }

    pub(crate) fn acknowledged(&mut self, mail: Rc<Mail>) {
        let tales = vec![Tale::default(); mail.recipients.len()];
        self.accounts.insert(mail.id, Account { mail, tales });
    }

    /// A host was reached, or could not be for another reason than what the guard thinks of our sources.
    pub(crate) fn tried(&mut self, leg: &Leg, now: Timestamp) {
        for recipient in &leg.members {
            if let Some(tale) = self.tale(leg.mail.id, *recipient) {
                tale.tried = Some(now);
            }
        }
    }

    /// A host has decided; what it took is in the mailbox from now on.
    pub(crate) fn answered(&mut self, leg: &Leg, answers: &[Answer]) -> Finding {
        let id = leg.mail.id;
        for answer in answers {
            let Some(tale) = self.tale(id, answer.recipient) else {
                return Some((Law::NothingLost, format!("{id} goes out and was never acknowledged")));
            };
            tale.truth = Some(answer.truth);
            tale.taken += u32::from(answer.is_taken);
            if tale.taken > 1 + tale.doubts {
                return Some((
                    Law::NoDuplicateWithoutDoubt,
                    format!("{id}: recipient {} has it {} times", answer.recipient, tale.taken),
                ));
            }
            tale.doubts += u32::from(matches!(answer.said, Err(Failure::Unknown(_))));
        }
        None
    }

    /// The node weighs what a recipient met at its host.
    pub(crate) fn met(
        &mut self,
        mail: &Mail,
        recipient: usize,
        refused: Option<(String, bool)>,
        now: Timestamp,
    ) {
        let host = mail.recipients[recipient].host;
        let met = self.met.entry(host).or_default();
        met.push_back(Met { at: now, tenant: mail.tenant, refused: refused.clone() });
        while met.front().is_some_and(|first| first.at + WINDOW < now) {
            met.pop_front();
        }
        let is_crowd = refused.is_some_and(|(text, is_mailbox)| self.is_crowd(host, &text, is_mailbox));
        if let Some(tale) = self.tale(mail.id, recipient) {
            tale.is_crowd = is_crowd;
        }
    }

    /// Whether so many met the same at this host that nobody may be told of it.
    fn is_crowd(&self, host: usize, text: &str, is_mailbox: bool) -> bool {
        let Some(met) = self.met.get(&host) else { return false };
        let same = met
            .iter()
            .filter(|one| one.refused.as_ref().is_some_and(|(said, _)| said == text && !is_mailbox));
        let alike: BTreeSet<usize> = same.map(|one| one.tenant).collect();
        let refused = met.iter().filter(|one| one.refused.is_some()).count();
        let tenants: BTreeSet<usize> = met.iter().map(|one| one.tenant).collect();
        alike.len() >= 3 || met.len() >= 20 && tenants.len() >= 3 && refused * 2 > met.len()
    }

    /// A recipient's story ends.
    pub(crate) fn ended(&mut self, mail: &Mail, recipient: usize, end: End, now: Timestamp) -> Finding {
        let host = mail.recipients[recipient].host;
        let id = mail.id;
        let tale = self.tale(id, recipient)?;
        tale.ended = Some(end);
        match end {
            End::Person => None,
            End::Delivered if tale.taken == 0 => {
                Some((Law::NothingLost, format!("{id}: recipient {recipient} is delivered and has nothing")))
            }
            End::Delivered => None,
            End::Discarded if mail.may_be_told() => Some((
                Law::NothingLost,
                format!("{id}: recipient {recipient} is discarded, and its sender could be told"),
            )),
            End::Reported { .. } | End::Discarded if now >= mail.expires => {
                let is_tried = tale.tried.is_some_and(|tried| tried + UNDER_WAY >= mail.expires);
                (!is_tried).then(|| {
                    (
                        Law::EveryWayTriedFirst,
                        format!("{id}: recipient {recipient} is given up and was not tried again"),
                    )
                })
            }
            End::Reported { .. } | End::Discarded => {
                let truth = tale.truth.unwrap_or(Truth::Unclear);
                let may = truth.is_theirs() || truth == Truth::Plausible;
                let why = if may { "many met the same".to_owned() } else { format!("it is {truth:?}") };
                let at = place(host);
                (!may || tale.is_crowd).then(|| {
                    (
                        Law::NoReportForOurFault,
                        format!("{id}: recipient {recipient} at {at} is given up, and {why}"),
                    )
                })
            }
        }
    }

    /// The next try is planned.
    pub(crate) fn put_off(
        &self,
        id: MessageId,
        tries: u32,
        (is_unknown, route): (bool, Route),
        due: Timestamp,
        now: Timestamp,
    ) -> Option<String> {
        let waits: &[u64] = match route {
            Route::Return => &[5, 15, 60, 300, 900],
            Route::Deliver => &[300, 900, 1800, 3600],
        };
        let wait = waits[(tries as usize).min(waits.len() - 1)] * 1_000;
        let waits = due.since(now).as_millis() as u64;
        let least =
            if is_unknown { (wait * 89 / 100).max(UNKNOWN_WAIT.as_millis() as u64) } else { wait * 89 / 100 };
        let most = if is_unknown { wait.max(300_000) } else { wait } * 111 / 100;
        (waits < least || waits > most)
            .then(|| format!("{id} comes again after {waits} ms, not {least} to {most}"))
    }

    /// The process went while it was under way: whoever was asked may have it.
    pub(crate) fn was_in_flight(&mut self, id: MessageId) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.tales.iter_mut().for_each(|tale| tale.doubts += 1);
        }
    }

    /// What happened to it may not be on disk: it may happen again.
    pub(crate) fn may_be_undone(&mut self, id: MessageId) {
        if let Some(account) = self.accounts.get_mut(&id) {
            for tale in &mut account.tales {
                tale.doubts += 1;
                tale.had_ended = tale.ended.take().or(tale.had_ended);
            }
        }
    }

    /// Whether a recipient is still refused for a fault of its own: parked with a crowd that met the same, it waits for its expiry.
    pub(crate) fn is_theirs(&self, id: MessageId, recipient: usize) -> bool {
        let tale = self.accounts.get(&id).and_then(|account| account.tales.get(recipient));
        tale.and_then(|tale| tale.truth).is_some_and(Truth::is_theirs)
    }

    /// What the node remembered of answers is gone.
    pub(crate) fn forget_times(&mut self) {
        self.met.clear();
    }

    /// Behind a start the disk says what has ended.
    pub(crate) fn started(&mut self, entries: &BTreeMap<MessageId, Entry>) {
        for (id, account) in &mut self.accounts {
            let entry = entries.get(id);
            for (number, tale) in account.tales.iter_mut().enumerate() {
                let known = entry.map_or(tale.had_ended.take(), |entry| entry.ended.get(&number).copied());
                tale.ended = tale.ended.or(known);
            }
        }
    }

    /// Whatever has no end is in the spool.
    pub(crate) fn missing(&self, entries: &BTreeMap<MessageId, Entry>) -> Option<String> {
        let is_open = |account: &Account| account.tales.iter().any(|tale| tale.ended.is_none());
        let lost = self.accounts.iter().find(|(id, account)| is_open(account) && !entries.contains_key(id));
        lost.map(|(id, account)| {
            format!(
                "{id} of tenant {} was acknowledged and is gone: {:?}",
                account.mail.tenant, account.tales
            )
        })
    }

    fn tale(&mut self, id: MessageId, recipient: usize) -> Option<&mut Tale> {
        self.accounts.get_mut(&id)?.tales.get_mut(recipient)
    }
}
