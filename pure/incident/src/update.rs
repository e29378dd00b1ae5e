//! Updates: what was said, by whom, on what evidence, and every version of it.
//!
//! A [`Sentence`] cannot be made, nor read back, without evidence. A person's sentence cites the record of the act by which it was written, and says so
//! by its author. Nothing that was said is ever replaced: an edit is one version more, and a withdrawn update stays with the mark of who withdrew it.

use crate::component::{ComponentId, State};
use crate::incident::Phase;
use crate::{Refs, Text};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Who said or did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Author {
    Machine,
    Person { name: String },
}

/// A sentence with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    text: Text,
    evidence: Refs,
}

impl Sentence {
    #[must_use]
    pub const fn new(text: Text, evidence: Refs) -> Self {
        Self { text, evidence }
    }

    #[must_use]
    pub const fn text(&self) -> &Text {
        &self.text
    }

    #[must_use]
    pub const fn evidence(&self) -> &Refs {
        &self.evidence
    }
}

/// What an update said, or says since an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub at: Timestamp,
    pub author: Author,
    /// Never empty; in the order in which they are read.
    pub sentences: Vec<Sentence>,
    /// Why it was edited; absent in the first version.
    pub reason: Option<String>,
}

/// Whether the public sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "publication", rename_all = "snake_case")]
pub enum Publication {
    /// Waits for a person, or for `goes_out` without an objection.
    Waiting {
        goes_out: Option<Timestamp>,
    },
    Posted {
        at: Timestamp,
    },
    Withdrawn {
        at: Timestamp,
        by: String,
    },
}

/// A component as an update found and left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    pub component: ComponentId,
    pub from: State,
    pub to: State,
}

/// Names one update: 12 lower-case letters and digits, as Statuspage's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UpdateId(pub(crate) String);

impl UpdateId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One entry of an incident's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub id: UpdateId,
    pub phase: Phase,
    pub created_at: Timestamp,
    /// The time under which it is shown: that of its posting, or an earlier one if a person back-dated it.
    pub display_at: Timestamp,
    #[serde(flatten)]
    pub publication: Publication,
    /// Oldest first, never empty; the last is what is shown.
    pub versions: Vec<Version>,
    pub affected: Vec<Affected>,
}

impl Update {
    /// What is shown now.
    #[must_use]
    pub fn current(&self) -> &Version {
        self.versions.last().expect("an update is made with its first version and only gets more")
    }

    #[must_use]
    pub fn is_posted(&self) -> bool {
        matches!(self.publication, Publication::Posted { .. })
    }

    /// Whether it waits for a person, or for time without an objection.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self.publication, Publication::Waiting { .. })
    }

    #[must_use]
    pub fn posted_at(&self) -> Option<Timestamp> {
        match self.publication {
            Publication::Posted { at } => Some(at),
            Publication::Waiting { .. } | Publication::Withdrawn { .. } => None,
        }
    }

    #[must_use]
    pub fn is_back_dated(&self) -> bool {
        self.display_at < self.created_at
    }

    /// The sentences in one language, with a blank between them.
    #[must_use]
    pub fn body(&self, language: crate::Language) -> String {
        let sentences = self.current().sentences.iter();
        sentences.map(|sentence| sentence.text.in_language(language)).collect::<Vec<_>>().join(" ")
    }
}
