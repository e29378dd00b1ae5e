//! What the script's read-back step printed, as forgiving as `ConvertTo-Json` is moody.
//!
//! A file may be UTF-8 or UTF-16, a list of one may stand as its one element, a flag may be a word, keys may have any case. What is not
//! there, or stands as a number whose meaning only .NET knows, is told apart from what is set: nobody guesses here.

use serde_json::{Map, Value};

/// Why a file is no read-back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadbackError {
    #[error("it is empty; run the script with -Step readback again and keep its output")]
    Empty,
    #[error(
        "it is not JSON (line {line}: {reason}); keep the whole output of -Step readback and nothing else"
    )]
    Json { line: usize, reason: String },
    #[error(
        "it is JSON, but not of -Step readback: it has no `Readback` with the value v1; take the script's output"
    )]
    Other,
}

/// A whole read-back.
#[derive(Debug, Clone, PartialEq)]
pub struct Readback(Record);

impl Readback {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`ReadbackError`], with what to do.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadbackError> {
        let text = decoded(bytes);
        if text.trim().is_empty() {
            return Err(ReadbackError::Empty);
        }
        let value: Value = serde_json::from_str(text.trim())
            .map_err(|error| ReadbackError::Json { line: error.line(), reason: error.to_string() })?;
        let record = records(Some(&value)).into_iter().next().ok_or(ReadbackError::Other)?;
        match record.word("Readback") {
            Field::Set(version) if version == "v1" => Ok(Self(record)),
            Field::Set(_) | Field::Empty | Field::Number(_) | Field::Missing => Err(ReadbackError::Other),
        }
    }

    /// The tenant for which the script was made, if it says so.
    #[must_use]
    pub fn tenant(&self) -> Option<String> {
        self.0.word("Tenant").set()
    }

    pub(crate) fn top(&self) -> &Record {
        &self.0
    }

    /// The records under `key`; nothing if the key is missing.
    pub(crate) fn records(&self, key: &str) -> Option<Vec<Record>> {
        self.0.value(key).map(|value| records(Some(value)))
    }
}

/// A list of objects, or the one object that stands for it.
fn records(value: Option<&Value>) -> Vec<Record> {
    match value {
        Some(Value::Object(map)) => vec![Record(map.clone())],
        Some(Value::Array(entries)) => entries.iter().flat_map(|entry| records(Some(entry))).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => Vec::new(),
    }
}

/// UTF-16 by its mark (Windows PowerShell's `>` writes it), else UTF-8.
fn decoded(bytes: &[u8]) -> String {
    let units = |of: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes[2..].chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => String::from_utf16_lossy(&units(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => String::from_utf16_lossy(&units(u16::from_be_bytes)),
        bytes => String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned(),
    }
}

/// One value as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field<T> {
    Set(T),
    /// There and empty: nothing is set.
    Empty,
    /// An enum as a number, which says nothing without .NET's table.
    Number(String),
    Missing,
}

impl<T> Field<T> {
    pub(crate) fn set(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Empty | Self::Number(_) | Self::Missing => None,
        }
    }
}

/// One object of the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record(Map<String, Value>);

impl Record {
    fn value(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// A word, such as the name of an enum's value.
    pub(crate) fn word(&self, key: &str) -> Field<String> {
        match self.value(key).map(unwrapped) {
            None => Field::Missing,
            Some(Value::Null) => Field::Empty,
            Some(Value::String(text)) if text.is_empty() => Field::Empty,
            Some(Value::String(text)) => Field::Set(text.clone()),
            Some(Value::Number(number)) => Field::Number(number.to_string()),
            Some(Value::Array(entries)) if entries.is_empty() => Field::Empty,
            Some(Value::Object(map)) if map.is_empty() => Field::Empty,
            Some(other @ (Value::Bool(_) | Value::Array(_) | Value::Object(_))) => {
                Field::Set(other.to_string())
            }
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Field<bool> {
        match self.value(key).map(unwrapped) {
            Some(Value::Bool(flag)) => Field::Set(*flag),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Field::Set(true),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Field::Set(false),
            Some(Value::Number(number)) => Field::Number(number.to_string()),
            Some(Value::Null) => Field::Empty,
            Some(Value::String(_) | Value::Array(_) | Value::Object(_)) | None => Field::Missing,
        }
    }

    pub(crate) fn number(&self, key: &str) -> Field<u64> {
        match self.value(key).map(unwrapped) {
            Some(Value::Number(number)) => number.as_u64().map_or(Field::Missing, Field::Set),
            Some(Value::String(text)) => text.trim().parse().map_or(Field::Missing, Field::Set),
            Some(Value::Null) => Field::Empty,
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => Field::Missing,
        }
    }

    /// A list of words; nothing if the key is missing.
    pub(crate) fn words(&self, key: &str) -> Option<Vec<String>> {
        let word = |value: &Value| match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        match self.value(key)? {
            Value::Array(entries) => Some(entries.iter().filter_map(word).collect()),
            one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                Some(word(unwrapped(one)).into_iter().collect())
            }
        }
    }
}

/// The one element of a list of one, and `value` of `{"value": .., "Value": ..}`, by which some versions print enums.
fn unwrapped(value: &Value) -> &Value {
    match value {
        Value::Array(entries) => match entries.as_slice() {
            [one] => unwrapped(one),
            [] | [_, ..] => value,
        },
        Value::Object(map) => map.get("Value").filter(|inner| inner.is_string()).unwrap_or(value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

#[cfg(test)]
mod tests;
