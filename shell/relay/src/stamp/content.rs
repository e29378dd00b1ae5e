//! The bytes of one transaction: pieces in memory, then, of a large message, chunks from the spool.
//!
//! Pieces are slices of the original and of what was inserted; nothing is copied to put them together.

use crate::custody::Custody;
use bytes::Bytes;
use message::Splices;
use model::BodyType;
use spool::SpoolError;
use std::ops::Range;

#[derive(Clone)]
pub(crate) struct Content {
    pieces: Vec<Bytes>,
    /// Chunks of the spool that follow the pieces.
    rest: Range<usize>,
    length: u64,
}

impl Content {
    /// `rest` are the chunks behind the one that `pieces` begin with, `rest_length` bytes in all.
    pub(super) fn new(pieces: Vec<Bytes>, rest: Range<usize>, rest_length: u64) -> Self {
        let in_memory: u64 = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self { pieces, rest, length: in_memory + rest_length }
    }

    /// The message as it came.
    pub(crate) fn original(custody: Custody<'_>) -> Self {
        let (chunks, length) = match custody {
            Custody::Lease(lease) => (lease.chunks(), lease.size()),
            Custody::Transit(transit) => (1, transit.body().len() as u64),
        };
        Self { pieces: Vec::new(), rest: 0..chunks, length }
    }

    /// The same with `inserted` at `offset`, which lies among the pieces in memory.
    pub(crate) fn with(&self, offset: usize, inserted: Bytes) -> Self {
        let length = self.length + inserted.len() as u64;
        let mut pieces = Vec::with_capacity(self.pieces.len() + 2);
        let mut inserted = Some(inserted);
        let mut at = 0;
        for piece in &self.pieces {
            let within = offset.saturating_sub(at).min(piece.len());
            at += piece.len();
            match inserted.take_if(|_| within < piece.len()) {
                Some(inserted) => pieces.extend([piece.slice(..within), inserted, piece.slice(within..)]),
                None => pieces.push(piece.clone()),
            }
        }
        pieces.extend(inserted);
        pieces.retain(|piece| !piece.is_empty());
        Self { pieces, rest: self.rest.clone(), length }
    }

    /// Whether any of its bytes has eight bits; of what is not in memory its sender's word counts.
    pub(crate) fn has_eight_bits(&self, said: BodyType) -> bool {
        self.pieces.iter().any(|piece| !piece.is_ascii())
            || (!self.rest.is_empty() && said != BodyType::SevenBit)
    }

    /// What is in memory as one, and whether that is all.
    pub(crate) fn in_memory(&self) -> (Bytes, bool) {
        let bytes = match self.pieces.as_slice() {
            [one] => one.clone(),
            pieces => pieces.concat().into(),
        };
        (bytes, self.rest.is_empty())
    }

    /// The same with `bytes`, which is what is in memory, changed.
    pub(crate) fn spliced(&self, bytes: &Bytes, splices: &Splices) -> Self {
        let rest_length = self.length - bytes.len() as u64;
        Self::new(pieces(bytes, splices), self.rest.clone(), rest_length)
    }

    /// Bytes in all.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// How many parts there are to send.
    pub(crate) fn parts(&self) -> usize {
        self.pieces.len() + self.rest.len()
    }

    /// One part.
    pub(crate) async fn part(&self, number: usize, custody: Custody<'_>) -> Result<Bytes, SpoolError> {
        match self.pieces.get(number) {
            Some(piece) => Ok(piece.clone()),
            None => custody.read_chunk(self.rest.start + number - self.pieces.len()).await,
        }
    }
}

/// The changed message as slices.
pub(super) fn pieces(original: &Bytes, splices: &Splices) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    let mut kept_from = 0;
    for splice in splices.iter() {
        pieces.push(original.slice(kept_from..splice.offset));
        pieces.push(Bytes::copy_from_slice(&splice.inserted));
        kept_from = splice.end();
    }
    pieces.push(original.slice(kept_from..));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}
