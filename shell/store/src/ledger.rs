//! The message trace as tables: every event of every message, found by who, when, where and what became of it.
//!
//! A projection: rows and the place up to which the spool's log was read change in one transaction, so a kill repeats nothing and loses nothing.
//! An event that comes again is kept once. One `Ledger` writes; any number of `LedgerReader`s search beside it and block nobody.
//! The file is described in `docs/formats/ledger-v1.md`.

mod entry;
mod retain;
mod search;
mod sql;
mod walk;

pub use entry::{Batch, Entry, Gap, Key, KeyKind, ReadTo};
pub use search::{Found, LedgerReader, Part, Query, Story, StoryEvent};

use model::{MessageId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for another connection's lock.
const LOCK_WAIT: Duration = Duration::from_secs(1);
/// Keys whose numbers are remembered; above it all are forgotten and looked up again.
const KNOWN_KEYS_MAX: usize = 50_000;
/// Longest text of a key, in bytes.
const KEY_LEN_MAX: usize = 1_000;

/// Bytes of the list of an event's keys, as a rule; only the first guess of a buffer.
const LIST_LEN_USUAL: usize = 64;

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("the ledger {0} cannot be made: {1}")]
    File(String, std::io::Error),
    #[error(
        "the ledger {path} has version {version}, which this release does not read; move it away, or start the later release"
    )]
    Version { path: String, version: i64 },
    #[error("the ledger's tables: {0}")]
    Tables(#[from] rusqlite::Error),
    #[error("`{0}` is too short to search for: at least 3 characters are needed")]
    TooShort(String),
}

/// The writing side.
pub struct Ledger {
    tables: Connection,
    known: HashMap<Key, i64>,
}

impl Ledger {
    /// Opens the ledger, and makes it if it is not there.
    ///
    /// # Errors
    /// If the file cannot be made or read, or is of a later version.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let shown = path.display().to_string();
        let made =
            std::fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
        made.map_err(|error| LedgerError::File(shown.clone(), error))?;
        let mut tables = Connection::open(path)?;
        tables.busy_timeout(LOCK_WAIT)?;
        tables.set_prepared_statement_cache_capacity(64);
        tables.execute_batch(sql::WRITER)?;
        let version: i64 = tables.pragma_query_value(None, "user_version", |row| row.get(0))?;
        match version {
            0 => {
                let change = tables.transaction()?;
                change.execute_batch(sql::TABLES)?;
                change.pragma_update(None, "user_version", sql::VERSION)?;
                change.commit()?;
            }
            sql::VERSION => {}
            version => return Err(LedgerError::Version { path: shown, version }),
        }
        Ok(Self { tables, known: HashMap::new() })
    }

    /// Up to where the log was read; `None` in a new ledger.
    ///
    /// # Errors
    /// If the tables cannot be read.
    pub fn read_to(&self) -> Result<Option<ReadTo>, LedgerError> {
        let mut statement = self.tables.prepare_cached(sql::PROGRESS)?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        let progress: HashMap<String, i64> = rows.collect::<Result<_, _>>()?;
        let of = |name| progress.get(name).copied();
        let whole = (of("segment"), of("created"), of("offset"), of("events"));
        let (Some(segment), Some(created), Some(offset), Some(events)) = whole else { return Ok(None) };
        Ok(Some(ReadTo {
            segment: segment.cast_unsigned(),
            created: Timestamp::from_micros(created),
            offset: offset.cast_unsigned(),
            events: events.cast_unsigned(),
        }))
    }

    /// Writes a batch, whole or not at all; gives how many of its events were new.
    ///
    /// # Errors
    /// If the tables are locked for longer than a second, or cannot be written: nothing of the batch is there then.
    pub fn take(&mut self, batch: &Batch) -> Result<u64, LedgerError> {
        if self.known.len() > KNOWN_KEYS_MAX {
            self.known.clear();
        }
        let taken = self.take_whole(batch);
        if taken.is_err() {
            // Numbers of keys that were taken back with the rest.
            self.known.clear();
        }
        taken
    }

    fn take_whole(&mut self, batch: &Batch) -> Result<u64, LedgerError> {
        let change = self.tables.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut new = 0;
        for entry in &batch.entries {
            new += u64::from(add(&change, &mut self.known, entry)?);
        }
        for gap in &batch.gaps {
            change.prepare_cached(sql::ADD_GAP)?.execute(params![gap.noticed.as_micros(), gap.what])?;
        }
        if let Some(read_to) = batch.read_to {
            let mut set = change.prepare_cached(sql::SET_PROGRESS)?;
            set.execute(params!["segment", read_to.segment.cast_signed()])?;
            set.execute(params!["created", read_to.created.as_micros()])?;
            set.execute(params!["offset", read_to.offset.cast_signed()])?;
            set.execute(params!["events", read_to.events.cast_signed()])?;
        }
        change.commit()?;
        Ok(new)
    }

    /// Moves what was written from the journal to the tables, synced; gives whether all of it was: only then does it outlast a power cut.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn checkpoint(&self) -> Result<bool, LedgerError> {
        let (frames, moved): (i64, i64) =
            self.tables.query_row(sql::CHECKPOINT, [], |row| Ok((row.get(1)?, row.get(2)?)))?;
        Ok(frames == moved)
    }

    /// How many gaps are kept.
    ///
    /// # Errors
    /// If the tables cannot be read.
    pub fn gaps(&self) -> Result<u64, LedgerError> {
        Ok(self.tables.query_row(sql::COUNT_GAPS, [], |row| row.get::<_, i64>(0))?.cast_unsigned())
    }
}

/// Adds one event; gives whether it is new.
fn add(change: &Transaction<'_>, known: &mut HashMap<Key, i64>, entry: &Entry) -> Result<bool, LedgerError> {
    let id = entry.id.to_bytes();
    if entry.only_if_unknown
        && change.prepare_cached(sql::IS_KNOWN)?.query_row([&id[..]], |row| row.get::<_, bool>(0))?
    {
        return Ok(false);
    }
    let mut numbers = Vec::with_capacity(entry.keys.len());
    for key in &entry.keys {
        numbers.push(number_of(change, known, key)?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    let mut list = String::with_capacity(LIST_LEN_USUAL);
    for number in &numbers {
        let _infallible = write!(list, "{}{number}", if list.is_empty() { "" } else { "," });
    }
    let mut statement = change.prepare_cached(sql::ADD_EVENT)?;
    let (at, mark) = (entry.at.as_micros(), i64::from(entry.mark));
    let added = statement.execute(params![&id[..], at, mark, entry.kind, entry.detail, list])?;
    let mut found_by = change.prepare_cached(sql::ADD_FOUND_BY)?;
    for number in numbers {
        found_by.execute(params![number, &id[..]])?;
    }
    Ok(added > 0)
}

fn number_of(change: &Transaction<'_>, known: &mut HashMap<Key, i64>, key: &Key) -> Result<i64, LedgerError> {
    if let Some(number) = known.get(key) {
        return Ok(*number);
    }
    let text = shortened(&key.text);
    let asked = params![key.kind.number(), text];
    let found = change.prepare_cached(sql::KEY)?.query_row(asked, |row| row.get(0)).optional()?;
    let number = match found {
        Some(number) => number,
        None => {
            let number = change.prepare_cached(sql::ADD_KEY)?.query_row(asked, |row| row.get(0))?;
            if key.kind.has_parts() {
                change.prepare_cached(sql::ADD_KEY_PARTS)?.execute(params![number, text])?;
            }
            number
        }
    };
    known.insert(key.clone(), number);
    Ok(number)
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(KEY_LEN_MAX)]
}

/// The first id that a message received at `time` can have.
fn first_id(time: Timestamp) -> MessageId {
    MessageId::new(time, [0; 10])
}

#[cfg(test)]
mod tests;
