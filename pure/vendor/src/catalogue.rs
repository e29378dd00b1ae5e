//! Vendors on which mail depends, with the address of their document, its format, and where the address is from.
//!
//! An address without a source is left out, not guessed. The list is data (`catalogue.json`): who adds a vendor writes a line.

use crate::Format;
use serde::{Deserialize, Serialize};

/// A vendor that can be watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub id: String,
    pub name: String,
    /// The document that is read, not the page for people.
    pub url: String,
    pub format: Format,
    /// The vendor's past, where the document has only what goes on.
    #[serde(default)]
    pub history: Option<String>,
    /// Whose receiving of mail it speaks of, as `bounce` names providers.
    #[serde(default)]
    pub providers: Vec<String>,
    /// Whether only a token opens the document, so that it is not watched without one.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub needs_token: bool,
    /// Where it is written that this is the address.
    pub source: String,
}

/// Every vendor of the catalogue, in the order of ids.
#[must_use]
pub fn catalogue() -> Vec<Entry> {
    serde_json::from_str(include_str!("catalogue.json")).expect("the catalogue is read by its test")
}

#[cfg(test)]
mod tests;
