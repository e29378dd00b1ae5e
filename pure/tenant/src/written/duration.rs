//! Spans of time as people write them: `20s`, `5m`, `30d`.
//!
//! A number without a unit is refused, because nobody can know what was meant by it.

use core::time::Duration;

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Reads a whole number and its unit.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let form = || format!("`{text}` is not a span of time: write a whole number and one of ms, s, m, h, d");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().map_err(|_| form())?;
    let unit = text[digits..].trim_start();
    let millis = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, millis)| *millis).ok_or_else(form)?;
    number.checked_mul(millis).map(Duration::from_millis).ok_or_else(form)
}
