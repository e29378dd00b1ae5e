//! What the watch does with block lists, in short: each list in its rhythm at one name server, a listing at the other as well, test points each time.
//!
//! The reading of answers, trust, histories and cases are those of `pure/dnsbl`; the doubt about a list that names the whole pool at once, and waits by
//! time to live, belong to `shell/watch` and are not here.

use crate::lists::SERVERS;
use crate::scene::LISTS;
use crate::world::{Event, World};
use dnsbl::{
    Case, CaseState, Finding, History, Listing, Poll, Standing, Subject, Trust, TrustState, Zone, read,
    test_points,
};
use guard::Polled;
use model::{Duration, Timestamp};
use std::collections::BTreeMap;

/// What is kept of every list.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    trust: BTreeMap<(usize, usize), Trust>,
    histories: BTreeMap<(usize, usize), History>,
    pub(crate) cases: BTreeMap<(usize, usize), Case>,
    turn: usize,
}

/// A standing without what it borrows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stands {
    word: &'static str,
    says: Polled,
    listing: Option<Listing>,
}

impl Stands {
    fn of(history: &History, now: Timestamp) -> Self {
        let (word, says, listing) = match history.standing() {
            Standing::Unknown => ("unknown", Polled::Unknown, None),
            Standing::Clean { since, polls } => {
                ("clean", Polled::Clean { polls, over: now.since(since) }, None)
            }
            Standing::Suspected { listing, .. } => ("suspected", Polled::Suspected, Some(listing.clone())),
            Standing::Listed { listing, .. } => ("listed", Polled::Listed, Some(listing.clone())),
        };
        Self { word, says, listing }
    }
}

pub(crate) fn zone(list: usize) -> &'static Zone {
    dnsbl::find(LISTS[list]).expect("the lists of the scene are known")
}

fn trust_word(trust: &Trust) -> &'static str {
    match trust.state() {
        TrustState::Untested => "untested",
        TrustState::Trusted => "trusted",
        TrustState::Lost { .. } => "lost",
    }
}

pub(crate) fn case_word(case: Option<&Case>) -> &'static str {
    match case.map(|case| &case.state) {
        None => "none",
        Some(CaseState::Open) => "open",
        Some(CaseState::Asked { .. }) => "asked",
        Some(CaseState::Closed { .. }) => "closed",
    }
}

impl Watch {
    /// A start tests every name server anew; what was heard since the last time it was kept goes with the power.
    pub(crate) fn restart(&mut self, power: bool) {
        self.trust.clear();
        if power {
            self.histories.clear();
        }
    }
}

impl World {
    /// One poll of one list about all sources.
    pub(crate) fn poll(&mut self, list: usize) {
        let every = if self.is_calm() { 300 } else { 60 };
        let next = Duration::from_secs(self.dice.between(every * 5 / 6, every * 7 / 6));
        self.after(next, Event::Poll(list));
        self.disk.watch.turn = self.disk.watch.turn.wrapping_add(1);
        let first = self.disk.watch.turn % SERVERS;
        let other = (first + 1) % SERVERS;
        let server = [first, other].into_iter().find(|server| self.test(*server, list));
        for source in 0..self.scene.sources.len() {
            let asked = server.unwrap_or(first);
            let is_listed = self.ask(asked, list, source, server.is_some());
            if is_listed && server == Some(first) && self.test(other, list) {
                self.ask(other, list, source, true);
            }
        }
    }

    /// Whether the list's test points are right at this name server.
    fn test(&mut self, server: usize, list: usize) -> bool {
        let now = self.clock();
        let Some((listed, clean)) = test_points(zone(list)) else { return false };
        let sources = &self.scene.sources;
        let listed = self.lists.answer(server, list, &listed, sources, &mut self.dice);
        let clean = self.lists.answer(server, list, &clean, sources, &mut self.dice);
        let trust = self.disk.watch.trust.entry((list, server)).or_default();
        let before = trust_word(trust);
        if trust.tested(zone(list), &listed, &clean, now) {
            self.tally.took("trust", before, "tested", trust_word(trust));
        }
        trust.holds()
    }

    /// Asks one name server about one source; whether it is listed.
    fn ask(&mut self, server: usize, list: usize, source: usize, counts: bool) -> bool {
        let now = self.clock();
        let subject = Subject::Address(self.scene.sources[source].address);
        let answer = self.lists.answer(server, list, &subject, &self.scene.sources, &mut self.dice);
        let finding = read(zone(list), &answer);
        let is_listed = matches!(finding, Finding::Listed(_));
        let history = self.disk.watch.histories.entry((list, source)).or_default();
        let before = Stands::of(history, now);
        history.add(Poll { at: now, witness: format!("ns{server}"), finding, counts });
        let after = Stands::of(history, now);
        if !counts {
            return is_listed;
        }
        if before.word != after.word {
            self.tally.took("standing", before.word, "poll", after.word);
        }
        self.list_told(list, source, after.word);
        self.case(list, source, &after, now);
        let name = self.scene.sources[source].name.clone();
        let is_strong = after.says == Polled::Listed;
        let cause = if is_strong { "strong" } else { "either" };
        self.guarded(cause, |guard, evidence| guard.polled(&name, LISTS[list], after.says, evidence, now));
        is_listed
    }

    fn case(&mut self, list: usize, source: usize, stands: &Stands, now: Timestamp) {
        let case = self.disk.watch.cases.get_mut(&(list, source));
        let before = case_word(case.as_deref());
        let by = match (stands.says, case, &stands.listing) {
            (Polled::Listed, None, Some(listing)) => {
                let link = zone(list).removal_link(&self.scene.sources[source].address);
                let case =
                    Case::open(self.scene.sources[source].address.to_string(), listing.clone(), link, now);
                self.disk.watch.cases.insert((list, source), case);
                "listed"
            }
            (Polled::Listed, Some(case), Some(listing)) => {
                case.listed(listing.clone());
                "listed"
            }
            (Polled::Clean { .. }, Some(case), _) => {
                case.gone(now);
                "gone"
            }
            (Polled::Listed | Polled::Clean { .. } | Polled::Suspected | Polled::Unknown, _, _) => return,
        };
        let after = case_word(self.disk.watch.cases.get(&(list, source)));
        if before != after {
            self.tally.took("case", before, by, after);
        }
    }

    /// A person asked a list for removal.
    pub(crate) fn ask_for_removal(&mut self) {
        let now = self.clock();
        let open = self.disk.watch.cases.values_mut().find(|case| case.state == CaseState::Open);
        if let Some(case) = open {
            case.asked("kim", now);
            self.tally.took("case", "open", "asked", "asked");
        }
    }
}
