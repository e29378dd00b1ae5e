//! Forgetting: messages that were received before a time go, with every key that only they had.
//!
//! In small transactions, so that neither a search nor the next events wait for long. What it promises is that after the last batch no
//! address, host or Message-ID of those messages is left in the tables; the file gives its space to what comes next and does not shrink.

use super::{Ledger, LedgerError, first_id, sql};
use model::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};
use std::collections::BTreeSet;

impl Ledger {
    /// Forgets up to `limit` messages that were received before `time`; gives how many there were.
    ///
    /// # Errors
    /// If the tables are locked for longer than a second, or cannot be written.
    pub fn forget_before(&mut self, time: Timestamp, limit: usize) -> Result<usize, LedgerError> {
        let change = self.tables.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let oldest = {
            let mut statement = change.prepare_cached(sql::OLDEST)?;
            let rows =
                statement.query_map(params![&first_id(time).to_bytes()[..], limit], |row| row.get(0))?;
            rows.collect::<Result<Vec<Vec<u8>>, _>>()?
        };
        let mut keys = BTreeSet::new();
        for id in &oldest {
            keys.append(&mut forget(&change, id)?);
        }
        for key in keys {
            forget_unused(&change, key)?;
        }
        change.prepare_cached(sql::FORGET_GAPS)?.execute([time.as_micros()])?;
        change.commit()?;
        if !oldest.is_empty() {
            self.known.clear();
        }
        Ok(oldest.len())
    }
}

/// Forgets one message; gives its keys.
fn forget(change: &Transaction<'_>, id: &[u8]) -> Result<BTreeSet<i64>, LedgerError> {
    let mut keys = BTreeSet::new();
    {
        let mut statement = change.prepare_cached(sql::KEYS_OF)?;
        for list in statement.query_map([id], |row| row.get::<_, String>(0))? {
            keys.extend(list?.split(',').filter_map(|number| number.parse::<i64>().ok()));
        }
    }
    let mut found_by = change.prepare_cached(sql::FORGET_FOUND_BY)?;
    for key in &keys {
        found_by.execute(params![key, id])?;
    }
    change.prepare_cached(sql::FORGET_EVENTS)?.execute([id])?;
    Ok(keys)
}

fn forget_unused(change: &Transaction<'_>, key: i64) -> Result<(), LedgerError> {
    if change.prepare_cached(sql::IS_USED)?.query_row([key], |row| row.get::<_, bool>(0))? {
        return Ok(());
    }
    let mut statement = change.prepare_cached(sql::KEY_TEXT)?;
    let known = statement.query_row([key], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    let Some((kind, text)) = known.optional()? else { return Ok(()) };
    let parted = [super::KeyKind::Sender, super::KeyKind::Recipient];
    if parted.iter().any(|one| one.number() == kind) {
        change.prepare_cached(sql::FORGET_KEY_PARTS)?.execute(params![key, text])?;
    }
    change.prepare_cached(sql::FORGET_KEY)?.execute([key])?;
    Ok(())
}
