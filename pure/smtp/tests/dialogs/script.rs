//! Reads a dialog file into steps. A line that is not understood stops the test with its place.

use std::path::Path;

/// One step.
pub(crate) enum Line {
    /// From the other side to the machine.
    Send(Vec<u8>),
    /// From the machine; `true`: only the begin of a line is given.
    Expect(Vec<u8>, bool),
    Event(Vec<u8>),
    Do(String),
}

/// One file.
pub(crate) struct Script {
    /// `server` or `client`: the machine that is tested.
    pub(crate) side: String,
    /// What follows on the first line.
    pub(crate) options: String,
    pub(crate) lines: Vec<(usize, Line)>,
}

impl Script {
    #[expect(clippy::disallowed_methods, reason = "the dialogs are files, and only this test reads them")]
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a dialog is UTF-8");
        let mut lines =
            text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (_, first) = lines.next().expect("a dialog has a first line");
        let (side, options) = first.split_once(' ').unwrap_or((first, ""));
        let mut script = Self { side: side.to_owned(), options: options.to_owned(), lines: Vec::new() };
        for (number, line) in lines {
            let step = script
                .step(line)
                .unwrap_or_else(|| panic!("{}:{}: cannot be read", path.display(), number + 1));
            script.lines.push((number + 1, step));
        }
        script
    }

    fn step(&self, line: &str) -> Option<Line> {
        let (sign, rest) = line.split_at_checked(2)?;
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let other_side = if self.side == "server" { "C" } else { "S" };
        let with_end = |text: &str| {
            let mut bytes = decode(text);
            bytes.extend(b"\r\n");
            bytes
        };
        Some(match sign {
            "E:" => Line::Event(decode(rest)),
            "do" => Line::Do(rest.strip_prefix(':')?.trim_start().to_owned()),
            "C:" | "S:" if sign.starts_with(other_side) => Line::Send(with_end(rest)),
            "C>" | "S>" if sign.starts_with(other_side) => Line::Send(decode(rest)),
            "C:" | "S:" => match rest.strip_suffix("...") {
                Some(begin) => Line::Expect(decode(begin), true),
                None => Line::Expect(with_end(rest), false),
            },
            "C>" | "S>" => Line::Expect(decode(rest), false),
            _ => return None,
        })
    }
}

/// Resolves `\r \n \0 \t \\ \xHH` and `{text*count}`.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((piece, after)) = repetition(rest) {
            bytes.extend(piece);
            rest = after;
        } else if let Some(escaped) = rest.strip_prefix('\\') {
            let (byte, used) = escape(escaped).unwrap_or_else(|| panic!("an unknown escape in {text:?}"));
            bytes.push(byte);
            rest = &escaped[used..];
        } else {
            bytes.extend(&rest.as_bytes()[..c.len_utf8()]);
            rest = &rest[c.len_utf8()..];
        }
    }
    bytes
}

fn escape(text: &str) -> Option<(u8, usize)> {
    Some(match text.bytes().next()? {
        b'r' => (b'\r', 1),
        b'n' => (b'\n', 1),
        b't' => (b'\t', 1),
        b'0' => (0, 1),
        b'\\' => (b'\\', 1),
        b'{' => (b'{', 1),
        b'x' => (u8::from_str_radix(text.get(1..3)?, 16).ok()?, 3),
        _ => return None,
    })
}

fn repetition(text: &str) -> Option<(Vec<u8>, &str)> {
    let (inside, after) = text.strip_prefix('{')?.split_once('}')?;
    let (piece, count) = inside.rsplit_once('*')?;
    Some((decode(piece).repeat(count.parse().ok()?), after))
}
