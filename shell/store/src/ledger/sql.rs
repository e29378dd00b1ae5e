//! Every statement of the ledger.
//!
//! Times are microseconds since 1970, ids 16 bytes whose order is that of receipt. What is SQLite's alone is named: the pragmas, and the trigram table, for
//! which PostgreSQL has `CREATE INDEX ... USING gin (text gin_trgm_ops)` on `keys` and the same `LIKE`.

use std::fmt::Write as _;

/// The version of the tables, kept in the file.
pub(super) const VERSION: i64 = 1;

/// SQLite. NORMAL syncs at checkpoints: what is lost by a power cut is lost with its cursor, and read again.
pub(super) const WRITER: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -32768;";

/// SQLite: (was blocked, frames in the journal, frames in the tables).
pub(super) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// `number` is the order in which events were read. `found_by` has one row for each key of each message, so any set of conditions is an
/// intersection of ranges of one table.
pub(super) const TABLES: &str = "
    CREATE TABLE progress (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
    CREATE TABLE events (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL,
        at BIGINT NOT NULL,
        mark BIGINT NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL,
        keys TEXT NOT NULL
    );
    CREATE UNIQUE INDEX events_once ON events (id, at, mark);
    CREATE TABLE keys (
        number INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        text TEXT NOT NULL
    );
    CREATE UNIQUE INDEX keys_once ON keys (kind, text);
    CREATE TABLE found_by (key BIGINT NOT NULL, id BLOB NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
    CREATE TABLE gaps (number INTEGER PRIMARY KEY, noticed BIGINT NOT NULL, what TEXT NOT NULL);
    CREATE VIRTUAL TABLE key_parts USING fts5(
        text, content = 'keys', content_rowid = 'number', tokenize = 'trigram', detail = none
    );";

pub(super) const PROGRESS: &str = "SELECT name, value FROM progress";
pub(super) const SET_PROGRESS: &str = "INSERT INTO progress (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

pub(super) const ADD_EVENT: &str =
    "INSERT INTO events (id, at, mark, kind, detail, keys) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING";
pub(super) const IS_KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM events WHERE id = $1)";
pub(super) const KEY: &str = "SELECT number FROM keys WHERE kind = $1 AND text = $2";
pub(super) const ADD_KEY: &str = "INSERT INTO keys (kind, text) VALUES ($1, $2) RETURNING number";
pub(super) const ADD_KEY_PARTS: &str = "INSERT INTO key_parts (rowid, text) VALUES ($1, $2)";
pub(super) const ADD_FOUND_BY: &str = "INSERT INTO found_by (key, id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
pub(super) const ADD_GAP: &str = "INSERT INTO gaps (noticed, what) VALUES ($1, $2)";

pub(super) const GAPS: &str = "SELECT noticed, what FROM gaps ORDER BY number DESC LIMIT $1";
pub(super) const COUNT_GAPS: &str = "SELECT count(*) FROM gaps";
pub(super) const STORY: &str = "SELECT at, kind, detail FROM events WHERE id = $1 ORDER BY number";
pub(super) const LATEST: &str =
    "SELECT DISTINCT id FROM events WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT $3";
pub(super) const KEYS_WITH_PART: &str =
    "SELECT keys.number, keys.kind, keys.text FROM key_parts JOIN keys ON keys.number = key_parts.rowid
    WHERE key_parts.text LIKE $1 ORDER BY key_parts.rowid DESC LIMIT $2";
pub(super) const KEYS_OF_KIND_WITH_PART: &str =
    "SELECT number, kind, text FROM keys WHERE kind = $1 AND text LIKE $2 LIMIT $3";
pub(super) const COUNT_OF_KEY: &str = "SELECT count(*) FROM (SELECT 1 FROM found_by WHERE key = $1 AND id >= $2 AND id < $3 LIMIT $4) AS counted";

/// The messages with key $1 behind id $2 and before id $3, oldest first, up to $4.
pub(super) const NEXT_OF_KEY: &str =
    "SELECT id FROM found_by WHERE key = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4";

pub(super) const OLDEST: &str = "SELECT DISTINCT id FROM events WHERE id < $1 ORDER BY id LIMIT $2";
pub(super) const KEYS_OF: &str = "SELECT keys FROM events WHERE id = $1";
pub(super) const FORGET_EVENTS: &str = "DELETE FROM events WHERE id = $1";
pub(super) const FORGET_FOUND_BY: &str = "DELETE FROM found_by WHERE key = $1 AND id = $2";
pub(super) const IS_USED: &str = "SELECT EXISTS (SELECT 1 FROM found_by WHERE key = $1)";
pub(super) const KEY_TEXT: &str = "SELECT kind, text FROM keys WHERE number = $1";
pub(super) const FORGET_KEY: &str = "DELETE FROM keys WHERE number = $1";
pub(super) const FORGET_KEY_PARTS: &str =
    "INSERT INTO key_parts (key_parts, rowid, text) VALUES ('delete', $1, $2)";
pub(super) const FORGET_GAPS: &str = "DELETE FROM gaps WHERE noticed < $1";

/// The messages with key $1 that have one of each of the `others` as well, newest first, between ids $2 and $3, up to $4.
pub(super) fn with_keys(others: &[&[i64]]) -> String {
    let mut text = "SELECT id FROM found_by WHERE key = $1 AND id >= $2 AND id < $3".to_owned();
    for keys in others {
        let list: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let _infallible = write!(
            text,
            " AND EXISTS (SELECT 1 FROM found_by AS other WHERE other.key IN ({}) AND other.id = found_by.id)",
            list.join(", ")
        );
    }
    text.push_str(" ORDER BY id DESC LIMIT $4");
    text
}
