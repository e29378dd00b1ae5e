//! The postmortem: drafted from the evidence, edited and published by a person.
//!
//! What a person wrote is kept in versions beside the draft, which can be made again at any time and then holds the newest evidence. The draft names
//! block lists and large providers, because a person reads it before anybody else does; tenants, addresses and people of ours are counted.

mod draft;
mod markdown;
mod moments;

use crate::lint::Mark;
use crate::{Author, Refs, Text};
use model::Timestamp;
use serde::{Deserialize, Serialize};

pub use draft::{Draft, Moment, Quote};

/// What people wrote as the postmortem of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostmortemText {
    /// Oldest first, never empty; Markdown.
    pub versions: Vec<PostmortemVersion>,
    pub published_at: Option<Timestamp>,
}

/// One version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostmortemVersion {
    pub at: Timestamp,
    pub author: Author,
    pub text: Text,
    pub evidence: Refs,
    /// What the linter found and the author let stand: shown with the text.
    pub marks: Vec<Mark>,
}

impl PostmortemText {
    /// What is shown, or would be.
    #[must_use]
    pub fn current(&self) -> &PostmortemVersion {
        self.versions.last().expect("a postmortem is made with its first version and only gets more")
    }
}

#[cfg(test)]
mod tests;
