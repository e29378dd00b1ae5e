//! DMARC (RFC 9989, before it RFC 7489): whether the author's domain stands behind the message by one of its proofs.
//!
//! The domain of an organisation is found by walking up the names (RFC 9989 §4.10), so no list of public suffixes is needed. What the policy asks
//! receivers to do is told and never done: mail that was taken is not refused for it.

use crate::answers::{Answer, Answers, Question, Unasked};
use core::fmt;

/// Names longer than this are walked from this many labels on (RFC 9989 §4.10).
const LABELS_MAX: usize = 8;
const LABELS_AFTER: usize = 7;

/// A domain that was proven, or would have been if a name server had answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proven {
    pub(crate) domain: String,
    pub(crate) kind: Kind,
    /// It could not be found out.
    pub(crate) is_open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Spf,
    Dkim,
}

/// What DMARC says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DmarcResult {
    /// Nobody published a policy, or there is no single author's domain.
    None,
    Pass(Policy),
    Fail(Policy),
    TempError,
}

/// What the domain asks receivers to do with mail that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    None,
    Quarantine,
    Reject,
}

impl fmt::Display for DmarcResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, policy) = match self {
            Self::None => ("none", None),
            Self::Pass(policy) => ("pass", Some(policy)),
            Self::Fail(policy) => ("fail", Some(policy)),
            Self::TempError => ("temperror", None),
        };
        f.write_str(word)?;
        let policy = policy.map(|policy| match policy {
            Policy::None => " (p=none)",
            Policy::Quarantine => " (p=quarantine)",
            Policy::Reject => " (p=reject)",
        });
        f.write_str(policy.unwrap_or_default())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    policy: Policy,
    below: Policy,
    is_strict_spf: bool,
    is_strict_dkim: bool,
    /// `psd=`: whether the name is a public suffix; `None`: not said.
    is_suffix: Option<bool>,
}

enum Stop {
    Ask(Unasked),
    Temporary,
}

impl From<Unasked> for Stop {
    fn from(unasked: Unasked) -> Self {
        Self::Ask(unasked)
    }
}

/// Whether one of `proven` is aligned with the author's domain `from`.
pub(crate) fn judge(from: &str, proven: &[Proven], answers: &Answers) -> Result<DmarcResult, Unasked> {
    match judged(from, proven, answers) {
        Ok(result) => Ok(result),
        Err(Stop::Temporary) => Ok(DmarcResult::TempError),
        Err(Stop::Ask(unasked)) => Err(unasked),
    }
}

fn judged(from: &str, proven: &[Proven], answers: &Answers) -> Result<DmarcResult, Stop> {
    let walked = walk(from, answers)?;
    let organisation = organisation(from, &walked);
    let own = walked.iter().find(|(name, _)| name == from);
    let above = || walked.iter().find(|(name, _)| *name == organisation).or_else(|| walked.last());
    let Some((name, record)) = own.or_else(above) else { return Ok(DmarcResult::None) };
    let policy = if name == from { record.policy } else { record.below };
    let mut is_open = false;
    for one in proven {
        let is_strict = match one.kind {
            Kind::Spf => record.is_strict_spf,
            Kind::Dkim => record.is_strict_dkim,
        };
        let is_aligned = one.domain == from
            || (!is_strict && self::organisation(&one.domain, &walk(&one.domain, answers)?) == organisation);
        if is_aligned && !one.is_open {
            return Ok(DmarcResult::Pass(policy));
        }
        is_open |= is_aligned;
    }
    Ok(if is_open { DmarcResult::TempError } else { DmarcResult::Fail(policy) })
}

/// The records from `domain` upwards, each with its name.
fn walk(domain: &str, answers: &Answers) -> Result<Vec<(String, Record)>, Stop> {
    let labels: Vec<&str> = domain.split('.').collect();
    let mut from = 0;
    let mut found = Vec::new();
    while from < labels.len() {
        let name = labels[from..].join(".");
        let question = Question::Texts(format!("_dmarc.{name}"));
        let Answer::Found(texts) = answers.get(question)? else { return Err(Stop::Temporary) };
        let mut records = texts.iter().filter(|text| is_one(text));
        if let (Some(one), None) = (records.next(), records.next())
            && let Some(record) = Record::read(one)
        {
            let is_end = record.is_suffix.is_some();
            found.push((name, record));
            if is_end {
                break;
            }
        }
        from = if from == 0 && labels.len() > LABELS_MAX { labels.len() - LABELS_AFTER } else { from + 1 };
    }
    Ok(found)
}

/// RFC 9989 §4.10.2: what says that it is no suffix, what lies below a suffix, or the shortest name with a record; without any the domain itself.
fn organisation(domain: &str, walked: &[(String, Record)]) -> String {
    for (name, record) in walked {
        match record.is_suffix {
            Some(false) => return name.clone(),
            Some(true) if name != domain => {
                let front = domain.strip_suffix(name.as_str()).unwrap_or_default().trim_end_matches('.');
                let label = front.rsplit('.').next().unwrap_or_default();
                return format!("{label}.{name}");
            }
            Some(true) | None => {}
        }
    }
    walked.last().map_or_else(|| domain.to_owned(), |(name, _)| name.clone())
}

fn is_one(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    first.split_once('=').is_some_and(|(name, value)| name.trim() == "v" && value.trim() == "DMARC1")
}

impl Record {
    /// `None` if it has no policy and asks for no reports either (RFC 9989 §4.10.1).
    fn read(text: &str) -> Option<Self> {
        let tag = |wanted: &str| {
            let mut tags = text.split(';').filter_map(|tag| tag.split_once('='));
            tags.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
        };
        let policy = |value: Option<&str>| match value?.to_ascii_lowercase().as_str() {
            "none" => Some(Policy::None),
            "quarantine" => Some(Policy::Quarantine),
            "reject" => Some(Policy::Reject),
            _ => None,
        };
        let own = policy(tag("p")).or_else(|| tag("rua").map(|_| Policy::None))?;
        let is = |wanted: &str, value: &str| tag(wanted).is_some_and(|it| it.eq_ignore_ascii_case(value));
        let is_suffix = if is("psd", "y") { Some(true) } else { is("psd", "n").then_some(false) };
        Some(Self {
            policy: own,
            below: policy(tag("sp")).unwrap_or(own),
            is_strict_spf: is("aspf", "s"),
            is_strict_dkim: is("adkim", "s"),
            is_suffix,
        })
    }
}

#[cfg(test)]
mod tests;
