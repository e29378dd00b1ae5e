//! A mapping checked when it is saved: its rules, and what a sample says of it.

use super::{IncidentFields, Mapping, Words, path};
use crate::clock;
use crate::json::{self, Node};
use crate::{Format, Given, ReadError, bytes};
use core::fmt;

/// What is wrong with a mapping.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MappingProblem {
    /// The field of the mapping.
    pub field: String,
    pub reason: String,
}

impl fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

/// Entries of the sample that are looked at.
const ENTRIES: usize = 200;
const PATH_LEN_MAX: usize = 200;

impl Mapping {
    /// A mapping from its text, as it is saved.
    ///
    /// # Errors
    /// If it is no mapping, or breaks one of its rules.
    pub fn parse(text: &str) -> Result<Self, Vec<MappingProblem>> {
        let mapping: Self = serde_json::from_str(text).map_err(|error| {
            vec![MappingProblem { field: "the mapping".to_owned(), reason: error.to_string() }]
        })?;
        let problems = mapping.check();
        if problems.is_empty() { Ok(mapping) } else { Err(problems) }
    }

    /// What breaks a rule.
    #[must_use]
    pub fn check(&self) -> Vec<MappingProblem> {
        let mut problems = Vec::new();
        if self.components.is_none() && self.incidents.is_none() {
            problem(&mut problems, "the mapping", "names neither components nor incidents");
        }
        let mut needs = |field: &str, path: &str| {
            if path.trim().is_empty() {
                problem(&mut problems, field, "is missing");
            }
        };
        if let Some(fields) = &self.components {
            needs("components.name", &fields.name);
            needs("components.state", &fields.state);
        }
        if let Some(fields) = &self.incidents {
            needs("incidents.title", &fields.title);
            if let Some(updates) = &fields.updates {
                needs("incidents.updates.at", &updates.at);
                needs("incidents.updates.text", &updates.text);
            }
        }
        for (field, path) in self.paths() {
            grammar(&field, path, &mut problems);
        }
        problems
    }

    /// What a sample says of it: lists and fields that are not there, times that cannot be read, words that have no meaning. The sample is read
    /// even if the mapping breaks a rule.
    ///
    /// # Errors
    /// If the sample is no JSON.
    pub fn check_with(&self, sample: &[u8]) -> Result<Vec<MappingProblem>, ReadError> {
        let text = bytes::text(sample, None)?;
        let value = json::parse(&text)?;
        let root = Node::root(&value);
        let mut problems = self.check();
        let words = Words { mapping: self };
        if let Some(fields) = &self.components {
            let mut sample = Sample::new(&root, "components", &fields.at, &mut problems);
            sample.text("name", &fields.name);
            sample.words("state", &fields.state, |word| words.state(word).is_some());
            sample.optional("id", fields.id.as_ref());
            sample.optional("group", fields.group.as_ref());
            sample.times("updated", fields.updated.as_ref());
        }
        if let Some(fields) = &self.incidents {
            incidents(&root, fields, &words, &mut problems);
        }
        Ok(problems)
    }

    /// Every path with the field in which it stands.
    fn paths(&self) -> Vec<(String, &str)> {
        let mut all = vec![("overall", self.overall.as_ref()), ("next", self.next.as_ref())];
        if let Some(fields) = &self.components {
            all.extend([
                ("components.at", Some(&fields.at)),
                ("components.name", Some(&fields.name)),
                ("components.state", Some(&fields.state)),
                ("components.id", fields.id.as_ref()),
                ("components.group", fields.group.as_ref()),
                ("components.updated", fields.updated.as_ref()),
            ]);
        }
        if let Some(fields) = &self.incidents {
            all.extend([
                ("incidents.at", Some(&fields.at)),
                ("incidents.title", Some(&fields.title)),
                ("incidents.id", fields.id.as_ref()),
                ("incidents.url", fields.url.as_ref()),
                ("incidents.phase", fields.phase.as_ref()),
                ("incidents.severity", fields.severity.as_ref()),
                ("incidents.started", fields.started.as_ref()),
                ("incidents.posted", fields.posted.as_ref()),
                ("incidents.changed", fields.changed.as_ref()),
                ("incidents.resolved", fields.resolved.as_ref()),
                ("incidents.text", fields.text.as_ref()),
                ("incidents.components", fields.components.as_ref()),
                ("incidents.regions", fields.regions.as_ref()),
            ]);
        }
        if let Some(updates) = self.incidents.as_ref().and_then(|fields| fields.updates.as_ref()) {
            all.extend([
                ("incidents.updates.at", Some(&updates.at)),
                ("incidents.updates.text", Some(&updates.text)),
                ("incidents.updates.time", updates.time.as_ref()),
                ("incidents.updates.phase", updates.phase.as_ref()),
                ("incidents.updates.id", updates.id.as_ref()),
            ]);
        }
        all.into_iter().filter_map(|(field, path)| Some((field.to_owned(), path?.as_str()))).collect()
    }
}

fn problem(problems: &mut Vec<MappingProblem>, field: &str, reason: impl Into<String>) {
    problems.push(MappingProblem { field: field.to_owned(), reason: reason.into() });
}

fn grammar(field: &str, path: &str, problems: &mut Vec<MappingProblem>) {
    if path.len() > PATH_LEN_MAX {
        problem(problems, field, format!("has more than {PATH_LEN_MAX} bytes"));
    }
    for part in path.split('|').map(str::trim).filter(|_| !path.is_empty()) {
        let is_own = matches!(part, "@key" | "@value");
        if part.starts_with('@') && !is_own {
            problem(problems, field, format!("`{part}` is neither @key nor @value"));
        } else if part.split('.').any(str::is_empty) {
            problem(problems, field, format!("`{part}` has an empty name"));
        } else if part.contains(['*', '[', ']', '$']) {
            problem(problems, field, format!("`{part}` is no path: names with dots between, no wildcards"));
        }
    }
}

fn incidents(
    root: &Node<'_>,
    fields: &IncidentFields,
    words: &Words<'_>,
    problems: &mut Vec<MappingProblem>,
) {
    let mut sample = Sample::new(root, "incidents", &fields.at, problems);
    sample.text("title", &fields.title);
    for (name, path) in [
        ("id", &fields.id),
        ("url", &fields.url),
        ("text", &fields.text),
        ("components", &fields.components),
        ("regions", &fields.regions),
    ] {
        sample.optional(name, path.as_ref());
    }
    if let Some(path) = &fields.phase {
        sample.words("phase", path, |word| words.phase(word).is_some());
    }
    if let Some(path) = &fields.severity {
        sample.words("severity", path, |word| words.severity(word).is_some());
    }
    for (name, path) in [
        ("started", &fields.started),
        ("posted", &fields.posted),
        ("changed", &fields.changed),
        ("resolved", &fields.resolved),
    ] {
        sample.times(name, path.as_ref());
    }
    if let Some(updates) = &fields.updates {
        let entries: Vec<path::Entry<'_>> = sample
            .entries
            .iter()
            .filter_map(|entry| path::entries(&entry.node, &updates.at))
            .flatten()
            .take(ENTRIES)
            .collect();
        let has_entries = !sample.entries.is_empty();
        if has_entries && entries.is_empty() {
            problem(problems, "incidents.updates.at", "no incident of the sample has it");
            return;
        }
        let mut sample = Sample { what: "incidents.updates", entries, problems };
        sample.text("text", &updates.text);
        sample.times("time", updates.time.as_ref());
        if let Some(path) = &updates.phase {
            sample.words("phase", path, |word| words.phase(word).is_some());
        }
    }
}

/// The entries of a sample, looked at field by field.
struct Sample<'a, 'p> {
    what: &'static str,
    entries: Vec<path::Entry<'a>>,
    problems: &'p mut Vec<MappingProblem>,
}

impl<'a, 'p> Sample<'a, 'p> {
    fn new(root: &Node<'a>, what: &'static str, at: &str, problems: &'p mut Vec<MappingProblem>) -> Self {
        let entries = path::entries(root, at);
        if entries.is_none() {
            problem(problems, &format!("{what}.at"), "the sample has no list there");
        }
        Self { what, entries: entries.unwrap_or_default().into_iter().take(ENTRIES).collect(), problems }
    }

    fn field(&self, name: &str) -> String {
        format!("{}.{name}", self.what)
    }

    /// A field that every entry needs.
    fn text(&mut self, name: &str, path: &str) {
        if let Some(entry) = self.entries.iter().find(|entry| entry.text(path).is_none()) {
            let reason = format!("{} of the sample has none", entry.node.place);
            problem(self.problems, &self.field(name), reason);
        }
    }

    fn optional(&mut self, name: &str, path: Option<&String>) {
        let Some(path) = path else { return };
        if !self.entries.is_empty()
            && !self.entries.iter().any(|entry| entry.one(path).is_some() || entry.text(path).is_some())
        {
            problem(self.problems, &self.field(name), "no entry of the sample has it");
        }
    }

    fn times(&mut self, name: &str, path: Option<&String>) {
        self.optional(name, path);
        let Some(path) = path else { return };
        let mut texts = self.entries.iter().filter_map(|entry| entry.text(path));
        let wrong = texts.find_map(|text| match clock::read(&text) {
            Ok(_) | Err(clock::ClockError::Null) => None,
            Err(error) => Some(error.to_string()),
        });
        if let Some(reason) = wrong {
            problem(self.problems, &self.field(name), reason);
        }
    }

    /// Words that stand in no table; each once.
    fn words(&mut self, name: &str, path: &str, is_known: impl Fn(&str) -> bool) {
        self.optional(name, Some(&path.to_owned()));
        let words = self.entries.iter().filter_map(|entry| entry.text(path)).filter(|word| !is_known(word));
        let unknown: std::collections::BTreeSet<String> =
            words.map(|word| crate::plain::line(&word)).collect();
        if !unknown.is_empty() {
            let words: Vec<String> = unknown.into_iter().take(10).map(|word| format!("`{word}`")).collect();
            problem(
                self.problems,
                &self.field(name),
                format!("{} have no meaning; say it in the mapping", words.join(", ")),
            );
        }
    }
}

/// A mapping that reads a sample at all, for those who save one.
impl Mapping {
    /// Reads the sample as it would be read from then on.
    ///
    /// # Errors
    /// As [`crate::read`].
    pub fn try_on(&self, sample: &[u8], now: model::Timestamp) -> Result<crate::Document, ReadError> {
        let given = Given { mapping: Some(self), ..Given::at(now) };
        let document = crate::read(sample, &given)?;
        debug_assert_eq!(document.format, Format::Mapped, "a mapping was given");
        Ok(document)
    }
}
