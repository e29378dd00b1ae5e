//! What the DNS is asked, and what it said so far.
//!
//! A judgement runs on what is known and ends with the first question that is not: its caller asks, notes the answer and begins again. Nothing is kept in
//! between but the answers, so a judgement is a function of them. When time is over the rest counts as unanswered, and the judgement ends by itself.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// One look-up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// TXT, the strings of each put together.
    Texts(String),
    /// A.
    V4(String),
    /// AAAA.
    V6(String),
    /// The hosts of MX records, most preferred first.
    Exchangers(String),
    /// The names that the reverse zone gives.
    Names(IpAddr),
}

/// What was said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Texts, addresses or names. Empty: there is no such name, or nothing of that type.
    Found(Vec<String>),
    /// No name server answered.
    Failed,
}

/// Answers by question.
#[derive(Debug, Default)]
pub struct Answers {
    known: BTreeMap<Question, Answer>,
    is_over: bool,
}

/// Why a judgement stops: this has to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unasked(pub Question);

impl Answers {
    /// Keeps an answer.
    pub fn note(&mut self, question: Question, answer: Answer) {
        self.known.insert(question, answer);
    }

    /// Nothing more is asked: what is not known counts as failed.
    pub fn end(&mut self) {
        self.is_over = true;
    }

    /// How many questions were answered.
    #[must_use]
    pub fn count(&self) -> usize {
        self.known.len()
    }

    pub(crate) fn get(&self, question: Question) -> Result<&Answer, Unasked> {
        match self.known.get(&question) {
            Some(answer) => Ok(answer),
            None if self.is_over => Ok(&Answer::Failed),
            None => Err(Unasked(question)),
        }
    }
}
