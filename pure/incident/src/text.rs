//! What people read, in both languages in which we write.
//!
//! A person who writes in one language only is shown in that one to everybody, rather than translated by us.

use serde::{Deserialize, Serialize};

/// A language in which we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    De,
}

/// The same said in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Text {
    pub en: String,
    pub de: String,
}

impl Text {
    #[must_use]
    pub fn new(en: impl Into<String>, de: impl Into<String>) -> Self {
        Self { en: en.into(), de: de.into() }
    }

    /// What a person wrote, in whatever language.
    #[must_use]
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { en: text.clone(), de: text }
    }

    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::De => &self.de,
        }
    }

    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.en.trim().is_empty() || self.de.trim().is_empty()
    }
}
