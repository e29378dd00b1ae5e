//! Whether a domain's SPF record (RFC 7208) lets one address send.
//!
//! A receiver judges a returned message by the address from which we hand it over, so every source has to be in the record of every
//! domain, spares too. Nothing is looked up here: `evaluate` walks the records that are known and asks for those that are not. What
//! depends on more than the address (macros, `exists`, `ptr`) is reported as unknown.

mod record;

pub use record::{Mechanism, Record, RecordError, Term, parse};

use core::net::IpAddr;
use record::Qualifier;
use std::collections::BTreeMap;

/// RFC 7208 §4.6.4: terms that cause look-ups, in all records of one evaluation together.
pub const LOOKUPS_MAX: usize = 10;
/// The same: look-ups that find nothing.
const VOID_MAX: usize = 2;
/// The same: exchangers of one `mx`.
const EXCHANGERS_MAX: usize = 10;

/// Something that has to be looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    Texts(String),
    Addresses(String),
    Exchangers(String),
}

/// What a name server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Texts(Vec<String>),
    Addresses(Vec<IpAddr>),
    Exchangers(Vec<String>),
    /// The name does not exist or has no such record.
    Absent,
    /// No name server answered; the reason for a person.
    Failed(String),
}

/// What the record says of the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may send, by this term.
    Pass { by: String },
    /// It may not, or the record does not say so; the term that ended it.
    NotIncluded { by: String },
    /// The domain has no record.
    NoRecord,
    /// It depends on what only a receiver knows.
    Unknown(String),
    /// Receivers cannot use the record (permerror).
    Broken(String),
    /// A name server did not answer.
    Unanswered(String),
}

/// How far the known answers lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Look this up and evaluate again.
    Ask(Question),
    /// The verdict, and how many of the ten look-ups the terms took.
    Done { verdict: Verdict, lookups: usize },
}

/// Judges `address` by the record of `domain`, as far as `known` answers the questions.
#[must_use]
pub fn evaluate(domain: &str, address: IpAddr, known: &BTreeMap<Question, Answer>) -> Step {
    let mut walk = Walk { address, known, lookups: 0, voids: 0, uncertain: None };
    let ended = walk.domain(domain, 0);
    match ended {
        Err(Stop::Ask(question)) => Step::Ask(question),
        Err(Stop::Broken(why)) => Step::Done { verdict: Verdict::Broken(why), lookups: walk.lookups },
        Err(Stop::Unanswered(why)) => Step::Done { verdict: Verdict::Unanswered(why), lookups: walk.lookups },
        Ok(outcome) => Step::Done { verdict: walk.verdict(outcome), lookups: walk.lookups },
    }
}

/// Why a walk ends before its end.
enum Stop {
    Ask(Question),
    Broken(String),
    Unanswered(String),
}

/// What one record gave.
enum Outcome {
    Matched { qualifier: Qualifier, by: String },
    Nothing,
    NoRecord,
}

struct Walk<'k> {
    address: IpAddr,
    known: &'k BTreeMap<Question, Answer>,
    lookups: usize,
    voids: usize,
    /// The first term that cannot be judged here.
    uncertain: Option<String>,
}

impl Walk<'_> {
    fn verdict(&mut self, outcome: Outcome) -> Verdict {
        let uncertain = self.uncertain.take();
        match (outcome, uncertain) {
            (Outcome::Matched { qualifier: Qualifier::Pass, by }, _) => Verdict::Pass { by },
            (Outcome::NoRecord, _) => Verdict::NoRecord,
            (_, Some(term)) => Verdict::Unknown(format!("`{term}` depends on more than the address")),
            (Outcome::Matched { by, .. }, None) => Verdict::NotIncluded { by },
            (Outcome::Nothing, None) => Verdict::NotIncluded { by: "the end of the record".to_owned() },
        }
    }

    fn domain(&mut self, domain: &str, depth: usize) -> Result<Outcome, Stop> {
        if depth > LOOKUPS_MAX {
            return Err(Stop::Broken(format!("records include each other around {domain}")));
        }
        let Some(record) = self.record(domain)? else { return Ok(Outcome::NoRecord) };
        for term in &record.terms {
            if self.matches(term, domain, depth)? {
                return Ok(Outcome::Matched { qualifier: term.qualifier, by: term.text.clone() });
            }
        }
        let Some(redirect) = &record.redirect else { return Ok(Outcome::Nothing) };
        if redirect.contains('%') {
            self.uncertain.get_or_insert_with(|| format!("redirect={redirect}"));
            return Ok(Outcome::Nothing);
        }
        self.count(&format!("redirect={redirect}"))?;
        match self.domain(redirect, depth + 1)? {
            Outcome::NoRecord => Err(Stop::Broken(format!("redirect={redirect}, which has no record"))),
            outcome @ (Outcome::Matched { .. } | Outcome::Nothing) => Ok(outcome),
        }
    }

    fn record(&mut self, domain: &str) -> Result<Option<Record>, Stop> {
        let texts = match self.answer(Question::Texts(domain.to_owned()))? {
            Answer::Texts(texts) => texts,
            Answer::Absent | Answer::Addresses(_) | Answer::Exchangers(_) | Answer::Failed(_) => Vec::new(),
        };
        let mut records = texts.iter().filter(|text| record::is_spf(text));
        let Some(first) = records.next() else { return Ok(None) };
        if records.next().is_some() {
            return Err(Stop::Broken(format!("{domain} has more than one SPF record")));
        }
        parse(first).map(Some).map_err(|error| Stop::Broken(format!("the record of {domain}: {error}")))
    }

    fn matches(&mut self, term: &Term, domain: &str, depth: usize) -> Result<bool, Stop> {
        let target = |given: &Option<String>| given.clone().unwrap_or_else(|| domain.to_owned());
        if term.text.contains('%') {
            if term.mechanism.looks_up() {
                self.count(&term.text)?;
            }
            self.uncertain.get_or_insert_with(|| term.text.clone());
            return Ok(false);
        }
        match &term.mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Network(network) => Ok(network.contains(&self.address)),
            Mechanism::Include(name) => {
                self.count(&term.text)?;
                match self.domain(name, depth + 1)? {
                    Outcome::Matched { qualifier, .. } => Ok(qualifier == Qualifier::Pass),
                    Outcome::Nothing => Ok(false),
                    Outcome::NoRecord => Err(Stop::Broken(format!("include:{name}, which has no record"))),
                }
            }
            Mechanism::A { name, lengths } => {
                self.count(&term.text)?;
                self.host(&target(name), *lengths)
            }
            Mechanism::Mx { name, lengths } => {
                self.count(&term.text)?;
                self.exchangers(&target(name), *lengths)
            }
            Mechanism::Exists | Mechanism::Ptr => {
                self.count(&term.text)?;
                self.uncertain.get_or_insert_with(|| term.text.clone());
                Ok(false)
            }
        }
    }

    fn host(&mut self, name: &str, lengths: record::Lengths) -> Result<bool, Stop> {
        match self.answer(Question::Addresses(name.to_owned()))? {
            Answer::Addresses(found) => Ok(found.iter().any(|one| lengths.hold(*one, self.address))),
            Answer::Absent | Answer::Texts(_) | Answer::Exchangers(_) | Answer::Failed(_) => {
                self.void(name)?;
                Ok(false)
            }
        }
    }

    fn exchangers(&mut self, name: &str, lengths: record::Lengths) -> Result<bool, Stop> {
        let hosts = match self.answer(Question::Exchangers(name.to_owned()))? {
            Answer::Exchangers(hosts) => hosts,
            Answer::Absent | Answer::Texts(_) | Answer::Addresses(_) | Answer::Failed(_) => {
                self.void(name)?;
                return Ok(false);
            }
        };
        if hosts.len() > EXCHANGERS_MAX {
            return Err(Stop::Broken(format!("{name} has more than {EXCHANGERS_MAX} exchangers")));
        }
        for host in hosts {
            if self.host(&host, lengths)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn count(&mut self, term: &str) -> Result<(), Stop> {
        self.lookups += 1;
        if self.lookups <= LOOKUPS_MAX {
            return Ok(());
        }
        Err(Stop::Broken(format!("more than {LOOKUPS_MAX} look-ups at `{term}`")))
    }

    fn void(&mut self, name: &str) -> Result<(), Stop> {
        self.voids += 1;
        if self.voids <= VOID_MAX {
            return Ok(());
        }
        Err(Stop::Broken(format!("more than {VOID_MAX} look-ups find nothing, the last one {name}")))
    }

    fn answer(&self, question: Question) -> Result<Answer, Stop> {
        match self.known.get(&question) {
            None => Err(Stop::Ask(question)),
            Some(Answer::Failed(why)) => Err(Stop::Unanswered(why.clone())),
            Some(answer) => Ok(answer.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
