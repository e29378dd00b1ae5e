//! Changes of a byte string as a list of splices over the original.
//!
//! Offsets are those of the original, ascending and without overlap; insertions at one offset keep the order in which they were
//! added. So the list can be applied in one pass, undone, written as chunks without a copy of the whole, and counted: every byte
//! of the result is either the original's or named here.

use core::ops::Range;

/// One change: at `offset` of the original, `removed` bytes out, `inserted` in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    pub offset: usize,
    pub removed: usize,
    pub inserted: Vec<u8>,
}

impl Splice {
    /// The end of the removed range.
    #[must_use]
    pub fn end(&self) -> usize {
        self.offset + self.removed
    }
}

/// Two changes that touch the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("two changes overlap at offset {offset} of the original")]
pub struct Overlap {
    pub offset: usize,
}

/// A list of splices, sorted and without overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Splices(Vec<Splice>);

impl Splices {
    /// No change.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The splices in order.
    pub fn iter(&self) -> core::slice::Iter<'_, Splice> {
        self.0.iter()
    }

    /// Adds `inserted` at `offset`, behind what is inserted there already.
    ///
    /// # Errors
    /// If `offset` lies inside a removed range.
    pub fn insert(&mut self, offset: usize, inserted: impl Into<Vec<u8>>) -> Result<(), Overlap> {
        self.replace(offset..offset, inserted)
    }

    /// Adds `inserted` at `offset`, in front of what is inserted there already.
    ///
    /// # Errors
    /// If `offset` lies inside a removed range.
    pub fn insert_first(&mut self, offset: usize, inserted: impl Into<Vec<u8>>) -> Result<(), Overlap> {
        let at = self.0.partition_point(|known| known.offset < offset);
        if at.checked_sub(1).is_some_and(|before| self.0[before].end() > offset) {
            return Err(Overlap { offset });
        }
        self.0.insert(at, Splice { offset, removed: 0, inserted: inserted.into() });
        Ok(())
    }

    /// Replaces a range of the original.
    ///
    /// # Errors
    /// If the range overlaps another one.
    pub fn replace(&mut self, range: Range<usize>, inserted: impl Into<Vec<u8>>) -> Result<(), Overlap> {
        let splice = Splice { offset: range.start, removed: range.len(), inserted: inserted.into() };
        let at = self.0.partition_point(|known| known.offset <= splice.offset);
        let before_ends = at.checked_sub(1).map_or(0, |before| self.0[before].end());
        let after_starts = self.0.get(at).map_or(usize::MAX, |after| after.offset);
        if before_ends > splice.offset || splice.end() > after_starts {
            return Err(Overlap { offset: splice.offset });
        }
        self.0.insert(at, splice);
        Ok(())
    }

    /// Adds all of `other`.
    ///
    /// # Errors
    /// If one of them overlaps.
    pub fn merge(&mut self, other: Self) -> Result<(), Overlap> {
        other.0.into_iter().try_for_each(|splice| self.replace(splice.offset..splice.end(), splice.inserted))
    }

    /// The length of the result.
    #[must_use]
    pub fn len_after(&self, original: usize) -> usize {
        self.0.iter().fold(original, |len, splice| len + splice.inserted.len() - splice.removed)
    }

    /// The result as pieces of the original and of the splices, in order.
    ///
    /// # Panics
    /// If the splices belong to a longer original.
    pub fn pieces<'a>(&'a self, original: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let mut kept_from = 0;
        let last = self.0.last().map_or(0, Splice::end);
        let pieces = self.0.iter().flat_map(move |splice| {
            let kept = &original[kept_from..splice.offset];
            kept_from = splice.end();
            [kept, splice.inserted.as_slice()]
        });
        pieces.chain([&original[last..]]).filter(|piece| !piece.is_empty())
    }

    /// The changed bytes.
    #[must_use]
    pub fn apply(&self, original: &[u8]) -> Vec<u8> {
        let mut result = Vec::with_capacity(self.len_after(original.len()));
        self.pieces(original).for_each(|piece| result.extend_from_slice(piece));
        result
    }

    /// Takes the changes back: what was inserted must be there, what was removed comes from the original. `None` if
    /// `changed` is not the result of these splices on this original.
    #[must_use]
    pub fn undo(&self, changed: &[u8], original: &[u8]) -> Option<Vec<u8>> {
        let mut restored = Vec::with_capacity(original.len());
        let mut rest = changed;
        let mut kept_from = 0;
        for splice in &self.0 {
            let kept = splice.offset.checked_sub(kept_from)?;
            restored.extend_from_slice(rest.get(..kept)?);
            rest = rest[kept..].strip_prefix(splice.inserted.as_slice())?;
            restored.extend_from_slice(original.get(splice.offset..splice.end())?);
            kept_from = splice.end();
        }
        restored.extend_from_slice(rest);
        Some(restored)
    }
}

impl<'a> IntoIterator for &'a Splices {
    type Item = &'a Splice;
    type IntoIter = core::slice::Iter<'a, Splice>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
