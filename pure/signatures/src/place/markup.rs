//! Markup: the first mark, the block in front of which the signature goes, and what the writer put behind the quotation.
//!
//! ```text
//! read up to the first mark that leaves nothing open -> lines in front of it -> does one of them begin the quotation?
//!   -> the outermost block that begins with it -> own text behind the quotation? -> the place, and what is in the way
//! ```
//! What stands in a quotation is read for its end only, and behind a mark after which all is quoted nothing is read.

mod behind;
mod lines;
mod mine;
mod page;
mod spot;

use super::{Marker, PlaceOptions, Placement, Post, words};
use lines::first_lines;
use mine::Own;
use page::Page;

pub(super) fn place(body: &str, options: &PlaceOptions<'_>) -> Placement {
    let page = Page::read(body);
    let Some(start) = page.start() else { return all_new(&page, options) };
    let offset = page.spot(&start);
    let own = page.own_len(start.line);
    let is_forward = says_forwarded(&body[offset..]);
    let behind = if is_forward { None } else { page.behind(&start, own) };
    if let Some(behind) = &behind {
        if own == 0 && behind.is_all_there_is() {
            return all_new(&page, options);
        }
        if let Some(answer) = page.answer(behind) {
            let post = if own > 0 || answer.is_between { Post::Inline } else { Post::Bottom };
            return page.finish(options, &Own::below(&answer, behind), start.marker, post);
        }
    }
    let post = if is_forward || own == 0 { Post::Forward } else { Post::Top };
    page.finish(options, &Own::above(start.line, offset), start.marker, post)
}

/// Nothing is quoted, or nobody said that what looks like a quotation is one.
fn all_new(page: &Page<'_>, options: &PlaceOptions<'_>) -> Placement {
    let own = Own::above(page.front.len(), page.end_of_text());
    page.finish(options, &own, Marker::None, Post::New)
}

/// Whether the quotation says that it is forwarded.
fn says_forwarded(quotation: &str) -> bool {
    let lines = first_lines(quotation, 2);
    lines.iter().find(|line| !words::is_rule(line)).is_some_and(|line| words::is_forwarded(line))
}
