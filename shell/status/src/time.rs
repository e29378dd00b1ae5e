//! Times and spans as people and formats write them, always in UTC: the server does not know where its reader lives.

use crate::language::Language;
use model::{Duration, Timestamp};

fn civil(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

const MONTHS_DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// RFC 3339 with milliseconds, as Statuspage writes it.
pub(crate) fn millis(at: Timestamp) -> String {
    civil(at).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// RFC 3339 in whole seconds, as Atom and `<time>` carry it.
pub(crate) fn seconds(at: Timestamp) -> String {
    civil(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As fields for a time take it, to the minute.
pub(crate) fn minutes(at: Timestamp) -> String {
    civil(at).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// RFC 5545 §3.3.5, form 2.
pub(crate) fn calendar(at: Timestamp) -> String {
    civil(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// RFC 9110 §5.6.7.
pub(crate) fn http(at: Timestamp) -> String {
    civil(at).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `2026-10`, the month of a time.
pub(crate) fn month_key(at: Timestamp) -> String {
    civil(at).strftime("%Y-%m").to_string()
}

/// `October 2026`.
pub(crate) fn month(at: Timestamp, language: Language) -> String {
    match language {
        Language::English => civil(at).strftime("%B %Y").to_string(),
        Language::German => format!("{} {}", german_month(at), civil(at).strftime("%Y")),
    }
}

/// `25 November 2026`.
pub(crate) fn day(at: Timestamp, language: Language) -> String {
    match language {
        Language::English => civil(at).strftime("%-d %B %Y").to_string(),
        Language::German => {
            format!("{}. {} {}", civil(at).strftime("%-d"), german_month(at), civil(at).strftime("%Y"))
        }
    }
}

/// `06:15:40`.
pub(crate) fn clock(at: Timestamp) -> String {
    civil(at).strftime("%H:%M:%S").to_string()
}

/// An element that people and machines read: `25 November 2026, 06:15:40 UTC`.
pub(crate) fn element(at: Timestamp, language: Language) -> String {
    format!("<time datetime=\"{}\">{}, {} UTC</time>", seconds(at), day(at, language), clock(at))
}

/// The same without the day, for times of today.
pub(crate) fn element_near(at: Timestamp, now: Timestamp, language: Language) -> String {
    if day(at, language) == day(now, language) {
        return format!("<time datetime=\"{}\">{} UTC</time>", seconds(at), clock(at));
    }
    element(at, language)
}

fn german_month(at: Timestamp) -> &'static str {
    let number = civil(at).strftime("%-m").to_string().parse::<usize>().unwrap_or(1);
    MONTHS_DE.get(number.wrapping_sub(1)).copied().unwrap_or_default()
}

/// `19 h 28 min 46 s`, the two or three greatest parts that are not zero.
pub(crate) fn span(lasted: Duration, language: Language) -> String {
    let all = lasted.as_secs();
    let day_word = match language {
        Language::English => "d",
        Language::German => "T",
    };
    let parts = [(all / 86_400, day_word), (all / 3_600 % 24, "h"), (all / 60 % 60, "min"), (all % 60, "s")];
    let shown: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .take(3)
        .map(|(count, unit)| format!("{count}\u{a0}{unit}"))
        .collect();
    if shown.is_empty() { "0\u{a0}s".to_owned() } else { shown.join(" ") }
}

/// A short span with tenths, for delivery times: `1.4 s`.
pub(crate) fn short_span(lasted: Duration, language: Language) -> String {
    if lasted >= Duration::from_secs(100) {
        return span(lasted, language);
    }
    let text = format!("{:.1}\u{a0}s", lasted.as_secs_f64());
    match language {
        Language::English => text,
        Language::German => text.replace('.', ","),
    }
}
