//! What is wrong with a folder, said to the person who edits it.
//!
//! A problem names the file, the line where there is one, and what to do. All of a folder's problems are given at once, in the
//! order of files and lines, so that one round of editing can mend them.

use core::fmt;
use serde::{Deserialize, Serialize};

/// One thing to mend. It is written as `acme/rules.toml:12: reason`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The path inside the folder, with the tenant's name before it where that is known.
    pub file: String,
    /// Counted from 1; none where the whole file is meant.
    pub line: Option<usize>,
    pub reason: String,
}

impl Problem {
    /// A problem of one line.
    #[must_use]
    pub fn at(file: &str, line: usize, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: Some(line), reason: reason.into() }
    }

    /// A problem of a whole file.
    #[must_use]
    pub fn of(file: &str, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}
