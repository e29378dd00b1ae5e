//! An alert rule as its reader wrote it into the form, and what is wrong with it, field by field.
//!
//! A list is a text with an entry on each line. What is wrong changes nothing and is shown beside what was written; a form that does not say which vendors
//! and how severe is wrong too, so that a cut one widens nothing.

use super::vendors::WatchedVendor;
use vendor::{AlertRule, RULE_ENTRIES_MAX, RULE_ENTRY_CHARS_MAX, Severity};

/// What the form shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) rule: AlertRule,
    /// "Only these" is chosen; a rule alone cannot say so while none of them is.
    pub(crate) is_of_some: bool,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Vendors,
    Severity,
    Components,
    Regions,
    Words,
}

impl Field {
    /// Its name in the form.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Vendors => "vendor",
            Self::Severity => "severity",
            Self::Components => "component",
            Self::Regions => "region",
            Self::Words => "word",
        }
    }
}

/// Why a draft cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    NoVendor,
    UnknownVendor(String),
    UnknownSeverity,
    TooMany(Field, usize),
    TooLong(Field, String),
}

impl Problem {
    pub(crate) const fn field(&self) -> Field {
        match self {
            Self::NoVendor | Self::UnknownVendor(_) => Field::Vendors,
            Self::UnknownSeverity => Field::Severity,
            Self::TooMany(field, _) | Self::TooLong(field, _) => *field,
        }
    }
}

impl Draft {
    pub(crate) fn of(rule: &AlertRule) -> Self {
        Self { rule: rule.clone(), is_of_some: !rule.vendors.is_empty() }
    }

    /// What the pairs of a form say, in place of `kept`, which may name vendors that are not watched any more.
    pub(crate) fn read(
        form: &[(String, String)],
        kept: &AlertRule,
        watched: &[WatchedVendor],
    ) -> (Self, Vec<Problem>) {
        let all = |field: Field| {
            form.iter().filter(move |(key, _)| key == field.name()).map(|(_, value)| value.as_str())
        };
        let list = |field: Field| entries(all(field).flat_map(str::lines));
        let about = form.iter().find(|(key, _)| key == "about").map(|(_, value)| value.as_str());
        let is_of_some = about != Some("all");
        let vendors = if is_of_some { list(Field::Vendors) } else { Vec::new() };
        let severity = all(Field::Severity).next().unwrap_or_default();
        let known = [Severity::Minor, Severity::Major, Severity::Critical];
        let severity_found = known.into_iter().find(|known| known.as_str() == severity);
        let rule = AlertRule {
            vendors,
            components: list(Field::Components),
            regions: list(Field::Regions),
            severity: severity_found,
            words: list(Field::Words),
        };
        let mut problems = Vec::new();
        if is_of_some && rule.vendors.is_empty() {
            problems.push(Problem::NoVendor);
        }
        let is_known =
            |name: &String| watched.iter().any(|one| one.name == *name) || kept.vendors.contains(name);
        let unknown = rule.vendors.iter().find(|name| !is_known(name));
        problems.extend(unknown.map(|name| Problem::UnknownVendor(name.chars().take(100).collect())));
        if severity_found.is_none() && severity != "any" {
            problems.push(Problem::UnknownSeverity);
        }
        for (field, entries) in [
            (Field::Vendors, &rule.vendors),
            (Field::Components, &rule.components),
            (Field::Regions, &rule.regions),
            (Field::Words, &rule.words),
        ] {
            problems.extend(bounded(field, entries));
        }
        (Self { rule, is_of_some }, problems)
    }
}

/// Each once, without blanks around it.
fn entries<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        if !entries.iter().any(|entry| entry == line) {
            entries.push(line.to_owned());
        }
    }
    entries
}

fn bounded(field: Field, entries: &[String]) -> Option<Problem> {
    if entries.len() > RULE_ENTRIES_MAX {
        return Some(Problem::TooMany(field, entries.len()));
    }
    let long = entries.iter().find(|entry| entry.chars().count() > RULE_ENTRY_CHARS_MAX)?;
    Some(Problem::TooLong(field, long.chars().take(40).collect()))
}

#[cfg(test)]
mod tests;
