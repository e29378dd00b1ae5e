//! Block lists and the name servers through which they are asked: what is true, and what is answered.
//!
//! A list names sources or does not; a name server passes that on or lies. The node sees answers only.

use crate::dice::Dice;
use core::net::{IpAddr, Ipv4Addr};
use dnsbl::{Answer, Subject};
use model::{Duration, Source, Timestamp};
use std::collections::BTreeMap;

/// What is wrong with a list itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ruin {
    /// Its domain is parked: every name is there.
    ListsTheWorld,
    /// Its zone is empty.
    IsEmpty,
}

/// How a name server lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lie {
    /// No answer.
    Silent,
    /// It sends everybody to its own search page.
    Redirects,
    /// The list takes it for a public resolver and says so.
    IsRefused,
    /// It says that nothing exists.
    Denies,
    /// It has kept what the second list said of the first source once, and says it still; alone, for two of a kind are two witnesses.
    Remembers,
}

/// A server among several.
pub(crate) const SERVERS: usize = 2;

#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// By list, the sources that it names and since when.
    named: BTreeMap<usize, BTreeMap<usize, Timestamp>>,
    /// Receivers and polls lag behind.
    let_go: BTreeMap<(usize, usize), Timestamp>,
    ruins: BTreeMap<usize, Ruin>,
    lies: BTreeMap<usize, Lie>,
    /// When a list was ruined or a name server lied last.
    sick: Timestamp,
}

/// A name is sure if it stands so long, and everybody told the truth for longer than polls are remembered.
const SURE: Duration = Duration::from_secs(20 * 60);
const HEALTHY: Duration = Duration::from_secs(80 * 60);

impl Lists {
    pub(crate) fn list(&mut self, list: usize, source: usize, now: Timestamp) {
        self.named.entry(list).or_default().entry(source).or_insert(now);
    }

    /// Whether one of these lists has named a source for so long that every poll must know. A name server that is silent hides nothing while
    /// another one speaks.
    pub(crate) fn surely_names(&self, source: usize, lists: Vec<usize>, now: Timestamp) -> bool {
        let is_heard = self.lies.len() < SERVERS && self.lies.values().all(|lie| *lie == Lie::Silent);
        let is_healthy = self.ruins.is_empty() && is_heard && now.since(self.sick) >= HEALTHY;
        let since = |list: &usize| self.named.get(list).and_then(|named| named.get(&source)).copied();
        is_healthy && lists.iter().filter_map(since).any(|since| now.since(since) >= SURE)
    }

    pub(crate) fn let_go(&mut self, list: usize, source: usize, now: Timestamp) {
        if self.named.get_mut(&list).is_some_and(|named| named.remove(&source).is_some()) {
            self.let_go.insert((list, source), now);
        }
    }

    pub(crate) fn ruin(&mut self, list: usize, ruin: Option<Ruin>, now: Timestamp) {
        self.sick = now;
        match ruin {
            Some(ruin) => drop(self.ruins.insert(list, ruin)),
            None => drop(self.ruins.remove(&list)),
        }
    }

    pub(crate) fn lie(&mut self, server: usize, lie: Option<Lie>, now: Timestamp) {
        let was = match lie {
            Some(lie) => self.lies.insert(server, lie),
            None => self.lies.remove(&server),
        };
        let is_only_silent = [lie, was].into_iter().flatten().all(|lie| lie == Lie::Silent);
        if !is_only_silent || self.lies.len() == SERVERS {
            self.sick = now;
        }
    }

    /// Whether a receiver that asks this list refuses this source.
    pub(crate) fn names(&self, list: usize, source: usize) -> bool {
        self.named.get(&list).is_some_and(|named| named.contains_key(&source))
    }

    /// Whether any list named it within the last while.
    pub(crate) fn named_lately(&self, source: usize, within: Duration, now: Timestamp) -> bool {
        let is_named = self.named.values().any(|named| named.contains_key(&source));
        is_named || self.let_go.iter().any(|((_, one), at)| *one == source && now.since(*at) <= within)
    }

    /// What a name server says to a question about a list.
    pub(crate) fn answer(
        &self,
        server: usize,
        list: usize,
        subject: &Subject,
        sources: &[Source],
        dice: &mut Dice,
    ) -> Answer {
        let found = |last: [u8; 4]| Answer::Found { addresses: vec![Ipv4Addr::from(last)], text: None };
        match self.lies.get(&server) {
            Some(Lie::Silent) => return Answer::Failed("no answer within 5 s".to_owned()),
            Some(Lie::Redirects) => return found([192, 0, 2, 200]),
            Some(Lie::IsRefused) if list == 0 => return found([127, 255, 255, 254]),
            Some(Lie::IsRefused) => return Answer::Refused,
            Some(Lie::Denies) => return Answer::NoName,
            Some(Lie::Remembers)
                if list == 1 && self.lies.len() == 1 && *subject == Subject::Address(sources[0].address) =>
            {
                return found([127, 0, 0, 2]);
            }
            Some(Lie::Remembers) | None => {}
        }
        match self.ruins.get(&list) {
            Some(Ruin::ListsTheWorld) => return found([127, 0, 0, 2]),
            Some(Ruin::IsEmpty) => return Answer::NoName,
            None => {}
        }
        let Subject::Address(address) = subject else { return Answer::NoName };
        let is_point = *address == IpAddr::from([127, 0, 0, 2]);
        let source = sources.iter().position(|source| source.address == *address);
        if is_point || source.is_some_and(|source| self.names(list, source)) {
            return found(if list == 0 {
                *dice.pick(&[[127, 0, 0, 3], [127, 0, 0, 2]])
            } else {
                [127, 0, 0, 2]
            });
        }
        Answer::NoName
    }
}
