//! Scripted behaviour of the fake Exchange's inbound side: what tests and drills make it say, wait or break off.
//!
//! Rules are asked in the order in which they were given; the first that matches a stage and still has its turn acts, and the
//! others are not asked. Chance is drawn from a seeded generator: the same seed and the same order of questions give the same
//! answers. A rule never changes what a client is told about the past, only the reply that is due now.

use model::Stage;
use std::net::IpAddr;
use std::time::Duration;

/// What happens instead of the ordinary reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// This reply, one line without its end; `421` closes the connection as well. At the end of data the message is dropped,
    /// whatever the reply says.
    Reply(String),
    /// Wait, then go on as if nothing had been scripted.
    Wait(Duration),
    /// Close without a reply; at the end of data the message is dropped.
    Close,
    /// Only at the end of data: keep the message and close without a reply.
    KeepAndClose,
}

/// How often a rule acts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Turns {
    Always,
    /// The next so many times.
    Count(u32),
    /// With this probability, 0 to 1, each time.
    Chance(f64),
}

/// One scripted rule.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptRule {
    pub stage: Stage,
    pub turns: Turns,
    pub act: Act,
    /// Only for this client.
    pub source: Option<IpAddr>,
    /// Only for recipients that end so, in lower case (`@customer.example`); asked at RCPT only.
    pub recipient: Option<String>,
    /// Only for bodies in which this stands once soft line breaks are taken out; asked at the end of data only.
    pub content: Option<String>,
}

/// Of what a rule is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) stage: Stage,
    pub(crate) source: IpAddr,
    pub(crate) recipient: Option<&'a str>,
    pub(crate) content: Option<&'a [u8]>,
}

impl Asked<'_> {
    fn fits(&self, rule: &ScriptRule) -> bool {
        let ends_so =
            |end: &String| self.recipient.is_some_and(|it| it.to_lowercase().ends_with(end.as_str()));
        let holds = |words: &String| self.content.is_some_and(|content| holds(content, words));
        rule.stage == self.stage
            && rule.source.is_none_or(|wanted| wanted == self.source)
            && rule.recipient.as_ref().is_none_or(ends_so)
            && rule.content.as_ref().is_none_or(holds)
    }
}

/// Whether `words` stand in a message; quoted-printable's soft breaks do not part them.
fn holds(content: &[u8], words: &str) -> bool {
    String::from_utf8_lossy(content).replace("=\r\n", "").contains(words)
}

impl ScriptRule {
    /// A rule for every client and recipient.
    #[must_use]
    pub fn new(stage: Stage, turns: Turns, act: Act) -> Self {
        Self { stage, turns, act, source: None, recipient: None, content: None }
    }
}

/// The rules in force and the generator behind `Turns::Chance`.
#[derive(Debug)]
pub(crate) struct Script {
    rules: Vec<ScriptRule>,
    state: u64,
}

impl Script {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rules: Vec::new(), state: seed | 1 }
    }

    pub(crate) fn add(&mut self, rule: ScriptRule) {
        self.rules.push(rule);
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What is scripted for this moment, if anything.
    pub(crate) fn ask(&mut self, asked: Asked<'_>) -> Option<Act> {
        for at in 0..self.rules.len() {
            if asked.fits(&self.rules[at]) && self.takes_turn(at) {
                return Some(self.rules[at].act.clone());
            }
        }
        None
    }

    fn takes_turn(&mut self, at: usize) -> bool {
        match self.rules[at].turns {
            Turns::Always => true,
            Turns::Count(0) => false,
            Turns::Count(left) => {
                self.rules[at].turns = Turns::Count(left - 1);
                true
            }
            Turns::Chance(probability) => self.draw() < probability,
        }
    }

    /// xorshift64*: 53 bits as a number from 0 to 1.
    fn draw(&mut self) -> f64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests;
