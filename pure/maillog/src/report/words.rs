//! Figures in words: spans, counts and times as both documents write them.

use super::ClaimKind;
use model::Timestamp;

/// `2 d 3 h`, `19 h 28 min 46 s`, `12 s`.
pub(super) fn span(seconds: u64) -> String {
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")];
    let shown: Vec<String> = parts
        .iter()
        .skip_while(|(count, _)| *count == 0)
        .take(3)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if shown.is_empty() { "0 s".to_owned() } else { shown.join(" ") }
}

/// With a comma between thousands.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 message`, `2,000 messages`.
pub(super) fn counted(count: u64, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {one}{plural}", number(count))
}

/// `2024-10-20 11:42:20` in UTC, without the fraction.
pub(super) fn time(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(..19).unwrap_or(&text).replacen('T', " ", 1)
}

/// What is claimed.
pub(super) fn claim(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Start => "Began, as claimed",
        ClaimKind::Detected => "Detected",
        ClaimKind::Posted => "First posted",
        ClaimKind::End => "Ended, as claimed",
        ClaimKind::Resolved => "Declared resolved",
    }
}
