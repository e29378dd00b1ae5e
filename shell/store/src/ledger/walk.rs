//! Every message of one key, one after another: for sums over a stretch of time that no search by its newest can give.
//!
//! Ids are read a few hundred at a time and nothing is kept open between them, so that a long walk keeps no old state of the file alive. What is written
//! meanwhile may be seen or not.

use super::search::{gaps, key, read_ids, story};
use super::{Gap, Key, LedgerError, LedgerReader, Story, first_id, sql};
use model::{MessageId, Timestamp};
use rusqlite::params;
use std::ops::{ControlFlow, Range};

/// Messages between two questions.
const AT_ONCE: i64 = 500;

impl LedgerReader {
    /// Shows every message with this key that was received within `times`, oldest first, until `visit` breaks off.
    ///
    /// # Errors
    /// If the tables cannot be read.
    pub fn walk(
        &mut self,
        wanted: &Key,
        times: Range<Timestamp>,
        mut visit: impl FnMut(Story) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let Some(number) = key(&self.tables, wanted.kind, &wanted.text)? else { return Ok(()) };
        let until = first_id(times.end).to_bytes();
        let mut behind = before(first_id(times.start).to_bytes());
        loop {
            let asked = params![number, &behind[..], &until[..], AT_ONCE];
            let ids = read_ids(&self.tables, sql::NEXT_OF_KEY, asked)?;
            let Some(last) = ids.last() else { return Ok(()) };
            behind = *last;
            for id in ids {
                let story = Story { id: MessageId::from_bytes(id), events: story(&self.tables, id)? };
                if visit(story).is_break() {
                    return Ok(());
                }
            }
        }
    }

    /// The newest gaps: what happened then may be missing.
    ///
    /// # Errors
    /// If the tables cannot be read.
    pub fn gaps(&self) -> Result<Vec<Gap>, LedgerError> {
        gaps(&self.tables)
    }
}

/// The id before this one.
fn before(id: [u8; 16]) -> [u8; 16] {
    u128::from_be_bytes(id).saturating_sub(1).to_be_bytes()
}
