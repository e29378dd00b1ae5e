//! The file of the domains' proofs, written whole under another name and put in its place. See docs/formats/domain-proofs-v1.md.
//!
//! A line that cannot be read is left out with a warning: its domain is looked up again.

use super::{Key, Known};
use model::Timestamp;
use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

const HEAD: &str = "signpost domain proofs v1";

pub(super) fn read(path: &Path) -> BTreeMap<Key, Known> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return BTreeMap::new(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the domains' proofs cannot be read; they are looked up again");
            return BTreeMap::new();
        }
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEAD) {
        tracing::warn!(path = %path.display(), "no file of domain proofs of version 1; they are looked up again");
        return BTreeMap::new();
    }
    let read = lines.filter_map(|line| {
        let read = line_of(line);
        if read.is_none() {
            tracing::warn!(path = %path.display(), line, "a line that cannot be read is left out");
        }
        read
    });
    read.collect()
}

fn line_of(line: &str) -> Option<(Key, Known)> {
    let words: Vec<&str> = line.split(' ').collect();
    let [tenant, domain, asked, answered, seen, missing, value] = words.as_slice() else { return None };
    let time = |word: &str| word.parse().ok().map(Timestamp::from_micros);
    let optional = |word: &str| if word == "-" { Some(None) } else { time(word).map(Some) };
    let known = Known {
        value: (*value).to_owned(),
        asked: time(asked)?,
        answered: optional(answered)?,
        seen: optional(seen)?,
        missing: optional(missing)?,
    };
    Some(((tenant.parse().ok()?, domain.parse().ok()?), known))
}

pub(super) fn write(path: &Path, known: &BTreeMap<Key, Known>) -> io::Result<()> {
    let mut text = format!("{HEAD}\n");
    for ((tenant, domain), known) in known {
        let time = |time: Option<Timestamp>| time.map_or("-".to_owned(), |time| time.as_micros().to_string());
        let words = [Some(known.asked), known.answered, known.seen, known.missing].map(time).join(" ");
        text.push_str(&format!("{tenant} {domain} {words} {}\n", known.value));
    }
    let new = path.with_extension("new");
    let mut file = std::fs::File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}
