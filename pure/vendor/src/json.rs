//! JSON with bounds, and nodes that know their place.
//!
//! Before anything is built the text is looked through for its depth and the number of its values; a small text cannot become a large tree. Nodes
//! forgive what vendors differ in: a number where a word is due, one object where a list is due, null for absent.

use crate::ReadError;
use crate::bytes::{OBJECTS_MAX, VALUES_MAX, position};
use crate::place::{DEPTH_MAX, Place};
use serde_json::Value;

/// The document as a tree.
pub(crate) fn parse(text: &str) -> Result<Value, ReadError> {
    bounded(text)?;
    serde_json::from_str(text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        ReadError::Json { line: error.line(), column: error.column(), reason }
    })
}

fn bounded(text: &str) -> Result<(), ReadError> {
    let (mut depth, mut objects, mut values) = (0_usize, 0_usize, 0_usize);
    let (mut is_string, mut is_escaped) = (false, false);
    for (offset, byte) in text.bytes().enumerate() {
        if is_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => is_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => is_string = true,
            b'{' | b'[' => {
                depth += 1;
                objects += usize::from(byte == b'{');
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            let (line, column) = position(text, offset);
            return Err(ReadError::TooDeep { line, column });
        }
        if objects > OBJECTS_MAX || values > VALUES_MAX {
            return Err(ReadError::TooMany);
        }
    }
    Ok(())
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    pub(crate) place: Place,
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value, place: Place::default() }
    }

    /// The value under a name, unless it is null.
    pub(crate) fn key(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self { value, place: self.place.name(name) })
    }

    /// The value under the first of these names that is there.
    pub(crate) fn first(&self, names: &[&str]) -> Option<Self> {
        names.iter().find_map(|name| self.key(name))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some()
    }

    /// The entries of a list; a single object counts as a list of one, anything else as empty.
    pub(crate) fn entries(&self) -> Vec<Self> {
        match self.value {
            Value::Array(entries) => {
                let entries = entries.iter().enumerate().filter(|(_, value)| !value.is_null());
                entries.map(|(number, value)| Self { value, place: self.place.number(number) }).collect()
            }
            Value::Object(_) => vec![self.clone()],
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        }
    }

    /// The entries of the list under a name.
    pub(crate) fn list(&self, name: &str) -> Vec<Self> {
        self.key(name).map(|node| node.entries()).unwrap_or_default()
    }

    /// Itself as text: a word, a number, yes or no; nothing for what is blank or not single.
    pub(crate) fn own_text(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The value under a name as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.key(name)?.own_text()
    }

    /// As text under the first of these names that has any.
    pub(crate) fn text_of(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.key(name)?.value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => number.as_i64().map(|number| number != 0),
            Value::String(text) => match text.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }
}

/// The value with its keys in order: the same content gives the same text.
pub(crate) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (number, (key, value)) in sorted.into_iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(entries) => {
            text.push('[');
            for (number, value) in entries.iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                write(value, text);
            }
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

#[cfg(test)]
mod tests;
