//! `[[deliver.sites]]`: what receivers take from one source, over the shipped figures.
//!
//! A figure above what the provider itself documents is odd and no error: the operator may have an agreement with it.

use bounce::{is_provider, provider_of};
use dispatch::{About, Documented, Entry, Pattern, RECIPIENTS_MAX, Sites, shipped};
use std::collections::BTreeMap;
use tenant::written::{Report, Table, Value};

const ENTRIES_MAX: usize = 500;
const PATTERNS_MAX: usize = 100;
const WORD_LEN_MAX: usize = 100;
const CONNECTIONS_MAX: u64 = 1_000;
const MESSAGES_MAX: u64 = 100_000;
const RECIPIENTS_WRITTEN_MAX: u64 = 1_000;

/// What stands in the entries so far, and where.
type Seen = BTreeMap<String, usize>;

pub(super) fn sites(table: &mut Table<'_>, report: &mut Report) -> Sites {
    let Some(value) = table.take("sites") else { return Sites::default() };
    let tables = value.tables(report);
    if tables.len() > ENTRIES_MAX {
        value.problem(report, format!("has more than {ENTRIES_MAX} entries"));
    }
    let mut seen = Seen::new();
    Sites::new(tables.into_iter().filter_map(|table| entry(table, &mut seen, report)).collect())
}

fn entry(mut table: Table<'_>, seen: &mut Seen, report: &mut Report) -> Option<Entry> {
    let start = table.start();
    let (provider, mx) = (table.take("provider"), table.take("mx"));
    let about = match (&provider, &mx) {
        (Some(value), None) => of_provider(value, seen, report),
        (None, Some(value)) => of_hosts(value, seen, report),
        (Some(_), Some(_)) => {
            report.at(
                start,
                "a [[deliver.sites]] has `provider` and `mx`; write two entries, or one of the two",
            );
            None
        }
        (None, None) => {
            report.at(start, "a [[deliver.sites]] needs `provider = \"google\"`, `mx = [\"*.mail.example\"]`, or `mx = [\"*\"]` for everybody else");
            None
        }
    };
    let documented = about.as_ref().and_then(documented);
    let said = |of: fn(Documented) -> Option<u32>| {
        documented.and_then(|(name, source, all)| Some((name, source, of(all)?)))
    };
    let (connections, messages) = (table.take("connections"), table.take("messages"));
    let (recipients, rate) = (table.take("recipients"), table.take("rate"));
    let is_said = [&connections, &messages, &recipients, &rate].iter().any(|value| value.is_some());
    if !is_said {
        report.at(
            start,
            "a [[deliver.sites]] sets nothing; write `connections`, `messages`, `recipients` or `rate`",
        );
    }
    let (at_once, each) = (said(|all| all.connections), said(|all| all.messages));
    let connections = connections
        .and_then(|value| figure(&value, CONNECTIONS_MAX, (at_once, "connections at once"), report));
    let messages = messages
        .and_then(|value| figure(&value, MESSAGES_MAX, (each, "messages over one connection"), report));
    let every_server = Some(("RFC 5321", "\u{a7}4.5.3.1.8", RECIPIENTS_MAX));
    let recipients = recipients.and_then(|value| {
        figure(&value, RECIPIENTS_WRITTEN_MAX, (every_server, "recipients in one transaction"), report)
    });
    let rate = rate.and_then(|value| value.parse(report));
    table.finish(report);
    Some(Entry { about: about?, connections, messages, recipients, rate })
}

/// A provider's name with where it documents what.
fn documented(about: &About) -> Option<(&str, &'static str, Documented)> {
    let provider = match about {
        About::Provider(name) => name.as_str(),
        About::Hosts(patterns) => patterns.first()?.provider()?,
        About::Others => return None,
    };
    let known = shipped(provider)?;
    Some((provider, known.source, known.documented))
}

fn figure(
    value: &Value<'_>,
    max: u64,
    (documented, what): (Option<(&str, &str, u32)>, &str),
    report: &mut Report,
) -> Option<u32> {
    let number = value.number(1..=max, report).and_then(|number| u32::try_from(number).ok())?;
    if let Some((provider, source, most)) = documented.filter(|(.., most)| number > *most) {
        report.warn(
            value.start(),
            format!("{number} {what} are more than the {most} that {provider} documents ({source})"),
        );
    }
    Some(number)
}

fn of_provider(value: &Value<'_>, seen: &mut Seen, report: &mut Report) -> Option<About> {
    let name = value.line(WORD_LEN_MAX, report)?;
    if !is_provider(name) {
        let told = match provider_of(name) {
            Some(known) => format!("the hosts of `{name}` are the provider `{known}`"),
            None => format!(
                "`{name}` is no provider that is known, such as google, microsoft or yahoo; name its exchangers with `mx`"
            ),
        };
        value.problem(report, told);
        return None;
    }
    is_first(value, name, seen, report).then(|| About::Provider(name.to_owned()))
}

fn of_hosts(value: &Value<'_>, seen: &mut Seen, report: &mut Report) -> Option<About> {
    let entries = value.list(report);
    if entries.len() > PATTERNS_MAX {
        value.problem(report, format!("has more than {PATTERNS_MAX} entries"));
    }
    let everybody = |entry: &&Value<'_>| entry.line(WORD_LEN_MAX, &mut Report::new("", "")) == Some("*");
    if let Some(all) = entries.iter().find(everybody) {
        if entries.len() > 1 {
            all.problem(report, "`*` means each site for which nothing else is said, and stands alone");
            return None;
        }
        return is_first(all, "*", seen, report).then_some(About::Others);
    }
    let mut patterns = Vec::new();
    for entry in &entries {
        let pattern: Option<Pattern> = entry.parse(report);
        patterns.extend(pattern.filter(|pattern| is_first(entry, &pattern.to_string(), seen, report)));
    }
    if entries.is_empty() {
        value.problem(
            report,
            "is empty; name at least one host, such as \"mx.partner.example\", or \"*.mail.example\"",
        );
    }
    (!patterns.is_empty()).then_some(About::Hosts(patterns))
}

/// Whether nothing was said of it before.
fn is_first(value: &Value<'_>, name: &str, seen: &mut Seen, report: &mut Report) -> bool {
    let line = report.line_of(value.start());
    let before = seen.get(name).copied();
    match before {
        Some(before) => value.problem(report, format!("`{name}` stands in line {before} already")),
        None => drop(seen.insert(name.to_owned(), line)),
    }
    before.is_none()
}
