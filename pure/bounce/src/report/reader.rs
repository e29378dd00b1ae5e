//! In which language the sender of a message reads.
//!
//! RFC 3282 has two fields for it: `Accept-Language` says what a person reads, `Content-Language` in what the message is written. What the first
//! prefers counts, then the second, and only what we can write; a message that says nothing leaves it to its tenant. Nothing else is guessed from.

use super::Language;
use super::returned::header_of;
use message::Index;

/// Languages of a field that are looked at.
const NAMED_MAX: usize = 20;

impl Language {
    /// The language of the sender of this message, else of the tenant's tag.
    #[must_use]
    pub fn of_sender(original: &[u8], tenant: &str) -> Self {
        let header = header_of(original);
        let index = Index::of(header);
        let field = |name| index.header().value(header, name).and_then(|value| preferred(&value));
        field("Accept-Language").or_else(|| field("Content-Language")).unwrap_or_else(|| Self::of_tag(tenant))
    }
}

/// Of `da, en-GB;q=0.8, *;q=0.1` the one with the highest value that we can write; of equals the first.
fn preferred(value: &str) -> Option<Language> {
    let named = value.split(',').take(NAMED_MAX).filter_map(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let language = Language::known(parts.next()?)?;
        let quality =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
        Some((language, quality?)).filter(|(_, quality)| *quality > 0.0)
    });
    named
        .fold(None, |best: Option<(Language, f32)>, one| match best {
            Some(known) if known.1 >= one.1 => Some(known),
            Some(_) | None => Some(one),
        })
        .map(|(language, _)| language)
}
