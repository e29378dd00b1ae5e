//! Searching: conditions become sets of keys, the rarest set is walked newest first, and the others are looked up for each message.
//!
//! So a search costs what its rarest condition costs, however many messages there are. Two conditions that are both common and almost
//! never meet are the slow case. Parts of addresses are found through their three-letter pieces.

use super::{Gap, Key, KeyKind, LOCK_WAIT, LedgerError, first_id, sql};
use model::{MessageId, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

/// Keys that one condition may stand for; an address part that is in more of them takes the newest.
const KEYS_MAX: usize = 200;
/// Messages of one key that are counted to find the rarest condition.
const COUNTED_MAX: i64 = 5_000;
/// Gaps that are told.
const GAPS_MAX: i64 = 20;
/// Shortest part of an address that is searched for: a trigram.
const PART_LEN_MIN: usize = 3;

/// What is looked for; every condition must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub id: Option<MessageId>,
    /// An address, or a part of one, of sender or recipient.
    pub address: Option<String>,
    pub parts: Vec<Part>,
    /// Whole texts: tenant, Message-ID, class.
    pub keys: Vec<Key>,
    /// Received at this time or later.
    pub since: Option<Timestamp>,
    /// Received before this time.
    pub until: Option<Timestamp>,
    /// Messages, the newest; 0 is none.
    pub limit: usize,
}

/// A text of this kind, or one that contains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part(pub KeyKind, pub String);

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Oldest first.
    pub stories: Vec<Story>,
    /// Whether there are older ones.
    pub more: bool,
    /// A condition that names more addresses or hosts than are looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub too_many: Option<String>,
    /// The newest gaps: what happened then may be missing.
    pub gaps: Vec<Gap>,
}

/// A message's life, or a refused session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    pub id: MessageId,
    pub events: Vec<StoryEvent>,
}

/// One event, in the order in which the spool wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoryEvent {
    pub at: Timestamp,
    pub kind: String,
    pub detail: serde_json::Value,
}

/// The reading side.
pub struct LedgerReader {
    pub(super) tables: Connection,
}

/// Ids from the first one on, in front of the last one.
struct Between([u8; 16], [u8; 16]);

impl LedgerReader {
    /// Opens an existing ledger beside its writer.
    ///
    /// # Errors
    /// If it is not there or cannot be read.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let tables = Connection::open_with_flags(path, flags)?;
        tables.busy_timeout(LOCK_WAIT)?;
        tables.pragma_update(None, "query_only", true)?;
        Ok(Self { tables })
    }

    /// The newest messages for which everything holds.
    ///
    /// # Errors
    /// If a text is too short to search for, or the tables cannot be read.
    pub fn search(&mut self, query: &Query) -> Result<Found, LedgerError> {
        let view = self.tables.transaction()?;
        let mut found = Found::default();
        let mut ids = ids(&view, query, &mut found)?;
        found.more = ids.len() > query.limit;
        while ids.len() > query.limit {
            ids.pop_first();
        }
        for id in ids {
            found.stories.push(Story { id: MessageId::from_bytes(id), events: story(&view, id)? });
        }
        found.gaps = gaps(&view)?;
        Ok(found)
    }
}

/// The newest gaps.
pub(super) fn gaps(view: &Connection) -> Result<Vec<Gap>, LedgerError> {
    let mut statement = view.prepare_cached(sql::GAPS)?;
    let gaps = statement.query_map([GAPS_MAX], |row| {
        Ok(Gap { noticed: Timestamp::from_micros(row.get(0)?), what: row.get(1)? })
    })?;
    Ok(gaps.collect::<Result<_, _>>()?)
}

/// One more than the limit, if there are so many.
fn ids(view: &Connection, query: &Query, found: &mut Found) -> Result<BTreeSet<[u8; 16]>, LedgerError> {
    if let Some(id) = query.id {
        let known = view.prepare_cached(sql::IS_KNOWN)?.query_row([&id.to_bytes()[..]], |row| row.get(0))?;
        return Ok(if known { BTreeSet::from([id.to_bytes()]) } else { BTreeSet::new() });
    }
    let since = query.since.map_or([0; 16], |time| first_id(time).to_bytes());
    let until = query.until.map_or([u8::MAX; 16], |time| first_id(time).to_bytes());
    let mut between = Between(since, until);
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut sets = resolve(view, query, found)?;
    if sets.is_empty() {
        let asked = params![&between.0[..], &between.1[..], limit];
        return read_ids(view, sql::LATEST, asked);
    }
    let mut counted = Vec::new();
    for set in sets.drain(..) {
        counted.push((count(view, &set, &between)?, set));
    }
    counted.sort_by_key(|(count, _)| *count);
    let others: Vec<&[i64]> = counted[1..].iter().map(|(_, set)| &set[..]).collect();
    let statement = sql::with_keys(&others);
    let mut ids = BTreeSet::new();
    for key in &counted[0].1 {
        let asked = params![key, &between.0[..], &between.1[..], limit];
        ids.append(&mut read_ids(view, &statement, asked)?);
        while ids.len() > query.limit + 1 {
            ids.pop_first();
        }
        // What is older than all of these is not wanted from any other key.
        if let Some(oldest) = ids.first().filter(|_| ids.len() > query.limit) {
            between.0 = *oldest;
        }
    }
    Ok(ids)
}

pub(super) fn read_ids(
    view: &Connection,
    statement: &str,
    asked: &[&dyn rusqlite::ToSql],
) -> Result<BTreeSet<[u8; 16]>, LedgerError> {
    let mut statement = view.prepare(statement)?;
    let ids = statement.query_map(asked, |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// For each condition the keys one of which a message must have.
fn resolve(view: &Connection, query: &Query, found: &mut Found) -> Result<Vec<Vec<i64>>, LedgerError> {
    let mut sets = Vec::new();
    for Key { kind, text } in &query.keys {
        sets.push(key(view, *kind, text)?.into_iter().collect());
    }
    if let Some(text) = &query.address {
        sets.push(parts(view, &[KeyKind::Sender, KeyKind::Recipient], text, found)?);
    }
    for Part(kind, text) in &query.parts {
        sets.push(parts(view, &[*kind], text, found)?);
    }
    Ok(sets)
}

pub(super) fn key(view: &Connection, kind: KeyKind, text: &str) -> Result<Option<i64>, LedgerError> {
    let asked = params![kind.number(), text];
    Ok(view.prepare_cached(sql::KEY)?.query_row(asked, |row| row.get(0)).optional()?)
}

/// The key with this text if there is one, else those that contain it.
fn parts(
    view: &Connection,
    kinds: &[KeyKind],
    text: &str,
    found: &mut Found,
) -> Result<Vec<i64>, LedgerError> {
    let text = text.to_lowercase();
    let mut whole = Vec::new();
    for kind in kinds {
        whole.extend(key(view, *kind, &text)?);
    }
    if !whole.is_empty() {
        return Ok(whole);
    }
    if text.chars().count() < PART_LEN_MIN {
        return Err(LedgerError::TooShort(text));
    }
    let pattern = format!("%{text}%");
    let most = i64::try_from(KEYS_MAX).unwrap_or(i64::MAX) + 1;
    let rows = if kinds.iter().all(|kind| kind.has_parts()) {
        read_keys(view, sql::KEYS_WITH_PART, params![pattern, most * 2])?
    } else {
        let kind = kinds.first().map_or(0, |kind| kind.number());
        read_keys(view, sql::KEYS_OF_KIND_WITH_PART, params![kind, pattern, most])?
    };
    // LIKE takes `_` and `%` for any letters.
    let is_wanted = |(_, kind, known): &(i64, i64, String)| {
        kinds.iter().any(|one| one.number() == *kind) && known.contains(&text)
    };
    let mut numbers: Vec<i64> = rows.into_iter().filter(is_wanted).map(|(number, ..)| number).collect();
    if numbers.len() > KEYS_MAX {
        numbers.truncate(KEYS_MAX);
        found.too_many = Some(text);
    }
    Ok(numbers)
}

fn read_keys(
    view: &Connection,
    statement: &str,
    asked: &[&dyn rusqlite::ToSql],
) -> Result<Vec<(i64, i64, String)>, LedgerError> {
    let mut statement = view.prepare_cached(statement)?;
    let rows = statement.query_map(asked, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// About how many messages have one of the keys.
fn count(view: &Connection, keys: &[i64], between: &Between) -> Result<i64, LedgerError> {
    let mut statement = view.prepare_cached(sql::COUNT_OF_KEY)?;
    let mut count = 0;
    for key in keys {
        let left = COUNTED_MAX - count;
        if left <= 0 {
            break;
        }
        let asked = params![key, &between.0[..], &between.1[..], left];
        count += statement.query_row(asked, |row| row.get::<_, i64>(0))?;
    }
    Ok(count)
}

pub(super) fn story(view: &Connection, id: [u8; 16]) -> Result<Vec<StoryEvent>, LedgerError> {
    let mut statement = view.prepare_cached(sql::STORY)?;
    let events = statement.query_map([&id[..]], |row| {
        let detail: String = row.get(2)?;
        let at = Timestamp::from_micros(row.get(0)?);
        // Written by us as JSON; a text that is none is shown as it is.
        let detail = serde_json::from_str(&detail).unwrap_or(serde_json::Value::String(detail));
        Ok(StoryEvent { at, kind: row.get(1)?, detail })
    })?;
    Ok(events.collect::<Result<_, _>>()?)
}
