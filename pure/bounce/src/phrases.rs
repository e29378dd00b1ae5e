//! Phrases of rules, all looked for in one pass.
//!
//! A phrase is text that stands in a reply as whole words: `mailbox full`. A star at its start or end lifts the word's edge there
//! (`greylist*`), ` * ` in the middle stands for at most `GAP_BYTES_MAX` of anything, `^` and `$` are the reply's ends. That is all there is,
//! so a rule reads as what it finds and the time is the text's length.

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};
use std::collections::HashMap;

/// Words that belong together stand close together.
const GAP_BYTES_MAX: usize = 60;

/// The number of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PhraseId(u32);

impl PhraseId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Collects phrases before they are compiled.
#[derive(Debug, Default)]
pub(crate) struct PhraseBook {
    ids: HashMap<String, PhraseId>,
    literals: HashMap<Literal, u32>,
    texts: Vec<String>,
    edges: Vec<Edges>,
    /// For each phrase its literals in order.
    phrases: Vec<Vec<u32>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Literal {
    text: String,
    edges: Edges,
}

/// What has to be where a literal begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Edges {
    start: Edge,
    end: Edge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Edge {
    Anything,
    Word,
    Reply,
}

impl PhraseBook {
    /// The number of this phrase; `None` if there is nothing to look for.
    pub(crate) fn add(&mut self, phrase: &str) -> Option<PhraseId> {
        if let Some(id) = self.ids.get(phrase) {
            return Some(*id);
        }
        let pieces: Option<Vec<Literal>> = phrase.split(" * ").map(literal).collect();
        let pieces = pieces?.into_iter().map(|literal| self.add_literal(literal)).collect();
        let id = PhraseId(u32::try_from(self.phrases.len()).ok()?);
        self.phrases.push(pieces);
        self.ids.insert(phrase.to_owned(), id);
        Some(id)
    }

    fn add_literal(&mut self, literal: Literal) -> u32 {
        if let Some(number) = self.literals.get(&literal) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(literal.text.clone());
        self.edges.push(literal.edges);
        self.literals.insert(literal, number);
        number
    }

    pub(crate) fn compile(self) -> Result<Phrases, BuildError> {
        // One text may stand with several edges: the automaton knows each text once.
        let mut distinct: Vec<&str> = Vec::new();
        let mut by_text: HashMap<&str, usize> = HashMap::new();
        let mut literals_of: Vec<Vec<u32>> = Vec::new();
        for (number, text) in self.texts.iter().enumerate() {
            let at = *by_text.entry(text).or_insert_with(|| {
                distinct.push(text);
                literals_of.push(Vec::new());
                distinct.len() - 1
            });
            literals_of[at].push(number as u32);
        }
        // A table of all transitions would be 23 MB for these phrases, and slower: it does not stay in the cache.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&distinct)?;
        let mut single = vec![Vec::new(); self.texts.len()];
        let mut ending = vec![Vec::new(); self.texts.len()];
        for (id, pieces) in self.phrases.iter().enumerate() {
            let id = PhraseId(id as u32);
            match pieces.as_slice() {
                [only] => single[*only as usize].push(id),
                [.., last] => ending[*last as usize].push(id),
                [] => {}
            }
        }
        Ok(Phrases { automaton, literals_of, edges: self.edges, single, ending, phrases: self.phrases })
    }
}

fn literal(piece: &str) -> Option<Literal> {
    let (piece, start) = match (piece.strip_prefix('^'), piece.strip_prefix('*')) {
        (Some(rest), _) => (rest, Edge::Reply),
        (None, Some(rest)) => (rest, Edge::Anything),
        (None, None) => (piece, Edge::Word),
    };
    let (text, end) = match (piece.strip_suffix('$'), piece.strip_suffix('*')) {
        (Some(rest), _) => (rest, Edge::Reply),
        (None, Some(rest)) => (rest, Edge::Anything),
        (None, None) => (piece, Edge::Word),
    };
    (!text.is_empty()).then(|| Literal { text: text.to_owned(), edges: Edges { start, end } })
}

/// All phrases, ready to be looked for.
#[derive(Debug)]
pub(crate) struct Phrases {
    automaton: AhoCorasick,
    literals_of: Vec<Vec<u32>>,
    edges: Vec<Edges>,
    /// Phrases that are one literal, by literal.
    single: Vec<Vec<PhraseId>>,
    /// Phrases of several literals, by their last.
    ending: Vec<Vec<PhraseId>>,
    phrases: Vec<Vec<u32>>,
}

/// Which phrases a text has.
#[derive(Debug)]
pub(crate) struct Seen {
    bits: Vec<u64>,
    /// In the order in which they were found, with their last byte.
    pub(crate) found: Vec<(PhraseId, usize)>,
}

impl Seen {
    pub(crate) fn has(&self, id: PhraseId) -> bool {
        self.bits[id.0 as usize / 64] & (1 << (id.0 % 64)) != 0
    }

    pub(crate) fn has_any(&self, ids: &[PhraseId]) -> bool {
        ids.iter().any(|id| self.has(*id))
    }

    fn add(&mut self, id: PhraseId, end: usize) {
        if !self.has(id) {
            self.bits[id.0 as usize / 64] |= 1 << (id.0 % 64);
            self.found.push((id, end));
        }
    }
}

/// One place where a literal stands.
#[derive(Debug, Clone, Copy)]
struct Hit {
    literal: u32,
    start: u32,
    end: u32,
}

impl Phrases {
    pub(crate) fn len(&self) -> usize {
        self.phrases.len()
    }

    pub(crate) fn look(&self, text: &str) -> Seen {
        let mut seen = Seen { bits: vec![0; self.phrases.len().div_ceil(64)], found: Vec::with_capacity(32) };
        let mut hits: Vec<Hit> = Vec::with_capacity(64);
        for found in self.automaton.find_overlapping_iter(text) {
            for &literal in &self.literals_of[found.pattern().as_usize()] {
                if !self.stands(text, literal, found.start(), found.end()) {
                    continue;
                }
                hits.push(Hit { literal, start: found.start() as u32, end: found.end() as u32 });
                for id in &self.single[literal as usize] {
                    seen.add(*id, found.end());
                }
            }
        }
        self.add_those_with_gaps(&hits, &mut seen);
        seen
    }

    /// Most phrases of several literals fall out because one of them is nowhere.
    fn add_those_with_gaps(&self, hits: &[Hit], seen: &mut Seen) {
        let mut is_there = vec![false; self.edges.len()];
        for hit in hits {
            is_there[hit.literal as usize] = true;
        }
        let mut looked_at = vec![false; self.edges.len()];
        for hit in hits {
            if core::mem::replace(&mut looked_at[hit.literal as usize], true) {
                continue;
            }
            for id in &self.ending[hit.literal as usize] {
                let pieces = &self.phrases[id.0 as usize];
                let are_there = pieces.iter().all(|literal| is_there[*literal as usize]);
                if are_there && stands_in_order(pieces, hits) {
                    seen.add(*id, hit.end as usize);
                }
            }
        }
    }

    fn stands(&self, text: &str, literal: u32, start: usize, end: usize) -> bool {
        let bytes = text.as_bytes();
        let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        let edges = self.edges[literal as usize];
        let starts = match edges.start {
            Edge::Anything => true,
            Edge::Word => start == 0 || !(is_word(start) && is_word(start - 1)),
            Edge::Reply => start == 0,
        };
        let ends = match edges.end {
            Edge::Anything => true,
            Edge::Word => !(is_word(end - 1) && is_word(end)),
            Edge::Reply => end == bytes.len(),
        };
        starts && ends
    }
}

/// Whether the literals stand one behind the other with small gaps. Hits come in the order of their ends.
fn stands_in_order(pieces: &[u32], hits: &[Hit]) -> bool {
    let of = |literal: u32| hits.iter().filter(move |hit| hit.literal == literal);
    let Some((first, rest)) = pieces.split_first() else { return false };
    let mut ends: Vec<u32> = of(*first).map(|hit| hit.end).collect();
    for piece in rest {
        let follows = |hit: &&Hit| {
            let before = ends.partition_point(|end| *end <= hit.start);
            before > 0 && hit.start - ends[before - 1] <= GAP_BYTES_MAX as u32
        };
        let next: Vec<u32> = of(*piece).filter(follows).map(|hit| hit.end).collect();
        ends = next;
    }
    !ends.is_empty()
}

#[cfg(test)]
mod tests;
