//! Evidence ids, and the lists of them without which nothing may be said.
//!
//! A sentence, a clock's reading and a component's state each carry a [`Refs`], and a `Refs` cannot be made of nothing. That is how law 12 is kept by
//! the compiler and not by care. What the id stands for is a [`crate::Fact`]; where it came from (a spool record, a poll, an operator's act)
//! is the business of whoever made it.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest id: a kind, a segment, an offset and what separates them.
const ID_LEN_MAX: usize = 96;
/// Ids that one list names; of more, the first and the last ones are kept and the others counted.
const REFS_MAX: usize = 16;

/// Names one fact for ever. Printable ASCII without blanks, for example `spool/17/8812` or `dnsbl/zen.spamhaus.org/1732449531`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EvidenceId(Arc<str>);

/// Why a text is no evidence id, or a list of ids no evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    #[error("an evidence id has 1 to {ID_LEN_MAX} characters, this has {0}")]
    Length(usize),
    #[error("an evidence id consists of printable ASCII characters without blanks, `{0}` has something else")]
    Character(String),
    #[error("nothing may be said without evidence, and this names none")]
    Nothing,
    #[error("a list of evidence names at most {REFS_MAX} ids, this names {0}")]
    TooMany(usize),
}

impl EvidenceId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EvidenceId {
    type Err = EvidenceError;

    fn from_str(text: &str) -> Result<Self, EvidenceError> {
        if text.is_empty() || text.len() > ID_LEN_MAX {
            return Err(EvidenceError::Length(text.len()));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(EvidenceError::Character(text.to_owned()));
        }
        Ok(Self(Arc::from(text)))
    }
}

impl TryFrom<String> for EvidenceId {
    type Error = EvidenceError;
    fn try_from(text: String) -> Result<Self, EvidenceError> {
        text.parse()
    }
}

impl From<EvidenceId> for String {
    fn from(id: EvidenceId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EvidenceId({self})")
    }
}

/// At least one evidence id, in the order in which they became known, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Refs {
    ids: Vec<EvidenceId>,
    more: u64,
}

/// A list as JSON has it.
#[derive(Serialize, Deserialize)]
struct Written {
    ids: Vec<EvidenceId>,
    #[serde(default, skip_serializing_if = "is_zero")]
    more: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Refs {
    /// One fact is enough to say something.
    #[must_use]
    pub fn one(id: EvidenceId) -> Self {
        Self { ids: vec![id], more: 0 }
    }

    /// All of these; `None` if there is none. Of many, the first and the last stay by name.
    #[must_use]
    pub fn of(ids: impl IntoIterator<Item = EvidenceId>) -> Option<Self> {
        let mut ids = ids.into_iter();
        let mut refs = Self::one(ids.next()?);
        ids.for_each(|id| refs.add(id));
        Some(refs)
    }

    /// Names one more; the oldest that is not among the first half gives way when there are too many.
    pub fn add(&mut self, id: EvidenceId) {
        if self.ids.contains(&id) {
            return;
        }
        if self.ids.len() == REFS_MAX {
            self.ids.remove(REFS_MAX / 2);
            self.more = self.more.saturating_add(1);
        }
        self.ids.push(id);
    }

    /// The first that became known.
    #[must_use]
    pub fn first(&self) -> &EvidenceId {
        &self.ids[0]
    }

    /// Those that are named.
    #[must_use]
    pub fn ids(&self) -> &[EvidenceId] {
        &self.ids
    }

    /// How many there are beyond those that are named.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.more
    }
}

impl TryFrom<Written> for Refs {
    type Error = EvidenceError;
    fn try_from(written: Written) -> Result<Self, EvidenceError> {
        if written.ids.len() > REFS_MAX {
            return Err(EvidenceError::TooMany(written.ids.len()));
        }
        let mut refs = Self::of(written.ids).ok_or(EvidenceError::Nothing)?;
        refs.more = written.more;
        Ok(refs)
    }
}

impl From<Refs> for Written {
    fn from(refs: Refs) -> Self {
        Self { ids: refs.ids, more: refs.more }
    }
}

#[cfg(test)]
mod tests;
