//! What may not stand in a text for everybody: mailboxes of people, network addresses, tenants, and names by which only we know a thing.
//!
//! It compares words, so a name that is spelled in another way passes. A name that our own sentences use as a plain word cannot be told from it and is
//! let through; so is one that stands on the page anyway. In a quoted log line, indented by four blanks, a network address is evidence and may stand.

use crate::{Component, Text, words};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// Names that are not for everybody, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden(BTreeSet<String>);

/// Why a text is not for everybody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Exposed {
    #[error("`{0}` is somebody's address")]
    Mailbox(String),
    #[error("`{0}` is a network address")]
    Network(String),
    #[error("`{0}` is a name of a tenant or of ours that is not public")]
    Name(String),
}

impl Hidden {
    /// These names, without what customers read anyway.
    pub fn new(names: impl IntoIterator<Item = String>, components: &[Component]) -> Self {
        let mut hidden: BTreeSet<String> = names.into_iter().map(|name| name.to_lowercase()).collect();
        let shown = components.iter().flat_map(|component| {
            let region = component.id.region.to_string();
            [component.group.clone(), region, component.name.en.clone(), component.name.de.clone()]
        });
        for text in shown.chain(words::all().map(str::to_owned)) {
            for word in split(&text) {
                hidden.remove(&word.to_lowercase());
            }
        }
        hidden.remove("");
        Self(hidden)
    }

    /// The first thing in a text that is not for everybody.
    #[must_use]
    pub fn find(&self, text: &Text) -> Option<Exposed> {
        [&text.en, &text.de].into_iter().find_map(|text| text.lines().find_map(|line| self.in_line(line)))
    }

    /// Whether one of the names stands in a text of another host.
    #[must_use]
    pub fn has_name(&self, text: &str) -> bool {
        split(text).any(|word| self.is_hidden(&word.to_lowercase()))
    }

    fn in_line(&self, line: &str) -> Option<Exposed> {
        let is_quoted = line.starts_with("    ");
        split(line).find_map(|word| {
            let is_mailbox = word.contains('@') || word.to_lowercase().contains("%40");
            if is_mailbox && word.len() > 1 {
                Some(Exposed::Mailbox(word.to_owned()))
            } else if !is_quoted && is_network(word) {
                Some(Exposed::Network(word.to_owned()))
            } else {
                self.is_hidden(&word.to_lowercase()).then(|| Exposed::Name(word.to_owned()))
            }
        })
    }

    /// The word itself, a label of it, or a domain above it.
    fn is_hidden(&self, word: &str) -> bool {
        let above = word.match_indices('.').map(|(dot, _)| &word[dot + 1..]);
        core::iter::once(word).chain(above).chain(word.split('.')).any(|part| self.0.contains(part))
    }
}

/// Words with the marks that belong to names and addresses, and none around them.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let is_border = |letter: char| !(letter.is_alphanumeric() || "-_.:@%+".contains(letter));
    let words = text.split(is_border).map(|word| word.trim_matches(['.', '-', '+', '%']));
    words.map(|word| word.strip_suffix(':').filter(|rest| !rest.ends_with(':')).unwrap_or(word))
}

fn is_network(word: &str) -> bool {
    word.parse::<IpAddr>().is_ok() || word.parse::<SocketAddr>().is_ok()
}
