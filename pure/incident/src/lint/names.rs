//! What may not stand in a text for everybody: mailboxes of people, network addresses, tenants, and names by which only we know a thing.
//!
//! It compares words, so a name that is spelled in another way passes. A name that our own sentences use as a plain word cannot be told from it and is
//! let through; so is one that stands on the page anyway. In a quoted log line, indented by four blanks, a network address is evidence and may stand.

use crate::{Component, Text, words};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

/// Names that are not for everybody: each as its words in lower case, a blank between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    names: BTreeSet<String>,
    /// Words of the name that has most.
    words_max: usize,
}

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

/// Where a name stands.
struct Hit {
    range: Range<usize>,
    /// Length of the part that is the name: of two names the longer one says more.
    length: usize,
}

impl Hidden {
    /// These names, without what customers read anyway.
    pub fn new(names: impl IntoIterator<Item = String>, components: &[Component]) -> Self {
        let mut hidden = Self::exactly(names);
        let shown = components.iter().flat_map(|component| {
            let region = component.id.region.to_string();
            [component.group.clone(), region, component.name.en.clone(), component.name.de.clone()]
        });
        for text in shown.chain(words::all().map(str::to_owned)) {
            let words: Vec<String> = split(&text).map(|(_, word)| word.to_lowercase()).collect();
            for count in 1..=hidden.words_max {
                for name in words.windows(count) {
                    hidden.names.remove(&name.join(" "));
                }
            }
        }
        hidden
    }

    /// All of these names, plain words among them too.
    pub fn exactly(names: impl IntoIterator<Item = String>) -> Self {
        let words = |name: String| split(&name).map(|(_, word)| word.to_lowercase()).collect();
        let names: Vec<Vec<String>> = names.into_iter().map(words).collect();
        let words_max = names.iter().map(Vec::len).max().unwrap_or(0);
        let names = names.iter().filter(|name| !name.is_empty()).map(|name| name.join(" ")).collect();
        Self { names, words_max }
    }

    /// The first thing in a text that is not for everybody.
    #[must_use]
    pub fn find(&self, text: &Text) -> Option<Exposed> {
        [&text.en, &text.de].into_iter().find_map(|text| text.lines().find_map(|line| self.in_line(line)))
    }

    /// Whether one of the names stands in a text of another host.
    #[must_use]
    pub fn has_name(&self, text: &str) -> bool {
        !self.hits(text).is_empty()
    }

    /// The text of another host with `instead` where a name stands, but for names that one of `own` has too, or knows more closely.
    #[must_use]
    pub fn masked(&self, text: &str, own: &[&Self], instead: &str) -> String {
        let own: Vec<Hit> = own.iter().flat_map(|own| own.hits(text)).collect();
        let is_own = |hit: &Hit| {
            let is_around = |own: &&Hit| own.range.start <= hit.range.start && own.range.end >= hit.range.end;
            own.iter().filter(is_around).any(|own| own.length >= hit.length)
        };
        let (mut masked, mut at) = (String::with_capacity(text.len()), 0);
        for hit in self.hits(text).iter().filter(|hit| !is_own(hit)) {
            if hit.range.start >= at {
                masked.push_str(&text[at..hit.range.start]);
                masked.push_str(instead);
            }
            at = at.max(hit.range.end);
        }
        masked.push_str(&text[at..]);
        masked
    }

    fn in_line(&self, line: &str) -> Option<Exposed> {
        let is_quoted = line.starts_with("    ");
        let mut words = split(line).map(|(_, word)| word);
        let other = words.find_map(|word| {
            let is_mailbox = word.contains('@') || word.to_lowercase().contains("%40");
            if is_mailbox && word.len() > 1 {
                Some(Exposed::Mailbox(word.to_owned()))
            } else {
                (!is_quoted && is_network(word)).then(|| Exposed::Network(word.to_owned()))
            }
        });
        let name = || self.hits(line).first().map(|hit| Exposed::Name(line[hit.range.clone()].to_owned()));
        other.or_else(name)
    }

    /// Every place where one of the names stands, by its beginning.
    fn hits(&self, text: &str) -> Vec<Hit> {
        let words: Vec<(Range<usize>, String)> =
            split(text).map(|(at, word)| (at..at + word.len(), word.to_lowercase())).collect();
        let mut hits = Vec::new();
        for (number, (range, word)) in words.iter().enumerate() {
            if let Some(length) = self.length_in(word) {
                hits.push(Hit { range: range.clone(), length });
            }
            let mut name = word.clone();
            for (end, next) in words[number + 1..].iter().take(self.words_max.saturating_sub(1)) {
                name = format!("{name} {next}");
                if self.names.contains(&name) {
                    hits.push(Hit { range: range.start..end.end, length: name.len() });
                }
            }
        }
        hits
    }

    /// How long the longest name is that is the word itself, a label of it, a domain above it, or one of these on a side of its marks.
    fn length_in(&self, word: &str) -> Option<usize> {
        let marks = ['@', ':', '%', '+'];
        let pieces = core::iter::once(word).chain(word.split(marks).filter(|_| word.contains(marks)));
        let parts = pieces.flat_map(|piece| {
            let above = piece.match_indices('.').map(|(dot, _)| &piece[dot + 1..]);
            core::iter::once(piece).chain(above).chain(piece.split('.'))
        });
        parts.filter(|part| self.names.contains(*part)).map(str::len).max()
    }
}

/// Words with the marks that belong to names and addresses, and none around them; each with its place.
fn split(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_border = |letter: char| !(letter.is_alphanumeric() || "-_.:@%+".contains(letter));
    let mut end = 0;
    let words = text.split_inclusive(is_border).map(move |piece| {
        let begin = end;
        end += piece.len();
        let whole = piece.strip_suffix(is_border).unwrap_or(piece);
        let marks = ['.', '-', '+', '%'];
        let word = whole.trim_start_matches(marks);
        let begin = begin + whole.len() - word.len();
        let word = word.trim_end_matches(marks);
        (begin, word.strip_suffix(':').filter(|rest| !rest.ends_with(':')).unwrap_or(word))
    });
    words.filter(|(_, word)| !word.is_empty())
}

fn is_network(word: &str) -> bool {
    word.parse::<IpAddr>().is_ok() || word.parse::<SocketAddr>().is_ok()
}
