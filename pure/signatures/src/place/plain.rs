//! Plain text: lines that introduce a quotation, and lines that are one.

use super::{ClientSignature, Marker, PlaceOptions, Placement, Post, words};
use core::ops::Range;

/// Lines over which an introduction may be wrapped.
const INTRO_LINES_MAX: usize = 4;
/// Visible characters that count as own text.
const OWN_TEXT_MIN: usize = 3;

pub(super) fn place(body: &str, options: &PlaceOptions<'_>) -> Placement {
    let lines = Lines::of(body);
    let Some((first, marker)) = lines.first_mark() else {
        return finish(body, options, 0..body.len(), Marker::None, Post::New);
    };
    let own = |range: Range<usize>| lines.own_text(range);
    let before = lines.0[..first].iter().any(|line| !line.text.trim().is_empty());
    let after = lines.last_quoted(first).map_or(0..0, |last| last + 1..lines.0.len());
    if !lines.may_go_on(marker) || own(after.clone()).is_none() {
        let end = lines.0.get(first).map_or(body.len(), |line| line.start);
        let quoted = &body[end..];
        let post = if !before || words::says_forwarded(quoted) { Post::Forward } else { Post::Top };
        return finish(body, options, 0..end, marker, post);
    }
    let between =
        (first..after.start).any(|number| own(number..number + 1).is_some() && !lines.introduces(number));
    let post = if between || before { Post::Inline } else { Post::Bottom };
    let start = lines.0.get(after.start).map_or(body.len(), |line| line.start);
    finish(body, options, start..body.len(), marker, post)
}

/// The signature's place at the end of `newest`, and what else lies in it.
fn finish(
    body: &str,
    options: &PlaceOptions<'_>,
    newest: Range<usize>,
    marker: Marker,
    post: Post,
) -> Placement {
    let text = &body[newest.clone()];
    let client_signature =
        own_signature(text).map(|start| newest.start + start..newest.start + text.trim_end().len());
    let writer_marker = options.writer_marker.filter(|word| !word.is_empty()).and_then(|word| {
        let start = newest.start + text.find(word)?;
        Some(start..start + word.len())
    });
    let offset = match (&client_signature, options.client_signature) {
        (Some(range), ClientSignature::Replace) => range.start,
        (Some(_) | None, ClientSignature::Keep | ClientSignature::Replace | ClientSignature::Skip) => {
            newest.start + end_of_own(text)
        }
    };
    Placement { offset, marker, post, client_signature, writer_marker, newest }
}

/// Behind the last line that is not empty, its line end included.
fn end_of_own(text: &str) -> usize {
    let own = text.trim_end().len();
    let rest = &text[own..];
    let line_end = rest.find('\n').filter(|_| own > 0).map_or(0, |at| at + 1);
    own + line_end
}

/// Where a signature begins: behind the line `-- ` (RFC 3676 §4.3), which some write without the space, or a device's own footer.
fn own_signature(text: &str) -> Option<usize> {
    let mut at = 0;
    let mut found = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        let is_delimiter = content == "-- " || content == "--";
        if is_delimiter || (found.is_none() && words::is_device_footer(content)) {
            found = Some(at);
        }
        at += line.len();
    }
    found
}

struct Line<'t> {
    start: usize,
    text: &'t str,
}

struct Lines<'t>(Vec<Line<'t>>);

impl<'t> Lines<'t> {
    fn of(body: &'t str) -> Self {
        let mut start = 0;
        let lines = body.split_inclusive('\n').map(|line| {
            let here = start;
            start += line.len();
            Line { start: here, text: line.trim_end_matches(['\r', '\n']) }
        });
        Self(lines.collect())
    }

    /// The first line of what introduces or is a quotation.
    fn first_mark(&self) -> Option<(usize, Marker)> {
        let mut number = 0;
        while number < self.0.len() {
            if let Some(marker) = self.mark(number) {
                return Some(self.with_introduction(number, marker));
            }
            number += 1;
        }
        None
    }

    /// The mark with the line that belongs in front of it.
    fn with_introduction(&self, number: usize, marker: Marker) -> (usize, Marker) {
        let introduction = if marker == Marker::QuotedLines { self.introduction(number) } else { None };
        match introduction {
            Some(start) => (start, Marker::IntroLine),
            None if marker == Marker::HeaderBlock => (self.rule_above(number), marker),
            None => (number, marker),
        }
    }

    /// The line drawn above a header block, if there is one.
    fn rule_above(&self, number: usize) -> usize {
        let above = (0..number).rev().find(|above| !self.0[*above].text.trim().is_empty());
        above.filter(|above| is_rule(self.0[*above].text)).unwrap_or(number)
    }

    fn mark(&self, number: usize) -> Option<Marker> {
        let line = self.0[number].text;
        if line.starts_with('>') {
            return Some(Marker::QuotedLines);
        }
        if words::is_original(line) {
            return Some(Marker::OriginalMessage);
        }
        let here = self.0[number..].iter().map(|line| line.text);
        if words::begins_header_block(here) {
            return Some(Marker::HeaderBlock);
        }
        self.intro_at(number).then_some(Marker::IntroLine)
    }

    /// Whether an introduction begins with this line; it may be wrapped.
    fn intro_at(&self, number: usize) -> bool {
        let ends = |text: &str| text.is_empty() || text.starts_with('>');
        let first = self.0[number].text.trim();
        if ends(first) {
            return false;
        }
        if words::is_intro(first) {
            return true;
        }
        // Only a line that begins as one may go on.
        if !words::may_begin_intro(first) {
            return false;
        }
        let mut joined = first.to_owned();
        let below = self.0[number + 1..].iter().take(INTRO_LINES_MAX - 1).map(|line| line.text.trim());
        below.take_while(|text| !ends(text)).any(|text| {
            joined.push(' ');
            joined.push_str(text);
            words::is_intro(&joined)
        })
    }

    /// Where the introduction in front of the quoted line `number` begins. It is as short as can be, unless a line above begins
    /// as introductions do: own text may stand directly above it.
    fn introduction(&self, number: usize) -> Option<usize> {
        // A line break inside of `<address>` leaves its end alone on a line.
        let is_rest = self.0[number].text.trim() == ">:";
        let last = if is_rest {
            number
        } else {
            (0..number).rev().find(|before| !self.0[*before].text.trim().is_empty())?
        };
        let first = last.saturating_sub(INTRO_LINES_MAX - 1);
        let is_intro = |start: usize| {
            let joined: Vec<&str> = self.0[start..=last].iter().map(|line| line.text.trim()).collect();
            words::is_intro(&joined.join(" "))
        };
        let shortest = (first..=last).rev().find(|start| is_intro(*start))?;
        let longer = (first..shortest)
            .rev()
            .find(|start| words::may_begin_intro(self.0[*start].text) && is_intro(*start));
        Some(longer.unwrap_or(shortest))
    }

    /// Whether own text may follow what this marks; a header block quotes everything below it.
    fn may_go_on(&self, marker: Marker) -> bool {
        matches!(marker, Marker::QuotedLines | Marker::IntroLine)
            && self.0.iter().any(|line| line.text.starts_with('>'))
    }

    /// The last line of the quotations from `first` on.
    fn last_quoted(&self, first: usize) -> Option<usize> {
        (first..self.0.len()).rev().find(|number| self.0[*number].text.starts_with('>'))
    }

    fn introduces(&self, number: usize) -> bool {
        words::is_intro(self.0[number].text)
            || self.intro_at(number)
            || (number > 0 && self.intro_at(number - 1))
    }

    /// Own words in these lines, without signature and list footer.
    fn own_text(&self, range: Range<usize>) -> Option<usize> {
        let mut count = 0;
        for number in range {
            let text = self.0[number].text;
            if text == "-- " || text == "--" || is_rule(text) {
                break;
            }
            if !text.starts_with('>') {
                count += text.chars().filter(|c| !c.is_whitespace()).count();
            }
        }
        (count >= OWN_TEXT_MIN).then_some(count)
    }
}

/// A line drawn with characters.
fn is_rule(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 10 && text.chars().all(|c| matches!(c, '_' | '-' | '=' | '*'))
}
