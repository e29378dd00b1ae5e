//! Points in time within a text that people wrote: `2024-10-20 11:42:20`, `October 20, 2024 11:27:37`, `20.10.2024, 11:27:37`.
//!
//! A time without a zone is read as UTC. A date without a time, and anything else, is no point in time and is passed over.

use model::Timestamp;

/// A point in time and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub at: Timestamp,
    /// Byte at which it begins.
    pub offset: usize,
    /// Its line quotes a mail server's refusal.
    pub is_refusal: bool,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Every point in time, in the order of the text.
#[must_use]
pub fn stamps(text: &str) -> Vec<Stamp> {
    let mut found = Vec::new();
    let mut next = 0;
    for (offset, _) in text.char_indices() {
        let is_inside = offset < next;
        let follows_digit = text[..offset].ends_with(|c: char| c.is_ascii_alphanumeric());
        if is_inside || follows_digit {
            continue;
        }
        if let Some((at, length)) = stamp(&text[offset..]) {
            next = offset + length;
            found.push(Stamp { at, offset, is_refusal: false });
        }
    }
    for place in 0..found.len() {
        // From this stamp to the next one, or the end of the line.
        let end = found.get(place + 1).map_or(text.len(), |next: &Stamp| next.offset);
        let rest = &text[found[place].offset..end];
        found[place].is_refusal = rest.lines().next().is_some_and(quotes_refusal);
    }
    found
}

/// The window that a text claims: `between A and B`, `from A to B`, `zwischen A und B`, `von A bis B`.
#[must_use]
pub fn window(text: &str) -> Option<(Timestamp, Timestamp)> {
    let all = stamps(text);
    let pairs = all.iter().zip(all.iter().skip(1));
    let is_window = |(from, to): &(&Stamp, &Stamp)| {
        let before = text[..from.offset].trim_end().to_lowercase();
        let between = text[from.offset..to.offset].to_lowercase();
        let joined = |first: &str, second: &str| before.ends_with(first) && between.ends_with(second);
        joined("between", " and ")
            || joined("from", " to ")
            || joined("zwischen", " und ")
            || joined("von", " bis ")
    };
    pairs.clone().find(is_window).map(|(from, to)| (from.at, to.at))
}

/// A reply code with its enhanced code is how a refusal is quoted (RFC 3463).
fn quotes_refusal(line: &str) -> bool {
    let mut words =
        line.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let is_code =
            word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|b| b.is_ascii_digit());
        let is_enhanced = |next: &&str| next.starts_with(['4', '5']) && next.matches('.').count() == 2;
        if is_code && words.peek().is_some_and(is_enhanced) {
            return true;
        }
    }
    false
}

fn stamp(text: &str) -> Option<(Timestamp, usize)> {
    iso(text).or_else(|| english(text)).or_else(|| german(text))
}

/// `YYYY-MM-DD`, a `T` or a blank, `HH:MM:SS`, perhaps a fraction and a `Z`.
fn iso(text: &str) -> Option<(Timestamp, usize)> {
    let (date, rest) = text.split_at_checked(10)?;
    let shape = |part: &str, pattern: &str| {
        part.len() == pattern.len()
            && part.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let rest = rest.strip_prefix(['T', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    if !shape(date, "0000-00-00") || !shape(clock, "00:00:00") {
        return None;
    }
    let fraction =
        rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let fraction = if fraction > 0 { fraction + 1 } else { 0 };
    let at = format!("{date}T{clock}{}Z", &rest[..fraction]).parse().ok()?;
    Some((at, 10 + 1 + 8 + fraction))
}

/// `Month D, YYYY HH:MM:SS`, with or without `at` before the time.
fn english(text: &str) -> Option<(Timestamp, usize)> {
    let month = MONTHS.iter().position(|month| text.starts_with(month))?;
    let rest = text[MONTHS[month].len()..].strip_prefix(' ')?;
    let (day, rest) = number(rest, 2)?;
    let rest = rest.strip_prefix(", ")?;
    let (year, rest) = number(rest, 4)?;
    let rest = rest.strip_prefix(',').unwrap_or(rest).strip_prefix(' ')?;
    let rest = rest.strip_prefix("at ").unwrap_or(rest);
    with_clock(text, year, month as u32 + 1, day, rest)
}

/// `D.M.YYYY HH:MM:SS`, with or without a comma.
fn german(text: &str) -> Option<(Timestamp, usize)> {
    let (day, rest) = number(text, 2)?;
    let (month, rest) = number(rest.strip_prefix('.')?, 2)?;
    let (year, rest) = number(rest.strip_prefix('.')?, 4)?;
    let rest = rest.strip_prefix(',').unwrap_or(rest).strip_prefix(' ')?;
    with_clock(text, year, month, day, rest)
}

fn with_clock(text: &str, year: u32, month: u32, day: u32, rest: &str) -> Option<(Timestamp, usize)> {
    let clock = rest.get(..8)?;
    let (at, _) = iso(&format!("{year:04}-{month:02}-{day:02}T{clock}"))?;
    Some((at, text.len() - rest.len() + 8))
}

fn number(text: &str, digits_max: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 || length > digits_max {
        return None;
    }
    Some((text[..length].parse().ok()?, &text[length..]))
}
