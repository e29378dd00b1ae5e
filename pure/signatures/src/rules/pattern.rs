//! What `subject` and `body` are compared with: a part of the text, or a regular expression.
//!
//! Both ignore the case of letters; inside an expression `(?-i)` asks for it. Expressions run in linear time by construction of
//! the engine and their compiled size is bounded, so no message can make a rule slow.

use core::cell::{LazyCell, OnceCell};
use core::fmt;
use core::str::FromStr;
use regex::{Regex, RegexBuilder};

/// Longest pattern, in characters.
const PATTERN_LEN_MAX: usize = 1_000;
/// Most memory that one compiled expression may take, in bytes.
const COMPILED_LEN_MAX: usize = 1 << 20;

/// One pattern.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// The text in lower case.
    Part(String),
    Expression(Regex),
}

/// A text that is searched: read when a pattern asks for the first time, and its lower case made once.
pub struct Searched<'a> {
    text: LazyCell<String, Box<dyn FnOnce() -> String + 'a>>,
    folded: OnceCell<String>,
}

impl<'a> Searched<'a> {
    /// The text that `read` gives.
    #[must_use]
    pub fn new(read: impl FnOnce() -> String + 'a) -> Self {
        Self { text: LazyCell::new(Box::new(read)), folded: OnceCell::new() }
    }

    fn folded(&self) -> &str {
        self.folded.get_or_init(|| self.text.to_lowercase())
    }
}

impl fmt::Debug for Searched<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Searched").finish_non_exhaustive()
    }
}

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("an empty pattern would match everything; write some text or leave the entry out")]
    Empty,
    #[error("a pattern has at most {PATTERN_LEN_MAX} characters")]
    Length,
    #[error("a regular expression ends with `/`: write re:/EXPRESSION/ (case is ignored without a flag)")]
    Unterminated,
    #[error("the regular expression would take more than {COMPILED_LEN_MAX} bytes; write a simpler one")]
    TooLarge,
    #[error("the regular expression is wrong: {0}")]
    Syntax(String),
}

impl Pattern {
    /// Whether the text matches.
    #[must_use]
    pub fn matches(&self, searched: &Searched<'_>) -> bool {
        match self {
            Self::Part(part) => searched.folded().contains(part),
            Self::Expression(expression) => expression.is_match(&searched.text),
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text.chars().count() > PATTERN_LEN_MAX {
            return Err(PatternError::Length);
        }
        if let Some(rest) = text.strip_prefix("re:/") {
            return expression(rest.strip_suffix('/').ok_or(PatternError::Unterminated)?);
        }
        if text.is_empty() { Err(PatternError::Empty) } else { Ok(Self::Part(text.to_lowercase())) }
    }
}

fn expression(text: &str) -> Result<Pattern, PatternError> {
    if text.is_empty() {
        return Err(PatternError::Empty);
    }
    let built = RegexBuilder::new(text)
        .case_insensitive(true)
        .size_limit(COMPILED_LEN_MAX)
        .dfa_size_limit(COMPILED_LEN_MAX)
        .build();
    built.map(Pattern::Expression).map_err(|error| {
        if matches!(error, regex::Error::CompiledTooBig(_)) {
            return PatternError::TooLarge;
        }
        PatternError::Syntax(last_line(&error.to_string()))
    })
}

/// The engine draws the expression over several lines; what is wrong stands in the last.
fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    line.trim().trim_start_matches("error: ").to_owned()
}
