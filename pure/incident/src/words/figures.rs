//! Times, counts and spans as each language writes them. Times are always UTC and say so.

use crate::fact::DelayBound;
use crate::{Language, Text};
use model::{Duration, Timestamp};

/// Something that stands in a phrase.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Time(Timestamp),
    Count(u64),
    Span(Duration),
    Bound(DelayBound),
    Name(&'a str),
    Text(&'a Text),
}

/// Each `{}` replaced by the next value.
pub(crate) fn filled(phrase: &str, values: &[Value<'_>], language: Language) -> String {
    let mut values = values.iter();
    let mut out = String::new();
    for (number, piece) in phrase.split("{}").enumerate() {
        if number > 0
            && let Some(value) = values.next()
        {
            out.push_str(&written(*value, language));
        }
        out.push_str(piece);
    }
    out
}

fn written(value: Value<'_>, language: Language) -> String {
    match value {
        Value::Time(at) => time(at, language),
        Value::Count(count) => grouped(count, language),
        Value::Span(span) => self::span(span),
        Value::Bound(DelayBound::Within(seconds)) => {
            format!("≤ {}", self::span(Duration::from_secs(seconds)))
        }
        Value::Bound(DelayBound::Over(seconds)) => format!("> {}", self::span(Duration::from_secs(seconds))),
        Value::Name(name) => name.to_owned(),
        Value::Text(text) => text.in_language(language).to_owned(),
    }
}

fn time(at: Timestamp, language: Language) -> String {
    let text = at.to_string();
    let (date, clock) = text.split_once('T').unwrap_or((&text, ""));
    let clock = clock.split('.').next().unwrap_or_default();
    match language {
        Language::En => format!("{date} {clock} UTC"),
        Language::De => {
            let mut parts = date.rsplitn(3, '-');
            let (day, month, year) = (parts.next(), parts.next(), parts.next());
            let part = |part: Option<&str>| part.unwrap_or_default().to_owned();
            format!("{}.{}.{}, {clock} UTC", part(day), part(month), part(year))
        }
    }
}

fn grouped(count: u64, language: Language) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(match language {
                Language::En => ',',
                Language::De => '.',
            });
        }
        out.push(digit);
    }
    out
}

/// `19 h 28 min 46 s`; days only from one on, and parts that are zero are left out.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}
