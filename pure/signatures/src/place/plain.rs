//! Plain text: lines that introduce a quotation, lines that are one, and what the writer put below or between.
//!
//! Text with `format=flowed` (RFC 3676) is read as it is: quoted lines begin with `>`, a stuffed line begins with a blank and is not quoted,
//! and an introduction that was broken into flowed lines is joined as any other, also where DelSp joins without a blank.

mod answers;
mod lines;

use super::{ClientSignature, Marker, PlaceOptions, Placement, Post, words};
use core::ops::Range;
use lines::Lines;
use words::Delimiter;

/// Lines of a signature behind `-- `, and behind a line that may only look like it.
const SIGNATURE_LINES_MAX: usize = 40;
const BARE_SIGNATURE_LINES_MAX: usize = 10;

pub(super) fn place(body: &str, options: &PlaceOptions<'_>) -> Placement {
    let lines = Lines::of(body);
    let whole = Own { newest: 0..body.len(), limit: body.len(), below: None };
    let Some(start) = lines.start() else { return finish(body, options, &whole, Marker::None, Post::New) };
    let at = lines.offset(start.line);
    let own = own_len(&lines, 0..start.line);
    let is_forward = lines
        .from(start.line)
        .find(|line| !line.is_empty() && !words::is_rule(line))
        .is_some_and(words::is_forwarded);
    if !is_forward && start.may_go_on {
        let answers = lines.answers(&start, own > 0);
        if own == 0 && start.is_bare && answers.is_none() {
            // Nobody said that this is a quotation, and nothing else is there: it is the text.
            return finish(body, options, &whole, Marker::None, Post::New);
        }
        if let Some(answer) = answers {
            let post = if own > 0 || answer.is_between { Post::Inline } else { Post::Bottom };
            let newest = lines.offset(answer.lines.start)..lines.offset(answer.lines.end);
            let limit = lines.offset(answer.limit);
            return finish(body, options, &Own { newest, limit, below: None }, start.marker, post);
        }
    }
    let post = if is_forward || own == 0 { Post::Forward } else { Post::Top };
    // Some programs put the signature below what they quote.
    let last_quoted = (start.line..lines.len()).rev().find(|line| start.may_go_on && lines.is_quoted(*line));
    let below = last_quoted.map(|line| lines.offset(line + 1)..body.len());
    finish(body, options, &Own { newest: 0..at, limit: at, below }, start.marker, post)
}

/// The writer's newest text.
struct Own {
    newest: Range<usize>,
    /// How far a signature below it may reach.
    limit: usize,
    /// Where else there may be one.
    below: Option<Range<usize>>,
}

/// Own words in these lines, without the signature.
fn own_len(lines: &Lines<'_>, range: Range<usize>) -> usize {
    let own = range.map(|line| lines.text(line)).take_while(|text| words::is_delimiter(text).is_none());
    own.filter(|text| !words::is_device_footer(text)).map(words::count).sum()
}

/// The signature's place at the end of the newest text, and what else lies in it.
fn finish(body: &str, options: &PlaceOptions<'_>, own: &Own, marker: Marker, post: Post) -> Placement {
    let signature_in = |region: Range<usize>| {
        let text = &body[region.clone()];
        let start = region.start + own_signature(text)?;
        Some(start..region.start + text.trim_end().len()).filter(|range| !range.is_empty())
    };
    let in_newest = signature_in(own.newest.start..own.limit);
    let newest = own.newest.clone();
    let end = newest.start + end_of_own(&body[newest.clone()]);
    let offset = match (&in_newest, options.client_signature) {
        (Some(range), ClientSignature::Replace) => range.start,
        (Some(_) | None, ClientSignature::Keep | ClientSignature::Replace | ClientSignature::Skip) => end,
    };
    let client_signature = in_newest.or_else(|| own.below.clone().and_then(signature_in));
    let writer_marker = options.writer_marker.and_then(|word| find(&body[..own.limit], word));
    Placement { offset, marker, post, client_signature, writer_marker, ours: None, newest }
}

/// A word on a line that is not quoted.
fn find(text: &str, word: &str) -> Option<Range<usize>> {
    let mut start = 0;
    let own = text.split_inclusive('\n').map(|line| {
        start += line.len();
        (start - line.len(), line)
    });
    let mut found = own.filter(|(_, line)| !word.is_empty() && !line.starts_with('>'));
    found.find_map(|(start, line)| line.find(word).map(|at| start + at..start + at + word.len()))
}

/// Behind the last line that is not empty, its line end included.
fn end_of_own(text: &str) -> usize {
    let own = text.trim_end().len();
    let rest = &text[own..];
    let line_end = rest.find('\n').filter(|_| own > 0).map_or(0, |at| at + 1);
    own + line_end
}

/// Where a signature begins: with the line `-- ` (RFC 3676 §4.3), which some write without the blank, or with the lines of a device at
/// the end. Lines of which nobody sees anything go with it.
fn own_signature(text: &str) -> Option<usize> {
    let mut lines = Vec::new();
    let mut end = text.len();
    for line in text.split_inclusive('\n').rev() {
        end -= line.len();
        let content = line.trim_end_matches(['\r', '\n']);
        let is_seen = super::tree::is_visible(content);
        if is_seen && lines.iter().filter(|(_, _, is_seen)| *is_seen).count() > SIGNATURE_LINES_MAX {
            break;
        }
        lines.push((end, content, is_seen));
        if lines.len() > 4 * SIGNATURE_LINES_MAX {
            break;
        }
    }
    let seen: Vec<&(usize, &str, bool)> = lines.iter().filter(|(_, _, is_seen)| *is_seen).collect();
    let exact = seen.iter().rposition(|(_, line, _)| words::is_delimiter(line) == Some(Delimiter::Exact));
    let bare = || {
        let near = seen.iter().take(BARE_SIGNATURE_LINES_MAX + 1);
        near.clone().position(|(_, line, _)| words::is_delimiter(line).is_some())
    };
    let device =
        || seen.iter().take_while(|(_, line, _)| words::is_device_footer(line)).count().checked_sub(1);
    let (start, ..) = seen[exact.or_else(bare).or_else(device)?];
    let unseen = lines
        .iter()
        .skip_while(|(at, ..)| at >= start)
        .take_while(|(_, line, is_seen)| !is_seen && !line.trim().is_empty());
    Some(unseen.last().map_or(*start, |(at, ..)| *at))
}
